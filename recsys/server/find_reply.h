/* find_reply.h: products that are looked for, from the call to the bytes of the reply. One thread with its catalogue. */
#ifndef SS_SERVER_FIND_REPLY_H
#define SS_SERVER_FIND_REPLY_H

#include "server/reply.h"
#include "shelf/find.h"

/*
 * [1, msgid, nil, {generation, items: [{item_id, hidden?, …}, …], more, after?, decimals?, categories?}]. `catalogue` has caught
 * up. `out` as of reply.h. False: `fault` says why not.
 */
bool ss_find_reply(ss_finder *finder, const ss_catalogue *catalogue, const ss_call *call, ss_buffer *out,
                   ss_fault *fault);

#endif

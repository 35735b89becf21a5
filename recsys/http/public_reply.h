/*
 * public_reply.h: what of a result a public key is shown: a list of entries, level by level; what is on no list is left out, so that what
 * a later version adds is not shown unless it is added here too.
 *
 * Left out are scores and all evidence of reasons (counts of other customers), a campaign's and an incentive's internal names, running numbers
 * from which the shop's business could be counted (`decision`, `sequence`), and what `explain` gives. `stock` becomes true or false.
 */
#ifndef SS_HTTP_PUBLIC_REPLY_H
#define SS_HTTP_PUBLIC_REPLY_H

#include "base/buffer.h"
#include "base/slice.h"
#include "server/protocol.h"

/* A result (one whole MessagePack value) as a public key may see it, appended to `out`, which is as it was after an error. SS_E_NOMEM,
 * SS_E_LIMIT; SS_E_FORMAT: not a result of such a method. Safe from any thread. */
ss_status ss_public_result(ss_method method, ss_slice result, ss_buffer *out, ss_error *error);

#endif

/*
 * visitor_reply.h: what is known of a visitor as the bytes of a reply. Errors as of reply.h, and of the ledger. The
 * recorder's thread, inside of the step in which it was gathered.
 */
#ifndef SS_SERVER_VISITOR_REPLY_H
#define SS_SERVER_VISITOR_REPLY_H

#include "server/offers_reply.h"
#include "server/visitor_known.h"

/* [1, msgid, nil, {generation, session, customer, history, …}] */
ss_status ss_visitor_reply(const ss_visitor_sources *from, const ss_offers_view *view, const ss_visitor_known *known,
                           uint32_t msgid, ss_buffer *out, ss_error *error);

#endif

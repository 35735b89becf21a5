/*
 * offers_reply.h: decisions about offers, and what became of a code, as the bytes of a reply. Errors as of reply.h. Safe
 * from any thread, each with its own buffer.
 */
#ifndef SS_SERVER_OFFERS_REPLY_H
#define SS_SERVER_OFFERS_REPLY_H

#include "base/buffer.h"
#include "offers/redeem.h"
#include "server/blanks.h"
#include "server/protocol.h"

/* What all replies of an engine are put together with; borrowed. */
typedef struct ss_offers_view {
    const ss_catalogue *catalogue;
    const ss_code_keys *keys;
    unsigned fields; /* columns wanted of the products, 1u << ss_field */
    int64_t now;     /* microseconds UTC */
    ss_blanks
        *blanks; /* takes where names and codes of a decision's offers belong, in `out` from its beginning; NULL: they
                        * are written at once */
} ss_offers_view;

/*
 * Appends the map of a decision, {show, reason, campaign, …}: the reply to `offers` and `preview`, and a page's entry
 * `offers`. Codes stand only where something is leased.
 */
ss_status ss_offers_reply_decision(const ss_offers_view *view, const ss_offer_answer *answer, ss_buffer *out);

/* [1, msgid, nil, {redeemed, reason, …}]; `out` is emptied first. */
ss_status ss_redeem_reply(const ss_offers_view *view, uint32_t msgid, const ss_redeem_answer *answer, ss_buffer *out);

#endif

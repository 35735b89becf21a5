/*
 * visit.h: what is known live of whoever asks: their session and the customer, looked up once for each request.
 *
 * It says two things. What they did is context where the request gives none: with neither item_id, items nor cart, what
 * was seen in the session is `items` and its cart is `cart`; without a session that knows anything, the same of the
 * customer, which may be shown all the same, for it can be weeks old. And it sets rules for every request: what is in
 * the session's or the customer's cart is never shown, what was dismissed in the session or shown there too often in
 * vain is held back, and what either bought counts as bought.
 *
 * One thread; nothing allocates.
 */
#ifndef SS_SHELF_VISIT_H
#define SS_SHELF_VISIT_H

#include "shelf/rules.h"
#include "state/visitors.h"

typedef struct ss_visit {
    ss_visitors *visitors; /* borrowed; NULL: nothing is known live */
    ss_item_numbers numbers;
    bool unknown_session;              /* the request names one of which nothing is known */
    ss_visitor_view session, customer; /* empty when not known */
} ss_visit;

/* Catalogue and visitors (NULL: nobody is known) are borrowed. */
void ss_visit_init(ss_visit *visit, const ss_catalogue *catalogue, ss_visitors *visitors);

/* Looks up whom the request names; without consent nobody. */
void ss_visit_look_up(ss_visit *visit, const ss_request *request);

/* The view that is the context of a request, or NULL. */
const ss_visitor_view *ss_visit_context(const ss_visit *visit, const ss_request *request);

/* Was the item seen and not dismissed? */
static inline bool ss_visit_seen(const ss_visitor_item *item)
{
    return (item->flags & (SS_VISITOR_SEEN | SS_VISITOR_DISMISSED)) == SS_VISITOR_SEEN;
}

/* Sets the rules but for what was bought, which again.h does: of the carts, and of what is held back. max_shown: more
 * often than this in vain is too often; 0: nothing is. */
void ss_visit_mark_carts(const ss_visit *visit, ss_rules *rules);
void ss_visit_withhold(const ss_visit *visit, ss_rules *rules, int64_t max_shown);

#endif

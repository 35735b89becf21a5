/*
 * offers_swap.h: where the loader and the recorder's engine of offers meet: another generation to answer from, and
 * another policy, are offered, taken between two cycles, and what they replace is given back to be freed.
 */
#ifndef SS_SERVER_OFFERS_SWAP_H
#define SS_SERVER_OFFERS_SWAP_H

#include "offers/offers.h"
#include <stdatomic.h>

typedef struct ss_offers_next {
    ss_answerer *answerer; /* owned, as is the next, a reference */
    ss_policy *policy;
} ss_offers_next;

typedef struct ss_offers_swap {
    _Atomic(ss_offers_next *) offered, taken; /* the next; the old, for the loader to free */
} ss_offers_swap;

void ss_offers_swap_init(ss_offers_swap *swap);
void ss_offers_swap_release(ss_offers_swap *swap); /* while nobody uses it: frees what lies in it */

/* Frees what was not taken, or was given back. Accepts NULL. */
void ss_offers_next_free(ss_offers_next **next);

/* ---- the loader's side ---- */

/* Takes ownership of the answerer (also on failure) and a reference of the policy. SS_E_NOMEM. */
ss_status ss_offers_next_new(ss_answerer *answerer, ss_policy *policy, ss_offers_next **next, ss_error *error);
void ss_offers_swap_offer(ss_offers_swap *swap, ss_offers_next *next); /* takes ownership */
/* What the one offered has replaced; the caller owns it. NULL: it was not taken yet. */
ss_offers_next *ss_offers_swap_collect(ss_offers_swap *swap);

/* ---- the recorder's side ---- */

/* NULL: nothing is offered, at the cost of one load. Else it is the caller's, until it is given back. */
ss_offers_next *ss_offers_swap_offered(ss_offers_swap *swap);
void ss_offers_swap_give_back(ss_offers_swap *swap, ss_offers_next *old);

#endif

/*
 * engine.h: what the modules behind offers.h share: the ledger, the policy, the catalogue, what was learned, the moment
 * of the step. For the sources of this folder only. One thread, as offers.h.
 */
#ifndef SS_OFFERS_ENGINE_H
#define SS_OFFERS_ENGINE_H

#include "offers/arms.h"
#include "offers/guesses.h"
#include "offers/offers.h"
#include "offers/parties.h"

struct ss_offers {
    ss_offer_ledger *ledger; /* borrowed */
    ss_policy *policy;       /* a reference of its own */
    ss_answerer *answerer;   /* owned; its catalogue is up to date within a step */
    ss_learner *learner;     /* owned */
    ss_guesses *guesses;     /* owned */
    ss_code_keys keys;
    int64_t now;          /* of the step: microseconds UTC */
    int32_t day;          /* of the shop */
    bool stale;           /* the learner has not seen just what the ledger holds: it is to be read again */
    bool taught;          /* in this step */
    bool behind;          /* the last step settled as many as one does */
    ss_decision decision; /* what the last answer is about */
    /* Working memory. */
    ss_cart cart;
    ss_candidates candidates;
};

/* Settles some of what is due, and learns from the windows that are over (outcomes.c). Inside of a step. */
ss_status ss_offers_settle(ss_offers *offers, ss_error *error);

#endif

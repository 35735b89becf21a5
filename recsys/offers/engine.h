/*
 * engine.h: what the modules behind offers.h share: the ledger, the policy, the catalogue, what was learned, the moment
 * of the step. For the sources of this folder only. One thread, as offers.h.
 */
#ifndef SS_OFFERS_ENGINE_H
#define SS_OFFERS_ENGINE_H

#include "offers/guesses.h"
#include "offers/learner.h"
#include "offers/offers.h"

struct ss_offers {
    ss_offer_ledger *ledger; /* borrowed */
    ss_policy *policy;       /* a reference of its own */
    ss_answerer *answerer;   /* owned; its catalogue is up to date within a step */
    ss_learner *learner;     /* owned */
    ss_guesses *guesses;     /* owned */
    ss_code_keys keys;
    int64_t now;          /* of the step: microseconds UTC */
    bool stale;           /* the learner has seen what the ledger does not hold: it is to be read again */
    ss_decision decision; /* what the last answer is about */
};

#endif

/*
 * offer_step.h: what the recorder's writers of offers, codes and pages with offers have in common: what a cycle stages of
 * one method in a row is one step of the engine (offers/offers.h), in which one request after the other is answered; a
 * reply is written as soon as its request is, for a decision lasts only until the next, and given out when it is kept.
 *
 * The recorder's thread.
 */
#ifndef SS_SERVER_OFFER_STEP_H
#define SS_SERVER_OFFER_STEP_H

#include "offers/offers.h"
#include "server/stats.h"
#include "server/writer.h"

#define SS_OFFER_WEIGHT 64u   /* what a request counts in a cycle: a decision takes as long as so many events */
#define SS_PAGE_WEIGHT  1000u /* and a page, whose reply may be long */

#define SS_OFFER_STEP_ROOM (SS_WRITER_CYCLE_MAX / SS_OFFER_WEIGHT) /* most requests of a cycle */

/* A request of the cycle. */
typedef struct ss_offer_asked {
    ss_slice params; /* read when they are checked, and again when they are answered: lists of all would be much */
    uint32_t msgid;
    ss_method method;
    size_t begins, ends; /* the reply, in `replies` */
    ss_blanks blanks;    /* in it */
    /* For the counters, once it is kept: */
    bool failed, repeated;
    unsigned outcome; /* ss_verdict or ss_redeemed */
    uint32_t products, leases;
} ss_offer_asked;

typedef struct ss_offer_step {
    ss_offers *offers; /* borrowed, as is the next */
    ss_stats *stats;   /* the recorder's: the errors it replies with */
    size_t weight;
    /*
     * Answers one request in a step that was begun at `now`, and writes the whole reply into `reply`, which is empty.
     * SS_E_RANGE is its own bad luck; anything else gives the step up.
     */
    ss_status (*answer)(void *context, ss_offer_asked *asked, int64_t now, ss_buffer *reply, ss_error *error);
    /* May be NULL. Is told which requests are answered next, at most SS_FORESEEN_MAX from `first` on: they may be fetched. */
    void (*foresee)(void *context, size_t first, size_t count);
    void *context;
    size_t count, staged; /* of this cycle's requests: taken; of them in the transaction */
    ss_offer_asked asked[SS_OFFER_STEP_ROOM];
    ss_buffer reply, replies;
} ss_offer_step;

/* The other members must be set. */
void ss_offer_step_init(ss_offer_step *step);
void ss_offer_step_release(ss_offer_step *step);

/* For the functions of a writer (writer.h) of the same names; `take` at the end of `decode`. */
void ss_offer_step_begin(ss_offer_step *step);
void ss_offer_step_take(ss_offer_step *step, ss_slice params, ss_recorded *request);
ss_status ss_offer_step_stage(ss_offer_step *step, int64_t now, ss_error *error);
ss_status ss_offer_step_finish(const ss_offer_step *step, const ss_recorded *request, ss_buffer *out);

/* Notes of a decision what is to be counted once it is kept. */
void ss_offer_asked_decided(ss_offer_asked *asked, const ss_offer_answer *answer);

/* What the reply leaves blank; for a writer's `blanks`. */
static inline const ss_blanks *ss_offer_step_blanks(const ss_offer_step *step, const ss_recorded *request)
{
    return &step->asked[request->first].blanks;
}

/* The request, for counting it. */
static inline const ss_offer_asked *ss_offer_step_asked(const ss_offer_step *step, const ss_recorded *request)
{
    return &step->asked[request->first];
}

#endif

/*
 * offer_counts.h: what `stats` tells of offers: what was decided, what became of codes, and how much of the budgets is
 * taken. One writer, the recorder's thread; read by anybody.
 */
#ifndef SS_SERVER_OFFER_COUNTS_H
#define SS_SERVER_OFFER_COUNTS_H

#include "base/buffer.h"
#include "offers/redeem.h"
#include "server/offer_step.h"
#include <pthread.h>

#define SS_CAMPAIGN_NAME_MAX 64u

/* Minor units. */
typedef struct ss_offer_money {
    char campaign[SS_CAMPAIGN_NAME_MAX + 1]; /* empty: over all campaigns */
    ss_account day, in_all;
    ss_budget budget;
} ss_offer_money;

typedef struct ss_offer_counts {
    ss_counter verdicts[SS_VERDICTS]; /* decisions that were kept, or would have been but for consent */
    ss_counter previews, repeated;    /* not among them */
    ss_counter products, leases;      /* shown; of them with a code */
    ss_counter outcomes[SS_REDEEM_OUTCOMES], repeated_codes; /* of `redeem`; those repeated are not among them */
    ss_counter events, lost_events; /* told to the engine; that it could not take, though they are on the disk */
    pthread_mutex_t lock;
    ss_offer_money money[SS_CAMPAIGNS_MAX + 1]; /* under the lock, as is the next */
    size_t money_count;
} ss_offer_counts;

void ss_offer_counts_init(ss_offer_counts *counts);
void ss_offer_counts_release(ss_offer_counts *counts);

/* A request for a decision, or with a code, that is kept. */
void ss_offer_counts_decision(ss_offer_counts *counts, const ss_offer_asked *asked);
void ss_offer_counts_code(ss_offer_counts *counts, const ss_offer_asked *asked);

/* What is taken of the budgets of `policy` at `now`, inside of a step of the ledger. */
void ss_offer_counts_take_money(ss_offer_counts *counts, const ss_offer_ledger *ledger, const ss_policy *policy,
                                int64_t now);

/* The money as it was taken last, into room for SS_CAMPAIGNS_MAX + 1; how many. Safe from any thread. */
size_t ss_offer_counts_copy_money(ss_offer_counts *counts, ss_offer_money *money);

/* The entry `offers` of `stats`. SS_E_NOMEM. */
ss_status ss_offer_counts_reply(ss_offer_counts *counts, ss_buffer *out);

#endif

/*
 * repurchase_query.h: reading repurchase.safetensors: how likely is it that this customer buys this item again now?
 * Read-only once open; safe from any thread; nothing allocates but open.
 */
#ifndef SS_MODELS_REPURCHASE_QUERY_H
#define SS_MODELS_REPURCHASE_QUERY_H

#include "models/repurchase.h"

typedef struct ss_repurchase {
    ss_model_file *file; /* owned */
    ss_interval_family family;
    uint32_t item_count;
    const float *repeat, *median_days, *shape, *followed;
    const uint32_t *spells, *returns;
    const uint8_t *classes;
    ss_interval shop;                     /* for an item number beyond the file */
    double prior_purchases, durable_days; /* see repurchase_train.h */
    int64_t newest;                       /* the log's end */
} ss_repurchase;

/* SS_E_NOT_FOUND, SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM. */
ss_status ss_repurchase_open(const char *generation_path, ss_repurchase *model, ss_error *error);
void ss_repurchase_close(ss_repurchase *model);

/* An item's law and class; the shop's, and unknown, for an item that the file does not have. */
ss_interval ss_repurchase_interval(const ss_repurchase *model, uint32_t item);
ss_repurchase_class ss_repurchase_class_of(const ss_repurchase *model, uint32_t item);

/* What a customer did: microseconds UTC. `now` before `last` counts as `last`; INT64_MIN: the log's end. */
typedef struct ss_own_purchases {
    uint32_t item, purchases; /* purchases >= 1: the distinct times it was bought */
    int64_t last, now;
} ss_own_purchases;

/*
 * Probability that a customer buys the item again between now and `days` (> 0) later. With n purchases of it the
 * probability of another is (s repeat + n - 1) / (s + n - 1), the mean of a Beta prior worth s = prior_purchases after
 * n - 1 returns; and what has passed without a return since the last one, a days, is held against it:
 * repeat_n (S(a) - S(a + days)) / (1 - repeat_n + repeat_n S(a)).
 */
double ss_repurchase_due(const ss_repurchase *model, const ss_own_purchases *own, double days);

/* A durable bought so lately that another is not wanted: for its median interval, and durable_days at least. */
bool ss_repurchase_is_settled(const ss_repurchase *model, const ss_own_purchases *own);

/* A consumable whose time has come: since the last purchase more has passed than a quarter of the intervals last. */
bool ss_repurchase_is_due(const ss_repurchase *model, const ss_own_purchases *own);

#endif

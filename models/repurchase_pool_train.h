/*
 * repurchase_pool_train.h: what the items of a shop have in common: the family of their intervals, the law of the shop
 * and of each category, and what these are worth as priors (repurchase_train.h says how each is found).
 */
#ifndef SS_MODELS_REPURCHASE_POOL_TRAIN_H
#define SS_MODELS_REPURCHASE_POOL_TRAIN_H

#include "models/repurchase_spells_train.h"

typedef struct ss_interval_pools {
    ss_interval_family family;
    ss_interval shop;
    ss_interval *categories;              /* category_count; owned */
    double prior_spells, prior_intervals; /* what a parent's law is worth to an item */
    const uint32_t *category;             /* per item; borrowed; NULL: none has one */
    uint32_t category_count;
} ss_interval_pools;

/* `family` below 0: the likelier one. `category` must live as long as the pools. SS_E_NOMEM. */
ss_status ss_interval_pools_make(const ss_spell_table *table, int family, const uint32_t *category,
                                 uint32_t category_count, ss_interval_pools *pools, ss_error *error);
void ss_interval_pools_release(ss_interval_pools *pools);

/* The prior of one item. */
ss_interval_prior ss_interval_pools_prior(const ss_interval_pools *pools, uint32_t item);

/* Spells that count as watched: each return, and each open one by P(T <= its length); of all, where not all are read.
 */
double ss_interval_followed(ss_interval_family family, const ss_spells *spells, const ss_interval *law);

#endif

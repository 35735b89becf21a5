/*
 * repurchase_train.h: when each item is bought again, learned from customers' purchases of it.
 *
 * Every item's law (repurchase.h) is fitted with a prior (repurchase_fit_train.h) that is the law of its category, or of
 * the whole shop where it has none; a category's prior is the shop's. What a prior is worth is the shop's own (empirical
 * Bayes, by moments): in spells from how much more the returns of items differ from their parent's share than chance
 * would have it (beta-binomial; Kleinman, JASA 1973), in intervals from the variance within items over that between them
 * (DerSimonian and Laird, 1986). The family is the one under which a fifth of the customers, held out, is likelier after
 * fitting a sample of items to the others. Deterministic for any number of threads.
 */
#ifndef SS_MODELS_REPURCHASE_TRAIN_H
#define SS_MODELS_REPURCHASE_TRAIN_H

#include "base/options.h"
#include "log/interactions.h"
#include "models/repurchase.h"

typedef struct ss_repurchase_options {
    int64_t family;         /* 0: whichever is likelier; else 1 + ss_interval_family */
    double least_days;      /* purchases nearer than this are one */
    double prior_purchases; /* what the item's repeat probability is worth beside the customer's own returns */
    double durable_days;    /* for so long at least is a durable not wanted again */
} ss_repurchase_options;
extern const ss_option ss_repurchase_option_table[];

/* Does the log have purchases of customers at different times? */
bool ss_repurchase_learns(const ss_interactions *interactions);

/*
 * Writes repurchase.safetensors into the folder. `category`: per item of the generation (item_count >=
 * interactions->item_count) its category, below category_count, or SS_NONE; NULL: none has one. threads >= 1. SS_E_RANGE, SS_E_NOMEM, SS_E_IO.
 */
ss_status ss_repurchase_train(const ss_interactions *interactions, const ss_repurchase_options *options,
                              const uint32_t *category, uint32_t item_count, uint32_t category_count, int threads,
                              const char *generation_path, ss_error *error);

#endif

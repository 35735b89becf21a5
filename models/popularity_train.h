/*
 * popularity_train.h: counting what sells, with decay.
 *
 * score(i) = sum over purchases of 2^(-age/half_life), divided by the sum over all items; age from the newest time of
 * the log, 0 in a log without times. A purchase is a row of the interactions: a customer's repeats inside one basket
 * count once. trending(i) = ln((s + m q) / (e + m q)): s the purchases in the short window, e the number expected from
 * the long window's rate (e = long count x short length / long length), q the mean expectation of the items that the
 * log has rows of and m the shrinkage: few purchases stay near 0. Both windows end with the log and include its last
 * instant; the long one is cut where the log begins. All 0 in a log without times or not longer than the short window.
 */
#ifndef SS_MODELS_POPULARITY_TRAIN_H
#define SS_MODELS_POPULARITY_TRAIN_H

#include "base/options.h"
#include "log/interactions.h"
#include "models/popularity.h"

typedef struct ss_popularity_options {
    double half_life_days;           /* 0: no decay */
    double freshness_half_life_days; /* 0: no decay */
    double short_days, long_days;
    double shrinkage; /* m >= 0 */
} ss_popularity_options;
extern const ss_option ss_popularity_option_table[];

/*
 * Writes popularity.safetensors into the folder. `category`: per item of the generation (item_count >=
 * interactions->item_count) its category, below category_count, or SS_NONE; NULL: none has one. SS_E_NOMEM, SS_E_IO.
 */
ss_status ss_popularity_train(const ss_interactions *interactions, const ss_popularity_options *options,
                              const uint32_t *category, uint32_t item_count, uint32_t category_count,
                              const char *generation_path, ss_error *error);

/*
 * Is an item still sold? Its purchases, each weighing 2^(-age/half_life), as a share of the same purchases
 * unweighted: 1 where all are new (and in a log without times), towards 0 where the last is long ago; 0 for an item
 * without purchases. Unlike a decayed popularity it does not favour what sells most. `out` has room for
 * interactions->item_count floats. SS_E_NOMEM.
 */
ss_status ss_popularity_freshness(const ss_interactions *interactions, double half_life_days, float *out,
                                  ss_error *error);

#endif

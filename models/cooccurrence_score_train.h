/*
 * cooccurrence_score_train.h: from counts to scores: the formulas of cooccurrence_train.h, and a cheap bound in front
 * of them, so that the inner loop of the selection computes a score only where it can matter. Read-only once made.
 */
#ifndef SS_MODELS_COOCCURRENCE_SCORE_TRAIN_H
#define SS_MODELS_COOCCURRENCE_SCORE_TRAIN_H

#include "base/status.h"
#include "models/cooccurrence_train.h"

#define SS_PAIR_STRIP 64u /* per-item arrays are padded with zeros to a multiple of this */

typedef struct ss_pair_scorer {
    ss_pair_score score;
    double groups;
    double b;
    const uint32_t *degrees; /* borrowed */
    float *candidate;        /* owned, padded: the factor that belongs to the candidate */
} ss_pair_scorer;

/* recency: item_count factors or NULL. Free the result with ss_pair_scorer_release. SS_E_NOMEM. */
ss_status ss_pair_scorer_init(ss_pair_scorer *scorer, const ss_relation_options *options, const uint32_t *degrees,
                              uint32_t item_count, uint64_t group_count, const float *recency, ss_error *error);
void ss_pair_scorer_release(ss_pair_scorer *scorer);

/* w(age) = 2^(-age/half_life); 1 for what has no time, or is newer than the newest. */
double ss_pair_age_weight(int64_t newest, int64_t time, double half_life_days);

/* Does the score need the weighted sum beside the counts? */
static inline bool ss_pair_scorer_weighted(const ss_relation_options *options)
{
    return options->score == SS_PAIR_NORMALISED;
}

/* What is the same for all candidates of one item. The key of a candidate is x * candidate[j], x its sum or its count.
 */
typedef struct ss_pair_row {
    uint32_t item;
    double asked;      /* normalised: 1 / ni^b */
    double scale;      /* key >= score * scale */
    bool proportional; /* key = score * scale, but for rounding */
} ss_pair_row;
ss_pair_row ss_pair_scorer_row(const ss_pair_scorer *scorer, uint32_t item);

/* The score of candidate j: finite, >= 0. `sum` counts for the normalised score only. */
float ss_pair_scorer_score(const ss_pair_scorer *scorer, const ss_pair_row *row, uint32_t j, uint32_t pairs, float sum);

/* Candidates whose key x * candidate[j] is below this score less than `worst`. */
float ss_pair_scorer_cut(const ss_pair_row *row, float worst);

/* For proportional scores: candidates whose key is below this score less than one with `key`. */
float ss_pair_scorer_cut_below(double key);

#endif

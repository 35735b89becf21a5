/*
 * cooccurrence_train.h: counting pairs.
 *
 * Scores of a pair (i asked from, j candidate), with nij, ni, nj, n as in cooccurrence_query.h:
 *   count        nij
 *   cosine       nij / sqrt(ni nj)
 *   jaccard      nij / (ni + nj - nij)
 *   lift         nij n / (ni nj)
 *   llr          Dunning's log-likelihood ratio, 0 where the pair is rarer than chance
 *   normalised   sum over groups h holding both of w(age) / |h|^a, / (ni^b nj^c), x recency(j)^r
 * |h| counts the group's distinct items. w(age) = 2^(-age/half_life), age from the newest time of the log; 1 without times
 * or with half_life 0. For customers w is split over the two purchases, sqrt(w(age_i) w(age_j)); for baskets it is the
 * basket's own. recency(j): the share of j among all purchases, each decayed with recency_half_life; relative to the mean item.
 * Deshpande and Karypis 2004 (item-based top-N, frequency-normalised); Dunning 1993 (LLR).
 *
 * Fused: the pair matrix is never materialised: per item one dense accumulator, then selection. Same bytes for any number
 * of threads: each row is summed by one thread, groups in rising order.
 */
#ifndef SS_MODELS_COOCCURRENCE_TRAIN_H
#define SS_MODELS_COOCCURRENCE_TRAIN_H

#include "base/options.h"
#include "base/progress.h"
#include "log/interactions.h"
#include "models/cooccurrence.h"

typedef enum ss_pair_score { SS_PAIR_COUNT, SS_PAIR_COSINE, SS_PAIR_JACCARD, SS_PAIR_LIFT, SS_PAIR_LLR, SS_PAIR_NORMALISED } ss_pair_score;

typedef struct ss_relation_options {
    int64_t score;              /* ss_pair_score */
    double a, b, c;             /* exponents of the normalised score, 0..2 */
    double half_life_days;      /* of w(age); 0: no decay */
    double recency;             /* exponent r, 0..2 */
    double recency_half_life_days;
    int64_t min_customers;      /* minimum support: distinct customers of a pair */
    int64_t list_length;        /* top-K kept, 1..1000 */
    double window_days;         /* related, bought_next: most time between the two; 0: any */
    int64_t max_group;          /* groups with more distinct items are left out; 0: none are */
} ss_relation_options;

typedef struct ss_cooccurrence_options {
    ss_relation_options relations[SS_RELATION_COUNT];
} ss_cooccurrence_options;

/* One table per relation, with the relation's own defaults: the target is its ss_relation_options. */
extern const ss_option *const ss_relation_option_tables[SS_RELATION_COUNT];

/* Trains all three relations and writes cooccurrence.safetensors into the folder. threads >= 1. SS_E_NOMEM, SS_E_IO, SS_E_CANCELLED. */
ss_status ss_cooccurrence_train(const ss_interactions *interactions, const ss_cooccurrence_options *options, int threads,
                                ss_progress_sink *progress, const char *generation_path, ss_error *error);

/* ---- the kernel, for benchmarks and oracles ---- */

typedef struct ss_pair_lists { /* owned arrays, as in the file */
    uint64_t *offsets;
    uint32_t *neighbours;
    float *scores;
    uint32_t *pairs;
    uint32_t *customers;
    uint32_t *degrees;
    uint32_t item_count;
    uint64_t group_count;
} ss_pair_lists;
void ss_pair_lists_free(ss_pair_lists *lists);

/* Unordered pairs inside groups (items distinct and ascending within each). */
ss_status ss_pairs_count(const ss_groups *groups, uint32_t item_count, int64_t newest_time,
                         const float *recency /* item_count factors or NULL */, const ss_relation_options *options,
                         int threads, ss_progress_sink *progress, ss_pair_lists *out, ss_error *error);

#endif

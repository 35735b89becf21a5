/*
 * cooccurrence_train.h: counting pairs.
 *
 * Scores of a pair (i asked from, j candidate), with nij, ni, nj, n as in cooccurrence.h:
 *   count        nij
 *   cosine       nij / sqrt(ni nj)
 *   jaccard      nij / (ni + nj - nij)
 *   lift         nij n / (ni nj)
 *   llr          Dunning's log-likelihood ratio, 0 where the pair is rarer than chance
 *   normalised   sum over groups h holding both of w(age) / |h|^a, / (ni^b nj^c), x recency(j)^r
 * |h| counts the group's distinct items. w(age) = 2^(-age/half_life), age from the newest time of the log; 1 without
 * times or with half_life 0. For customers w is split over the two items, sqrt(w(age_i) w(age_j)), each aged from the
 * customer's latest purchase of it; for baskets it is the basket's own. recency(j): the freshness of j with
 * recency_half_life (popularity_train.h): what is no longer sold falls behind. Pairs whose score is 0 (a rare pair
 * under llr, a weight decayed to nothing) are not listed. Deshpande and Karypis 2004 (item-based top-N,
 * frequency-normalised); Dunning 1993 (LLR).
 *
 * A pair counts once for a group:
 *   bought_together  when the basket holds both
 *   related          when some purchase of the one lies at most `window` from some purchase of the other (inclusive)
 *   bought_next      when some purchase of j is strictly later than some purchase of i, at most `window` later
 * For bought_next a basket of purchases happens at one instant, that of its first row; other events each happen at
 * their own. In logs without customers the sequences are the sessions (baskets). The normalised score multiplies the
 * group's weight by gap^-gap_discount, gap the least number of distinct instants that j comes after i (1: the very
 * next); without times the rows' positions are the instants, and `window` does not apply. Ludewig and Jannach 2018
 * (sequential rules).
 *
 * Fused: the pair matrix is never materialised: per item one dense accumulator, then selection. Same bytes for any
 * number of threads: each row is summed by one thread, groups in a fixed order.
 */
#ifndef SS_MODELS_COOCCURRENCE_TRAIN_H
#define SS_MODELS_COOCCURRENCE_TRAIN_H

#include "base/options.h"
#include "base/progress.h"
#include "log/interactions.h"
#include "models/cooccurrence.h"

typedef enum ss_pair_score {
    SS_PAIR_COUNT,
    SS_PAIR_COSINE,
    SS_PAIR_JACCARD,
    SS_PAIR_LIFT,
    SS_PAIR_LLR,
    SS_PAIR_NORMALISED
} ss_pair_score;

#define SS_LIST_LENGTH_MAX 1000

typedef struct ss_relation_options {
    int64_t score;         /* ss_pair_score */
    double a, b, c;        /* exponents of the normalised score, 0..2 */
    double half_life_days; /* of w(age); 0: no decay */
    double recency;        /* exponent r, 0..2; of the normalised score */
    double recency_half_life_days;
    int64_t min_customers; /* minimum support: distinct customers of a pair */
    int64_t list_length;   /* top-K kept, 1..1000 */
    double window_days;    /* related, bought_next: most time between the two; 0: any */
    double gap_discount;   /* bought_next, normalised: exponent of 1 / gap, 0..4; 0: none */
    int64_t max_group;     /* groups with more distinct items are left out; 0: none are */
} ss_relation_options;

typedef struct ss_cooccurrence_options {
    ss_relation_options relations[SS_RELATION_COUNT];
} ss_cooccurrence_options;

/* One table per relation, with the relation's own defaults: the target is its ss_relation_options. */
extern const ss_option *const ss_relation_option_tables[SS_RELATION_COUNT];

/* Trains all three relations and writes cooccurrence.safetensors into the folder. threads >= 1. SS_E_NOMEM, SS_E_IO,
 * SS_E_CANCELLED. Progress: one phase per relation, unit "items". */
ss_status ss_cooccurrence_train(const ss_interactions *interactions, const ss_cooccurrence_options *options,
                                int threads, ss_progress_sink *progress, const char *generation_path, ss_error *error);

/* ---- the kernels, for benchmarks and oracles ---- */

typedef struct ss_pair_lists { /* owned arrays, as in the file */
    uint64_t *offsets;
    uint32_t *neighbours;
    float *scores;
    uint32_t *pairs;
    uint32_t *customers;
    uint32_t *degrees;
    uint32_t item_count;
    uint64_t group_count; /* groups that count: not empty, not above max_group */
} ss_pair_lists;
void ss_pair_lists_free(ss_pair_lists *lists); /* releases what it owns and zeroes it; NULL is fine */

/*
 * Unordered pairs inside groups (items distinct and ascending within each, below item_count). Groups with
 * group_customer are baskets: distinct customers are counted and w is the group's; without it each group is a customer,
 * and w needs `times`. recency: item_count factors before the exponent, or NULL. window_days and gap_discount do not
 * apply here. `out` is set only on success; free it with ss_pair_lists_free. SS_E_NOMEM, SS_E_CANCELLED, SS_E_ARGUMENT
 * (list_length or threads out of range).
 */
ss_status ss_pairs_count(const ss_groups *groups, uint32_t item_count, int64_t newest_time, const float *recency,
                         const ss_relation_options *options, int threads, ss_progress_sink *progress,
                         ss_pair_lists *out, ss_error *error);

/* The same, with lists only of the items with only[item] (the others' are empty); NULL: of all. Degrees are of all. */
ss_status ss_pairs_recount(const ss_groups *groups, uint32_t item_count, int64_t newest_time, const float *recency,
                           const uint8_t *only, const ss_relation_options *options, int threads,
                           ss_progress_sink *progress, ss_pair_lists *out, ss_error *error);

/* One relation of a log, as ss_cooccurrence_train makes it; `out` and errors as above, with empty lists where the log
 * cannot give it. */
ss_status ss_relation_count(const ss_interactions *interactions, ss_relation relation,
                            const ss_relation_options *options, int threads, ss_progress_sink *progress,
                            ss_pair_lists *out, ss_error *error);

/* The same, with lists only of the items with only[item], as above. */
ss_status ss_relation_recount(const ss_interactions *interactions, ss_relation relation, const uint8_t *only,
                              const ss_relation_options *options, int threads, ss_progress_sink *progress,
                              ss_pair_lists *out, ss_error *error);

/* Writes cooccurrence.safetensors into the folder from lists of one number of items. Errors: as ss_cooccurrence_train. */
ss_status ss_cooccurrence_write(const ss_pair_lists lists[SS_RELATION_COUNT], const char *generation_path,
                                ss_error *error);

#endif

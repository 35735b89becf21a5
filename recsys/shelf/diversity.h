/*
 * diversity.h: candidates in an order in which each is relevant and unlike those before it: maximal marginal relevance
 * (Carbonell and Goldstein, SIGIR 1998). The next one has the largest
 *
 *     (1 - d) * relevance - d * max over those chosen of similarity,         d: 0 … 1 (their lambda is 1 - d)
 *
 * ties by lower item number. The similarity of two items is in 0 … 1: with factors of both (als) half 1 if they are of
 * the same category and half the cosine of their factors, not below 0; without factors 1 if they are of the same
 * category, else 0. Items without category are of none.
 *
 * One thread; nothing allocates between init and release. A candidate costs one inner product for each item chosen.
 */
#ifndef SS_SHELF_DIVERSITY_H
#define SS_SHELF_DIVERSITY_H

#include "base/topk.h"
#include "models/als_query.h"

#define SS_DIVERSITY_MAX 5000u /* most candidates at a time */

typedef struct ss_diversity_candidate {
    uint32_t item, category;
    float relevance, length; /* length of its factors; 0: none */
    float likeness;          /* largest similarity to one chosen */
} ss_diversity_candidate;

typedef struct ss_diversity {
    const ss_als *als; /* borrowed; NULL: no factors */
    ss_diversity_candidate *candidates;
    size_t count;
    float share; /* d */
} ss_diversity;

ss_status ss_diversity_init(ss_diversity *diversity, const ss_als *als, ss_error *error);
void ss_diversity_release(ss_diversity *diversity);

/* Forgets all candidates. share: d. */
void ss_diversity_begin(ss_diversity *diversity, double share);

/* One more candidate, like none chosen so far; ignored above SS_DIVERSITY_MAX. category may be SS_NONE. */
void ss_diversity_add(ss_diversity *diversity, uint32_t item, uint32_t category, float relevance);

/* An item was chosen, a candidate or not: those like it become less welcome. */
void ss_diversity_choose(ss_diversity *diversity, uint32_t item, uint32_t category);

/* Takes out the best candidate; its score is the formula above. False: none is left. */
bool ss_diversity_next(ss_diversity *diversity, ss_scored *next, uint32_t *category);

/* The similarity above; pure. */
float ss_diversity_likeness(const ss_als *als, uint32_t a, uint32_t a_category, uint32_t b, uint32_t b_category);

#endif

/*
 * name_index.h: names as vectors of weighted grams, and the inverted index that finds the names like one: read-only
 * views of arrays that a file or a trainer owns. Safe from any thread; nothing allocates.
 *
 * A gram that occurs t times in a name weighs (1 + ln t) times its own weight there (sublinear term frequency); the
 * similarity of two names is the cosine of their vectors. Grams that only one name has are not listed: they weigh
 * `unknown` and make a name longer without being like any other; so do grams that no name has. Grams listed with weight
 * 0 are too common to say anything.
 */
#ifndef SS_MODELS_NAME_INDEX_H
#define SS_MODELS_NAME_INDEX_H

#include "models/name_grams.h"
#include <math.h>

typedef struct ss_name_index {
    const uint64_t *keys;    /* gram_count, rising */
    const float *weights;    /* gram_count, >= 0 */
    const uint64_t *offsets; /* gram_count + 1: gram g stands in the names offsets[g] .. offsets[g + 1] of `items` */
    const uint32_t *items;   /* posting_count, rising for a gram */
    const uint8_t *counts;   /* posting_count: times it occurs there, 1 to 255 */
    const float *norms;      /* item_count: length of the name's vector; 0: no name, or none that says anything */
    uint64_t posting_count;
    uint32_t gram_count, item_count;
    double unknown;
} ss_name_index;

/* (1 + ln t) * weight, for t from 1 on; more than 255 times counts as 255. */
static inline double ss_name_gram_weight(uint32_t count, double weight)
{
    return count <= 1 ? weight : (1 + log(count < UINT8_MAX ? count : UINT8_MAX)) * weight;
}

/* Length of the vector of a name's grams. */
double ss_name_index_norm(const ss_name_index *index, const ss_name_gram *grams, size_t gram_count);

/*
 * Adds to sums[item] (item_count of them, all 0 before) the product of the vectors, for each item that shares a gram
 * that is not too common; returns how many these are, and their numbers in `touched` (room for item_count), in an order
 * that depends on the index and the grams alone. Divide by both norms for the cosine. The caller sets the sums of
 * `touched` to 0 again.
 */
size_t ss_name_index_match(const ss_name_index *index, const ss_name_gram *grams, size_t gram_count, float *sums,
                           uint32_t *touched);

/* The cosine that a sum comes to, 0 to 1. */
static inline float ss_name_similarity(float sum, double norm, double other_norm)
{
    double cosine = norm > 0 && other_norm > 0 ? (double)sum / (norm * other_norm) : 0;
    return (float)(cosine < 1 ? cosine : 1);
}

#endif

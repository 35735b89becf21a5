/*
 * als_query.h: reading als.safetensors: fold-in of a visitor and exact maximum-inner-product search.
 * Read-only once open; safe from any thread, each with a scratch of its own; nothing allocates but open and scratch_new. No BLAS.
 */
#ifndef SS_MODELS_ALS_QUERY_H
#define SS_MODELS_ALS_QUERY_H

#include "base/topk.h"
#include "models/als.h"

typedef struct ss_als {
    ss_model_file *file; /* owned */
    uint32_t trained, factors, stride;
    const float *item_factors, *gram, *scales, *errors, *norms;
    const int8_t *quantized;
    double unobserved, regularization, frequency_exponent, item_total;
    ss_als_weighting weighting;
    float weighting_parameter;
} ss_als;

ss_status ss_als_open(const char *generation_path, ss_als *model, ss_error *error);
void ss_als_close(ss_als *model);

/* Working memory of one thread; also the folded-in vector (stride floats, 64-byte aligned). NULL when out of memory. */
typedef struct ss_als_scratch ss_als_scratch;
ss_als_scratch *ss_als_scratch_new(const ss_als *model);
void ss_als_scratch_free(ss_als_scratch **scratch);
float *ss_als_vector(ss_als_scratch *scratch); /* borrowed: stride floats */

/*
 * The visitor's factors from what they bought: one exact half-sweep (Cholesky) against the stored Gram matrix, into the
 * scratch's vector. Items not trained are skipped. `quantities` may be NULL (all 1). False (vector zero) when no item is left.
 * Microseconds: 64 factors and 20 items about 30.
 */
bool ss_als_fold_in(const ss_als *model, const uint32_t *items, const float *quantities, size_t count, ss_als_scratch *scratch);

/* The inner product with one item; 0 for an item not trained. */
float ss_als_score(const ss_als *model, const float *vector, uint32_t item);

/*
 * Exact top-k by inner product among the items that `admit` lets through (NULL: all). `admit` is called only for items
 * good enough to enter. Best first; ties by lower item number; equal bit for bit to scoring every item with ss_als_score.
 * Returns how many were found (<= k). `out` has room for k.
 */
typedef bool (*ss_item_filter)(void *context, uint32_t item);
size_t ss_als_search(const ss_als *model, const float *vector, size_t k, ss_item_filter admit, void *context,
                     ss_als_scratch *scratch, ss_scored *out);

#endif

/*
 * als_query.h: reading als.safetensors: fold-in of a visitor and exact maximum-inner-product search.
 * Read-only once open; safe from any thread, each with a scratch of its own; nothing allocates but open and
 * scratch_new. No BLAS.
 */
#ifndef SS_MODELS_ALS_QUERY_H
#define SS_MODELS_ALS_QUERY_H

#include "base/topk.h"
#include "models/als.h"

typedef struct ss_als {
    ss_model_file *file; /* owned */
    uint32_t trained, factors, stride, blocks;
    const float *item_factors, *gram;
    const uint32_t *order;
    const uint8_t *quantized;
    const float *scales, *block_errors, *block_norms;
    double unobserved, regularization, frequency_exponent, item_total;
    ss_als_weighting weighting;
    float weighting_parameter;
    double half_life_days;
    int64_t newest_time;                  /* that ages are counted from */
    const struct ss_als_kernels *kernels; /* this machine's */
} ss_als;

/* SS_E_NOT_FOUND, SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM. */
ss_status ss_als_open(const char *generation_path, ss_als *model, ss_error *error);
void ss_als_close(ss_als *model);

/* Working memory of one thread; also the folded-in vector. NULL when out of memory. */
typedef struct ss_als_scratch ss_als_scratch;
ss_als_scratch *ss_als_scratch_new(const ss_als *model);
void ss_als_scratch_free(ss_als_scratch **scratch);
float *ss_als_vector(ss_als_scratch *scratch); /* borrowed: stride floats, 64-byte aligned, the padding 0 */

/*
 * The visitor's factors from what they bought: one half-sweep against the stored Gram matrix, into the scratch's
 * vector. Up to 64 items exactly, by Cholesky in the space of the items; more by conjugate gradients to a millionth.
 * Items not trained are skipped; an item given twice weighs twice. `quantities` may be NULL (all 1), and so may `times`
 * (no decay; SS_NO_TIME: none for that item). False (vector zero) when no item is left. Microseconds: 64 factors and 20
 * items about 3.
 */
bool ss_als_fold_in(const ss_als *model, const uint32_t *items, const float *quantities, const int64_t *times,
                    size_t count, ss_als_scratch *scratch);

/* The inner product with one item; 0 for an item not trained. */
float ss_als_score(const ss_als *model, const float *vector, uint32_t item);

/* Asks the memory for an item's factors, which will be needed. */
static inline void ss_als_fetch(const ss_als *model, uint32_t item)
{
    const float *row = model->item_factors + (size_t)(item < model->trained ? item : 0) * model->stride;
    for (uint32_t k = 0; k < model->stride; k += 16) /* a cache line */
        __builtin_prefetch(row + k);
}

/*
 * Exact top-k by inner product among the items that `admit` lets through (NULL: all). Best first; ties by lower item
 * number; ids and scores equal bit for bit to scoring every item with ss_als_score. Returns how many were found (<= k).
 * `out` has room for k. `vector`: stride floats, 64-byte aligned, finite; not the scratch's own is fine too.
 *
 * Reads one byte a factor and bounds what rounding to a byte can hide by Cauchy and Schwarz; only items whose bound
 * reaches the k-th best are scored in full, and only they are shown to `admit`. Blocks stand in order of falling norm,
 * so that the walk ends where no later item can reach it. (Teflioudi, Gemulla 2016 for pruning by norms.)
 */
typedef bool (*ss_item_filter)(void *context, uint32_t item);
size_t ss_als_search(const ss_als *model, const float *vector, size_t k, ss_item_filter admit, void *context,
                     ss_als_scratch *scratch, ss_scored *out);

/* ---- many searches at once: what each finds is what ss_als_search finds ---- */

/* One of them: its arguments, and what is found. Borrowed. */
typedef struct ss_als_ask {
    const float *vector;
    size_t k;
    ss_item_filter admit;
    void *context;
    ss_scored *out; /* room for k */
    size_t found;   /* set */
} ss_als_ask;

/*
 * Working memory of one thread, for searches of at most `most` each (more is fine, and slower). Some 13 kB and 400
 * bytes for each of `most`, times 32. The model is borrowed. NULL when out of memory.
 */
typedef struct ss_als_many ss_als_many;
ss_als_many *ss_als_many_new(const ss_als *model, size_t most);
void ss_als_many_free(ss_als_many **many); /* accepts NULL */

/*
 * Any number of searches, 32 at a time: these take turns on a few blocks of the index while they are in the cache, so that
 * memory is read once for all of them. The time of a search is then that of its arithmetic.
 */
void ss_als_search_many(ss_als_many *many, ss_als_ask *asks, size_t count);

#endif

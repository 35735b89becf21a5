/* als_sample.h: what the tests of the factorization share: a matrix with planted clusters, and a model held in memory.
 */
#ifndef SS_TESTS_ALS_SAMPLE_H
#define SS_TESTS_ALS_SAMPLE_H

#include "testing.h"

#include "base/memory.h"
#include "models/als_index.h"
#include "models/als_kernel.h"
#include "models/als_query.h"
#include "models/als_train.h"
#include <math.h>
#include <string.h>

#define SAMPLE_CLUSTERS 4u

typedef struct als_sample {
    ss_als_matrix matrix;
    uint64_t *offsets;
    uint32_t *columns;
    float *weights;
} als_sample;

/* Users and items i belong to cluster i % 4; most of what a user buys is of their own. Some users buy nothing. */
static inline als_sample als_sample_make(ss_random *random, uint32_t users, uint32_t items, double density,
                                         bool weighted)
{
    als_sample s = {.offsets = ss_array_new(users + 1, sizeof *s.offsets),
                    .columns = ss_array_new((size_t)users * items, sizeof *s.columns),
                    .weights = weighted ? ss_array_new((size_t)users * items, sizeof *s.weights) : NULL};
    uint64_t count = 0;
    for (uint32_t user = 0; user < users; user++) {
        s.offsets[user] = count;
        for (uint32_t item = 0; item < items && user % 13 != 12; item++) {
            double own = user % SAMPLE_CLUSTERS == item % SAMPLE_CLUSTERS ? density : density / 20;
            if (ss_random_unit(random) >= own)
                continue;
            if (weighted)
                s.weights[count] = (float)(0.5 + 3 * ss_random_unit(random));
            s.columns[count++] = item;
        }
    }
    s.offsets[users] = count;
    s.matrix = (ss_als_matrix){users, items, s.offsets, s.columns, s.weights};
    return s;
}

static inline void als_sample_free(als_sample *s)
{
    free(s->offsets);
    free(s->columns);
    free(s->weights);
}

static const ss_als_options als_sample_options = {.factors = 12,
                                                  .iterations = 8,
                                                  .solver = SS_ALS_CHOLESKY,
                                                  .cg_steps = 3,
                                                  .unobserved = 0.1,
                                                  .regularization = 0.02,
                                                  .frequency_exponent = 0.9,
                                                  .seed = 7,
                                                  .objective = true};

/* A model over factors in memory; both outlive it. Release the index. */
static inline ss_als als_model_over(const float *factors, uint32_t items, uint32_t stride, ss_als_index *index)
{
    ss_error error;
    expect_ok(ss_als_index_make(factors, items, stride, index, &error), &error);
    return (ss_als){.trained = items,
                    .factors = stride,
                    .stride = stride,
                    .blocks = index->blocks,
                    .item_factors = factors,
                    .order = index->order,
                    .quantized = index->quantized,
                    .scales = index->scales,
                    .block_errors = index->block_errors,
                    .block_norms = index->block_norms,
                    .kernels = ss_als_kernels_for(ss_cpu_detect())};
}

#endif

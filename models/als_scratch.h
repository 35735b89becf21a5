/* als_scratch.h: what fold-in and search share of a thread's working memory. Inside of als_query.h. */
#ifndef SS_MODELS_ALS_SCRATCH_H
#define SS_MODELS_ALS_SCRATCH_H

#include "models/als_query.h"

struct ss_als_scratch {
    float *floats; /* owned; the vectors below lie in it */
    float *vector, *diagonal, *cg, *few;
    int8_t *query;     /* owned: stride bytes */
    uint32_t capacity; /* entries of the next two: the trained items */
    uint32_t *ids;     /* owned: capacity columns of a system, or candidates of a search */
    float *values;     /* owned: the columns' weights; or bounds of candidates, four times as many */
};

#endif

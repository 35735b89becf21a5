/*
 * als_linear_train.h: dense linear algebra over a whole side's factors: Gram matrix, principal axes, rotation,
 * objective's parts. Rows of `stride` floats of which `factors` count and the rest are zero, 64-byte aligned. Sums run
 * over fixed blocks in fixed order: same bytes for any number of threads. OpenBLAS is called from inside the loops and
 * must be single-threaded.
 */
#ifndef SS_MODELS_ALS_LINEAR_TRAIN_H
#define SS_MODELS_ALS_LINEAR_TRAIN_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

typedef struct ss_als_rows { /* borrowed */
    float *values;
    uint32_t count, factors, stride;
} ss_als_rows;

/* gram[factors x factors] = sum over rows of y yT, both triangles. SS_E_NOMEM. */
ss_status ss_als_gram(ss_als_rows rows, int threads, double *gram, ss_error *error);

/*
 * Turns both sides into the principal axes of `fixed`, strongest first: its Gram matrix becomes diagonal, `spectrum`
 * (factors values, falling, >= 0). Scores, norms and the objective stay as they are, for the axes are orthonormal.
 * SS_E_NOMEM.
 */
ss_status ss_als_align(ss_als_rows fixed, ss_als_rows other, int threads, double *spectrum, ss_error *error);

#endif

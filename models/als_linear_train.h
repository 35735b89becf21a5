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

typedef struct ss_als_rows {
    float *values;
    uint32_t count, factors, stride;
} ss_als_rows;

/* Zero rows, padded to a multiple of 16, in huge pages where the system gives them. Caller frees `values`: NULL when
 * out of memory. */
ss_als_rows ss_als_rows_new(uint32_t count, uint32_t factors);

/* Random rows, normal with a deviation of .1 / sqrt(factors); the same for the same seed. */
void ss_als_rows_start(ss_als_rows rows, uint64_t seed, int threads);

/* gram[factors x factors] = sum over rows of y yT, both triangles. SS_E_NOMEM. */
ss_status ss_als_gram(ss_als_rows rows, int threads, double *gram, ss_error *error);

/*
 * Turns both sides into the principal axes of `fixed`, strongest first: its Gram matrix becomes diagonal, `spectrum`
 * (factors values, falling, >= 0). Scores, norms and the objective stay as they are, for the axes are orthonormal.
 * SS_E_NOMEM.
 */
ss_status ss_als_align(ss_als_rows fixed, ss_als_rows other, int threads, double *spectrum, ss_error *error);

#endif

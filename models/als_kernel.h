/*
 * als_kernel.h: the arithmetic of the factorization that trainer, fold-in and search share. Pure functions; safe from
 * any thread.
 *
 * Each kernel exists twice, for the baseline and for AVX2. Those over floats come from one source with a fixed order of
 * summation and without fused multiply-adds, those over integers are exact: both forms give the same bits. Vectors are
 * padded with zeros to `stride`, a multiple of 16 up to SS_ALS_FACTORS_MAX, and 64-byte aligned.
 */
#ifndef SS_MODELS_ALS_KERNEL_H
#define SS_MODELS_ALS_KERNEL_H

#include "base/cpu.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The system of one row, (D + sum c y yT) x = sum c y, in the principal axes of the other side's factors: there the
 * unobserved weight's Gram matrix is diagonal, and D is its diagonal plus the row's regularization.
 */
typedef struct ss_als_system {
    const float *factors;    /* rows y of `stride` floats */
    const uint32_t *columns; /* which rows were observed */
    const float *weights;    /* c, > 0; NULL: all 1 */
    size_t count;
    const float *diagonal; /* D: stride floats, > 0, also in the padding */
    uint32_t stride;
} ss_als_system;

#define SS_ALS_CG_WORK 5u  /* vectors of working memory of solve_cg */
#define SS_ALS_FEW     64u /* most observations solve_few takes */
/* Floats of working memory of solve_few: scaled rows, then (as doubles) the matrix and the solution. */
#define SS_ALS_FEW_WORK(STRIDE) (SS_ALS_FEW * (size_t)(STRIDE) + 2u * SS_ALS_FEW * (SS_ALS_FEW + 1u))

/* Positions a block of the search index holds, and the layout of its bytes: dimension k of position p. */
#define SS_ALS_BLOCK            32u
#define SS_ALS_BLOCK_BYTE(K, P) ((((K) / 4u) * SS_ALS_BLOCK + (P)) * 4u + (K) % 4u)
#define SS_ALS_ITEM_ZERO        128 /* an item's coordinate v is stored as v + 128, v in -127..127 */
#define SS_ALS_QUERY_MAX        31  /* a query's coordinate lies in -31..31: sums of four products fit 16 bits */

/* A walk over the blocks of the search index with one query. */
typedef struct ss_als_scan {
    const uint8_t *bytes;                 /* 64-byte aligned */
    const float *scales, *errors, *norms; /* of positions, of blocks, of blocks */
    uint32_t blocks, stride;
    const int8_t *query;              /* stride coordinates */
    int32_t offset;                   /* SS_ALS_ITEM_ZERO x their sum */
    float unit;                       /* the query's scale */
    float reach;                      /* x a block's norm: no score of the block is above */
    float per_norm, per_error, least; /* a block's slack: per_norm x norm + per_error x error + least */
} ss_als_scan;

typedef struct ss_als_hits {
    float scores[SS_ALS_BLOCK]; /* approximate: unit x scale x (sum of byte x query - offset) */
    float slack;                /* no exact score is further away than this */
    uint32_t mask;              /* the positions whose score + slack reaches the threshold */
} ss_als_hits;

typedef struct ss_als_kernels {
    /* x.y, summed in 16 lanes; the one definition of a score. */
    float (*dot)(const float *x, const float *y, uint32_t stride);
    /*
     * At most `steps` conjugate-gradient steps from x, preconditioned by D; ends early when the preconditioned residual
     * has fallen to `tolerance` of the first one's. Returns the steps taken.
     */
    unsigned (*solve_cg)(const ss_als_system *system, unsigned steps, float tolerance, float *work, float *x);
    /*
     * The exact solution for at most SS_ALS_FEW observations by Cholesky in the space of the observations:
     * x = D^-1 YT (C^-1 + Y D^-1 YT)^-1 1. False, with x untouched, should rounding break the factorization.
     */
    bool (*solve_few)(const ss_als_system *system, float *work, float *x);
    /* The first block from `block` on with a hit, or scan->blocks when none is left that could have one. */
    uint32_t (*scan)(const ss_als_scan *scan, uint32_t block, float threshold, ss_als_hits *hits);
} ss_als_kernels;

/* The kernels of a machine. Never NULL. */
const ss_als_kernels *ss_als_kernels_for(ss_cpu_kernel kernel);

#endif

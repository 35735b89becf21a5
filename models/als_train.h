/*
 * als_train.h: training the factorization.
 *
 * Minimises  sum over observed (u,i) of c_ui (1 - x_u.y_i)^2  +  alpha0 sum over all (u,i) of (x_u.y_i)^2
 *          + lambda ( sum_u (n_u + alpha0 |I|)^nu ||x_u||^2 + sum_i (n_i + alpha0 |U|)^nu ||y_i||^2 )
 * with c from ss_als_weight, n_u and n_i the summed observed weights (Rendle et al. 2021, eq. 5 ff., there with c = 1).
 * Alternates over items and users, so that the users fit the items handed out; each row is an independent d x d system,
 * solved exactly (Cholesky) or by a few warm-started conjugate-gradient steps. Before each half-sweep both sides are
 * turned into the principal axes of the fixed side: the objective does not change, the Gram matrix becomes diagonal,
 * its product with a vector costs nothing and the diagonal is a strong preconditioner: three steps come within a
 * ten-thousandth of the exact objective. Same bytes for any number of threads.
 */
#ifndef SS_MODELS_ALS_TRAIN_H
#define SS_MODELS_ALS_TRAIN_H

#include "base/options.h"
#include "base/progress.h"
#include "log/interactions.h"
#include "models/als.h"

typedef enum ss_als_solver { SS_ALS_CG, SS_ALS_CHOLESKY } ss_als_solver;

typedef struct ss_als_options {
    int64_t factors;           /* 8..512 */
    int64_t iterations;        /* 1..200; an iteration is both sweeps */
    int64_t solver;            /* ss_als_solver */
    int64_t cg_steps;          /* 1..20 */
    double unobserved;         /* alpha0 */
    double regularization;     /* lambda */
    double frequency_exponent; /* nu, 0..1 */
    int64_t weighting;         /* ss_als_weighting */
    double weighting_parameter;
    double half_life_days; /* decay of old purchases' weights; 0: none */
    int64_t seed;
    bool objective; /* report the objective each iteration (costs a pass) */
} ss_als_options;
extern const ss_option ss_als_option_table[];

/* Trains and writes als.safetensors into the folder. Progress: phase "als", unit "iterations", loss = objective when
 * asked for. */
ss_status ss_als_train(const ss_interactions *interactions, const ss_als_options *options, int threads,
                       ss_progress_sink *progress, const char *generation_path, ss_error *error);

/* ---- the kernel, for benchmarks and oracles ---- */

typedef struct ss_als_matrix { /* CSR of users x items, borrowed */
    uint32_t users, items;
    const uint64_t *offsets; /* users + 1 */
    const uint32_t *columns;
    const float *weights; /* NULL: all 1 */
} ss_als_matrix;

typedef struct ss_als_factors { /* owned; rows of `stride` floats, zero-padded, 64-byte aligned */
    float *users, *items;
    uint32_t user_count, item_count, factors, stride;
    double *objective; /* iterations + 1 values when asked for (before the first, after each); else NULL */
    size_t objective_count;
} ss_als_factors;
void ss_als_factors_free(ss_als_factors *factors);
ss_status ss_als_fit(const ss_als_matrix *matrix, const ss_als_options *options, int threads,
                     ss_progress_sink *progress, ss_als_factors *out, ss_error *error);

/* Writes als.safetensors into the folder. `newest`: what ages of purchases were counted from, or SS_NO_TIME where they
 * did not count. SS_E_NOMEM, SS_E_IO. */
ss_status ss_als_write(const char *generation_path, const ss_als_factors *factors, const ss_als_options *options,
                       int64_t newest, ss_error *error);

#endif

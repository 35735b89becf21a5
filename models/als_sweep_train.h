/*
 * als_sweep_train.h: half a sweep of alternating least squares (all rows of one side against the other), and the
 * objective. Each row is solved by one thread from what it alone depends on: same bytes for any number of threads.
 */
#ifndef SS_MODELS_ALS_SWEEP_TRAIN_H
#define SS_MODELS_ALS_SWEEP_TRAIN_H

#include "models/als_linear_train.h"
#include "models/als_train.h"

typedef struct ss_als_sweep {    /* borrowed */
    const ss_als_matrix *matrix; /* its users are the rows to solve, its items the fixed rows */
    ss_als_rows solved, fixed;   /* `fixed` in its principal axes (ss_als_align) */
    const double *spectrum;      /* of the fixed side's Gram matrix */
    const ss_als_options *options;
    int threads;
} ss_als_sweep;

/* SS_E_NOMEM; SS_E_RANGE when a system is not positive definite in single precision. */
ss_status ss_als_sweep_run(const ss_als_sweep *sweep, ss_error *error);

/* The objective of als_train.h; `by_item` is the transposed matrix. SS_E_NOMEM. */
ss_status ss_als_objective(const ss_als_matrix *by_user, const ss_als_matrix *by_item, ss_als_rows users,
                           ss_als_rows items, const ss_als_options *options, int threads, double *objective,
                           ss_error *error);

#endif

#include "base/memory.h"
#include "models/als_matrix_train.h"
#include "models/als_sweep_train.h"
#include <cblas.h>
#include <math.h>
#include <stdlib.h>

typedef struct fit { /* all that one run owns */
    const ss_als_matrix *by_user;
    ss_als_transposed by_item;
    ss_als_rows users, items;
    double *spectrum, *objective;
    const ss_als_options *options;
    int threads;
    ss_progress_sink *progress;
} fit;

void ss_als_factors_free(ss_als_factors *factors)
{
    if (!factors)
        return;
    free(factors->users);
    free(factors->items);
    free(factors->objective);
    *factors = (ss_als_factors){0};
}

/* Users start at random, items at zero: an iteration starts with the items. */
static ss_status fit_make(fit *f, ss_error *error)
{
    uint32_t factors = (uint32_t)f->options->factors;
    size_t iterations = (size_t)f->options->iterations;
    f->users = ss_als_rows_new(f->by_user->users, factors);
    f->items = ss_als_rows_new(f->by_user->items, factors);
    f->spectrum = ss_array_zeroed(factors, sizeof *f->spectrum);
    f->objective = f->options->objective ? ss_array_new(iterations + 1, sizeof *f->objective) : NULL;
    if (!f->users.values || !f->items.values || !f->spectrum || (f->options->objective && !f->objective))
        return ss_error_nomem(error);
    ss_als_rows_start(f->users, (uint64_t)f->options->seed, f->threads);
    return ss_als_transpose(f->by_user, &f->by_item, error);
}

static ss_status half_sweep(fit *f, const ss_als_matrix *matrix, ss_als_rows solved, ss_als_rows fixed, ss_error *error)
{
    ss_status status;
    ss_als_sweep sweep = {matrix, solved, fixed, f->spectrum, f->options, f->threads};
    SS_TRY(ss_als_align(fixed, solved, f->threads, f->spectrum, error));
    SS_TRY(ss_als_sweep_run(&sweep, error));
out:
    return status;
}

/* The objective after `done` iterations, when asked for, and a word to who listens. */
static ss_status account(fit *f, size_t done, ss_error *error)
{
    ss_progress progress = {.phase = "als",
                            .done = done,
                            .total = (uint64_t)f->options->iterations,
                            .unit = "iterations",
                            .loss = NAN,
                            .finished = done == (size_t)f->options->iterations};
    if (f->objective) {
        ss_status status = ss_als_objective(f->by_user, &f->by_item.matrix, f->users, f->items, f->options, f->threads,
                                            &f->objective[done], error);
        if (status != SS_OK)
            return status;
        progress.loss = f->objective[done];
    }
    if (!ss_progress_tell(f->progress, &progress))
        return ss_error_set(error, SS_E_CANCELLED, "stopped on request");
    return SS_OK;
}

static ss_status iterate(fit *f, ss_error *error)
{
    ss_status status;
    SS_TRY(account(f, 0, error));
    for (size_t done = 1; done <= (size_t)f->options->iterations; done++) {
        SS_TRY(half_sweep(f, &f->by_item.matrix, f->items, f->users, error));
        SS_TRY(half_sweep(f, f->by_user, f->users, f->items, error));
        SS_TRY(account(f, done, error));
    }
out:
    return status;
}

/* Hands the factors over to the caller. */
static void fit_give(fit *f, ss_als_factors *out)
{
    *out = (ss_als_factors){.users = f->users.values,
                            .items = f->items.values,
                            .user_count = f->users.count,
                            .item_count = f->items.count,
                            .factors = f->users.factors,
                            .stride = f->users.stride,
                            .objective = f->objective,
                            .objective_count = f->objective ? (size_t)f->options->iterations + 1 : 0};
    f->users.values = f->items.values = NULL;
    f->objective = NULL;
}

static void fit_drop(fit *f)
{
    ss_als_transposed_free(&f->by_item);
    free(f->users.values);
    free(f->items.values);
    free(f->spectrum);
    free(f->objective);
}

static ss_status check_options(const ss_als_options *options, int threads, ss_error *error)
{
    bool fine = options->factors >= 8 && options->factors <= SS_ALS_FACTORS_MAX && options->iterations >= 1 &&
                options->cg_steps >= 1 && options->unobserved >= 0 && options->regularization > 0 && threads >= 1;
    return fine ? SS_OK : ss_error_set(error, SS_E_RANGE, "an option of the factorization lies outside its range");
}

ss_status ss_als_fit(const ss_als_matrix *matrix, const ss_als_options *options, int threads,
                     ss_progress_sink *progress, ss_als_factors *out, ss_error *error)
{
    ss_status status = check_options(options, threads, error);
    if (status != SS_OK)
        return status;
    fit f = {.by_user = matrix, .options = options, .threads = threads, .progress = progress};
    int blas_threads = openblas_get_num_threads();
    openblas_set_num_threads(1);
    SS_TRY(fit_make(&f, error));
    SS_TRY(iterate(&f, error));
    fit_give(&f, out);
out:
    fit_drop(&f);
    openblas_set_num_threads(blas_threads);
    return status;
}

#include "base/memory.h"
#include "base/random.h"
#include "models/als_sweep_train.h"
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE       ((uintptr_t)1 << 21)
#define START_DEVIATION 0.1 /* of the length of a user's first factors */

typedef struct fit { /* all that one run owns */
    const ss_als_matrix *by_user;
    ss_als_matrix by_item;
    uint64_t *offsets; /* of by_item, and so are the next two */
    uint32_t *columns;
    float *weights;
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

/* Rows are gathered at random: with small pages nearly every one would miss the translation buffer as well. */
static float *new_rows(size_t count, size_t stride)
{
    size_t bytes = count * stride * sizeof(float);
    float *rows = count > SIZE_MAX / sizeof(float) / stride ? NULL : ss_array_aligned(count * stride, sizeof *rows);
    if (!rows)
        return NULL;
    uintptr_t begin = ((uintptr_t)rows + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1),
              end = ((uintptr_t)rows + bytes) & ~(HUGE_PAGE - 1);
    if (begin < end)
        (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE); /* only a hint: refusing it costs time, no more */
    memset(rows, 0, bytes);
    return rows;
}

static ss_status transpose(fit *f, ss_error *error)
{
    const ss_als_matrix *m = f->by_user;
    uint64_t total = m->offsets[m->users];
    f->offsets = ss_array_zeroed((size_t)m->items + 2, sizeof *f->offsets);
    f->columns = ss_array_new(total, sizeof *f->columns);
    f->weights = m->weights ? ss_array_new(total, sizeof *f->weights) : NULL;
    if (!f->offsets || !f->columns || (m->weights && !f->weights))
        return ss_error_nomem(error);
    for (uint64_t k = 0; k < total; k++)
        f->offsets[m->columns[k] + 2]++;
    for (size_t item = 0; item < m->items; item++)
        f->offsets[item + 2] += f->offsets[item + 1];
    for (uint32_t user = 0; user < m->users; user++)
        for (uint64_t k = m->offsets[user]; k < m->offsets[user + 1]; k++) {
            uint64_t place = f->offsets[m->columns[k] + 1]++;
            f->columns[place] = user;
            if (f->weights)
                f->weights[place] = m->weights[k];
        }
    f->by_item = (ss_als_matrix){m->items, m->users, f->offsets, f->columns, f->weights};
    return SS_OK;
}

/* Users start at random, items at zero: an iteration starts with the items. */
static void start_users(const fit *f)
{
    double deviation = START_DEVIATION / sqrt(f->users.factors);
    uint64_t seed = ss_random_mix((uint64_t)f->options->seed);
#pragma omp parallel for schedule(static) num_threads(f->threads)
    for (uint32_t user = 0; user < f->users.count; user++) {
        ss_random random;
        ss_random_seed(&random, ss_random_mix(seed + user));
        float *x = f->users.values + (size_t)user * f->users.stride;
        for (uint32_t k = 0; k < f->users.factors; k++)
            x[k] = (float)(deviation * ss_random_normal(&random));
    }
}

static ss_status fit_make(fit *f, ss_error *error)
{
    uint32_t factors = (uint32_t)f->options->factors, stride = (factors + 15) / 16 * 16;
    size_t iterations = (size_t)f->options->iterations;
    f->users = (ss_als_rows){new_rows(f->by_user->users, stride), f->by_user->users, factors, stride};
    f->items = (ss_als_rows){new_rows(f->by_user->items, stride), f->by_user->items, factors, stride};
    f->spectrum = ss_array_zeroed(factors, sizeof *f->spectrum);
    f->objective = f->options->objective ? ss_array_new(iterations + 1, sizeof *f->objective) : NULL;
    if (!f->users.values || !f->items.values || !f->spectrum || (f->options->objective && !f->objective))
        return ss_error_nomem(error);
    start_users(f);
    return transpose(f, error);
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
        ss_status status = ss_als_objective(f->by_user, &f->by_item, f->users, f->items, f->options, f->threads,
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
        SS_TRY(half_sweep(f, &f->by_item, f->items, f->users, error));
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
    free(f->offsets);
    free(f->columns);
    free(f->weights);
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

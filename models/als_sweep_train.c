#include "models/als_sweep_train.h"

#include "base/memory.h"
#include "models/als_kernel.h"
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK         16u   /* rows handed to a thread at a time */
#define AHEAD         64u   /* most rows of the next system fetched ahead into the cache */
#define PACKED_ROWS   256u  /* rows gathered for one rank-k update */
#define OBJECTIVE_SUM 1024u /* rows summed in one go */

typedef struct worker { /* one thread's working memory */
    float *memory;      /* owned; the others lie in it */
    float *diagonal, *cg, *few, *packed, *matrix, *right;
} worker;

static bool worker_make(worker *w, const ss_als_sweep *sweep)
{
    size_t stride = sweep->fixed.stride, exact = sweep->options->solver == SS_ALS_CHOLESKY;
    size_t few = SS_ALS_FEW_WORK(stride), packed = PACKED_ROWS * stride, cells = stride * stride;
    size_t total = stride * (1 + SS_ALS_CG_WORK) + exact * (few + packed + cells + stride);
    w->memory = ss_array_aligned(total, sizeof *w->memory);
    if (!w->memory)
        return false;
    w->diagonal = w->memory;
    w->cg = w->diagonal + stride;
    w->few = w->cg + SS_ALS_CG_WORK * stride;
    w->packed = w->few + few;
    w->matrix = w->packed + packed;
    w->right = w->matrix + cells;
    return true;
}

static double observed_weight(const ss_als_matrix *matrix, size_t row)
{
    uint64_t begin = matrix->offsets[row], end = matrix->offsets[row + 1];
    if (!matrix->weights)
        return (double)(end - begin);
    double sum = 0;
    for (uint64_t k = begin; k < end; k++)
        sum += (double)matrix->weights[k];
    return sum;
}

static double row_regularization(const ss_als_matrix *matrix, const ss_als_options *options, size_t row)
{
    return ss_als_row_regularization(options->regularization, options->frequency_exponent, options->unobserved,
                                     observed_weight(matrix, row), (double)matrix->items);
}

static ss_als_system row_system(const ss_als_sweep *sweep, size_t row, float *diagonal)
{
    const ss_als_matrix *matrix = sweep->matrix;
    double own = row_regularization(matrix, sweep->options, row);
    for (uint32_t k = 0; k < sweep->fixed.stride; k++)
        diagonal[k] = k < sweep->fixed.factors ? (float)(sweep->options->unobserved * sweep->spectrum[k] + own) : 1;
    uint64_t begin = matrix->offsets[row];
    return (ss_als_system){.factors = sweep->fixed.values,
                           .columns = matrix->columns + begin,
                           .weights = matrix->weights ? matrix->weights + begin : NULL,
                           .count = (size_t)(matrix->offsets[row + 1] - begin),
                           .diagonal = diagonal,
                           .stride = sweep->fixed.stride};
}

/* matrix += sum c y yT, right += sum c y over at most PACKED_ROWS observations. */
static void add_observed(const ss_als_system *s, size_t first, size_t count, uint32_t factors, worker *w)
{
    size_t stride = s->stride;
    for (size_t i = 0; i < count; i++) {
        const float *y = s->factors + s->columns[first + i] * stride;
        float *packed = w->packed + i * stride, root = s->weights ? sqrtf(s->weights[first + i]) : 1;
        for (size_t k = 0; k < stride; k++) {
            packed[k] = root * y[k];
            w->right[k] += root * packed[k];
        }
    }
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)factors, (int)count, 1, w->packed, (int)stride, 1,
                w->matrix, (int)stride);
}

static bool solve_cholesky(const ss_als_system *s, uint32_t factors, worker *w, float *x)
{
    size_t stride = s->stride;
    memset(w->matrix, 0, stride * stride * sizeof *w->matrix);
    memset(w->right, 0, stride * sizeof *w->right);
    for (size_t k = 0; k < factors; k++)
        w->matrix[k * stride + k] = s->diagonal[k];
    for (size_t first = 0; first < s->count; first += PACKED_ROWS) {
        size_t left = s->count - first;
        add_observed(s, first, left < PACKED_ROWS ? left : PACKED_ROWS, factors, w);
    }
    /* The upper triangle by rows is the lower one by columns. */
    lapack_int info =
        LAPACKE_sposv_work(LAPACK_COL_MAJOR, 'L', (int)factors, 1, w->matrix, (int)stride, w->right, (int)stride);
    if (info == 0)
        memcpy(x, w->right, stride * sizeof *x);
    return info == 0;
}

static bool solve_exactly(const ss_als_kernels *kernels, const ss_als_system *s, uint32_t factors, worker *w, float *x)
{
    bool few = s->count <= SS_ALS_FEW && s->count <= factors / 2;
    return (few && kernels->solve_few(s, w->few, x)) || solve_cholesky(s, factors, w, x);
}

/* Asks the memory for the factors that the row will gather. */
static void fetch_ahead(const ss_als_sweep *sweep, size_t row)
{
    const ss_als_matrix *matrix = sweep->matrix;
    if (row >= matrix->users)
        return;
    uint64_t begin = matrix->offsets[row], end = matrix->offsets[row + 1];
    if (end - begin > AHEAD)
        end = begin + AHEAD;
    for (uint64_t i = begin; i < end; i++) {
        const float *y = sweep->fixed.values + (size_t)matrix->columns[i] * sweep->fixed.stride;
        for (uint32_t k = 0; k < sweep->fixed.stride; k += 16)
            __builtin_prefetch(y + k, 0, 2);
    }
}

static bool solve_row(const ss_als_sweep *sweep, const ss_als_kernels *kernels, size_t row, worker *w)
{
    uint32_t stride = sweep->fixed.stride;
    float *x = sweep->solved.values + row * stride;
    ss_als_system system = row_system(sweep, row, w->diagonal);
    if (system.count == 0) {
        memset(x, 0, stride * sizeof *x);
        return true;
    }
    if (sweep->options->solver == SS_ALS_CHOLESKY)
        return solve_exactly(kernels, &system, sweep->fixed.factors, w, x);
    kernels->solve_cg(&system, (unsigned)sweep->options->cg_steps, 0, w->cg, x);
    return true;
}

ss_status ss_als_sweep_run(const ss_als_sweep *sweep, ss_error *error)
{
    const ss_als_kernels *kernels = ss_als_kernels_for(ss_cpu_detect());
    bool no_memory = false, no_solution = false;
#pragma omp parallel num_threads(sweep->threads) reduction(|| : no_memory, no_solution)
    {
        worker w = {0};
        no_memory = !worker_make(&w, sweep);
#pragma omp for schedule(dynamic, CHUNK)
        for (uint32_t row = 0; row < sweep->matrix->users; row++) {
            if (no_memory)
                continue;
            fetch_ahead(sweep, (size_t)row + 1);
            no_solution |= !solve_row(sweep, kernels, row, &w);
        }
        free(w.memory);
    }
    if (no_memory)
        return ss_error_nomem(error);
    if (no_solution)
        return ss_error_set(error, SS_E_RANGE, "a system is not positive definite: the regularization is too small");
    return SS_OK;
}

/* ---- the objective ---- */

/* The part of a run of users: what they observed, and their regularization. */
static double users_part(const ss_als_matrix *matrix, ss_als_rows users, ss_als_rows items,
                         const ss_als_options *options, const ss_als_kernels *kernels, size_t first, size_t end)
{
    double sum = 0;
    for (size_t user = first; user < end; user++) {
        const float *x = users.values + user * users.stride;
        for (uint64_t k = matrix->offsets[user]; k < matrix->offsets[user + 1]; k++) {
            const float *y = items.values + (size_t)matrix->columns[k] * items.stride;
            double miss = 1 - (double)kernels->dot(x, y, users.stride);
            sum += (matrix->weights ? (double)matrix->weights[k] : 1) * miss * miss;
        }
        sum += row_regularization(matrix, options, user) * (double)kernels->dot(x, x, users.stride);
    }
    return sum;
}

static double items_part(const ss_als_matrix *by_item, ss_als_rows items, const ss_als_options *options,
                         const ss_als_kernels *kernels)
{
    double sum = 0;
    for (size_t item = 0; item < items.count; item++) {
        const float *y = items.values + item * items.stride;
        sum += row_regularization(by_item, options, item) * (double)kernels->dot(y, y, items.stride);
    }
    return sum;
}

/* Sum over all pairs of (x.y)^2: the inner product of the two Gram matrices. */
static ss_status all_pairs(ss_als_rows users, ss_als_rows items, int threads, double *sum, ss_error *error)
{
    ss_status status;
    size_t cells = (size_t)users.factors * users.factors;
    double *grams = ss_array_new(2 * cells, sizeof *grams), total = 0;
    if (!grams)
        return ss_error_nomem(error);
    SS_TRY(ss_als_gram(users, threads, grams, error));
    SS_TRY(ss_als_gram(items, threads, grams + cells, error));
    for (size_t i = 0; i < cells; i++)
        total += grams[i] * grams[cells + i];
    *sum = total;
out:
    free(grams);
    return status;
}

ss_status ss_als_objective(const ss_als_matrix *by_user, const ss_als_matrix *by_item, ss_als_rows users,
                           ss_als_rows items, const ss_als_options *options, int threads, double *objective,
                           ss_error *error)
{
    ss_status status;
    const ss_als_kernels *kernels = ss_als_kernels_for(ss_cpu_detect());
    size_t runs = (users.count + (size_t)OBJECTIVE_SUM - 1) / OBJECTIVE_SUM;
    double *parts = ss_array_new(runs, sizeof *parts), pairs = 0;
    if (!parts)
        return ss_error_nomem(error);
    SS_TRY(all_pairs(users, items, threads, &pairs, error));
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t run = 0; run < runs; run++) {
        size_t first = run * OBJECTIVE_SUM, end = first + OBJECTIVE_SUM;
        parts[run] = users_part(by_user, users, items, options, kernels, first, end < users.count ? end : users.count);
    }
    double total = options->unobserved * pairs + items_part(by_item, items, options, kernels);
    for (size_t run = 0; run < runs; run++)
        total += parts[run];
    *objective = total;
out:
    free(parts);
    return status;
}

/*
 * bench_als.c: seconds per iteration (both sweeps) of the factorization, beside a straightforward exact solver over
 * OpenBLAS.
 *
 *   bench_als [--customers N …]     the shape of the data as in job/simulate_clusters.h: 10,000,000 of 200,000 x 50,000
 *
 * Prints lines `name value unit`: at 64 and 128 factors, one and two threads, medians of three turns; the objective
 * after ten iterations by conjugate gradients, by our exact solver and by the peer, all from the same start; ratios.
 * The peer does what the textbook says: per row a gather, cblas_ssyrk, LAPACKE_sposv, rows shared out by OpenMP, one
 * BLAS thread. Last, how long it takes to fold in a visitor.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/topk.h"
#include "job/simulate_clusters.h"
#include "measure.h"
#include "models/als_kernel.h"
#include "models/als_matrix_train.h"
#include "models/als_query.h"
#include "models/als_sweep_train.h"

#include <cblas.h>
#include <inttypes.h>
#include <lapacke.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS      2
#define MOST         32
#define TURNS        3
#define OBJECTIVE_AT 10

static const ss_als_options base_options = {.factors = 64,
                                            .iterations = OBJECTIVE_AT,
                                            .solver = SS_ALS_CG,
                                            .cg_steps = 3,
                                            .unobserved = 0.02,
                                            .regularization = 0.002,
                                            .frequency_exponent = 1,
                                            .seed = 1};

/* ---- ours ---- */

typedef struct stopwatch {
    int64_t last;
    double seconds[MOST];
    size_t count;
} stopwatch;

static bool split_time(void *context, const ss_progress *progress)
{
    stopwatch *watch = context;
    int64_t now = ss_clock_monotonic();
    if (progress->done > 0 && watch->count < MOST)
        watch->seconds[watch->count++] = (double)(now - watch->last) * 1e-9;
    watch->last = now;
    return true;
}

static ss_status measure(const ss_als_matrix *matrix, const ss_als_options *options, int threads, double *seconds,
                         double *objective, ss_error *error)
{
    stopwatch watch = {0};
    ss_progress_sink sink = {split_time, &watch, 0};
    ss_als_factors factors;
    ss_status status = ss_als_fit(matrix, options, threads, &sink, &factors, error);
    if (status != SS_OK)
        return status;
    if (objective)
        *objective = factors.objective[options->iterations];
    *seconds = watch.count ? bench_median(watch.seconds, watch.count) : NAN;
    ss_als_factors_free(&factors);
    return SS_OK;
}

/* ---- the peer ---- */

typedef struct peer {
    const ss_als_matrix *matrix;
    ss_als_rows solved, fixed;
    float *gram;
} peer;

static void peer_row(const peer *p, uint32_t row, float *gathered, float *system, float *right)
{
    uint64_t begin = p->matrix->offsets[row], count = p->matrix->offsets[row + 1] - begin;
    size_t d = p->fixed.factors, stride = p->fixed.stride;
    double own = ss_als_row_regularization(base_options.regularization, base_options.frequency_exponent,
                                           base_options.unobserved, (double)count, (double)p->matrix->items);
    memcpy(system, p->gram, d * d * sizeof *system);
    memset(right, 0, d * sizeof *right);
    for (uint64_t i = 0; i < count; i++) {
        const float *y = p->fixed.values + (size_t)p->matrix->columns[begin + i] * stride;
        memcpy(gathered + i * d, y, d * sizeof *y);
        for (size_t k = 0; k < d; k++)
            right[k] += y[k];
    }
    for (size_t k = 0; k < d; k++)
        system[k * d + k] += (float)own;
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)d, (int)count, 1, gathered, (int)d, 1, system, (int)d);
    LAPACKE_sposv(LAPACK_COL_MAJOR, 'L', (int)d, 1, system, (int)d, right, (int)d);
    memcpy(p->solved.values + (size_t)row * p->solved.stride, right, d * sizeof *right);
}

static uint64_t longest_row(const ss_als_matrix *matrix)
{
    uint64_t longest = 0;
    for (uint32_t row = 0; row < matrix->users; row++)
        if (matrix->offsets[row + 1] - matrix->offsets[row] > longest)
            longest = matrix->offsets[row + 1] - matrix->offsets[row];
    return longest;
}

static void peer_sweep(const ss_als_matrix *matrix, ss_als_rows solved, ss_als_rows fixed, int threads)
{
    size_t d = fixed.factors, longest = longest_row(matrix);
    peer p = {matrix, solved, fixed, ss_array_aligned(d * d, sizeof(float))};
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)d, (int)fixed.count, (float)base_options.unobserved,
                fixed.values, (int)fixed.stride, 0, p.gram, (int)d);
#pragma omp parallel num_threads(threads)
    {
        float *gathered = ss_array_aligned(longest * d, sizeof *gathered),
              *system = ss_array_aligned(d * d, sizeof *system), *right = ss_array_aligned(d, sizeof *right);
#pragma omp for schedule(dynamic, 16)
        for (uint32_t row = 0; row < matrix->users; row++)
            peer_row(&p, row, gathered, system, right);
        free(gathered);
        free(system);
        free(right);
    }
    free(p.gram);
}

/* From the same random start as ours. */
static ss_status peer_measure(const ss_als_matrix *by_user, const ss_als_matrix *by_item, const ss_als_options *options,
                              int threads, double *seconds, double *objective, ss_error *error)
{
    uint32_t factors = (uint32_t)options->factors;
    ss_als_rows users = ss_als_rows_new(by_user->users, factors), items = ss_als_rows_new(by_item->users, factors);
    double times[MOST];
    ss_status status = users.values && items.values ? SS_OK : ss_error_nomem(error);
    if (status != SS_OK)
        goto out;
    ss_als_rows_start(users, (uint64_t)options->seed, threads);
    openblas_set_num_threads(1);
    for (int64_t i = 0; i < options->iterations; i++) {
        int64_t begin = ss_clock_monotonic();
        peer_sweep(by_item, items, users, threads);
        peer_sweep(by_user, users, items, threads);
        times[i] = (double)(ss_clock_monotonic() - begin) * 1e-9;
    }
    *seconds = bench_median(times, (size_t)options->iterations);
    if (objective)
        status = ss_als_objective(by_user, by_item, users, items, options, threads, objective, error);
out:
    free(users.values);
    free(items.values);
    return status;
}

/* ---- the run ---- */

typedef struct figures {
    double cg[THREADS], exact[THREADS], peer; /* seconds per iteration with 1, 2 threads; the peer with 2 */
} figures;

/* Everyone once. */
static ss_status measure_turn(const ss_als_matrix *by_user, const ss_als_matrix *by_item, int64_t factors, figures *f,
                              ss_error *error)
{
    ss_status status;
    ss_als_options options = base_options;
    options.factors = factors;
    for (int threads = THREADS; threads >= 1; threads--) {
        options.iterations = 3;
        options.solver = SS_ALS_CG;
        SS_TRY(measure(by_user, &options, threads, &f->cg[threads - 1], NULL, error));
        options.iterations = 1;
        options.solver = SS_ALS_CHOLESKY;
        SS_TRY(measure(by_user, &options, threads, &f->exact[threads - 1], NULL, error));
    }
    SS_TRY(peer_measure(by_user, by_item, &options, THREADS, &f->peer, NULL, error));
out:
    return status;
}

/* Of one figure, `offset` bytes into each turn. */
static double median_of_turns(const figures *turns, size_t offset)
{
    double values[TURNS];
    for (size_t turn = 0; turn < TURNS; turn++)
        memcpy(&values[turn], (const char *)&turns[turn] + offset, sizeof values[turn]);
    return bench_median(values, TURNS);
}

static ss_status measure_times(const ss_als_matrix *by_user, const ss_als_matrix *by_item, int64_t factors, figures *f,
                               ss_error *error)
{
    ss_status status;
    figures turns[TURNS];
    for (size_t turn = 0; turn < TURNS; turn++)
        SS_TRY(measure_turn(by_user, by_item, factors, &turns[turn], error));
    for (size_t thread = 0; thread < THREADS; thread++) {
        f->cg[thread] = median_of_turns(turns, offsetof(figures, cg) + thread * sizeof(double));
        f->exact[thread] = median_of_turns(turns, offsetof(figures, exact) + thread * sizeof(double));
    }
    f->peer = median_of_turns(turns, offsetof(figures, peer));
    const char *format = "als_%s_%" PRId64 "_threads%d %.3f seconds_per_iteration\n";
    for (int threads = 1; threads <= THREADS; threads++) {
        printf(format, "cg", factors, threads, f->cg[threads - 1]);
        printf(format, "exact", factors, threads, f->exact[threads - 1]);
    }
    printf(format, "peer_openblas", factors, THREADS, f->peer);
    printf("als_%" PRId64 "_peer_over_cg %.2f ratio\n", factors, f->peer / f->cg[THREADS - 1]);
    printf("als_%" PRId64 "_peer_over_exact %.2f ratio\n", factors, f->peer / f->exact[THREADS - 1]);
    fflush(stdout);
out:
    return status;
}

static ss_status measure_objectives(const ss_als_matrix *by_user, const ss_als_matrix *by_item, ss_error *error)
{
    ss_status status;
    ss_als_options options = base_options;
    double cg, exact, others, seconds;
    options.objective = true;
    SS_TRY(measure(by_user, &options, THREADS, &seconds, &cg, error));
    options.solver = SS_ALS_CHOLESKY;
    SS_TRY(measure(by_user, &options, THREADS, &seconds, &exact, error));
    SS_TRY(peer_measure(by_user, by_item, &options, THREADS, &seconds, &others, error));
    printf("als_objective_cg %.9g objective_after_%d\n", cg, OBJECTIVE_AT);
    printf("als_objective_exact %.9g objective_after_%d\n", exact, OBJECTIVE_AT);
    printf("als_objective_peer_openblas %.9g objective_after_%d\n", others, OBJECTIVE_AT);
    printf("als_objective_cg_over_peer %.6f ratio\n", cg / others);
out:
    return status;
}

/* ---- fold-in ---- */

#define FOLD_ITEMS 2000u
#define FOLD_TIMES 2000u

static ss_status measure_fold_in(uint32_t factors, size_t bought, ss_error *error)
{
    double microseconds[FOLD_TIMES];
    float gram[SS_ALS_FACTORS_MAX];
    ss_random random;
    ss_als_rows rows = ss_als_rows_new(FOLD_ITEMS, factors);
    ss_als model = {.trained = FOLD_ITEMS,
                    .factors = factors,
                    .stride = rows.stride,
                    .item_factors = rows.values,
                    .gram = gram,
                    .unobserved = base_options.unobserved,
                    .regularization = base_options.regularization,
                    .frequency_exponent = base_options.frequency_exponent,
                    .item_total = FOLD_ITEMS,
                    .kernels = ss_als_kernels_for(ss_cpu_detect())};
    ss_als_scratch *scratch = ss_als_scratch_new(&model);
    if (!rows.values || !scratch) {
        free(rows.values);
        ss_als_scratch_free(&scratch);
        return ss_error_nomem(error);
    }
    ss_als_rows_start(rows, 1, 1);
    ss_random_seed(&random, 1);
    for (uint32_t k = 0; k < rows.stride; k++)
        gram[k] = (float)base_options.unobserved;
    for (size_t i = 0; i < FOLD_TIMES; i++) {
        uint32_t items[64];
        for (size_t j = 0; j < bought; j++)
            items[j] = ss_random_below(&random, FOLD_ITEMS);
        int64_t begin = ss_clock_monotonic();
        ss_als_fold_in(&model, items, NULL, NULL, bought, scratch);
        microseconds[i] = (double)(ss_clock_monotonic() - begin) * 1e-3;
    }
    printf("als_fold_in_%u_factors_%zu_items %.2f microseconds\n", factors, bought,
           bench_median(microseconds, FOLD_TIMES));
    ss_als_scratch_free(&scratch);
    free(rows.values);
    return SS_OK;
}

/* ---- the whole ---- */

static int best_first(const void *a, const void *b)
{
    const ss_scored *x = a, *y = b;
    return ss_scored_before(*x, *y) ? -1 : ss_scored_before(*y, *x);
}

/* Items by falling popularity, as the reader of logs numbers them. */
static ss_status renumber(ss_clusters *clusters, ss_error *error)
{
    uint64_t total = clusters->offsets[clusters->customer_count];
    ss_scored *ranks = ss_array_zeroed(clusters->item_count, sizeof *ranks);
    uint32_t *number = ss_array_new(clusters->item_count, sizeof *number);
    if (!ranks || !number) {
        free(ranks);
        free(number);
        return ss_error_nomem(error);
    }
    for (uint32_t item = 0; item < clusters->item_count; item++)
        ranks[item].id = item;
    for (uint64_t k = 0; k < total; k++)
        ranks[clusters->items[k]].score++;
    qsort(ranks, clusters->item_count, sizeof *ranks, best_first);
    for (uint32_t place = 0; place < clusters->item_count; place++)
        number[ranks[place].id] = place;
    for (uint64_t k = 0; k < total; k++)
        clusters->items[k] = number[clusters->items[k]];
    free(ranks);
    free(number);
    return SS_OK;
}

static ss_status run(const ss_cluster_options *shape, ss_error *error)
{
    ss_status status;
    ss_clusters clusters = {0};
    ss_als_transposed by_item = {0}, by_user = {0}; /* transposed twice, each row's columns ascend again */
    SS_TRY(ss_simulate_clusters(shape, &clusters, error));
    SS_TRY(renumber(&clusters, error));
    ss_als_matrix made = {clusters.customer_count, clusters.item_count, clusters.offsets, clusters.items, NULL};
    SS_TRY(ss_als_transpose(&made, &by_item, error));
    SS_TRY(ss_als_transpose(&by_item.matrix, &by_user, error));
    printf("als_interactions %" PRIu64 " rows\n", made.offsets[made.users]);
    const int64_t factors[] = {64, 128};
    for (size_t i = 0; i < 2; i++) {
        figures f;
        SS_TRY(measure_times(&by_user.matrix, &by_item.matrix, factors[i], &f, error));
    }
    SS_TRY(measure_objectives(&by_user.matrix, &by_item.matrix, error));
    SS_TRY(measure_fold_in(64, 20, error));
    SS_TRY(measure_fold_in(256, 30, error));
out:
    ss_als_transposed_free(&by_item);
    ss_als_transposed_free(&by_user);
    ss_clusters_release(&clusters);
    return status;
}

int main(int argc, char **argv)
{
    ss_cluster_options shape;
    ss_option_group group = {NULL, NULL, ss_cluster_option_table, &shape};
    ss_texts operands = {0};
    ss_error error = {0};
    ss_options_defaults(&group, 1);
    ss_status status = ss_options_parse(&group, 1, argc, argv, &operands, &error);
    if (status == SS_OK)
        status = run(&shape, &error);
    return status == SS_OK ? 0 : bench_fail("bench_als", &error);
}

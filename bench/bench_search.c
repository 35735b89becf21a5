/*
 * bench_search.c: exact maximum-inner-product search over item factors, beside OpenBLAS sgemv + selection on the same
 * factors.
 *
 *   bench_search [FOLDER [ITEMS]...]
 *
 * 50,000 x 64 and 1,000,000 x 64 (or the numbers of items given), Gaussian and trained factors; top 10, 100 and 500;
 * each query answered by both in turn, medians. Trained: factorizations of simulated clusters of at most 50,000 items
 * (beyond, the rows of the trained items over and over, with a little noise). With FOLDER it also writes what it
 * searched, FOLDER/search_NAME.items and .queries (raw rows of 64 little-endian floats), for peers in other languages.
 * Prints lines `name value unit`; every answer of ours is compared with a full scan by our own score, those of the
 * peer to its rounding.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "job/simulate_clusters.h"
#include "measure.h"
#include "models/als_index.h"
#include "models/als_kernel.h"
#include "models/als_query.h"
#include "models/als_train.h"

#include <cblas.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FACTORS    64u
#define QUERIES    200u
#define CHECKED    10u    /* queries whose answers are compared with a full scan */
#define TRAINED    50000u /* most items that are trained */
#define LEAST      5000
#define MOST_K     500u
#define MOST_CASES 8
#define PATH_ROOM  4096

typedef struct factors { /* owned */
    float *items, *queries;
    uint32_t count;
} factors;

/* ---- what is searched ---- */

static ss_status factors_new(uint32_t count, factors *out, ss_error *error)
{
    *out = (factors){ss_array_aligned((size_t)count * FACTORS, sizeof(float)),
                     ss_array_aligned((size_t)QUERIES * FACTORS, sizeof(float)), count};
    return out->items && out->queries ? SS_OK : ss_error_nomem(error);
}

static void factors_free(factors *f)
{
    free(f->items);
    free(f->queries);
    *f = (factors){0};
}

static void fill_gaussian(ss_random *random, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (float)ss_random_normal(random);
}

static ss_status make_gaussian(uint32_t count, factors *out, ss_error *error)
{
    ss_random random;
    ss_status status = factors_new(count, out, error);
    if (status != SS_OK)
        return status;
    ss_random_seed(&random, 1);
    fill_gaussian(&random, out->items, (size_t)count * FACTORS);
    fill_gaussian(&random, out->queries, (size_t)QUERIES * FACTORS);
    return SS_OK;
}

static ss_status fit_clusters(uint32_t items, ss_als_factors *trained, ss_error *error)
{
    ss_status status;
    ss_cluster_options shape;
    ss_option_group group = {NULL, NULL, ss_cluster_option_table, &shape};
    ss_clusters clusters = {0};
    ss_options_defaults(&group, 1);
    shape.items = items;
    shape.customers = 4 * (int64_t)items;
    shape.interactions = 200 * (int64_t)items;
    const ss_als_options options = {.factors = FACTORS,
                                    .iterations = 10,
                                    .solver = SS_ALS_CG,
                                    .cg_steps = 3,
                                    .unobserved = 0.02,
                                    .regularization = 0.002,
                                    .frequency_exponent = 1,
                                    .seed = 1};
    SS_TRY(ss_simulate_clusters(&shape, &clusters, error));
    ss_als_matrix matrix = {clusters.customer_count, clusters.item_count, clusters.offsets, clusters.items, NULL};
    SS_TRY(ss_als_fit(&matrix, &options, 2, NULL, trained, error));
out:
    ss_clusters_release(&clusters);
    return status;
}

static ss_status make_trained(const ss_als_factors *trained, uint32_t count, factors *out, ss_error *error)
{
    ss_random random;
    ss_status status = factors_new(count, out, error);
    if (status != SS_OK)
        return status;
    ss_random_seed(&random, 2);
    for (size_t row = 0; row < count; row++) {
        const float *from = trained->items + row % trained->item_count * FACTORS;
        float noise = row < trained->item_count ? 0 : 0.1f;
        for (size_t k = 0; k < FACTORS; k++)
            out->items[row * FACTORS + k] = from[k] * (1 + noise * (float)ss_random_normal(&random));
    }
    for (size_t q = 0; q < QUERIES; q++)
        memcpy(out->queries + q * FACTORS, trained->users + q * (trained->user_count / QUERIES) * FACTORS,
               FACTORS * sizeof(float));
    return SS_OK;
}

static ss_status write_rows(const char *folder, const char *name, const char *ending, const float *rows, size_t count,
                            ss_error *error)
{
    char path[PATH_ROOM], file[128];
    snprintf(file, sizeof file, "search_%s.%s", name, ending);
    ss_status status = ss_file_join(path, sizeof path, folder, file, error);
    if (status != SS_OK)
        return status;
    FILE *to = fopen(path, "wb");
    bool good = to && fwrite(rows, FACTORS * sizeof *rows, count, to) == count;
    if (to && fclose(to) != 0)
        good = false;
    return good ? SS_OK : ss_error_io(error, path, "cannot write");
}

/* ---- the two searches ---- */

static size_t select_best(const float *scores, uint32_t count, size_t k, ss_scored *out)
{
    ss_topk top;
    ss_topk_init(&top, out, k);
    for (uint32_t item = 0; item < count; item++) {
        ss_scored entry = {scores[item], item};
        if (ss_topk_admits(&top, entry))
            ss_topk_push(&top, entry);
    }
    ss_topk_sort(&top);
    return top.count;
}

static void blas_search(const factors *f, const float *query, size_t k, float *scores, ss_scored *out)
{
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)f->count, FACTORS, 1, f->items, FACTORS, query, 1, 0, scores, 1);
    select_best(scores, f->count, k, out);
}

static bool exact(const ss_als *model, const float *query, size_t k, const ss_scored *found, size_t count,
                  float *scores, ss_scored *wanted)
{
    for (uint32_t item = 0; item < model->trained; item++)
        scores[item] = ss_als_score(model, query, item);
    return count == select_best(scores, model->trained, k, wanted) && memcmp(found, wanted, count * sizeof *found) == 0;
}

static void compare(const ss_als *model, const factors *f, const char *name, size_t k, ss_als_scratch *scratch,
                    float *scores)
{
    double ours[QUERIES], blas[QUERIES];
    ss_scored found[MOST_K], other[MOST_K];
    size_t wrong = 0;
    for (size_t q = 0; q < QUERIES; q++) {
        const float *query = f->queries + q * FACTORS;
        int64_t begin = ss_clock_monotonic();
        size_t count = ss_als_search(model, query, k, NULL, NULL, scratch, found);
        int64_t middle = ss_clock_monotonic();
        blas_search(f, query, k, scores, other);
        int64_t end = ss_clock_monotonic();
        ours[q] = (double)(middle - begin) * 1e-3;
        blas[q] = (double)(end - middle) * 1e-3;
        wrong += q < CHECKED && !exact(model, query, k, found, count, scores, other);
    }
    double mine = bench_median(ours, QUERIES), theirs = bench_median(blas, QUERIES);
    printf("search_%s_top%zu %.1f microseconds\n", name, k, mine);
    printf("search_%s_top%zu_sgemv %.1f microseconds\n", name, k, theirs);
    printf("search_%s_top%zu_sgemv_over_ours %.2f ratio\n", name, k, theirs / mine);
    printf("search_%s_top%zu_wrong %zu of_%u\n", name, k, wrong, CHECKED);
    fflush(stdout);
}

static ss_status search_all(const factors *f, const char *name, const char *folder, ss_error *error)
{
    ss_status status = SS_OK;
    ss_als_index index = {0};
    ss_als_scratch *scratch = NULL;
    float *scores = ss_array_aligned(f->count, sizeof *scores);
    SS_TRY(ss_als_index_make(f->items, f->count, FACTORS, &index, error));
    const ss_als model = {.trained = f->count,
                          .factors = FACTORS,
                          .stride = FACTORS,
                          .blocks = index.blocks,
                          .item_factors = f->items,
                          .order = index.order,
                          .quantized = index.quantized,
                          .scales = index.scales,
                          .block_errors = index.block_errors,
                          .block_norms = index.block_norms,
                          .kernels = ss_als_kernels_for(ss_cpu_detect())};
    scratch = ss_als_scratch_new(&model);
    if (!scratch || !scores)
        SS_TRY(ss_error_nomem(error));
    if (folder)
        SS_TRY(write_rows(folder, name, "items", f->items, f->count, error));
    if (folder)
        SS_TRY(write_rows(folder, name, "queries", f->queries, QUERIES, error));
    const size_t lengths[] = {10, 100, MOST_K};
    for (size_t i = 0; i < 3; i++)
        compare(&model, f, name, lengths[i], scratch, scores);
out:
    ss_als_scratch_free(&scratch);
    ss_als_index_free(&index);
    free(scores);
    return status;
}

static ss_status search_both(const ss_als_factors *trained, uint32_t count, const char *folder, ss_error *error)
{
    ss_status status;
    factors f = {0};
    char name[64];
    SS_TRY(make_gaussian(count, &f, error));
    snprintf(name, sizeof name, "gaussian_%" PRIu32, count);
    SS_TRY(search_all(&f, name, folder, error));
    factors_free(&f);
    SS_TRY(make_trained(trained, count, &f, error));
    snprintf(name, sizeof name, "trained_%" PRIu32, count);
    SS_TRY(search_all(&f, name, folder, error));
out:
    factors_free(&f);
    return status;
}

static ss_status run(const char *folder, const uint32_t *counts, size_t cases, ss_error *error)
{
    ss_status status = SS_OK;
    ss_als_factors trained = {0};
    openblas_set_num_threads(1);
    SS_TRY(fit_clusters(counts[0] < TRAINED ? counts[0] : TRAINED, &trained, error));
    for (size_t c = 0; c < cases; c++)
        SS_TRY(search_both(&trained, counts[c], folder, error));
out:
    ss_als_factors_free(&trained);
    return status;
}

int main(int argc, char **argv)
{
    ss_error error = {0};
    uint32_t counts[MOST_CASES] = {50000, 1000000};
    size_t cases = argc > 2 ? (size_t)argc - 2 : 2;
    for (size_t c = 0; argc > 2 && c < cases && c < MOST_CASES; c++)
        counts[c] = (uint32_t)strtoul(argv[c + 2], NULL, 10);
    if (cases > MOST_CASES || counts[0] < LEAST) {
        fprintf(stderr, "usage: bench_search [FOLDER [ITEMS]...]: up to %d numbers, the first at least %d\n",
                MOST_CASES, LEAST);
        return 2;
    }
    return run(argc > 1 ? argv[1] : NULL, counts, cases, &error) == SS_OK ? 0 : bench_fail("bench_search", &error);
}

/*
 * bench_lists.c: the best ten of all items for every customer, exact, without what each has bought: all searches together
 * on both cores (ss_als_search_many), beside the same searches one by one, and beside OpenBLAS sgemm in tiles with a
 * selection over each row.
 *
 *   bench_lists [CUSTOMERS [ITEMS [FOLDER]]]     default 1,000,000 and 50,000; both at least 10,000
 *
 * Factors are Gaussian noise (the hardest case: nothing to skip) and trained ones (fitted on the shared clusters for a
 * fifth of the customers; the others are those with a little noise). With FOLDER it writes what it searched,
 * FOLDER/lists_NAME.items and .users (raw rows of 64 little-endian floats; some thousand users), for peers in other
 * languages, who leave nothing out. Prints lines `name value unit`; some lists are compared with a full scan by our own
 * score.
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
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FACTORS   64u
#define THREADS   2
#define K         10u
#define CHUNK     1024u /* customers that one thread takes at a time */
#define BOUGHT    20u   /* items that a customer of the Gaussian factors has */
#define SHARE     5u    /* one in so many customers is trained */
#define ALONE     20u   /* one in so many is searched for by itself, and by sgemm */
#define CHECKED   50u
#define PEERS     4096u /* users written for peers */
#define LEAST     10000
#define TILE_ROWS 64u /* of sgemm: customers x items, in the second cache */
#define TILE      2048u
#define PATH_ROOM 4096

typedef struct factors { /* owned */
    float *items, *users;
    uint32_t *bought; /* ascending; of user u: from starts[u] up to starts[u + 1] */
    uint64_t *starts;
    uint32_t item_count, user_count;
} factors;

static void factors_free(factors *f)
{
    free(f->items);
    free(f->users);
    free(f->bought);
    free(f->starts);
    *f = (factors){0};
}

static ss_status factors_new(uint32_t users, uint32_t items, uint64_t bought, factors *f, ss_error *error)
{
    *f = (factors){.items = ss_array_aligned((size_t)items * FACTORS, sizeof(float)),
                   .users = ss_array_aligned((size_t)users * FACTORS, sizeof(float)),
                   .bought = ss_array_new(bought, sizeof(uint32_t)),
                   .starts = ss_array_new((size_t)users + 1, sizeof(uint64_t)),
                   .item_count = items,
                   .user_count = users};
    return f->items && f->users && f->bought && f->starts ? SS_OK : ss_error_nomem(error);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static ss_status make_gaussian(uint32_t users, uint32_t items, factors *f, ss_error *error)
{
    ss_random random;
    ss_status status = factors_new(users, items, (uint64_t)users * BOUGHT, f, error);
    if (status != SS_OK)
        return status;
    ss_random_seed(&random, 1);
    for (size_t i = 0; i < (size_t)items * FACTORS; i++)
        f->items[i] = (float)ss_random_normal(&random);
    for (size_t i = 0; i < (size_t)users * FACTORS; i++)
        f->users[i] = (float)ss_random_normal(&random);
    for (size_t u = 0; u <= users; u++)
        f->starts[u] = u * BOUGHT;
    for (size_t u = 0; u < users; u++) {
        for (size_t i = 0; i < BOUGHT; i++)
            f->bought[u * BOUGHT + i] = (uint32_t)ss_random_below(&random, items);
        qsort(f->bought + u * BOUGHT, BOUGHT, sizeof *f->bought, ascending);
    }
    return SS_OK;
}

static ss_status fit(const ss_clusters *clusters, ss_als_factors *trained, ss_error *error)
{
    const ss_als_options options = {.factors = FACTORS,
                                    .iterations = 10,
                                    .solver = SS_ALS_CG,
                                    .cg_steps = 3,
                                    .unobserved = 0.02,
                                    .regularization = 0.002,
                                    .frequency_exponent = 1,
                                    .seed = 1};
    ss_als_matrix matrix = {clusters->customer_count, clusters->item_count, clusters->offsets, clusters->items, NULL};
    return ss_als_fit(&matrix, &options, THREADS, NULL, trained, error);
}

/* Every trained customer, and again with noise until there are as many as wanted. */
static void repeat_users(const ss_clusters *clusters, const ss_als_factors *trained, factors *f)
{
    ss_random random;
    uint64_t at = 0;
    ss_random_seed(&random, 2);
    for (size_t u = 0; u < f->user_count; u++) {
        size_t from = u % trained->user_count;
        float noise = u < trained->user_count ? 0 : 0.1f;
        for (size_t k = 0; k < FACTORS; k++)
            f->users[u * FACTORS + k] =
                trained->users[from * FACTORS + k] * (1 + noise * (float)ss_random_normal(&random));
        uint64_t begin = clusters->offsets[from], count = clusters->offsets[from + 1] - begin;
        memcpy(f->bought + at, clusters->items + begin, count * sizeof *f->bought);
        f->starts[u] = at;
        at += count;
    }
    f->starts[f->user_count] = at;
}

static ss_status make_trained(uint32_t users, uint32_t items, factors *f, ss_error *error)
{
    ss_status status;
    ss_cluster_options shape;
    ss_option_group group = {NULL, NULL, ss_cluster_option_table, &shape};
    ss_clusters clusters = {0};
    ss_als_factors trained = {0};
    ss_options_defaults(&group, 1);
    shape.items = items;
    shape.customers = users / SHARE;
    shape.interactions = 50 * shape.customers;
    SS_TRY(ss_simulate_clusters(&shape, &clusters, error));
    SS_TRY(fit(&clusters, &trained, error));
    uint64_t rounds = users / clusters.customer_count + 1;
    SS_TRY(factors_new(users, items, rounds * clusters.offsets[clusters.customer_count], f, error));
    memcpy(f->items, trained.items, (size_t)items * FACTORS * sizeof(float));
    repeat_users(&clusters, &trained, f);
out:
    ss_als_factors_free(&trained);
    ss_clusters_release(&clusters);
    return status;
}

static ss_status write_rows(const char *folder, const char *name, const char *ending, const float *rows, size_t count,
                            ss_error *error)
{
    char path[PATH_ROOM], file[128];
    snprintf(file, sizeof file, "lists_%s.%s", name, ending);
    ss_status status = ss_file_join(path, sizeof path, folder, file, error);
    return status == SS_OK ? ss_file_write_atomic(path, rows, count * FACTORS * sizeof *rows, error) : status;
}

/* ---- what each customer has ---- */

typedef struct own {
    const factors *f;
    size_t user;
} own;

static bool not_bought(void *context, uint32_t item)
{
    const own *of = context;
    uint64_t low = of->f->starts[of->user], end = of->f->starts[of->user + 1], high = end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (of->f->bought[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low == end || of->f->bought[low] != item;
}

/* ---- the three ways; each fills `lists` for users[0 .. count), who stand `step` apart ---- */

typedef struct task {
    const ss_als *model;
    const factors *f;
    ss_scored *lists; /* K for each */
    size_t count, step;
} task;

static void together(const task *t, size_t first, size_t last, ss_als_many *many)
{
    static _Thread_local ss_als_ask asks[CHUNK];
    static _Thread_local own owns[CHUNK];
    for (size_t i = first; i < last; i++) {
        owns[i - first] = (own){t->f, i * t->step};
        asks[i - first] =
            (ss_als_ask){t->f->users + i * t->step * FACTORS, K, not_bought, &owns[i - first], t->lists + i * K, 0};
    }
    ss_als_search_many(many, asks, last - first);
}

static void one_by_one(const task *t, size_t first, size_t last, ss_als_scratch *scratch)
{
    for (size_t i = first; i < last; i++) {
        own of = {t->f, i * t->step};
        ss_als_search(t->model, t->f->users + of.user * FACTORS, K, not_bought, &of, scratch, t->lists + i * K);
    }
}

static void select_tile(const task *t, size_t user, const float *scores, uint32_t from, uint32_t count, ss_topk *top)
{
    own of = {t->f, user};
    for (uint32_t j = 0; j < count; j++) {
        ss_scored entry = {scores[j], from + j};
        if (ss_topk_admits(top, entry) && not_bought(&of, entry.id))
            ss_topk_push(top, entry);
    }
}

/* Tiles of customers and items, whose scores stay in the cache until they are looked at. */
static void by_sgemm(const task *t, size_t first, size_t last, float *scores, float *rows)
{
    ss_topk top[TILE_ROWS];
    for (size_t at = first; at < last; at += TILE_ROWS) {
        size_t count = last - at < TILE_ROWS ? last - at : TILE_ROWS;
        for (size_t i = 0; i < count; i++) {
            ss_topk_init(&top[i], t->lists + (at + i) * K, K);
            memcpy(rows + i * FACTORS, t->f->users + (at + i) * t->step * FACTORS, FACTORS * sizeof *rows);
        }
        for (uint32_t item = 0; item < t->f->item_count; item += TILE) {
            uint32_t width = t->f->item_count - item < TILE ? t->f->item_count - item : TILE;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)width, FACTORS, 1, rows, FACTORS,
                        t->f->items + (size_t)item * FACTORS, FACTORS, 0, scores, TILE);
            for (size_t i = 0; i < count; i++)
                select_tile(t, (at + i) * t->step, scores + i * TILE, item, width, &top[i]);
        }
        for (size_t i = 0; i < count; i++)
            ss_topk_sort(&top[i]);
    }
}

typedef enum way { TOGETHER, ONE_BY_ONE, SGEMM } way;

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Both cores; prints how many a second, and the processor's time for one. False: out of memory. */
static bool run_way(const task *t, way how, const char *name, const char *kind)
{
    bool whole = true;
    double cpu = cpu_seconds();
    int64_t begin = ss_clock_monotonic();
#pragma omp parallel num_threads(THREADS) reduction(&& : whole)
    {
        ss_als_many *many = ss_als_many_new(t->model, K);
        ss_als_scratch *scratch = ss_als_scratch_new(t->model);
        float *scores = ss_array_aligned(TILE_ROWS * TILE, sizeof *scores),
              *rows = ss_array_aligned(TILE_ROWS * FACTORS, sizeof *rows);
        whole = many && scratch && scores && rows;
#pragma omp for schedule(dynamic, 1)
        for (size_t first = 0; first < t->count; first += CHUNK) {
            size_t last = t->count - first < CHUNK ? t->count : first + CHUNK;
            if (!whole)
                continue;
            if (how == TOGETHER)
                together(t, first, last, many);
            else if (how == ONE_BY_ONE)
                one_by_one(t, first, last, scratch);
            else
                by_sgemm(t, first, last, scores, rows);
        }
        ss_als_many_free(&many);
        ss_als_scratch_free(&scratch);
        free(scores);
        free(rows);
    }
    double seconds = (double)(ss_clock_monotonic() - begin) * 1e-9;
    printf("lists_%s_%s %.0f customers/s\n", name, kind, (double)t->count / seconds);
    printf("lists_%s_%s_cpu %.1f microseconds\n", name, kind, (cpu_seconds() - cpu) / (double)t->count * 1e6);
    fflush(stdout);
    return whole;
}

/* How many of some lists differ from a full scan by our own score. */
static size_t count_wrong(const task *t)
{
    ss_scored wanted[K];
    size_t wrong = 0;
    for (size_t i = 0; i < CHECKED; i++) {
        size_t at = i * (t->count / CHECKED);
        own of = {t->f, at * t->step};
        ss_topk top;
        ss_topk_init(&top, wanted, K);
        for (uint32_t item = 0; item < t->model->trained; item++) {
            ss_scored entry = {ss_als_score(t->model, t->f->users + of.user * FACTORS, item), item};
            if (ss_topk_admits(&top, entry) && not_bought(&of, item))
                ss_topk_push(&top, entry);
        }
        ss_topk_sort(&top);
        wrong += memcmp(wanted, t->lists + at * K, sizeof wanted) != 0;
    }
    return wrong;
}

static ss_status measure(const factors *f, const char *name, const char *folder, ss_error *error)
{
    ss_status status;
    ss_als_index index = {0};
    ss_scored *lists = ss_array_new((size_t)f->user_count * K, sizeof *lists);
    if (!lists)
        return ss_error_nomem(error);
    if (folder) {
        SS_TRY(write_rows(folder, name, "items", f->items, f->item_count, error));
        SS_TRY(write_rows(folder, name, "users", f->users, PEERS, error));
    }
    SS_TRY(ss_als_index_make(f->items, f->item_count, FACTORS, &index, error));
    const ss_als model = {.trained = f->item_count,
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
    const task all = {&model, f, lists, f->user_count, 1}, some = {&model, f, lists, f->user_count / ALONE, ALONE};
    bool whole = run_way(&some, ONE_BY_ONE, name, "one_by_one") && run_way(&some, SGEMM, name, "sgemm") &&
                 run_way(&all, TOGETHER, name, "together");
    if (!whole)
        SS_TRY(ss_error_nomem(error));
    printf("lists_%s_wrong %zu of_%u\n", name, count_wrong(&all), CHECKED);
out:
    ss_als_index_free(&index);
    free(lists);
    return status;
}

static ss_status run(uint32_t users, uint32_t items, const char *folder, ss_error *error)
{
    ss_status status;
    factors f = {0};
    openblas_set_num_threads(1);
    SS_TRY(make_gaussian(users, items, &f, error));
    SS_TRY(measure(&f, "gaussian", folder, error));
    factors_free(&f);
    SS_TRY(make_trained(users, items, &f, error));
    SS_TRY(measure(&f, "trained", folder, error));
out:
    factors_free(&f);
    return status;
}

int main(int argc, char **argv)
{
    ss_error error = {0};
    uint32_t users = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000,
             items = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 50000;
    if (users < LEAST || items < LEAST || argc > 4) {
        fprintf(stderr, "usage: bench_lists [CUSTOMERS [ITEMS [FOLDER]]], both at least %d\n", LEAST);
        return 2;
    }
    return run(users, items, argc > 3 ? argv[3] : NULL, &error) == SS_OK ? 0 : bench_fail("bench_lists", &error);
}

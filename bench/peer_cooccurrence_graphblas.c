/*
 * peer_cooccurrence_graphblas FOLDER [THREADS] [K] [ROUNDS]: what bench_cooccurrence does, by SuiteSparse:GraphBLAS:
 * A'A in blocks of rows (plus-pair semiring: counts, no values read), then the K best cosines of each row, with ids,
 * scores and counts. Prints lines `name value unit`; seconds are the least of all rounds, from the CSR in memory to
 * the lists.
 */
#include "read_clusters.h"

#include <GraphBLAS.h>
#include <math.h>
#include <omp.h>
#include <sys/resource.h>

#define BLOCK_ROWS 512u

typedef struct neighbour {
    float score;
    uint32_t item, pairs;
} neighbour;

typedef struct lists {
    neighbour *entries; /* k per item */
    uint32_t *counts;
    float *norms; /* 1 / sqrt(degree) */
    size_t k;
} lists;

static void check(GrB_Info info, const char *what)
{
    if (info == GrB_SUCCESS)
        return;
    fprintf(stderr, "peer_cooccurrence_graphblas: %s failed with %d\n", what, (int)info);
    exit(1);
}

static bool before(neighbour a, neighbour b)
{
    return a.score > b.score || (a.score == b.score && a.item < b.item);
}

static int best_first(const void *a, const void *b)
{
    neighbour x = *(const neighbour *)a, y = *(const neighbour *)b;
    return before(x, y) ? -1 : before(y, x);
}

/* Puts `entry` at the root of a heap whose worst is at the root. */
static void replace_worst(neighbour *heap, size_t count, neighbour entry)
{
    size_t at = 0;
    for (;;) {
        size_t worst = 2 * at + 1;
        if (worst >= count)
            break;
        if (worst + 1 < count && before(heap[worst], heap[worst + 1]))
            worst++;
        if (!before(entry, heap[worst]))
            break;
        heap[at] = heap[worst];
        at = worst;
    }
    heap[at] = entry;
}

static void make_heap(neighbour *heap, size_t count)
{
    for (size_t at = count / 2; at-- > 0;)
        replace_worst(heap + at, 1, heap[at]);
    qsort(heap, count, sizeof *heap, best_first);
    for (size_t low = 0, high = count - 1; low < high; low++, high--) {
        neighbour kept = heap[low];
        heap[low] = heap[high];
        heap[high] = kept;
    }
}

static void select_row(lists *of, uint32_t item, const GrB_Index *columns, const uint32_t *counts, GrB_Index count)
{
    neighbour *heap = of->entries + (size_t)item * of->k;
    size_t kept = 0;
    for (GrB_Index e = 0; e < count; e++) {
        uint32_t j = (uint32_t)columns[e];
        neighbour entry = {(float)counts[e] * of->norms[item] * of->norms[j], j, counts[e]};
        if (j == item)
            continue;
        if (kept < of->k) {
            heap[kept++] = entry;
            if (kept == of->k)
                make_heap(heap, kept);
        } else if (before(entry, heap[0])) {
            replace_worst(heap, kept, entry);
        }
    }
    qsort(heap, kept, sizeof *heap, best_first);
    of->counts[item] = (uint32_t)kept;
}

static void select_block(lists *of, GrB_Matrix *product, uint32_t first, uint32_t rows, int threads)
{
    GrB_Index *offsets = NULL, *columns = NULL, offset_bytes = 0, column_bytes = 0, value_bytes = 0;
    void *values = NULL;
    bool iso = false;
    check(GxB_Matrix_unpack_CSR(*product, &offsets, &columns, &values, &offset_bytes, &column_bytes, &value_bytes, &iso,
                                NULL, NULL),
          "unpack");
    uint32_t *counts = values;
    if (iso) { /* one value for all */
        counts = malloc((offsets[rows] + 1) * sizeof *counts);
        for (GrB_Index e = 0; e < offsets[rows]; e++)
            counts[e] = *(uint32_t *)values;
    }
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (uint32_t r = 0; r < rows; r++)
        select_row(of, first + r, columns + offsets[r], counts + offsets[r], offsets[r + 1] - offsets[r]);
    if (iso)
        free(counts);
    free(offsets);
    free(columns);
    free(values);
}

/* The pattern of the matrix, all values 1. */
static GrB_Matrix import_pattern(const csr *from)
{
    uint64_t entries = from->offsets[from->customers];
    GrB_Index *offsets = malloc((from->customers + 1) * sizeof *offsets), *columns = malloc(entries * sizeof *columns);
    uint32_t *one = malloc(sizeof *one);
    GrB_Matrix matrix = NULL;
    *one = 1;
    for (size_t c = 0; c <= from->customers; c++)
        offsets[c] = from->offsets[c];
    for (uint64_t e = 0; e < entries; e++)
        columns[e] = from->items[e];
    check(GxB_Matrix_import_CSR(&matrix, GrB_UINT32, from->customers, from->item_count, &offsets, &columns,
                                (void **)&one, (from->customers + 1) * sizeof *offsets, entries * sizeof *columns,
                                sizeof *one, true, false, NULL),
          "import");
    return matrix;
}

static void count_all(const csr *from, lists *of, int threads)
{
    GrB_Matrix customers = import_pattern(from), items = NULL, product = NULL, rows = NULL;
    uint32_t count = from->item_count;
    check(GrB_Matrix_new(&items, GrB_UINT32, count, from->customers), "new");
    check(GrB_transpose(items, NULL, NULL, customers, NULL), "transpose");
    for (uint32_t first = 0; first < count; first += BLOCK_ROWS) {
        uint32_t size = count - first < BLOCK_ROWS ? count - first : BLOCK_ROWS;
        GrB_Index range[] = {first, first + size - 1};
        check(GrB_Matrix_new(&rows, GrB_UINT32, size, from->customers), "new");
        check(GrB_Matrix_extract(rows, NULL, NULL, items, range, GxB_RANGE, GrB_ALL, from->customers, NULL), "extract");
        check(GrB_Matrix_new(&product, GrB_UINT32, size, count), "new");
        check(GrB_mxm(product, NULL, NULL, GxB_PLUS_PAIR_UINT32, rows, customers, NULL), "mxm");
        check(GrB_Matrix_wait(product, GrB_MATERIALIZE), "wait");
        select_block(of, &product, first, size, threads);
        GrB_Matrix_free(&product);
        GrB_Matrix_free(&rows);
    }
    GrB_Matrix_free(&items);
    GrB_Matrix_free(&customers);
}

static void find_norms(const csr *from, lists *of)
{
    for (uint64_t e = 0; e < from->offsets[from->customers]; e++)
        of->norms[from->items[e]] += 1;
    for (uint32_t i = 0; i < from->item_count; i++)
        of->norms[i] = of->norms[i] > 0 ? 1 / sqrtf(of->norms[i]) : 0;
}

static double sum_of_scores(const csr *from, const lists *of)
{
    double sum = 0;
    for (uint32_t i = 0; i < from->item_count; i++)
        for (uint32_t k = 0; k < of->counts[i]; k++)
            sum += (double)of->entries[(size_t)i * of->k + k].score;
    return sum;
}

int main(int argc, char **argv)
{
    csr from;
    if (argc < 2) {
        fprintf(stderr, "usage: peer_cooccurrence_graphblas FOLDER [THREADS] [K] [ROUNDS]\n");
        return 2;
    }
    int threads = argc > 2 ? atoi(argv[2]) : 2, rounds = argc > 4 ? atoi(argv[4]) : 1;
    if (!read_clusters(argv[1], &from)) {
        fprintf(stderr, "peer_cooccurrence_graphblas: cannot read %s\n", argv[1]);
        return 1;
    }
    lists of = {.k = argc > 3 ? (size_t)atoi(argv[3]) : 50};
    of.entries = malloc((size_t)from.item_count * of.k * sizeof *of.entries);
    of.counts = calloc(from.item_count, sizeof *of.counts);
    of.norms = calloc(from.item_count, sizeof *of.norms);
    check(GrB_init(GrB_NONBLOCKING), "init");
    check(GxB_set(GxB_NTHREADS, threads), "set");
    check(GxB_set(GxB_FORMAT, GxB_BY_ROW), "set");
    double least = INFINITY;
    for (int round = 0; round < rounds; round++) {
        double start = omp_get_wtime();
        memset(of.norms, 0, from.item_count * sizeof *of.norms);
        find_norms(&from, &of);
        count_all(&from, &of, threads);
        least = fmin(least, omp_get_wtime() - start);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("graphblas_seconds_threads_%d %.3f s\n", threads, least);
    printf("graphblas_score_sum %.6g score\n", sum_of_scores(&from, &of));
    printf("graphblas_peak_rss %.1f MB\n", (double)usage.ru_maxrss / 1024);
    GrB_finalize();
    free(of.entries);
    free(of.counts);
    free(of.norms);
    free(from.offsets);
    free(from.items);
    return 0;
}

/*
 * bench_open: how long from nothing until the first answer, with a generation of a given size (default 1 GB), its
 * pages in memory and not. Makes the generation in a temporary folder (or in the folder given) and removes it.
 *
 * Usage: bench_open [MEGABYTES [FOLDER]]. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "models/cooccurrence.h"
#include "shelf/answer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_LENGTH 64u
#define ENTRY_BYTES 16u
#define REPEATS     9

typedef struct lists {
    uint64_t *offsets;
    uint32_t *neighbours, *pairs, *customers, *degrees;
    float *scores;
    uint64_t *no_offsets;
} lists;

static void die(const ss_error *error)
{
    char text[512];
    ss_error_format(error, text, sizeof text);
    fprintf(stderr, "bench_open: %s\n", text);
    exit(1);
}

static void write_items(const char *folder, uint32_t count)
{
    ss_error error = {0};
    char(*names)[16] = ss_array_new(count, sizeof *names);
    ss_slice *ids = ss_array_new(count, sizeof *ids);
    uint32_t *none = ss_array_new(count, sizeof *none), *flags = ss_array_new(count, sizeof *flags);
    int64_t *unknown = ss_array_new(count, sizeof *unknown);
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = (ss_slice){names[i], (size_t)snprintf(names[i], sizeof names[i], "item-%u", i)};
        none[i] = SS_NONE;
        flags[i] = SS_ITEM_IN_CATALOG;
        unknown[i] = INT64_MIN;
    }
    ss_items_content content = {.count = count,
                                .ids = ids,
                                .category = none,
                                .group = none,
                                .flags = flags,
                                .price = unknown,
                                .cost = unknown,
                                .stock = unknown,
                                .available_from = unknown,
                                .available_until = unknown,
                                .purchases = flags,
                                .customers = flags,
                                .decimals = 2};
    if (ss_items_write(folder, &content, &error) != SS_OK)
        die(&error);
    free(names);
    free(ids);
    free(none);
    free(flags);
    free(unknown);
}

static lists make_lists(uint32_t items)
{
    uint64_t entries = (uint64_t)items * LIST_LENGTH;
    lists made = {ss_array_new(items + 1, 8),   ss_array_new(entries, 4), ss_array_new(entries, 4),
                  ss_array_new(entries, 4),     ss_array_new(items, 4),   ss_array_new(entries, 4),
                  ss_array_zeroed(items + 1, 8)};
    ss_random random;
    ss_random_seed(&random, 1);
    for (uint32_t i = 0; i <= items; i++)
        made.offsets[i] = (uint64_t)i * LIST_LENGTH;
    for (uint64_t e = 0; e < entries; e++) {
        made.neighbours[e] = ss_random_below(&random, items);
        made.scores[e] = 1.0f / (float)(1 + e % LIST_LENGTH);
        made.pairs[e] = made.customers[e] = 5;
    }
    for (uint32_t i = 0; i < items; i++)
        made.degrees[i] = 10;
    return made;
}

static void add(ss_model_writer *writer, const char *relation, const char *part, ss_dtype dtype, const void *data,
                uint64_t rows)
{
    ss_error error = {0};
    char name[64];
    snprintf(name, sizeof name, "%s.%s", relation, part);
    if (ss_model_writer_add(writer, name, dtype, data, rows, 0, &error) != SS_OK)
        die(&error);
}

static void write_pairs(const char *folder, uint32_t items)
{
    ss_error error = {0};
    char path[SS_PATH_MAX];
    lists made = make_lists(items);
    ss_model_writer *writer = ss_model_writer_new(&ss_cooccurrence_schema);
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++) {
        const char *relation = ss_relation_name((ss_relation)r), *groups_key = NULL;
        char key[64];
        uint64_t entries = r == SS_RELATED ? (uint64_t)items * LIST_LENGTH : 0;
        add(writer, relation, "offsets", SS_U64, entries ? made.offsets : made.no_offsets, items + 1);
        add(writer, relation, "neighbours", SS_U32, made.neighbours, entries);
        add(writer, relation, "scores", SS_F32, made.scores, entries);
        add(writer, relation, "pairs", SS_U32, made.pairs, entries);
        add(writer, relation, "customers", SS_U32, made.customers, entries);
        add(writer, relation, "degrees", SS_U32, made.degrees, items);
        snprintf(key, sizeof key, "%s.groups", relation);
        groups_key = key;
        if (ss_model_writer_metadata_f64(writer, groups_key, 1e6, &error) != SS_OK)
            die(&error);
    }
    if (ss_file_join(path, sizeof path, folder, SS_COOCCURRENCE_FILE, &error) != SS_OK ||
        ss_model_writer_finish(writer, path, &error) != SS_OK)
        die(&error);
    ss_model_writer_free(&writer);
    free(made.offsets);
    free(made.neighbours);
    free(made.pairs);
    free(made.customers);
    free(made.degrees);
    free(made.scores);
    free(made.no_offsets);
}

static void drop_pages(const char *folder, const char *file)
{
    char path[SS_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_RDONLY);
    if (fd >= 0)
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

static double first_answer(const char *folder, uint32_t item)
{
    ss_error error = {0};
    ss_snapshot *snapshot = NULL;
    ss_answerer *answerer = NULL;
    ss_answer answer;
    char id[16];
    ss_request request = ss_request_empty();
    request.item_id = (ss_slice){id, (size_t)snprintf(id, sizeof id, "item-%u", item)};
    int64_t start = ss_clock_monotonic();
    if (ss_snapshot_open(folder, NULL, false, &snapshot, &error) != SS_OK ||
        ss_answerer_new(snapshot, NULL, &answerer, &error) != SS_OK ||
        ss_answer_shelf(answerer, &snapshot->shelves[SS_SHELF_RELATED], &request, &answer, &error) != SS_OK)
        die(&error);
    double seconds = (double)(ss_clock_monotonic() - start) / 1e9;
    if (answer.count != request.limit)
        fprintf(stderr, "bench_open: only %zu products\n", answer.count);
    ss_answerer_free(&answerer);
    ss_snapshot_release(&snapshot);
    return seconds;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(const char *folder, uint32_t items, bool cold)
{
    double seconds[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        if (cold) {
            drop_pages(folder, SS_COOCCURRENCE_FILE);
            drop_pages(folder, SS_ITEMS_FILE);
        }
        seconds[i] = first_answer(folder, (uint32_t)(ss_random_mix((uint64_t)i) % items));
    }
    qsort(seconds, REPEATS, sizeof *seconds, compare);
    return seconds[REPEATS / 2];
}

int main(int argc, char **argv)
{
    ss_error error = {0};
    long megabytes = argc > 1 ? atol(argv[1]) : 1000;
    char folder[SS_PATH_MAX] = "/tmp/bench-open-XXXXXX";
    uint32_t items = (uint32_t)(megabytes * 1000000L / (LIST_LENGTH * ENTRY_BYTES));
    if (argc > 2)
        snprintf(folder, sizeof folder, "%s/bench-open-XXXXXX", argv[2]);
    if (items < 100 || !mkdtemp(folder)) {
        fprintf(stderr, "usage: bench_open [MEGABYTES [FOLDER]]\n");
        return 2;
    }
    write_items(folder, items);
    write_pairs(folder, items);
    sync();
    printf("open.items %u items\n", items);
    printf("open.cold %.6f s\n", median_of(folder, items, true));
    printf("open.warm %.6f s\n", median_of(folder, items, false));
    ss_file_remove_tree(folder, &error);
    return 0;
}

/*
 * read_clusters.h: the CSR that bench_clusters writes (FOLDER/offsets.npy, FOLDER/items.npy), with the items numbered
 * by falling popularity, as in every log that training reads; for the programs that work on it. Needs no floor.
 */
#ifndef SS_BENCH_READ_CLUSTERS_H
#define SS_BENCH_READ_CLUSTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct csr { /* customers x items; items distinct and ascending in each row. Owned arrays */
    uint64_t *offsets;
    uint32_t *items;
    size_t customers;
    uint32_t item_count;
} csr;

/* The data of a one-dimensional .npy file of the given element size; NULL when it cannot be read. Caller owns it. */
static inline void *read_npy(const char *folder, const char *name, size_t size, size_t *count)
{
    char path[4096];
    unsigned char head[10];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    void *data = NULL;
    if (!file)
        return NULL;
    if (fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, "\x93NUMPY\x01", 7) == 0) {
        long start = (long)sizeof head + head[8] + 256 * head[9];
        fseek(file, 0, SEEK_END);
        long bytes = ftell(file) - start;
        fseek(file, start, SEEK_SET);
        *count = bytes > 0 ? (size_t)bytes / size : 0;
        data = malloc(*count * size + 1);
        if (data && fread(data, size, *count, file) != *count) {
            free(data);
            data = NULL;
        }
    }
    fclose(file);
    return data;
}

static inline int rising(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static inline int rising_items(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Numbers the items by falling degree, ties by the old number. False when out of memory. */
static inline bool number_by_popularity(csr *matrix)
{
    uint64_t *order = calloc(matrix->item_count + 1u, sizeof *order);
    uint32_t *number = malloc((matrix->item_count + 1u) * sizeof *number);
    if (order && number) {
        for (uint64_t e = 0; e < matrix->offsets[matrix->customers]; e++)
            order[matrix->items[e]]++;
        for (uint32_t i = 0; i < matrix->item_count; i++)
            order[i] = (UINT32_MAX - order[i]) << 32 | i;
        qsort(order, matrix->item_count, sizeof *order, rising);
        for (uint32_t i = 0; i < matrix->item_count; i++)
            number[(uint32_t)order[i]] = i;
        for (uint64_t e = 0; e < matrix->offsets[matrix->customers]; e++)
            matrix->items[e] = number[matrix->items[e]];
        for (size_t c = 0; c < matrix->customers; c++)
            qsort(matrix->items + matrix->offsets[c], matrix->offsets[c + 1] - matrix->offsets[c],
                  sizeof *matrix->items, rising_items);
    }
    bool good = order && number;
    free(order);
    free(number);
    return good;
}

/* False when the files are not there or not ours. */
static inline bool read_clusters(const char *folder, csr *matrix)
{
    size_t offsets = 0, entries = 0;
    *matrix = (csr){0};
    matrix->offsets = read_npy(folder, "offsets.npy", sizeof *matrix->offsets, &offsets);
    matrix->items = read_npy(folder, "items.npy", sizeof *matrix->items, &entries);
    if (!matrix->offsets || !matrix->items || offsets == 0 || matrix->offsets[offsets - 1] != entries)
        return false;
    matrix->customers = offsets - 1;
    for (size_t e = 0; e < entries; e++)
        if (matrix->items[e] >= matrix->item_count)
            matrix->item_count = matrix->items[e] + 1;
    return number_by_popularity(matrix);
}

#endif

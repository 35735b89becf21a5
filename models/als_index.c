#include "models/als_index.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include "models/als_kernel.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_MAX 127 /* largest coordinate of a rounded item */

typedef struct ranked {
    double norm;
    uint32_t item;
} ranked;

/* Not below `value` in single precision, with room for the rounding of the sums behind it. */
static float round_up(double value)
{
    double wide = value * (1 + 1e-6);
    return wide < (double)FLT_MAX ? nextafterf((float)wide, INFINITY) : INFINITY;
}

static double norm_of(const float *row, uint32_t stride)
{
    double sum = 0;
    for (uint32_t k = 0; k < stride; k++)
        sum += (double)row[k] * (double)row[k];
    return sqrt(sum);
}

static int by_falling_norm(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->norm != y->norm)
        return x->norm > y->norm ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static float row_scale(const float *row, uint32_t stride)
{
    float most = 0;
    for (uint32_t k = 0; k < stride; k++)
        most = fmaxf(most, fabsf(row[k]));
    return most / ITEM_MAX;
}

static long rounded(float value, float scale)
{
    if (!(scale > 0))
        return 0;
    return lrintf(fmaxf(-ITEM_MAX, fminf(value / scale, ITEM_MAX)));
}

/* Writes a row's bytes at its position; the length of what they miss. */
static double quantize(const float *row, float scale, uint32_t stride, uint32_t position, uint8_t *block)
{
    double missed = 0;
    for (uint32_t k = 0; k < stride; k++) {
        long value = rounded(row[k], scale);
        double rest = (double)row[k] - (double)scale * (double)value;
        block[SS_ALS_BLOCK_BYTE(k, position)] = (uint8_t)(value + SS_ALS_ITEM_ZERO);
        missed += rest * rest;
    }
    return sqrt(missed);
}

static void fill_block(const float *factors, const ranked *ranks, uint32_t items, uint32_t b, ss_als_index *index)
{
    uint8_t *bytes = index->quantized + (size_t)b * SS_ALS_BLOCK * index->stride;
    double worst = 0;
    memset(bytes, SS_ALS_ITEM_ZERO, (size_t)SS_ALS_BLOCK * index->stride);
    for (uint32_t p = 0; p < SS_ALS_BLOCK; p++) {
        size_t position = (size_t)b * SS_ALS_BLOCK + p;
        bool there = position < items;
        index->order[position] = there ? ranks[position].item : SS_NONE;
        index->scales[position] = 0;
        if (!there)
            continue;
        const float *row = factors + (size_t)ranks[position].item * index->stride;
        index->scales[position] = row_scale(row, index->stride);
        worst = fmax(worst, quantize(row, index->scales[position], index->stride, p, bytes));
    }
    index->block_errors[b] = round_up(worst);
    index->block_norms[b] = round_up(ranks[(size_t)b * SS_ALS_BLOCK].norm);
}

static ss_status index_alloc(uint32_t items, uint32_t stride, ss_als_index *index, ss_error *error)
{
    uint32_t blocks = (uint32_t)(((uint64_t)items + SS_ALS_BLOCK - 1) / SS_ALS_BLOCK);
    size_t positions = (size_t)blocks * SS_ALS_BLOCK;
    *index = (ss_als_index){.blocks = blocks,
                            .stride = stride,
                            .order = ss_array_new(positions, sizeof *index->order),
                            .quantized = ss_array_aligned(positions, stride),
                            .scales = ss_array_new(positions, sizeof *index->scales),
                            .block_errors = ss_array_new(blocks, sizeof *index->block_errors),
                            .block_norms = ss_array_new(blocks, sizeof *index->block_norms)};
    bool whole = index->order && index->quantized && index->scales && index->block_errors && index->block_norms;
    return whole ? SS_OK : ss_error_nomem(error);
}

ss_status ss_als_index_make(const float *factors, uint32_t items, uint32_t stride, ss_als_index *out, ss_error *error)
{
    ss_status status;
    ss_als_index index = {0};
    ranked *ranks = ss_array_new(items, sizeof *ranks);
    if (!ranks)
        return ss_error_nomem(error);
    SS_TRY(index_alloc(items, stride, &index, error));
    for (uint32_t item = 0; item < items; item++)
        ranks[item] = (ranked){norm_of(factors + (size_t)item * stride, stride), item};
    qsort(ranks, items, sizeof *ranks, by_falling_norm);
    for (uint32_t b = 0; b < index.blocks; b++)
        fill_block(factors, ranks, items, b, &index);
    *out = index;
    index = (ss_als_index){0};
out:
    ss_als_index_free(&index);
    free(ranks);
    return status;
}

void ss_als_index_free(ss_als_index *index)
{
    if (!index)
        return;
    free(index->order);
    free(index->quantized);
    free(index->scales);
    free(index->block_errors);
    free(index->block_norms);
    *index = (ss_als_index){0};
}

#include "models/als_linear_train.h"

#include "base/memory.h"
#include "base/random.h"
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define START_DEVIATION 0.1
#define HUGE_PAGE       ((uintptr_t)1 << 21)
#define SLICES          16u   /* of a Gram sum: fixed, whatever the number of threads */
#define BLOCK_ROWS      1024u /* summed in single precision before they join the double sum */

/* Rows are gathered at random: with small pages nearly every one would miss the translation buffer as well. */
static void ask_for_huge_pages(void *memory, size_t bytes)
{
    uintptr_t begin = ((uintptr_t)memory + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)memory + bytes) & ~(HUGE_PAGE - 1);
    if (begin < end)
        (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE); /* only a hint: being refused costs time, no more */
}

ss_als_rows ss_als_rows_new(uint32_t count, uint32_t factors)
{
    ss_als_rows rows = {.count = count, .factors = factors, .stride = (factors + 15) / 16 * 16};
    size_t cells = (size_t)count * rows.stride;
    rows.values = ss_array_aligned(cells, sizeof *rows.values);
    if (rows.values) {
        ask_for_huge_pages(rows.values, cells * sizeof *rows.values);
        memset(rows.values, 0, cells * sizeof *rows.values);
    }
    return rows;
}

void ss_als_rows_start(ss_als_rows rows, uint64_t seed, int threads)
{
    double deviation = START_DEVIATION / sqrt(rows.factors);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (uint32_t row = 0; row < rows.count; row++) {
        ss_random random;
        ss_random_seed(&random, ss_random_mix(ss_random_mix(seed) + row));
        float *values = rows.values + (size_t)row * rows.stride;
        for (uint32_t k = 0; k < rows.factors; k++)
            values[k] = (float)(deviation * ss_random_normal(&random));
    }
}

static uint32_t slice_begin(ss_als_rows rows, uint32_t slice)
{
    return (uint32_t)((uint64_t)rows.count * slice / SLICES);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Adds the upper triangle of one slice's Gram matrix to `sum`. `block`: factors x factors floats. */
static void slice_gram(ss_als_rows rows, uint32_t slice, float *block, double *sum)
{
    size_t d = rows.factors;
    uint32_t end = slice_begin(rows, slice + 1);
    for (uint32_t row = slice_begin(rows, slice), count; row < end; row += count) {
        count = smaller(end - row, BLOCK_ROWS);
        cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)d, (int)count, 1,
                    rows.values + (size_t)row * rows.stride, (int)rows.stride, 0, block, (int)d);
        for (size_t i = 0; i < d; i++)
            for (size_t j = i; j < d; j++)
                sum[i * d + j] += (double)block[i * d + j];
    }
}

static void join_slices(const double *sums, size_t d, double *gram)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = i; j < d; j++) {
            double total = 0;
            for (size_t slice = 0; slice < SLICES; slice++)
                total += sums[(slice * d + i) * d + j];
            gram[i * d + j] = gram[j * d + i] = total;
        }
}

ss_status ss_als_gram(ss_als_rows rows, int threads, double *gram, ss_error *error)
{
    ss_status status = SS_OK;
    size_t cells = (size_t)rows.factors * rows.factors;
    double *sums = ss_array_zeroed(SLICES * cells, sizeof *sums);
    float *blocks = ss_array_aligned(SLICES * cells, sizeof *blocks);
    if (!sums || !blocks) {
        status = ss_error_nomem(error);
        goto out;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (uint32_t slice = 0; slice < SLICES; slice++)
        slice_gram(rows, slice, blocks + slice * cells, sums + slice * cells);
    join_slices(sums, rows.factors, gram);
out:
    free(sums);
    free(blocks);
    return status;
}

/* Multiplies BLOCK_ROWS rows by the axes, in place by way of `copy`. */
static void rotate_block(ss_als_rows rows, uint32_t row, const float *axes, float *copy)
{
    uint32_t count = smaller(rows.count - row, BLOCK_ROWS);
    float *values = rows.values + (size_t)row * rows.stride;
    int d = (int)rows.factors, stride = (int)rows.stride;
    memcpy(copy, values, (size_t)count * rows.stride * sizeof *copy);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, d, d, 1, copy, stride, axes, d, 0, values,
                stride);
}

static ss_status rotate(ss_als_rows rows, const float *axes, int threads, ss_error *error)
{
    bool failed = false;
#pragma omp parallel num_threads(threads)
    {
        float *copy = ss_array_aligned((size_t)BLOCK_ROWS * rows.stride, sizeof *copy);
        if (!copy) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(dynamic, 1)
        for (uint64_t row = 0; row < rows.count; row += BLOCK_ROWS)
            if (copy)
                rotate_block(rows, (uint32_t)row, axes, copy);
        free(copy);
    }
    return failed ? ss_error_nomem(error) : SS_OK;
}

/* Eigenvectors as columns, strongest first; LAPACK gives them weakest first. */
static ss_status principal_axes(double *gram, uint32_t factors, double *spectrum, float *axes, ss_error *error)
{
    int d = (int)factors;
    lapack_int info = LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', d, gram, d, spectrum);
    if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
        return ss_error_nomem(error);
    if (info != 0)
        return ss_error_set(error, SS_E_RANGE, "the factors' Gram matrix has no eigenvalues: they are not finite");
    for (uint32_t i = 0; i < factors / 2; i++) {
        double value = spectrum[i];
        spectrum[i] = spectrum[factors - 1 - i];
        spectrum[factors - 1 - i] = value;
    }
    for (uint32_t i = 0; i < factors; i++) {
        spectrum[i] = spectrum[i] > 0 ? spectrum[i] : 0;
        for (uint32_t j = 0; j < factors; j++)
            axes[(size_t)i * factors + j] = (float)gram[(size_t)i * factors + (factors - 1 - j)];
    }
    return SS_OK;
}

ss_status ss_als_align(ss_als_rows fixed, ss_als_rows other, int threads, double *spectrum, ss_error *error)
{
    ss_status status;
    size_t cells = (size_t)fixed.factors * fixed.factors;
    double *gram = ss_array_new(cells, sizeof *gram);
    float *axes = ss_array_aligned(cells, sizeof *axes);
    if (!gram || !axes) {
        status = ss_error_nomem(error);
        goto out;
    }
    SS_TRY(ss_als_gram(fixed, threads, gram, error));
    SS_TRY(principal_axes(gram, fixed.factors, spectrum, axes, error));
    SS_TRY(rotate(fixed, axes, threads, error));
    SS_TRY(rotate(other, axes, threads, error));
out:
    free(gram);
    free(axes);
    return status;
}

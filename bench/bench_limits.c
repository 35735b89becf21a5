/*
 * bench_limits.c: what this machine can do at most, for the hot paths to be held against: reading memory from one end
 * to the other, sgemm of OpenBLAS, and fetching rows of 256 bytes (64 floats) at random.
 *
 *   bench_limits [MEGABYTES]     of memory read; default 512: many times the caches
 *
 * Prints lines `name value unit`; each figure is the best of several runs.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"

#include <cblas.h>
#include <inttypes.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS      7
#define THREADS   2
#define SIDE      1024 /* of the matrices */
#define ROW_BYTES 256u
#define STEPS     1000000u

typedef uint64_t vector __attribute__((vector_size(32), aligned(8), may_alias));

static double seconds_since(int64_t begin)
{
    return (double)(ss_clock_monotonic() - begin) * 1e-9;
}

static uint64_t read_part(const uint64_t *words, size_t count)
{
    vector sums[4] = {{0}};
    for (size_t i = 0; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 4; k++)
            sums[k] += *(const vector *)(words + i + 4 * k);
    vector all = sums[0] + sums[1] + sums[2] + sums[3];
    return all[0] + all[1] + all[2] + all[3];
}

/* Best gigabytes a second. `sum` keeps the reading from being left out. */
static double read_memory(const uint64_t *words, size_t count, int threads, uint64_t *sum)
{
    double least = 1e300;
    for (int run = 0; run < RUNS; run++) {
        uint64_t total = 0;
        int64_t begin = ss_clock_monotonic();
#pragma omp parallel num_threads(threads) reduction(+ : total)
        {
            size_t share = count / (size_t)omp_get_num_threads();
            total += read_part(words + share * (size_t)omp_get_thread_num(), share);
        }
        double seconds = seconds_since(begin);
        least = seconds < least ? seconds : least;
        *sum += total;
    }
    return (double)count * 8 / least * 1e-9;
}

/* Nanoseconds for one row of many, at random; which ones is known beforehand. */
static double gather(const uint64_t *words, size_t count, uint64_t *sum)
{
    size_t stride = ROW_BYTES / sizeof *words, rows = count / stride;
    double least = 1e300;
    for (int run = 0; run < RUNS; run++) {
        int64_t begin = ss_clock_monotonic();
        for (uint64_t step = 0; step < STEPS; step++)
            *sum += read_part(words + ss_random_mix(step) % rows * stride, stride);
        double seconds = seconds_since(begin);
        least = seconds < least ? seconds : least;
    }
    return least / STEPS * 1e9;
}

/* Best thousand million operations a second; 0 when out of memory. */
static double multiply(int threads)
{
    size_t size = (size_t)SIDE * SIDE;
    float *values = ss_array_aligned(3 * size, sizeof *values);
    double least = 1e300;
    if (!values)
        return 0;
    for (size_t i = 0; i < 3 * size; i++)
        values[i] = (float)(i % 7) * 0.25f;
    openblas_set_num_threads(threads);
    for (int run = 0; run < RUNS; run++) {
        int64_t begin = ss_clock_monotonic();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, values, SIDE, values + size, SIDE,
                    0, values + 2 * size, SIDE);
        double seconds = seconds_since(begin);
        least = seconds < least ? seconds : least;
    }
    free(values);
    return 2.0 * SIDE * SIDE * SIDE / least * 1e-9;
}

int main(int argc, char **argv)
{
    long megabytes = argc > 1 ? atol(argv[1]) : 512;
    if (argc > 2 || megabytes < 1 || megabytes > 65536) {
        fputs("usage: bench_limits [MEGABYTES]\n", stderr);
        return 2;
    }
    size_t count = (size_t)megabytes * 1000000 / ROW_BYTES * (ROW_BYTES / 8);
    uint64_t *words = ss_array_aligned(count, sizeof *words), sum = 0;
    if (!words) {
        fputs("bench_limits: out of memory\n", stderr);
        return 1;
    }
    memset(words, 1, count * sizeof *words);
    for (int threads = 1; threads <= THREADS; threads++) {
        printf("limit_read_threads_%d %.2f GB/s\n", threads, read_memory(words, count, threads, &sum));
        printf("limit_sgemm_threads_%d %.1f GFLOP/s\n", threads, multiply(threads));
    }
    printf("limit_gather_%u_bytes %.1f ns\n", ROW_BYTES, gather(words, count, &sum));
    printf("limit_check %" PRIu64 " sum\n", sum);
    free(words);
    return 0;
}

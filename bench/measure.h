/* measure.h: what the benchmarks share: telling an error, medians. */
#ifndef SS_BENCH_MEASURE_H
#define SS_BENCH_MEASURE_H

#include "base/status.h"
#include <stdio.h>
#include <stdlib.h>

/* Prints the error under the program's name; the exit status. */
static inline int bench_fail(const char *program, const ss_error *error)
{
    char text[1024];
    ss_error_format(error, text, sizeof text);
    fprintf(stderr, "%s: %s\n", program, text);
    return 1;
}

static inline int bench_ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Sorts the values. */
static inline double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, bench_ascending);
    return values[count / 2];
}

#endif

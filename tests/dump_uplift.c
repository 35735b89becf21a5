/*
 * dump_uplift: statistics for an oracle in another language. Each line of stdin is a case: a level, the number of the
 * treated, their values, the values of the held out, separated by blanks. For each a line on stdout: the mean and
 * variance of both, then each, low, high, standard_error, freedom, total, total_low, total_high and the finding. A line of
 * two numbers is a level and degrees of freedom; its answer is the quantile.
 */
#include "job/uplift.h"

#include <stdio.h>
#include <stdlib.h>

#define VALUES_MAX 200000

static size_t read_values(char *line, double *values)
{
    size_t count = 0;
    char *end;
    for (char *at = line; count < VALUES_MAX; at = end) {
        double value = strtod(at, &end);
        if (end == at)
            break;
        values[count++] = value;
    }
    return count;
}

static void compare(const double *values, size_t count)
{
    ss_sample sides[2] = {0};
    for (size_t i = 2; i < count; i++)
        ss_sample_add(&sides[i - 2 >= (size_t)values[1]], values[i]);
    ss_uplift uplift = ss_uplift_between(&sides[0], &sides[1], values[0]);
    printf("%.17g %.17g %.17g %.17g ", sides[0].mean, ss_sample_variance(&sides[0]), sides[1].mean,
           ss_sample_variance(&sides[1]));
    printf("%.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g %s\n", uplift.each, uplift.low, uplift.high,
           uplift.standard_error, uplift.freedom, uplift.total, uplift.total_low, uplift.total_high,
           ss_uplift_finding_name(uplift.finding));
}

int main(void)
{
    static char line[1 << 23];
    static double values[VALUES_MAX];
    while (fgets(line, sizeof line, stdin)) {
        size_t count = read_values(line, values);
        if (count < 2)
            return 2;
        if (count == 2)
            printf("%.17g\n", ss_t_quantile(values[0], values[1]));
        else
            compare(values, count);
    }
    return fflush(stdout) != 0;
}

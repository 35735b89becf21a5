/*
 * dump_bootstrap: intervals for an oracle in another language. Each line of stdin is a case, numbers separated by blanks:
 * level, resamples, seed, then for each value its owner and itself. For each a line on stdout: mean, error, low, high,
 * owners. A line of three numbers is an error, a level and a power; its answer is the detectable loss.
 */
#include "job/bootstrap.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBERS_MAX 100000

static size_t read_numbers(char *line, double *numbers)
{
    size_t count = 0;
    char *end;
    for (char *at = line; count < NUMBERS_MAX; at = end) {
        double number = strtod(at, &end);
        if (end == at)
            break;
        numbers[count++] = number;
    }
    return count;
}

static int answer(const double *numbers, size_t count)
{
    static double values[NUMBERS_MAX];
    static uint64_t owners[NUMBERS_MAX];
    const ss_bootstrap_options options = {numbers[0], (int64_t)numbers[1], (uint64_t)numbers[2], 2};
    ss_bootstrap_mean mean;
    size_t cases = (count - 3) / 2;
    for (size_t i = 0; i < cases; i++) {
        owners[i] = (uint64_t)numbers[3 + 2 * i];
        values[i] = numbers[4 + 2 * i];
    }
    if (ss_bootstrap(values, owners, cases, &options, &mean, NULL) != SS_OK)
        return 1;
    printf("%.17g %.17g %.17g %.17g %zu\n", mean.mean, mean.error, mean.low, mean.high, mean.owners);
    return 0;
}

int main(void)
{
    static char line[1 << 22];
    static double numbers[NUMBERS_MAX];
    while (fgets(line, sizeof line, stdin)) {
        size_t count = read_numbers(line, numbers);
        if (count == 3)
            printf("%.17g\n", ss_detectable_loss(numbers[0], numbers[1], numbers[2]));
        else if (count < 5 || answer(numbers, count) != 0)
            return 2;
    }
    return fflush(stdout) != 0;
}

#include "job/bootstrap.h"

#include "base/memory.h"
#include "base/random.h"
#include "job/uplift.h"
#include <math.h>
#include <stdlib.h>

/* What an owner brings along when drawn. */
typedef struct owner_sum {
    double sum;
    uint64_t cases;
} owner_sum;

static size_t add_up(const double *values, const uint64_t *owners, size_t count, owner_sum *sums)
{
    size_t last = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (!owners || owners[i] != owners[i - 1]))
            last++;
        sums[last].sum += values[i];
        sums[last].cases++;
    }
    return last + 1;
}

static double draw_mean(const owner_sum *sums, size_t owners, uint64_t seed)
{
    ss_random random;
    double sum = 0;
    uint64_t cases = 0;
    ss_random_seed(&random, seed);
    for (size_t i = 0; i < owners; i++) {
        const owner_sum *drawn = &sums[ss_random_below(&random, (uint32_t)owners)];
        sum += drawn->sum;
        cases += drawn->cases;
    }
    return sum / (double)cases;
}

static int by_value(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static double deviation(const double *values, size_t count)
{
    ss_sample sample = {0};
    for (size_t i = 0; i < count; i++)
        ss_sample_add(&sample, values[i]);
    return sqrt(ss_sample_variance(&sample));
}

static void resample(const owner_sum *sums, size_t owners, const ss_bootstrap_options *options, double *means)
{
#pragma omp parallel for num_threads(options->threads) schedule(static)
    for (int64_t r = 0; r < options->resamples; r++)
        means[r] = draw_mean(sums, owners, ss_random_mix(options->seed ^ ss_random_mix((uint64_t)r)));
}

/* The place of the quantile 1 - level among as many sorted means. */
static size_t low_place(const ss_bootstrap_options *options)
{
    double place = floor((1 - options->level) * (double)(options->resamples + 1)) - 1;
    return place > 0 ? (size_t)place : 0;
}

ss_status ss_bootstrap(const double *values, const uint64_t *owners, size_t count, const ss_bootstrap_options *options,
                       ss_bootstrap_mean *result, ss_error *error)
{
    ss_status status = SS_OK;
    *result = (ss_bootstrap_mean){0};
    if (!(options->level > 0.5 && options->level < 1) || options->resamples < SS_RESAMPLES_MIN ||
        options->resamples > SS_RESAMPLES_MAX)
        return ss_error_set(error, SS_E_ARGUMENT,
                            "bootstrap: level %g with %lld resamples, expected 0.5 to 1 with %d to %d", options->level,
                            (long long)options->resamples, SS_RESAMPLES_MIN, SS_RESAMPLES_MAX);
    if (count == 0)
        return SS_OK;
    size_t resamples = (size_t)options->resamples, place = low_place(options);
    double *means = ss_array_new(resamples, sizeof *means), total = 0;
    owner_sum *sums = ss_array_zeroed(count, sizeof *sums);
    if (!means || !sums)
        SS_TRY(ss_error_nomem(error));
    for (size_t i = 0; i < count; i++)
        total += values[i];
    result->owners = add_up(values, owners, count, sums);
    resample(sums, result->owners, options, means);
    qsort(means, resamples, sizeof *means, by_value);
    result->mean = total / (double)count;
    result->error = deviation(means, resamples);
    result->low = means[place];
    result->high = means[resamples - 1 - place];
out:
    free(means);
    free(sums);
    return status;
}

double ss_normal_quantile(double probability)
{
    double within = fabs(2 * probability - 1);
    return copysign(ss_t_quantile(within, INFINITY), probability - 0.5);
}

double ss_detectable_loss(double error, double level, double power)
{
    return (ss_normal_quantile(level) + ss_normal_quantile(power)) * error;
}

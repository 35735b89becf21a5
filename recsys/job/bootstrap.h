/*
 * bootstrap.h: how sure a mean over cases is, when cases of one customer are not independent, and how large a loss so
 * many cases would see.
 *
 * Customers are drawn with replacement, each with all of their cases (Efron and Tibshirani 1993, "An Introduction to the
 * Bootstrap", chapters 8 and 13: the percentile interval); a draw's mean is over the cases that it brings. For paired
 * differences the values are the differences. Resample r has random numbers of its own, seeded by `seed` and r, so that
 * the result does not depend on the number of threads.
 *
 * Pure: safe from any thread.
 */
#ifndef SS_JOB_BOOTSTRAP_H
#define SS_JOB_BOOTSTRAP_H

#include "base/status.h"

#define SS_RESAMPLES_MIN 100
#define SS_RESAMPLES_MAX 1000000

typedef struct ss_bootstrap_options {
    double level;      /* of the one-sided intervals, 0.5 .. 1, both excluded */
    int64_t resamples; /* SS_RESAMPLES_MIN .. SS_RESAMPLES_MAX */
    uint64_t seed;
    int threads; /* >= 1 */
} ss_bootstrap_options;

typedef struct ss_bootstrap_mean {
    double mean;
    double error;     /* standard deviation of the resampled means */
    double low, high; /* one-sided each: the mean is above `low` with probability `level`, and below `high` likewise */
    size_t owners;    /* how many were drawn from */
} ss_bootstrap_mean;

/*
 * values[0 .. count): one a case; cases whose owners[] are the same number belong together and stand next to each
 * other; owners NULL: each case by itself. No case at all: zeros. Memory: 8 bytes a resample and 16 an owner.
 * SS_E_ARGUMENT: level or resamples out of range; SS_E_NOMEM.
 */
ss_status ss_bootstrap(const double *values, const uint64_t *owners, size_t count, const ss_bootstrap_options *options,
                       ss_bootstrap_mean *result, ss_error *error);

/* The z with P(Z <= z) = probability, Z standard normal; 0 < probability < 1. */
double ss_normal_quantile(double probability);

/*
 * The loss that a one-sided test at `level` finds with probability `power`, where the mean has this standard error:
 * (z_level + z_power) error (Julious 2004, "Sample sizes for clinical trials with Normal data", section 5: non-inferiority
 * with a true difference of 0). The error falls with the root of the cases: for a loss of `margin`, cases x (this /
 * margin)^2 are needed.
 */
double ss_detectable_loss(double error, double level, double power);

#endif

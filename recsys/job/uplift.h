/*
 * uplift.h: how much more those earn who were treated than those who were held out: the difference of two means with
 * its confidence interval, after Welch (1947, "The generalization of Student's problem when several different population
 * variances are involved"), whose degrees of freedom are Satterthwaite's. Means and variances are updated one value at a
 * time (Welford 1962), so that nothing has to be kept, and large means cost no precision.
 *
 * Pure: safe from any thread.
 */
#ifndef SS_JOB_UPLIFT_H
#define SS_JOB_UPLIFT_H

#include <stddef.h>
#include <stdint.h>

/* What is known of values that were seen; all zero: none yet. */
typedef struct ss_sample {
    uint64_t count;
    double mean;
    double squares; /* sum of the squared distances from the mean */
} ss_sample;

void ss_sample_add(ss_sample *sample, double value);

/* The unbiased estimate; NAN of fewer than two values. */
double ss_sample_variance(const ss_sample *sample);

/*
 * The t with P(|T| <= t) = level, T of Student's distribution with `freedom` degrees of freedom, which need not be whole.
 * 0 < level < 1; freedom >= 1, above 1e7 it is taken as 1e7. Relative error below 1e-6 (by the incomplete beta function's
 * continued fraction, DLMF 8.17.22, and bisection).
 */
double ss_t_quantile(double level, double freedom);

/* Fewer than this on either side: an interval may be computed, but not leaned on. */
#define SS_UPLIFT_VISITORS_MIN 30u

typedef enum ss_uplift_finding {
    SS_UPLIFT_TOO_FEW, /* fewer than SS_UPLIFT_VISITORS_MIN on a side, or nothing differs at all: cannot be told */
    SS_UPLIFT_UNCLEAR, /* the interval holds 0: no difference was shown */
    SS_UPLIFT_GAIN,
    SS_UPLIFT_LOSS,
    SS_UPLIFT_FINDINGS
} ss_uplift_finding;
const char *ss_uplift_finding_name(ss_uplift_finding finding); /* "too_few", …; NULL outside */

typedef struct ss_uplift {
    double each;           /* mean of the treated - mean of the held out; NAN where one side is empty */
    double low, high;      /* its interval; NAN where a side has fewer than two */
    double standard_error; /* of `each`; NAN likewise */
    double freedom;
    double total, total_low, total_high; /* the same, times the treated: what treating them has earned */
    ss_uplift_finding finding;
} ss_uplift;

/* level: 0.95, say. */
ss_uplift ss_uplift_between(const ss_sample *treated, const ss_sample *held_out, double level);

typedef struct ss_sides {
    ss_sample treated, held_out;
} ss_sides;

/*
 * Over strata with shares of held out of their own, who must not be thrown together: were more held out where visitors
 * buy more, that would look like harm. Each is compared within itself and the totals are added, with freedom after
 * Satterthwaite. Strata with fewer than two on a side tell nothing: they are left out, and `sides` (may be NULL) is who
 * was counted.
 */
ss_uplift ss_uplift_over(const ss_sides *strata, size_t count, double level, ss_sides *sides);

#endif

#include "job/uplift.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#define FREEDOM_MAX 1e7   /* t differs from the normal distribution's by less than one part in a million from here on */
#define FRACTIONS   20000 /* terms of the continued fraction; about the root of FREEDOM_MAX are needed */
#define BISECTIONS  200

static const char *const finding_names[SS_UPLIFT_FINDINGS] = {"too_few", "unclear", "gain", "loss"};

const char *ss_uplift_finding_name(ss_uplift_finding finding)
{
    return (unsigned)finding < SS_UPLIFT_FINDINGS ? finding_names[finding] : NULL;
}

void ss_sample_add(ss_sample *sample, double value)
{
    double distance = value - sample->mean;
    sample->count++;
    sample->mean += distance / (double)sample->count;
    sample->squares += distance * (value - sample->mean);
}

double ss_sample_variance(const ss_sample *sample)
{
    return sample->count < 2 ? NAN : sample->squares / (double)(sample->count - 1);
}

/* ---- Student's distribution ---- */

/* The k-th numerator of the incomplete beta function's continued fraction, k >= 1. */
static double numerator(int k, double a, double b, double x)
{
    double m = k / 2;
    if (k % 2)
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
}

static double not_zero(double value)
{
    return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

/* 1 / (1 + n1 / (1 + n2 / (1 + …))), by Lentz's method as Thompson and Barnett changed it. */
static double continued_fraction(double a, double b, double x)
{
    double f = 1, c = 1, d = 0;
    for (int k = 1; k <= FRACTIONS; k++) {
        double n = numerator(k, a, b, x);
        d = 1 / not_zero(1 + n * d);
        c = not_zero(1 + n / c);
        f *= c * d;
        if (fabs(c * d - 1) < DBL_EPSILON)
            break;
    }
    return 1 / f;
}

/* The part of the incomplete beta function I_x(a, b) that its fraction tells well; y = 1 - x. */
static double incomplete_beta(double a, double b, double x, double y)
{
    int sign;
    double beta = lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
    return exp(a * log(x) + b * log(y) - beta) / a * continued_fraction(a, b, x);
}

/* P(|T| <= t) */
static double probability_within(double t, double freedom)
{
    double x = t * t / (freedom + t * t), y = freedom / (freedom + t * t);
    double a = 0.5, b = freedom / 2;
    if (x <= 0)
        return 0;
    return x < (a + 1) / (a + b + 2) ? incomplete_beta(a, b, x, y) : 1 - incomplete_beta(b, a, y, x);
}

double ss_t_quantile(double level, double freedom)
{
    double degrees = fmin(freedom, FREEDOM_MAX), low = 0, high = 1;
    while (probability_within(high, degrees) < level && high < 1e300)
        high *= 2;
    for (int i = 0; i < BISECTIONS && high - low > DBL_EPSILON * high; i++) {
        double middle = low + (high - low) / 2;
        if (probability_within(middle, degrees) < level)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* ---- the difference ---- */

static ss_uplift_finding finding_of(const ss_uplift *uplift, uint64_t visitors)
{
    if (visitors < SS_UPLIFT_VISITORS_MIN || !(uplift->standard_error > 0))
        return SS_UPLIFT_TOO_FEW;
    if (uplift->low > 0)
        return SS_UPLIFT_GAIN;
    return uplift->high < 0 ? SS_UPLIFT_LOSS : SS_UPLIFT_UNCLEAR;
}

static uint64_t fewest(const ss_sides *sides)
{
    return sides->treated.count < sides->held_out.count ? sides->treated.count : sides->held_out.count;
}

/* From `each`, `standard_error` and `freedom`, of which the latter two are NAN where there is no interval. */
static void complete(ss_uplift *uplift, const ss_sides *sides, double level)
{
    double n = (double)sides->treated.count;
    double half = isnan(uplift->freedom) ? NAN : ss_t_quantile(level, uplift->freedom) * uplift->standard_error;
    uplift->low = uplift->each - half;
    uplift->high = uplift->each + half;
    uplift->total = uplift->each * n;
    uplift->total_low = uplift->low * n;
    uplift->total_high = uplift->high * n;
    uplift->finding = finding_of(uplift, fewest(sides));
}

ss_uplift ss_uplift_between(const ss_sample *treated, const ss_sample *held_out, double level)
{
    ss_sides sides = {*treated, *held_out};
    ss_uplift uplift = {.each = NAN, .standard_error = NAN, .freedom = NAN};
    if (fewest(&sides) > 0)
        uplift.each = treated->mean - held_out->mean;
    if (fewest(&sides) > 1) {
        double n = (double)treated->count, m = (double)held_out->count;
        double a = ss_sample_variance(treated) / n, b = ss_sample_variance(held_out) / m;
        uplift.standard_error = sqrt(a + b);
        uplift.freedom = a + b > 0 ? (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1)) : n + m - 2;
    }
    complete(&uplift, &sides, level);
    return uplift;
}

ss_uplift ss_uplift_over(const ss_sides *strata, size_t count, double level, ss_sides *sides)
{
    ss_sides all = {{0}, {0}};
    ss_uplift uplift = {.each = NAN, .standard_error = NAN, .freedom = NAN};
    double total = 0, variance = 0, spread = 0;
    for (size_t i = 0; i < count; i++) {
        if (fewest(&strata[i]) < 2)
            continue;
        ss_uplift of = ss_uplift_between(&strata[i].treated, &strata[i].held_out, level);
        double error = of.standard_error * (double)strata[i].treated.count;
        total += of.total;
        variance += error * error;
        spread += error * error * error * error / of.freedom;
        all.treated.count += strata[i].treated.count;
        all.held_out.count += strata[i].held_out.count;
    }
    if (fewest(&all) > 0) {
        double n = (double)all.treated.count;
        uplift.each = total / n;
        uplift.standard_error = sqrt(variance) / n;
        uplift.freedom = spread > 0 ? variance * variance / spread : n;
    }
    complete(&uplift, &all, level);
    if (sides)
        *sides = all;
    return uplift;
}

#include "job/gamma_gamma.h"

#include "base/memory.h"
#include "job/minimize.h"
#include "job/special.h"

#include <math.h>
#include <stdlib.h>

#define PARAMETERS 3u
#define TOLERANCE  1e-9 /* of the mean log-likelihood's gradient */
#define EXTREME    60.0 /* logarithm of what no parameter passes */
#define ALIKE      6.9  /* of p and q from which on all are alike: 1000 */

typedef struct problem {
    const ss_spender *rows; /* by rising purchases */
    size_t count;
} problem;

/* What depends on x alone, of the log-likelihood and of its derivatives by p and q. */
typedef struct by_purchases {
    double value, p, q;
} by_purchases;

static by_purchases of_purchases(const ss_gamma_gamma *m, double x)
{
    const double all = m->p * x + m->q, digamma_all = ss_digamma(all);
    return (by_purchases){
        ss_log_gamma(all) - ss_log_gamma(m->p * x) - ss_log_gamma(m->q) + m->q * log(m->gamma) + m->p * x * log(x),
        x * (digamma_all - ss_digamma(m->p * x) + log(x)), digamma_all - ss_digamma(m->q) + log(m->gamma)};
}

/* The log-likelihood of all, and its derivatives by the parameters. */
static double sum_rows(const problem *of, const ss_gamma_gamma *m, double *slopes)
{
    double sum = 0;
    by_purchases common = {0};
    for (size_t i = 0; i < of->count; i++) {
        const double x = of->rows[i].purchases, z = of->rows[i].mean, all = m->p * x + m->q;
        const double log_z = log(z), log_sum = log(m->gamma + x * z);
        if (i == 0 || of->rows[i].purchases != of->rows[i - 1].purchases)
            common = of_purchases(m, x);
        sum += common.value + (m->p * x - 1) * log_z - all * log_sum;
        slopes[0] += common.p + x * (log_z - log_sum);
        slopes[1] += common.q - log_sum;
        slopes[2] += m->q / m->gamma - all / (m->gamma + x * z);
    }
    return sum;
}

static ss_gamma_gamma model_at(const double *at)
{
    return (ss_gamma_gamma){.p = exp(at[0]), .q = exp(at[1]), .gamma = exp(at[2])};
}

/* Minus the mean log-likelihood, by the logarithms of the parameters. */
static double objective(void *context, const double *at, double *gradient)
{
    const problem *of = context;
    const ss_gamma_gamma m = model_at(at);
    const double parameters[PARAMETERS] = {m.p, m.q, m.gamma};
    double slopes[PARAMETERS] = {0};
    for (size_t i = 0; i < PARAMETERS; i++)
        if (!(fabs(at[i]) <= EXTREME))
            return INFINITY;
    double sum = sum_rows(of, &m, slopes);
    for (size_t i = 0; i < PARAMETERS; i++)
        gradient[i] = -slopes[i] * parameters[i] / (double)of->count;
    return -sum / (double)of->count + ss_minimize_beyond(at[0], ALIKE, &gradient[0]) +
           ss_minimize_beyond(at[1], ALIKE, &gradient[1]);
}

static int in_order(const void *one, const void *other)
{
    const ss_spender *a = one, *b = other;
    if (a->purchases != b->purchases)
        return a->purchases < b->purchases ? -1 : 1;
    return (a->mean > b->mean) - (a->mean < b->mean);
}

ss_status ss_gamma_gamma_fit(const ss_spender *spenders, size_t count, ss_gamma_gamma *model, ss_error *error)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (spenders[i].purchases == 0 || !(spenders[i].mean > 0) || !isfinite(spenders[i].mean))
            return ss_error_set(error, SS_E_RANGE, "customer %zu: %u purchases of %g each", i, spenders[i].purchases,
                                spenders[i].mean);
        sum += spenders[i].mean;
    }
    if (count == 0)
        return ss_error_set(error, SS_E_RANGE, "no customer has paid anything");
    ss_spender *rows = ss_array_new(count, sizeof *rows);
    if (!rows)
        return ss_error_nomem(error);
    for (size_t i = 0; i < count; i++)
        rows[i] = spenders[i];
    qsort(rows, count, sizeof *rows, in_order);
    problem of = {rows, count};
    double at[PARAMETERS] = {log(2), log(3), log(sum / (double)count)},
           slopes[PARAMETERS] = {0}; /* the mean of such is the customers' */
    ss_minimum minimum = ss_minimize(objective, &of, at, PARAMETERS, TOLERANCE);
    ss_gamma_gamma best = model_at(at);
    best.log_likelihood = sum_rows(&of, &best, slopes); /* without what parameters beyond ALIKE cost */
    best.customers = count;
    best.converged = minimum.converged;
    *model = best;
    free(rows);
    return SS_OK;
}

double ss_gamma_gamma_expected(const ss_gamma_gamma *model, uint32_t purchases, double mean)
{
    double x = purchases, below = model->p * x + model->q - 1;
    return below > 0 ? model->p * (model->gamma + (purchases ? x * mean : 0)) / below : NAN;
}

double ss_gamma_gamma_correlation(const ss_spender *spenders, size_t count, bool of_logarithms)
{
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        double x = spenders[i].purchases, y = spenders[i].mean;
        double from_x = (of_logarithms ? log(x) : x) - mean_x, from_y = (of_logarithms ? log(y) : y) - mean_y;
        mean_x += from_x / (double)(i + 1);
        mean_y += from_y / (double)(i + 1);
        double share = (double)i / (double)(i + 1);
        xx += share * from_x * from_x;
        yy += share * from_y * from_y;
        xy += share * from_x * from_y;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

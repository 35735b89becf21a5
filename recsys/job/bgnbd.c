#include "job/bgnbd.h"

#include "base/memory.h"
#include "job/minimize.h"
#include "job/special.h"

#include <math.h>
#include <stdlib.h>

#define PARAMETERS 4u
#define TOLERANCE  1e-9 /* of the mean log-likelihood's gradient */
#define EXTREME    30.0 /* logarithm of what no parameter passes */
#define ALIKE      6.9  /* of r, a and b from which on customers are all alike: 1000 */
#define LARGE_A    20.0 /* up to here one form of the expectation is stable, from here on the other */
#define APART      1e-6 /* where the formula has 0 / 0, so far beside it: the error is of the same order */

/* Customers of whom the same is known are one, and count for as many. */
typedef struct alike {
    ss_bgnbd_customer of;
    double weight;
} alike;

typedef struct problem {
    const alike *rows;
    size_t count;
    double customers;
} problem;

/* What depends on x alone, of the log-likelihood and of its derivatives by r, a and b. */
typedef struct by_repeats {
    double value, r, a, b;
} by_repeats;

static by_repeats of_repeats(const ss_bgnbd *m, double x)
{
    const double both = m->a + m->b;
    return (by_repeats){ss_log_gamma(m->r + x) - ss_log_gamma(m->r) + m->r * log(m->alpha) + ss_log_gamma(both) +
                            ss_log_gamma(m->b + x) - ss_log_gamma(m->b) - ss_log_gamma(both + x),
                        ss_digamma(m->r + x) - ss_digamma(m->r) + log(m->alpha),
                        ss_digamma(both) - ss_digamma(both + x),
                        ss_digamma(both) + ss_digamma(m->b + x) - ss_digamma(m->b) - ss_digamma(both + x)};
}

/* Adds a row's log-likelihood to *sum, and its derivatives by the parameters. */
static void add_row(const ss_bgnbd *m, const by_repeats *common, const alike *row, double *sum, double *slopes)
{
    const double x = row->of.repeats, log_age = log(m->alpha + row->of.age), log_seen = log(m->alpha + row->of.recency);
    const double stays = -(m->r + x) * log_age;
    const double leaves = x > 0 ? log(m->a) - log(m->b + x - 1) - (m->r + x) * log_seen : -INFINITY;
    const double top = fmax(stays, leaves), either = top + log(exp(stays - top) + exp(leaves - top));
    const double stayed = exp(stays - either), left = exp(leaves - either);
    *sum += row->weight * (common->value + either);
    slopes[0] += row->weight * (common->r - stayed * log_age - left * log_seen);
    slopes[1] += row->weight * (m->r / m->alpha -
                                (m->r + x) * (stayed / (m->alpha + row->of.age) + left / (m->alpha + row->of.recency)));
    slopes[2] += row->weight * (common->a + left / m->a);
    slopes[3] += row->weight * (common->b - (x > 0 ? left / (m->b + x - 1) : 0));
}

/* The log-likelihood of all, and its derivatives by the parameters. */
static double sum_rows(const problem *of, const ss_bgnbd *m, double *slopes)
{
    double sum = 0;
    by_repeats common = {0};
    for (size_t i = 0; i < of->count; i++) {
        if (i == 0 || of->rows[i].of.repeats != of->rows[i - 1].of.repeats)
            common = of_repeats(m, of->rows[i].of.repeats);
        add_row(m, &common, &of->rows[i], &sum, slopes);
    }
    return sum;
}

static ss_bgnbd model_at(const double *at)
{
    return (ss_bgnbd){.r = exp(at[0]), .alpha = exp(at[1]), .a = exp(at[2]), .b = exp(at[3])};
}

/* Minus the mean log-likelihood, by the logarithms of the parameters. */
static double objective(void *context, const double *at, double *gradient)
{
    const problem *of = context;
    const ss_bgnbd m = model_at(at);
    const double parameters[PARAMETERS] = {m.r, m.alpha, m.a, m.b};
    double slopes[PARAMETERS] = {0};
    for (size_t p = 0; p < PARAMETERS; p++)
        if (!(fabs(at[p]) <= EXTREME))
            return INFINITY;
    double sum = sum_rows(of, &m, slopes);
    for (size_t p = 0; p < PARAMETERS; p++)
        gradient[p] = -slopes[p] * parameters[p] / of->customers;
    return -sum / of->customers + ss_minimize_beyond(at[0], ALIKE, &gradient[0]) +
           ss_minimize_beyond(at[2], ALIKE, &gradient[2]) + ss_minimize_beyond(at[3], ALIKE, &gradient[3]);
}

static int in_order(const void *one, const void *other)
{
    const ss_bgnbd_customer *a = &((const alike *)one)->of, *b = &((const alike *)other)->of;
    if (a->repeats != b->repeats)
        return a->repeats < b->repeats ? -1 : 1;
    if (a->age != b->age)
        return a->age < b->age ? -1 : 1;
    return (a->recency > b->recency) - (a->recency < b->recency);
}

static size_t join_alike(alike *rows, size_t count)
{
    size_t kept = 0;
    qsort(rows, count, sizeof *rows, in_order);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && in_order(&rows[kept - 1], &rows[i]) == 0)
            rows[kept - 1].weight += rows[i].weight;
        else
            rows[kept++] = rows[i];
    }
    return kept;
}

static ss_status check(const ss_bgnbd_customer *customers, size_t count, ss_error *error)
{
    bool repeats = false;
    for (size_t i = 0; i < count; i++) {
        const ss_bgnbd_customer *c = &customers[i];
        repeats |= c->repeats > 0;
        if (!(c->recency >= 0 && c->recency <= c->age && isfinite(c->age)) || (c->repeats == 0 && c->recency != 0))
            return ss_error_set(error, SS_E_RANGE, "customer %zu: %u repeats, last seen at %g of %g", i, c->repeats,
                                c->recency, c->age);
    }
    return repeats ? SS_OK : ss_error_set(error, SS_E_RANGE, "no customer has bought twice");
}

/* A start from which the search need not go far: all rates like the mean one, half of a customer's chances to leave. */
static void start(const problem *of, double *at)
{
    double repeats = 0, age = 0;
    for (size_t i = 0; i < of->count; i++) {
        repeats += of->rows[i].weight * of->rows[i].of.repeats;
        age += of->rows[i].weight * of->rows[i].of.age;
    }
    at[0] = 0;
    at[1] = log(age / repeats);
    at[2] = log(0.5);
    at[3] = 0;
}

ss_status ss_bgnbd_fit(const ss_bgnbd_customer *customers, size_t count, ss_bgnbd *model, ss_error *error)
{
    double at[PARAMETERS], slopes[PARAMETERS] = {0};
    ss_status status = check(customers, count, error);
    if (status != SS_OK)
        return status;
    alike *rows = ss_array_new(count, sizeof *rows);
    if (!rows)
        return ss_error_nomem(error);
    for (size_t i = 0; i < count; i++)
        rows[i] = (alike){customers[i], 1};
    problem of = {rows, join_alike(rows, count), (double)count};
    start(&of, at);
    ss_minimum minimum = ss_minimize(objective, &of, at, PARAMETERS, TOLERANCE);
    ss_bgnbd best = model_at(at);
    best.log_likelihood = sum_rows(&of, &best, slopes); /* without what parameters beyond ALIKE cost */
    best.customers = count;
    best.converged = minimum.converged;
    *model = best;
    free(rows);
    return SS_OK;
}

/* a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x): the odds that they have left. */
static double odds_left(const ss_bgnbd *m, const ss_bgnbd_customer *c)
{
    double x = c->repeats;
    if (c->repeats == 0)
        return 0;
    return m->a / (m->b + x - 1) * exp((m->r + x) * (log(m->alpha + c->age) - log(m->alpha + c->recency)));
}

double ss_bgnbd_alive(const ss_bgnbd *model, const ss_bgnbd_customer *customer)
{
    return 1 / (1 + odds_left(model, customer));
}

static double beside(double value, double pole)
{
    return fabs(value - pole) < APART ? pole + APART : value;
}

/*
 * (1-z)^(r+x) 2F1(r+x, b+x; a+b+x-1; z) of the paper, by Euler's transformation (DLMF 15.8.1) where a is small:
 * (1-z)^(a-1) 2F1(a+b-1-r, a-1; a+b+x-1; z), whose series does not grow with x.
 */
static double none_share(const ss_bgnbd *m, double a, double c, double x, double z)
{
    if (a < LARGE_A)
        return exp((a - 1) * log1p(-z)) * ss_hypergeometric(a + m->b - 1 - m->r, a - 1, c, z);
    return exp((m->r + x) * log1p(-z) + ss_log_hypergeometric(m->r + x, m->b + x, c, z));
}

double ss_bgnbd_expected(const ss_bgnbd *model, const ss_bgnbd_customer *customer, double time)
{
    const double x = customer->repeats, a = beside(model->a, 1), c = beside(a + model->b + x - 1, 0);
    const double z = time / (model->alpha + customer->age + time);
    return c / (a - 1) * (1 - none_share(model, a, c, x, z)) / (1 + odds_left(model, customer));
}

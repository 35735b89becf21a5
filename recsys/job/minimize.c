#include "job/minimize.h"

#include <math.h>
#include <string.h>

#define MAX           SS_MINIMIZE_MAX
#define STEPS_MOST    1000u
#define HALVES_MOST   60
#define ENOUGH        1e-4 /* of the descent that the gradient promises (Armijo) */
#define BEYOND_WEIGHT 1e-3
#define LONGEST_MOVE  2.0
#define ROUNDING      1e4 /* times the tolerance: where rounding hides the descent, it is near enough */

typedef struct search {
    ss_objective objective;
    void *context;
    size_t count;
    double at[MAX], gradient[MAX], value;
    double inverse[MAX][MAX]; /* of the second derivatives, as far as they are known */
} search;

static double dot(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static double largest(const double *a, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(a[i]));
    return most;
}

static void forget_curvature(search *s)
{
    memset(s->inverse, 0, sizeof s->inverse);
    for (size_t i = 0; i < s->count; i++)
        s->inverse[i][i] = 1;
}

/* Where the quadratic model falls most, no further than may be trusted; straight down where it does not fall. */
static double choose_direction(search *s, double *direction)
{
    for (size_t i = 0; i < s->count; i++)
        direction[i] = -dot(s->inverse[i], s->gradient, s->count);
    if (!(dot(direction, s->gradient, s->count) < 0)) {
        forget_curvature(s);
        for (size_t i = 0; i < s->count; i++)
            direction[i] = -s->gradient[i];
    }
    double longest = largest(direction, s->count);
    for (size_t i = 0; i < s->count && longest > LONGEST_MOVE; i++)
        direction[i] *= LONGEST_MOVE / longest;
    return dot(direction, s->gradient, s->count);
}

/* H := (I - r s y') H (I - r y s') + r s s' with r = 1 / y's, where the curvature is positive. */
static void learn_curvature(search *s, const double *moved, const double *bent)
{
    size_t n = s->count;
    double along = dot(moved, bent, n), image[MAX];
    if (!(along > 1e-14 * sqrt(dot(moved, moved, n) * dot(bent, bent, n))))
        return;
    for (size_t i = 0; i < n; i++)
        image[i] = dot(s->inverse[i], bent, n);
    double factor = (1 + dot(bent, image, n) / along) / along;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            s->inverse[i][j] += factor * moved[i] * moved[j] - (image[i] * moved[j] + moved[i] * image[j]) / along;
}

/* Goes down along `direction`; false: nowhere on it is the function lower. */
static bool go(search *s, const double *direction, double slope)
{
    double next[MAX] = {0}, gradient[MAX] = {0}, moved[MAX], bent[MAX], length = 1;
    for (int halves = 0; halves < HALVES_MOST; halves++, length /= 2) {
        for (size_t i = 0; i < s->count; i++)
            next[i] = s->at[i] + length * direction[i];
        double value = s->objective(s->context, next, gradient);
        if (!(value < s->value && value <= s->value + ENOUGH * length * slope))
            continue;
        for (size_t i = 0; i < s->count; i++) {
            moved[i] = next[i] - s->at[i];
            bent[i] = gradient[i] - s->gradient[i];
        }
        learn_curvature(s, moved, bent);
        memcpy(s->at, next, sizeof next);
        memcpy(s->gradient, gradient, sizeof gradient);
        s->value = value;
        return true;
    }
    return false;
}

ss_minimum ss_minimize(ss_objective objective, void *context, double *at, size_t count, double tolerance)
{
    search s = {.objective = objective, .context = context, .count = count};
    ss_minimum minimum = {0};
    double direction[MAX];
    memcpy(s.at, at, count * sizeof *at);
    forget_curvature(&s);
    s.value = objective(context, s.at, s.gradient);
    for (bool fresh = true; largest(s.gradient, count) > tolerance && minimum.steps < STEPS_MOST; minimum.steps++) {
        bool lower = go(&s, direction, choose_direction(&s, direction));
        if (!lower && fresh) /* not even straight down */
            break;
        if (!lower)
            forget_curvature(&s);
        fresh = !lower;
    }
    minimum.converged = largest(s.gradient, count) <= ROUNDING * tolerance;
    memcpy(at, s.at, count * sizeof *at);
    minimum.value = s.value;
    return minimum;
}

double ss_minimize_beyond(double value, double most, double *slope)
{
    double beyond = fmax(0, value - most);
    *slope += 2 * BEYOND_WEIGHT * beyond;
    return BEYOND_WEIGHT * beyond * beyond;
}

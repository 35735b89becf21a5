#include "models/repurchase_fit_train.h"

#include <math.h>
#include <string.h>

#define NODES         9
#define PARAMETERS    3
#define STEPS_MAX     60
#define HALVINGS      40
#define GRADIENT      1e-8 /* of the mean over spells */
#define SHAPE_LEAST   0.02
#define SHAPE_MOST    10.0
#define LOGIT_MOST    14.0
#define LOCATION_MOST 50.0
#define STRIDE_MOST   2.0

/* logit repeat, location, ln shape */
typedef struct point {
    double at[PARAMETERS];
} point;

/* The logarithm of a likelihood with its first and second derivatives: those of (0 0), (0 1), (0 2), (1 1), (1 2), (2 2).
 */
typedef struct terms {
    double value, slope[PARAMETERS], bend[6];
} terms;
enum { REPEAT, LOCATION, SHAPE };
enum { REPEAT_REPEAT, REPEAT_LOCATION, REPEAT_SHAPE, LOCATION_LOCATION, LOCATION_SHAPE, SHAPE_SHAPE };

typedef struct problem {
    ss_interval_family family;
    ss_spells spells;
    double prior_spells, prior_repeat, node_weight, nodes[NODES];
    double scale; /* 1 / weight of all that is summed */
} problem;

/* ---- the two families, in z ---- */

static double survival(ss_interval_family family, double z)
{
    return family == SS_INTERVAL_WEIBULL ? exp(-exp(fmin(z, 700))) : 0.5 * erfc(z * M_SQRT1_2);
}

/* With the derivatives of the density's logarithm. */
static double log_density(ss_interval_family family, double z, double *slope, double *bend)
{
    if (family == SS_INTERVAL_WEIBULL) {
        double power = exp(fmin(z, 700));
        *slope = 1 - power;
        *bend = -power;
        return z - power;
    }
    *slope = -z;
    *bend = -1;
    return -z * z / 2 - 0.91893853320467274;
}

/* The median's distance from the location, in shapes. */
static double median_z(ss_interval_family family)
{
    return family == SS_INTERVAL_WEIBULL ? log(M_LN2) : 0;
}

/* ---- the likelihood ---- */

typedef struct law {
    ss_interval_family family;
    double repeat, location, shape, log_repeat, log_shape;
} law;

static law law_of(ss_interval_family family, double repeat, double location, double shape)
{
    return (law){family, repeat, location, shape, log(repeat), log(shape)};
}

static law law_at(ss_interval_family family, const point *where)
{
    return law_of(family, 1 / (1 + exp(-where->at[REPEAT])), where->at[LOCATION], exp(where->at[SHAPE]));
}

static void add_interval(terms *sum, const law *of, double log_days, double weight)
{
    double z = (log_days - of->location) / of->shape, s, b;
    double density = log_density(of->family, z, &s, &b);
    sum->value += weight * (density - of->log_shape);
    sum->slope[LOCATION] -= weight * s / of->shape;
    sum->slope[SHAPE] -= weight * (1 + z * s);
    sum->bend[LOCATION_LOCATION] += weight * b / (of->shape * of->shape);
    sum->bend[LOCATION_SHAPE] += weight * (b * z + s) / of->shape;
    sum->bend[SHAPE_SHAPE] += weight * z * (s + z * b);
}

/* So many that came back, and so many of which is known that they never will. */
static void add_outcomes(terms *sum, const law *of, double back, double gone)
{
    sum->value += back * of->log_repeat + gone * log(1 - of->repeat);
    sum->slope[REPEAT] += back * (1 - of->repeat) - gone * of->repeat;
    sum->bend[REPEAT_REPEAT] -= (back + gone) * of->repeat * (1 - of->repeat);
}

static void add_open(terms *sum, const law *of, double log_days)
{
    double z = (log_days - of->location) / of->shape, s, b, left = survival(of->family, z);
    double density = exp(log_density(of->family, z, &s, &b)), likelihood = 1 - of->repeat + of->repeat * left;
    double share = of->repeat / likelihood, odds = share * (1 - of->repeat), width = of->shape;
    double repeat = -odds * (1 - left), location = share * density / width, shape = share * density * z;
    sum->value += log(likelihood);
    sum->slope[REPEAT] += repeat;
    sum->slope[LOCATION] += location;
    sum->slope[SHAPE] += shape;
    sum->bend[REPEAT_REPEAT] += repeat * (1 - 2 * of->repeat) - repeat * repeat;
    sum->bend[REPEAT_LOCATION] += odds * density / width - repeat * location;
    sum->bend[REPEAT_SHAPE] += odds * density * z - repeat * shape;
    sum->bend[LOCATION_LOCATION] -= location * s / width + location * location;
    sum->bend[LOCATION_SHAPE] -= location * (s * z + 1) + location * shape;
    sum->bend[SHAPE_SHAPE] -= shape * (s * z + 1) + shape * shape;
}

static void add_spells(terms *sum, const law *of, const ss_spells *spells)
{
    double back = 0;
    for (size_t i = 0; i < spells->count; i += spells->stride) {
        const ss_spell *spell = &spells->at[i];
        if (!(spells->folds >> spell->fold & 1))
            continue;
        if (spell->returned) {
            back++;
            add_interval(sum, of, (double)spell->log_days, 1);
        } else
            add_open(sum, of, (double)spell->log_days);
    }
    add_outcomes(sum, of, back, 0);
}

double ss_interval_likelihood(ss_interval_family family, const ss_spells *spells, const ss_interval *interval)
{
    terms sum = {0};
    law of = law_of(family, interval->repeat, log(interval->median_days) - median_z(family) * interval->shape,
                    interval->shape);
    add_spells(&sum, &of, spells);
    return sum.value;
}

/* The mean loss with its derivatives: less is better. */
static terms loss_at(const problem *of, const point *where)
{
    terms sum = {0};
    law tried = law_at(of->family, where);
    add_spells(&sum, &tried, &of->spells);
    add_outcomes(&sum, &tried, of->prior_spells * of->prior_repeat, of->prior_spells * (1 - of->prior_repeat));
    for (int n = 0; n < NODES; n++)
        add_interval(&sum, &tried, of->nodes[n], of->node_weight);
    sum.value *= -of->scale;
    for (int p = 0; p < PARAMETERS; p++)
        sum.slope[p] *= -of->scale;
    for (int p = 0; p < 6; p++)
        sum.bend[p] *= -of->scale;
    return sum;
}

/* ---- Newton's steps ---- */

static double dot(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Solves (second derivatives + ridge) x = -slope by Cholesky's factors. False: not positive definite. */
static bool solve(const terms *of, double ridge, double *x)
{
    const double *m = of->bend;
    double d0 = m[0] + ridge, a = m[1] / d0, b = m[2] / d0;
    double d1 = m[3] + ridge - a * m[1], c = (m[4] - a * m[2]) / d1;
    double d2 = m[5] + ridge - b * m[2] - c * c * d1;
    if (!(d0 > 1e-12) || !(d1 > 1e-12) || !(d2 > 1e-12))
        return false;
    double y0 = -of->slope[0], y1 = -of->slope[1] - a * y0, y2 = -of->slope[2] - b * y0 - c * y1;
    x[2] = y2 / d2;
    x[1] = y1 / d1 - c * x[2];
    x[0] = y0 / d0 - a * x[1] - b * x[2];
    return true;
}

/* Newton's direction, bent towards the steepest one as far as it takes to lead down. */
static void choose_direction(const terms *of, double *direction)
{
    double ridge = 0;
    for (int tries = 0; tries < 30 && !solve(of, ridge, direction); tries++)
        ridge = ridge > 0 ? 4 * ridge : 1e-3;
    if (!(dot(direction, of->slope) < 0))
        for (int p = 0; p < PARAMETERS; p++)
            direction[p] = -of->slope[p];
}

static double clamp(double value, double least, double most)
{
    return fmin(fmax(value, least), most);
}

/* Within bounds that no sensible law reaches. */
static point moved(const point *from, const double *direction, double length)
{
    point to;
    to.at[REPEAT] = clamp(from->at[REPEAT] + length * direction[REPEAT], -LOGIT_MOST, LOGIT_MOST);
    to.at[LOCATION] = clamp(from->at[LOCATION] + length * direction[LOCATION], -LOCATION_MOST, LOCATION_MOST);
    to.at[SHAPE] = clamp(from->at[SHAPE] + length * direction[SHAPE], log(SHAPE_LEAST), log(SHAPE_MOST));
    return to;
}

/* No first try goes farther than this in one parameter. */
static double first_length(const double *direction)
{
    double longest = fmax(fmax(fabs(direction[0]), fabs(direction[1])), fabs(direction[2]));
    return longest > STRIDE_MOST ? STRIDE_MOST / longest : 1;
}

/* One step downhill. False: none was found. */
static bool go_down(const problem *of, point *here, terms *loss)
{
    double direction[PARAMETERS] = {0};
    choose_direction(loss, direction);
    double fall = dot(direction, loss->slope), length = first_length(direction);
    for (int halving = 0; fall < 0 && halving < HALVINGS; halving++, length /= 2) {
        point tried = moved(here, direction, length);
        terms then = loss_at(of, &tried);
        if (then.value <= loss->value + 1e-4 * length * fall) {
            *here = tried;
            *loss = then;
            return true;
        }
    }
    return false;
}

static point minimum(const problem *of, point here)
{
    terms loss = loss_at(of, &here);
    for (int steps = 0; steps < STEPS_MAX && dot(loss.slope, loss.slope) > GRADIENT * GRADIENT; steps++)
        if (!go_down(of, &here, &loss))
            break;
    return here;
}

/* ---- fitting ---- */

static size_t count_read(const ss_spells *spells)
{
    size_t count = 0;
    for (size_t i = 0; i < spells->count; i += spells->stride)
        count += spells->folds >> spells->at[i].fold & 1;
    return count;
}

ss_interval ss_interval_fit(ss_interval_family family, const ss_spells *spells, const ss_interval_prior *prior)
{
    problem of = {.family = family,
                  .spells = *spells,
                  .prior_spells = prior->spells,
                  .prior_repeat = prior->parent.repeat,
                  .node_weight = prior->intervals / NODES};
    size_t count = count_read(spells);
    if (count == 0)
        return prior->parent;
    of.scale = 1 / ((double)count + prior->spells + prior->intervals);
    for (int n = 0; n < NODES; n++)
        of.nodes[n] = log(ss_interval_quantile(family, &prior->parent, (n + 0.5) / NODES));
    double shape = prior->parent.shape, repeat = prior->parent.repeat;
    point start = {{log(repeat / (1 - repeat)), log(prior->parent.median_days) - median_z(family) * shape, log(shape)}};
    point best = minimum(&of, start);
    law found = law_at(family, &best);
    return (ss_interval){found.repeat, exp(found.location + median_z(family) * found.shape), found.shape};
}

/*
 * minimize.h: the least value of a smooth function of a few variables, by the method of Broyden, Fletcher, Goldfarb and
 * Shanno with a backtracking line search (Nocedal and Wright, Numerical Optimization, 2nd ed. 2006, algorithm 6.1 and
 * section 3.1). Same function, same start: same result. Pure but for what the function does: any thread.
 */
#ifndef SS_JOB_MINIMIZE_H
#define SS_JOB_MINIMIZE_H

#include <stdbool.h>
#include <stddef.h>

#define SS_MINIMIZE_MAX 4u /* variables */

/* The function at `at`, and its gradient. INFINITY or a NAN where it is not defined: nothing is looked for there. */
typedef double (*ss_objective)(void *context, const double *at, double *gradient);

typedef struct ss_minimum {
    double value;
    unsigned steps;
    bool converged; /* the gradient is within the tolerance, or within 10000 times and rounding hides the descent */
} ss_minimum;

/*
 * From at[0 .. count), 1 to SS_MINIMIZE_MAX of them, where the function must be defined; the place of the least value
 * that was found is left there. Scaled best so that function, gradient and variables are of the order of 1.
 */
ss_minimum ss_minimize(ss_objective objective, void *context, double *at, size_t count, double tolerance);

/*
 * What a function is to be more by where one of its variables passes `most`, and adds to its slope: nothing up to there,
 * then more and more. For variables that would else go on for ever, for next to nothing.
 */
double ss_minimize_beyond(double value, double most, double *slope);

#endif

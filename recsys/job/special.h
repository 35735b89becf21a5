/* special.h: functions that the C library lacks. Pure: any thread. */
#ifndef SS_JOB_SPECIAL_H
#define SS_JOB_SPECIAL_H

/* The logarithm of the gamma function of x > 0; as lgamma, without its global. */
double ss_log_gamma(double x);

/*
 * Its derivative, the digamma function, of x > 0: the recurrence up to x >= 10 (DLMF 5.5.2), then the asymptotic series
 * (DLMF 5.11.2). Relative error below 1e-13, but near its zero at 1.46, where that is the absolute one.
 */
double ss_digamma(double x);

/*
 * Gauss' hypergeometric function 2F1(a, b; c; z), 0 <= z < 1, by its power series (DLMF 15.2.1), for parameters at which
 * that is stable: terms that grow large before they fall leave no digits. c is no whole number <= 0.
 */
double ss_hypergeometric(double a, double b, double c, double z);

/* Its logarithm, for a, b and c above 0: all terms are positive then, and may be as large as they like. */
double ss_log_hypergeometric(double a, double b, double c, double z);

#endif

/*
 * bgnbd.h: when customers buy again, and whether they still do: the BG/NBD model (Fader, Hardie and Lee, "Counting Your
 * Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2), 2005).
 *
 * A customer who is still one buys at random at a rate of their own, distributed among customers as Gamma(r, alpha); after
 * each purchase they leave for good with a chance of their own, distributed as Beta(a, b). What is known of a customer is
 * enough: repeat purchases x, time t_x from the first purchase to the last, time T from the first to the end of what was
 * seen; all times in one unit, whatever it is: alpha is in that unit, and the log-likelihood depends on it.
 *
 * Pure: any thread. Same input, same result.
 */
#ifndef SS_JOB_BGNBD_H
#define SS_JOB_BGNBD_H

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct ss_bgnbd_customer {
    uint32_t repeats; /* x */
    double recency;   /* t_x, 0 <= t_x <= T; 0 where there are no repeats */
    double age;       /* T */
} ss_bgnbd_customer;

typedef struct ss_bgnbd {
    double r, alpha, a, b;
    double log_likelihood; /* sum over the customers, natural logarithm (equation 6 of the paper) */
    size_t customers;
    bool converged; /* false: the customers do not say enough, and the parameters mean little */
} ss_bgnbd;

/*
 * By maximum likelihood. Where customers are all alike in their rates or their chances to leave, r, a and b would grow
 * without end and change nothing: from 1000 on they are held back. SS_E_RANGE: no customer has a repeat purchase, or one's times are not as
 * above; SS_E_NOMEM.
 */
ss_status ss_bgnbd_fit(const ss_bgnbd_customer *customers, size_t count, ss_bgnbd *model, ss_error *error);

/* Purchases that a customer like this makes in the `time` > 0 to come (equation 10). */
double ss_bgnbd_expected(const ss_bgnbd *model, const ss_bgnbd_customer *customer, double time);

/* The chance that they still are a customer: 1 of who never bought again, which the model cannot tell. */
double ss_bgnbd_alive(const ss_bgnbd *model, const ss_bgnbd_customer *customer);

#endif

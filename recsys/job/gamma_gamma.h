/*
 * gamma_gamma.h: what a customer's purchases are worth: the gamma-gamma model (Fader and Hardie, The Gamma-Gamma Model
 * of Monetary Value, 2013). A customer's purchases scatter around a mean of their own as Gamma(p, nu), and nu is
 * distributed among customers as Gamma(q, gamma). It supposes that what a purchase is worth and how often a customer buys
 * have nothing to do with each other: ss_gamma_gamma_correlation says how far that is so.
 *
 * Pure: any thread. Same input, same result.
 */
#ifndef SS_JOB_GAMMA_GAMMA_H
#define SS_JOB_GAMMA_GAMMA_H

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct ss_spender {
    uint32_t purchases; /* x, 1 at least */
    double mean;        /* of their values, > 0, in any unit */
} ss_spender;

typedef struct ss_gamma_gamma {
    double p, q, gamma;    /* gamma is in the unit of the values */
    double log_likelihood; /* sum over the customers (equation 1a of the note), of densities in that unit */
    size_t customers;
    bool converged; /* false: the customers do not say enough, and the parameters mean little */
} ss_gamma_gamma;

/* By maximum likelihood; p and q are held back from 1000 on, where all are alike. SS_E_RANGE: nobody, or one is not as above; SS_E_NOMEM. */
ss_status ss_gamma_gamma_fit(const ss_spender *spenders, size_t count, ss_gamma_gamma *model, ss_error *error);

/*
 * The mean value of a customer's purchases to come, what is known of them held against all others (equation 5): of
 * nobody (purchases 0), that of all. NAN where the model has none, which is so for p x + q <= 1.
 */
double ss_gamma_gamma_expected(const ss_gamma_gamma *model, uint32_t purchases, double mean);

/* Pearson's correlation of number and mean value of purchases; of their logarithms. NAN: cannot be told. */
double ss_gamma_gamma_correlation(const ss_spender *spenders, size_t count, bool of_logarithms);

#endif

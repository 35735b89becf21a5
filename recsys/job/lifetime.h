/*
 * lifetime.h: what customers will buy: BG/NBD (bgnbd.h) for how many purchases, gamma-gamma (gamma_gamma.h) for what one
 * is worth; and how far such a forecast was off when it was made for days that have passed since.
 *
 * Times are in weeks, amounts in whole units of the currency (minor units over 10^decimals). What is known of a customer
 * before a day `end`: repeats = purchases - 1; recency = last - first day; age = the day before `end` - first day.
 * Gamma-gamma learns from every customer whose mean purchase is above 0, the first purchase too.
 *
 * Predicted value over a horizon: in steps of 30 days, the last one shorter, the purchases that BG/NBD expects in the step,
 * times the expected worth of one, times the shop's margin, divided by (1 + discount)^(years to the middle of the step).
 * One owner.
 */
#ifndef SS_JOB_LIFETIME_H
#define SS_JOB_LIFETIME_H

#include "job/bgnbd.h"
#include "job/gamma_gamma.h"
#include "job/purchases.h"

#define SS_FREQUENCY_CLASSES 8u /* 0, 1, … 6 repeat purchases, and 7 or more */

typedef struct ss_lifetime_options {
    int32_t horizon, holdout; /* days, >= 1 */
    double margin;            /* share of revenue, 0 .. 1 */
    double discount;          /* a year, >= 0 */
    int decimals;             /* digits of the currency */
    bool priced;
} ss_lifetime_options;

/* Both models, as far as they could be fitted. */
typedef struct ss_forecaster {
    bool counts, values; /* is there a bgnbd, a gamma_gamma that may be used? */
    ss_bgnbd bgnbd;
    ss_gamma_gamma gamma_gamma;
    double correlation, log_correlation; /* of number and mean value of purchases: the model supposes 0. NAN: unknown */
} ss_forecaster;

/* Forecast and truth of some customers over the days held out. */
typedef struct ss_calibration {
    uint64_t customers;
    uint64_t purchases; /* that they made; */
    double predicted;   /* that were foreseen */
    int64_t revenue;    /* minor units; */
    double foreseen;    /* that was; NAN without prices */
} ss_calibration;

typedef struct ss_lifetime {
    ss_forecaster now; /* fitted on all that was seen */
    double *alive;     /* of each customer, 0 .. 1; NAN: never bought, or no model. Owned, as are the next two */
    double *purchases; /* over the horizon */
    double *value;     /* over the horizon, minor units; NAN without prices */
    int32_t cut;       /* the first day held out */
    bool checked;      /* `before` could be fitted, on what was before the cut, and is held against what came after: */
    ss_forecaster before;
    ss_calibration classes[SS_FREQUENCY_CLASSES], total; /* of those who had bought before the cut */
    uint64_t newcomers_purchases;                        /* after the cut, by customers whom no forecast could know */
} ss_lifetime;

/* SS_E_NOMEM. A log that says too little is no error: there is no model then. */
ss_status ss_lifetime_make(const ss_purchases *purchases, const ss_lifetime_options *options, ss_lifetime *lifetime,
                           ss_error *error);
void ss_lifetime_release(ss_lifetime *lifetime);

#endif

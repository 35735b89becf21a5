/*
 * survival.h: how many still wait after so many days, when of some only a beginning was seen: the product-limit estimate
 * (Kaplan and Meier, Nonparametric Estimation from Incomplete Observations, JASA 53, 1958), with Greenwood's variance and
 * intervals by log(-log) (Kalbfleisch and Prentice). Pure: any thread.
 */
#ifndef SS_JOB_SURVIVAL_H
#define SS_JOB_SURVIVAL_H

#include <stddef.h>
#include <stdint.h>

#define SS_SURVIVAL_Z 1.959963984540054 /* intervals hold the truth in 95 of 100 cases */

typedef struct ss_waits {
    uint64_t ended;  /* waits that came to their end on this day; */
    uint64_t unseen; /* that were seen up to this day, and no longer, without an end */
} ss_waits;

typedef struct ss_survival_day {
    uint64_t waiting;             /* before anything happened on this day */
    double share;                 /* that still wait after it, 0 .. 1 */
    double share_low, share_high; /* of the 95 % interval; both the share itself where it is 0 or 1 */
} ss_survival_day;

/* waits[d]: what happened d days after the wait began; days[0 .. count) is filled. */
void ss_survival_estimate(const ss_waits *waits, size_t count, ss_survival_day *days);

/* The first day on which at most `share` still wait; -1: none. */
long ss_survival_quantile(const ss_survival_day *days, size_t count, double share);

#endif

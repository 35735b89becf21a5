/*
 * activity.h: who came, stayed, left and came back over a period.
 *
 * A customer is active at the beginning of a day where one of their purchases lies in the `window` days before it. Over
 * the period [from, to), with S customers active at `from`, E active at `to`, and N of these whose first purchase ever
 * lies in the period:
 *
 *   retention rate   (E - N) / S
 *   churn rate       (S - those active at both ends) / S
 *
 * Who was active before, not at `from`, and is again at `to` has come back: they count for retention by its formula, so
 * that both rates can add up to more than 1. Pure: any thread.
 */
#ifndef SS_JOB_ACTIVITY_H
#define SS_JOB_ACTIVITY_H

#include "job/purchases.h"

typedef struct ss_activity {
    int32_t from, to;
    bool seen;          /* the log reaches `window` days before `from`: the next five can be told */
    uint64_t start;     /* S */
    uint64_t kept;      /* active at both ends */
    uint64_t lost;      /* at the start, not at the end */
    uint64_t back;      /* not at the start but earlier, and at the end */
    uint64_t end;       /* E = kept + back + fresh */
    uint64_t fresh;     /* N */
    uint64_t acquired;  /* first purchase in the period, active at its end or not */
    uint64_t buyers;    /* bought in the period */
    uint64_t repeaters; /* of them, on two days of it at least, or twice on one */
    uint64_t orders;    /* in the period, of customers; */
    int64_t revenue;
    uint64_t rest_orders; /* and of nobody known */
    int64_t rest_revenue;
} ss_activity;

void ss_activity_count(const ss_purchases *purchases, int32_t from, int32_t to, int32_t window, ss_activity *activity);

/* NAN where they cannot be told. */
double ss_activity_retention(const ss_activity *activity);
double ss_activity_churn(const ss_activity *activity);
double ss_activity_repeat_rate(const ss_activity *activity); /* repeaters / buyers */
double ss_activity_frequency(const ss_activity *activity);   /* orders / buyers */
double ss_activity_order_value(const ss_activity *activity); /* revenue / orders, all of both, minor units */

#endif

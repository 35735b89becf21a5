/*
 * purchases.h: the orders of a log by customer and by day of the shop's calendar: what one customer ordered on one day is
 * one purchase. Days are counted from 1970-01-01. Afterwards read-only, and safe to read from any number of threads.
 */
#ifndef SS_JOB_PURCHASES_H
#define SS_JOB_PURCHASES_H

#include "log/orders.h"
#include "offers/zone.h"

typedef struct ss_purchase {
    int32_t day;
    uint32_t orders;
    int64_t amount; /* minor units, >= 0 */
} ss_purchase;

typedef struct ss_purchases {
    size_t *offsets;   /* customer c has all[offsets[c] .. offsets[c + 1]), by rising day. Owned */
    ss_purchase *all;  /* owned */
    uint32_t count;    /* customers, some of whom may have none */
    ss_purchase *rest; /* of orders without a customer, one a day, by rising day. Owned */
    size_t rest_count;
    int32_t first, end; /* day of the first order; the day before which everything was seen */
} ss_purchases;

/*
 * Of the orders before the day `until`, which is the end then; INT32_MAX: of all of them, and the end is the day after the
 * last. zone NULL: days of UTC. SS_E_BAD_INPUT: there is none; SS_E_NOMEM.
 */
ss_status ss_purchases_make(const ss_orders *orders, const ss_zone *zone, int32_t until, ss_purchases *purchases,
                            ss_error *error);
void ss_purchases_release(ss_purchases *purchases);

/* How many of the customer's purchases lie before `day`. */
size_t ss_purchases_before(const ss_purchases *purchases, uint32_t customer, int32_t day);

/* Months are counted from January of year 0. */
int32_t ss_month_of(int32_t day);
int32_t ss_month_begin(int32_t month); /* its first day */

#endif

/*
 * orders.h: the orders of a log: whose, when, and how much was paid for the products in it. Built by
 * ss_log_read_orders (read_log.h); afterwards read-only, and safe to read from any number of threads.
 *
 * An order is what was bought in one basket, or without baskets by one customer at one moment; its time is that of its
 * first row. What is no product (fees, excluded items) is in no order, and a basket without any product is none.
 *
 * Returns: taken back, the latest earlier purchases of the same customer and item are less by what was returned
 * (returns.h), each at the price at which it was bought; a line of which nothing is left is gone, and so is an order
 * without lines. Or ignored: what was bought counts, whatever came back.
 *
 * An amount is the sum over the lines of what is left of their quantity times their price, each rounded to a minor unit,
 * half a unit away from 0; a line whose price is known to neither log nor catalogue adds nothing.
 */
#ifndef SS_LOG_ORDERS_H
#define SS_LOG_ORDERS_H

#include "base/dictionary.h"
#include "base/status.h"
#include "log/catalog.h"

/* What becomes of returns. */
typedef enum ss_returns_rule { SS_RETURNS_TAKE_BACK, SS_RETURNS_IGNORE } ss_returns_rule;

typedef struct ss_order {
    int64_t time;      /* microseconds UTC */
    int64_t amount;    /* minor units, >= 0 */
    uint32_t customer; /* SS_NONE: not known */
    uint32_t basket;   /* SS_NONE: none; tells two orders of one moment apart, no more */
} ss_order;

typedef struct ss_orders {
    ss_order *orders; /* by (customer, time, basket); those without a customer last. Owned */
    size_t count;
    ss_dictionary *customers; /* number → customer_id; some may have no order. Owned */
    uint32_t customer_count;
    bool priced;             /* some price is known */
    uint64_t unpriced;       /* lines whose price is not known */
    int64_t gross, returned; /* minor units: of all that was bought; of that, what returns took back */
} ss_orders;

void ss_orders_free(ss_orders *orders); /* releases what it owns and zeroes it; NULL is fine */

#endif

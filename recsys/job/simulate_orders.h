/*
 * simulate_orders.h: what goes into a basket of the simulated shop: needs that are due, then what pleases (taste ×
 * season × Zipf popularity), then the complements of both; never two products of one type. Not thread-safe; one owner.
 */
#ifndef SS_JOB_SIMULATE_ORDERS_H
#define SS_JOB_SIMULATE_ORDERS_H

#include "job/simulate_customers.h"

#define SS_SIM_LINES_MAX 24u

typedef struct ss_sim_line {
    uint32_t item, quantity;
} ss_sim_line;

typedef struct ss_sim_basket {
    ss_sim_line lines[SS_SIM_LINES_MAX];
    uint32_t count;
} ss_sim_basket;

typedef struct ss_sim_orders {
    const ss_sim_catalog *catalog; /* borrowed */
    ss_sim_customers *customers;   /* borrowed; what is bought changes what they own and need */
    ss_random random;
    int32_t day;
    double appetite;      /* chance of each further item that a basket begins with */
    double load_limit;    /* needs are taken up while they cause fewer orders a day than this */
    float *type_sums;     /* per type: running sum, within its category, of how it sells today */
    float *mood;          /* per category: how it sells today, 1 = its mean over the year */
    double *yearly;       /* per category: sum of its types over the year */
    ss_alias *aisles;     /* category_count: where somebody without a plan goes today */
    uint16_t *first_type; /* per category, and one more */
} ss_sim_orders;

/* orders_a_day: on average, for the share of orders that needs may cause; appetite: 0 to 1. Caller owns what is in *orders and releases
 * it. Errors: SS_E_NOMEM. */
ss_status ss_sim_orders_make(const ss_sim_catalog *catalog, ss_sim_customers *customers, double orders_a_day,
                             double appetite, ss_sim_orders *orders, ss_error *error);
void ss_sim_orders_release(ss_sim_orders *orders); /* a zeroed one is fine */

/* Days must be begun in order, 0, 1, 2, … Errors: SS_E_NOMEM. */
ss_status ss_sim_orders_begin_day(ss_sim_orders *orders, int32_t day, ss_error *error);

/* The basket of customer `number`, who remembers it; an empty one only where the shop has nothing left for this
 * customer. */
void ss_sim_orders_fill(ss_sim_orders *orders, uint32_t number, ss_sim_basket *basket);

/* The basket of somebody without a name. */
void ss_sim_orders_fill_guest(ss_sim_orders *orders, ss_sim_basket *basket);

/* What one visitor without an order looks at: up to `limit` items, in *items; returns how many. */
uint32_t ss_sim_orders_browse(ss_sim_orders *orders, const ss_sim_customer *customer, uint32_t *items, uint32_t limit);

/* What is looked at before `item` is bought: products of its type, now and then what goes with it or something else. */
uint32_t ss_sim_orders_compare(ss_sim_orders *orders, uint32_t item, uint32_t *items, uint32_t limit);

/* Price of an item today in cents: now and then a product is on sale for a week. */
uint32_t ss_sim_orders_price(const ss_sim_orders *orders, uint32_t item);

#endif

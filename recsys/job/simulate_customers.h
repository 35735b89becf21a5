/*
 * simulate_customers.h: who buys in the simulated shop: tastes, what they own, what they will need again and when.
 * One cache line a customer and a calendar with one list a day: memory O(customers + days). Not thread-safe; one owner.
 */
#ifndef SS_JOB_SIMULATE_CUSTOMERS_H
#define SS_JOB_SIMULATE_CUSTOMERS_H

#include "job/alias.h"
#include "job/simulate_catalog.h"

#define SS_SIM_FAVOURITES 4u
#define SS_SIM_NEEDS      4u /* consumables that one customer keeps up at a time */
#define SS_SIM_DURABLES   128u

#define SS_SIM_FIRST_CUSTOMER 100000u /* their ids count on from here */

/* A consumable that runs out on a day. */
typedef struct ss_sim_need {
    uint32_t item; /* SS_NONE: free */
    uint16_t type; /* the item's */
    uint16_t due;  /* day of the log */
} ss_sim_need;

typedef struct ss_sim_customer {
    uint64_t owned[SS_SIM_DURABLES / 64]; /* a bit per type of durable */
    ss_sim_need needs[SS_SIM_NEEDS];
    uint32_t previous, next;               /* in the list of the day it is scheduled for; SS_NONE at the ends */
    uint16_t scheduled;                    /* SS_SIM_NEVER: not in the calendar */
    uint8_t favourites[SS_SIM_FAVOURITES]; /* categories, dearest first */
    uint8_t style;
    uint8_t pace; /* of 128: how fast it uses things up */
} ss_sim_customer;
_Static_assert(sizeof(ss_sim_customer) == 64, "a customer is one cache line");

#define SS_SIM_NEVER UINT16_MAX

typedef struct ss_sim_customers {
    ss_sim_customer *all;
    ss_alias *activity; /* count: how often each of them comes by */
    uint32_t *calendar; /* days: first customer whose need falls due on that day, or SS_NONE */
    uint32_t *waiting;  /* days: length of each of these lists */
    ss_alias *tastes;   /* category_count: how often a category is a favourite */
    uint32_t count;
    int32_t days;
    uint64_t seed;
    double load; /* orders a day that the needs in force will cause */
} ss_sim_customers;

/* Caller owns what is in *customers and releases it. Errors: SS_E_NOMEM. */
ss_status ss_sim_customers_make(uint32_t count, const ss_sim_catalog *catalog, ss_sim_customers *customers,
                                ss_error *error);
void ss_sim_customers_release(ss_sim_customers *customers); /* a zeroed one is fine */

/* Somebody of the customers, drawn by activity, who already knows the shop on `day`. */
uint32_t ss_sim_customers_draw(const ss_sim_customers *customers, int32_t day, ss_random *random);

/* A passer-by whom nobody will recognise: tastes, but no past. */
void ss_sim_customers_stranger(const ss_sim_customers *customers, ss_random *random, ss_sim_customer *stranger);

/* Takes the first customer off the list of `day`: its number or SS_NONE. It stays off until it is scheduled again. */
uint32_t ss_sim_customers_due(ss_sim_customers *customers, int32_t day);

/* Puts a customer on the list of the day of its earliest need (but never before `earliest`), or takes it off. */
void ss_sim_customers_schedule(ss_sim_customers *customers, uint32_t number, int32_t earliest);

/* The need for a type of product, or NULL. */
ss_sim_need *ss_sim_customer_need(ss_sim_customer *customer, uint16_t type);

#endif

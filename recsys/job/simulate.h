/*
 * simulate.h: a believable shop from a seed: a house, kitchen and garden store with its catalogue, its customers and
 * their purchase log, in the formats that training reads. What was planted is written beside it, so that anybody can
 * check how much of it a model finds again.
 *
 * Files in the folder `out`, written aside and renamed at the end:
 *   catalog.csv        item_id,name,category,price,cost,stock,url,image,group,available_from,available_until
 *   planted_pairs.csv  item_a,item_b,kind,probability
 *                      complement: a basket with item_a takes item_b too, with this probability
 *                      follows: item_b is bought 5 to 24 days after item_a, with this probability
 *                      substitute: two products of one type; variant: two forms of one product: never in one basket
 *   planted_items.csv  item_id,type,kind,interval_days,season,peak_day,life,turn_day
 *                      kind ordinary | durable (one of the type per customer) | consumable (bought again every
 * interval_days); season all-year | spring | …, with its peak as a day of the year; life steady | rising | falling |
 * new | gone | soon, with the day of the log (0 = the first) at which it changes
 *   customers.csv      customer_id,birthday,referral
 *                      all customers, those who never buy among them; seven in ten tell their birthday, one in eight was
 *                      referred
 *   log.csv            order_id,customer_id,item_id,quantity,unit_price,timestamp and, with `views`, event,session_id; in the order of time
 *
 * How it is planted. Customers differ in activity (gamma), in favourite categories and in style; an order begins with
 * the consumables that have run out, then holds a geometric number of items by category (taste × season), type, and
 * product (Zipf–Mandelbrot 1 / (rank + 1)^1.15 within the type × style × life), then the complements of all these. No
 * basket holds two products of one type. Rows per order: about 3, more with `appetite`.
 *
 * With views, each line of an order is preceded by looks at 0, 1, 2, … others (half as many each time), and sessions
 * without an order wander. Beside a product 70 % of what is looked at is of its type, of these 40 % one of the two planted
 * substitutes before or after it and the rest by popularity; 15 % is a complement, 15 % anything. So complements are
 * seen together as well, in their orders' sessions above all, and planted substitutes are a minority of the products of
 * their type that are compared. A quarter of the products are named in short ("Cof. Beans"); brands and materials are
 * shared across types.
 *
 * The same options give the same bytes on the same system. Memory: about 90 bytes an item and 72 a customer, whatever
 * the number of orders. Thread-safe: any number of simulations into different folders.
 */
#ifndef SS_JOB_SIMULATE_H
#define SS_JOB_SIMULATE_H

#include "base/options.h"
#include "base/progress.h"
#include "base/status.h"

typedef struct ss_simulate_options {
    const char *out;   /* folder; created if need be (its parent must be there) */
    int64_t items;     /* 10 .. 5,000,000 */
    int64_t customers; /* 1 .. 100,000,000 */
    int64_t orders;    /* 1 .. 2,000,000,000 */
    int64_t days;      /* 1 .. 7,300 */
    int64_t seed;      /* 0 .. 2^53 */
    const char *start; /* first day, ISO 8601, UTC */
    double appetite;   /* chance of each further item that a basket begins with, 0 .. 0.95 */
    double returns;    /* share of bought lines that come back within three weeks, 0 .. 0.5 */
    double guests;     /* share of orders without a customer, 0 .. 1 */
    double dirt;       /* share of lines that bring dirt along (fees, ids in another case, bad rows), 0 .. 0.5 */
    bool views;        /* sessions with views and carts around the orders, and sessions without an order */
    bool overwrite;    /* replace the files of an earlier run */
} ss_simulate_options;

/* The rows of --help for the above. Target: ss_simulate_options. */
extern const ss_option ss_simulate_option_table[];

typedef struct ss_simulate_report {
    uint64_t items, products, customers; /* products: items that are no variant of another */
    uint64_t orders;                     /* with at least one line: what was asked for, but for shops that run dry */
    uint64_t rows;                       /* data rows of log.csv; the sum of the next six */
    uint64_t purchases, views, carts, returned, fees, bad_rows;
    uint64_t other_case; /* rows among the purchases whose item id is written in another case */
    uint64_t complements, follows, substitutes, variants; /* rows of planted_pairs.csv */
    uint64_t durables, consumables;                       /* items */
    uint64_t birthdays, referrals;                        /* customers */
    uint64_t log_bytes;
    double seconds;
} ss_simulate_report;

/*
 * Runs one simulation. Errors: SS_E_ARGUMENT (no folder; the start is no date; files are there already), SS_E_RANGE
 * (names the option), SS_E_IO, SS_E_NOMEM, SS_E_CANCELLED. All but a failing disk are found before any work; after a
 * failure nothing of this run is left in the folder. `progress` and `report` may be NULL; *report is set only on
 * success.
 */
ss_status ss_simulate(const ss_simulate_options *options, ss_progress_sink *progress, ss_simulate_report *report,
                      ss_error *error);

#endif

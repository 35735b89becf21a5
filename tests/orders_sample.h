/* orders_sample.h: orders made by hand, "customer day amount" each, for tests of what is worked out from them. */
#ifndef SS_TESTS_ORDERS_SAMPLE_H
#define SS_TESTS_ORDERS_SAMPLE_H

#include "base/timestamp.h"
#include "job/purchases.h"
#include "testing.h"

#include <string.h>

/* In order of customers and days; hours after midnight tell orders of one day apart. Customer SS_NONE stands last. */
typedef struct order_sample {
    uint32_t customer;
    int32_t day, hour;
    int64_t amount;
} order_sample;

/* Frees with ss_orders_free. The names are "c0", "c1", … */
static inline ss_orders orders_sample(const order_sample *list, size_t count)
{
    ss_orders orders = {.priced = true, .customers = ss_dictionary_new()};
    orders.orders = malloc((count + 1) * sizeof *orders.orders);
    assert_true(orders.orders && orders.customers);
    for (size_t i = 0; i < count; i++) {
        const order_sample *of = &list[i];
        orders.orders[orders.count++] =
            (ss_order){of->day * SS_DAY + of->hour * 3600 * SS_SECOND, of->amount, of->customer, (uint32_t)i};
        orders.gross += of->amount;
        if (of->customer != SS_NONE && of->customer >= orders.customer_count)
            orders.customer_count = of->customer + 1;
    }
    return orders;
}

static inline ss_purchases purchases_sample(const order_sample *list, size_t count, int32_t until)
{
    ss_error error = {0};
    ss_purchases purchases;
    ss_orders orders = orders_sample(list, count);
    expect_ok(ss_purchases_make(&orders, NULL, until, &purchases, &error), &error);
    ss_orders_free(&orders);
    return purchases;
}

#endif

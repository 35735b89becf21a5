/* test_activity.c: customers who stay, leave, come back and are new, by hand. */
#include "orders_sample.h"

#include "job/activity.h"

#include <math.h>

/* Period [100, 200), window 30. */
static const order_sample sample[] = {
    {0, 80, 0, 100},     {0, 120, 0, 100},      {0, 190, 0, 100}, /* kept */
    {1, 99, 0, 100},     {1, 120, 0, 200},      {1, 120, 5, 300}, /* lost, though here in the period: two orders */
    {2, 20, 0, 100},     {2, 170, 0, 100},                        /* back */
    {3, 100, 0, 100},    {3, 199, 0, 100},                        /* new, active */
    {4, 110, 0, 100},                                             /* new, not active */
    {5, 30, 0, 100},                                              /* gone before */
    {6, 70, 0, 100},                                              /* at the start still active, lost */
    {7, 200, 0, 999},                                             /* not yet */
    {SS_NONE, 99, 0, 7}, {SS_NONE, 100, 0, 10}, {SS_NONE, 199, 0, 20}};
#define SAMPLES (sizeof sample / sizeof *sample)

static void by_hand(void **state)
{
    (void)state;
    ss_activity a;
    ss_purchases of = purchases_sample(sample, SAMPLES, INT32_MAX);
    ss_activity_count(&of, 100, 200, 30, &a);
    assert_true(a.seen);
    assert_int_equal(a.start, 3);
    assert_int_equal(a.kept, 1);
    assert_int_equal(a.lost, 2);
    assert_int_equal(a.back, 1);
    assert_int_equal(a.fresh, 1);
    assert_int_equal(a.end, 3);
    assert_int_equal(a.acquired, 2);
    assert_int_equal(a.buyers, 5);
    assert_int_equal(a.repeaters, 3);
    assert_int_equal(a.orders, 8);
    assert_int_equal(a.revenue, 1100);
    assert_int_equal(a.rest_orders, 2);
    assert_int_equal(a.rest_revenue, 30);
    assert_true(fabs(ss_activity_retention(&a) - 2.0 / 3) < 1e-15 && fabs(ss_activity_churn(&a) - 2.0 / 3) < 1e-15);
    assert_true(ss_activity_repeat_rate(&a) == 3.0 / 5 && ss_activity_frequency(&a) == 8.0 / 5);
    assert_true(ss_activity_order_value(&a) == 1130.0 / 10);
    ss_purchases_release(&of);
}

static void what_cannot_be_told(void **state)
{
    (void)state;
    ss_activity a;
    ss_purchases of = purchases_sample(sample, SAMPLES, INT32_MAX);
    ss_activity_count(&of, 49, 60, 30, &a); /* the log begins on day 20 */
    assert_true(!a.seen && isnan(ss_activity_retention(&a)) && isnan(ss_activity_churn(&a)));
    assert_true(a.orders == 0 && isnan(ss_activity_frequency(&a)) && isnan(ss_activity_order_value(&a)));
    ss_activity_count(&of, 50, 60, 30, &a);
    assert_true(a.seen && a.start == 2);
    ss_purchases_release(&of);
}

/* The sums hold whatever the log. */
static void sums_hold(void **state)
{
    (void)state;
    ss_random random = test_random();
    order_sample list[400];
    for (size_t i = 0; i < 400; i++)
        list[i] = (order_sample){(uint32_t)(i / 4), (int32_t)(100 * (i % 4) + ss_random_below(&random, 100)), 0, 1};
    ss_purchases of = purchases_sample(list, 400, INT32_MAX);
    for (int i = 0; i < 50; i++) {
        ss_activity a;
        int32_t from = (int32_t)ss_random_below(&random, 300), window = 1 + (int32_t)ss_random_below(&random, 120);
        ss_activity_count(&of, from, from + 1 + (int32_t)ss_random_below(&random, 100), window, &a);
        assert_int_equal(a.start, a.kept + a.lost);
        assert_int_equal(a.end, a.kept + a.back + a.fresh);
        assert_true(a.fresh <= a.acquired && a.repeaters <= a.buyers && a.buyers <= a.orders);
    }
    ss_purchases_release(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(what_cannot_be_told),
                                       cmocka_unit_test(sums_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

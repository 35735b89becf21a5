/* test_purchases.c: orders by customer and day, by the shop's clock; months. */
#include "check.h"
#include "failing_malloc.h"
#include "orders_sample.h"

static const order_sample sample[] = {{0, 10, 1, 100}, {0, 10, 9, 50}, {0, 12, 0, 5},      {2, 11, 23, 7},
                                      {3, 20, 0, 1},   {3, 21, 0, 2},  {SS_NONE, 9, 0, 3}, {SS_NONE, 9, 5, 4}};
#define SAMPLES (sizeof sample / sizeof *sample)

static void one_purchase_a_day(void **state)
{
    (void)state;
    ss_purchases of = purchases_sample(sample, SAMPLES, INT32_MAX);
    const size_t offsets[] = {0, 2, 2, 3, 5};
    assert_int_equal(of.count, 4);
    assert_memory_equal(of.offsets, offsets, sizeof offsets);
    assert_int_equal(of.all[0].day, 10);
    assert_int_equal(of.all[0].orders, 2);
    assert_int_equal(of.all[0].amount, 150);
    assert_int_equal(of.all[1].day, 12);
    assert_int_equal(of.rest_count, 1);
    assert_int_equal(of.rest[0].orders, 2);
    assert_int_equal(of.rest[0].amount, 7);
    assert_int_equal(of.first, 9);
    assert_int_equal(of.end, 22);
    assert_int_equal(ss_purchases_before(&of, 0, 10), 0);
    assert_int_equal(ss_purchases_before(&of, 0, 11), 1);
    assert_int_equal(ss_purchases_before(&of, 0, 99), 2);
    assert_int_equal(ss_purchases_before(&of, 1, 99), 0);
    ss_purchases_release(&of);
}

static void the_end_cuts(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_purchases of = purchases_sample(sample, SAMPLES, 12), none = {0};
    assert_int_equal(of.offsets[4], 2);
    assert_int_equal(of.end, 12);
    ss_purchases_release(&of);
    of = purchases_sample(sample, SAMPLES, 40);
    assert_int_equal(of.end, 40);
    ss_purchases_release(&of);
    ss_orders orders = orders_sample(sample, SAMPLES);
    assert_status(ss_purchases_make(&orders, NULL, 9, &none, &error), SS_E_BAD_INPUT);
    assert_null(none.all);
    ss_orders_free(&orders);
}

static void days_are_the_shop_s(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_zone *zone = NULL;
    ss_purchases of;
    ss_orders orders = orders_sample(sample, SAMPLES);
    expect_ok(ss_zone_new("+02:00", &zone, &error), &error);
    expect_ok(ss_purchases_make(&orders, zone, INT32_MAX, &of, &error), &error);
    assert_int_equal(of.all[2].day, 12); /* 23 o'clock of UTC */
    assert_int_equal(of.all[0].day, 10);
    ss_purchases_release(&of);
    ss_zone_free(&zone);
    expect_ok(ss_zone_new("-02:00", &zone, &error), &error);
    expect_ok(ss_purchases_make(&orders, zone, INT32_MAX, &of, &error), &error);
    assert_int_equal(of.all[0].day, 9);
    assert_int_equal(of.all[0].orders, 1);
    assert_int_equal(of.first, 8);
    ss_purchases_release(&of);
    ss_zone_free(&zone);
    ss_orders_free(&orders);
}

static void months(void **state)
{
    (void)state;
    assert_int_equal(ss_month_of(0), 1970 * 12);
    assert_int_equal(ss_month_of(-1), 1969 * 12 + 11);
    assert_int_equal(ss_month_of(15317), 2011 * 12 + 11);
    assert_int_equal(ss_month_begin(2011 * 12 + 11), 15309);
    for (int32_t month = 1900 * 12; month < 2200 * 12; month++) {
        assert_int_equal(ss_month_of(ss_month_begin(month)), month);
        assert_int_equal(ss_month_of(ss_month_begin(month) - 1), month - 1);
    }
}

static bool attempt(void *context)
{
    ss_purchases of = {0};
    ss_status status = ss_purchases_make(context, NULL, INT32_MAX, &of, NULL);
    ss_purchases_release(&of);
    return status == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    ss_orders orders = orders_sample(sample, SAMPLES);
    assert_true(failing_malloc_torture(attempt, &orders) >= 3);
    ss_orders_free(&orders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_purchase_a_day),   cmocka_unit_test(the_end_cuts),
        cmocka_unit_test(days_are_the_shop_s),  cmocka_unit_test(months),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

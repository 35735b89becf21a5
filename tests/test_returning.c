/* test_returning.c: gaps and waits between purchases, by hand. */
#include "failing_malloc.h"
#include "orders_sample.h"

#include "job/returning.h"

#include <math.h>

/* The end is day 100. */
static const order_sample sample[] = {{0, 10, 0, 1}, {0, 20, 0, 1}, {0, 50, 0, 1},
                                      {1, 40, 0, 1}, {1, 45, 0, 1}, {2, 99, 0, 1}};
#define SAMPLES (sizeof sample / sizeof *sample)

static void by_hand(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_returning of;
    ss_purchases purchases = purchases_sample(sample, SAMPLES, INT32_MAX);
    expect_ok(ss_returning_make(&purchases, 45, &of, &error), &error);
    assert_int_equal(of.day_count, 90);
    assert_int_equal(of.gaps.count, 2); /* 30 and 5: that of 10 ends before the period */
    assert_true(of.gaps.mean == 17.5);
    assert_int_equal(of.gaps.tenth, 5);
    assert_int_equal(of.gaps.median, 5);
    assert_int_equal(of.gaps.three_quarters, 30);
    assert_int_equal(of.gaps.nine_tenths, 30);
    const uint64_t waits[] = {6, 3, 2, 1}, ended[] = {3, 2, 1, 0};
    assert_memory_equal(of.waits, waits, sizeof waits);
    assert_memory_equal(of.ended, ended, sizeof ended);
    /* of any: one unseen on day 0, ends after 5, 10, 30; unseen after 49, 54 */
    assert_int_equal(of.curves[SS_AFTER_ANY][0].waiting, 6);
    assert_true(fabs(of.curves[SS_AFTER_ANY][5].share - 0.8) < 1e-12);
    assert_true(fabs(of.curves[SS_AFTER_ANY][89].share - 0.4) < 1e-12);
    assert_true(fabs(of.curves[SS_AFTER_FIRST][10].share) < 1e-12);
    assert_true(of.curves[SS_AFTER_LATER][89].share == 1);
    ss_returning_release(&of);
    ss_purchases_release(&purchases);
}

static void nobody_came_back(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_returning of;
    const order_sample once[] = {{0, 5, 0, 1}};
    ss_purchases purchases = purchases_sample(once, 1, INT32_MAX);
    expect_ok(ss_returning_make(&purchases, 0, &of, &error), &error);
    assert_true(of.day_count == 1 && of.gaps.count == 0 && isnan(of.gaps.mean) && of.gaps.median == 0);
    ss_returning_release(&of);
    ss_purchases_release(&purchases);
}

static bool attempt(void *context)
{
    ss_returning of = {0};
    ss_status status = ss_returning_make(context, 0, &of, NULL);
    ss_returning_release(&of);
    return status == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    ss_purchases purchases = purchases_sample(sample, SAMPLES, INT32_MAX);
    assert_true(failing_malloc_torture(attempt, &purchases) >= 9);
    ss_purchases_release(&purchases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(nobody_came_back),
                                       cmocka_unit_test(allocations_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

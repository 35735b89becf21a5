/* test_cohorts.c: months of first purchases, and what their customers did since, by hand. */
#include "failing_malloc.h"
#include "orders_sample.h"

#include "job/cohorts.h"

/* January 2011 begins on day 14975, February on 15006, March on 15034, April on 15065. */
#define JANUARY 14975
static const order_sample sample[] = {{0, JANUARY, 0, 100},      {0, JANUARY + 1, 0, 10}, {0, JANUARY + 31, 0, 5},
                                      {1, JANUARY + 30, 0, 1},   {1, JANUARY + 60, 0, 2}, {1, JANUARY + 61, 0, 3},
                                      {2, JANUARY + 31, 0, 1000}};
#define SAMPLES (sizeof sample / sizeof *sample)

static void expect_cell(const ss_cohorts *of, size_t cohort, size_t months, uint64_t active, uint64_t orders,
                        int64_t revenue)
{
    const ss_cohort_cell *cell = ss_cohorts_cell(of, cohort, months);
    assert_non_null(cell);
    assert_int_equal(cell->active, active);
    assert_int_equal(cell->orders, orders);
    assert_int_equal(cell->revenue, revenue);
}

static void by_hand(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_cohorts of;
    ss_purchases purchases = purchases_sample(sample, SAMPLES, INT32_MAX);
    expect_ok(ss_cohorts_make(&purchases, 12, &of, &error), &error);
    assert_int_equal(of.first, 2011 * 12);
    assert_int_equal(of.count, 3);
    assert_true(of.partial && !of.earlier);
    assert_int_equal(of.customers[0], 2);
    assert_int_equal(of.customers[1], 1);
    assert_int_equal(of.customers[2], 0);
    expect_cell(&of, 0, 0, 2, 3, 111);
    expect_cell(&of, 0, 1, 1, 1, 5);
    expect_cell(&of, 0, 2, 1, 2, 5);
    expect_cell(&of, 1, 0, 1, 1, 1000);
    expect_cell(&of, 1, 1, 0, 0, 0);
    assert_null(ss_cohorts_cell(&of, 1, 2));
    assert_null(ss_cohorts_cell(&of, 2, 1));
    ss_cohorts_release(&of);
    ss_purchases_release(&purchases);
}

static void only_the_last(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_cohorts of;
    ss_purchases purchases = purchases_sample(sample, SAMPLES, 15065);
    expect_ok(ss_cohorts_make(&purchases, 2, &of, &error), &error);
    assert_true(of.first == 2011 * 12 + 1 && of.count == 2 && of.earlier && !of.partial);
    assert_int_equal(of.customers[0], 1);
    expect_cell(&of, 0, 0, 1, 1, 1000);
    ss_cohorts_release(&of);
    ss_purchases_release(&purchases);
}

static bool attempt(void *context)
{
    ss_cohorts of = {0};
    ss_status status = ss_cohorts_make(context, 5, &of, NULL);
    ss_cohorts_release(&of);
    return status == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    ss_purchases purchases = purchases_sample(sample, SAMPLES, INT32_MAX);
    assert_int_equal(failing_malloc_torture(attempt, &purchases), 2);
    ss_purchases_release(&purchases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(only_the_last),
                                       cmocka_unit_test(allocations_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

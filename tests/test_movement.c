/* test_movement.c: customers between segments whose lines are set by hand. */
#include "check.h"
#include "failing_malloc.h"
#include "orders_sample.h"

#include "job/movement.h"

/* Loyal: 3 orders and 1000; away: beyond twice the interval at risk, beyond four times lapsed. From day 100 to day 200. */
static const ss_segments_options lines = {.loyal_frequency = 3,
                                          .loyal_value = 1000,
                                          .at_risk_frequency = 3,
                                          .at_risk_value = 1000,
                                          .at_risk_intervals = 2,
                                          .lapsed_intervals = 4,
                                          .affinity_purchases = 1};

static const order_sample sample[] = {
    {0, 70, 0, 100},  {0, 80, 0, 100},  {0, 90, 0, 100}, {0, 190, 0, 900},      /* regular, then loyal */
    {1, 60, 0, 500},  {1, 75, 0, 500},  {1, 90, 0, 500},                        /* loyal, then lapsed */
    {2, 130, 0, 100}, {2, 190, 0, 100},                                         /* new, then regular */
    {3, 210, 0, 100},                                                           /* not yet */
    {4, 99, 0, 700},  {4, 130, 0, 700}, {4, 160, 0, 1},  {SS_NONE, 150, 0, 5}}; /* regular, then loyal */
#define SAMPLES (sizeof sample / sizeof *sample)

static void by_hand(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_movement of;
    ss_orders orders = orders_sample(sample, SAMPLES);
    expect_ok(ss_movement_make(&orders, 100 * SS_DAY, 200 * SS_DAY, &lines, &of, &error), &error);
    assert_string_equal(ss_segment_name(of.before[0]), "returning");
    assert_string_equal(ss_segment_name(of.after[0]), "loyal");
    assert_string_equal(ss_segment_name(of.before[1]), "loyal");
    assert_string_equal(ss_segment_name(of.after[1]), "lapsed");
    assert_string_equal(ss_segment_name(of.before[2]), "new");
    assert_string_equal(ss_segment_name(of.after[2]), "returning");
    assert_string_equal(ss_segment_name(of.after[3]), "new");
    assert_int_equal(of.moved[SS_SEGMENT_NEW][SS_SEGMENT_RETURNING], 1);
    assert_int_equal(of.moved[SS_SEGMENT_NEW][SS_SEGMENT_NEW], 0);
    assert_int_equal(of.moved[SS_SEGMENT_RETURNING][SS_SEGMENT_LOYAL], 2);
    assert_int_equal(of.moved[SS_SEGMENT_LOYAL][SS_SEGMENT_LAPSED], 1);
    const ss_segment_sums *loyal = &of.sums[SS_SEGMENT_LOYAL], *lapsed = &of.sums[SS_SEGMENT_LAPSED];
    assert_int_equal(loyal->customers, 2);
    assert_int_equal(loyal->orders, 3);
    assert_int_equal(loyal->revenue, 900 + 701);
    assert_int_equal(loyal->value, 1200 + 1401);
    assert_true(lapsed->customers == 1 && lapsed->orders == 0 && lapsed->value == 1500);
    ss_movement_release(&of);
    ss_orders_free(&orders);
}

static void lines_that_cannot_be(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_movement of = {0};
    ss_segments_options wrong = lines;
    ss_orders orders = orders_sample(sample, SAMPLES);
    wrong.lapsed_intervals = 1;
    assert_status(ss_movement_make(&orders, 0, SS_DAY, &wrong, &of, &error), SS_E_RANGE);
    assert_null(of.before);
    ss_orders_free(&orders);
}

static bool attempt(void *context)
{
    ss_movement of = {0};
    ss_status status = ss_movement_make(context, 100 * SS_DAY, 200 * SS_DAY, &lines, &of, NULL);
    ss_movement_release(&of);
    return status == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    ss_orders orders = orders_sample(sample, SAMPLES);
    assert_true(failing_malloc_torture(attempt, &orders) > 20);
    ss_orders_free(&orders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(lines_that_cannot_be),
                                       cmocka_unit_test(allocations_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

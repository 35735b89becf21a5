/* test_price_history.c: the lowest price of 30 days, by hand and beside all steps ever made. */
#include "check.h"

#include "log/catalog.h"
#include "state/price_history.h"

#define START (INT64_C(20000) * SS_DAY)

static int64_t lowest(const ss_price_step *steps, size_t count, int64_t day)
{
    return ss_price_history_lowest(steps, count, steps[count - 1].price, START + day * SS_DAY);
}

static void a_reduction_names_the_lowest_price_before_it(void **state)
{
    (void)state;
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    size_t count = ss_price_history_add(steps, 0, 0, 1000); /* the catalogue's */
    assert_int_equal(lowest(steps, count, 0), 1000);
    count = ss_price_history_add(steps, count, START, 800);
    assert_int_equal(lowest(steps, count, 0), 1000);   /* reduced from 1000 */
    assert_int_equal(lowest(steps, count, 400), 1000); /* and still is */
    count = ss_price_history_add(steps, count, START + 10 * SS_DAY, 1000);
    assert_int_equal(lowest(steps, count, 10), 800); /* not reduced: the lowest of 30 days */
    assert_int_equal(lowest(steps, count, 40), 1000);
    count = ss_price_history_add(steps, count, START + 20 * SS_DAY, 900);
    assert_int_equal(lowest(steps, count, 20), 800); /* no bargain: it was 800 ten days before */
    assert_int_equal(lowest(steps, count, 90), 800); /* what counts is the time before the reduction */
    assert_int_equal(count, 4);
}

static void a_price_that_is_not_the_newest_step_begins_now(void **state)
{
    (void)state;
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    size_t count = ss_price_history_add(steps, 0, START, 1000);
    assert_int_equal(ss_price_history_lowest(steps, count, 700, START + SS_DAY), 1000);
    assert_int_equal(ss_price_history_lowest(steps, count, 1200, START + SS_DAY), 1000);
    assert_int_equal(ss_price_history_lowest(steps, 0, 1200, START), 1200);
    assert_int_equal(ss_price_history_lowest(steps, 0, SS_NO_MONEY, START), SS_NO_MONEY);
    assert_int_equal(ss_price_history_lowest(steps, count, SS_NO_MONEY, START), 1000);
    assert_int_equal(ss_price_history_lowest(steps, count, 1000, SS_NO_TIME), 1000);
}

static void steps_stay_in_order_whatever_the_clock_does(void **state)
{
    (void)state;
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    size_t count = ss_price_history_add(steps, 0, START, 1000);
    count = ss_price_history_add(steps, count, START, 900);
    assert_true(count == 1 && steps[0].price == 900 && steps[0].since == START);
    count = ss_price_history_add(steps, count, START - SS_DAY, 800);
    assert_true(count == 1 && steps[0].price == 800 && steps[0].since == START);
    assert_int_equal(ss_price_history_add(steps, count, START + 1, 800), 1);
    count = ss_price_history_add(steps, count, START + 1, SS_NO_MONEY);
    count = ss_price_history_add(steps, count, START + 2, 950);
    assert_int_equal(lowest(steps, count, 0), 800);
}

/* Beside all steps: the same while there are few; with many never higher, and never below what held a day earlier. */
static void many_steps_are_bounded_from_below(void **state)
{
    (void)state;
    enum { MANY = 2000 };
    static ss_price_step all[MANY];
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    ss_random random = test_random();
    size_t count = 0, all_count = 0;
    int64_t now = START;
    for (size_t i = 0; i < MANY; i++) {
        bool dense = i / 500 % 2;
        now += 1 + (int64_t)ss_random_below(&random, (uint32_t)(dense ? 3600 : 86400 * 2)) * SS_SECOND;
        int64_t price = 100 + ss_random_below(&random, 1000);
        count = ss_price_history_add(steps, count, now, price);
        if (all_count == 0 || all[all_count - 1].price != price)
            all[all_count++] = (ss_price_step){now, price};
        assert_in_range(count, 1, SS_PRICE_STEPS_MAX);
        int64_t later = now + (int64_t)ss_random_below(&random, 86400) * SS_SECOND;
        int64_t kept = ss_price_history_lowest(steps, count, price, later);
        int64_t whole = ss_price_history_lowest(all, all_count, price, later);
        if (!dense && i % 500 > 100)
            assert_int_equal(kept, whole);
        assert_true(kept <= whole);
        for (size_t k = 1; k < count; k++)
            assert_true(steps[k].since > steps[k - 1].since);
    }
}

static void a_reduction_wears_off_after_thirty_days(void **state)
{
    (void)state;
    ss_price_step steps[SS_PRICE_STEPS_MAX] = {{0, 0}};
    assert_false(ss_price_reduced(steps, 0, 1000, START));
    size_t count = ss_price_history_add(steps, 0, 0, 1000);
    assert_false(ss_price_reduced(steps, count, 1000, START));
    assert_true(ss_price_reduced(steps, count, 999, START)); /* begins now */
    assert_false(ss_price_reduced(steps, count, 1001, START));
    count = ss_price_history_add(steps, count, START, 800);
    assert_true(ss_price_reduced(steps, count, 800, START));
    assert_true(ss_price_reduced(steps, count, 800, START + SS_PRICE_WINDOW));
    assert_false(ss_price_reduced(steps, count, 800, START + SS_PRICE_WINDOW + 1));
    assert_false(ss_price_reduced(steps, count, SS_NO_MONEY, START));
    count = ss_price_history_add(steps, count, START + SS_DAY, 900); /* still below 1000, but not reduced from 800 */
    assert_false(ss_price_reduced(steps, count, 900, START + SS_DAY));
    count = ss_price_history_add(steps, count, START + 2 * SS_DAY, SS_NO_MONEY);
    count = ss_price_history_add(steps, count, START + 3 * SS_DAY, 700); /* from no price at all */
    assert_false(ss_price_reduced(steps, count, 700, START + 3 * SS_DAY));
    assert_false(ss_price_reduced(steps, 0, 1000, SS_NO_TIME));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reduction_names_the_lowest_price_before_it),
        cmocka_unit_test(a_price_that_is_not_the_newest_step_begins_now),
        cmocka_unit_test(steps_stay_in_order_whatever_the_clock_does),
        cmocka_unit_test(many_steps_are_bounded_from_below),
        cmocka_unit_test(a_reduction_wears_off_after_thirty_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

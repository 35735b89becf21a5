/* timers.h against a list that is searched through each time. */
#include "check.h"
#include "failing_malloc.h"
#include "http/timers.h"

#define COUNT 300u

static void numbers_come_in_the_order_of_their_moments(void **state)
{
    (void)state;
    ss_timers *timers = NULL;
    ss_error error;
    expect_ok(ss_timers_new(4, &timers, &error), &error);
    assert_int_equal(ss_timers_first(timers), SS_TIMERS_NEVER);
    assert_int_equal(ss_timers_take(timers, INT64_MAX), SS_TIMERS_NONE);
    ss_timers_set(timers, 2, 30);
    ss_timers_set(timers, 0, 10);
    ss_timers_set(timers, 3, 20);
    ss_timers_set(timers, 3, 40); /* in place of 20 */
    assert_int_equal(ss_timers_first(timers), 10);
    assert_int_equal(ss_timers_take(timers, 9), SS_TIMERS_NONE);
    assert_int_equal(ss_timers_take(timers, 35), 0);
    assert_int_equal(ss_timers_take(timers, 35), 2);
    assert_int_equal(ss_timers_take(timers, 35), SS_TIMERS_NONE);
    ss_timers_set(timers, 3, SS_TIMERS_NEVER);
    ss_timers_set(timers, 1, SS_TIMERS_NEVER); /* it had none */
    assert_int_equal(ss_timers_first(timers), SS_TIMERS_NEVER);
    ss_timers_free(&timers);
    assert_null(timers);
    ss_timers_free(&timers);
}

static int64_t first_of(const int64_t *due)
{
    int64_t first = SS_TIMERS_NEVER;
    for (unsigned i = 0; i < COUNT; i++)
        first = due[i] < first ? due[i] : first;
    return first;
}

static void many_at_random(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_timers *timers = NULL;
    ss_error error;
    int64_t due[COUNT], now = 0;
    for (unsigned i = 0; i < COUNT; i++)
        due[i] = SS_TIMERS_NEVER;
    expect_ok(ss_timers_new(COUNT, &timers, &error), &error);
    for (unsigned step = 0; step < 60000; step++) {
        uint32_t number = ss_random_below(&random, COUNT);
        unsigned what = ss_random_below(&random, 10);
        if (what < 8) {
            due[number] = what < 6 ? now + ss_random_below(&random, 200) : SS_TIMERS_NEVER;
            ss_timers_set(timers, number, due[number]);
        } else {
            now += ss_random_below(&random, 20);
        }
        assert_int_equal(ss_timers_first(timers), first_of(due));
        uint32_t taken = what < 8 ? SS_TIMERS_NONE : ss_timers_take(timers, now);
        if (taken == SS_TIMERS_NONE)
            continue;
        assert_true(due[taken] == first_of(due) && due[taken] <= now);
        due[taken] = SS_TIMERS_NEVER;
    }
    ss_timers_free(&timers);
}

static bool attempt(void *context)
{
    (void)context;
    ss_timers *timers = NULL;
    ss_status status = ss_timers_new(8, &timers, NULL);
    assert_true(status == SS_OK || (status == SS_E_NOMEM && !timers));
    ss_timers_free(&timers);
    return status == SS_OK;
}

static void without_memory(void **state)
{
    (void)state;
    assert_int_equal(failing_malloc_torture(attempt, NULL), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_in_the_order_of_their_moments),
        cmocka_unit_test(many_at_random),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

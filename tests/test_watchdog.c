/* test_watchdog.c: signs of life come only while every watched thread makes rounds, and when they are due. */
#include "check.h"

#include "base/clock.h"
#include "server/watchdog.h"

#define SECOND INT64_C(1000000000)

static void nobody_waits_for_signs_of_life(void **state)
{
    (void)state;
    ss_watchdog watchdog;
    ss_watchdog_init(&watchdog, 0, 100);
    assert_false(ss_watchdog_is_due(&watchdog, INT64_MAX));
    assert_int_equal(ss_watchdog_timeout(&watchdog, -1), -1);
    assert_int_equal(ss_watchdog_timeout(&watchdog, 25), 25);
}

static void every_thread_makes_a_round_or_there_is_silence(void **state)
{
    (void)state;
    ss_counter rounds[3] = {0, 7, UINT64_MAX};
    ss_watchdog watchdog;
    ss_watchdog_init(&watchdog, 40 * SECOND, 0);
    for (size_t i = 0; i < 3; i++)
        ss_watchdog_follow(&watchdog, &rounds[i]);
    unsigned since = 0; /* who made a round since all were asked, in however many looks */
    for (unsigned look = 0; look < 64; look++) {
        int64_t now = look * 10 * SECOND;
        unsigned made = look * 5 / 3;
        for (unsigned i = 0; i < 3; i++)
            if (made & 1u << i)
                atomic_fetch_add(&rounds[i], 1 + i);
        since |= made & 7u;
        assert_true(ss_watchdog_is_due(&watchdog, now));
        assert_int_equal(ss_watchdog_look(&watchdog, now), since == 7);
        assert_false(ss_watchdog_is_due(&watchdog, now + 9 * SECOND));
        since = since == 7 ? 0 : since;
    }
}

static void the_main_loop_alone_is_watched_by_running(void **state)
{
    (void)state;
    ss_watchdog watchdog;
    ss_watchdog_init(&watchdog, 4 * SECOND, 5);
    assert_false(ss_watchdog_is_due(&watchdog, 4));
    assert_true(ss_watchdog_is_due(&watchdog, 5));
    assert_true(ss_watchdog_look(&watchdog, 5));
    assert_true(ss_watchdog_is_due(&watchdog, 5 + SECOND));
}

static void nobody_sleeps_past_the_next_look(void **state)
{
    (void)state;
    ss_watchdog watchdog;
    ss_watchdog_init(&watchdog, 4 * SECOND, 0);
    assert_int_equal(ss_watchdog_timeout(&watchdog, -1), 0); /* overdue */
    watchdog.due = ss_clock_monotonic() + 3600 * SECOND;
    assert_int_equal(ss_watchdog_timeout(&watchdog, 25), 25);
    assert_in_range(ss_watchdog_timeout(&watchdog, -1), 1800 * 1000, 3600 * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_for_signs_of_life),
        cmocka_unit_test(every_thread_makes_a_round_or_there_is_silence),
        cmocka_unit_test(the_main_loop_alone_is_watched_by_running),
        cmocka_unit_test(nobody_sleeps_past_the_next_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

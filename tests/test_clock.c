#include "check.h"

#include "base/clock.h"

#include <time.h>

static void now_is_the_system_s_now(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL) * 1000000, now = ss_clock_now();
    assert_true(now >= before);
    assert_true(now - before < 60 * INT64_C(1000000));
}

static void monotonic_goes_forward_in_nanoseconds(void **state)
{
    (void)state;
    int64_t start = ss_clock_monotonic(), last = start;
    for (int i = 0; i < 100000; i++) {
        int64_t now = ss_clock_monotonic();
        assert_true(now >= last);
        last = now;
    }
    const struct timespec nap = {0, 5000000};
    nanosleep(&nap, NULL);
    assert_true(ss_clock_monotonic() - start >= 5000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_is_the_system_s_now),
        cmocka_unit_test(monotonic_goes_forward_in_nanoseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

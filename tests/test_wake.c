/* wake.h: readable once woken, until it is cleared; neither waits. */
#include "base/wake.h"
#include "check.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>

static bool is_awake(int wake, int most_ms)
{
    struct pollfd item = {wake, POLLIN, 0};
    return poll(&item, 1, most_ms) == 1;
}

static void it_stays_awake_until_it_is_cleared(void **state)
{
    (void)state;
    ss_error error;
    int wake;
    expect_ok(ss_wake_open(&wake, &error), &error);
    assert_false(is_awake(wake, 0));
    ss_wake(wake);
    ss_wake(wake);
    assert_true(is_awake(wake, 0));
    assert_true(is_awake(wake, 0));
    errno = 7;
    ss_wake_clear(wake);
    ss_wake_clear(wake); /* nothing to clear */
    assert_int_equal(errno, 7);
    assert_false(is_awake(wake, 0));
    ss_wake_close(&wake);
    ss_wake_close(&wake);
    assert_int_equal(wake, -1);
}

static void *wake_it(void *wake)
{
    ss_wake(*(const int *)wake);
    return NULL;
}

static void another_thread_wakes_who_waits(void **state)
{
    (void)state;
    ss_error error;
    pthread_t thread;
    int wake;
    expect_ok(ss_wake_open(&wake, &error), &error);
    assert_int_equal(pthread_create(&thread, NULL, wake_it, &wake), 0);
    assert_true(is_awake(wake, -1));
    pthread_join(thread, NULL);
    ss_wake_close(&wake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stays_awake_until_it_is_cleared),
        cmocka_unit_test(another_thread_wakes_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

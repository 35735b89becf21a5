/* test_nightly_lock.c: one run at a time; who comes second is told who is first; the dead hold nothing. */
#include "check.h"

#include "job/nightly_lock.h"
#include "temporary_folder.h"
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define NOON INT64_C(1323435000000000) /* 2011-12-09T12:50:00Z */

static void the_second_is_told_who_is_first(void **state)
{
    char expected[64];
    int first = -1, second = -1;
    ss_error error;
    expect_ok(ss_nightly_lock(*state, NOON, &first, &error), &error);
    assert_status(ss_nightly_lock(*state, NOON + 1, &second, &error), SS_E_BUSY);
    snprintf(expected, sizeof expected, "process %ld, since 2011-12-09T12:50:00.000Z", (long)getpid());
    assert_non_null(strstr(error.message, expected));
    assert_int_equal(second, -1);
    ss_nightly_unlock(&first);
    assert_int_equal(first, -1);
    expect_ok(ss_nightly_lock(*state, NOON, &second, &error), &error);
    ss_nightly_unlock(&second);
}

static void the_dead_hold_nothing(void **state)
{
    int ready[2], lock = -1;
    char told;
    ss_error error;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (ss_nightly_lock(*state, NOON, &lock, NULL) == SS_OK && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &told, 1), 1);
    assert_status(ss_nightly_lock(*state, NOON, &lock, &error), SS_E_BUSY);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    expect_ok(ss_nightly_lock(*state, NOON, &lock, &error), &error);
    ss_nightly_unlock(&lock);
    close(ready[0]);
    close(ready[1]);
}

static void a_store_that_is_not_there_is_named(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    int lock = -1;
    ss_error error;
    assert_status(ss_nightly_lock(temporary_path(path, *state, "nowhere"), NOON, &lock, &error), SS_E_IO);
    assert_non_null(strstr(error.where, "nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_second_is_told_who_is_first, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(the_dead_hold_nothing, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_is_not_there_is_named, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

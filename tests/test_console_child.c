/* test_console_child.c: one run of a program: what it says, how it fails, and that it ends: by itself, in time, or when told to. */
#include "check.h"
#include "http/console_child.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static ss_status run_for(const char *script, int64_t milliseconds, int stop, ss_buffer *out, ss_error *error)
{
    const char *const words[] = {"sh", "-c", script, NULL};
    const ss_child child = {"/bin/sh", words, milliseconds, stop};
    return ss_child_run(&child, out, error);
}

static ss_status run(const char *script, ss_buffer *out, ss_error *error)
{
    return run_for(script, 60000, -1, out, error);
}

static void what_it_says_is_there(void **state)
{
    ss_buffer out;
    ss_error error = {0};
    (void)state;
    ss_buffer_init(&out, 1u << 20);
    expect_ok(run("echo before", &out, &error), &error);
    expect_ok(run("printf 'a\\nb'; echo aside >&2", &out, &error), &error);
    assert_string_equal(out.data, "a\nb");
    expect_ok(run("head -c 300000 /dev/zero; exec >&- 2>&-; sleep 0.05", &out, &error), &error);
    assert_int_equal(out.size, 300000);
    expect_ok(run("true", &out, &error), &error);
    assert_int_equal(out.size, 0);
    ss_buffer_release(&out);
}

static void why_it_failed_is_its_last_line(void **state)
{
    ss_buffer out;
    ss_error error = {0};
    (void)state;
    ss_buffer_init(&out, 1u << 20);
    assert_status(run("echo half; echo first >&2; echo 'the reason' >&2; exit 3", &out, &error), SS_E_CORRUPT);
    assert_string_equal(error.message, "the reason");
    assert_status(run("exit 1", &out, &error), SS_E_CORRUPT);
    assert_string_equal(error.message, "it ended without a word");
    assert_status(run("kill -9 $$", &out, &error), SS_E_CORRUPT);
    assert_status(run("yes 123456 | head -c 98000 >&2; echo last >&2; exit 1", &out, &error), SS_E_CORRUPT);
    assert_string_equal(error.message, "last");
    ss_buffer_release(&out);
}

static void what_says_too_much_or_takes_too_long_is_killed(void **state)
{
    ss_buffer out;
    ss_error error = {0};
    (void)state;
    ss_buffer_init(&out, 1000);
    assert_status(run("yes", &out, &error), SS_E_LIMIT);
    assert_non_null(strstr(error.message, "1000 bytes"));
    assert_status(run_for("sleep 1000 & sleep 1000", 50, -1, &out, &error), SS_E_BUSY);
    assert_status(run_for("trap '' TERM; while :; do sleep 1; done", 50, -1, &out, &error), SS_E_BUSY);
    ss_buffer_release(&out);
}

static void it_is_stopped_when_told_to(void **state)
{
    ss_buffer out;
    ss_error error = {0};
    int stop = eventfd(1, EFD_CLOEXEC);
    (void)state;
    ss_buffer_init(&out, 1000);
    assert_status(run_for("sleep 1000", 600000, stop, &out, &error), SS_E_BUSY);
    assert_string_equal(error.message, "it was stopped");
    close(stop);
    ss_buffer_release(&out);
}

static void it_inherits_no_descriptor_and_no_input(void **state)
{
    ss_buffer out;
    ss_error error = {0};
    char script[128];
    int open_one = fcntl(STDERR_FILENO, F_DUPFD, 40); /* not one that a shell takes for itself */
    (void)state;
    assert_true(open_one >= 40);
    ss_buffer_init(&out, 1000);
    snprintf(script, sizeof script, "cat; test -e /proc/$$/fd/%d && echo open || echo closed", open_one);
    expect_ok(run(script, &out, &error), &error);
    assert_string_equal(out.data, "closed\n");
    close(open_one);
    ss_buffer_release(&out);
}

static void what_is_not_there_cannot_be_run(void **state)
{
    ss_buffer out;
    ss_error error = {0};
    const char *const words[] = {"nothing", NULL};
    const ss_child child = {"/nowhere/nothing", words, 1000, -1};
    (void)state;
    ss_buffer_init(&out, 1000);
    assert_true(ss_child_run(&child, &out, &error) != SS_OK);
    ss_buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_there),
        cmocka_unit_test(why_it_failed_is_its_last_line),
        cmocka_unit_test(what_says_too_much_or_takes_too_long_is_killed),
        cmocka_unit_test(it_is_stopped_when_told_to),
        cmocka_unit_test(it_inherits_no_descriptor_and_no_input),
        cmocka_unit_test(what_is_not_there_cannot_be_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

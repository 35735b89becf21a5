/* test_nightly_status.c: what a night writes of itself, and what the next one reads of it. */
#include "check.h"

#include "failing_malloc.h"
#include "job/nightly_status.h"
#include "temporary_folder.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

#define NOON INT64_C(1323435000000000) /* 2011-12-09T12:50:00Z */

static json_t *load(const char *store)
{
    char path[TEMPORARY_PATH_MAX];
    json_t *root = json_load_file(temporary_path(path, store, SS_NIGHTLY_STATUS), 0, NULL);
    assert_non_null(root);
    return root;
}

static void expect_text(const json_t *root, const char *key, const char *expected)
{
    assert_string_equal(json_string_value(json_object_get(root, key)), expected);
}

static ss_night a_night(void)
{
    ss_night night;
    ss_error error;
    ss_night_init(&night, NOON, 1);
    night.phase = SS_NIGHT_PROVE;
    night.seconds[SS_NIGHT_READ] = 1.5;
    night.servers[0] = (ss_server_report){"tcp://a:1", SS_SERVER_SERVES, "20111209T125000.000Z", ""};
    expect_ok(ss_checks_add(&night.checks, "rows", 1000, 900, SS_CHECK_PASSED, &error, "%d \"rows\"", 1000), &error);
    expect_ok(ss_checks_add(&night.checks, "age", NAN, NAN, SS_CHECK_REFUSED, &error, "of next year"), &error);
    return night;
}

static void a_night_at_work_is_told(void **state)
{
    ss_night night = a_night();
    ss_error error;
    ss_night_before before;
    expect_ok(ss_night_write(*state, &night, &error), &error);
    json_t *root = load(*state);
    expect_text(root, "phase", "prove");
    expect_text(root, "outcome", "running");
    expect_text(root, "started", "2011-12-09T12:50:00.000Z");
    assert_true(json_is_null(json_object_get(root, "ended")));
    assert_true(json_is_null(json_object_get(root, "exit")));
    const json_t *check = json_array_get(json_object_get(root, "checks"), 1);
    expect_text(check, "verdict", "refused");
    assert_true(json_is_null(json_object_get(check, "value")));
    expect_text(json_array_get(json_object_get(root, "servers"), 0), "generation", "20111209T125000.000Z");
    json_decref(root);
    ss_night_read_before(*state, &before);
    assert_true(before.unfinished);
    assert_string_equal(before.started, "2011-12-09T12:50:00.000Z");
    assert_true(before.last_success == SS_NO_TIME);
    ss_night_release(&night);
}

static void its_end_is_told(void **state)
{
    ss_night night = a_night();
    ss_error error;
    ss_night_before before;
    night.ended = NOON + 60 * SS_SECOND;
    night.last_success = NOON - SS_DAY;
    night.outcome = SS_NIGHTLY_REFUSED;
    expect_ok(ss_night_write(*state, &night, &error), &error);
    json_t *root = load(*state);
    expect_text(root, "outcome", "refused");
    assert_int_equal(json_integer_value(json_object_get(root, "exit")), 65);
    json_decref(root);
    ss_night_read_before(*state, &before);
    assert_false(before.unfinished);
    assert_int_equal(before.last_success, NOON - SS_DAY);
    night.dry_run = true;
    night.outcome = SS_NIGHTLY_PUBLISHED;
    expect_ok(ss_night_write(*state, &night, &error), &error);
    root = load(*state);
    expect_text(root, "outcome", "would-publish");
    json_decref(root);
    ss_night_release(&night);
}

static void metrics_are_lines(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_night night = a_night();
    ss_error error;
    ss_buffer text;
    ss_buffer_init(&text, 1 << 20);
    night.ended = NOON;
    expect_ok(ss_night_write_metrics(*state, &night, &error), &error);
    expect_ok(ss_file_read(temporary_path(path, *state, SS_NIGHTLY_METRICS), 1 << 20, &text, &error), &error);
    assert_non_null(strstr(text.data, "\nsmartshelf_nightly_outcome 1\n"));
    assert_non_null(strstr(text.data, "\nsmartshelf_nightly_seconds{phase=\"read\"} 1.500\n"));
    assert_non_null(strstr(text.data, "\nsmartshelf_nightly_check{name=\"rows\"} 1000\n"));
    assert_non_null(strstr(text.data, "\nsmartshelf_nightly_check_refused{name=\"age\"} 1\n"));
    assert_null(strstr(text.data, "last_success"));
    assert_null(strstr(text.data, "nan"));
    ss_buffer_release(&text);
    ss_night_release(&night);
}

static void what_cannot_be_read_is_no_night(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    static const char *const texts[] = {"", "{", "[]", "{\"outcome\": 3}", "null"};
    ss_night_before before;
    ss_night_read_before(*state, &before);
    assert_false(before.unfinished);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(
            ss_file_write_atomic(temporary_path(path, *state, SS_NIGHTLY_STATUS), texts[i], strlen(texts[i]), NULL),
            SS_OK);
        ss_night_read_before(*state, &before);
        assert_false(before.unfinished);
        assert_true(before.last_success == SS_NO_TIME);
    }
}

static void names_are_total(void **state)
{
    (void)state;
    for (unsigned phase = 0; phase < SS_NIGHT_PHASE_COUNT; phase++)
        assert_non_null(ss_night_phase_name((ss_night_phase)phase));
    assert_null(ss_night_phase_name(SS_NIGHT_PHASE_COUNT));
    assert_string_equal(ss_nightly_outcome_name(SS_NIGHTLY_BUSY), "busy");
    assert_null(ss_nightly_outcome_name((ss_nightly_outcome)2));
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_night_at_work_is_told),     TEST(its_end_is_told),
        TEST(metrics_are_lines),           TEST(what_cannot_be_read_is_no_night),
        cmocka_unit_test(names_are_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

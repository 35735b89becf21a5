#include "check.h"

#include <errno.h>
#include <string.h>

static void every_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < SS_STATUS_COUNT; a++) {
        assert_non_null(ss_status_name((ss_status)a));
        for (int b = 0; b < a; b++)
            assert_string_not_equal(ss_status_name((ss_status)a), ss_status_name((ss_status)b));
    }
    assert_string_equal(ss_status_name((ss_status)SS_STATUS_COUNT), "unknown");
    assert_string_equal(ss_status_name((ss_status)-1), "unknown");
    assert_string_equal(ss_status_name(SS_E_NOT_FOUND), "not_found");
}

static void the_numbers_stay(void **state)
{
    (void)state;
    assert_int_equal(SS_OK, 0);
    assert_int_equal(SS_E_NOMEM, 1);
    assert_int_equal(SS_E_LIMIT, 8);
    assert_int_equal(SS_E_SHUTTING_DOWN, 15);
}

static void no_error_is_no_problem(void **state)
{
    (void)state;
    assert_status(ss_error_set(NULL, SS_E_RANGE, "x"), SS_E_RANGE);
    assert_status(ss_error_io(NULL, "f", "x"), SS_E_IO);
    assert_status(ss_error_nomem(NULL), SS_E_NOMEM);
    ss_error_place(NULL, "f", 1);
    ss_error_offset(NULL, 1);
    ss_error_field(NULL, "f");
    ss_error_found(NULL, "f", 1, "g");
    char text[8] = "old";
    ss_error_format(NULL, text, sizeof text);
    assert_string_equal(text, "");
}

static void setting_forgets_what_was_there(void **state)
{
    (void)state;
    ss_error error;
    memset(&error, 0x55, sizeof error);
    ss_error_set(&error, SS_E_FORMAT, "row %d", 7);
    assert_int_equal(error.status, SS_E_FORMAT);
    assert_string_equal(error.message, "row 7");
    assert_int_equal(error.os_errno, 0);
    assert_int_equal(error.line, 0);
    assert_int_equal(error.has_offset, 0);
    assert_string_equal(error.where, "");
    assert_string_equal(error.found, "");
}

static void an_error_can_be_built_from_itself(void **state)
{
    (void)state;
    ss_error error;
    ss_error_set(&error, SS_E_FORMAT, "bad row");
    ss_error_place(&error, "log.csv", 3);
    ss_error_set(&error, error.status, "in %s: %s", error.where, error.message);
    assert_string_equal(error.message, "in log.csv: bad row");
    errno = EACCES;
    ss_error_place(&error, "log.csv", 3);
    ss_error_io(&error, error.where, "cannot go on after '%s'", error.message);
    assert_string_equal(error.where, "log.csv");
    ss_error_place(&error, error.where, 4);
    assert_string_equal(error.where, "log.csv");
}

static void the_system_s_reason_is_kept(void **state)
{
    (void)state;
    ss_error error;
    errno = ENOSPC;
    assert_status(ss_error_io(&error, "/data/model", "cannot write"), SS_E_IO);
    assert_int_equal(error.os_errno, ENOSPC);
    assert_int_equal(errno, ENOSPC);
    assert_error_text(error, "/data/model: cannot write: No space left on device");
}

static void the_line_for_people(void **state)
{
    (void)state;
    ss_error error;
    ss_error_set(&error, SS_E_FORMAT, "bad value");
    assert_error_text(error, "bad value");
    ss_error_place(&error, "log.csv", 12);
    assert_error_text(error, "log.csv:12: bad value");
    ss_error_field(&error, "quantity");
    assert_error_text(error, "log.csv:12: bad value (quantity)");
    ss_error_found(&error, "abcdef", 3, NULL);
    assert_error_text(error, "log.csv:12: bad value (quantity: found 'abc')");
    ss_error_found(&error, NULL, 0, "a number");
    assert_error_text(error, "log.csv:12: bad value (quantity: found 'abc', expected a number)");
    ss_error_set(&error, SS_E_CORRUPT, "truncated");
    ss_error_offset(&error, 0);
    ss_error_found(&error, NULL, 0, "a header");
    assert_error_text(error, "byte 0: truncated (expected a header)");
    ss_error_place(&error, "als.safetensors", 0);
    assert_error_text(error, "als.safetensors, byte 0: truncated (expected a header)");
    ss_error_set(&error, SS_E_BUSY, "%s", "");
    assert_error_text(error, "busy");
}

static void what_comes_from_outside_is_made_printable(void **state)
{
    (void)state;
    ss_error error;
    ss_error_set(&error, SS_E_FORMAT, "a\nb");
    ss_error_found(&error, "\x1b[31m\0\xff", 7, NULL);
    assert_error_text(error, "a\\nb (found '\\x1b[31m\\x00\\xff')");
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    ss_error error;
    char text[1000];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "ü", 3);
    ss_error_set(&error, SS_E_FORMAT, "x%s", text);
    assert_int_equal(strlen(error.message), SS_ERROR_TEXT_MAX - 1);
    assert_true(ss_slice_is_utf8(ss_slice_of(error.message)));
    ss_error_field(&error, text);
    assert_int_equal(strlen(error.field), sizeof error.field - 2);
    assert_true(ss_slice_is_utf8(ss_slice_of(error.field)));
}

static void a_short_destination_stays_terminated(void **state)
{
    (void)state;
    ss_error error;
    ss_error_set(&error, SS_E_FORMAT, "bad value");
    ss_error_place(&error, "log.csv", 12);
    for (size_t size = 1; size < 24; size++) {
        char text[32];
        memset(text, 'x', sizeof text);
        ss_error_format(&error, text, size);
        size_t wanted = size - 1 < strlen("log.csv:12: bad value") ? size - 1 : strlen("log.csv:12: bad value");
        assert_int_equal(strlen(text), wanted);
        assert_int_equal(text[size], 'x');
    }
    ss_error_format(&error, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_of_its_own),
        cmocka_unit_test(the_numbers_stay),
        cmocka_unit_test(no_error_is_no_problem),
        cmocka_unit_test(setting_forgets_what_was_there),
        cmocka_unit_test(an_error_can_be_built_from_itself),
        cmocka_unit_test(the_system_s_reason_is_kept),
        cmocka_unit_test(the_line_for_people),
        cmocka_unit_test(what_comes_from_outside_is_made_printable),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(a_short_destination_stays_terminated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How files write numbers and times: what is said is read, to the same values as our own way, and nothing else is. */
#include "testing.h"

#include "log/notation.h"
#include "log/values.h"

#include <inttypes.h>
#include <string.h>

static const ss_notation plain = {0}, comma = {.decimal_comma = true};

static void numbers_with_a_comma(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t minor;
    } cases[] = {{"12,50", true, 1250},
                 {"12", true, 1200},
                 {"0,5", true, 50},
                 {",5", true, 50},
                 {"5,", true, 500},
                 {"-3,99", true, -399},
                 {" 3,99 ", true, 399},
                 {"1249,00", true, 124900},
                 {"1.249,00", true, 124900},
                 {"1.249,5", true, 124950},
                 {"12.345.678,90", true, 1234567890},
                 {"-1.249,00", true, -124900},
                 {"12,505", true, 1251},
                 {"12.50", false, 0},
                 {"1.249", false, 0}, /* one, or a thousand? */
                 {"1.24,00", false, 0},
                 {"1.2490,00", false, 0},
                 {"1234.567,00", false, 0},
                 {".249,00", false, 0},
                 {"-.249,00", false, 0},
                 {"1..249,00", false, 0},
                 {"1,249.00", false, 0},
                 {"1,249,00", false, 0},
                 {"1'249,00", false, 0},
                 {"3,99 EUR", false, 0},
                 {"\xe2\x82\xac 3,99", false, 0},
                 {",", false, 0},
                 {"", false, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t minor = -77;
        bool good = ss_notation_money(&comma, ss_slice_of(cases[i].text), 2, &minor);
        if (good != cases[i].good || minor != (good ? cases[i].minor : -77))
            fail_msg("'%s': %d %" PRId64, cases[i].text, good, minor);
    }
}

static void with_a_point_nothing_changes(void **state)
{
    char room[SS_NOTATION_TEXT];
    ss_slice text = SS_SLICE_LITERAL("12.50"), before = text;
    int64_t minor;
    (void)state;
    assert_true(ss_notation_number(&plain, &text, room));
    assert_ptr_equal(text.data, before.data);
    assert_false(ss_notation_money(&plain, SS_SLICE_LITERAL("12,50"), 2, &minor));
}

static void numbers_that_are_too_long(void **state)
{
    char text[SS_NOTATION_TEXT + 2], room[SS_NOTATION_TEXT];
    (void)state;
    memset(text, '0', sizeof text);
    text[1] = ',';
    ss_slice longest = {text, SS_NOTATION_TEXT}, longer = {text, SS_NOTATION_TEXT + 1};
    assert_true(ss_notation_number(&comma, &longest, room));
    assert_false(ss_notation_number(&comma, &longer, room));
    assert_ptr_equal(longer.data, text);
}

/* The number with a comma, and with points between its thousands if it is to have them. */
static void write_comma(const char *number, bool thousands, char *out)
{
    size_t whole = strcspn(number, "."), used = 0;
    for (size_t i = 0; number[i]; i++) {
        out[used++] = number[i] == '.' ? ',' : number[i];
        size_t left = i < whole ? whole - 1 - i : 0;
        if (thousands && left > 0 && left % 3 == 0)
            out[used++] = '.';
    }
    out[used] = '\0';
}

static void both_ways_are_one_number(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int i = 0; i < 200000; i++) {
        char point[40], written[64];
        int64_t with_point = -1, with_comma = -2;
        double f64_point = -1, f64_comma = -2;
        int places = 1 + (int)ss_random_below(&random, 5);
        snprintf(point, sizeof point, "%.*f", places,
                 (double)ss_random_below(&random, 4000000000u) / (double)(1 + ss_random_below(&random, 100000)));
        write_comma(point, ss_random_below(&random, 2), written);
        assert_true(ss_notation_money(&plain, ss_slice_of(point), 2, &with_point));
        assert_true(ss_notation_f64(&plain, ss_slice_of(point), &f64_point));
        if (!ss_notation_money(&comma, ss_slice_of(written), 2, &with_comma) || with_comma != with_point)
            fail_msg("'%s' is %" PRId64 ", '%s' %" PRId64, point, with_point, written, with_comma);
        if (!ss_notation_f64(&comma, ss_slice_of(written), &f64_comma) || f64_comma != f64_point)
            fail_msg("'%s' is %g, '%s' %g", point, f64_point, written, f64_comma);
    }
}

static void times_as_they_are_said(void **state)
{
    int64_t iso = 0, time = 1;
    const ss_notation points = {.time_form = SS_TIME_DAY_POINTS};
    (void)state;
    assert_true(ss_notation_time(&plain, SS_SLICE_LITERAL(" 2025-12-31 21:05:00 "), &iso));
    assert_true(ss_notation_time(&points, SS_SLICE_LITERAL(" 31.12.2025 21:05 "), &time));
    assert_int_equal(iso, time);
    assert_false(ss_notation_time(&plain, SS_SLICE_LITERAL("31.12.2025 21:05"), &time));
    assert_false(ss_notation_time(&points, SS_SLICE_LITERAL("2025-12-31 21:05:00"), &time));
}

/* What is said where something cannot be read is itself read. */
static void expectations_are_true(void **state)
{
    (void)state;
    for (int64_t form = SS_TIME_ISO + 1; form < SS_TIME_FORMS; form++) {
        const ss_notation notation = {true, form};
        ss_slice words = ss_slice_of(ss_notation_instant(&notation)), price = ss_slice_of(ss_notation_price(&notation));
        int64_t value;
        assert_true(ss_notation_time(&notation, ss_slice_take_word(&words), &value));
        assert_true(ss_notation_money(&notation, ss_slice_take_word(&price), 2, &value));
        assert_int_equal(value, 999);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_with_a_comma),      cmocka_unit_test(with_a_point_nothing_changes),
        cmocka_unit_test(numbers_that_are_too_long), cmocka_unit_test(both_ways_are_one_number),
        cmocka_unit_test(times_as_they_are_said),    cmocka_unit_test(expectations_are_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

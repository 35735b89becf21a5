#include "check.h"

#include "base/random.h"

#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define S(TEXT) SS_SLICE_LITERAL(TEXT)

static const ss_slice NOTHING = {NULL, 0};

static void equal_and_order(void **state)
{
    (void)state;
    assert_true(ss_slice_equal(NOTHING, S("")));
    assert_true(ss_slice_equal(S("ab"), S("ab")));
    assert_false(ss_slice_equal(S("ab"), S("abc")));
    assert_int_equal(ss_slice_of(NULL).size, 0);
    assert_int_equal(ss_slice_compare(NOTHING, NOTHING), 0);
    assert_true(ss_slice_compare(NOTHING, S("a")) < 0);
    assert_true(ss_slice_compare(S("a"), S("ab")) < 0);
    assert_true(ss_slice_compare(S("b"), S("ab")) > 0);
    assert_true(ss_slice_compare(S("\xff"), S("a")) > 0);
    assert_int_equal(ss_slice_compare(S("a\0b"), S("a\0b")), 0);
}

static void words_and_lines_are_taken_off(void **state)
{
    (void)state;
    ss_slice text = S(" a\tbc \r\n\n last"), line;
    assert_true(ss_slice_take_line(&text, &line));
    assert_slice_equal(ss_slice_take_word(&line), "a");
    assert_slice_equal(ss_slice_take_word(&line), "bc");
    assert_slice_equal(ss_slice_take_word(&line), "");
    assert_slice_equal(ss_slice_take_word(&line), "");
    assert_true(ss_slice_take_line(&text, &line));
    assert_slice_equal(line, "");
    assert_true(ss_slice_take_line(&text, &line));
    assert_slice_equal(line, " last");
    assert_false(ss_slice_take_line(&text, &line));
}

static void trimming(void **state)
{
    (void)state;
    assert_slice_equal(ss_slice_trim(S(" \t\r\n a b \n")), "a b");
    assert_slice_equal(ss_slice_trim(S(" \t ")), "");
    assert_slice_equal(ss_slice_trim(NOTHING), "");
    assert_slice_equal(ss_slice_trim(S("\va")), "\va");
}

static void case_of_ascii_only(void **state)
{
    (void)state;
    assert_true(ss_slice_equal_nocase(S("85123A"), S("85123a")));
    assert_false(ss_slice_equal_nocase(S("Ä"), S("ä")));
    assert_false(ss_slice_equal_nocase(S("@["), S("`{")));
    assert_false(ss_slice_equal_nocase(S("a"), S("ab")));
}

static void check_utf8(const char *text, size_t size, bool valid)
{
    assert_int_equal(ss_slice_is_utf8((ss_slice){text, size}), valid);
    char padded[64]; /* the same behind plain text, past the eight bytes taken at a time */
    memset(padded, 'a', sizeof padded);
    memcpy(padded + 13, text, size);
    assert_int_equal(ss_slice_is_utf8((ss_slice){padded, 13 + size}), valid);
    assert_int_equal(ss_slice_is_utf8((ss_slice){padded, 30}), valid);
}

static void quotes_where_rfc_4180_asks_for_them(void **state)
{
    (void)state;
    assert_false(ss_slice_needs_quotes(S("")));
    assert_false(ss_slice_needs_quotes(S("Große Kanne; 'blau'\t|")));
    assert_true(ss_slice_needs_quotes(S("a,b")));
    assert_true(ss_slice_needs_quotes(S("\"")));
    assert_true(ss_slice_needs_quotes(S("a\n")));
    assert_true(ss_slice_needs_quotes(S("\ra")));
}

static void utf8_that_is_valid(void **state)
{
    (void)state;
    check_utf8("", 0, true);
    check_utf8("\0", 1, true);
    check_utf8("\x7f", 1, true);
    check_utf8("\xc2\x80", 2, true);
    check_utf8("\xdf\xbf", 2, true);
    check_utf8("\xe0\xa0\x80", 3, true);
    check_utf8("\xed\x9f\xbf", 3, true);
    check_utf8("\xee\x80\x80", 3, true);
    check_utf8("\xef\xbf\xbf", 3, true);
    check_utf8("\xf0\x90\x80\x80", 4, true);
    check_utf8("\xf4\x8f\xbf\xbf", 4, true);
}

static void utf8_that_is_not(void **state)
{
    (void)state;
    check_utf8("\x80", 1, false);
    check_utf8("\xc0\x80", 2, false); /* overlong forms */
    check_utf8("\xc1\xbf", 2, false);
    check_utf8("\xe0\x9f\xbf", 3, false);
    check_utf8("\xf0\x8f\xbf\xbf", 4, false);
    check_utf8("\xed\xa0\x80", 3, false); /* surrogates */
    check_utf8("\xed\xbf\xbf", 3, false);
    check_utf8("\xf4\x90\x80\x80", 4, false); /* above U+10FFFF */
    check_utf8("\xf5\x80\x80\x80", 4, false);
    check_utf8("\xff", 1, false);
    check_utf8("\xc3(", 2, false);
    check_utf8("\xe2\x82(", 3, false);
    check_utf8("\xf0\x90\x80(", 4, false);
    assert_false(ss_slice_is_utf8(S("\xc3"))); /* cut short */
    assert_false(ss_slice_is_utf8(S("\xe2\x82")));
    assert_false(ss_slice_is_utf8(S("\xf0\x90\x80")));
}

/* Every code point encoded by the rule, and every pair of bytes judged as the rule's inverse does. */
static void utf8_in_full(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0x110000; c++) {
        char text[4];
        size_t size;
        if (c < 0x80)
            size = 1, text[0] = (char)c;
        else if (c < 0x800)
            size = 2, text[0] = (char)(0xC0 | c >> 6), text[1] = (char)(0x80 | (c & 63));
        else if (c < 0x10000)
            size = 3, text[0] = (char)(0xE0 | c >> 12), text[1] = (char)(0x80 | (c >> 6 & 63)),
            text[2] = (char)(0x80 | (c & 63));
        else
            size = 4, text[0] = (char)(0xF0 | c >> 18), text[1] = (char)(0x80 | (c >> 12 & 63)),
            text[2] = (char)(0x80 | (c >> 6 & 63)), text[3] = (char)(0x80 | (c & 63));
        bool surrogate = c >= 0xD800 && c < 0xE000;
        if (ss_slice_utf8_step((ss_slice){text, size}) != (surrogate ? 0 : size))
            fail_msg("U+%04X", c);
    }
}

static void check_printable(ss_slice text, const char *wanted)
{
    char out[128];
    assert_int_equal(ss_slice_printable(text, out, sizeof out), strlen(wanted));
    assert_string_equal(out, wanted);
}

static void printable(void **state)
{
    (void)state;
    check_printable(NOTHING, "");
    check_printable(S("plain ü €"), "plain ü €");
    check_printable(S("\n\r\t"), "\\n\\r\\t");
    check_printable(S("a\0b\x7f\x1b"), "a\\x00b\\x7f\\x1b");
    check_printable(S("\xc2\x9b"), "\\xc2\\x9b");          /* C1: a terminal takes it for ESC [ */
    check_printable(S("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"); /* line separator */
    check_printable(S("\xe2\x80\xae"), "\\xe2\\x80\\xae"); /* right to left from here */
    check_printable(S("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"); /* isolate */
    check_printable(S("\xff\xc3"), "\\xff\\xc3");
}

static void printable_is_cut_between_characters(void **state)
{
    (void)state;
    char out[8];
    memset(out, 'x', sizeof out);
    assert_int_equal(ss_slice_printable(S("abü"), out, 4), 2);
    assert_string_equal(out, "ab");
    assert_int_equal(out[4], 'x');
    assert_int_equal(ss_slice_printable(S("a\x01"), out, 5), 1);
    assert_int_equal(ss_slice_printable(S("a\x01"), out, 6), 5);
    assert_int_equal(ss_slice_printable(S("a"), out, 1), 0);
    assert_string_equal(out, "");
    assert_int_equal(ss_slice_printable(S("a"), NULL, 0), 0);
}

static void check_i64(ss_slice text, bool valid, long long wanted)
{
    long long value = 42;
    assert_int_equal(ss_slice_to_i64(text, &value), valid);
    assert_true(value == (valid ? wanted : 42));
}

static void whole_numbers(void **state)
{
    (void)state;
    check_i64(S("0"), true, 0);
    check_i64(S("-0"), true, 0);
    check_i64(S("+7"), true, 7);
    check_i64(S("007"), true, 7);
    check_i64(S("9223372036854775807"), true, LLONG_MAX);
    check_i64(S("-9223372036854775808"), true, LLONG_MIN);
    check_i64(S("9223372036854775808"), false, 0);
    check_i64(S("-9223372036854775809"), false, 0);
    check_i64(S("99999999999999999999999"), false, 0);
    check_i64(NOTHING, false, 0);
    check_i64(S("-"), false, 0);
    check_i64(S("+-1"), false, 0);
    check_i64(S(" 1"), false, 0);
    check_i64(S("1 "), false, 0);
    check_i64(S("1.0"), false, 0);
    check_i64(S("0x1"), false, 0);
    check_i64(S("1\0"), false, 0);
}

static void check_f64(ss_slice text, bool valid, double wanted)
{
    double value = 42;
    assert_int_equal(ss_slice_to_f64(text, &value), valid);
    double expected = valid ? wanted : 42;
    assert_memory_equal(&value, &expected, sizeof value); /* to the last bit, the sign of zero too */
}

static void real_numbers(void **state)
{
    (void)state;
    check_f64(S("0"), true, 0);
    check_f64(S("-0.0"), true, -0.0);
    check_f64(S("2.55"), true, 2.55);
    check_f64(S("+1e3"), true, 1000);
    check_f64(S("1E-2"), true, 0.01);
    check_f64(S(".5"), true, 0.5);
    check_f64(S("5."), true, 5);
    check_f64(S("9007199254740993"), true, 9007199254740992.0);
    check_f64(S("0.1000000000000000055511151231257827021181583404541015625"), true, 0.1);
    check_f64(S("1.7976931348623157e308"), true, 1.7976931348623157e308);
    check_f64(S("4.9e-324"), true, 4.9e-324);
    check_f64(S("1e-999"), true, 0);
    check_f64(S("123456789012345678901234567890"), true, 123456789012345678901234567890.0);
    check_f64(S("1e400"), false, 0);
    check_f64(S("1e99999999999999999999"), false, 0);
    check_f64(S("inf"), false, 0);
    check_f64(S("nan"), false, 0);
    check_f64(S("0x10"), false, 0);
    check_f64(S("1e"), false, 0);
    check_f64(S("1e+"), false, 0);
    check_f64(S("."), false, 0);
    check_f64(S("-"), false, 0);
    check_f64(S("1,5"), false, 0);
    check_f64(S(" 1"), false, 0);
    check_f64(S("1 "), false, 0);
    check_f64(S("1\0"), false, 0);
    check_f64(NOTHING, false, 0);
}

static void a_real_number_has_a_longest_form(void **state)
{
    (void)state;
    char text[300];
    memset(text, '0', sizeof text);
    text[254] = '7';
    check_f64((ss_slice){text, 255}, true, 7);
    check_f64((ss_slice){text, 256}, false, 0);
}

/* Whatever the C library prints reads back as the same double, on the fast way and on the slow one. */
static void real_numbers_read_back(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int i = 0; i < 200000; i++) {
        char text[64];
        double value = (ss_random_unit(&random) - 0.5) * pow(10, (double)ss_random_below(&random, 60) - 30);
        int digits = 1 + (int)ss_random_below(&random, 20);
        snprintf(text, sizeof text, i % 2 ? "%.*g" : "%.*f", digits, value);
        check_f64(ss_slice_of(text), true, strtod(text, NULL));
    }
}

static void the_locale_does_not_matter(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    check_f64(S("0.1000000000000000055511151231257827"), true, 0.1);
    setlocale(LC_ALL, "C");
}

static void misspelt_words(void **state)
{
    (void)state;
    char longest[200] = {0};
    memset(longest, 'a', sizeof longest - 1);
    assert_int_equal(ss_slice_misspelt(S("train"), S("train")), 0);
    assert_int_equal(ss_slice_misspelt(S("trian"), S("train")), 1);
    assert_int_equal(ss_slice_misspelt(S("tran"), S("train")), 1);
    assert_int_equal(ss_slice_misspelt(S("trwinn"), S("train")), 2);
    assert_int_equal(ss_slice_misspelt(S("trwxnn"), S("train")), SIZE_MAX);
    assert_int_equal(ss_slice_misspelt(S("ab"), S("cd")), SIZE_MAX);
    assert_int_equal(ss_slice_misspelt(S("ab"), S("ac")), 1);
    assert_int_equal(ss_slice_misspelt(S(""), S("a")), SIZE_MAX);
    assert_int_equal(ss_slice_misspelt(ss_slice_of(longest), ss_slice_of(longest)), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_and_order),
        cmocka_unit_test(trimming),
        cmocka_unit_test(words_and_lines_are_taken_off),
        cmocka_unit_test(misspelt_words),
        cmocka_unit_test(case_of_ascii_only),
        cmocka_unit_test(quotes_where_rfc_4180_asks_for_them),
        cmocka_unit_test(utf8_that_is_valid),
        cmocka_unit_test(utf8_that_is_not),
        cmocka_unit_test(utf8_in_full),
        cmocka_unit_test(printable),
        cmocka_unit_test(printable_is_cut_between_characters),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(real_numbers),
        cmocka_unit_test(a_real_number_has_a_longest_form),
        cmocka_unit_test(real_numbers_read_back),
        cmocka_unit_test(the_locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

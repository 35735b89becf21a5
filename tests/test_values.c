/* Values: hand-read forms against the general parsers, and what each refuses. */
#include "testing.h"

#include "base/timestamp.h"
#include "log/values.h"

#include <inttypes.h>
#include <math.h>

static void quantities(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        float value;
    } cases[] = {
        {"1", true, 1},
        {"-12", true, -12},
        {" 7 ", true, 7},
        {"0", true, 0},
        {"2.5", true, 2.5f},
        {"-0.25", true, -0.25f},
        {"1e3", true, 1000},
        {"+4", true, 4},
        {"007", true, 7},
        {"999999999", true, 999999999},
        {"1000000000", true, 1e9f},
        {"1000000001", false, 0},
        {"", false, 0},
        {" ", false, 0},
        {"-", false, 0},
        {"1,5", false, 0},
        {"1 2", false, 0},
        {"one", false, 0},
        {"nan", false, 0},
        {"inf", false, 0},
        {"1e10", false, 0},
        {"0x10", false, 0},
        {"--1", false, 0},
        {"12a", false, 0},
        {"1.2.3", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float value = -77;
        bool good = ss_value_quantity(ss_slice_of(cases[i].text), &value);
        if (good != cases[i].good || value != (good ? cases[i].value : -77))
            fail_msg("'%s': %d %g", cases[i].text, good, (double)value);
    }
}

static void prices(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good, positive;
        int64_t minor; /* -77: not set */
    } cases[] = {
        {"1.25", true, true, 125},
        {"0", true, false, 0},
        {"0.0", true, false, 0},
        {"-3", true, false, -300},
        {".5", true, true, 50},
        {"5.", true, true, 500},
        {"99999999", true, true, 9999999900},
        {"1.005", true, true, 101},
        {"0.001", true, true, 0},
        {" 2 ", true, true, 200},
        {"1e-3", true, true, 0},
        {"0e5", true, false, 0},
        {"", false, false, -77},
        {".", false, false, -77},
        {"1.2.3", false, false, -77},
        {"1,5", false, false, -77},
        {"$5", false, false, -77},
        {"£5", false, false, -77},
        {"5 EUR", false, false, -77},
        {"123456789012345678901234567890.5", true, true, SS_NO_MONEY},
        {"0.000000000000000000000000", true, false, 0},
        {"-", false, false, -77},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t minor = -77;
        bool positive = false, good = ss_value_price(ss_slice_of(cases[i].text), 2, &positive, &minor);
        if (good != cases[i].good || positive != cases[i].positive || minor != cases[i].minor)
            fail_msg("'%s': %d %d %" PRId64, cases[i].text, good, positive, minor);
    }
}

static void prices_are_money(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int i = 0; i < 200000; i++) {
        char text[32];
        int64_t decimals = (int64_t)ss_random_below(&random, 5), minor = -1, money = -2;
        bool positive = false;
        snprintf(text, sizeof text, "%.*f", (int)ss_random_below(&random, 7),
                 (double)ss_random_below(&random, 100000000) / (double)(1 + ss_random_below(&random, 10000)));
        assert_true(ss_value_price(ss_slice_of(text), decimals, &positive, &minor));
        assert_true(ss_value_money(ss_slice_of(text), decimals, &money));
        if (minor != money)
            fail_msg("'%s': %" PRId64 " %" PRId64, text, minor, money);
    }
}

static void money_is_written_as_it_is_read(void **state)
{
    (void)state;
    static const struct {
        int64_t minor;
        int decimals;
        const char *text;
    } cases[] = {{-1999, 2, "-19.99"},
                 {-5, 2, "-0.05"},
                 {0, 2, "0.00"},
                 {1999, 0, "1999"},
                 {1, 4, "0.0001"},
                 {INT64_MIN, 0, "-9223372036854775808"},
                 {INT64_MIN, 99, "-9.223372036854775808"},
                 {7, -1, "7"}};
    char text[SS_MONEY_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ss_value_format_money(cases[i].minor, cases[i].decimals, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void money(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t decimals, value;
        bool good;
    } cases[] = {
        {"0.85", 2, 85, true},
        {"12", 2, 1200, true},
        {"1.005", 2, 101, true},
        {"8.333", 2, 833, true},
        {"-2.5", 0, -3, true},
        {"19.99", 0, 20, true},
        {"1.2345", 4, 12345, true},
        {"0", 2, 0, true},
        {"1e30", 2, 0, false},
        {"abc", 2, 0, false},
        {"", 2, 0, false},
        {"8999999999999.99", 2, 899999999999999, true},
        {"9999999999999.99", 2, 0, false},
        {"1e2", 2, 10000, true},
        {"9e14", 4, 0, false},
        {"900000000000000", 4, 0, false},
        {"0.0049999999999999999999", 2, 0, true},
        {"+.5", 0, 1, true},
        {" 3.10 ", 2, 310, true},
        {"0.29", 2, 29, true},
        {"1.115", 2, 112, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 0;
        bool good = ss_value_money(ss_slice_of(cases[i].text), cases[i].decimals, &value);
        if (good != cases[i].good || (good && value != cases[i].value))
            fail_msg("'%s': %d %lld", cases[i].text, good, (long long)value);
    }
}

static void check_time(const char *text)
{
    int64_t mine = -1, general = -1;
    bool good = ss_value_time(ss_slice_of(text), &mine);
    bool wanted = ss_timestamp_parse(ss_slice_trim(ss_slice_of(text)), &general);
    if (good != wanted || mine != general)
        fail_msg("'%s': %d %lld, not %d %lld", text, good, (long long)mine, wanted, (long long)general);
}

static void times_agree_with_the_general_parser(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "0",
        "1259653500",
        "999999999",
        "9999999999",
        "7258118399",
        "7258118400",
        "7000000009",
        "7000000010",
        "1259653500.5",
        "1259653500000",
        "-1259653500",
        "125965350x",
        "2011-12-09",
        "2011-12-09 12:50:00",
        "2011-12-09T12:50:00",
        "2011-12-09 24:00:00",
        "2011-13-09 12:50:00",
        "2011-00-09 12:50:00",
        "2011-12-00 12:50:00",
        "2011-02-29 12:50:00",
        "2012-02-29 12:50:00",
        "2012-02-28 23:59:59",
        "1899-12-31 00:00:00",
        "1900-01-01 00:00:00",
        "2199-12-28 23:59:59",
        "2200-01-01 00:00:00",
        "2011-12-09 12:60:00",
        "2011-12-09 12:50:60",
        "2011-12-09x12:50:00",
        "2011-12-09 12:50:0x",
        "2011/12/09 12:50:00",
        " 2011-12-09 12:50:00 ",
        "2011-12-09 12:50:00Z",
        "0x11-12-09 12:50:00",
        "2011-12-31 12:50:00",
        "2011-04-31 12:50:00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_time(texts[i]);
    ss_random random = test_random();
    for (int i = 0; i < 100000; i++) {
        char text[64];
        uint32_t r = ss_random_below(&random, 3);
        if (r == 0)
            snprintf(text, sizeof text, "%04u-%02u-%02u%c%02u:%02u:%02u", 1880 + ss_random_below(&random, 340),
                     ss_random_below(&random, 14), ss_random_below(&random, 33), i % 2 ? 'T' : ' ',
                     ss_random_below(&random, 26), ss_random_below(&random, 62), ss_random_below(&random, 62));
        else
            snprintf(text, sizeof text, "%llu",
                     (unsigned long long)(ss_random_u64(&random) >> (20 + ss_random_below(&random, 40))));
        if (r == 2)
            text[ss_random_below(&random, (uint32_t)strlen(text))] = (char)(32 + ss_random_below(&random, 90));
        check_time(text);
    }
}

static void events_and_flags(void **state)
{
    (void)state;
    ss_event event = SS_EVENT_DISMISS;
    assert_true(ss_value_event(SS_SLICE_LITERAL(""), &event));
    assert_int_equal(event, SS_EVENT_PURCHASE);
    for (int e = 0; e < SS_EVENT_COUNT; e++) {
        assert_true(ss_value_event(ss_slice_of(ss_event_name((ss_event)e)), &event));
        assert_int_equal(event, e);
    }
    assert_true(ss_value_event(SS_SLICE_LITERAL(" View "), &event));
    assert_int_equal(event, SS_EVENT_VIEW);
    assert_false(ss_value_event(SS_SLICE_LITERAL("bought"), &event));
    bool flag = false;
    static const char *const yes[] = {"1", "true", "YES", " True "}, *const no[] = {"0", "false", "No", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(ss_value_flag(ss_slice_of(yes[i]), &flag) && flag);
        assert_true(ss_value_flag(ss_slice_of(no[i]), &flag) && !flag);
    }
    assert_false(ss_value_flag(SS_SLICE_LITERAL("maybe"), &flag));
}

static void ids(void **state)
{
    (void)state;
    char longest[256];
    memset(longest, 'x', sizeof longest);
    const struct {
        ss_slice text;
        ss_id_problem problem;
        size_t size;
    } cases[] = {
        {SS_SLICE_LITERAL("85123A"), SS_ID_FINE, 6},
        {SS_SLICE_LITERAL(" 85123A\t"), SS_ID_FINE, 6},
        {SS_SLICE_LITERAL("BANK CHARGES"), SS_ID_FINE, 12},
        {SS_SLICE_LITERAL("größe"), SS_ID_FINE, 7},
        {SS_SLICE_LITERAL(""), SS_ID_EMPTY, 0},
        {SS_SLICE_LITERAL(" \r\n"), SS_ID_EMPTY, 0},
        {{longest, 255}, SS_ID_FINE, 255},
        {{longest, 256}, SS_ID_LONG, 256},
        {SS_SLICE_LITERAL("a\xff"
                          "b"),
         SS_ID_NOT_TEXT, 3},
        {SS_SLICE_LITERAL("a\0b"), SS_ID_NOT_TEXT, 3},
        {SS_SLICE_LITERAL("a\x1b[2J"), SS_ID_NOT_TEXT, 5},
        {SS_SLICE_LITERAL("a\x7f"), SS_ID_NOT_TEXT, 2},
        {SS_SLICE_LITERAL("ü\x01"), SS_ID_NOT_TEXT, 3},
        {SS_SLICE_LITERAL("\xed\xa0\x80"), SS_ID_NOT_TEXT, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ss_slice text = cases[i].text;
        assert_int_equal(ss_value_id(&text), cases[i].problem);
        assert_int_equal(text.size, cases[i].size);
    }
}

/* Wherever it stands in an id, of whatever length: a control character, a blank at an end, half a letter, a whole one. */
static void ids_of_every_length(void **state)
{
    (void)state;
    char bytes[257];
    for (size_t size = 1; size <= 256; size++)
        for (size_t at = 0; at < size; at++) {
            ss_slice text = {bytes, size};
            ss_id_problem most = size > 255 ? SS_ID_LONG : SS_ID_NOT_TEXT;
            memset(bytes, 'a', sizeof bytes);
            bytes[at] = '\x1f';
            assert_int_equal(ss_value_id(&text), most);
            bytes[at] = '\x7f';
            assert_int_equal(ss_value_id(&text), most);
            bytes[at] = '\xc3';
            assert_int_equal(ss_value_id(&text), most);
            bytes[at] = ' ';
            size_t trimmed = at == 0 || at == size - 1 ? size - 1 : size;
            assert_int_equal(ss_value_id(&text), trimmed == 0 ? SS_ID_EMPTY : trimmed > 255 ? SS_ID_LONG : SS_ID_FINE);
            assert_int_equal(text.size, trimmed);
            text = (ss_slice){bytes, size};
            if (at + 1 == size || size > 255)
                continue;
            memcpy(bytes + at, "ß", 2);
            assert_int_equal(ss_value_id(&text), SS_ID_FINE);
            assert_int_equal(text.size, size);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities),
        cmocka_unit_test(prices),
        cmocka_unit_test(prices_are_money),
        cmocka_unit_test(money_is_written_as_it_is_read),
        cmocka_unit_test(money),
        cmocka_unit_test(times_agree_with_the_general_parser),
        cmocka_unit_test(events_and_flags),
        cmocka_unit_test(ids),
        cmocka_unit_test(ids_of_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

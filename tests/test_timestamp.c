#include "check.h"

#include "base/random.h"
#include "base/timestamp.h"

#include <time.h>

static void reads(const char *text, int64_t wanted)
{
    int64_t time = SS_NO_TIME;
    if (!ss_timestamp_parse(ss_slice_of(text), &time) || time != wanted)
        fail_msg("'%s' is %lld, not %lld", text, (long long)time, (long long)wanted);
}

static void refuses(const char *text)
{
    int64_t time = 42;
    if (ss_timestamp_parse(ss_slice_of(text), &time) || time != 42)
        fail_msg("'%s' was read as %lld", text, (long long)time);
}

#define NOON_2011 (INT64_C(1323435000) * SS_SECOND) /* 2011-12-09T12:50:00Z */

static void dates_and_times(void **state)
{
    (void)state;
    reads("1970-01-01", 0);
    reads("1970-01-01T00:00:00Z", 0);
    reads("2011-12-09 12:50:00", NOON_2011);
    reads("2011-12-09T12:50:00", NOON_2011);
    reads("2011-12-09t12:50:00z", NOON_2011);
    reads("2011-12-09 12:50", NOON_2011);
    reads("2011-12-09", NOON_2011 - (12 * 3600 + 50 * 60) * SS_SECOND);
    reads("1969-12-31T23:59:59.999999Z", -1);
    reads("2011-12-09T23:59:59Z", NOON_2011 + (11 * 3600 + 9 * 60 + 59) * SS_SECOND);
}

static void fractions(void **state)
{
    (void)state;
    reads("2011-12-09T12:50:00.5Z", NOON_2011 + 500000);
    reads("2011-12-09T12:50:00,5Z", NOON_2011 + 500000);
    reads("2011-12-09T12:50:00.000001", NOON_2011 + 1);
    reads("2011-12-09T12:50:00.0000019", NOON_2011 + 1);
    reads("2011-12-09T12:50:00.123456789+00:00", NOON_2011 + 123456);
    refuses("2011-12-09T12:50:00.Z");
    refuses("2011-12-09T12:50:00.");
    refuses("2011-12-09T12:50.5");
}

static void offsets(void **state)
{
    (void)state;
    const int64_t hour = 3600 * SS_SECOND;
    reads("2011-12-09T12:50:00+02:00", NOON_2011 - 2 * hour);
    reads("2011-12-09T12:50:00+0200", NOON_2011 - 2 * hour);
    reads("2011-12-09T12:50:00+02", NOON_2011 - 2 * hour);
    reads("2011-12-09T12:50:00-05:30", NOON_2011 + 5 * hour + hour / 2);
    reads("2011-12-09 12:50+0000", NOON_2011);
    reads("2011-12-09T12:50:00-00:00", NOON_2011);
    reads("2012-01-01T00:30:00+01:00", (INT64_C(1325376000) - 1800) * SS_SECOND);
    refuses("2011-12-09+02:00");
    refuses("2011-12-09T12:50:00+");
    refuses("2011-12-09T12:50:00+2");
    refuses("2011-12-09T12:50:00+02:0");
    refuses("2011-12-09T12:50:00+24:00");
    refuses("2011-12-09T12:50:00+02:60");
    refuses("2011-12-09T12:50:00+02:00Z");
    refuses("2011-12-09T12:50:00 +02:00");
}

static void leap_days(void **state)
{
    (void)state;
    reads("2012-02-29", INT64_C(1330473600) * SS_SECOND);
    reads("2000-02-29", INT64_C(951782400) * SS_SECOND);
    refuses("2011-02-29");
    refuses("1900-02-29");
    refuses("2100-02-29");
    refuses("2012-02-30");
}

static void days_that_do_not_exist(void **state)
{
    (void)state;
    refuses("2011-02-30");
    refuses("2011-04-31");
    refuses("2011-00-01");
    refuses("2011-13-01");
    refuses("2011-01-00");
    refuses("2011-01-32");
    refuses("2011-01-01T24:00:00");
    refuses("2011-01-01T23:60:00");
    refuses("2011-01-01T23:59:60");
    reads("1900-01-01", INT64_C(-2208988800) * SS_SECOND);
    reads("2199-12-31T23:59:59.999999Z", INT64_C(7258118400) * SS_SECOND - 1);
    refuses("1899-12-31T23:59:59Z");
    refuses("2200-01-01");
    refuses("1900-01-01T00:00:00+00:01"); /* in 1899 by UTC */
    refuses("2199-12-31T23:59:59-00:01");
}

static void malformed(void **state)
{
    (void)state;
    const char *const texts[] = {"",
                                 " ",
                                 "2011",
                                 "x",
                                 "2011-12-9",
                                 "2011-12-",
                                 "20-11-2011",
                                 "09/12/2011",
                                 "2011-12-09T",
                                 "2011-12-09 12",
                                 "2011-12-09T1:50",
                                 "2011-12-09x12:50:00",
                                 "2011-12-09  12:50",
                                 "2011-12-09T12:50:00Zx",
                                 " 2011-12-09",
                                 "2011-12-09 ",
                                 "+2011-12-09",
                                 "2011-1 -09",
                                 "2011-12-0x",
                                 "20111209T125000.000Z"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (i != 2) /* "2011": a Unix second */
            refuses(texts[i]);
    int64_t time = 42;
    assert_false(ss_timestamp_parse((ss_slice){NULL, 0}, &time));
    assert_false(ss_timestamp_parse((ss_slice){"2011-12-09\0", 11}, &time));
    assert_int_equal(time, 42);
}

static void unix_seconds(void **state)
{
    (void)state;
    reads("0", 0);
    reads("-1", -SS_SECOND);
    reads("2011", 2011 * SS_SECOND);
    reads("1323435000", NOON_2011);
    reads("1323435000.5", NOON_2011 + 500000);
    reads("1323435000.000001", NOON_2011 + 1);
    reads("1323435000.9999999", NOON_2011 + 999999);
    reads("-0.25", -250000);
    reads("7258118399.999999", INT64_C(7258118400) * SS_SECOND - 1);
    refuses("7258118400"); /* the year 2200 */
    refuses("99999999999");
    refuses("-2208988801");
    refuses("1323435000.");
    refuses(".5");
    refuses("-");
    refuses("--1");
    refuses("+1");
    refuses("1e9");
    refuses("1323435000s");
}

static void unix_milliseconds(void **state)
{
    (void)state;
    reads("1323435000000", NOON_2011);
    reads("1323435000001.25", NOON_2011 + 1250);
    reads("1323435000001.0009", NOON_2011 + 1000);
    reads("100000000000", INT64_C(100000000) * SS_SECOND); /* the first that is not a second */
    reads("-1000000000000", INT64_C(-1000000000) * SS_SECOND);
    reads("7258118399999", INT64_C(7258118400) * SS_SECOND - 1000);
    refuses("7258118400000");
    refuses("1323435000000000"); /* microseconds */
    refuses("99999999999999999999999999");
}

static void check_format(int64_t time, const char *wanted)
{
    char text[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(time, text);
    assert_string_equal(text, wanted);
}

static void formatting(void **state)
{
    (void)state;
    check_format(0, "1970-01-01T00:00:00.000Z");
    check_format(-1, "1969-12-31T23:59:59.999Z");
    check_format(NOON_2011 + 999999, "2011-12-09T12:50:00.999Z");
    check_format(INT64_MIN, "0000-01-01T00:00:00.000Z");
    check_format(INT64_MAX, "9999-12-31T23:59:59.999Z");
    check_format(INT64_C(-62135596800) * SS_SECOND, "0001-01-01T00:00:00.000Z");
    char compact[SS_TIMESTAMP_COMPACT];
    ss_timestamp_compact(NOON_2011 + 7000, compact);
    assert_string_equal(compact, "20111209T125000.007Z");
}

/* Every day of the years that are read: there and back, and as the C library has it. */
static void every_day(void **state)
{
    (void)state;
    char text[SS_TIMESTAMP_TEXT], wanted[32];
    for (int64_t day = -25567; day < 84006; day++) {
        int64_t time = day * SS_DAY + (day & 1023) * SS_SECOND + 5000, read;
        time_t seconds = (time_t)(day * 86400 + (day & 1023));
        struct tm parts;
        gmtime_r(&seconds, &parts);
        strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%S.005Z", &parts);
        ss_timestamp_format(time, text);
        assert_string_equal(text, wanted);
        assert_true(ss_timestamp_parse(ss_slice_of(text), &read) && read == time);
    }
}

static void any_instant_formats_to_full_length(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int i = 0; i < 100000; i++) {
        char text[SS_TIMESTAMP_TEXT], compact[SS_TIMESTAMP_COMPACT];
        int64_t time = (int64_t)(ss_random_u64(&random) >> ss_random_below(&random, 16));
        ss_timestamp_format(time, text);
        ss_timestamp_compact(time, compact);
        assert_int_equal(strlen(text), SS_TIMESTAMP_TEXT - 1);
        assert_int_equal(strlen(compact), SS_TIMESTAMP_COMPACT - 1);
    }
}

static void names_of_generations_are_read_back(void **state)
{
    static const char *const others[] = {"",
                                         "current",
                                         "20111209T125000.007",
                                         "20111309T125000.007Z",
                                         "20111209 125000.007Z",
                                         "20111209T125000,007Z",
                                         "20111209T125000.007Zx",
                                         "2011-12-9T12:50:00.7"};
    (void)state;
    int64_t time = 0;
    assert_true(ss_timestamp_of_compact(SS_SLICE_LITERAL("20111209T125000.007Z"), &time));
    assert_int_equal(time, NOON_2011 + 7000);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(ss_timestamp_of_compact(ss_slice_of(others[i]), &time));
    assert_int_equal(time, NOON_2011 + 7000);
}

static void reads_as(ss_time_form form, const char *text, const char *iso)
{
    int64_t time = SS_NO_TIME, wanted = 0;
    assert_true(ss_timestamp_parse(ss_slice_of(iso), &wanted));
    if (!ss_timestamp_parse_as(form, ss_slice_of(text), &time) || time != wanted)
        fail_msg("'%s' is %lld, not %s", text, (long long)time, iso);
}

static void forms_that_are_said(void **state)
{
    (void)state;
    reads_as(SS_TIME_ISO, "2025-12-31 21:05", "2025-12-31 21:05");
    reads_as(SS_TIME_DAY_POINTS, "31.12.2025", "2025-12-31");
    reads_as(SS_TIME_DAY_POINTS, "1.2.2025", "2025-02-01");
    reads_as(SS_TIME_DAY_POINTS, "31.12.2025 9:05", "2025-12-31 09:05");
    reads_as(SS_TIME_DAY_POINTS, "31.12.2025, 21:05:09", "2025-12-31 21:05:09");
    reads_as(SS_TIME_DAY_POINTS, "29.02.2024 00:00", "2024-02-29");
    reads_as(SS_TIME_DAY_SLASHES, "02/01/2025 23:59:59", "2025-01-02 23:59:59");
    reads_as(SS_TIME_MONTH_SLASHES, "02/01/2025", "2025-02-01");
    reads_as(SS_TIME_MONTH_SLASHES, "12/31/2025 9:05 PM", "2025-12-31 21:05");
    reads_as(SS_TIME_MONTH_SLASHES, "12/31/2025, 12:05:07 AM", "2025-12-31 00:05:07");
    reads_as(SS_TIME_MONTH_SLASHES, "12/31/2025 12:00pm", "2025-12-31 12:00");
    reads_as(SS_TIME_MONTH_SLASHES, "12/31/2025 15:00", "2025-12-31 15:00");
}

static void what_is_written_otherwise_is_none(void **state)
{
    static const struct {
        ss_time_form form;
        const char *text;
    } others[] = {{SS_TIME_ISO, "31.12.2025"},
                  {SS_TIME_DAY_POINTS, ""},
                  {SS_TIME_DAY_POINTS, "2025-12-31"},
                  {SS_TIME_DAY_POINTS, "1323435000"},
                  {SS_TIME_DAY_POINTS, "31/12/2025"},
                  {SS_TIME_DAY_POINTS, "31.12.25"},
                  {SS_TIME_DAY_POINTS, "31.12."},
                  {SS_TIME_DAY_POINTS, "12.31.2025"},
                  {SS_TIME_DAY_POINTS, "29.02.2025"},
                  {SS_TIME_DAY_POINTS, "0.1.2025"},
                  {SS_TIME_DAY_POINTS, "031.12.2025"},
                  {SS_TIME_DAY_POINTS, "31.12.1899"},
                  {SS_TIME_DAY_POINTS, "31.12.2200"},
                  {SS_TIME_DAY_POINTS, "31.12.20255"},
                  {SS_TIME_DAY_POINTS, "31.12.2025x"},
                  {SS_TIME_DAY_POINTS, "31.12.202509:05"},
                  {SS_TIME_DAY_POINTS, "31.12.2025 24:00"},
                  {SS_TIME_DAY_POINTS, "31.12.2025 9"},
                  {SS_TIME_DAY_POINTS, "31.12.2025 9:5"},
                  {SS_TIME_DAY_POINTS, "31.12.2025 9:05:"},
                  {SS_TIME_DAY_POINTS, "31.12.2025 9:05 Uhr"},
                  {SS_TIME_DAY_SLASHES, "31.12.2025"},
                  {SS_TIME_DAY_SLASHES, "12/31/2025"},
                  {SS_TIME_MONTH_SLASHES, "31/12/2025"},
                  {SS_TIME_MONTH_SLASHES, "12/31/2025 0:05 AM"},
                  {SS_TIME_MONTH_SLASHES, "12/31/2025 13:05 PM"},
                  {SS_TIME_MONTH_SLASHES, "12/31/2025 9:05 P"},
                  {SS_TIME_MONTH_SLASHES, "12/31/2025 9:05 PM "}};
    (void)state;
    int64_t time = 42;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ss_timestamp_parse_as(others[i].form, ss_slice_of(others[i].text), &time) || time != 42)
            fail_msg("'%s' was read as %lld", others[i].text, (long long)time);
}

/* Every day of the years that there are, in every form, is the day that ISO 8601 calls so. */
static void every_day_in_every_form(void **state)
{
    static const char *const formats[SS_TIME_FORMS] = {
        [SS_TIME_DAY_POINTS] = "%3$d.%2$d.%1$04d",
        [SS_TIME_DAY_SLASHES] = "%3$02d/%2$02d/%1$04d",
        [SS_TIME_MONTH_SLASHES] = "%2$d/%3$02d/%1$04d",
    };
    (void)state;
    for (int64_t day = -25567; day < 84006; day++) {
        char iso[SS_TIMESTAMP_TEXT], text[32];
        int year, month, of_month;
        ss_timestamp_format(day * SS_DAY, iso);
        assert_int_equal(sscanf(iso, "%d-%d-%dT", &year, &month, &of_month), 3);
        for (int form = SS_TIME_ISO + 1; form < SS_TIME_FORMS; form++) {
            int64_t time = SS_NO_TIME;
            snprintf(text, sizeof text, formats[form], year, month, of_month);
            if (!ss_timestamp_parse_as((ss_time_form)form, ss_slice_of(text), &time) || time != day * SS_DAY)
                fail_msg("'%s' is %lld", text, (long long)time);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_and_times),
        cmocka_unit_test(fractions),
        cmocka_unit_test(offsets),
        cmocka_unit_test(leap_days),
        cmocka_unit_test(days_that_do_not_exist),
        cmocka_unit_test(malformed),
        cmocka_unit_test(unix_seconds),
        cmocka_unit_test(unix_milliseconds),
        cmocka_unit_test(formatting),
        cmocka_unit_test(every_day),
        cmocka_unit_test(any_instant_formats_to_full_length),
        cmocka_unit_test(names_of_generations_are_read_back),
        cmocka_unit_test(forms_that_are_said),
        cmocka_unit_test(what_is_written_otherwise_is_none),
        cmocka_unit_test(every_day_in_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

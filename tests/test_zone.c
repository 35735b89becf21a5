/* The shop's time zone: names, days of 23 and 25 hours, schedules; test_zone_oracle.py knows many zones by other means. */
#include "check.h"
#include "failing_malloc.h"

#include "base/timestamp.h"
#include "offers/zone.h"
#include <stdlib.h>

static ss_zone *zone_of(const char *name)
{
    ss_zone *zone = NULL;
    ss_error error = {0};
    expect_ok(ss_zone_new(name, &zone, &error), &error);
    return zone;
}

static int64_t time_of(const char *text)
{
    int64_t time = 0;
    assert_true(ss_timestamp_parse(ss_slice_of(text), &time));
    return time;
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "Europe/Brelin",
        "Europe",
        "leapseconds",
        "tzdata.zi",
        "../zoneinfo/UTC",
        "/etc/passwd",
        "UTC+2",
        "CET-1CEST",
        "+2",
        "+02:60",
        "+15:00",
        "02:00",
        "+02:00 ",
        "Berlin",
        "zone.tab",
        "+0200",
        "-ab:cd",
        "Europe/Berlin/",
        "a-name-that-is-so-long-that-no-zone-of-the-database-could-ever-have-it-at-all"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ss_zone *zone = NULL;
        ss_error error = {0};
        if (ss_zone_new(names[i], &zone, &error) != SS_E_NOT_FOUND)
            fail_msg("'%s' is a zone", names[i]);
        assert_null(zone);
        assert_string_equal(error.found, names[i]);
    }
}

static void some_zones_need_no_files(void **state)
{
    (void)state;
    ss_zone *zone = NULL;
    setenv("TZDIR", "/nonexistent", 1);
    assert_status(ss_zone_new("Asia/Tokyo", &zone, NULL), SS_E_NOT_FOUND);
    ss_zone *utc = zone_of("UTC"), *east = zone_of("+02:00"), *west = zone_of("-03:30");
    unsetenv("TZDIR");
    assert_int_equal(ss_zone_local(utc, time_of("2026-07-01T22:30Z")).second, 22 * 3600 + 1800);
    assert_int_equal(ss_zone_local(east, time_of("2026-07-01T22:30Z")).second, 1800);
    assert_int_equal(ss_zone_local(west, time_of("2026-07-01T22:30Z")).second, 19 * 3600);
    ss_zone_free(&utc);
    ss_zone_free(&east);
    ss_zone_free(&west);
    ss_zone_free(&west);
}

static void days_begin_at_the_shops_midnight(void **state)
{
    (void)state;
    ss_zone *zone = zone_of("Europe/Berlin");
    static const struct {
        const char *before, *midnight;
    } cases[] = {{"2026-03-28T22:59:59.999Z", "2026-03-28T23:00:00Z"},  /* the day of the spring's gap begins */
                 {"2026-03-29T21:59:59.999Z", "2026-03-29T22:00:00Z"},  /* 23 hours later it ends */
                 {"2026-10-24T21:59:59.999Z", "2026-10-24T22:00:00Z"},  /* the day of the double hour */
                 {"2026-10-25T22:59:59.999Z", "2026-10-25T23:00:00Z"}}; /* of 25 hours */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ss_local_time last = ss_zone_local(zone, time_of(cases[i].before)),
                      first = ss_zone_local(zone, time_of(cases[i].midnight));
        assert_int_equal(last.second, 86399);
        assert_int_equal(first.second, 0);
        assert_int_equal(first.day, last.day + 1);
        assert_int_equal(first.weekday, (last.weekday + 1) % 7);
    }
    assert_int_equal(ss_zone_local(zone, time_of("2026-03-28T23:00Z")).weekday, 6);
    assert_int_equal(ss_zone_local(zone, -1).day, 0); /* 1970-01-01T00:59:59 there */
    ss_zone_free(&zone);
}

static void schedules_run_by_the_shops_clock(void **state)
{
    (void)state;
    ss_zone *zone = zone_of("Europe/Berlin");
    const int64_t from = time_of("2026-11-01T00:00Z"), until = time_of("2026-12-01T00:00Z");
    const struct {
        ss_schedule schedule;
        const char *now;
        bool runs;
    } cases[] = {
        {{INT64_MIN, INT64_MAX, 0, 0, 0}, "2026-11-01T00:00Z", true},
        {{from, until, 0, 0, 0}, "2026-11-01T00:00Z", true},
        {{from, until, 0, 0, 0}, "2026-10-31T23:59:59.999Z", false},
        {{from, until, 0, 0, 0}, "2026-12-01T00:00Z", false},
        {{from, until, 0, 0, 0}, "2026-11-30T23:59:59.999Z", true},
        {{INT64_MIN, INT64_MAX, 1, 0, 0}, "2026-11-01T22:59:59Z", false}, /* a Sunday, 23:59:59 there */
        {{INT64_MIN, INT64_MAX, 1, 0, 0}, "2026-11-01T23:00Z", true},
        {{INT64_MIN, INT64_MAX, 0, 8 * 3600, 22 * 3600}, "2026-11-01T06:59:59Z", false},
        {{INT64_MIN, INT64_MAX, 0, 8 * 3600, 22 * 3600}, "2026-11-01T07:00Z", true},
        {{INT64_MIN, INT64_MAX, 0, 8 * 3600, 22 * 3600}, "2026-11-01T20:59:59Z", true},
        {{INT64_MIN, INT64_MAX, 0, 8 * 3600, 22 * 3600}, "2026-11-01T21:00Z", false},
        {{INT64_MIN, INT64_MAX, 0, 8 * 3600, 86400}, "2026-11-01T22:59:59Z", true},
        {{INT64_MIN, INT64_MAX, 0, 8 * 3600, 86400}, "2026-11-01T23:00Z", false},
        /* over midnight, from Friday on */
        {{INT64_MIN, INT64_MAX, 1u << 4, 22 * 3600, 2 * 3600}, "2026-11-06T20:59:59Z", false},
        {{INT64_MIN, INT64_MAX, 1u << 4, 22 * 3600, 2 * 3600}, "2026-11-06T21:00Z", true},
        {{INT64_MIN, INT64_MAX, 1u << 4, 22 * 3600, 2 * 3600}, "2026-11-07T00:59:59Z", true},
        {{INT64_MIN, INT64_MAX, 1u << 4, 22 * 3600, 2 * 3600}, "2026-11-07T01:00Z", false},
        {{INT64_MIN, INT64_MAX, 1u << 4, 22 * 3600, 2 * 3600}, "2026-11-07T21:00Z", false},
        {{INT64_MIN, INT64_MAX, 1u << 4, 22 * 3600, 2 * 3600}, "2026-11-06T00:30Z", false}, /* of Thursday's night */
        {{INT64_MIN, INT64_MAX, 1u << 6, 22 * 3600, 2 * 3600}, "2026-11-09T00:30Z", true},  /* Sunday's into Monday */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (ss_schedule_runs(&cases[i].schedule, zone, time_of(cases[i].now)) != cases[i].runs)
            fail_msg("case %zu", i);
    ss_zone_free(&zone);
}

static bool make_zone(void *context)
{
    ss_zone *zone = NULL;
    bool good = ss_zone_new(context, &zone, NULL) == SS_OK;
    ss_zone_free(&zone);
    return good;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    char name[] = "Europe/Berlin";
    assert_true(failing_malloc_torture(make_zone, name) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(some_zones_need_no_files),
        cmocka_unit_test(days_begin_at_the_shops_midnight),
        cmocka_unit_test(schedules_run_by_the_shops_clock),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

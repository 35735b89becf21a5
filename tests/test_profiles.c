/* The customers file: what is read, and which row is refused at which place. */
#include "check.h"
#include "failing_malloc.h"
#include "memory_rows.h"

#include "log/profiles.h"

#include <stdio.h>
#include <string.h>

static ss_status read_text(const char *text, const ss_profiles_options *options, ss_profiles **profiles,
                           ss_table_report *report, ss_error *error)
{
    ss_row_source *source = memory_rows_open(text);
    if (!source)
        return SS_E_NOMEM;
    ss_status status = ss_profiles_read_rows(source, options, NULL, profiles, report, error);
    ss_row_source_close(&source);
    return status;
}

/* "id day referral; " */
static void expect_profiles(const char *text, const ss_profiles_options *options, const char *wanted)
{
    ss_profiles *profiles = NULL;
    ss_table_report report;
    ss_error error = {0};
    char found[512] = "";
    expect_ok(read_text(text, options, &profiles, &report, &error), &error);
    for (uint32_t i = 0; i < ss_profiles_count(profiles); i++) {
        ss_slice id = ss_profiles_id(profiles, i);
        ss_profile profile = ss_profiles_at(profiles, i);
        assert_int_equal(ss_profiles_find(profiles, id), i);
        snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s %u %d; ", (int)id.size, id.data,
                 (unsigned)profile.birthday, profile.referral);
    }
    assert_string_equal(found, wanted);
    assert_int_equal(ss_profiles_find(profiles, ss_slice_of("nobody")), SS_NONE);
    ss_profiles_free(&profiles);
}

static void columns_may_be_missing(void **state)
{
    (void)state;
    const ss_profiles_options options = {0};
    expect_profiles("customer_id,birthday,referral\nann,1980-01-01,true\nbob,,\ncid,12-31,0\n", &options,
                    "ann 1 1; bob 0 0; cid 366 0; ");
    expect_profiles("customer_id\nann\n", &options, "ann 0 0; ");
    expect_profiles("city,referral,customer_id\nUlm,yes,ann\n", &options, "ann 0 1; ");
}

static void columns_may_have_other_names(void **state)
{
    (void)state;
    const ss_profiles_options options = {.columns = "customer_id=Client,birthday=Born"};
    expect_profiles("Client,Born\nann,--02-29\n", &options, "ann 60 0; ");
}

static void birthdays_in_a_form_that_is_said(void **state)
{
    (void)state;
    const ss_profiles_options options = {.max_bad_rows = 1, .notation.time_form = SS_TIME_DAY_POINTS};
    expect_profiles("customer_id,birthday\nann,29.02.1980\nbob,\ncid,31.12.1999\ndan,1980-05-31\neve,31.06.1980\n",
                    &options, "ann 60 0; bob 0 0; cid 366 0; ");
}

static void the_last_row_counts(void **state)
{
    (void)state;
    const ss_profiles_options options = {0};
    expect_profiles("customer_id,birthday,referral\nann,03-01,1\nbob,,1\nann,,0\n", &options, "ann 0 0; bob 0 1; ");
}

static void the_forgotten_are_left_out(void **state)
{
    (void)state;
    ss_profiles_options options = {0};
    ss_left_out *forgotten = ss_left_out_new();
    assert_status(ss_left_out_add(forgotten, ss_slice_of("ann"), 7), SS_OK);
    options.forgotten = forgotten;
    expect_profiles("customer_id,birthday\nann,03-01\nbob,03-01\n", &options, "bob 61 0; ");
    ss_left_out_free(&forgotten);
}

static void birthdays_are_days_of_a_year(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned day; /* 0: refused */
    } cases[] = {{"2000-02-29", 60}, {"1900-02-29", 0}, {"1996-02-29", 60}, {"2001-02-29", 0},   {"02-29", 60},
                 {"--02-29", 60},    {"02-30", 0},      {"03-01", 61},      {"1985-12-31", 366}, {"04-31", 0},
                 {"00-10", 0},       {"13-01", 0},      {"01-00", 0},       {"1-1", 0},          {"", 0},
                 {"01/02", 0},       {"2000/01/02", 0}, {"-02-29", 0},      {"+-02-29", 0},      {"20000-1-2", 0},
                 {"19x0-01-02", 0},  {"1980-01-0x", 0}, {"198001-02", 0},   {"--1-1-1", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint16_t day = 0;
        bool good = ss_birthday_parse(ss_slice_of(cases[i].text), &day);
        if (good != (cases[i].day > 0) || (good && day != cases[i].day))
            fail_msg("'%s': %d %u", cases[i].text, good, (unsigned)day);
    }
}

static void every_day_has_a_number_of_its_own(void **state)
{
    (void)state;
    uint16_t last = 0;
    for (unsigned month = 1; month <= 12; month++)
        for (unsigned day = 1; day <= 31; day++)
            if (ss_year_day(month, day)) {
                assert_int_equal(ss_year_day(month, day), last + 1);
                last++;
            }
    assert_int_equal(last, SS_YEAR_DAYS);
}

static void bad_rows_are_told_by_place(void **state)
{
    (void)state;
    const ss_profiles_options options = {.max_bad_rows = 1};
    ss_profiles *profiles = NULL;
    ss_table_report report;
    ss_error error = {0};
    expect_ok(read_text("customer_id,birthday,referral,born\nann,31-12,\n,,\nbob,,maybe\n!unclosed quote\ncid,,,\n",
                        &options, &profiles, &report, &error),
              &error);
    assert_int_equal(report.rows, 5);
    assert_int_equal(report.bad_rows, 4);
    assert_int_equal(ss_profiles_count(profiles), 1);
    assert_string_equal(report.first_bad[0],
                        "memory.csv:2: not a birthday (birthday: found '31-12', expected "
                        "YYYY-MM-DD, MM-DD or --MM-DD, a day that there is; --time-format reads others)");
    assert_string_equal(report.first_bad[1], "memory.csv:3: not a customer id (customer_id: expected 1 to 255 "
                                             "bytes of UTF-8 without control characters)");
    assert_string_equal(report.first_bad[2], "memory.csv:4: not a yes or no (referral: found 'maybe', expected true, "
                                             "false, yes, no, 1 or 0)");
    assert_string_equal(report.first_bad[3], "memory.csv:5: unclosed quote");
    ss_profiles_free(&profiles);
}

static void too_many_bad_rows_end_it(void **state)
{
    (void)state;
    const ss_profiles_options options = {.max_bad_rows = 0.4};
    ss_profiles *profiles = NULL;
    ss_table_report report;
    ss_error error = {0};
    assert_status(read_text("customer_id,birthday\nann,x\nbob,\n", &options, &profiles, &report, &error),
                  SS_E_BAD_INPUT);
    assert_null(profiles);
    assert_status(read_text("customer,birthday\nann,01-01\n", &options, &profiles, &report, &error), SS_E_FORMAT);
    assert_null(profiles);
}

static void other_columns_are_hinted_at(void **state)
{
    (void)state;
    const ss_profiles_options options = {0};
    ss_profiles *profiles = NULL;
    ss_table_report report;
    ss_error error = {0};
    expect_ok(read_text("customer_id,DateOfBirth,city\nann,1980-01-01,Ulm\n", &options, &profiles, &report, &error),
              &error);
    assert_string_equal(report.hint, "birthday=DateOfBirth");
    ss_profiles_free(&profiles);
}

static bool read_once(void *context)
{
    ss_profiles_options options = {0};
    ss_profiles *profiles = NULL;
    ss_table_report report;
    ss_error error = {0};
    ss_status status = read_text(context, &options, &profiles, &report, &error);
    assert_true((status == SS_OK) == (profiles != NULL));
    if (status != SS_OK)
        assert_status(status, SS_E_NOMEM);
    ss_profiles_free(&profiles);
    return status == SS_OK;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(read_once, "customer_id,birthday\nann,01-01\nbob,02-02\n") > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_may_be_missing),
        cmocka_unit_test(columns_may_have_other_names),
        cmocka_unit_test(birthdays_in_a_form_that_is_said),
        cmocka_unit_test(the_last_row_counts),
        cmocka_unit_test(the_forgotten_are_left_out),
        cmocka_unit_test(birthdays_are_days_of_a_year),
        cmocka_unit_test(every_day_has_a_number_of_its_own),
        cmocka_unit_test(bad_rows_are_told_by_place),
        cmocka_unit_test(too_many_bad_rows_end_it),
        cmocka_unit_test(other_columns_are_hinted_at),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

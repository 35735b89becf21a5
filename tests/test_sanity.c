/*
 * test_sanity.c: each check by itself: what it lets pass, what it refuses, and the words for it; the input by hand-made
 * figures, generations by training what is left of a simulated shop.
 */
#include "nights.h"

#include "check.h"

#define NOW         (INT64_C(20000) * SS_DAY)
#define SERVED_ROWS 100000

/* ---- the input ---- */

typedef struct looking {
    ss_training_data data;
    ss_manifest *served;
    ss_sanity_options options;
    ss_checks checks;
} looking;

static void put_time(ss_manifest *manifest, const char *path, int64_t time)
{
    char text[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(time, text);
    assert_int_equal(ss_manifest_set_text(manifest, path, text), SS_OK);
}

/* What is served: 100,000 rows of 500 days, a catalogue of 200, one bad row in a hundred; tonight: a day more of it. */
static looking begin(void)
{
    looking of = {.served = ss_manifest_new()};
    const ss_option_group group = {NULL, NULL, ss_sanity_option_table, &of.options};
    ss_options_defaults(&group, 1);
    ss_interactions *log = &of.data.interactions;
    log->count = SERVED_ROWS + 200;
    log->has_times = true;
    log->first_time = NOW - 500 * SS_DAY;
    log->last_time = NOW - SS_DAY / 24;
    of.data.log_report.rows = SERVED_ROWS + 2200;
    of.data.log_report.bad[SS_BAD_PRICE] = 1000;
    of.data.log_report.ignored[SS_IGNORED_FEE] = 1000;
    assert_int_equal(ss_manifest_set_int(of.served, "counts.rows", SERVED_ROWS), SS_OK);
    assert_int_equal(ss_manifest_set_int(of.served, "input.rows_read", SERVED_ROWS + 2000), SS_OK);
    assert_int_equal(ss_manifest_set_int(of.served, "input.rows_bad", 1000), SS_OK);
    assert_int_equal(ss_manifest_set_int(of.served, "input.rows_fees", 1000), SS_OK);
    assert_int_equal(ss_manifest_set_int(of.served, "input.rows_merged", 0), SS_OK);
    put_time(of.served, "input.first_time", log->first_time);
    put_time(of.served, "input.last_time", NOW - SS_DAY);
    return of;
}

static void end(looking *of)
{
    ss_checks_free(&of->checks);
    ss_manifest_free(&of->served);
    ss_catalog_free(&of->data.catalog);
}

static void look(looking *of)
{
    ss_error error = {0};
    ss_checks_free(&of->checks);
    expect_ok(ss_sanity_input(&of->data, of->served, &of->options, NOW, &of->checks, &error), &error);
}

static void print_checks(const ss_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        print_message("%s: %s: %s\n", checks->list[i].name, ss_check_verdict_name(checks->list[i].verdict),
                      checks->list[i].words);
}

static void expect_verdict(const ss_checks *checks, const char *name, ss_check_verdict verdict, const char *words)
{
    const ss_check *check = ss_checks_find(checks, name);
    if (check && check->verdict == verdict && strstr(check->words, words))
        return;
    print_checks(checks);
    fail_msg("%s is not %s: %s", name, ss_check_verdict_name(verdict), words);
}

/* This one is refused, and says these words; nothing else is. */
static void expect_refused(const ss_checks *checks, const char *name, const char *words)
{
    expect_verdict(checks, name, SS_CHECK_REFUSED, words);
    if (checks->refused != 1)
        print_checks(checks);
    assert_int_equal(checks->refused, 1);
}

static void a_usual_night_passes(void **state)
{
    (void)state;
    static const char *const names[] = {"rows", "volume", "repeats", "bad-rows", "fees",
                                        "age",  "future", "span",    "catalog"};
    looking of = begin();
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    assert_int_equal(of.checks.count, sizeof names / sizeof *names);
    for (size_t i = 0; i < of.checks.count; i++)
        assert_string_equal(of.checks.list[i].name, names[i]);
    expect_verdict(&of.checks, "catalog", SS_CHECK_SKIPPED, "does not tell");
    expect_verdict(&of.checks, "volume", SS_CHECK_PASSED, "200 rows more");
    end(&of);
}

static void a_first_night_has_little_to_compare_with(void **state)
{
    (void)state;
    looking of = begin();
    ss_manifest_free(&of.served);
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    expect_verdict(&of.checks, "rows", SS_CHECK_PASSED, "100200 rows");
    expect_verdict(&of.checks, "repeats", SS_CHECK_SKIPPED, "nothing is served yet");
    expect_verdict(&of.checks, "span", SS_CHECK_SKIPPED, "nothing is served yet");
    of.data.interactions.count = 999;
    look(&of);
    expect_refused(&of.checks, "rows", "999 rows to learn from, wanted are 1000");
    end(&of);
}

static void rows_may_go_as_far_as_is_said(void **state)
{
    (void)state;
    looking of = begin();
    of.data.interactions.count = 90000;
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    of.data.interactions.count = 89999;
    look(&of);
    expect_refused(&of.checks, "rows",
                   "the log shrank: it has 89999 rows to learn from, what is served has learned from 100000");
    expect_refused(&of.checks, "rows", "nightly.sanity.rows-lost");
    of.options.rows_lost = 0.2;
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    end(&of);
}

static void a_flood_of_rows_is_refused(void **state)
{
    (void)state;
    looking of = begin();
    of.data.interactions.count = SERVED_ROWS + 1999; /* ten days' worth in one */
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    of.data.interactions.count = SERVED_ROWS + 2100;
    look(&of);
    expect_refused(&of.checks, "volume", "where 200 a day are usual");
    put_time(of.served, "input.last_time", NOW - 5 * SS_DAY); /* a week's holiday of the job */
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    end(&of);
}

static void shares_of_rows_are_compared(void **state)
{
    (void)state;
    looking of = begin();
    of.data.log_report.merged = 22000;
    look(&of);
    expect_refused(&of.checks, "repeats", "a file is read twice");
    of.data.log_report.merged = 0;
    of.data.log_report.bad[SS_BAD_TIMESTAMP] = 2000;
    look(&of);
    expect_refused(&of.checks, "bad-rows", "3000 of 102200 rows cannot be read: 2.94 %, with what is served 0.98 %");
    of.data.log_report.bad[SS_BAD_TIMESTAMP] = 0;
    of.data.log_report.ignored[SS_IGNORED_FEE] = 8000;
    of.data.log_report.fee_count = 1;
    snprintf(of.data.log_report.fees[0].item_id, sizeof of.data.log_report.fees[0].item_id, "GIFT-BOX");
    look(&of);
    expect_refused(&of.checks, "fees", "most rows: GIFT-BOX");
    end(&of);
}

static void old_logs_and_logs_of_the_future(void **state)
{
    (void)state;
    looking of = begin();
    of.data.interactions.last_time = NOW - 4 * SS_DAY;
    look(&of);
    expect_refused(&of.checks, "age", "4 days ago, borne are 3");
    of.options.age_days = 0;
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    of.data.interactions.last_time = NOW + SS_DAY;
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    of.data.interactions.last_time += SS_SECOND;
    look(&of);
    expect_refused(&of.checks, "future", "this machine's clock is wrong");
    end(&of);
}

static void times_in_another_unit(void **state)
{
    (void)state;
    looking of = begin();
    of.data.interactions.first_time /= 1000;
    of.data.interactions.last_time /= 1000;
    look(&of);
    expect_verdict(&of.checks, "age", SS_CHECK_REFUSED, "seconds are taken for milliseconds");
    expect_verdict(&of.checks, "span", SS_CHECK_REFUSED, "before 1980");
    end(&of);
}

static void spans_that_cannot_be(void **state)
{
    (void)state;
    looking of = begin();
    of.data.interactions.first_time = of.data.interactions.last_time;
    look(&of);
    expect_refused(&of.checks, "span", "every row has the same time");
    of.data.interactions.first_time = 0;
    look(&of);
    expect_refused(&of.checks, "span", "before 1980");
    of.data.interactions.first_time = NOW - 1600 * SS_DAY;
    look(&of);
    expect_refused(&of.checks, "span", "the log covers 1600 days, what is served 499");
    of.data.interactions.first_time = NOW - 150 * SS_DAY;
    look(&of);
    expect_refused(&of.checks, "span", "nightly.sanity.span-changed");
    of.data.interactions.first_time = NOW - 200 * SS_DAY;
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    of.data.interactions.has_times = false;
    look(&of);
    expect_refused(&of.checks, "span", "the column timestamp is missing");
    ss_manifest_free(&of.served);
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    expect_verdict(&of.checks, "age", SS_CHECK_SKIPPED, "no times");
    end(&of);
}

/* A shop that was closed while the job was not run: its log has not shrunk because the years went on. */
static void time_that_passed_is_no_change_of_span(void **state)
{
    (void)state;
    looking of = begin();
    put_time(of.served, "input.first_time", NOW - 500 * SS_DAY);
    put_time(of.served, "input.last_time", NOW - 450 * SS_DAY);
    of.data.interactions.count = 2 * SERVED_ROWS;
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    end(&of);
}

static void half_a_catalogue(void **state)
{
    looking of = begin();
    char path[TEMPORARY_PATH_MAX];
    ss_catalog_options options = ss_catalog_defaults();
    ss_catalog_report report;
    ss_error error = {0};
    FILE *file = fopen(temporary_path(path, *state, "catalog.csv"), "w");
    fputs("item_id\n", file);
    for (int i = 0; i < 100; i++)
        fprintf(file, "P%d\n", i);
    assert_int_equal(fclose(file), 0);
    expect_ok(ss_catalog_read((const char *const[]){path}, 1, &options, NULL, &of.data.catalog, &report, &error),
              &error);
    assert_int_equal(ss_manifest_set_int(of.served, "counts.catalog", 125), SS_OK);
    look(&of);
    assert_int_equal(of.checks.refused, 0);
    assert_int_equal(ss_manifest_set_int(of.served, "counts.catalog", 200), SS_OK);
    look(&of);
    expect_refused(&of.checks, "catalog", "the catalogue has 100 products, with what is served it had 200: 50 % fewer");
    ss_catalog_free(&of.data.catalog);
    look(&of);
    expect_refused(&of.checks, "catalog", "100 % fewer");
    end(&of);
}

/* ---- generations ---- */

static int set_up(void **state)
{
    nights *of = calloc(1, sizeof *of);
    ss_model_options options;
    ss_model_options_defaults(&options);
    options.als.factors = 8;
    options.als.iterations = 2;
    nights_make(of, &(ss_simulate_options){.items = 150, .customers = 900, .orders = 5000, .days = 200, .seed = 3},
                &options);
    *state = of;
    return 0;
}

static int tear_down(void **state)
{
    nights_close(*state);
    free(*state);
    return 0;
}

static ss_checks compare(const nights *of, const night_log *log, const ss_model_options *options)
{
    ss_training_data data;
    ss_checks checks = {0};
    ss_error error = {0};
    char path[SS_PATH_MAX];
    night_data(of, log, SS_NO_TIME, &data);
    night_train(of, &data, options, path);
    expect_ok(ss_sanity_generations(of->served, path, &of->sanity, &checks, &error), &error);
    expect_ok(ss_file_remove_tree(path, &error), &error);
    ss_training_data_free(&data);
    return checks;
}

static void the_next_day_is_like_the_last(void **state)
{
    static const char *const names[] = {"models", "items-lost",    "customers-lost", "history",
                                        "times",  "lists-changed", "coverage",       "size"};
    const nights *of = *state;
    ss_checks checks = compare(of, &of->log, &of->options);
    assert_int_equal(checks.refused, 0);
    assert_int_equal(checks.count, sizeof names / sizeof *names);
    for (size_t i = 0; i < checks.count; i++) {
        assert_string_equal(checks.list[i].name, names[i]);
        assert_int_equal(checks.list[i].verdict, SS_CHECK_PASSED);
    }
    ss_checks_free(&checks);
    ss_error error = {0};
    expect_ok(ss_sanity_generations(NULL, of->served, &of->sanity, &checks, &error), &error);
    assert_int_equal(checks.count, sizeof names / sizeof *names);
    for (size_t i = 0; i < checks.count; i++)
        assert_int_equal(checks.list[i].verdict, SS_CHECK_SKIPPED);
    ss_checks_free(&checks);
}

static void rotate_products(night_log *log)
{
    char first[24];
    memcpy(first, log->rows[0].item, sizeof first);
    for (size_t i = 0; i + 1 < log->count; i++)
        memcpy(log->rows[i].item, log->rows[i + 1].item, sizeof first);
    memcpy(log->rows[log->count - 1].item, first, sizeof first);
}

/* By histories, whatever the options, and without any night before; by lists where they are made as before. */
static void a_mixed_up_log_is_refused(void **state)
{
    const nights *of = *state;
    night_log log = night_copy(&of->log);
    ss_model_options others = of->options;
    rotate_products(&log);
    ss_checks checks = compare(of, &log, &of->options);
    expect_verdict(&checks, "history", SS_CHECK_REFUSED, "products or customers are mixed up");
    expect_verdict(&checks, "lists-changed", SS_CHECK_REFUSED, "lists of related");
    ss_checks_free(&checks);
    others.cooccurrence.relations[SS_RELATED].c += 0.1;
    checks = compare(of, &log, &others);
    expect_verdict(&checks, "history", SS_CHECK_REFUSED, "a log only grows");
    expect_verdict(&checks, "lists-changed", SS_CHECK_SKIPPED, "not judged");
    expect_verdict(&checks, "size", SS_CHECK_SKIPPED, "not judged");
    ss_checks_free(&checks);
    night_log_free(&log);
}

static void moved_times_are_refused(void **state)
{
    const nights *of = *state;
    night_log log = night_copy(&of->log);
    for (size_t i = 0; i < log.count; i++)
        log.rows[i].time -= SS_DAY / 24;
    ss_checks checks = compare(of, &log, &of->options);
    expect_refused(&checks, "times", "have another time (99");
    ss_checks_free(&checks);
    night_log_free(&log);
}

static void lost_customers_are_refused(void **state)
{
    const nights *of = *state;
    night_log log = night_copy(&of->log);
    size_t kept = 0;
    for (size_t i = 0; i < log.count; i++)
        if (ss_random_mix((uint64_t)atoll(log.rows[i].customer + 1)) % 6 != 0)
            log.rows[kept++] = log.rows[i];
    log.count = kept;
    ss_checks checks = compare(of, &log, &of->options);
    expect_refused(&checks, "customers-lost", "are in the log no longer");
    ss_checks_free(&checks);
    night_log_free(&log);
}

static void products_that_cannot_be_shown_are_lost(void **state)
{
    const nights *of = *state;
    night_log log = night_copy(&of->log);
    log.product_count -= log.product_count / 4;
    ss_checks checks = compare(of, &log, &of->options);
    expect_refused(&checks, "items-lost", "could be shown");
    ss_checks_free(&checks);
    night_log_free(&log);
}

static void columns_that_went_take_models_with_them(void **state)
{
    const nights *of = *state;
    night_log log = night_copy(&of->log);
    for (size_t i = 0; i < log.count; i++)
        log.rows[i].customer[0] = '\0';
    ss_checks checks = compare(of, &log, &of->options);
    expect_verdict(&checks, "models", SS_CHECK_REFUSED, "customers, als, repurchase, segments");
    expect_verdict(&checks, "coverage", SS_CHECK_REFUSED, "0 products have a list of related");
    expect_verdict(&checks, "customers-lost", SS_CHECK_SKIPPED, "not both");
    ss_checks_free(&checks);
    night_log_free(&log);
}

static void a_flood_of_ids_changes_the_size(void **state)
{
    const nights *of = *state;
    nights wide = *of;
    night_log log = night_copy(&of->log);
    wide.sanity.size_changed = 1;
    ss_checks checks = compare(&wide, &log, &of->options);
    expect_refused(&checks, "size", "nightly.sanity.size-changed");
    ss_checks_free(&checks);
    night_log_free(&log);
}

static void what_is_not_there_is_an_error(void **state)
{
    const nights *of = *state;
    ss_checks checks = {0};
    ss_error error = {0};
    assert_status(ss_sanity_generations(of->served, "/nowhere", &of->sanity, &checks, &error), SS_E_NOT_FOUND);
    assert_int_equal(checks.count, 0);
}

int main(void)
{
    const struct CMUnitTest input[] = {
        cmocka_unit_test(a_usual_night_passes),
        cmocka_unit_test(a_first_night_has_little_to_compare_with),
        cmocka_unit_test(rows_may_go_as_far_as_is_said),
        cmocka_unit_test(a_flood_of_rows_is_refused),
        cmocka_unit_test(shares_of_rows_are_compared),
        cmocka_unit_test(old_logs_and_logs_of_the_future),
        cmocka_unit_test(times_in_another_unit),
        cmocka_unit_test(spans_that_cannot_be),
        cmocka_unit_test(time_that_passed_is_no_change_of_span),
        cmocka_unit_test_setup_teardown(half_a_catalogue, temporary_folder_set_up, temporary_folder_tear_down),
    };
    const struct CMUnitTest generations[] = {
        cmocka_unit_test(the_next_day_is_like_the_last),
        cmocka_unit_test(a_mixed_up_log_is_refused),
        cmocka_unit_test(moved_times_are_refused),
        cmocka_unit_test(lost_customers_are_refused),
        cmocka_unit_test(products_that_cannot_be_shown_are_lost),
        cmocka_unit_test(columns_that_went_take_models_with_them),
        cmocka_unit_test(a_flood_of_ids_changes_the_size),
        cmocka_unit_test(what_is_not_there_is_an_error),
    };
    int failed = cmocka_run_group_tests(input, NULL, NULL);
    return cmocka_run_group_tests(generations, set_up, tear_down) + failed;
}

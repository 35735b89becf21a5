/* test_retention.c: the period that is chosen, what is refused, and every allocation of the whole report, page and all. */
#include "check.h"
#include "failing_malloc.h"
#include "orders_sample.h"

#include "job/report_retention_html.h"
#include "job/retention_sheets.h"

static const order_sample sample[] = {{0, 1000, 0, 100}, {0, 1100, 0, 120}, {0, 1390, 0, 100},    {1, 1010, 0, 100},
                                      {1, 1360, 0, 300}, {2, 1399, 0, 90},  {SS_NONE, 1200, 0, 5}};
#define SAMPLES (sizeof sample / sizeof *sample)

static ss_retention_options defaults(void)
{
    ss_retention_options options = {0};
    const ss_option_group group = {.options = ss_retention_option_table, .target = &options};
    ss_options_defaults(&group, 1);
    return options;
}

static ss_segments_options segment_defaults(void)
{
    ss_segments_options options = {0};
    const ss_option_group group = {.options = ss_segments_option_table, .target = &options};
    ss_options_defaults(&group, 1);
    return options;
}

static ss_status make(const ss_orders *orders, int32_t from, int32_t until, const ss_retention_options *options,
                      ss_retention *of, ss_error *error)
{
    const ss_segments_options segments = segment_defaults();
    const ss_retention_input input = {
        .orders = orders, .from = from, .until = until, .decimals = 2, .segments = &segments};
    return ss_retention_make(&input, options, NULL, of, error);
}

static void expect_period(int32_t from, int32_t until, int64_t window, int32_t begins, int32_t ends)
{
    ss_error error = {0};
    ss_retention of;
    ss_retention_options options = defaults();
    ss_orders orders = orders_sample(sample, SAMPLES);
    options.window_days = window;
    expect_ok(make(&orders, from, until, &options, &of, &error), &error);
    assert_int_equal(of.from, begins);
    assert_int_equal(of.end, ends);
    ss_retention_release(&of);
    ss_orders_free(&orders);
}

static void the_period(void **state)
{
    (void)state;
    expect_period(INT32_MIN, INT32_MAX, 10, 1400 - 365, 1400);
    expect_period(INT32_MIN, INT32_MAX, 90, 1090, 1400); /* as much of the year as leaves the window before it */
    expect_period(INT32_MIN, INT32_MAX, 500, 1000, 1400);
    expect_period(1200, 1300, 90, 1200, 1300);
    expect_period(900, INT32_MAX, 90, 900, 1400);
}

static void what_is_refused(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_retention of = {0};
    ss_retention_options options = defaults();
    ss_orders orders = orders_sample(sample, SAMPLES), strangers = orders_sample(sample + SAMPLES - 1, 1);
    assert_status(make(&orders, 1500, INT32_MAX, &options, &of, &error), SS_E_ARGUMENT);
    assert_status(make(&orders, INT32_MIN, 1000, &options, &of, &error), SS_E_BAD_INPUT);
    assert_status(make(&strangers, INT32_MIN, INT32_MAX, &options, &of, &error), SS_E_BAD_INPUT);
    assert_error_text(error, "no order of the log names a customer");
    options.window_days = 0;
    assert_status(make(&orders, INT32_MIN, INT32_MAX, &options, &of, &error), SS_E_RANGE);
    assert_null(of.months);
    ss_orders_free(&orders);
    ss_orders_free(&strangers);
}

static ss_status write_all(const ss_retention *of, ss_buffer *out)
{
    ss_sheets sheets;
    ss_status status = ss_retention_sheets(of, "UTC", &sheets);
    if (status == SS_OK)
        status = ss_sheets_write_table(&sheets, out);
    if (status == SS_OK)
        status = ss_sheets_write_csv(&sheets, out);
    if (status == SS_OK)
        status = ss_retention_html(of, &sheets, out);
    ss_sheets_release(&sheets);
    return status;
}

static bool attempt(void *context)
{
    ss_buffer out;
    ss_retention of = {0};
    ss_retention_options options = defaults();
    ss_buffer_init(&out, 1u << 24);
    ss_status status = make(context, INT32_MIN, INT32_MAX, &options, &of, NULL);
    if (status == SS_OK)
        status = write_all(&of, &out);
    ss_retention_release(&of);
    ss_buffer_release(&out);
    return status == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    ss_orders orders = orders_sample(sample, SAMPLES);
    assert_true(failing_malloc_torture(attempt, &orders) > 60);
    ss_orders_free(&orders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_period), cmocka_unit_test(what_is_refused),
                                       cmocka_unit_test(allocations_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

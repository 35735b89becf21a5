/* retention_warnings.h: each warning where there is reason for it, and none without. */
#include "check.h"
#include "job/retention_warnings.h"

/* A report that nothing has to be said about. */
static ss_retention fine(void)
{
    return (ss_retention){
        .options = {.warn_share = 0.1, .holdout_days = 90},
        .priced = true,
        .orders = 1000,
        .period.seen = true,
        .lifetime =
            {.now = {.counts = true, .values = true},
             .checked = true,
             .total = {.customers = 500, .purchases = 100, .predicted = 95, .revenue = 10000, .foreseen = 9800}},
    };
}

/* Exactly one warning, with these words in it; NULL: none. */
static void expect_warning(const ss_retention *of, const char *words)
{
    ss_sheets sheets;
    assert_true(ss_sheets_init(&sheets, "Who comes back", 2));
    ss_retention_warn(of, &sheets);
    assert_status(sheets.status, SS_OK);
    assert_int_equal(sheets.warning_count, words != NULL);
    if (words && !strstr(sheets.warnings[0], words))
        fail_msg("'%s' is not in: %s", words, sheets.warnings[0]);
    ss_sheets_release(&sheets);
}

static void nothing_is_said_without_reason(void **state)
{
    (void)state;
    ss_retention of = fine();
    expect_warning(&of, NULL);
    of.orders = 0; /* nor of no orders at all */
    expect_warning(&of, NULL);
}

static void of_the_forecast(void **state)
{
    (void)state;
    ss_retention of = fine();
    of.lifetime.now.counts = false;
    expect_warning(&of, "No forecast: too few customers bought twice");
    of = fine();
    of.lifetime.checked = false;
    expect_warning(&of, "could not be held against the truth");
    of = fine();
    of.lifetime.total.customers = 99;
    expect_warning(&of, "could not be held against the truth");
    of = fine();
    of.lifetime.total.predicted = 76;
    expect_warning(&of,
                   "The forecast is 24 % low: made 90 days before the end, it foresaw 76 purchases where 100 came");
    of = fine();
    of.lifetime.total.foreseen = 12500;
    expect_warning(&of, "In money the same forecast was 25 % high");
}

static void of_values(void **state)
{
    (void)state;
    ss_retention of = fine();
    of.priced = false;
    expect_warning(&of, "nothing is said in money");
    of = fine();
    of.lifetime.now.values = false;
    expect_warning(&of, "No value is foretold");
    of = fine();
    of.lifetime.now.log_correlation = -0.3;
    expect_warning(&of, "(correlation 0.00, of logarithms -0.30)");
}

static void of_the_log(void **state)
{
    (void)state;
    ss_retention of = fine();
    of.period.seen = false;
    expect_warning(&of, "does not reach far enough before the period");
    of = fine();
    of.rest_orders = 250;
    expect_warning(&of, "20 % of the orders name no customer");
    of.rest_orders = 50;
    expect_warning(&of, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_without_reason),
        cmocka_unit_test(of_the_forecast),
        cmocka_unit_test(of_values),
        cmocka_unit_test(of_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

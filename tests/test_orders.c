/* test_orders.c: orders of hand-made logs: whose, when, how much; returns, fees, prices that are missing. Covers
 * clean_orders and row_prices, which make them. */
#include "check.h"
#include "failing_malloc.h"
#include "memory_rows.h"

#include "log/read_log.h"
#include "log/row_prices.h"

#include <inttypes.h>
#include <string.h>

#define HEADER "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"

static ss_status read_text(const char *text, const char *catalog_text, ss_returns_rule returns, ss_orders *orders,
                           ss_log_report *report, ss_error *error)
{
    ss_log_options options = ss_log_defaults();
    ss_catalog_options catalog_options = ss_catalog_defaults();
    ss_catalog_report catalog_report;
    ss_catalog *catalog = NULL;
    ss_status status = SS_E_NOMEM;
    options.exclude_items = (ss_texts){{"FEE"}, 1};
    ss_row_source *rows = NULL, *source = memory_rows_open(text);
    if (!source)
        goto out;
    if (catalog_text) {
        rows = memory_rows_open(catalog_text);
        SS_TRY(rows ? SS_OK : SS_E_NOMEM);
        SS_TRY(ss_catalog_read_rows(rows, &catalog_options, NULL, &catalog, &catalog_report, error));
    }
    SS_TRY(ss_log_read_orders(source, &options, catalog, returns, NULL, orders, report, error));
out:
    if (rows)
        ss_row_source_close(&rows);
    if (source)
        ss_row_source_close(&source);
    ss_catalog_free(&catalog);
    return status;
}

/* "u 10 250; v 11 100; - 12 5; ": customer, second, amount of each */
static void expect_orders(const char *text, const char *catalog, ss_returns_rule returns, const char *wanted)
{
    ss_error error = {0};
    ss_orders orders = {0};
    ss_log_report report;
    char found[512] = "";
    expect_ok(read_text(text, catalog, returns, &orders, &report, &error), &error);
    for (size_t i = 0; i < orders.count; i++) {
        const ss_order *order = &orders.orders[i];
        ss_slice id =
            order->customer == SS_NONE ? ss_slice_of("-") : ss_dictionary_id(orders.customers, order->customer);
        snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s %" PRId64 " %" PRId64 "; ", (int)id.size,
                 id.data, order->time / SS_SECOND, order->amount);
    }
    assert_string_equal(found, wanted);
    ss_orders_free(&orders);
}

static void amounts_are_sums_over_lines(void **state)
{
    (void)state;
    expect_orders(HEADER "1,u,a,2,1.25,10\n1,u,b,1,3,10\n2,v,a,1,1.25,11\n3,u,a,1,1.30,12\n", NULL,
                  SS_RETURNS_TAKE_BACK, "u 10 550; u 12 130; v 11 125; ");
    expect_orders(HEADER "1,u,a,0.5,1.25,10\n1,u,a,0.5,1.25,10\n", NULL, SS_RETURNS_TAKE_BACK, "u 10 126; ");
    expect_orders(HEADER "2,u,a,1,1,20\n1,,a,2,1.25,10\n2,u,b,1,1,15\n", NULL, SS_RETURNS_TAKE_BACK,
                  "u 15 200; - 10 250; ");
}

static void without_baskets_a_moment_is_an_order(void **state)
{
    (void)state;
    expect_orders("customer_id,item_id,unit_price,timestamp\nu,a,1,10\nu,b,2,10\nu,c,3,11\n", NULL,
                  SS_RETURNS_TAKE_BACK, "u 10 300; u 11 300; ");
    expect_orders("order_id,item_id,unit_price,timestamp\n1,a,1,10\n1,b,2,10\n2,c,3,11\n", NULL, SS_RETURNS_TAKE_BACK,
                  "- 10 300; - 11 300; ");
}

static void returns_take_back_at_the_price_paid(void **state)
{
    (void)state;
    const char *partly = HEADER "1,u,a,5,2,10\n2,u,a,3,4,20\n3,u,a,-4,9,30\n";
    expect_orders(partly, NULL, SS_RETURNS_TAKE_BACK, "u 10 800; ");
    expect_orders(partly, NULL, SS_RETURNS_IGNORE, "u 10 1000; u 20 1200; ");
    expect_orders(HEADER "1,u,a,1,5,10\n1,u,b,1,1,10\n2,v,a,1,5,15\n3,v,a,-1,5,20\n4,u,a,-9,5,30\n", NULL,
                  SS_RETURNS_TAKE_BACK, "u 10 100; ");
    expect_orders(HEADER "1,,a,1,5,10\n2,,a,-1,5,20\n", NULL, SS_RETURNS_TAKE_BACK, "- 10 500; ");
}

static void what_is_said_of_returns(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_orders orders = {0};
    ss_log_report report;
    const char *text = HEADER "1,u,a,5,2,10\n2,u,b,1,7,20\n3,u,a,-2,9,30\n4,u,c,-1,9,30\n5,u,FEE,1,3,30\n6,u,d,1,0,9\n";
    expect_ok(read_text(text, NULL, SS_RETURNS_TAKE_BACK, &orders, &report, &error), &error);
    assert_int_equal(orders.gross, 1700);
    assert_int_equal(orders.returned, 400);
    assert_true(orders.priced && orders.unpriced == 0);
    assert_int_equal(report.rows, 6);
    assert_int_equal(report.kept, 2);
    assert_int_equal(report.return_rows, 2);
    assert_int_equal(report.returns_matched, 1);
    assert_int_equal(report.ignored[SS_IGNORED_RETURN], 1);
    assert_int_equal(report.ignored[SS_IGNORED_EXCLUDED], 1);
    assert_int_equal(report.ignored[SS_IGNORED_PRICE], 1);
    ss_orders_free(&orders);
}

static void unknown_prices_are_the_catalogue_s(void **state)
{
    (void)state;
    const char *text = HEADER "1,u,a,2,,10\n1,u,b,1,3,10\n2,u,c,1,,20\n";
    expect_orders(text, "item_id,name,price\na,Tea,4\n", SS_RETURNS_TAKE_BACK, "u 10 1100; u 20 0; ");
    expect_orders(text, NULL, SS_RETURNS_TAKE_BACK, "u 10 300; u 20 0; ");
    ss_error error = {0};
    ss_orders orders = {0};
    ss_log_report report;
    expect_ok(
        read_text("customer_id,item_id,timestamp\nu,a,10\n", NULL, SS_RETURNS_TAKE_BACK, &orders, &report, &error),
        &error);
    assert_true(!orders.priced && orders.unpriced == 1 && orders.count == 1);
    ss_orders_free(&orders);
}

static void other_events_are_no_orders(void **state)
{
    (void)state;
    expect_orders(
        "customer_id,item_id,unit_price,event,timestamp\nu,a,1,view,10\nu,a,2,purchase,11\nu,b,4,cart_add,12\n", NULL,
        SS_RETURNS_TAKE_BACK, "u 11 200; ");
}

static void logs_that_say_nothing(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_orders orders = {0};
    ss_log_report report;
    assert_status(read_text("customer_id,item_id\nu,a\n", NULL, SS_RETURNS_IGNORE, &orders, &report, &error),
                  SS_E_BAD_INPUT);
    assert_error_text(error, "the log has no column timestamp: when orders came cannot be told");
    assert_status(read_text(HEADER "1,u,FEE,1,1,10\n", NULL, SS_RETURNS_IGNORE, &orders, &report, &error),
                  SS_E_BAD_INPUT);
    assert_error_text(error, "no row of the log is a purchase");
    assert_status(read_text(HEADER, NULL, SS_RETURNS_IGNORE, &orders, &report, &error), SS_E_BAD_INPUT);
    assert_true(orders.count == 0 && !orders.orders);
}

static void amounts_stay_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(ss_row_amount(0.5f, 125), 63);
    assert_int_equal(ss_row_amount(-0.5f, 125), -63);
    assert_int_equal(ss_row_amount(1e9f, INT64_C(1) << 60), SS_AMOUNT_MAX);
    assert_int_equal(ss_amount_add(SS_AMOUNT_MAX, 1), SS_AMOUNT_MAX);
    assert_int_equal(ss_amount_add(-SS_AMOUNT_MAX, -1), -SS_AMOUNT_MAX);
}

static bool attempt(void *context)
{
    ss_orders orders = {0};
    ss_log_report report;
    (void)context;
    ss_status status = read_text(HEADER "1,u,a,2,,10\n2,v,b,1,3,10\n3,u,a,-1,1,12\n", "item_id,name,price\na,Tea,4\n",
                                 SS_RETURNS_TAKE_BACK, &orders, &report, NULL);
    if (status != SS_OK)
        assert_true(orders.count == 0 && !orders.customers);
    ss_orders_free(&orders);
    return status == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_sums_over_lines),
        cmocka_unit_test(without_baskets_a_moment_is_an_order),
        cmocka_unit_test(returns_take_back_at_the_price_paid),
        cmocka_unit_test(what_is_said_of_returns),
        cmocka_unit_test(unknown_prices_are_the_catalogue_s),
        cmocka_unit_test(other_events_are_no_orders),
        cmocka_unit_test(logs_that_say_nothing),
        cmocka_unit_test(amounts_stay_within_bounds),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

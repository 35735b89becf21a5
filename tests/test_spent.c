/* What customers of a log paid: hand-made logs with returns, fees, spellings and a catalogue's prices. */
#include "check.h"
#include "memory_rows.h"

#include "log/read_log.h"

#include <inttypes.h>
#include <string.h>

#define HEADER "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"

static void read_texts(const char *text, const char *catalog_text, const char *exclude, ss_interactions *log)
{
    ss_error error = {0};
    ss_log_options options = ss_log_defaults();
    ss_catalog_options catalog_options = ss_catalog_defaults();
    ss_catalog_report catalog_report;
    ss_catalog *catalog = NULL;
    ss_log_report report;
    options.exclude_items = (ss_texts){{exclude}, exclude != NULL};
    ss_row_source *source = memory_rows_open(text);
    assert_non_null(source);
    if (catalog_text) {
        ss_row_source *rows = memory_rows_open(catalog_text);
        expect_ok(ss_catalog_read_rows(rows, &catalog_options, NULL, &catalog, &catalog_report, &error), &error);
        ss_row_source_close(&rows);
    }
    expect_ok(ss_log_read(source, &options, catalog, NULL, log, &report, &error), &error);
    ss_row_source_close(&source);
    ss_catalog_free(&catalog);
}

/* "u 250; v 100; " */
static void expect_spent(const char *text, const char *catalog, const char *exclude, const char *wanted)
{
    char spent[256] = "";
    ss_interactions log = {0};
    read_texts(text, catalog, exclude, &log);
    for (uint32_t i = 0; log.spent && i < log.customer_count; i++) {
        ss_slice id = ss_dictionary_id(log.customers, i);
        snprintf(spent + strlen(spent), sizeof spent - strlen(spent), "%.*s %" PRId64 "; ", (int)id.size, id.data,
                 log.spent[i]);
    }
    assert_string_equal(log.spent ? spent : "none", wanted);
    ss_interactions_free(&log);
}

static void it_is_price_times_quantity(void **state)
{
    (void)state;
    expect_spent(HEADER "1,u,a,2,1.25,10\n1,u,b,1,3,10\n2,v,a,1,1.25,11\n3,u,a,1,1.30,12\n", NULL, NULL,
                 "u 680; v 125; ");
    expect_spent(HEADER "1,u,a,2,1.25,10\n1,u,a,3,1.25,10\n", NULL, NULL, "u 625; ");
    expect_spent(HEADER "1,u,a,0.5,1.25,10\n", NULL, NULL, "u 63; ");
    expect_spent(HEADER "1,,a,2,1.25,10\n2,v,a,1,1,11\n", NULL, NULL, "v 100; ");
}

static void returns_give_back(void **state)
{
    (void)state;
    expect_spent(HEADER "1,u,a,2,5,10\n2,u,a,-1,5,20\n", NULL, NULL, "u 500; ");
    expect_spent(HEADER "1,u,b,1,1,10\n2,u,a,-1,5,20\n", NULL, NULL, "u -400; ");
    expect_spent(HEADER "1,u,a,1,5,10\n2,v,b,1,1,11\nC3,u,a,1,5,20\nC4,v,b,-1,1,30\n4,v,b,1,2,40\n", NULL, NULL,
                 "u 1000; v 200; ");
}

static void what_is_no_product_does_not_count(void **state)
{
    (void)state;
    expect_spent(HEADER "1,u,a,2,5,10\n1,u,FEE,1,9,10\n2,w,FEE,1,9,11\n", NULL, "FEE", "u 1000; ");
    expect_spent(HEADER "1,u,a,2,5,10\n1,u,b,1,0,10\n1,u,c,1,-3,10\n", NULL, NULL, "u 1000; ");
}

static void unknown_prices_are_the_catalogue_s(void **state)
{
    (void)state;
    const char *catalog = "item_id,name,price\na,Tea,4\nA2,Pot,\n";
    expect_spent(HEADER "1,u,a,2,,10\n2,u,a,1,5,20\n2,u,A2,1,,20\n", catalog, NULL, "u 1300; ");
    expect_spent("customer_id,item_id,quantity\nu,a,3\nv,b,1\n", catalog, NULL, "u 1200; v 0; ");
    expect_spent("customer_id,item_id,quantity\nu,a,3\nv,b,1\n", NULL, NULL, "none");
    expect_spent(HEADER "1,u,a,2,,10\n2,v,a,1,5,20\n", NULL, NULL, "u 0; v 500; ");
}

static void only_purchases_count(void **state)
{
    (void)state;
    expect_spent("session_id,customer_id,item_id,unit_price,event\ns,u,a,5,view\ns,u,a,6,purchase\ns,u,b,7,cart_add\n",
                 NULL, NULL, "u 600; ");
}

static void customers_without_rows_are_not_counted(void **state)
{
    (void)state;
    expect_spent(HEADER "1,u,FEE,1,9,10\n2,v,a,1,5,11\n3,w,FEE,1,1,12\n4,x,a,1,7,13\n", NULL, "FEE", "v 500; x 700; ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_price_times_quantity),
        cmocka_unit_test(returns_give_back),
        cmocka_unit_test(what_is_no_product_does_not_count),
        cmocka_unit_test(unknown_prices_are_the_catalogue_s),
        cmocka_unit_test(only_purchases_count),
        cmocka_unit_test(customers_without_rows_are_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

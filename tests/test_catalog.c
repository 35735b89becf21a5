/* Catalogues: values, what may be missing, what is refused, and running out of memory. */
#include "testing.h"

#include "failing_malloc.h"
#include "memory_rows.h"

#include "base/timestamp.h"
#include "log/catalog.h"

#include <math.h>

static ss_status read_text(const char *text, const ss_catalog_options *options, ss_catalog **catalog,
                           ss_catalog_report *report, ss_error *error)
{
    ss_row_source *source = memory_rows_open(text);
    if (!source)
        return SS_E_NOMEM;
    ss_status status = ss_catalog_read_rows(source, options, NULL, catalog, report, error);
    ss_row_source_close(&source);
    return status;
}

static void expect_text(ss_slice found, const char *wanted)
{
    if (!ss_slice_equal(found, ss_slice_of(wanted)))
        fail_msg("'%.*s', not '%s'", (int)found.size, found.data, wanted);
}

static void all_columns(void **state)
{
    (void)state;
    static const char text[] =
        "image,url,item_id,name,category,group,price,cost,stock,available_from,available_until,hidden,country\n"
        "i.png,http://x/1, A1 , Red duck ,Ducks,duck,12.50,7.25,3,2011-12-01,2012-01-01 12:00:00,no,UK\n"
        ",,B2,,,,,,,,,,\n"
        ",,C3,Goose,,,0,0.005,-4,,,TRUE,\n";
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    ss_error error;
    expect_ok(read_text(text, &options, &catalog, &report, &error), &error);
    assert_int_equal(ss_catalog_count(catalog), 3);
    assert_int_equal(report.rows, 3);
    assert_int_equal(report.bad_rows + report.duplicates, 0);
    const ss_catalog_item *item = ss_catalog_item_at(catalog, ss_catalog_find(catalog, SS_SLICE_LITERAL("A1")));
    int64_t from, until;
    assert_true(ss_timestamp_parse(SS_SLICE_LITERAL("2011-12-01"), &from));
    assert_true(ss_timestamp_parse(SS_SLICE_LITERAL("2012-01-01T12:00:00"), &until));
    expect_text(item->name, "Red duck");
    expect_text(item->category, "Ducks");
    expect_text(item->group, "duck");
    expect_text(item->url, "http://x/1");
    expect_text(item->image, "i.png");
    assert_int_equal(item->price, 1250);
    assert_int_equal(item->cost, 725);
    assert_int_equal(item->stock, 3);
    assert_int_equal(item->available_from, from);
    assert_int_equal(item->available_until, until);
    assert_false(item->hidden);
    item = ss_catalog_item_at(catalog, ss_catalog_find(catalog, SS_SLICE_LITERAL("B2")));
    assert_int_equal(item->name.size, 0);
    assert_true(item->price == SS_NO_MONEY && item->cost == SS_NO_MONEY && item->stock == SS_NO_STOCK);
    assert_true(item->available_from == SS_NO_TIME && item->available_until == SS_NO_TIME && !item->hidden);
    item = ss_catalog_item_at(catalog, ss_catalog_find(catalog, SS_SLICE_LITERAL("C3")));
    assert_true(item->price == 0 && item->cost == 1 && item->stock == 0 && item->hidden);
    assert_int_equal(ss_catalog_find(catalog, SS_SLICE_LITERAL("a1")), SS_NONE);
    expect_text(ss_dictionary_id(ss_catalog_ids(catalog), 1), "B2");
    ss_catalog_free(&catalog);
    assert_null(catalog);
}

static void numbers_and_times_in_a_form_that_is_said(void **state)
{
    (void)state;
    static const char text[] = "item_id;price;cost;stock;available_from\n"
                               "A1;1.249,50;7,25;3,0;31.12.2025\n"
                               "B2;12.50;;;\n"
                               "C3;12,50;;;2025-12-31\n";
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    ss_error error;
    options.max_bad_rows = 1;
    options.notation = (ss_notation){true, SS_TIME_DAY_POINTS};
    ss_row_source *source = NULL;
    expect_ok(ss_row_source_open_memory(ss_slice_of(text), "items.csv", 0, &source, &error), &error);
    expect_ok(ss_catalog_read_rows(source, &options, NULL, &catalog, &report, &error), &error);
    ss_row_source_close(&source);
    assert_int_equal(ss_catalog_count(catalog), 1);
    assert_int_equal(report.bad_rows, 2);
    assert_non_null(strstr(report.first_bad[0], ":3: not an amount of money from 0 on (price: found '12.50'"));
    assert_non_null(strstr(report.first_bad[1], ":4: not a time (available_from: found '2025-12-31'"));
    const ss_catalog_item *item = ss_catalog_item_at(catalog, 0);
    int64_t from;
    assert_true(ss_timestamp_parse(SS_SLICE_LITERAL("2025-12-31"), &from));
    assert_int_equal(item->price, 124950);
    assert_int_equal(item->cost, 725);
    assert_int_equal(item->stock, 3);
    assert_int_equal(item->available_from, from);
    ss_catalog_free(&catalog);
}

static void only_an_id_is_needed_and_the_last_row_counts(void **state)
{
    (void)state;
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    options.columns = "item_id=StockCode,name=Description";
    ss_error error;
    expect_ok(read_text("StockCode,Description,Qty\nA,old,1\nB,b,2\nA,new,3\n----\nDescription,StockCode\nc,C\n",
                        &options, &catalog, &report, &error),
              &error);
    assert_int_equal(ss_catalog_count(catalog), 3);
    assert_int_equal(report.duplicates, 1);
    assert_string_equal(report.hint, "stock=Qty");
    assert_int_equal(ss_catalog_find(catalog, SS_SLICE_LITERAL("A")), 0);
    expect_text(ss_catalog_item_at(catalog, 0)->name, "new");
    expect_text(ss_catalog_item_at(catalog, 2)->name, "c");
    ss_catalog_free(&catalog);
}

static void long_texts_are_cut_at_a_character(void **state)
{
    (void)state;
    static char text[3 * SS_CATALOG_TEXT_MAX];
    strcpy(text, "item_id,name\nA,x");
    for (size_t i = 0; i < SS_CATALOG_TEXT_MAX; i++)
        strcat(text, "ü");
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    assert_int_equal(read_text(text, &options, &catalog, &report, NULL), SS_OK);
    assert_int_equal(ss_catalog_item_at(catalog, 0)->name.size, SS_CATALOG_TEXT_MAX - 1);
    ss_catalog_free(&catalog);
}

typedef struct bad_catalog {
    const char *text;
    ss_status status;
    const char *message; /* part of the error, or of the first bad row when all is well */
} bad_catalog;

static const bad_catalog bad_catalogs[] = {
    {"name\nduck\n", SS_E_FORMAT, "memory.csv: no column item_id"},
    {"sku,name\n1,duck\n", SS_E_FORMAT, "try --catalog-columns item_id=sku"},
    {"item_id,name\n,duck\n", SS_E_BAD_INPUT, "memory.csv:2: not an item id (item_id: expected 1 to 255 bytes"},
    {"item_id,price\nA,free\n", SS_E_BAD_INPUT, "memory.csv:2: not an amount of money from 0 on (price: found 'free'"},
    {"item_id,price\nA,-1\n", SS_E_BAD_INPUT, "price: found '-1'"},
    {"item_id,cost\nA,$3\n", SS_E_BAD_INPUT, "cost: found '$3'"},
    {"item_id,stock\nA,many\n", SS_E_BAD_INPUT, "stock: found 'many'"},
    {"item_id,stock\nA,1e300\n", SS_E_BAD_INPUT, "stock: found '1e300'"},
    {"item_id,available_from\nA,soon\n", SS_E_BAD_INPUT, "available_from: found 'soon'"},
    {"item_id,available_until\nA,2011-02-30\n", SS_E_BAD_INPUT, "available_until: found '2011-02-30'"},
    {"item_id,hidden\nA,perhaps\n", SS_E_BAD_INPUT, "hidden: found 'perhaps'"},
    {"item_id,name\nA,\xff\n", SS_E_BAD_INPUT, "not text (name: found '\\xff', expected UTF-8; iconv converts from others)"},
    {"item_id\n!unclosed quote\n", SS_E_BAD_INPUT, "memory.csv:2: unclosed quote"},
};

static void bad_rows_name_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_catalogs / sizeof *bad_catalogs; i++) {
        ss_catalog *catalog = NULL;
        ss_catalog_report report;
        ss_catalog_options options = ss_catalog_defaults();
        ss_error error;
        char text[1024];
        ss_status status = read_text(bad_catalogs[i].text, &options, &catalog, &report, &error);
        ss_error_format(&error, text, sizeof text);
        if (status != bad_catalogs[i].status || !strstr(text, bad_catalogs[i].message))
            if (status != bad_catalogs[i].status || !strstr(report.first_bad[0], bad_catalogs[i].message))
                fail_msg("case %zu: %s: %s / %s", i, ss_status_name(status), text, report.first_bad[0]);
        assert_null(catalog);
        if (status != SS_E_BAD_INPUT)
            continue;
        options.max_bad_rows = 1;
        assert_int_equal(read_text(bad_catalogs[i].text, &options, &catalog, &report, &error), SS_OK);
        assert_int_equal(ss_catalog_count(catalog), 0);
        assert_int_equal(report.bad_rows, 1);
        ss_catalog_free(&catalog);
    }
}

static void more_bad_rows_than_are_shown(void **state)
{
    (void)state;
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    options.max_bad_rows = 1;
    assert_int_equal(read_text("item_id,price\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n7,7\n", &options, &catalog, &report, NULL),
                     SS_OK);
    assert_int_equal(report.bad_rows, 6);
    assert_non_null(strstr(report.first_bad[4], "memory.csv:6"));
    assert_int_equal(ss_catalog_count(catalog), 1);
    ss_catalog_free(&catalog);
}

static bool refuse_to_go_on(void *context, const ss_progress *progress)
{
    (void)progress;
    ++*(int *)context;
    return false;
}

static void progress_can_stop_it(void **state)
{
    (void)state;
    int calls = 0;
    ss_progress_sink sink = {refuse_to_go_on, &calls, 0};
    ss_row_source *source = memory_rows_open("item_id\nA\n");
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    assert_int_equal(ss_catalog_read_rows(source, &options, &sink, &catalog, &report, NULL), SS_E_CANCELLED);
    assert_int_equal(calls, 1);
    assert_null(catalog);
    ss_row_source_close(&source);
}

static void a_failing_source_is_passed_on(void **state)
{
    (void)state;
    ss_row_source *source = memory_rows_open("item_id\nA\n");
    ((memory_rows *)source)->fail = SS_E_IO;
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    ss_error error;
    assert_int_equal(ss_catalog_read_rows(source, &options, NULL, &catalog, &report, &error), SS_E_IO);
    assert_string_equal(error.message, "the source failed");
    ss_row_source_close(&source);
    const char *missing = "/nowhere/items.csv";
    assert_int_equal(ss_catalog_read(&missing, 1, &options, NULL, &catalog, &report, &error), SS_E_NOT_FOUND);
    assert_null(catalog);
}

static bool read_some(void *context)
{
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    ss_status status = read_text(context, &options, &catalog, &report, NULL);
    assert_true(status == SS_OK || (status == SS_E_NOMEM && !catalog));
    ss_catalog_free(&catalog);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static char text[20000] = "item_id,name,category\n";
    for (int i = 0; i < 300; i++)
        sprintf(text + strlen(text), "item%d,name %d,category\n", i, i);
    assert_true(failing_malloc_torture(read_some, text) > 8);
}

static void real_items(void **state)
{
    (void)state;
    char path[1024];
    const char *items = test_data("online_retail_ii/items.csv.gz", path, sizeof path);
    if (!items)
        skip();
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    ss_error error;
    expect_ok(ss_catalog_read(&items, 1, &options, NULL, &catalog, &report, &error), &error);
    assert_int_equal(report.rows, 4932);
    assert_int_equal(ss_catalog_count(catalog), 4931);
    assert_int_equal(report.duplicates, 1); /* "47503J" and "47503J " */
    const ss_catalog_item *item = ss_catalog_item_at(catalog, ss_catalog_find(catalog, SS_SLICE_LITERAL("10002R")));
    expect_text(item->name, "ROBOT PENCIL SHARPNER");
    assert_int_equal(item->price, 517);
    ss_catalog_free(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_columns),
        cmocka_unit_test(numbers_and_times_in_a_form_that_is_said),
        cmocka_unit_test(only_an_id_is_needed_and_the_last_row_counts),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
        cmocka_unit_test(bad_rows_name_their_place),
        cmocka_unit_test(more_bad_rows_than_are_shown),
        cmocka_unit_test(progress_can_stop_it),
        cmocka_unit_test(a_failing_source_is_passed_on),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(real_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

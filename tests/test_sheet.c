/* test_sheet.c: cells for people and for machines, and tables in three forms. */
#include "testing.h"

#include "job/sheet.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static void expect_cell(ss_cell cell, const char *people, const char *machines)
{
    char text[SS_CELL_TEXT_MAX];
    ss_cell_for_people(&cell, 2, text);
    assert_string_equal(text, people);
    ss_cell_for_machines(&cell, 2, text);
    assert_string_equal(text, machines);
}

static void cells(void **state)
{
    (void)state;
    expect_cell((ss_cell){.kind = SS_CELL_COUNT, .as.count = 1234567}, "1,234,567", "1234567");
    expect_cell((ss_cell){.kind = SS_CELL_COUNT, .as.count = 123}, "123", "123");
    expect_cell((ss_cell){.kind = SS_CELL_MONEY, .as.money = -123456}, "-1,234.56", "-1234.56");
    expect_cell((ss_cell){.kind = SS_CELL_AMOUNT, .as.number = 123456.7}, "1,234.57", "1234.567000");
    expect_cell((ss_cell){.kind = SS_CELL_WHOLE, .as.number = 123456.7}, "1,235", "1234.567000");
    expect_cell((ss_cell){.kind = SS_CELL_SHARE, .as.number = 0.38449}, "38.4 %", "0.38449");
    expect_cell((ss_cell){.kind = SS_CELL_PERCENT, .as.number = 0.38449}, "38", "0.38449");
    expect_cell((ss_cell){.kind = SS_CELL_NUMBER, .as.number = -85553.9652}, "-85,553.965", "-85553.9652");
    expect_cell((ss_cell){.kind = SS_CELL_TENTHS, .as.number = 4.14}, "4.1", "4.14");
    expect_cell((ss_cell){.kind = SS_CELL_NONE}, "", "");
}

static void fill(ss_sheets *sheets)
{
    static const ss_sheet_column columns[] = {{"key", NULL}, {"name", "Name"}, {"value", "Value"}};
    static const ss_sheet_column hidden[] = {{"days", NULL}};
    assert_true(ss_sheets_init(sheets, "Title", 2));
    ss_sheets_begin(sheets, "first", "First table", "What it says.", columns, 3);
    ss_put_text(sheets, "a");
    ss_put_text(sheets, "Größe, \"gut\"");
    ss_put_money(sheets, 250);
    ss_put_text(sheets, "b");
    ss_put_text(sheets, NULL);
    ss_put_number(sheets, SS_CELL_SHARE, (double)NAN);
    ss_sheets_begin(sheets, "second", NULL, NULL, hidden, 1);
    ss_put_count(sheets, 7);
    ss_sheets_warn(sheets, ss_sheets_printf(sheets, "Heed %d.", 1));
    assert_int_equal(sheets->status, SS_OK);
}

static void three_forms(void **state)
{
    (void)state;
    ss_sheets sheets;
    ss_buffer out;
    ss_buffer_init(&out, 1u << 16);
    fill(&sheets);
    assert_int_equal(ss_sheets_write_table(&sheets, &out), SS_OK);
    assert_string_equal(out.data,
                        "Title\n\nFirst table\n  What it says.\n\nName          Value\nGröße, \"gut\"   2.50\n"
                        "-                 -\n\n! Heed 1.\n");
    ss_buffer_clear(&out);
    assert_int_equal(ss_sheets_write_csv(&sheets, &out), SS_OK);
    assert_string_equal(out.data, "table,row,column,value\nfirst,a,name,\"Größe, \"\"gut\"\"\"\nfirst,a,value,2.50\n"
                                  "first,b,name,\nfirst,b,value,\nsecond,0,days,7\n");
    ss_buffer_clear(&out);
    assert_int_equal(ss_sheets_write_json(&sheets, &out), SS_OK);
    json_t *root = json_loads(out.data, 0, NULL), *first = json_array_get(json_object_get(root, "first"), 0);
    assert_int_equal(json_integer_value(json_object_get(first, "value")), 250);
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(root, "first"), 1), "value")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(root, "warnings"), 0)), "Heed 1.");
    json_decref(root);
    ss_buffer_release(&out);
    ss_sheets_release(&sheets);
}

static void a_sheet_by_its_name(void **state)
{
    (void)state;
    ss_sheets sheets;
    fill(&sheets);
    assert_int_equal(ss_sheet_rows(ss_sheets_find(&sheets, "first")), 2);
    assert_null(ss_sheets_find(&sheets, "third"));
    assert_string_equal(ss_sheets_day(&sheets, 15317), "2011-12-09");
    assert_string_equal(ss_sheets_month(&sheets, 2011 * 12 + 11), "2011-12");
    ss_sheets_release(&sheets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells), cmocka_unit_test(three_forms),
                                       cmocka_unit_test(a_sheet_by_its_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_columns.c: the names of columns: kept, found, refused. */
#include "testing.h"

#include "log/columns.h"
#include <string.h>

static void names_are_kept_and_found(void **state)
{
    (void)state;
    char name[] = " item_id\r";
    ss_columns columns = {0};
    assert_int_equal(ss_columns_add(&columns, ss_slice_of(name), NULL), SS_OK);
    memset(name, 'x', sizeof name);
    assert_int_equal(ss_columns_add(&columns, SS_SLICE_LITERAL("n\xc3\xa4me"), NULL), SS_OK);
    assert_true(ss_slice_equal(columns.names[0], SS_SLICE_LITERAL("item_id")));
    for (size_t guess = 0; guess < 4; guess++) {
        assert_int_equal(ss_columns_find(&columns, SS_SLICE_LITERAL("item_id"), guess), 0);
        assert_int_equal(ss_columns_find(&columns, SS_SLICE_LITERAL("n\xc3\xa4me"), guess), 1);
        assert_int_equal(ss_columns_find(&columns, SS_SLICE_LITERAL("item"), guess), 2);
    }
    ss_columns_clear(&columns);
    assert_int_equal(columns.count, 0);
}

static void expect_refused(ss_columns *columns, ss_slice name, const char *why)
{
    ss_error error = {0};
    size_t count = columns->count;
    assert_int_equal(ss_columns_add(columns, name, &error), SS_E_FORMAT);
    assert_string_equal(error.message, why);
    assert_int_equal(columns->count, count);
}

static void bad_names_are_refused(void **state)
{
    (void)state;
    char name[SS_COLUMN_NAME_MAX + 1];
    ss_columns columns = {0};
    memset(name, 'x', sizeof name);
    expect_refused(&columns, (ss_slice){name, sizeof name}, "the name of a column is too long");
    assert_int_equal(ss_columns_add(&columns, (ss_slice){name, sizeof name - 1}, NULL), SS_OK);
    expect_refused(&columns, (ss_slice){name, sizeof name - 1}, "two columns have one name");
    expect_refused(&columns, SS_SLICE_LITERAL("\xff"), "the name of a column is not UTF-8");
    while (columns.count < SS_COLUMNS_MAX)
        assert_int_equal(ss_columns_add(&columns, SS_SLICE_LITERAL("  "), NULL), SS_OK);
    expect_refused(&columns, SS_SLICE_LITERAL("one more"), "too many columns");
    ss_columns_clear(&columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_kept_and_found),
        cmocka_unit_test(bad_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

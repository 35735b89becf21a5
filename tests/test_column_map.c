/* Column maps: our own names, --columns, what is refused and what is suggested. */
#include "testing.h"

#include "memory_rows.h"

#include "log/column_map.h"

#define SAID(TEXT) ((ss_mapping){"--columns", TEXT})

static const ss_field fields[] = {
    {"item_id", "|sku|stockcode|"}, {"customer_id", "|user|userid|"}, {"price", "|unitprice|"}};

typedef struct mapping_case {
    const char *columns, *mapping;
    ss_status status;
    int map[3];       /* -1: none */
    const char *text; /* part of the error */
} mapping_case;

static const mapping_case cases[] = {
    {"item_id,customer_id,price", NULL, SS_OK, {0, 1, 2}, NULL},
    {"price,x,item_id", NULL, SS_OK, {2, -1, 0}, NULL},
    {" item_id ,y", NULL, SS_OK, {0, -1, -1}, NULL},
    {"Item_ID,sku,user", NULL, SS_OK, {-1, -1, -1}, NULL}, /* what looks alike is not taken on trust */
    {"a,b,c", "item_id=b,customer_id=c", SS_OK, {1, 2, -1}, NULL},
    {"a,b,c", " item_id = b , price=a", SS_OK, {1, -1, 0}, NULL},
    {"item_id,StockCode", "item_id=StockCode", SS_OK, {1, -1, -1}, NULL},
    {"item_id,x", "", SS_OK, {0, -1, -1}, NULL},
    {"Customer ID,x", "customer_id=Customer ID", SS_OK, {-1, 0, -1}, NULL},
    {"item_id,x", "item_id=X", SS_E_FORMAT, {0}, "found 'X', expected item_id, x"},
    {"item_id,x", "item=x", SS_E_ARGUMENT, {0}, "expected one of item_id, customer_id, price"},
    {"item_id,x", "item_id", SS_E_ARGUMENT, {0}, "expected field=Column"},
    {"item_id,x", "item_id=x,", SS_OK, {1, -1, -1}, NULL},
    {"item_id,x", "item_id=x,,price=x", SS_E_ARGUMENT, {0}, "not a mapping"},
    {"item_id,x", "item_id=x,item_id=item_id", SS_E_ARGUMENT, {0}, "twice"},
    {"item_id,x", "=x", SS_E_ARGUMENT, {0}, "unknown field"},
    {"item_id,x", "item_id=", SS_E_FORMAT, {0}, "is not there"},
};

static void mappings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mapping_case *c = &cases[i];
        ss_row_source *source = memory_rows_open(c->columns);
        size_t map[3];
        ss_error error;
        char text[1024];
        ss_status status = ss_column_map_make(fields, 3, SAID(c->mapping), source, "shop.csv", map, &error);
        if (status != c->status)
            fail_msg("case %zu: %s", i, ss_status_name(status));
        for (int field = 0; status == SS_OK && field < 3; field++)
            if (map[field] != (c->map[field] < 0 ? SS_NO_COLUMN : (size_t)c->map[field]))
                fail_msg("case %zu: field %d is column %zu", i, field, map[field]);
        if (c->text) {
            ss_error_format(&error, text, sizeof text);
            if (!strstr(text, c->text))
                fail_msg("case %zu: '%s' without '%s'", i, text, c->text);
        }
        ss_row_source_close(&source);
    }
}

static void a_missing_column_is_suggested(void **state)
{
    (void)state;
    static const struct {
        const char *columns, *mapping, *text;
    } cases_missing[] = {
        {"StockCode,qty", NULL, "try --columns item_id=StockCode (found"},
        {"ITEM-ID,qty", NULL, "try --columns item_id=ITEM-ID (found"},
        {"qty,User_ID", NULL, "try --columns customer_id=User_ID (found"},
        {"UnitPrice,sku,User_ID", NULL, "try --columns item_id=sku,customer_id=User_ID,price=UnitPrice (found"},
        {"cents,sku,User_ID", "price=cents", "try --columns price=cents,item_id=sku,customer_id=User_ID (found"},
        {"UnitPrice,cust", NULL, "say which it is with --columns item_id=NAME (found"},
        {"o1,c3,1,2026-01-01 10:00:00", NULL,
         "is the first row a header? It must name the columns; or say which it is with --columns"},
        {"qty,cust", NULL, "say which it is with --columns item_id=NAME (found 'qty, cust'"},
    };
    for (size_t i = 0; i < sizeof cases_missing / sizeof *cases_missing; i++) {
        ss_row_source *source = memory_rows_open(cases_missing[i].columns);
        ss_error error;
        size_t map[3];
        char text[1024];
        const ss_mapping mapping = SAID(cases_missing[i].mapping);
        expect_ok(ss_column_map_make(fields, 3, mapping, source, NULL, map, &error), &error);
        assert_int_equal(
            ss_column_map_missing(fields, 3, mapping, map, (ss_field_range){0, 2}, source, "shop.csv", &error),
            SS_E_FORMAT);
        ss_error_format(&error, text, sizeof text);
        if (!strstr(text, cases_missing[i].text) || !strstr(text, "shop.csv: no column item_id or customer_id"))
            fail_msg("'%s' without '%s'", text, cases_missing[i].text);
        ss_row_source_close(&source);
    }
}

static void unread_columns_are_hinted_at(void **state)
{
    (void)state;
    ss_row_source *source = memory_rows_open("item_id,user_id,UnitPrice,sku,country");
    size_t map[3];
    char hint[64], little[12];
    assert_int_equal(ss_column_map_make(fields, 3, SAID(NULL), source, NULL, map, NULL), SS_OK);
    ss_column_map_hint(fields, 3, map, source, hint, sizeof hint);
    assert_string_equal(hint, "customer_id=user_id,price=UnitPrice");
    ss_column_map_hint(fields, 3, map, source, little, sizeof little);
    assert_string_equal(little, "customer_id");
    assert_int_equal(
        ss_column_map_make(fields, 3, SAID("customer_id=user_id,price=UnitPrice"), source, NULL, map, NULL), SS_OK);
    ss_column_map_hint(fields, 3, map, source, hint, sizeof hint);
    assert_string_equal(hint, "");
    ss_row_source_close(&source);
}

/* A suggestion is never cut: of names too long for an error there is the one that must be there. */
static void long_suggestions_are_the_one_that_is_wanted(void **state)
{
    (void)state;
    char mapping[240] = "price=";
    ss_error error;
    size_t map[3] = {SS_NO_COLUMN, SS_NO_COLUMN, SS_NO_COLUMN};
    memset(mapping + 6, 'p', 200);
    ss_row_source *source = memory_rows_open("sku,User_ID");
    assert_int_equal(ss_column_map_missing(fields, 3, SAID(mapping), map, (ss_field_range){0, 1}, source, NULL, &error),
                     SS_E_FORMAT);
    assert_string_equal(error.message, "no column item_id; try --columns item_id=sku");
    ss_row_source_close(&source);
}

static void many_long_names_fit_no_error(void **state)
{
    (void)state;
    char columns[4096] = "";
    for (int i = 0; i < 15; i++) {
        memset(columns + strlen(columns), 'a' + i, 200);
        strcat(columns, i < 14 ? "," : "");
    }
    ss_row_source *source = memory_rows_open(columns);
    ss_error error;
    size_t map[3] = {SS_NO_COLUMN, SS_NO_COLUMN, SS_NO_COLUMN};
    assert_int_equal(
        ss_column_map_missing(fields, 3, (ss_mapping){0}, map, (ss_field_range){0, 2}, source, NULL, &error),
        SS_E_FORMAT);
    assert_string_equal(error.message, "no column item_id or customer_id"); /* where it cannot be said */
    ss_row_source_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mappings),
        cmocka_unit_test(a_missing_column_is_suggested),
        cmocka_unit_test(unread_columns_are_hinted_at),
        cmocka_unit_test(long_suggestions_are_the_one_that_is_wanted),
        cmocka_unit_test(many_long_names_fit_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

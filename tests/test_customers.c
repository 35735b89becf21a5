/* test_customers.c: the customers' file: histories come back; histories out of order are refused. */
#include "check.h"

#include "failing_malloc.h"
#include "sample_model.h"
#include "store/customers.h"
#include "temporary_folder.h"
#include <string.h>

#define CUSTOMERS 3
#define ROWS      4
#define ITEMS     9

typedef struct fixture {
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    ss_dictionary *ids;
    uint64_t offsets[CUSTOMERS + 1];
    uint32_t items[ROWS], purchases[ROWS];
    float quantities[ROWS];
    int64_t times[ROWS];
} fixture;

static const fixture sample = {
    .offsets = {0, 3, 3, 4},
    .items = {1, 2, 8, 0},
    .purchases = {1, 5, 1, 2},
    .quantities = {1, 12.5f, 3, 2},
    .times = {100, -5, INT64_MAX, 7},
};

static int set_up(void **state)
{
    fixture *fix = malloc(sizeof *fix);
    uint32_t number;
    *fix = sample;
    temporary_folder_make(fix->folder);
    temporary_path(fix->path, fix->folder, SS_CUSTOMERS_FILE);
    fix->ids = ss_dictionary_new();
    sample_must(ss_dictionary_intern(fix->ids, SS_SLICE_LITERAL("ann"), &number));
    sample_must(ss_dictionary_intern(fix->ids, SS_SLICE_LITERAL("bob"), &number));
    sample_must(ss_dictionary_intern(fix->ids, SS_SLICE_LITERAL("cleo"), &number));
    *state = fix;
    return 0;
}

static int tear_down(void **state)
{
    fixture *fix = *state;
    temporary_folder_remove(fix->folder);
    ss_dictionary_free(&fix->ids);
    free(fix);
    return 0;
}

static ss_status write_customers(fixture *fix, ss_error *error)
{
    return ss_customers_write(fix->folder, fix->ids, fix->offsets, fix->items, fix->quantities, fix->purchases,
                              fix->times, ITEMS, error);
}

static void histories_come_back(void **state)
{
    fixture *fix = *state;
    ss_customers customers;
    ss_error error;
    uint64_t items;
    expect_ok(write_customers(fix, &error), &error);
    expect_ok(ss_customers_open(fix->folder, &customers, &error), &error);
    expect_ok(ss_model_file_verify(customers.file, &error), &error);
    assert_int_equal(customers.count, CUSTOMERS);
    assert_int_equal(customers.row_count, ROWS);
    assert_true(ss_model_file_dimension(customers.file, "items", &items) && items == ITEMS);
    ss_history ann = ss_customers_history(&customers, ss_strings_find(&customers.ids, SS_SLICE_LITERAL("ann")));
    assert_int_equal(ann.count, 3);
    assert_memory_equal(ann.items, fix->items, 3 * sizeof *ann.items);
    assert_memory_equal(ann.quantities, fix->quantities, 3 * sizeof *ann.quantities);
    assert_memory_equal(ann.purchases, fix->purchases, 3 * sizeof *ann.purchases);
    assert_memory_equal(ann.times, fix->times, 3 * sizeof *ann.times);
    assert_int_equal(ss_customers_history(&customers, 1).count, 0);
    assert_int_equal(ss_customers_history(&customers, 2).items[0], 0);
    assert_int_equal(ss_customers_history(&customers, CUSTOMERS).count, 0);
    assert_int_equal(ss_customers_history(&customers, SS_NONE).count, 0);
    ss_customers_close(&customers);
    ss_customers_close(&customers);
}

static void nobody_is_fine(void **state)
{
    fixture *fix = *state;
    ss_customers customers;
    ss_error error;
    ss_dictionary *nobody = ss_dictionary_new();
    expect_ok(ss_customers_write(fix->folder, nobody, fix->offsets, NULL, NULL, NULL, NULL, 0, &error), &error);
    expect_ok(ss_customers_open(fix->folder, &customers, &error), &error);
    expect_ok(ss_model_file_verify(customers.file, &error), &error);
    assert_int_equal(customers.count, 0);
    ss_customers_close(&customers);
    ss_dictionary_free(&nobody);
}

/* A file opens whatever its contents; its histories stay within their bounds. */
static void broken_offsets_give_empty_histories(void **state)
{
    fixture *fix = *state;
    ss_customers customers;
    ss_error error;
    fix->offsets[1] = 1000;
    fix->offsets[2] = UINT64_MAX;
    expect_ok(write_customers(fix, &error), &error);
    expect_ok(ss_customers_open(fix->folder, &customers, &error), &error);
    for (uint32_t i = 0; i < CUSTOMERS; i++)
        assert_int_equal(ss_customers_history(&customers, i).count, 0);
    assert_status(ss_model_file_verify(customers.file, &error), SS_E_CORRUPT);
    ss_customers_close(&customers);
}

static void invalid(fixture *fix, const char *field)
{
    ss_error error;
    expect_ok(write_customers(fix, &error), &error);
    sample_bytes bytes = sample_load(fix->path);
    assert_status(ss_model_validate(bytes.data, bytes.size, &ss_customers_schema, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, field);
    free(bytes.data);
    unlink(fix->path);
}

static void what_breaks_the_rules_fails_validation(void **state)
{
    fixture *fix = *state;
    fix->items[1] = 1;
    invalid(fix, "items");
    fix->items[1] = ITEMS;
    invalid(fix, "items");
    fix->items[1] = 2;
    fix->quantities[3] = 0;
    invalid(fix, "quantities");
    fix->quantities[3] = -1;
    invalid(fix, "quantities");
    fix->quantities[3] = 2;
    fix->purchases[0] = 0;
    invalid(fix, "purchases");
    fix->purchases[0] = 1;
    fix->offsets[1] = 4;
    invalid(fix, "offsets");
}

static void an_overlong_id_is_refused(void **state)
{
    fixture *fix = *state;
    char id[SS_ID_MAX + 1];
    uint32_t number;
    memset(id, 'x', sizeof id);
    sample_must(ss_dictionary_intern(fix->ids, (ss_slice){id, sizeof id}, &number));
    uint64_t offsets[CUSTOMERS + 2] = {0};
    assert_status(ss_customers_write(fix->folder, fix->ids, offsets, NULL, NULL, NULL, NULL, ITEMS, NULL),
                  SS_E_ARGUMENT);
}

static bool write_and_open(void *context)
{
    fixture *fix = context;
    ss_customers customers;
    ss_status status;
    SS_TRY(write_customers(fix, NULL));
    SS_TRY(ss_customers_open(fix->folder, &customers, NULL));
    ss_customers_close(&customers);
out:
    unlink(fix->path);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(write_and_open, *state), 5, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(histories_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_is_fine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_offsets_give_empty_histories, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_breaks_the_rules_fails_validation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_overlong_id_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

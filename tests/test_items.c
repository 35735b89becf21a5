/* test_items.c: the items' file: what is written comes back; what does not fit together is refused. */
#include "check.h"

#include "failing_malloc.h"
#include "sample_model.h"
#include "store/items.h"
#include "temporary_folder.h"
#include <string.h>

#define ITEMS 4

typedef struct fixture {
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    ss_slice ids[ITEMS], names[ITEMS], categories[2], groups[1];
    uint32_t category[ITEMS], group[ITEMS], flags[ITEMS], purchases[ITEMS], customers[ITEMS];
    int64_t price[ITEMS], cost[ITEMS], stock[ITEMS], from[ITEMS], until[ITEMS];
    ss_items_content content;
} fixture;

static const fixture sample = {
    .ids = {SS_SLICE_LITERAL("85123A"), SS_SLICE_LITERAL("22423"), SS_SLICE_LITERAL("gr\xc3\xbcn"),
            SS_SLICE_LITERAL("x")},
    .names = {SS_SLICE_LITERAL("heart"), SS_SLICE_LITERAL("cakestand"), {NULL, 0}, SS_SLICE_LITERAL("\xe2\x98\x95")},
    .categories = {SS_SLICE_LITERAL("Home > Light"), SS_SLICE_LITERAL("Kitchen")},
    .groups = {SS_SLICE_LITERAL("hearts")},
    .category = {0, 1, SS_NONE, 1},
    .group = {0, SS_NONE, SS_NONE, 0},
    .flags = {SS_ITEM_IN_CATALOG, SS_ITEM_IN_CATALOG | SS_ITEM_HIDDEN, 0, SS_ITEM_IN_CATALOG},
    .purchases = {100, 50, 7, 0},
    .customers = {80, 40, 7, 0},
    .price = {295, 1275, SS_ITEM_NO_MONEY, 100},
    .cost = {100, 600, SS_ITEM_NO_MONEY, SS_ITEM_NO_MONEY},
    .stock = {0, 12, SS_ITEM_NO_STOCK, 3},
    .from = {INT64_MIN, 5, INT64_MIN, INT64_MIN},
    .until = {INT64_MIN, 9, INT64_MIN, INT64_MIN},
};

static int set_up(void **state)
{
    fixture *fix = malloc(sizeof *fix);
    *fix = sample;
    temporary_folder_make(fix->folder);
    temporary_path(fix->path, fix->folder, SS_ITEMS_FILE);
    fix->content = (ss_items_content){.count = ITEMS,
                                      .ids = fix->ids,
                                      .names = fix->names,
                                      .categories = fix->categories,
                                      .category_count = 2,
                                      .groups = fix->groups,
                                      .group_count = 1,
                                      .category = fix->category,
                                      .group = fix->group,
                                      .flags = fix->flags,
                                      .price = fix->price,
                                      .cost = fix->cost,
                                      .stock = fix->stock,
                                      .available_from = fix->from,
                                      .available_until = fix->until,
                                      .purchases = fix->purchases,
                                      .customers = fix->customers,
                                      .decimals = 2};
    *state = fix;
    return 0;
}

static int tear_down(void **state)
{
    fixture *fix = *state;
    temporary_folder_remove(fix->folder);
    free(fix);
    return 0;
}

static void items_come_back(void **state)
{
    fixture *fix = *state;
    ss_items items;
    ss_error error;
    expect_ok(ss_items_write(fix->folder, &fix->content, &error), &error);
    expect_ok(ss_items_open(fix->folder, &items, &error), &error);
    expect_ok(ss_model_file_verify(items.file, &error), &error);
    assert_int_equal(items.count, ITEMS);
    assert_int_equal(items.decimals, 2);
    for (uint32_t i = 0; i < ITEMS; i++) {
        assert_true(ss_slice_equal(ss_strings_at(&items.ids, i), fix->ids[i]));
        assert_true(ss_slice_equal(ss_strings_at(&items.names, i), fix->names[i]));
        assert_int_equal(ss_strings_at(&items.urls, i).size, 0);
        assert_int_equal(ss_strings_find(&items.ids, fix->ids[i]), i);
    }
    assert_int_equal(ss_strings_find(&items.ids, SS_SLICE_LITERAL("85123a")), SS_NONE);
    assert_int_equal(items.categories.count, 2);
    assert_int_equal(ss_strings_find(&items.categories, SS_SLICE_LITERAL("Kitchen")), 1);
    assert_slice_equal(ss_strings_at(&items.groups, 0), "hearts");
    assert_memory_equal(items.category, fix->category, sizeof fix->category);
    assert_memory_equal(items.group, fix->group, sizeof fix->group);
    assert_memory_equal(items.flags, fix->flags, sizeof fix->flags);
    assert_memory_equal(items.price, fix->price, sizeof fix->price);
    assert_memory_equal(items.cost, fix->cost, sizeof fix->cost);
    assert_memory_equal(items.stock, fix->stock, sizeof fix->stock);
    assert_memory_equal(items.available_from, fix->from, sizeof fix->from);
    assert_memory_equal(items.available_until, fix->until, sizeof fix->until);
    assert_memory_equal(items.purchases, fix->purchases, sizeof fix->purchases);
    assert_memory_equal(items.customers, fix->customers, sizeof fix->customers);
    ss_items_close(&items);
    assert_null(items.file);
    ss_items_close(&items);
}

static void no_items_are_fine(void **state)
{
    fixture *fix = *state;
    ss_items items;
    ss_error error;
    fix->content = (ss_items_content){0};
    expect_ok(ss_items_write(fix->folder, &fix->content, &error), &error);
    expect_ok(ss_items_open(fix->folder, &items, &error), &error);
    expect_ok(ss_model_file_verify(items.file, &error), &error);
    assert_int_equal(items.count, 0);
    ss_items_close(&items);
}

static void refused(fixture *fix, const char *field, const char *found)
{
    ss_error error;
    assert_status(ss_items_write(fix->folder, &fix->content, &error), SS_E_ARGUMENT);
    assert_string_equal(error.field, field);
    assert_string_equal(error.found, found);
    assert_int_not_equal(access(fix->path, F_OK), 0);
}

static void bad_content_is_refused(void **state)
{
    fixture *fix = *state;
    char long_id[SS_ID_MAX + 2] = {0};
    memset(long_id, 'x', SS_ID_MAX + 1);
    fix->ids[3] = SS_SLICE_LITERAL("22423");
    refused(fix, "ids", "22423");
    fix->ids[3] = (ss_slice){NULL, 0};
    refused(fix, "", "");
    fix->ids[3] = ss_slice_of(long_id);
    assert_status(ss_items_write(fix->folder, &fix->content, NULL), SS_E_ARGUMENT);
    fix->ids[3] = SS_SLICE_LITERAL("\xff");
    assert_status(ss_items_write(fix->folder, &fix->content, NULL), SS_E_ARGUMENT);
    fix->ids[3] = SS_SLICE_LITERAL("x");
    fix->categories[1] = fix->categories[0];
    refused(fix, "categories", "Home > Light");
    fix->categories[1] = (ss_slice){NULL, 0};
    refused(fix, "categories", "");
    fix->categories[1] = SS_SLICE_LITERAL("Kitchen");
    fix->content.decimals = -1;
    refused(fix, "", "");
    fix->content.decimals = 2;
    assert_status(ss_items_write(fix->folder, &fix->content, NULL), SS_OK);
}

static ss_status validate_written(fixture *fix, ss_error *error)
{
    expect_ok(ss_items_write(fix->folder, &fix->content, error), error);
    sample_bytes bytes = sample_load(fix->path);
    ss_status status = ss_model_validate(bytes.data, bytes.size, &ss_items_schema, error);
    free(bytes.data);
    unlink(fix->path);
    return status;
}

static void what_does_not_fit_together_fails_validation(void **state)
{
    fixture *fix = *state;
    ss_error error;
    fix->category[2] = 2;
    assert_status(validate_written(fix, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, "category");
    fix->category[2] = SS_NONE;
    fix->group[1] = 1;
    assert_status(validate_written(fix, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, "group");
    fix->group[1] = SS_NONE;
    fix->names[2] = SS_SLICE_LITERAL("\xc3");
    assert_status(validate_written(fix, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, "names.bytes");
    fix->names[2] = (ss_slice){NULL, 0};
    assert_status(validate_written(fix, &error), SS_OK);
}

static void decimals_out_of_range_are_corrupt(void **state)
{
    fixture *fix = *state;
    ss_items items;
    ss_error error;
    expect_ok(ss_items_write(fix->folder, &fix->content, &error), &error);
    sample_bytes bytes = sample_load(fix->path);
    sample_replace(&bytes, "\"decimals\":\"2\"", "\"decimals\":\"99\"");
    sample_seal_metadata(&bytes);
    expect_ok(ss_file_write_atomic(fix->path, bytes.data, bytes.size, &error), &error);
    assert_status(ss_items_open(fix->folder, &items, &error), SS_E_CORRUPT);
    assert_string_equal(error.where, fix->path);
    free(bytes.data);
}

static void a_missing_file_is_not_found(void **state)
{
    fixture *fix = *state;
    ss_items items;
    ss_error error;
    assert_status(ss_items_open(fix->folder, &items, &error), SS_E_NOT_FOUND);
    assert_string_equal(error.where, fix->path);
}

static bool write_and_open(void *context)
{
    fixture *fix = context;
    ss_items items;
    ss_status status;
    SS_TRY(ss_items_write(fix->folder, &fix->content, NULL));
    SS_TRY(ss_items_open(fix->folder, &items, NULL));
    ss_items_close(&items);
out:
    unlink(fix->path);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(write_and_open, *state), 10, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(items_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_items_are_fine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_content_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_together_fails_validation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(decimals_out_of_range_are_corrupt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_file_is_not_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

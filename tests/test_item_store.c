/* test_item_store.c: records by id come back in the order of ids, and go when they are removed. */
#include "item_sample.h"

#include "temporary_folder.h"

static ss_status collect(void *context, const ss_item_record *record, ss_error *error)
{
    char *text = context;
    (void)error;
    strncat(text, record->item_id.data, record->item_id.size);
    strcat(text, record->item_id.size > 100 ? "\n" : " ");
    return SS_OK;
}

static ss_status stop(void *context, const ss_item_record *record, ss_error *error)
{
    (void)context, (void)record;
    return ss_error_set(error, SS_E_CANCELLED, "enough");
}

static void change(ss_environment *environment, ss_item_store *store, const char *id, bool keep, bool remove)
{
    ss_item_record record = {.item_id = ss_slice_of(id), .first_seen = SS_NO_TIME, .changed = ITEM_NOW};
    MDB_txn *txn;
    ss_error error;
    expect_ok(ss_environment_begin(environment, &txn, &error), &error);
    expect_ok(remove ? ss_item_store_remove(store, txn, record.item_id, &error)
                     : ss_item_store_put(store, txn, &record, &error),
              &error);
    expect_ok(ss_environment_end(environment, txn, keep, &error), &error);
}

static void what_is_put_is_there_by_id(void **state)
{
    ss_environment *environment = NULL;
    ss_item_store *store = NULL;
    char longest[SS_ID_MAX + 1], found[1024] = "", again[1024] = "";
    ss_error error;
    memset(longest, 'z', sizeof longest);
    longest[SS_ID_MAX] = '\0';
    expect_ok(ss_environment_open(*state, UINT64_C(1) << 24, &environment, &error), &error);
    expect_ok(ss_item_store_open(environment, &store, &error), &error);
    expect_ok(ss_item_store_each(store, stop, NULL, &error), &error); /* empty */
    change(environment, store, "b", true, false);
    change(environment, store, "a", true, false);
    change(environment, store, "never", false, false);
    change(environment, store, "ab", true, false);
    change(environment, store, "b", true, true);
    change(environment, store, "no such", true, true);
    change(environment, store, longest, true, false);
    assert_status(ss_item_store_each(store, collect, again, &error), SS_OK);
    assert_string_equal(again, ""); /* nothing is synced */
    expect_ok(ss_environment_sync(environment, &error), &error);
    expect_ok(ss_item_store_each(store, collect, found, &error), &error);
    assert_int_equal(strncmp(found, "a ab z", 6), 0);
    assert_int_equal(strlen(found), 5 + SS_ID_MAX + 1);
    assert_status(ss_item_store_each(store, stop, NULL, &error), SS_E_CANCELLED);
    ss_item_store_close(&store);
    ss_environment_close(&environment);
    expect_ok(ss_environment_open(*state, 0, &environment, &error), &error); /* to read */
    expect_ok(ss_item_store_open(environment, &store, &error), &error);
    expect_ok(ss_item_store_each(store, collect, again, &error), &error);
    assert_string_equal(again, found);
    ss_item_store_close(&store);
    ss_item_store_close(&store);
    ss_environment_close(&environment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_put_is_there_by_id, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_item_ledger.c: changes of items beside a model in memory: durable after the sync, then seen; room for new items;
 * what fails leaves nothing. */
#include "item_sample.h"

#include "failing_malloc.h"
#include "temporary_folder.h"

typedef struct desk {
    ss_environment *environment;
    ss_live_items *items;
    ss_item_ledger *ledger;
    item_bases bases;
} desk;

static void desk_open(desk *of, const char *folder, int64_t capacity, int64_t now)
{
    ss_error error;
    ss_item_bases bases = item_bases_of(&of->bases);
    expect_ok(ss_environment_open(folder, UINT64_C(1) << 26, &of->environment, &error), &error);
    of->items = ss_live_items_new(&(ss_live_items_options){capacity});
    expect_ok(ss_item_ledger_open(of->environment, of->items, &bases, now, &of->ledger, &error), &error);
}

static void desk_close(desk *of)
{
    ss_item_ledger_close(&of->ledger);
    ss_live_items_free(&of->items);
    ss_environment_close(&of->environment);
}

static ss_item_result apply(desk *of, ss_item_change change, int64_t now)
{
    ss_item_result result;
    ss_error error;
    expect_ok(ss_item_ledger_apply(of->ledger, &change, 1, now, &result, &error), &error);
    return result;
}

static void sync_all(desk *of)
{
    ss_error error;
    expect_ok(ss_environment_sync(of->environment, &error), &error);
}

static const ss_item_record *published(const desk *of, const char *id)
{
    const ss_live_record *record = ss_live_items_at(of->items, ss_live_items_find(of->items, ss_slice_of(id)));
    return record ? &record->item : NULL;
}

static void a_change_is_seen_after_the_sync_and_after_a_restart(void **state)
{
    desk of = {.bases = {1, 10}};
    desk_open(&of, *state, 5, ITEM_NOW);
    ss_item_result result = apply(&of, item_number("3", SS_LIVE_STOCK, -1), ITEM_NOW);
    assert_true(result.refused == SS_ITEM_CHECK_FINE && result.mended && !result.is_new);
    assert_null(published(&of, "3"));
    assert_true(apply(&of, item_text("new", SS_LIVE_NAME, "New"), ITEM_NOW).is_new);
    apply(&of, item_number("3", SS_LIVE_PRICE, 700), ITEM_NOW + 1);
    sync_all(&of);
    for (int round = 0; round < 2; round++) {
        const ss_item_record *item = published(&of, "3");
        assert_non_null(item);
        assert_int_equal(item->set, SS_LIVE_BIT(SS_LIVE_STOCK) | SS_LIVE_BIT(SS_LIVE_PRICE));
        assert_true(item->numbers[SS_LIVE_STOCK] == 0 && item->numbers[SS_LIVE_PRICE] == 700);
        assert_true(item->price_count == 2 && item->prices[0].price == 1003);
        assert_slice_equal(ss_item_record_text(published(&of, "new"), SS_LIVE_NAME), "New");
        assert_int_equal(published(&of, "new")->first_seen, ITEM_NOW);
        assert_int_equal(ss_item_ledger_counts(of.ledger).live, 2);
        desk_close(&of);
        desk_open(&of, *state, 5, ITEM_NOW);
    }
    desk_close(&of);
}

static void there_is_room_for_so_many_new_items(void **state)
{
    desk of = {.bases = {1, 10}};
    desk_open(&of, *state, 2, ITEM_NOW);
    assert_int_equal(apply(&of, item_text("a", SS_LIVE_NAME, "A"), ITEM_NOW).refused, SS_ITEM_CHECK_FINE);
    assert_int_equal(apply(&of, item_text("b", SS_LIVE_NAME, "B"), ITEM_NOW).refused, SS_ITEM_CHECK_FINE);
    assert_int_equal(apply(&of, item_text("c", SS_LIVE_NAME, "C"), ITEM_NOW).refused, SS_ITEM_CHECK_CAPACITY);
    assert_int_equal(apply(&of, item_text("b", SS_LIVE_NAME, "BB"), ITEM_NOW).refused, SS_ITEM_CHECK_FINE);
    assert_int_equal(apply(&of, item_text("5", SS_LIVE_NAME, "Known"), ITEM_NOW).refused, SS_ITEM_CHECK_FINE);
    assert_int_equal(apply(&of, item_number("d", SS_LIVE_STOCK, 1), ITEM_NOW).refused,
                     SS_ITEM_CHECK_FINE); /* no name */
    assert_int_equal(apply(&of, item_clear("a", SS_LIVE_ALL), ITEM_NOW).refused, SS_ITEM_CHECK_FINE);
    assert_int_equal(apply(&of, item_text("c", SS_LIVE_NAME, "C"), ITEM_NOW).refused, SS_ITEM_CHECK_FINE);
    sync_all(&of);
    assert_int_equal(ss_item_ledger_counts(of.ledger).fresh, 2);
    assert_int_equal(ss_item_ledger_counts(of.ledger).refused, 1);
    assert_int_equal(apply(&of, item_text("20", SS_LIVE_NAME, "C"), ITEM_NOW).refused, SS_ITEM_CHECK_CAPACITY);
    of.bases = (item_bases){2, 30}; /* a training that knows it */
    assert_int_equal(apply(&of, item_text("20", SS_LIVE_NAME, "C"), ITEM_NOW).refused, SS_ITEM_CHECK_FINE);
    desk_close(&of);
    desk_open(&of, *state, 2, ITEM_NOW);
    assert_null(published(&of, "a")); /* says nothing: it is not kept */
    assert_non_null(published(&of, "d"));
    assert_int_equal(apply(&of, item_text("e", SS_LIVE_NAME, "E"), ITEM_NOW).refused, SS_ITEM_CHECK_CAPACITY);
    desk_close(&of);
}

static void what_was_taken_back_goes_when_its_prices_are_old(void **state)
{
    desk of = {.bases = {1, 10}};
    desk_open(&of, *state, 2, ITEM_NOW);
    apply(&of, item_number("3", SS_LIVE_PRICE, 700), ITEM_NOW);
    apply(&of, item_clear("3", SS_LIVE_ALL), ITEM_NOW + 1);
    desk_close(&of);
    desk_open(&of, *state, 2, ITEM_NOW + SS_PRICE_WINDOW);
    assert_int_equal(published(&of, "3")->price_count, 3);
    desk_close(&of);
    desk_open(&of, *state, 2, ITEM_NOW + SS_PRICE_WINDOW + 2);
    assert_null(published(&of, "3"));
    desk_close(&of);
    desk_open(&of, *state, 2, ITEM_NOW);
    assert_null(published(&of, "3"));
    desk_close(&of);
}

static void a_batch_that_fails_leaves_nothing(void **state)
{
    desk of = {.bases = {1, 10}};
    ss_item_result results[2];
    ss_error error;
    desk_open(&of, *state, 2, ITEM_NOW);
    apply(&of, item_number("3", SS_LIVE_STOCK, 7), ITEM_NOW);
    for (size_t nth = 1;; nth++) {
        ss_item_change batch[] = {item_number("3", SS_LIVE_STOCK, 9), item_text("a", SS_LIVE_NAME, "A")};
        failing_malloc_start(nth);
        ss_status status = ss_item_ledger_apply(of.ledger, batch, 2, ITEM_NOW, results, &error);
        if (!failing_malloc_stop())
            break;
        assert_status(status, SS_E_NOMEM);
    }
    assert_status(ss_item_ledger_apply(of.ledger, NULL, 0, -1, NULL, &error), SS_E_ARGUMENT);
    sync_all(&of);
    assert_int_equal(published(&of, "3")->numbers[SS_LIVE_STOCK], 9);
    assert_int_equal(ss_item_ledger_counts(of.ledger).fresh, 1);
    desk_close(&of);
}

/* Random changes, syncs and restarts; what is published is what a model in memory says. */
static void random_changes_beside_a_model(void **state)
{
    enum { ITEMS = 12 };
    desk of = {.bases = {1, 6}};
    int64_t stock[ITEMS], waiting[ITEMS];
    ss_random random = test_random();
    memset(stock, -1, sizeof stock);
    memset(waiting, -1, sizeof waiting);
    desk_open(&of, *state, ITEMS, ITEM_NOW);
    for (int step = 0; step < 2000; step++) {
        char id[8];
        unsigned item = ss_random_below(&random, ITEMS), what = ss_random_below(&random, 12);
        snprintf(id, sizeof id, "%u", item);
        if (what < 6)
            apply(&of, item_number(id, SS_LIVE_STOCK, waiting[item] = step), ITEM_NOW + step);
        else if (what < 8)
            apply(&of, item_clear(id, SS_LIVE_BIT(SS_LIVE_STOCK)), ITEM_NOW + step), waiting[item] = -1;
        else if (what < 11 || step % 10)
            sync_all(&of), memcpy(stock, waiting, sizeof stock);
        else {
            desk_close(&of);
            desk_open(&of, *state, ITEMS, ITEM_NOW);
            memcpy(stock, waiting, sizeof stock); /* closing syncs */
        }
        for (unsigned i = 0; i < ITEMS; i++) {
            snprintf(id, sizeof id, "%u", i);
            const ss_item_record *record = published(&of, id);
            bool set = record && ss_item_record_has(record, SS_LIVE_STOCK);
            assert_int_equal(set ? record->numbers[SS_LIVE_STOCK] : -1, stock[i]);
        }
    }
    desk_close(&of);
}

static void damage_is_told(void **state)
{
    desk of = {.bases = {1, 10}};
    ss_item_bases bases = item_bases_of(&of.bases);
    MDB_txn *txn;
    MDB_dbi table;
    MDB_val key = {1, "3"}, value = {4, "junk"};
    ss_error error;
    desk_open(&of, *state, 5, ITEM_NOW);
    apply(&of, item_number("3", SS_LIVE_STOCK, 1), ITEM_NOW);
    ss_item_ledger_close(&of.ledger);
    ss_live_items_free(&of.items);
    expect_ok(ss_environment_table(of.environment, "items", 0, &table, &error), &error);
    expect_ok(ss_environment_begin(of.environment, &txn, &error), &error);
    assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
    expect_ok(ss_environment_end(of.environment, txn, true, &error), &error);
    sync_all(&of);
    of.items = ss_live_items_new(&(ss_live_items_options){5});
    assert_status(ss_item_ledger_open(of.environment, of.items, &bases, ITEM_NOW, &of.ledger, &error), SS_E_CORRUPT);
    assert_string_equal(error.found, "3");
    assert_null(of.ledger);
    desk_close(&of);
}

int main(void)
{
#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_change_is_seen_after_the_sync_and_after_a_restart),
        WITH_FOLDER(there_is_room_for_so_many_new_items),
        WITH_FOLDER(what_was_taken_back_goes_when_its_prices_are_old),
        WITH_FOLDER(a_batch_that_fails_leaves_nothing),
        WITH_FOLDER(random_changes_beside_a_model),
        WITH_FOLDER(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_live_items.c: readers get every item's latest record, in pieces, behind the ring, and while others write. */
#include "item_sample.h"

#include "failing_malloc.h"
#include <pthread.h>

static void publish(ss_live_items *items, const char *id, int64_t stock)
{
    ss_error error;
    ss_item_record item = {.item_id = ss_slice_of(id), .set = SS_LIVE_BIT(SS_LIVE_STOCK), .changed = ITEM_NOW};
    item.numbers[SS_LIVE_STOCK] = stock;
    ss_live_record *record = ss_live_record_new(&item);
    assert_non_null(record);
    expect_ok(ss_live_items_prepare(items, record, &error), &error);
    ss_live_items_publish(items, &record, 1);
}

/* Takes all there is, in pieces of `most`, into stocks by number; how many records came. */
static size_t take_all(ss_live_items *items, ss_live_cursor *cursor, size_t most, int64_t *stocks)
{
    ss_live_record *records[64];
    size_t count, sum = 0;
    while ((count = ss_live_items_take(items, cursor, records, most)) > 0)
        for (size_t i = 0; i < count; i++, sum++) {
            stocks[records[i]->number] = records[i]->item.numbers[SS_LIVE_STOCK];
            ss_live_record_release(&records[i]);
        }
    return sum;
}

static void a_record_is_a_copy(void **state)
{
    (void)state;
    char text[] = "Milk", id[] = "milk";
    ss_price_step steps[] = {{0, 5}, {7, 6}};
    ss_item_record item = {.item_id = ss_slice_of(id), .prices = steps, .price_count = 2};
    item.texts[0] = ss_slice_of(text);
    ss_live_record *record = ss_live_record_new(&item), *second = ss_live_record_retain(record);
    text[0] = id[0] = 'x';
    steps[1].price = 0;
    ss_live_record_release(&record);
    assert_null(record);
    assert_slice_equal(second->item.item_id, "milk");
    assert_slice_equal(second->item.texts[0], "Milk");
    assert_int_equal(second->item.prices[1].price, 6);
    ss_live_record_release(&second);
    ss_live_record_release(&second);
}

static void readers_get_what_changed(void **state)
{
    (void)state;
    ss_live_items *items = ss_live_items_new(&(ss_live_items_options){5});
    ss_live_cursor cursor = {0};
    int64_t stocks[4] = {0};
    assert_true(ss_live_items_seen(items, &cursor));
    assert_int_equal(take_all(items, &cursor, 8, stocks), 0);
    publish(items, "a", 1);
    publish(items, "b", 2);
    assert_false(ss_live_items_seen(items, &cursor));
    assert_int_equal(take_all(items, &cursor, 1, stocks), 2);
    assert_true(stocks[0] == 1 && stocks[1] == 2 && ss_live_items_seen(items, &cursor));
    publish(items, "a", 7);
    assert_int_equal(take_all(items, &cursor, 8, stocks), 1);
    assert_int_equal(stocks[0], 7);
    assert_int_equal(ss_live_items_find(items, SS_SLICE_LITERAL("b")), 1);
    assert_int_equal(ss_live_items_find(items, SS_SLICE_LITERAL("c")), SS_NONE);
    assert_int_equal(ss_live_items_at(items, 0)->item.numbers[SS_LIVE_STOCK], 7);
    assert_null(ss_live_items_at(items, 2));
    ss_live_items_free(&items);
    ss_live_items_free(&items);
}

static void who_is_behind_the_ring_takes_all(void **state)
{
    (void)state;
    enum { ITEMS = 100, CHANGES = SS_LIVE_RING + 50 };
    ss_live_items *items = ss_live_items_new(&(ss_live_items_options){5});
    ss_live_cursor cursor = {0}, late = {0};
    int64_t stocks[ITEMS] = {0}, wanted[ITEMS] = {0};
    char id[16];
    for (int64_t change = 0; change < CHANGES; change++) {
        snprintf(id, sizeof id, "i%d", (int)(change * 7 % ITEMS));
        publish(items, id, change);
        wanted[ss_live_items_find(items, ss_slice_of(id))] = change;
    }
    assert_int_equal(take_all(items, &cursor, 9, stocks), ITEMS);
    assert_memory_equal(stocks, wanted, sizeof wanted);
    /* What changes during a sweep follows it, also when that is more than the ring holds. */
    ss_live_record *first;
    assert_int_equal(ss_live_items_take(items, &late, &first, 1), 1);
    ss_live_record_release(&first);
    for (int64_t change = 0; change < CHANGES; change++)
        publish(items, "i0", wanted[0] = CHANGES + change);
    memset(stocks, 0, sizeof stocks);
    take_all(items, &late, 9, stocks);
    assert_int_equal(stocks[0], wanted[0]);
    assert_true(ss_live_items_seen(items, &late));
    ss_live_items_free(&items);
}

static void what_is_prepared_is_not_seen(void **state)
{
    (void)state;
    ss_live_items *items = ss_live_items_new(&(ss_live_items_options){5});
    ss_item_record item = {.item_id = SS_SLICE_LITERAL("a")};
    ss_live_record *record = ss_live_record_new(&item);
    ss_error error;
    expect_ok(ss_live_items_prepare(items, record, &error), &error);
    ss_live_record_release(&record);
    for (unsigned i = 0; i < SS_LIVE_RING + 1; i++)
        publish(items, "b", i);
    ss_live_cursor cursor = {0};
    int64_t stocks[2] = {-1, -1};
    assert_int_equal(take_all(items, &cursor, 64, stocks), 1);
    assert_true(stocks[0] == -1 && stocks[1] == SS_LIVE_RING);
    ss_live_items_free(&items);
}

/* ---- threads ---- */

#define STRESS_ITEMS   300
#define STRESS_READERS 3

typedef struct stress {
    ss_live_items *items;
    atomic_llong acknowledged; /* every item has at least this stock, once it is told */
    atomic_bool stop;
    atomic_int wrong;
} stress;

static void *follow(void *argument)
{
    stress *of = argument;
    ss_live_cursor cursor = {0};
    int64_t stocks[STRESS_ITEMS] = {0};
    while (!atomic_load(&of->stop)) {
        long long told = atomic_load(&of->acknowledged);
        take_all(of->items, &cursor, 64, stocks);
        for (int i = 0; i < STRESS_ITEMS; i++)
            if (stocks[i] < told)
                atomic_fetch_add(&of->wrong, 1);
    }
    return NULL;
}

static void what_was_told_is_seen_by_every_thread(void **state)
{
    (void)state;
    int rounds = getenv("SMARTSHELF_LONG") ? 3000 : 60;
    stress of = {.items = ss_live_items_new(&(ss_live_items_options){5})};
    pthread_t threads[STRESS_READERS];
    char id[16];
    for (int i = 0; i < STRESS_READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, follow, &of), 0);
    for (int round = 1; round <= rounds; round++) {
        for (int i = 0; i < STRESS_ITEMS; i++) {
            snprintf(id, sizeof id, "i%d", i);
            publish(of.items, id, round);
        }
        atomic_store(&of.acknowledged, round);
    }
    atomic_store(&of.stop, true);
    for (int i = 0; i < STRESS_READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&of.wrong), 0);
    ss_live_items_free(&of.items);
}

/* ---- out of memory ---- */

static bool try_publishing(void *context)
{
    (void)context;
    ss_item_record item = {.item_id = SS_SLICE_LITERAL("a")};
    ss_live_items *items = ss_live_items_new(&(ss_live_items_options){5});
    ss_live_record *record = items ? ss_live_record_new(&item) : NULL;
    bool done = record && ss_live_items_prepare(items, record, NULL) == SS_OK;
    if (done)
        ss_live_items_publish(items, &record, 1);
    else
        ss_live_record_release(&record);
    ss_live_items_free(&items);
    return done;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(try_publishing, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_a_copy),
        cmocka_unit_test(readers_get_what_changed),
        cmocka_unit_test(who_is_behind_the_ring_takes_all),
        cmocka_unit_test(what_is_prepared_is_not_seen),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(what_was_told_is_seen_by_every_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

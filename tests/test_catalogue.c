/* test_catalogue.c: the generation's columns with live records over them, beside a plain second reading of both. */
#include "live_shop.h"
#include "random_change.h"

#include "failing_malloc.h"

#define CAPACITY 8

typedef struct view {
    shop of;
    ss_live_items *items;
    ss_catalogue catalogue;
    uint8_t *show; /* as told */
} view;

static void told(void *context, uint32_t item, uint8_t show)
{
    view *seen = context;
    assert_true(item < seen->catalogue.count);
    seen->show[item] = show;
}

static void view_open(view *seen, const char *log, const char *catalog)
{
    ss_error error;
    shop_open(&seen->of, log, catalog);
    seen->items = ss_live_items_new(&(ss_live_items_options){CAPACITY});
    expect_ok(ss_catalogue_init(&seen->catalogue, seen->of.snapshot, seen->items, &error), &error);
    seen->show = malloc(seen->catalogue.count);
    for (uint32_t item = 0; item < seen->catalogue.count; item++)
        seen->show[item] = ss_catalogue_show(&seen->catalogue, item);
}

static void view_close(view *seen)
{
    ss_catalogue_release(&seen->catalogue);
    ss_live_items_free(&seen->items);
    free(seen->show);
    shop_close(&seen->of);
}

static void change(view *seen, ss_item_change made)
{
    ss_error error;
    live_change(seen->items, seen->of.snapshot, made, ITEM_NOW);
    expect_ok(ss_catalogue_catch_up(&seen->catalogue, told, seen, &error), &error);
    assert_true(ss_catalogue_current(&seen->catalogue));
}

static uint32_t find(const view *seen, const char *id)
{
    return ss_catalogue_find(&seen->catalogue, ss_slice_of(id));
}

static const char shop_log[] = "order_id,customer_id,item_id\n1,a,tea\n1,a,pot\n2,b,tea\n2,b,pot\n3,c,odd\n3,c,tea\n";
static const char shop_catalog[] = "item_id,name,category,price,stock,group,url\n"
                                   "tea,Tea,drinks,3.00,5,,/tea\npot,Pot,pots,9.00,,round,\ncup,Cup,pots,2.00,1,,\n";

static void overrides_outrank_the_generation_until_cleared(void **state)
{
    (void)state;
    view seen;
    view_open(&seen, shop_log, shop_catalog);
    const ss_catalogue *catalogue = &seen.catalogue;
    uint32_t tea = find(&seen, "tea"), pot = find(&seen, "pot");
    assert_int_equal(ss_catalogue_number(catalogue, tea, SS_LIVE_PRICE), 300);
    change(&seen, item_number("tea", SS_LIVE_PRICE, 250));
    change(&seen, item_text("tea", SS_LIVE_NAME, "Green tea"));
    change(&seen, item_number("tea", SS_LIVE_STOCK, 0));
    change(&seen, item_number("pot", SS_LIVE_HIDDEN, 1));
    change(&seen, item_text("pot", SS_LIVE_GROUP, ""));
    assert_int_equal(ss_catalogue_number(catalogue, tea, SS_LIVE_PRICE), 250);
    assert_int_equal(ss_catalogue_lowest_price(catalogue, tea, ITEM_NOW), 300);
    assert_int_equal(ss_catalogue_lowest_price(catalogue, pot, ITEM_NOW), SS_ITEM_NO_MONEY);
    assert_slice_equal(ss_catalogue_text(catalogue, tea, SS_LIVE_NAME), "Green tea");
    assert_slice_equal(ss_catalogue_text(catalogue, tea, SS_LIVE_URL), "/tea");
    assert_slice_equal(ss_catalogue_text(catalogue, tea, SS_LIVE_CATEGORY), "drinks");
    assert_slice_equal(ss_catalogue_text(catalogue, tea, SS_LIVE_IMAGE), "");
    assert_slice_equal(ss_catalogue_id(catalogue, tea), "tea");
    assert_int_equal(seen.show[tea], SS_SHOW_NO_STOCK);
    assert_int_equal(seen.show[pot], SS_SHOW_HIDDEN);
    change(&seen, item_clear("tea", SS_LIVE_ALL));
    change(&seen, item_clear("pot", SS_LIVE_ALL));
    assert_int_equal(ss_catalogue_number(catalogue, tea, SS_LIVE_PRICE), 300);
    assert_slice_equal(ss_catalogue_text(catalogue, tea, SS_LIVE_NAME), "Tea");
    assert_true(seen.show[tea] == 0 && seen.show[pot] == SS_SHOW_GROUPED);
    view_close(&seen);
}

static void a_name_lists_what_is_in_no_catalogue(void **state)
{
    (void)state;
    view seen;
    view_open(&seen, shop_log, shop_catalog);
    uint32_t odd = find(&seen, "odd"), unsold = seen.catalogue.unsold;
    assert_int_equal(seen.show[odd], SS_SHOW_UNLISTED);
    change(&seen, item_number("odd", SS_LIVE_STOCK, 5));
    assert_int_equal(seen.show[odd], SS_SHOW_UNLISTED);
    change(&seen, item_text("odd", SS_LIVE_NAME, "Odd"));
    assert_int_equal(seen.show[odd], 0);
    assert_int_equal(find(&seen, "new"), SS_NONE);
    change(&seen, item_number("new", SS_LIVE_STOCK, 5));
    assert_int_equal(find(&seen, "new"), SS_NONE);
    change(&seen, item_text("new", SS_LIVE_NAME, "New"));
    uint32_t new = find(&seen, "new");
    assert_in_range(new, seen.catalogue.known, seen.catalogue.count - 1);
    assert_true(seen.show[new] == 0 && seen.catalogue.unsold == unsold + 1);
    assert_int_equal(ss_catalogue_number(&seen.catalogue, new, SS_LIVE_PRICE), SS_ITEM_NO_MONEY);
    assert_int_equal(ss_catalogue_category(&seen.catalogue, new), SS_NONE);
    change(&seen, item_text("new", SS_LIVE_CATEGORY, "hats"));
    assert_int_equal(ss_catalogue_category(&seen.catalogue, new),
                     ss_catalogue_find_category(&seen.catalogue, SS_SLICE_LITERAL("hats")));
    assert_int_not_equal(ss_catalogue_category(&seen.catalogue, new), SS_NONE);
    change(&seen, item_text("new", SS_LIVE_GROUP, "round")); /* a variant of the pot */
    assert_int_equal(ss_catalogue_group(&seen.catalogue, new), ss_catalogue_group(&seen.catalogue, find(&seen, "pot")));
    change(&seen, item_text("new", SS_LIVE_GROUP, "square"));
    assert_in_range(ss_catalogue_group(&seen.catalogue, new), 1, ss_catalogue_group_count(&seen.catalogue) - 1);
    change(&seen, item_clear("new", SS_LIVE_ALL));
    assert_int_equal(find(&seen, "new"), SS_NONE);
    assert_true(seen.show[new] & SS_SHOW_UNLISTED && seen.catalogue.unsold == unsold);
    view_close(&seen);
}

static void numbers_of_new_items_are_used_again(void **state)
{
    (void)state;
    view seen;
    char id[8];
    view_open(&seen, shop_log, shop_catalog);
    for (int round = 0; round < 40; round++) {
        snprintf(id, sizeof id, "n%d", round);
        change(&seen, item_text(id, SS_LIVE_NAME, "New"));
        assert_true(find(&seen, id) != SS_NONE);
        snprintf(id, sizeof id, "n%d", round - CAPACITY + 1);
        if (round >= CAPACITY - 1)
            change(&seen, item_clear(id, SS_LIVE_ALL));
    }
    for (int round = 40 - CAPACITY + 1; round < 41; round++) {
        snprintf(id, sizeof id, "n%d", round);
        assert_true((find(&seen, id) != SS_NONE) == (round < 40));
    }
    for (int more = 0; more < 3; more++) { /* beyond the room: not there, and nothing breaks */
        snprintf(id, sizeof id, "m%d", more);
        change(&seen, item_text(id, SS_LIVE_NAME, "More"));
        assert_true((find(&seen, id) != SS_NONE) == (more == 0));
    }
    view_close(&seen);
}

/* Who is far behind takes all items, whichever came first: one that was named when another had left has its number. */
static void the_last_free_number_is_found(void **state)
{
    (void)state;
    view seen;
    char id[8];
    view_open(&seen, shop_log, shop_catalog);
    change(&seen, item_number("late", SS_LIVE_STOCK, 5));
    for (int i = 0; i < CAPACITY; i++) {
        snprintf(id, sizeof id, "n%d", i);
        change(&seen, item_text(id, SS_LIVE_NAME, "New"));
    }
    live_change(seen.items, seen.of.snapshot, item_clear("n3", SS_LIVE_ALL), ITEM_NOW);
    live_change(seen.items, seen.of.snapshot, item_text("late", SS_LIVE_NAME, "Late"), ITEM_NOW);
    for (unsigned i = 0; i < SS_LIVE_RING; i++)
        live_change(seen.items, seen.of.snapshot, item_number("tea", SS_LIVE_STOCK, i + 1), ITEM_NOW);
    change(&seen, item_number("tea", SS_LIVE_STOCK, 1));
    assert_int_equal(find(&seen, "n3"), SS_NONE);
    uint32_t late = find(&seen, "late");
    assert_in_range(late, seen.catalogue.known, seen.catalogue.count - 1);
    assert_int_equal(seen.show[late], 0);
    view_close(&seen);
}

static void arrivals_are_newest_first(void **state)
{
    (void)state;
    static const char catalog[] = "item_id,name,available_from\ntea,Tea,2023-01-01\npot,Pot,2023-02-01\ncup,Cup,\n";
    static const char *const wanted[] = {"later", "new", "pot", "tea", "cup"};
    view seen;
    ss_arrival_walk walk = {0};
    ss_arrival arrival;
    size_t count = 0;
    view_open(&seen, shop_log, catalog);
    change(&seen, item_text("new", SS_LIVE_NAME, "New"));
    change(&seen, item_text("later", SS_LIVE_NAME, "Later"));
    change(&seen, item_number("later", SS_LIVE_AVAILABLE_FROM, ITEM_NOW + SS_DAY));
    change(&seen, item_number("cup", SS_LIVE_STOCK, 3));
    for (; ss_catalogue_next_arrival(&seen.catalogue, &walk, &arrival); count++) {
        assert_true(count < 5);
        assert_slice_equal(ss_catalogue_id(&seen.catalogue, arrival.item), wanted[count]);
    }
    assert_int_equal(count, 5);
    assert_true(arrival.time == SS_NO_TIME);
    change(&seen, item_number("tea", SS_LIVE_STOCK, 3));
    change(&seen, item_number("pot", SS_LIVE_PRICE, 300));
    assert_int_equal(seen.catalogue.recent.count, 2); /* the others stand where the generation has them */
    walk = (ss_arrival_walk){0};
    for (count = 0; ss_catalogue_next_arrival(&seen.catalogue, &walk, &arrival); count++)
        assert_slice_equal(ss_catalogue_id(&seen.catalogue, arrival.item), wanted[count]);
    assert_int_equal(count, 5);
    change(&seen, item_number("tea", SS_LIVE_AVAILABLE_FROM, ITEM_NOW + 2 * SS_DAY));
    walk = (ss_arrival_walk){0};
    assert_true(ss_catalogue_next_arrival(&seen.catalogue, &walk, &arrival));
    assert_slice_equal(ss_catalogue_id(&seen.catalogue, arrival.item), "tea");
    view_close(&seen);
}

/* ---- random changes beside a plain reading ---- */

static void check_sums(const view *seen)
{
    const ss_catalogue *catalogue = &seen->catalogue;
    uint32_t unsold = 0, moved[16] = {0}, listed[16] = {0};
    for (uint32_t item = 0; item < catalogue->count; item++) {
        bool known = item < catalogue->known;
        bool sold = known && catalogue->snapshot->popularity.scores[item] > 0;
        uint32_t category = ss_catalogue_category(catalogue, item);
        assert_int_equal(seen->show[item], ss_catalogue_show(catalogue, item));
        unsold += !sold && !(seen->show[item] & SS_SHOW_BLOCKED);
        if (!known || category == SS_NONE || category == catalogue->snapshot->items.category[item])
            continue;
        moved[category]++;
        listed[category] += sold;
    }
    assert_int_equal(catalogue->unsold, unsold);
    for (uint32_t category = 0; category < 16; category++) {
        assert_int_equal(ss_catalogue_moved_into(catalogue, category), moved[category] > 0);
        if (moved[category] > 0)
            assert_int_equal(catalogue->moved[category].listed, listed[category]);
    }
    for (size_t i = 1; i < catalogue->recent.count; i++)
        assert_true(ss_arrival_before(catalogue->recent.list[i - 1], catalogue->recent.list[i]));
}

/* A catalogue that has followed every change is one that takes all at once. */
static void following_is_taking_all(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_buffer log, catalog;
    view seen;
    char id[8];
    ss_buffer_init(&log, 1 << 20);
    ss_buffer_init(&catalog, 1 << 20);
    random_log(&random, &log);
    random_catalog(&random, &catalog);
    view_open(&seen, log.data, catalog.data);
    for (int step = 0; step < 1500; step++) {
        change(&seen, random_change(&random, id));
        check_sums(&seen);
        if (step % 50)
            continue;
        view fresh = seen;
        ss_error error;
        expect_ok(ss_catalogue_init(&fresh.catalogue, seen.of.snapshot, seen.items, &error), &error);
        fresh.show = malloc(fresh.catalogue.count);
        for (uint32_t item = 0; item < fresh.catalogue.count; item++)
            fresh.show[item] = ss_catalogue_show(&fresh.catalogue, item);
        expect_ok(ss_catalogue_catch_up(&fresh.catalogue, told, &fresh, &error), &error);
        check_sums(&fresh);
        for (unsigned item = 0; item < RANDOM_ITEMS + 6; item++) {
            snprintf(id, sizeof id, "i%u", item);
            uint32_t a = find(&seen, id), b = find(&fresh, id);
            assert_int_equal(a == SS_NONE, b == SS_NONE);
            if (a == SS_NONE)
                continue;
            assert_int_equal(seen.show[a], fresh.show[b]);
            assert_true(ss_slice_equal(ss_catalogue_text(&seen.catalogue, a, SS_LIVE_CATEGORY),
                                       ss_catalogue_text(&fresh.catalogue, b, SS_LIVE_CATEGORY)));
        }
        assert_int_equal(seen.catalogue.unsold, fresh.catalogue.unsold);
        ss_catalogue_release(&fresh.catalogue);
        free(fresh.show);
    }
    ss_buffer_release(&log);
    ss_buffer_release(&catalog);
    view_close(&seen);
}

/* ---- out of memory ---- */

static void ignore(void *context, uint32_t item, uint8_t show)
{
    (void)context, (void)item, (void)show;
}

static bool try_catching_up(void *context)
{
    view *seen = context;
    ss_catalogue catalogue;
    ss_error error;
    if (ss_catalogue_init(&catalogue, seen->of.snapshot, seen->items, &error) != SS_OK)
        return false;
    bool done = ss_catalogue_catch_up(&catalogue, ignore, NULL, &error) == SS_OK;
    assert_int_equal(ss_catalogue_current(&catalogue), done);
    ss_catalogue_release(&catalogue);
    return done;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    view seen;
    view_open(&seen, shop_log, shop_catalog);
    change(&seen, item_text("new", SS_LIVE_NAME, "New"));
    change(&seen, item_text("new", SS_LIVE_CATEGORY, "hats"));
    change(&seen, item_text("tea", SS_LIVE_GROUP, "square"));
    assert_true(failing_malloc_torture(try_catching_up, &seen) >= 6);
    view_close(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overrides_outrank_the_generation_until_cleared),
        cmocka_unit_test(a_name_lists_what_is_in_no_catalogue),
        cmocka_unit_test(numbers_of_new_items_are_used_again),
        cmocka_unit_test(the_last_free_number_is_found),
        cmocka_unit_test(arrivals_are_newest_first),
        cmocka_unit_test(following_is_taking_all),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

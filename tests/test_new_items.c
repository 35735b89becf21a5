/*
 * test_new_items.c: items that no generation knows: what is new is shown newest first, and a new item has neighbours by
 * its name, category and price before any training has seen it.
 */
#include "live_shop.h"
#include "shop.h"

#include "failing_malloc.h"
#include "shelf/alike.h"
#include "shelf/newness.h"

static const char shop_log[] =
    "order_id,customer_id,item_id,timestamp\n"
    "1,a,mug-red,2023-10-01\n1,a,tray,2023-10-01\n2,b,mug-red,2023-10-02\n2,b,lamp,2023-10-02\n"
    "3,c,mug-blue,2023-10-03\n3,c,tray,2023-10-03\n4,d,mug-green,2023-10-04\n4,d,lamp,2023-10-04\n"
    "5,e,lamp,2023-10-05\n5,e,tray,2023-10-05\n";
static const char shop_catalog[] = "item_id,name,category,price,available_from\n"
                                   "mug-red,Red enamel mug,Mugs,7.00,2023-10-20\n"
                                   "mug-blue,Blue enamel mug,Mugs,7.00,2023-10-25\n"
                                   "mug-green,Green enamel mug,Mugs,7.00,2020-01-01\n"
                                   "tray,Wooden tray,Kitchen,19.00,\n"
                                   "lamp,Desk lamp,Lamps,49.00,2023-12-01\n"
                                   "vase,Tall vase,Kitchen,29.00,\n"; /* nobody bought it; 2023-11-14 is now */

typedef struct live_shop {
    shop of;
    ss_live_items *items;
    ss_answerer *answerer;
} live_shop;

static void open_shop(live_shop *live)
{
    ss_error error;
    shop_open(&live->of, shop_log, shop_catalog);
    live->items = ss_live_items_new(&(ss_live_items_options){16});
    expect_ok(ss_answerer_new(live->of.snapshot, &(ss_live){.items = live->items}, &live->answerer, &error), &error);
}

static void close_shop(live_shop *live)
{
    ss_answerer_free(&live->answerer);
    ss_live_items_free(&live->items);
    shop_close(&live->of);
}

static void change(live_shop *live, ss_item_change made)
{
    live_change(live->items, live->of.snapshot, made, ITEM_NOW);
}

static void add_mug(live_shop *live, const char *id)
{
    ss_item_change made = item_text(id, SS_LIVE_NAME, "Yellow enamel mug");
    made.set |= SS_LIVE_BIT(SS_LIVE_CATEGORY) | SS_LIVE_BIT(SS_LIVE_PRICE);
    made.texts[SS_LIVE_CATEGORY - SS_LIVE_NUMBERS] = SS_SLICE_LITERAL("Mugs");
    made.numbers[SS_LIVE_PRICE] = 750;
    change(live, made);
}

static ss_request asking(const char *item)
{
    ss_request request = ss_request_empty();
    request.item_id = ss_slice_of(item);
    request.now = ITEM_NOW;
    return request;
}

/* The ids of an answer with blanks between. */
static const char *ask(live_shop *live, ss_shelf_kind kind, const ss_request *request, ss_answer *answer)
{
    static char text[1024];
    ss_error error;
    ss_answer own;
    answer = answer ? answer : &own;
    text[0] = '\0';
    expect_ok(ss_answerer_catch_up(live->answerer, &error), &error);
    expect_ok(ss_answer_shelf(live->answerer, &live->of.snapshot->shelves[kind], request, answer, &error), &error);
    for (size_t i = 0; i < answer->count; i++) {
        ss_slice id = ss_catalogue_id(ss_answerer_catalogue(live->answerer), answer->items[i].item);
        size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%s%.*s", i ? " " : "", (int)id.size, id.data);
    }
    return text;
}

static void what_arrived_last_comes_first(void **state)
{
    (void)state;
    live_shop live;
    ss_answer answer;
    open_shop(&live);
    ss_request request = asking("");
    assert_string_equal(ask(&live, SS_SHELF_NEW_ARRIVALS, &request, NULL), "mug-blue mug-red vase");
    add_mug(&live, "mug-yellow");
    change(&live, item_number("tray", SS_LIVE_AVAILABLE_FROM, ITEM_NOW - SS_DAY));
    assert_string_equal(ask(&live, SS_SHELF_NEW_ARRIVALS, &request, &answer), "mug-yellow tray mug-blue mug-red vase");
    assert_true(answer.items[0].score > 0.99f && answer.items[4].score <= 0);
    for (size_t i = 0; i < answer.count; i++) {
        assert_true(i == 0 || answer.items[i].score <= answer.items[i - 1].score);
        assert_true(answer.items[i].reason.model == SS_SOURCE_NEW && answer.items[i].reason.because == SS_NONE);
    }
    request.filter.category = SS_SLICE_LITERAL("Mugs");
    request.filter.price_max = 740;
    assert_string_equal(ask(&live, SS_SHELF_NEW_ARRIVALS, &request, NULL), "mug-blue mug-red");
    request = asking("mug-blue");
    change(&live, item_number("mug-yellow", SS_LIVE_HIDDEN, 1));
    assert_string_equal(ask(&live, SS_SHELF_NEW_ARRIVALS, &request, NULL), "tray mug-red vase");
    request.now = INT64_MIN; /* dates are not held against anything: the lamp's is the newest */
    assert_string_equal(ask(&live, SS_SHELF_NEW_ARRIVALS, &request, NULL), "lamp tray mug-red vase");
    close_shop(&live);
}

static void a_window_passes_over_what_is_old(void **state)
{
    (void)state;
    live_shop live;
    uint32_t item, seen = 0;
    float score;
    open_shop(&live);
    ss_new_walk walk = ss_new_begin(ss_answerer_catalogue(live.answerer), ITEM_NOW, 21);
    while (ss_new_next(&walk, &item, &score))
        seen++;
    assert_int_equal(seen, 2); /* the blue mug, and the vase without a date */
    close_shop(&live);
}

static void a_new_item_has_neighbours_by_its_name(void **state)
{
    (void)state;
    static const ss_shelf_kind kinds[] = {SS_SHELF_ALTERNATIVES, SS_SHELF_RELATED, SS_SHELF_BOUGHT_TOGETHER};
    live_shop live;
    ss_answer answer;
    open_shop(&live);
    ss_request request = asking("mug-yellow");
    add_mug(&live, "mug-yellow");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        request.limit = 3;
        const char *ids = ask(&live, kinds[i], &request, &answer);
        assert_true(answer.count == 3 && !answer.unknown_item);
        for (size_t k = 0; k < 3; k++) {
            assert_non_null(strstr(ids, "mug-"));
            assert_int_equal(answer.items[k].reason.model, SS_SOURCE_ALTERNATIVES);
            assert_int_equal(answer.items[k].reason.because, answer.page_item);
        }
        assert_null(strstr(ids, "yellow"));
        assert_null(strstr(ids, "lamp"));
    }
    change(&live, item_number("mug-red", SS_LIVE_STOCK, 0));
    assert_null(strstr(ask(&live, SS_SHELF_ALTERNATIVES, &request, NULL), "mug-red"));
    change(&live, item_text("mug-yellow", SS_LIVE_NAME, "Bright desk lamp"));
    change(&live, item_text("mug-yellow", SS_LIVE_CATEGORY, "Lamps"));
    change(&live, item_number("mug-yellow", SS_LIVE_PRICE, 4500));
    request.now = INT64_MIN; /* the lamp is not to be had yet */
    assert_int_equal(strncmp(ask(&live, SS_SHELF_ALTERNATIVES, &request, NULL), "lamp", 4), 0);
    change(&live, item_clear("mug-yellow", SS_LIVE_ALL));
    ask(&live, SS_SHELF_ALTERNATIVES, &request, &answer);
    assert_true(answer.unknown_item);
    close_shop(&live);
}

static void new_items_stand_in_carts_and_exclusions(void **state)
{
    (void)state;
    live_shop live;
    open_shop(&live);
    add_mug(&live, "mug-yellow");
    add_mug(&live, "mug-pink");
    const ss_slice yellow = SS_SLICE_LITERAL("mug-yellow"), pink = SS_SLICE_LITERAL("mug-pink");
    ss_request request = asking("");
    request.cart = &yellow;
    request.cart_count = 1;
    assert_string_equal(ask(&live, SS_SHELF_NEW_ARRIVALS, &request, NULL), "mug-pink mug-blue mug-red vase");
    request.exclude = &pink;
    request.exclude_count = 1;
    assert_string_equal(ask(&live, SS_SHELF_NEW_ARRIVALS, &request, NULL), "mug-blue mug-red vase");
    assert_int_equal(strncmp(ask(&live, SS_SHELF_RELATED, &request, NULL), "mug-", 4), 0);
    close_shop(&live);
}

static bool try_alike(void *context)
{
    live_shop *live = context;
    ss_alike *alike = NULL;
    ss_error error;
    bool done = ss_alike_new(ss_answerer_catalogue(live->answerer), &alike, &error) == SS_OK;
    assert_int_equal(alike != NULL, done);
    ss_alike_free(&alike);
    return done;
}

static void nothing_is_allocated_for_an_answer(void **state)
{
    (void)state;
    live_shop live;
    open_shop(&live);
    add_mug(&live, "mug-yellow");
    ss_request request = asking("mug-yellow");
    ask(&live, SS_SHELF_ALTERNATIVES, &request, NULL);
    failing_malloc_start(0);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        ask(&live, (ss_shelf_kind)kind, &request, NULL);
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    assert_true(failing_malloc_torture(try_alike, &live) >= 2);
    const ss_scored *found;
    assert_int_equal(ss_alike_of(NULL, 0, &found), 0);
    close_shop(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_arrived_last_comes_first),
        cmocka_unit_test(a_window_passes_over_what_is_old),
        cmocka_unit_test(a_new_item_has_neighbours_by_its_name),
        cmocka_unit_test(new_items_stand_in_carts_and_exclusions),
        cmocka_unit_test(nothing_is_allocated_for_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_lines.c: products as pricing looks at them: known or not, reduced or not, of a campaign's categories; gifts. */
#include "live_shop.h"
#include "shop.h"

#include "offers/lines.h"

static const char shop_log[] = "order_id,customer_id,item_id,timestamp\n"
                               "1,a,mug,2023-10-01\n1,a,tray,2023-10-01\n2,b,mug,2023-10-02\n2,b,lamp,2023-10-02\n";
static const char shop_catalog[] = "item_id,name,category,price,cost,stock,available_until\n"
                                   "mug,Mug,Kitchen,10.00,4.00,5,\n"
                                   "tray,Tray,Kitchen,19.00,,,\n"
                                   "lamp,Lamp,,,20.00,,\n"
                                   "old,Old,Lamps,5.00,1.00,,2020-01-01\n"
                                   "gone,Gone,Lamps,5.00,1.00,0,\n"; /* 2023-11-14 is now */

typedef struct live_shop {
    shop of;
    ss_live_items *items;
    ss_answerer *answerer;
    const ss_catalogue *catalogue;
} live_shop;

static void open_shop(live_shop *live)
{
    ss_error error;
    shop_open(&live->of, shop_log, shop_catalog);
    live->items = ss_live_items_new(&(ss_live_items_options){16});
    expect_ok(ss_answerer_new(live->of.snapshot, &(ss_live){.items = live->items}, &live->answerer, &error), &error);
    live->catalogue = ss_answerer_catalogue(live->answerer);
}

static void close_shop(live_shop *live)
{
    ss_answerer_free(&live->answerer);
    ss_live_items_free(&live->items);
    shop_close(&live->of);
}

static void set_price(live_shop *live, const char *id, int64_t price, int64_t now)
{
    ss_error error;
    live_change(live->items, live->of.snapshot, item_number(id, SS_LIVE_PRICE, price), now);
    expect_ok(ss_answerer_catch_up(live->answerer, &error), &error);
}

static ss_price_line line_of(const live_shop *live, const char *id, int64_t now)
{
    return ss_line_of(live->catalogue, NULL, ss_catalogue_find(live->catalogue, ss_slice_of(id)), 2, now);
}

static void what_the_catalogue_knows(void **state)
{
    (void)state;
    live_shop live;
    open_shop(&live);
    ss_price_line line = line_of(&live, "mug", ITEM_NOW);
    assert_true(line.price == 1000 && line.cost == 400 && line.lowest == SS_NO_MONEY && line.quantity == 2);
    assert_true(line.eligible && !line.reduced);
    assert_true(line_of(&live, "tray", ITEM_NOW).cost == SS_NO_MONEY);
    line = line_of(&live, "nobody knows it", ITEM_NOW);
    assert_true(line.price == SS_NO_MONEY && line.cost == SS_NO_MONEY && !line.eligible);
    close_shop(&live);
}

static void a_reduction_lasts_thirty_days(void **state)
{
    (void)state;
    live_shop live;
    open_shop(&live);
    set_price(&live, "mug", 800, ITEM_NOW);
    ss_price_line line = line_of(&live, "mug", ITEM_NOW + SS_DAY);
    assert_true(line.reduced && line.price == 800 && line.lowest == 1000);
    assert_true(line_of(&live, "mug", ITEM_NOW + SS_PRICE_WINDOW).reduced);
    assert_false(line_of(&live, "mug", ITEM_NOW + SS_PRICE_WINDOW + 1).reduced);
    set_price(&live, "mug", 900, ITEM_NOW + 2 * SS_DAY); /* raised, and a cut from there is none */
    line = line_of(&live, "mug", ITEM_NOW + 3 * SS_DAY);
    assert_true(!line.reduced && line.lowest == 800);
    close_shop(&live);
}

static void categories_of_a_campaign(void **state)
{
    (void)state;
    live_shop live;
    open_shop(&live);
    const ss_slice kitchen = SS_SLICE_LITERAL("Kitchen");
    ss_campaign any = {0}, only = {.categories = &kitchen, .category_count = 1},
                never = {.not_categories = &kitchen, .not_category_count = 1};
    uint32_t mug = ss_catalogue_find(live.catalogue, ss_slice_of("mug")),
             lamp = ss_catalogue_find(live.catalogue, ss_slice_of("lamp"));
    assert_true(ss_campaign_takes(&any, live.catalogue, mug) && ss_campaign_takes(&any, live.catalogue, SS_NONE));
    assert_true(ss_campaign_takes(&only, live.catalogue, mug) && !ss_campaign_takes(&only, live.catalogue, lamp));
    assert_false(ss_campaign_takes(&only, live.catalogue, SS_NONE));
    assert_true(!ss_campaign_takes(&never, live.catalogue, mug) && ss_campaign_takes(&never, live.catalogue, lamp));
    assert_false(ss_line_of(live.catalogue, &never, mug, 1, ITEM_NOW).eligible);
    close_shop(&live);
}

static void a_gift_must_be_there(void **state)
{
    (void)state;
    live_shop live;
    open_shop(&live);
    assert_true(ss_gift_cost(live.catalogue, ss_slice_of("mug"), ITEM_NOW) == 400);
    const char *const none[] = {"tray", "old", "gone", "nobody knows it"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(ss_gift_cost(live.catalogue, ss_slice_of(none[i]), ITEM_NOW) == SS_NO_MONEY);
    close_shop(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_catalogue_knows),
        cmocka_unit_test(a_reduction_lasts_thirty_days),
        cmocka_unit_test(categories_of_a_campaign),
        cmocka_unit_test(a_gift_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

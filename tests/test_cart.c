/* test_cart.c: the cart that a decision is about: lines that are given, or known live; value and margin. */
#include "live_shop.h"
#include "shop.h"

#include "offers/cart.h"

static const char shop_log[] = "order_id,customer_id,item_id,timestamp\n1,a,mug,2023-10-01\n1,a,tray,2023-10-01\n";
static const char shop_catalog[] = "item_id,name,category,price,cost\n"
                                   "mug,Mug,Kitchen,12.00,4.00\ntray,Tray,Kitchen,19.00,\nlamp,Lamp,Light,,20.00\n";

static ss_cart cart; /* large */

static void given_lines(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, shop_log, shop_catalog);
    const ss_catalogue *catalogue = ss_answerer_catalogue(of.answerer);
    const ss_cart_line lines[] = {{SS_SLICE_LITERAL("mug"), 2},
                                  {SS_SLICE_LITERAL("tray"), 1},
                                  {SS_SLICE_LITERAL("lamp"), 1},
                                  {SS_SLICE_LITERAL("nobody knows it"), 3}};
    ss_cart_take(&cart, catalogue, lines, 4, ITEM_NOW);
    assert_int_equal(cart.count, 4);
    assert_int_equal(cart.value, 2 * 1200 + 1900);
    assert_true(cart.items[3] == SS_NONE && cart.lines[3].price == SS_NO_MONEY);
    assert_int_equal(ss_cart_margin(&cart, 2000), 2 * (1000 - 400)); /* of the mugs alone */
    assert_true(ss_cart_has_costs(&cart));
    ss_cart_take(&cart, catalogue, lines + 1, 3, ITEM_NOW);
    assert_false(ss_cart_has_costs(&cart));
    assert_int_equal(ss_cart_margin(&cart, 0), 0);
    const ss_slice light = SS_SLICE_LITERAL("Light");
    const ss_campaign campaign = {.categories = &light, .category_count = 1};
    ss_cart_restrict(&cart, catalogue, &campaign);
    assert_true(!cart.lines[0].eligible && cart.lines[1].eligible && !cart.lines[2].eligible);
    ss_cart_take(&cart, catalogue, lines, 0, ITEM_NOW);
    assert_true(cart.count == 0 && cart.value == 0);
    shop_close(&of);
}

static void what_is_known_live(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, shop_log, shop_catalog);
    const ss_catalogue *catalogue = ss_answerer_catalogue(of.answerer);
    uint32_t mug = ss_catalogue_find(catalogue, ss_slice_of("mug")),
             tray = ss_catalogue_find(catalogue, ss_slice_of("tray"));
    static ss_visit visit;
    visit.session = (ss_visitor_view){.count = 1, .items = {{.item = mug}}}; /* only seen */
    visit.customer = (ss_visitor_view){.count = 2, .items = {{.item = tray, .cart = 2}, {.item = mug, .cart = 65535}}};
    ss_cart_take_live(&cart, catalogue, &visit, ITEM_NOW);
    assert_int_equal(cart.count, 2);
    assert_true(cart.items[0] == tray && cart.lines[0].quantity == 2 && cart.lines[1].quantity == 10000);
    visit.session.items[0].cart = 1;
    ss_cart_take_live(&cart, catalogue, &visit, ITEM_NOW);
    assert_true(cart.count == 1 && cart.items[0] == mug && cart.value == 1200);
    shop_close(&of);
}

static void sums_beyond_all_money_end_there(void **state)
{
    (void)state;
    shop of;
    ss_live_items *items = ss_live_items_new(&(ss_live_items_options){16});
    ss_answerer *answerer = NULL;
    ss_error error = {0};
    shop_open(&of, shop_log, shop_catalog);
    live_change(items, of.snapshot, item_number("mug", SS_LIVE_PRICE, SS_LIVE_MONEY_MAX), ITEM_NOW);
    expect_ok(ss_answerer_new(of.snapshot, &(ss_live){.items = items}, &answerer, &error), &error);
    const ss_cart_line lines[] = {{SS_SLICE_LITERAL("mug"), 10000}, {SS_SLICE_LITERAL("mug"), 10000}};
    ss_cart_take(&cart, ss_answerer_catalogue(answerer), lines, 2, ITEM_NOW);
    assert_true(cart.value == INT64_MAX && ss_cart_margin(&cart, 0) == INT64_MAX);
    ss_answerer_free(&answerer);
    ss_live_items_free(&items);
    shop_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_lines),
        cmocka_unit_test(what_is_known_live),
        cmocka_unit_test(sums_beyond_all_money_end_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

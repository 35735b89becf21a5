/*
 * What several codes give to one order, against sums of their own: random prices, costs, guards and promises, most of
 * them bolder than the guards allow. 20,000 orders with SMARTSHELF_LONG; 1,500 without.
 */
#include "redeem_desk.h"

#include "offers/redeem_cart.h"

enum { ITEMS = 3, CODES = 5 };
static const char *const ids[ITEMS] = {"mug", "tray", "lamp"};
static const char order_items[] = "mug, tray 2, lamp 3";

typedef struct order {
    int64_t price[ITEMS], cost[ITEMS];
    int64_t lowered[ITEMS], beside[ITEMS]; /* by codes of that item alone */
    int64_t all_lowered, all_beside;       /* by all codes */
    bool shared;                           /* there is one of the cart among them */
    int codes;
} order;

static int64_t between(ss_random *random, int64_t least, int64_t most)
{
    return least + (int64_t)ss_random_below(random, (uint32_t)(most - least + 1));
}

static void random_guards(redeem_desk *desk, ss_random *random)
{
    ss_guards *guards = &desk->policy->guards;
    guards->tax = between(random, 0, 1) * 1900;
    guards->margin_min = between(random, 0, 3000);
    guards->cart_margin_min = between(random, 0, 3000);
    guards->discount_max = between(random, 500, 7000);
}

static void random_prices(redeem_desk *desk, ss_random *random, order *of)
{
    *of = (order){0};
    for (int i = 0; i < ITEMS; i++) {
        of->price[i] = between(random, 100, 5000);
        of->cost[i] = of->price[i] * between(random, 10, 80) / 100;
        desk_set(desk, ids[i], SS_LIVE_PRICE, of->price[i]);
        desk_set(desk, ids[i], SS_LIVE_COST, of->cost[i]);
    }
}

/* The terms of a promise on what is listed at `list`, and what it costs. */
static void promise(ss_random *random, desk_offer *offer, int64_t list, bool two)
{
    static const ss_incentive_kind kinds[] = {SS_INCENTIVE_PERCENT,  SS_INCENTIVE_AMOUNT, SS_INCENTIVE_FREE_SHIPPING,
                                              SS_INCENTIVE_CASHBACK, SS_INCENTIVE_POINTS, SS_INCENTIVE_GIFT};
    offer->kind = two ? SS_INCENTIVE_BUNDLE : kinds[ss_random_below(random, 6)];
    offer->share = between(random, 100, 4000);
    offer->amount = offer->kind == SS_INCENTIVE_POINTS ? 1 : 1 + list * between(random, 0, 30) / 100;
    offer->points = 1 + list * between(random, 0, 30) / 100;
    offer->gift = "pen"; /* which costs 200 */
    offer->list = list;
    offer->lease = offer->kind == SS_INCENTIVE_POINTS ? offer->points
                   : offer->kind == SS_INCENTIVE_GIFT ? 200
                   : offer->kind == SS_INCENTIVE_AMOUNT || offer->kind == SS_INCENTIVE_FREE_SHIPPING
                       ? offer->amount
                       : ss_share_of(list, offer->share);
    offer->lease += offer->lease == 0;
    bool lowers = two || offer->kind == SS_INCENTIVE_PERCENT || offer->kind == SS_INCENTIVE_AMOUNT;
    offer->offer = lowers ? list - offer->lease : list;
}

/* Of an item, of two, or of the cart; items[]: which, -1: none. */
static desk_offer random_offer(ss_random *random, const order *of, int items[2])
{
    desk_offer offer = {.session = "s"};
    int64_t cart = of->price[0] + 2 * of->price[1] + 3 * of->price[2];
    uint32_t what = ss_random_below(random, 6);
    items[0] = what < 4 ? (int)ss_random_below(random, ITEMS) : -1;
    items[1] = what == 3 ? (items[0] + 1) % ITEMS : -1;
    offer.item = items[0] < 0 ? NULL : ids[items[0]];
    offer.with = items[1] < 0 ? NULL : ids[items[1]];
    int64_t list = items[0] < 0 ? cart : of->price[items[0]] + (items[1] < 0 ? 0 : of->price[items[1]]);
    promise(random, &offer, list, items[1] >= 0);
    return offer;
}

static bool margin_holds(int64_t price, int64_t cost, int64_t margin, int64_t tax)
{
    return (__int128)price * (10000 - margin) >= (__int128)cost * (10000 + tax);
}

static void check_order(const redeem_desk *desk, const order *of)
{
    const ss_guards *guards = &desk->policy->guards;
    int64_t price = 0, cost = 0;
    for (int i = 0; i < ITEMS; i++) {
        int64_t given = of->lowered[i] + of->beside[i];
        price += of->price[i] * (i + 1);
        cost += of->cost[i] * (i + 1);
        assert_true(given * 10000 <= of->price[i] * guards->discount_max);
        if (given > 0)
            assert_true(margin_holds(of->price[i] - of->lowered[i], of->cost[i] + of->beside[i], guards->margin_min,
                                     guards->tax));
    }
    if (of->shared)
        assert_true(margin_holds(price - of->all_lowered, cost + of->all_beside, guards->cart_margin_min, guards->tax));
}

static void count_code(const redeem_desk *desk, order *of, const desk_offer *offer, const int items[2])
{
    int64_t lowered = desk->answer.list - desk->answer.charged, beside = desk->answer.given - lowered;
    assert_true(desk->answer.given <= offer->lease && lowered >= 0 && beside >= 0);
    assert_true(desk->answer.offer->redeemed_cost == desk->answer.given);
    of->codes++;
    of->all_lowered += lowered;
    of->all_beside += beside;
    of->shared = of->shared || items[0] < 0;
    if (items[0] >= 0 && items[1] < 0) {
        of->lowered[items[0]] += lowered;
        of->beside[items[0]] += beside;
    }
}

static void guards_hold_for_all_codes_together(void **state)
{
    (void)state;
    shop of_all;
    redeem_desk desk;
    ss_random random = test_random();
    int orders = getenv("SMARTSHELF_LONG") ? 20000 : 1500, several = 0, counts[SS_REDEEM_OUTCOMES] = {0};
    shop_open(&of_all, desk_log, desk_catalog);
    desk_open(&desk, &of_all);
    desk_policy(&desk, DESK_MARGINS "uses-max: 0, stacking: true, discount-reduced: true");
    for (int number = 0; number < orders; number++) {
        order of;
        char name[16], code[SS_CODE_TEXT];
        int items[2];
        snprintf(name, sizeof name, "o%d", number);
        random_guards(&desk, &random);
        random_prices(&desk, &random, &of);
        for (int i = 0; i < CODES; i++, desk.now++) {
            desk_offer offer = random_offer(&random, &of, items);
            desk_give(&desk, &offer, code);
            ss_redeemed outcome = desk_redeem(&desk, &(desk_order){code, name, .session = "s", .items = order_items});
            counts[outcome]++;
            if (outcome != SS_REDEEMED)
                continue;
            count_code(&desk, &of, &offer, items);
            check_order(&desk, &of);
        }
        several += of.codes > 1;
    }
    for (int i = 0; i < SS_REDEEM_OUTCOMES; i++)
        if (counts[i])
            print_message("%-14s %d\n", ss_redeemed_name((ss_redeemed)i), counts[i]);
    assert_true(several > orders / 20 && counts[SS_REDEEM_BELOW_MARGIN] > orders / 20);
    desk_close(&desk);
    shop_close(&of_all);
}

/* Prices at the end of what there may be: what is given to one line twice is more than can be told, and never less than nothing. */
static void sums_beyond_all_numbers(void **state)
{
    (void)state;
    shop of_all;
    redeem_desk desk;
    ss_redeem_cart cart;
    ss_priced priced;
    const ss_cart_line line = {SS_SLICE_LITERAL("mug"), SS_CART_PIECES_MAX};
    const ss_redeem_request request = {.cart = &line, .cart_count = 1};
    ss_decision cashback = {.terms = {.kind = SS_INCENTIVE_CASHBACK, .share = 6000}}, cut = cashback;
    const ss_offer of_cart = {.redeemed_cost = 1},
                   of_mug = {.item_id = line.item_id, .list = 100, .offer = 90, .lease = 10};
    shop_open(&of_all, desk_log, desk_catalog);
    desk_open(&desk, &of_all);
    desk_policy(&desk, DESK_MARGINS "uses-max: 0, stacking: true, discount-reduced: true");
    desk_set(&desk, "mug", SS_LIVE_PRICE, SS_LIVE_MONEY_MAX);
    desk_set(&desk, "mug", SS_LIVE_COST, SS_LIVE_MONEY_MAX / 2);
    ss_redeem_cart_init(&cart, ss_answerer_catalogue(desk.answerer), desk.policy, &request, desk.now);
    for (int i = 0; i < 3; i++) {
        assert_true(ss_redeem_cart_share(&cart, &cashback, &of_cart));
        assert_true(cart.beside[0] > SS_LIVE_MONEY_MAX);
    }
    cut.terms.kind = SS_INCENTIVE_PERCENT;
    assert_int_equal(ss_redeem_cart_price(&cart, &cut, &of_mug, &priced), SS_REDEEM_BELOW_MARGIN);
    assert_int_equal(ss_redeem_cart_price(&cart, &cashback, &of_cart, &priced), SS_REDEEM_STACKED);
    desk_close(&desk);
    shop_close(&of_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guards_hold_for_all_codes_together),
        cmocka_unit_test(sums_beyond_all_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

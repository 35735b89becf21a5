/*
 * Redeeming: every outcome, exactly once, at today's prices and costs, within the guards; and undoing. 100,000 codes that
 * are forged, altered, expired, foreign, replayed or cancelled are refused.
 */
#include "redeem_desk.h"

static int open_shop(void **state)
{
    shop *of = malloc(sizeof *of);
    assert_non_null(of);
    shop_open(of, desk_log, desk_catalog);
    *state = of;
    return 0;
}

static int close_shop(void **state)
{
    shop_close(*state);
    free(*state);
    return 0;
}

static int open_desk(void **state)
{
    redeem_desk *desk = malloc(sizeof *desk);
    assert_non_null(desk);
    desk_open(desk, *state);
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    desk_close(*state);
    free(*state);
    return 0;
}

/* ---- exactly once ---- */

static void a_code_is_redeemed_once(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    uint64_t number = desk_give(desk, &mug_offer, code);
    assert_account(desk, 100, 0);
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s", .items = "lamp, mug 3");
    assert_priced(desk, 1000, 900, 100);
    assert_false(desk->answer.repeated);
    assert_true(desk->answer.offer->number == number && desk->answer.offer->state == SS_OFFER_REDEEMED);
    assert_slice_equal(desk->answer.offer->order_id, "o1");
    assert_account(desk, 0, 100);
    assert_redeemed(desk, SS_REDEEM_USED, code, "o2", .session = "s");
    assert_priced(desk, 0, 0, 0);
    assert_account(desk, 0, 100);
}

/* By anybody, with any cart, after the time, at other prices, when a visitor may not try any more, after a crash. */
static void a_repeat_is_the_same_answer(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, code);
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    for (int i = 0; i < 2 * SS_GUESSES_TRIES; i++)
        desk_redeem(desk, &(desk_order){"7KQ2-M4X9-0TBD-8ZVH", "o3", .session = "s"});
    desk_set(desk, "mug", SS_LIVE_PRICE, 300);
    desk->now += DESK_DAY;
    desk_policy(desk, DESK_MARGINS "uses-max: 1, uses-days: 30");
    for (int i = 0; i < 3; i++) {
        assert_redeemed(desk, SS_REDEEMED, code, "o1", .customer = "anybody", .items = "lamp");
        assert_true(desk->answer.repeated);
        assert_priced(desk, 1000, 900, 100);
        desk_restart(desk);
    }
    assert_account(desk, 0, 100);
}

/* Two orders with one code in one step, before any of it is synced. */
static void of_two_orders_the_first_has_it(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, code);
    desk_begin(desk);
    assert_int_equal(desk_take(desk, &(desk_order){code, "o1", .session = "s"}), SS_REDEEMED);
    assert_int_equal(desk_take(desk, &(desk_order){code, "o2", .session = "s"}), SS_REDEEM_USED);
    assert_int_equal(desk_take(desk, &(desk_order){code, "o1", .session = "s"}), SS_REDEEMED);
    assert_true(desk->answer.repeated);
    desk_end(desk, true);
    assert_account(desk, 0, 100);
}

static void a_step_that_is_given_up_has_never_been(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_policy(desk, DESK_MARGINS "uses-max: 1, uses-days: 30");
    desk_give(desk, &mug_offer, code);
    desk_begin(desk);
    assert_int_equal(desk_take(desk, &(desk_order){code, "o1", .session = "s"}), SS_REDEEMED);
    desk_end(desk, false);
    assert_account(desk, 100, 0);
    assert_redeemed(desk, SS_REDEEMED, code, "o2", .session = "s");
    assert_false(desk->answer.repeated);
    assert_account(desk, 0, 100);
}

/* ---- what is no code, or not this visitor's ---- */

static void what_was_not_given_out_is_unknown(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_offer ghost = mug_offer, bare = mug_offer;
    ghost.verdict = SS_VERDICT_HELD_OUT;
    bare.kind = SS_INCENTIVE_NONE;
    bare.offer = bare.list;
    bare.lease = 0;
    assert_redeemed(desk, SS_REDEEM_UNKNOWN, "nothing like a code", "o1", .session = "s");
    assert_null(desk->answer.decision);
    desk_give(desk, &ghost, code);
    assert_redeemed(desk, SS_REDEEM_UNKNOWN, code, "o1", .session = "s");
    uint64_t number = desk_give(desk, &bare, code);
    assert_redeemed(desk, SS_REDEEM_UNKNOWN, code, "o1", .session = "s");
    const uint64_t wrong[] = {number + 1, number + SS_OFFERS_MAX, 1, SS_OFFER_NUMBERMAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) { /* a right tag of an offer that there is not */
        ss_code_write(&desk->keys, wrong[i], code);
        assert_redeemed(desk, SS_REDEEM_UNKNOWN, code, "o1", .session = "t");
    }
    assert_account(desk, 0, 0);
}

static void it_is_good_until_the_microsecond_before(void **state)
{
    redeem_desk *desk = *state;
    char first[SS_CODE_TEXT], second[SS_CODE_TEXT];
    ss_error error;
    size_t done;
    desk_give(desk, &mug_offer, first);
    desk_give(desk, &mug_offer, second);
    desk->now += 30 * DESK_MINUTE - 1;
    assert_redeemed(desk, SS_REDEEMED, first, "o1", .session = "s");
    desk->now += 1;
    assert_redeemed(desk, SS_REDEEM_EXPIRED, second, "o2", .session = "s"); /* its lease is not given back yet */
    assert_account(desk, 100, 100);
    desk_begin(desk);
    expect_ok(ss_offer_ledger_settle(desk->ledger, desk->now, 100, NULL, NULL, &done, &error), &error);
    desk_end(desk, true);
    assert_redeemed(desk, SS_REDEEM_EXPIRED, second, "o2", .session = "s");
    assert_account(desk, 0, 100);
}

static void it_is_the_visitors_own(void **state)
{
    redeem_desk *desk = *state;
    char session[SS_CODE_TEXT], customer[SS_CODE_TEXT];
    desk_offer named = mug_offer;
    named.customer = "c";
    desk_give(desk, &mug_offer, session);
    desk_give(desk, &named, customer);
    assert_redeemed(desk, SS_REDEEM_FOREIGN, session, "o1", .session = "t");
    assert_redeemed(desk, SS_REDEEM_FOREIGN, session, "o1", .customer = "s");
    assert_redeemed(desk, SS_REDEEM_FOREIGN, customer, "o1", .session = "s"); /* their session, but logged out */
    assert_redeemed(desk, SS_REDEEM_FOREIGN, customer, "o1", .customer = "d", .session = "s");
    assert_redeemed(desk, SS_REDEEMED, customer, "o1", .customer = "c", .session = "on another device");
    assert_redeemed(desk, SS_REDEEMED, session, "o2", .customer = "logged in by now", .session = "s");
}

/* Whoever was forgotten has no code any more, nor has a visitor without a name. */
static void what_is_nobodys_is_foreign(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_offer nobody = mug_offer;
    nobody.session = NULL;
    desk_give(desk, &nobody, code);
    assert_redeemed(desk, SS_REDEEM_FOREIGN, code, "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEM_FOREIGN, code, "o1", .customer = "c");
    assert_redeemed(desk, SS_REDEEM_FOREIGN, code, "o1", .session = "");
}

static void who_is_wrong_too_often_must_wait(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT], foreign[SS_CODE_TEXT];
    desk_offer other = mug_offer;
    other.session = "t";
    desk_give(desk, &mug_offer, code);
    desk_give(desk, &other, foreign);
    for (int i = 0; i < SS_GUESSES_TRIES; i++)
        assert_redeemed(desk, i % 2 ? SS_REDEEM_FOREIGN : SS_REDEEM_UNKNOWN, i % 2 ? foreign : "7KQ2-M4X9-0TBD-8ZVH",
                        "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEM_RATE_LIMITED, code, "o1", .session = "s");
    assert_null(desk->answer.decision);
    assert_redeemed(desk, SS_REDEEM_RATE_LIMITED, "7KQ2-M4X9-0TBD-8ZVH", "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEMED, foreign, "o2", .session = "t"); /* nobody else waits */
    desk->now += SS_GUESSES_PAUSE;
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    assert_account(desk, 0, 200);
}

/* ---- the cart ---- */

static void the_cart_must_hold_what_was_offered(void **state)
{
    redeem_desk *desk = *state;
    char mug[SS_CODE_TEXT], duo[SS_CODE_TEXT], cart[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, mug);
    desk_give(desk,
              &(desk_offer){.session = "s",
                            .item = "lamp",
                            .with = "mug",
                            .kind = SS_INCENTIVE_BUNDLE,
                            .share = 500,
                            .list = 6000,
                            .offer = 5700,
                            .lease = 300},
              duo);
    desk_give(desk,
              &(desk_offer){.session = "s",
                            .kind = SS_INCENTIVE_AMOUNT,
                            .amount = 500,
                            .value_min = 2500,
                            .list = 3000,
                            .offer = 2500,
                            .lease = 500},
              cart);
    assert_redeemed(desk, SS_REDEEM_ITEMS, mug, "o1", .session = "s", .items = "lamp, tray 9, unheard-of");
    assert_redeemed(desk, SS_REDEEM_ITEMS, duo, "o1", .session = "s", .items = "lamp 2");
    assert_redeemed(desk, SS_REDEEM_ITEMS, duo, "o1", .session = "s", .items = "mug 2");
    assert_redeemed(desk, SS_REDEEM_ITEMS, cart, "o1", .session = "s", .items = "tray"); /* too little of it */
    assert_redeemed(desk, SS_REDEEMED, duo, "o1", .session = "s", .items = "mug, tray, lamp 4");
    assert_priced(desk, 6000, 5700, 300);
    assert_redeemed(desk, SS_REDEEMED, cart, "o2", .session = "s", .items = "tray, mug");
    assert_priced(desk, 3000, 2500, 500);
    assert_account(desk, 100, 800);
}

static void a_cart_must_be_as_large_as_the_campaign_asks(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_campaign(desk, DESK_MARGINS "uses-max: 0", "last_chance: {cart-min: 2500}");
    desk_give(
        desk,
        &(desk_offer){
            .session = "s", .kind = SS_INCENTIVE_PERCENT, .share = 1000, .list = 3000, .offer = 2700, .lease = 300},
        code);
    assert_redeemed(desk, SS_REDEEM_ITEMS, code, "o1", .session = "s", .items = "tray, unheard-of 5");
    assert_redeemed(desk, SS_REDEEMED, code, "o2", .session = "s", .items = "tray, mug");
    assert_priced(desk, 3000, 2700, 300);
    assert_account(desk, 0, 300);
}

static void a_cart_gets_no_more_than_was_leased(void **state)
{
    redeem_desk *desk = *state;
    char small[SS_CODE_TEXT], large[SS_CODE_TEXT], reduced[SS_CODE_TEXT], costless[SS_CODE_TEXT];
    const desk_offer tenth = {
        .session = "s", .kind = SS_INCENTIVE_PERCENT, .share = 1000, .list = 3000, .offer = 2700, .lease = 300};
    desk_give(desk, &tenth, small);
    desk_give(desk, &tenth, large);
    desk_give(desk, &tenth, reduced);
    desk_give(desk, &tenth, costless);
    assert_redeemed(desk, SS_REDEEMED, small, "o1", .session = "s", .items = "mug");
    assert_priced(desk, 1000, 900, 100);
    assert_redeemed(desk, SS_REDEEMED, large, "o2", .session = "s", .items = "mug 10, tray 5");
    assert_priced(desk, 20000, 19700, 300);
    desk_set(desk, "mug", SS_LIVE_PRICE, 900); /* what is reduced already stays as it is */
    assert_redeemed(desk, SS_REDEEMED, reduced, "o3", .session = "s", .items = "mug, tray");
    assert_priced(desk, 2900, 2700, 200);
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, costless, "o4", .session = "s", .items = "mug, vase");
    assert_account(desk, 300, 600);
}

static void an_order_has_a_name_and_lines(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT], name[SS_ID_MAX + 1];
    ss_cart_line lines[SS_CART_LINES_MAX + 1];
    ss_error error;
    const ss_redeem_parts parts = desk_parts(desk);
    desk_give(desk, &mug_offer, code);
    memset(name, 'o', sizeof name);
    for (size_t i = 0; i <= SS_CART_LINES_MAX; i++)
        lines[i] = (ss_cart_line){SS_SLICE_LITERAL("mug"), 10000};
    ss_redeem_request good = {.code = ss_slice_of(code),
                              .order_id = {name, SS_ID_MAX},
                              .customer_id = {"", 0},
                              .session_id = SS_SLICE_LITERAL("s"),
                              .cart = lines,
                              .cart_count = SS_CART_LINES_MAX};
    ss_redeem_request nameless = good, long_named = good, empty = good, long_cart = good;
    nameless.order_id.size = 0;
    long_named.order_id.size = sizeof name;
    empty.cart_count = 0;
    long_cart.cart_count = SS_CART_LINES_MAX + 1;
    ss_redeem_request long_customer = good;
    long_customer.customer_id = (ss_slice){name, sizeof name};
    const ss_redeem_request *const wrong[] = {&nameless, &long_named, &long_customer, &empty, &long_cart};
    desk_begin(desk);
    for (size_t i = 0; i < 5; i++)
        assert_status(ss_redeem(&parts, wrong[i], &desk->answer, &error), SS_E_RANGE);
    assert_error_text(error, "an order has 1 to 256 lines");
    const int64_t absurd[] = {-1, 0, SS_CART_PIECES_MAX + 1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++) {
        lines[1].quantity = absurd[i];
        assert_status(ss_redeem(&parts, &good, &desk->answer, &error), SS_E_RANGE);
    }
    lines[1].quantity = 1;
    expect_ok(ss_redeem(&parts, &good, &desk->answer, &error), &error);
    assert_int_equal(desk->answer.outcome, SS_REDEEMED);
    desk_end(desk, true);
}

/* A session that calls itself as a customer is called uses up none of the customer's tries. */
static void nobody_is_kept_waiting_by_a_namesake(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_offer named = mug_offer;
    named.customer = "c";
    desk_give(desk, &named, code);
    for (int i = 0; i < 2 * SS_GUESSES_TRIES; i++)
        desk_redeem(desk, &(desk_order){"7KQ2-M4X9-0TBD-8ZVH", "o1", .session = "c"});
    assert_redeemed(desk, SS_REDEEM_RATE_LIMITED, code, "o1", .session = "c");
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .customer = "c");
}

/* ---- today's prices and costs ---- */

static void the_promised_price_or_a_lower_one(void **state)
{
    redeem_desk *desk = *state;
    char codes[4][SS_CODE_TEXT];
    for (int i = 0; i < 4; i++)
        desk_give(desk, &mug_offer, codes[i]);
    desk_set(desk, "mug", SS_LIVE_PRICE, 1200); /* dearer: the promise holds, and costs what was promised */
    assert_redeemed(desk, SS_REDEEMED, codes[0], "o1", .session = "s");
    assert_priced(desk, 1000, 900, 100);
    desk_set(desk, "mug", SS_LIVE_PRICE, 950); /* cheaper: less is given */
    assert_redeemed(desk, SS_REDEEMED, codes[1], "o2", .session = "s");
    assert_priced(desk, 950, 900, 50);
    desk_set(desk, "mug", SS_LIVE_PRICE, 850); /* cheaper than promised: the customer pays that */
    assert_redeemed(desk, SS_REDEEMED, codes[2], "o3", .session = "s");
    assert_priced(desk, 850, 850, 0);
    assert_redeemed(desk, SS_REDEEMED, codes[2], "o3", .session = "s");
    assert_priced(desk, 850, 850, 0);
    desk_set(desk, "mug", SS_LIVE_PRICE, 0); /* no price, no sale */
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, codes[3], "o4", .session = "s");
    assert_account(desk, 100, 150);
}

static void the_floor_holds_at_todays_cost(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, code);
    desk_set(desk, "mug", SS_LIVE_COST, 811); /* 900 keeps a tenth with 810 */
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, code, "o1", .session = "s");
    desk_set(desk, "mug", SS_LIVE_COST, SS_NO_MONEY); /* the generation's again */
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    desk_give(desk, &mug_offer, code);
    desk_set(desk, "mug", SS_LIVE_COST, 810);
    assert_redeemed(desk, SS_REDEEMED, code, "o2", .session = "s");
    const desk_offer vase = {.session = "s",
                             .item = "vase",
                             .kind = SS_INCENTIVE_PERCENT,
                             .share = 1000,
                             .list = 3000,
                             .offer = 2700,
                             .lease = 300};
    desk_give(desk, &vase, code);
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, code, "o3", .session = "s", .items = "vase");
    assert_account(desk, 300, 200);
}

static void a_bundle_keeps_the_floor_of_each(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_give(desk,
              &(desk_offer){.session = "s",
                            .item = "lamp",
                            .with = "mug",
                            .kind = SS_INCENTIVE_BUNDLE,
                            .share = 2000,
                            .list = 6000,
                            .offer = 4800,
                            .lease = 1200},
              code);
    desk_set(desk, "lamp", SS_LIVE_COST, 4300); /* the lamp bears 222, the mug 500 (half its price) at most */
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, code, "o1", .session = "s", .items = "mug, lamp");
    desk_set(desk, "lamp", SS_LIVE_COST, 3600);
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s", .items = "mug, lamp");
    assert_priced(desk, 6000, 4800, 1200);
}

static void guards_are_todays_too(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, code);
    desk_policy(desk, "uses-max: 0, discount-max: 50, margin-min: 60");
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, code, "o1", .session = "s");
    desk_policy(desk, "uses-max: 0, discount-max: 9");
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, code, "o1", .session = "s");
    desk_policy(desk, "uses-max: 0, discount-max: 10, margin-min: 55");
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
}

/* ---- what is given beside the price ---- */

static void what_is_given_beside_the_price(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_offer offer = {.session = "s",
                        .item = "mug",
                        .kind = SS_INCENTIVE_CASHBACK,
                        .share = 1500,
                        .list = 1000,
                        .offer = 1000,
                        .lease = 150};
    desk_give(desk, &offer, code);
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    assert_priced(desk, 1000, 1000, 150);
    desk_give(desk, &offer, code);
    desk_set(desk, "mug", SS_LIVE_PRICE, 803); /* 15 % of 8.03 are 1.20 */
    assert_redeemed(desk, SS_REDEEMED, code, "o2", .session = "s");
    assert_priced(desk, 803, 803, 120);
    desk_give(desk, &offer, code);
    desk_set(desk, "mug", SS_LIVE_PRICE, 2000);
    assert_redeemed(desk, SS_REDEEMED, code, "o3", .session = "s");
    assert_priced(desk, 1000, 1000, 150);
    desk_set(desk, "mug", SS_LIVE_PRICE, 1000);
    offer = (desk_offer){.session = "s",
                         .item = "mug",
                         .kind = SS_INCENTIVE_POINTS,
                         .points = 200,
                         .amount = 1,
                         .list = 1000,
                         .offer = 1000,
                         .lease = 200};
    desk_give(desk, &offer, code);
    assert_redeemed(desk, SS_REDEEMED, code, "o4", .session = "s");
    assert_priced(desk, 1000, 1000, 200);
    offer = (desk_offer){
        .session = "s", .kind = SS_INCENTIVE_FREE_SHIPPING, .amount = 490, .list = 5000, .offer = 5000, .lease = 490};
    desk_give(desk, &offer, code);
    assert_redeemed(desk, SS_REDEEMED, code, "o5", .session = "s", .items = "lamp");
    assert_priced(desk, 5000, 5000, 490);
    desk_give(desk, &offer, code);
    desk_set(desk, "lamp", SS_LIVE_COST, 4011); /* 5000 - 4011 - 490 is below a tenth */
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, code, "o6", .session = "s", .items = "lamp");
    assert_account(desk, 490, 150 + 120 + 150 + 200 + 490);
}

static void a_gift_must_be_there_and_cost_no_more(void **state)
{
    redeem_desk *desk = *state;
    char item[SS_CODE_TEXT], cart[SS_CODE_TEXT], third[SS_CODE_TEXT];
    desk_offer offer = {.session = "s",
                        .item = "mug",
                        .kind = SS_INCENTIVE_GIFT,
                        .gift = "pen",
                        .list = 1000,
                        .offer = 1000,
                        .lease = 200};
    desk_give(desk, &offer, item);
    desk_give(desk, &offer, third);
    offer.item = NULL;
    desk_give(desk, &offer, cart);
    desk_set(desk, "pen", SS_LIVE_STOCK, 0);
    assert_redeemed(desk, SS_REDEEM_NO_GIFT, item, "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEM_NO_GIFT, cart, "o1", .session = "s");
    desk_set(desk, "pen", SS_LIVE_STOCK, 1);
    desk_set(desk, "pen", SS_LIVE_COST, 201);
    assert_redeemed(desk, SS_REDEEM_NO_GIFT, item, "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEM_NO_GIFT, cart, "o1", .session = "s");
    desk_set(desk, "pen", SS_LIVE_COST, 150);
    assert_redeemed(desk, SS_REDEEMED, item, "o1", .session = "s");
    assert_priced(desk, 1000, 1000, 150);
    assert_redeemed(desk, SS_REDEEMED, cart, "o2", .session = "s");
    assert_priced(desk, 1000, 1000, 150);
    desk_set(desk, "mug", SS_LIVE_PRICE, 100); /* more than half of the price */
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, third, "o3", .session = "s");
    assert_account(desk, 200, 300);
}

/* ---- uses ---- */

static void so_many_uses_within_a_period(void **state)
{
    redeem_desk *desk = *state;
    char codes[5][SS_CODE_TEXT];
    desk_policy(desk, DESK_MARGINS "uses-max: 2, uses-days: 30");
    for (int i = 0; i < 4; i++)
        desk_give(desk, &mug_offer, codes[i]);
    assert_redeemed(desk, SS_REDEEMED, codes[0], "o0", .session = "s");
    assert_redeemed(desk, SS_REDEEMED, codes[0], "o0", .session = "s"); /* a repeat is no use */
    desk->now += 1;
    assert_redeemed(desk, SS_REDEEMED, codes[1], "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEM_USES, codes[2], "o2", .session = "s");
    assert_redeemed(desk, SS_REDEEM_UNDONE, codes[1], "o1", .undo = true); /* takes its use out again */
    assert_redeemed(desk, SS_REDEEMED, codes[2], "o2", .session = "s");
    assert_redeemed(desk, SS_REDEEM_USES, codes[3], "o3", .session = "s");
    desk->now += 30 * DESK_DAY - 2; /* the first is 30 days ago but for a microsecond */
    desk_give(desk, &mug_offer, codes[4]);
    assert_redeemed(desk, SS_REDEEM_USES, codes[4], "o4", .session = "s");
    desk->now += 1;
    assert_redeemed(desk, SS_REDEEMED, codes[4], "o4", .session = "s");
}

/* New sessions are no way around it: who logs in to pay is counted. */
static void uses_count_for_customer_and_session(void **state)
{
    redeem_desk *desk = *state;
    char codes[6][SS_CODE_TEXT];
    desk_policy(desk, DESK_MARGINS "uses-max: 1, uses-days: 30");
    for (int i = 0; i < 6; i++) {
        char session[8];
        desk_offer offer = mug_offer;
        snprintf(session, sizeof session, "s%d", i);
        offer.session = session;
        offer.customer = i == 4 ? "c" : NULL;
        desk_give(desk, &offer, codes[i]);
    }
    assert_redeemed(desk, SS_REDEEMED, codes[0], "o0", .customer = "c", .session = "s0");
    assert_redeemed(desk, SS_REDEEM_USES, codes[1], "o1", .customer = "c", .session = "s1");
    assert_redeemed(desk, SS_REDEEM_USES, codes[4], "o1", .customer = "c", .session = "s9");
    assert_redeemed(desk, SS_REDEEM_UNDONE, codes[0], "o0", .customer = "c", .undo = true);
    assert_redeemed(desk, SS_REDEEMED, codes[1], "o1", .customer = "c", .session = "s1");
    assert_redeemed(desk, SS_REDEEMED, codes[2], "o2", .customer = "d", .session = "s2");
}

/* ---- several codes ---- */

static void one_order_takes_one_code(void **state)
{
    redeem_desk *desk = *state;
    char first[SS_CODE_TEXT], second[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, first);
    desk_give(desk, &mug_offer, second);
    assert_redeemed(desk, SS_REDEEMED, first, "o1", .session = "s", .items = "mug 2");
    assert_redeemed(desk, SS_REDEEM_STACKED, second, "o1", .session = "s", .items = "mug 2");
    assert_redeemed(desk, SS_REDEEM_UNDONE, first, "o1", .undo = true);
    assert_redeemed(desk, SS_REDEEMED, second, "o1", .session = "s");
}

/* Mug: 1000, costs 400, must keep 10 %: bears 555 and at most half of the price. */
static void several_codes_keep_the_floor_of_a_line_together(void **state)
{
    redeem_desk *desk = *state;
    char codes[4][SS_CODE_TEXT];
    desk_offer third = mug_offer;
    third.share = 3000;
    third.offer = 700;
    third.lease = 300;
    desk_policy(desk, DESK_MARGINS "uses-max: 0, stacking: true");
    for (int i = 0; i < 4; i++)
        desk_give(desk, i % 2 ? &mug_offer : &third, codes[i]);
    assert_redeemed(desk, SS_REDEEMED, codes[0], "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, codes[2], "o1", .session = "s"); /* 60 % in all */
    assert_redeemed(desk, SS_REDEEMED, codes[1], "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEMED, codes[3], "o1", .session = "s"); /* half in all */
    assert_account(desk, 300, 500);
    assert_redeemed(desk, SS_REDEEMED, codes[2], "o2", .session = "s");
    desk_set(desk, "mug", SS_LIVE_COST, 541); /* 600 would keep a tenth with 540 */
    desk_give(desk, &mug_offer, codes[0]);
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, codes[0], "o2", .session = "s");
    desk_set(desk, "mug", SS_LIVE_COST, 540);
    assert_redeemed(desk, SS_REDEEMED, codes[0], "o2", .session = "s");
}

/* Cart and item, in either order: what one lowers the other sees; the cart as a whole keeps its margin. */
static void codes_of_item_and_cart_together(void **state)
{
    redeem_desk *desk = *state;
    char mug[2][SS_CODE_TEXT], cart[2][SS_CODE_TEXT], shipping[SS_CODE_TEXT];
    const desk_offer tenth = {
        .session = "s", .kind = SS_INCENTIVE_PERCENT, .share = 1000, .list = 3000, .offer = 2700, .lease = 300};
    const desk_offer free_shipping = {
        .session = "s", .kind = SS_INCENTIVE_FREE_SHIPPING, .amount = 490, .list = 3000, .offer = 3000, .lease = 490};
    desk_policy(desk, DESK_MARGINS "uses-max: 0, stacking: true");
    for (int i = 0; i < 2; i++) {
        desk_give(desk, &mug_offer, mug[i]);
        desk_give(desk, &tenth, cart[i]);
    }
    desk_give(desk, &free_shipping, shipping);
    assert_redeemed(desk, SS_REDEEMED, mug[0], "o1", .session = "s", .items = "mug, tray");
    assert_redeemed(desk, SS_REDEEMED, cart[0], "o1", .session = "s", .items = "mug, tray");
    assert_priced(desk, 2900, 2700, 200);     /* the mug has its own already */
    desk_set(desk, "mug", SS_LIVE_COST, 721); /* 800 would keep a tenth with 720 */
    assert_redeemed(desk, SS_REDEEMED, cart[1], "o2", .session = "s", .items = "mug, tray");
    assert_priced(desk, 3000, 2700, 300);
    desk->now++; /* so that it is known which code was the first */
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, mug[1], "o2", .session = "s", .items = "mug, tray");
    desk_set(desk, "mug", SS_LIVE_COST, 720);
    assert_redeemed(desk, SS_REDEEMED, mug[1], "o2", .session = "s", .items = "mug, tray");
    assert_redeemed(desk, SS_REDEEMED, shipping, "o2", .session = "s", .items = "mug, tray"); /* 2600 - 1520 - 490 */
    assert_account(desk, 0, 100 + 200 + 300 + 100 + 490);
}

/* The cart keeps its own margin with all that is given: 2900 with 800 + 720 + 490 do not keep 40 %. */
static void a_cart_keeps_its_margin_with_all_codes(void **state)
{
    redeem_desk *desk = *state;
    char mug[SS_CODE_TEXT], shipping[2][SS_CODE_TEXT], points[SS_CODE_TEXT];
    const desk_offer free_shipping = {
        .session = "s", .kind = SS_INCENTIVE_FREE_SHIPPING, .amount = 490, .list = 3000, .offer = 3000, .lease = 490};
    const desk_offer some_points = {.session = "s",
                                    .kind = SS_INCENTIVE_POINTS,
                                    .points = 300,
                                    .amount = 1,
                                    .list = 3000,
                                    .offer = 3000,
                                    .lease = 300};
    desk_policy(desk, "uses-max: 0, stacking: true, margin-min: 10, discount-max: 50, cart-margin-min: 40");
    desk_give(desk, &mug_offer, mug);
    desk_give(desk, &some_points, points);
    for (int i = 0; i < 2; i++)
        desk_give(desk, &free_shipping, shipping[i]);
    assert_redeemed(desk, SS_REDEEMED, shipping[0], "o1", .session = "s", .items = "mug, tray"); /* 3000 - 1200 - 490 */
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, points, "o1", .session = "s", .items = "mug, tray");
    assert_redeemed(desk, SS_REDEEMED, mug, "o1", .session = "s", .items = "mug, tray"); /* 2900 - 1690: 41.7 % */
    desk_set(desk, "mug", SS_LIVE_COST, 720);
    assert_redeemed(desk, SS_REDEEM_BELOW_MARGIN, shipping[1], "o2", .session = "s", .items = "mug, tray");
    assert_redeemed(desk, SS_REDEEMED, points, "o2", .session = "s", .items = "mug, mug, tray 2"); /* 6000, 3040 */
}

/* ---- undo ---- */

static void undoing_is_final(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, code);
    assert_redeemed(desk, SS_REDEEM_NOT_REDEEMED, code, "o1", .session = "s", .undo = true);
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEM_NOT_REDEEMED, code, "o2", .session = "s", .undo = true);
    assert_account(desk, 0, 100);
    desk->now += 100 * DESK_DAY;
    assert_redeemed(desk, SS_REDEEM_UNDONE, code, "o1", .undo = true);
    assert_priced(desk, 1000, 900, 100);
    assert_false(desk->answer.repeated);
    assert_account(desk, 0, 0);
    for (int i = 0; i < 2; i++) {
        assert_redeemed(desk, SS_REDEEM_UNDONE, code, "o1", .undo = true);
        assert_true(desk->answer.repeated);
        assert_priced(desk, 1000, 900, 100);
        assert_redeemed(desk, SS_REDEEM_NOT_REDEEMED, code, "o2", .undo = true);
        assert_redeemed(desk, SS_REDEEM_CANCELLED, code, "o1", .session = "s");
        assert_redeemed(desk, SS_REDEEM_CANCELLED, code, "o2", .session = "s");
        assert_redeemed(desk, SS_REDEEM_UNKNOWN, "no code", "o1", .undo = true);
        desk_restart(desk);
    }
    assert_account(desk, 0, 0);
}

static int64_t given_by(redeem_desk *desk, uint64_t offer)
{
    ss_error error;
    desk_begin(desk);
    expect_ok(ss_offer_ledger_find(desk->ledger, offer / SS_OFFERS_MAX, &desk->room, &error), &error);
    desk_end(desk, true);
    return desk->room.outcome.given;
}

/* What is given counts where what is bought does: for each decision of the visitor whose window is open. */
static void the_cost_is_part_of_outcomes(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT], others[SS_CODE_TEXT];
    ss_error error;
    ss_party party = {.latest = desk->now, .open_count = 2};
    uint64_t ghost = desk_give(desk, &(desk_offer){.session = "s", .verdict = SS_VERDICT_HELD_OUT}, others);
    uint64_t own = desk_give(desk, &mug_offer, code), other = desk_give(desk, &mug_offer, others);
    party.open[0] = ghost / SS_OFFERS_MAX;
    party.open[1] = own / SS_OFFERS_MAX;
    desk_begin(desk);
    expect_ok(ss_offer_ledger_keep_party(desk->ledger, SS_PARTY_SESSION, ss_slice_of("s"), &party, &error), &error);
    desk_end(desk, true);
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    assert_true(given_by(desk, own) == 100 && given_by(desk, ghost) == 100 && given_by(desk, other) == 0);
    assert_redeemed(desk, SS_REDEEM_UNDONE, code, "o1", .session = "s", .undo = true);
    assert_true(given_by(desk, own) == 0 && given_by(desk, ghost) == 0);
    desk->now -= 1; /* nor does it count for what was decided later */
    assert_redeemed(desk, SS_REDEEMED, others, "o2", .session = "s");
    assert_true(given_by(desk, own) == 0 && given_by(desk, ghost) == 0);
}

/* ---- many ---- */

static void altered(ss_random *random, const char *code, char *out)
{
    strcpy(out, code);
    size_t at = ss_random_below(random, SS_CODE_TEXT - 1), next = at + 1 + (out[at + 1] == '-');
    if (out[at] == '-')
        at = next = 0;
    if (ss_random_below(random, 2) == 0 && out[next] && out[at] != out[next]) {
        char other = out[at];
        out[at] = out[next];
        out[next] = other;
        return;
    }
    do
        out[at] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[ss_random_below(random, 32)];
    while (out[at] == code[at]);
}

/* As far as an outcome goes: a request that failed behind what it has done would leave the half of it. */
static void an_outcome_that_is_full_stands_in_nobodys_way(void **state)
{
    redeem_desk *desk = *state;
    char code[SS_CODE_TEXT];
    ss_decision decision;
    ss_error error;
    uint64_t number = desk_give(desk, &mug_offer, code);
    desk_begin(desk);
    expect_ok(ss_offer_ledger_find(desk->ledger, number / SS_OFFERS_MAX, &decision, &error), &error);
    decision.outcome.given = SS_OFFER_MONEY_MAX;
    expect_ok(ss_offer_ledger_update(desk->ledger, &decision, &error), &error);
    desk_end(desk, true);
    assert_redeemed(desk, SS_REDEEMED, code, "o1", .session = "s");
    assert_int_equal(desk->answer.decision->outcome.given, SS_OFFER_MONEY_MAX);
    assert_account(desk, 0, 100);
}

static void no_wrong_code_is_taken(void **state)
{
    redeem_desk *desk = *state;
    ss_random random = test_random();
    enum { WANTED = 100000 };
    int counts[SS_REDEEM_OUTCOMES] = {0};
    char used[SS_CODE_TEXT], open[SS_CODE_TEXT], expired[SS_CODE_TEXT], undone[SS_CODE_TEXT], code[SS_CODE_TEXT];
    desk_give(desk, &mug_offer, expired);
    desk->now += 30 * DESK_MINUTE;
    desk_give(desk, &mug_offer, used);
    desk_give(desk, &mug_offer, undone);
    uint64_t last = desk_give(desk, &mug_offer, open);
    assert_redeemed(desk, SS_REDEEMED, used, "o1", .session = "s");
    assert_redeemed(desk, SS_REDEEMED, undone, "o2", .session = "s");
    assert_redeemed(desk, SS_REDEEM_UNDONE, undone, "o2", .undo = true);
    desk_begin(desk);
    for (int i = 0; i < WANTED; i++) {
        char visitor[16];
        const char *const known[] = {used, open, expired, undone};
        const char *one = known[ss_random_below(&random, 4)];
        snprintf(visitor, sizeof visitor, "v%d", i);
        desk_order order = {code, "o9", .session = "s"};
        switch (ss_random_below(&random, 4)) {
        case 0: /* altered, by the right visitor while they may */
            altered(&random, one, code);
            order.session = i < SS_GUESSES_TRIES / 2 ? "s" : visitor;
            break;
        case 1: /* a right tag over what was not given out */
            ss_code_write(&desk->keys, last + 1 + ss_random_below(&random, 1000000), code);
            order.session = visitor;
            break;
        case 2: /* somebody else's */
            strcpy(code, one);
            order.session = visitor;
            break;
        default: /* replayed, too late, cancelled */
            strcpy(code, one == open ? expired : one);
        }
        counts[desk_take(desk, &order)]++;
    }
    desk_end(desk, true);
    assert_int_equal(counts[SS_REDEEMED] + counts[SS_REDEEM_UNDONE], 0);
    for (int i = 0; i < SS_REDEEM_OUTCOMES; i++)
        if (counts[i])
            print_message("%-14s %d\n", ss_redeemed_name((ss_redeemed)i), counts[i]);
    assert_account(desk, 200, 100); /* the first was never settled, the last is still good; one was used */
}

/* Random orders, prices, repeats and undos: what the ledger holds is what the answers said. */
static void what_was_answered_is_what_is_booked(void **state)
{
    enum { OFFERS = 60, ORDERS = 30 };
    redeem_desk *desk = *state;
    ss_random random = test_random();
    char codes[OFFERS][SS_CODE_TEXT];
    int holder[OFFERS]; /* the order, -1: nobody's, -2: undone */
    int64_t given[OFFERS] = {0}, leased = 0, redeemed = 0;
    desk_policy(desk, DESK_MARGINS "uses-max: 0, stacking: true");
    for (int i = 0; i < OFFERS; i++) {
        desk_offer offer = mug_offer;
        offer.share = 100 * (1 + i % 12);
        offer.lease = offer.share / 10;
        offer.offer = 1000 - offer.lease;
        desk_give(desk, &offer, codes[i]);
        holder[i] = -1;
        leased += offer.lease;
        given[i] = -offer.lease;
    }
    for (int step = 0; step < 4000; step++) {
        int i = (int)ss_random_below(&random, OFFERS), number = (int)ss_random_below(&random, ORDERS);
        char order[8];
        snprintf(order, sizeof order, "o%d", number);
        desk_order asked = {codes[i], order, .session = "s", .undo = ss_random_below(&random, 3) == 0};
        if (ss_random_below(&random, 50) == 0)
            desk_set(desk, "mug", SS_LIVE_PRICE, 850 + (int64_t)ss_random_below(&random, 300));
        ss_redeemed outcome = desk_redeem(desk, &asked);
        if (outcome == SS_REDEEMED && holder[i] == -1) {
            leased += given[i];
            assert_true(desk->answer.given <= -given[i]);
            given[i] = desk->answer.given;
            redeemed += given[i];
            holder[i] = number;
        } else if (outcome == SS_REDEEMED) {
            assert_int_equal(holder[i], number);
            assert_int_equal(desk->answer.given, given[i]);
        } else if (outcome == SS_REDEEM_UNDONE && !desk->answer.repeated) {
            assert_int_equal(holder[i], number);
            redeemed -= given[i];
            holder[i] = -2;
        } else if (outcome == SS_REDEEM_USED)
            assert_true(holder[i] >= 0 && holder[i] != number);
        if (step % 200 == 0) {
            desk_restart(desk);
            assert_account(desk, leased, redeemed);
        }
    }
    assert_account(desk, leased, redeemed);
}

static void names(void **state)
{
    (void)state;
    for (int i = 0; i < SS_REDEEM_OUTCOMES; i++)
        assert_non_null(ss_redeemed_name((ss_redeemed)i));
    assert_null(ss_redeemed_name(SS_REDEEM_OUTCOMES));
}

#define DESK_TEST(NAME) cmocka_unit_test_setup_teardown(NAME, open_desk, close_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        DESK_TEST(a_code_is_redeemed_once),
        DESK_TEST(a_repeat_is_the_same_answer),
        DESK_TEST(of_two_orders_the_first_has_it),
        DESK_TEST(a_step_that_is_given_up_has_never_been),
        DESK_TEST(what_was_not_given_out_is_unknown),
        DESK_TEST(it_is_good_until_the_microsecond_before),
        DESK_TEST(it_is_the_visitors_own),
        DESK_TEST(what_is_nobodys_is_foreign),
        DESK_TEST(who_is_wrong_too_often_must_wait),
        DESK_TEST(the_cart_must_hold_what_was_offered),
        DESK_TEST(a_cart_must_be_as_large_as_the_campaign_asks),
        DESK_TEST(a_cart_gets_no_more_than_was_leased),
        DESK_TEST(an_order_has_a_name_and_lines),
        DESK_TEST(nobody_is_kept_waiting_by_a_namesake),
        DESK_TEST(the_promised_price_or_a_lower_one),
        DESK_TEST(the_floor_holds_at_todays_cost),
        DESK_TEST(a_bundle_keeps_the_floor_of_each),
        DESK_TEST(guards_are_todays_too),
        DESK_TEST(what_is_given_beside_the_price),
        DESK_TEST(a_gift_must_be_there_and_cost_no_more),
        DESK_TEST(so_many_uses_within_a_period),
        DESK_TEST(uses_count_for_customer_and_session),
        DESK_TEST(one_order_takes_one_code),
        DESK_TEST(several_codes_keep_the_floor_of_a_line_together),
        DESK_TEST(codes_of_item_and_cart_together),
        DESK_TEST(a_cart_keeps_its_margin_with_all_codes),
        DESK_TEST(undoing_is_final),
        DESK_TEST(the_cost_is_part_of_outcomes),
        DESK_TEST(an_outcome_that_is_full_stands_in_nobodys_way),
        DESK_TEST(no_wrong_code_is_taken),
        DESK_TEST(what_was_answered_is_what_is_booked),
    };
    return cmocka_run_group_tests(tests, open_shop, close_shop);
}

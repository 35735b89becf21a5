/* redeem_desk.h: a shop whose orders come with codes, for tests: catalogue, policy, ledger on the disk, and offers that
 * were given out by hand. */
#ifndef SS_TESTS_REDEEM_DESK_H
#define SS_TESTS_REDEEM_DESK_H

#include "check.h"
#include "live_shop.h"
#include "shop.h"

#include "offers/redeem.h"

#define DESK_NOW    ITEM_NOW
#define DESK_MINUTE INT64_C(60000000)
#define DESK_DAY    (INT64_C(1440) * DESK_MINUTE)

static const char desk_log[] = "order_id,customer_id,item_id,timestamp\n"
                               "1,a,mug,2023-10-01\n1,a,tray,2023-10-01\n2,b,mug,2023-10-02\n2,b,lamp,2023-10-02\n";
static const char desk_catalog[] = "item_id,name,category,price,cost,stock\n"
                                   "mug,Mug,Kitchen,10.00,4.00,\ntray,Tray,Kitchen,20.00,8.00,\n"
                                   "lamp,Lamp,Lamps,50.00,30.00,\nvase,Vase,Lamps,30.00,,\npen,Pen,Gifts,5.00,2.00,5\n";
/* Guards of which a test says the rest. */
#define DESK_MARGINS "margin-min: 10, cart-margin-min: 10, discount-max: 50, "

typedef struct redeem_desk {
    const shop *of;                  /* borrowed: trained once for all tests */
    char folder[TEMPORARY_PATH_MAX]; /* of the ledger */
    ss_live_items *items;
    ss_answerer *answerer;
    ss_environment *environment;
    ss_offer_ledger *ledger;
    ss_policy *policy;
    ss_guesses *guesses;
    ss_code_keys keys;
    int64_t now;
    ss_decision room;
    ss_redeem_answer answer; /* the last */
} redeem_desk;

/* campaigns: "last_chance: {cart-min: 2500}". */
static inline void desk_campaign(redeem_desk *desk, const char *guards, const char *campaigns)
{
    char text[1024];
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("policy");
    ss_yaml_node *root;
    ss_error error = {0};
    ss_policy_release(&desk->policy);
    snprintf(text, sizeof text, "guards: {tax: 0, budget-per-day: 100000, %s}\ncampaigns: {%s}\n", guards, campaigns);
    expect_ok(ss_yaml_read(ss_slice_of(text), arena, mistakes, &root, &error), &error);
    expect_ok(ss_policy_read(root, mistakes, &desk->policy, &error), &error);
    if (ss_mistakes_errors(mistakes) > 0) {
        ss_mistakes_format(mistakes, 0, text, sizeof text);
        fail_msg("%s", text);
    }
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
}

static inline void desk_policy(redeem_desk *desk, const char *guards)
{
    desk_campaign(desk, guards, "");
}

static inline void desk_open_ledger(redeem_desk *desk)
{
    ss_error error;
    expect_ok(ss_environment_open(desk->folder, UINT64_C(1) << 30, &desk->environment, &error), &error);
    expect_ok(ss_offer_ledger_open(desk->environment, &desk->ledger, &error), &error);
    ss_code_keys_derive(ss_offer_ledger_secret(desk->ledger), &desk->keys);
    expect_ok(ss_guesses_new(&desk->guesses, &error), &error);
}

static inline void desk_close_ledger(redeem_desk *desk)
{
    ss_guesses_free(&desk->guesses);
    ss_offer_ledger_close(&desk->ledger);
    ss_environment_close(&desk->environment);
}

static inline void desk_open(redeem_desk *desk, const shop *of)
{
    ss_error error;
    *desk = (redeem_desk){.of = of, .now = DESK_NOW};
    temporary_folder_make(desk->folder);
    desk->items = ss_live_items_new(&(ss_live_items_options){16});
    expect_ok(ss_answerer_new(desk->of->snapshot, &(ss_live){.items = desk->items}, &desk->answerer, &error), &error);
    desk_policy(desk, DESK_MARGINS "uses-max: 0");
    desk_open_ledger(desk);
}

static inline void desk_close(redeem_desk *desk)
{
    desk_close_ledger(desk);
    ss_policy_release(&desk->policy);
    ss_answerer_free(&desk->answerer);
    ss_live_items_free(&desk->items);
    temporary_folder_remove(desk->folder);
}

/* As a process that was killed after its last sync, and started again. */
static inline void desk_restart(redeem_desk *desk)
{
    desk_close_ledger(desk);
    desk_open_ledger(desk);
}

static inline void desk_set(redeem_desk *desk, const char *id, ss_live_field field, int64_t number)
{
    ss_error error;
    ss_item_change change = number == SS_NO_MONEY ? item_clear(id, SS_LIVE_BIT(field)) : item_number(id, field, number);
    live_change(desk->items, desk->of->snapshot, change, desk->now);
    expect_ok(ss_answerer_catch_up(desk->answerer, &error), &error);
}

static inline void desk_begin(redeem_desk *desk)
{
    ss_error error;
    expect_ok(ss_offer_ledger_begin(desk->ledger, &error), &error);
}

static inline void desk_end(redeem_desk *desk, bool keep)
{
    ss_error error;
    expect_ok(ss_offer_ledger_end(desk->ledger, keep, &error), &error);
}

/* ---- offers that were given out ---- */

typedef struct desk_offer {
    const char *customer, *session; /* NULL: none */
    const char *item, *with;        /* NULL: the cart */
    ss_incentive_kind kind;
    int64_t share, amount, points, value_min;
    const char *gift;
    int64_t list, offer, lease;
    ss_verdict verdict;
} desk_offer;

static inline ss_slice desk_text(const char *text)
{
    return text ? ss_slice_of(text) : SS_SLICE_LITERAL("");
}

/* A decision with one offer that is good for 30 minutes; its code is left in `code`. The number of the offer. */
static inline uint64_t desk_give(redeem_desk *desk, const desk_offer *given, char code[SS_CODE_TEXT])
{
    ss_error error;
    const ss_slice none = {"", 0};
    ss_decision decision = {.time = desk->now,
                            .expires = desk->now + 30 * DESK_MINUTE,
                            .closes = desk->now + DESK_DAY,
                            .day = (int32_t)(desk->now / DESK_DAY),
                            .verdict = given->verdict,
                            .stake = 1,
                            .campaign = SS_SLICE_LITERAL("last_chance"),
                            .incentive = SS_SLICE_LITERAL("gone-from-the-policy"),
                            .variant = none,
                            .segment = SS_SLICE_LITERAL("new"),
                            .request_id = none,
                            .page_item = none,
                            .customer_id = desk_text(given->customer),
                            .session_id = desk_text(given->session),
                            .terms = {(uint8_t)given->kind, given->share, given->amount, given->points,
                                      given->value_min, desk_text(given->gift)},
                            .offer_count = 1};
    decision.offers[0] = (ss_offer){.item_id = desk_text(given->item),
                                    .with_item = desk_text(given->with),
                                    .list = given->list,
                                    .offer = given->offer,
                                    .lease = given->lease,
                                    .reason.because = none,
                                    .order_id = none};
    desk_begin(desk);
    expect_ok(ss_offer_ledger_add(desk->ledger, &decision, &error), &error);
    desk_end(desk, true);
    ss_code_write(&desk->keys, decision.offers[0].number, code);
    return decision.offers[0].number;
}

/* 10 % off a mug of 10.00, for the session s. */
static const desk_offer mug_offer = {.session = "s",
                                     .item = "mug",
                                     .kind = SS_INCENTIVE_PERCENT,
                                     .share = 1000,
                                     .list = 1000,
                                     .offer = 900,
                                     .lease = 100};

/* ---- orders ---- */

typedef struct desk_order {
    const char *code, *order, *customer, *session;
    const char *items; /* "mug 2, lamp"; NULL: one mug */
    bool undo;
} desk_order;

static inline size_t desk_cart(const char *text, ss_cart_line *lines)
{
    size_t count = 0;
    while (*text) {
        size_t name = strcspn(text, " ,");
        lines[count].item_id = (ss_slice){text, name};
        text += name;
        lines[count++].quantity = *text == ' ' ? strtol(text, (char **)&text, 10) : 1;
        text += strspn(text, " ,");
    }
    return count;
}

static inline ss_redeem_parts desk_parts(redeem_desk *desk)
{
    return (ss_redeem_parts){desk->ledger,  &desk->keys, desk->policy, ss_answerer_catalogue(desk->answerer),
                             desk->guesses, desk->now,   &desk->room};
}

/* Inside of a step. */
static inline ss_redeemed desk_take(redeem_desk *desk, const desk_order *order)
{
    ss_error error;
    ss_cart_line lines[SS_CART_LINES_MAX];
    const ss_redeem_parts parts = desk_parts(desk);
    const ss_redeem_request request = {.code = desk_text(order->code),
                                       .order_id = desk_text(order->order),
                                       .customer_id = desk_text(order->customer),
                                       .session_id = desk_text(order->session),
                                       .cart = lines,
                                       .cart_count = desk_cart(order->items ? order->items : "mug", lines),
                                       .undo = order->undo};
    expect_ok(ss_redeem(&parts, &request, &desk->answer, &error), &error);
    return desk->answer.outcome;
}

static inline ss_redeemed desk_redeem(redeem_desk *desk, const desk_order *order)
{
    desk_begin(desk);
    ss_redeemed outcome = desk_take(desk, order);
    desk_end(desk, true);
    return outcome;
}

#define assert_redeemed(DESK, WANTED, ...)                                                                             \
    assert_string_equal(ss_redeemed_name(desk_redeem(DESK, &(desk_order){__VA_ARGS__})), ss_redeemed_name(WANTED))

/* ---- money ---- */

/* In all, over all and of the campaign; and the ledger's own audit. */
static inline void assert_account(redeem_desk *desk, int64_t leased, int64_t redeemed)
{
    ss_error error;
    const ss_slice campaigns[] = {SS_SLICE_LITERAL(""), SS_SLICE_LITERAL("last_chance")};
    for (size_t i = 0; i < 2; i++) {
        ss_account account = ss_offer_ledger_account(desk->ledger, campaigns[i], SS_DAY_ALL);
        assert_int_equal(account.leased, leased);
        assert_int_equal(account.redeemed, redeemed);
    }
    desk_begin(desk);
    expect_ok(ss_offer_ledger_audit(desk->ledger, &error), &error);
    desk_end(desk, true);
}

static inline void assert_priced(const redeem_desk *desk, int64_t list, int64_t charged, int64_t given)
{
    assert_int_equal(desk->answer.list, list);
    assert_int_equal(desk->answer.charged, charged);
    assert_int_equal(desk->answer.given, given);
}

#endif

/*
 * test_offers.c: decisions about visitors who are leaving: each verdict, each incentive on each page, budgets, parties,
 * repeats, previews, ghosts, swaps, prices that change.
 */
#include "failing_malloc.h"
#include "offers_shop.h"

/* Nothing stands in the way of an offer, there is no tax, means are compared: sums can be seen. */
#define FREE_GUARDS                                                                                                    \
    "  guards: {tax: 0, margin-min: 10, cart-margin-min: 10, discount-max: 50, shows-max: 0, cool-dismissed-hours: "   \
    "0, "                                                                                                              \
    "cool-bought-hours: 0, budget: 1000000, budget-per-day: 1000000, stacking: true}\n"
#define MEANS "  learning: {explore: false}\n"

/* One incentive that is worth giving on every page. */
#define POLICY_AS(GUARDS, INCENTIVE, ALL)                                                                              \
    "offers:\n" GUARDS MEANS "  incentives: {it: {" INCENTIVE "}}\n"                                                   \
    "  campaigns:\n"                                                                                                   \
    "    dont_go: {incentives: [it]" ALL "}\n"                                                                         \
    "    lightning: {incentives: [it], price-cut: false" ALL "}\n"                                                     \
    "    last_chance: {incentives: [it]" ALL "}\n"
#define POLICY_OF(GUARDS, INCENTIVE, MORE) POLICY_AS(GUARDS, INCENTIVE, ", holdout: 0, limit: 2" MORE)

static const char *const campaigns[] = {"dont_go", "lightning", "last_chance"};

/* Visitors buy when they get the incentive, and hardly else. */
static void make_worth(offers_shop *its)
{
    for (size_t i = 0; i < 3; i++) {
        offers_teach(its, campaigns[i], "it", "new", 1000, 900);
        offers_teach(its, campaigns[i], "none", "new", 1000, 10);
        offers_teach(its, campaigns[i], "nothing", "new", 1000, 5);
    }
}

static void open_worth(offers_shop *its, const char *policy)
{
    offers_shop_open(its, policy);
    make_worth(its);
}

static const ss_decision *ask(offers_shop *its, const ss_offer_request *request)
{
    return offers_ask(its, request).decision;
}

static ss_offer_request on_product(const char *session, const char *item)
{
    ss_offer_request request = offers_asking(SS_PAGE_PRODUCT, session);
    request.item_id = ss_slice_of(item);
    return request;
}

static const ss_cart_line small_cart[] = {{SS_SLICE_LITERAL("tea"), 2}, {SS_SLICE_LITERAL("pot"), 1}};

static ss_offer_request on_cart(const char *session)
{
    ss_offer_request request = offers_asking(SS_PAGE_CART, session);
    request.cart = small_cart;
    request.cart_count = 2;
    return request;
}

static void assert_verdict(const ss_decision *decision, ss_verdict wanted)
{
    assert_string_equal(ss_verdict_name(decision->verdict), ss_verdict_name(wanted));
    if (wanted != SS_VERDICT_SHOWN && wanted != SS_VERDICT_HELD_OUT)
        assert_int_equal(decision->offer_count, 0);
}

static int64_t leased(offers_shop *its, const char *campaign, int32_t day)
{
    return ss_offer_ledger_account(its->ledger, ss_slice_of(campaign), day).leased;
}

/* ---- incentives ---- */

typedef struct priced_case {
    const char *incentive;
    int64_t list, offer, lease;                /* of tea on its page */
    int64_t cart_list, cart_offer, cart_lease; /* of two teas and a pot */
} priced_case;

static void assert_offer(const ss_offer *offer, int64_t list, int64_t price, int64_t lease)
{
    assert_int_equal(offer->list, list);
    assert_int_equal(offer->offer, price);
    assert_int_equal(offer->lease, lease);
}

static void check_incentive(const priced_case *of)
{
    char policy[1024];
    offers_shop its;
    snprintf(policy, sizeof policy,
             "offers:\n" FREE_GUARDS MEANS "  incentives: {it: {%s}}\n  campaigns:\n"
             "    dont_go: {incentives: [it], holdout: 0}\n"
             "    lightning: {incentives: [it], holdout: 0, price-cut: false}\n"
             "    last_chance: {incentives: [it], holdout: 0}\n",
             of->incentive);
    open_worth(&its, policy);
    ss_offer_request request = on_product("s", "tea");
    request.limit = 1;
    const ss_decision *decision = ask(&its, &request);
    assert_verdict(decision, SS_VERDICT_SHOWN);
    assert_slice_equal(decision->incentive, "it");
    assert_offer(&decision->offers[0], of->list, of->offer, of->lease);
    request = on_cart("t");
    decision = ask(&its, &request);
    assert_verdict(decision, SS_VERDICT_SHOWN);
    assert_slice_equal(decision->incentive, of->cart_lease > 0 ? "it" : "none");
    assert_offer(&decision->offers[0], of->cart_list, of->cart_offer, of->cart_lease);
    assert_int_equal(decision->offers[0].item_id.size, 0);
    for (size_t i = 1; i < decision->offer_count; i++)
        assert_int_equal(decision->offers[i].lease, 0);
    assert_int_equal(leased(&its, "", SS_DAY_ALL), of->lease + of->cart_lease);
    offers_shop_close(&its);
}

static void every_kind_of_incentive(void **state)
{
    (void)state;
    static const priced_case cases[] = {
        {"percent: 10", 1000, 900, 100, 5000, 4500, 500},
        {"amount: 150", 1000, 850, 150, 5000, 4850, 150},
        {"free-shipping: 190", 1000, 1000, 190, 5000, 5000, 190},
        {"cashback: 15", 1000, 1000, 150, 5000, 5000, 750},
        {"points: 100, worth: 2", 1000, 1000, 200, 5000, 5000, 200},
        {"gift: mug", 1000, 1000, 200, 5000, 5000, 200},
        {"bundle: 10", 4000, 3600, 400, 5000, 5000, 0}, /* with the pot; a cart is no bundle */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_incentive(&cases[i]);
}

static void a_bundle_names_both(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "bundle: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    const ss_decision *decision = ask(&its, &request);
    for (size_t i = 0; i < decision->offer_count; i++) {
        assert_slice_equal(decision->offers[i].with_item, "tea");
        assert_false(ss_slice_equal(decision->offers[i].item_id, ss_slice_of("tea")));
    }
    assert_slice_equal(decision->offers[0].item_id, "pot");
    request = offers_asking(SS_PAGE_HOME, "t"); /* no page's product there */
    decision = ask(&its, &request);
    assert_slice_equal(decision->incentive, "none");
    offers_shop_close(&its);
}

static void without_cost_or_margin_nothing_is_given(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_offer_request request = on_product("s", "soap");
    request.limit = 1;
    const ss_decision *decision = ask(&its, &request);
    assert_verdict(decision, SS_VERDICT_SHOWN);
    for (size_t i = 0; i < decision->offer_count; i++)
        if (ss_slice_equal(decision->offers[i].item_id, ss_slice_of("soap")) ||
            ss_slice_equal(decision->offers[i].item_id, ss_slice_of("towel")))
            assert_int_equal(decision->offers[i].lease, 0);
    request = on_product("t", "loss"); /* is not even shown */
    decision = ask(&its, &request);
    for (size_t i = 0; i < decision->offer_count; i++)
        assert_false(ss_slice_equal(decision->offers[i].item_id, ss_slice_of("loss")));
    offers_shop_close(&its);
}

static void prices_are_those_of_now(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    assert_offer(&ask(&its, &request)->offers[0], 1000, 900, 100);
    live_change(its.items, its.of->snapshot, item_number("tea", SS_LIVE_PRICE, 1200), its.now);
    request.session_id = ss_slice_of("t");
    assert_offer(&ask(&its, &request)->offers[0], 1200, 1080, 120);
    live_change(its.items, its.of->snapshot, item_number("tea", SS_LIVE_PRICE, 800), its.now); /* a reduction */
    request.session_id = ss_slice_of("u");
    const ss_decision *decision = ask(&its, &request);
    for (size_t i = 0; i < decision->offer_count; i++)
        assert_true(decision->offers[i].lease == 0 || !ss_slice_equal(decision->offers[i].item_id, ss_slice_of("tea")));
    live_change(its.items, its.of->snapshot, item_number("tea", SS_LIVE_STOCK, 0), its.now);
    request.session_id = ss_slice_of("v");
    decision = ask(&its, &request);
    for (size_t i = 0; i < decision->offer_count; i++)
        assert_false(ss_slice_equal(decision->offers[i].item_id, ss_slice_of("tea")));
    offers_shop_close(&its);
}

static void a_new_item_is_offered(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_item_change change = item_text("kettle", SS_LIVE_NAME, "Kettle");
    change.set |= SS_LIVE_BIT(SS_LIVE_PRICE) | SS_LIVE_BIT(SS_LIVE_COST);
    change.numbers[SS_LIVE_PRICE] = 4000;
    change.numbers[SS_LIVE_COST] = 1000;
    live_change(its.items, its.of->snapshot, change, its.now);
    ss_offer_request request = on_product("s", "kettle");
    const ss_decision *decision = ask(&its, &request);
    assert_slice_equal(decision->offers[0].item_id, "kettle");
    assert_offer(&decision->offers[0], 4000, 3600, 400);
    assert_int_equal(decision->offers[0].reason.source, SS_OFFER_FROM_PAGE);
    offers_shop_close(&its);
}

/* ---- products ---- */

static void what_is_in_the_cart_is_not_offered(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_AS(FREE_GUARDS, "percent: 10", ", holdout: 0, limit: 8"));
    const ss_slice exclude[] = {SS_SLICE_LITERAL("lamp")};
    ss_offer_request request = offers_asking(SS_PAGE_HOME, "s");
    request.cart = small_cart;
    request.cart_count = 2;
    request.exclude = exclude;
    request.exclude_count = 1;
    const ss_decision *decision = ask(&its, &request);
    assert_true(decision->offer_count > 0);
    for (size_t i = 0; i < decision->offer_count; i++) {
        ss_slice id = decision->offers[i].item_id;
        assert_false(ss_slice_equal(id, ss_slice_of("tea")) || ss_slice_equal(id, ss_slice_of("pot")) ||
                     ss_slice_equal(id, ss_slice_of("lamp")) || ss_slice_equal(id, ss_slice_of("gone")));
    }
    offers_shop_close(&its);
}

static void what_was_seen_comes_first(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_live_event event = offers_event(&its, SS_EVENT_VIEW, "lamp", "s", NULL);
    offers_happens(&its, &event);
    ss_offer_request request = offers_asking(SS_PAGE_HOME, "s");
    const ss_decision *decision = ask(&its, &request);
    assert_slice_equal(decision->offers[0].item_id, "lamp");
    assert_int_equal(decision->offers[0].reason.source, SS_OFFER_FROM_SEEN);
    assert_slice_equal(decision->offers[1].item_id, "rug");
    assert_slice_equal(decision->offers[1].reason.because, "lamp");
    event = offers_event(&its, SS_EVENT_DISMISS, "lamp", "s", NULL); /* of the product, not of an offer */
    offers_happens(&its, &event);
    decision = ask(&its, &request);
    for (size_t i = 0; i < decision->offer_count; i++)
        assert_false(ss_slice_equal(decision->offers[i].item_id, ss_slice_of("lamp")));
    offers_shop_close(&its);
}

static void only_the_campaigns_categories(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ", categories: [Kitchen], not-categories: [Bath]"));
    ss_offer_request request = on_product("s", "tea");
    const ss_decision *decision = ask(&its, &request);
    assert_true(decision->offer_count > 0);
    for (size_t i = 0; i < decision->offer_count; i++)
        assert_false(ss_slice_equal(decision->offers[i].item_id, ss_slice_of("tea")));
    request = on_cart("t");
    assert_offer(&ask(&its, &request)->offers[0], 5000, 4700, 300); /* the pot alone */
    offers_shop_close(&its);
}

static void the_live_cart_stands_in(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_live_event event = offers_event(&its, SS_EVENT_CART_ADD, "tea", "s", NULL);
    event.quantity = 2;
    offers_happens(&its, &event);
    event = offers_event(&its, SS_EVENT_CART_ADD, "pot", "s", NULL);
    offers_happens(&its, &event);
    ss_offer_request request = offers_asking(SS_PAGE_CART, "s");
    assert_offer(&ask(&its, &request)->offers[0], 5000, 4500, 500);
    offers_shop_close(&its);
}

/* ---- verdicts ---- */

static void no_campaign(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ", segments: [loyal]"));
    ss_offer_request request = on_product("s", "tea");
    assert_verdict(ask(&its, &request), SS_VERDICT_NO_CAMPAIGN);
    assert_int_equal(ask(&its, &request)->number, 0);
    request.request_id = ss_slice_of("r"); /* … but what may be asked for again is kept */
    assert_true(ask(&its, &request)->number > 0);
    assert_true(ask(&its, &request)->closed);
    offers_shop_close(&its);
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ", cart-min: 5001"));
    request = on_cart("s");
    assert_verdict(ask(&its, &request), SS_VERDICT_NO_CAMPAIGN);
    offers_shop_close(&its);
}

static void no_products(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open_of(&its, offers_log, NULL, POLICY_OF(FREE_GUARDS, "percent: 10", "")); /* no prices */
    ss_offer_request request = on_product("s", "tea");
    assert_verdict(ask(&its, &request), SS_VERDICT_NO_PRODUCTS);
    offers_shop_close(&its);
    offers_shop_open(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ", cart-min: 0"));
    request = offers_asking(SS_PAGE_CART, "s"); /* an empty cart */
    assert_verdict(ask(&its, &request), SS_VERDICT_NO_PRODUCTS);
    const ss_cart_line unknown = {SS_SLICE_LITERAL("nobody knows it"), 1};
    request.cart = &unknown;
    request.cart_count = 1;
    assert_verdict(ask(&its, &request), SS_VERDICT_NO_PRODUCTS);
    offers_shop_close(&its);
}

static void not_worth_stands_for_a_while(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    offers_teach(&its, "lightning", "nothing", "new", 1000, 900);
    offers_teach(&its, "lightning", "none", "new", 1000, 100);
    offers_teach(&its, "lightning", "it", "new", 1000, 100);
    ss_offer_request request = on_product("s", "tea");
    const ss_decision *decision = ask(&its, &request);
    assert_verdict(decision, SS_VERDICT_NOT_WORTH);
    assert_slice_equal(decision->incentive, "nothing");
    assert_true(decision->number > 0 && decision->stake > 0 && !decision->closed);
    its.now += SS_SECOND;
    decision = ask(&its, &request);
    assert_verdict(decision, SS_VERDICT_NOT_WORTH);
    assert_int_equal(decision->number, 0); /* the same decision */
    its.now += 3600 * SS_SECOND;
    assert_true(ask(&its, &request)->number > 0);
    offers_shop_close(&its);
}

static void shows_are_counted(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF("  guards: {shows-max: 2, tax: 0, stacking: true, budget: 100000, budget-per-day: "
                               "100000}\n",
                               "percent: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    request.customer_id = ss_slice_of("ann");
    offers_teach(&its, "lightning", "it", "returning", 1000, 900);
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWS);
    request.session_id = ss_slice_of("t"); /* another session of the same customer */
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    request.session_id = ss_slice_of(""); /* where none is named, the customer is one */
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWS);
    its.now += SS_DAY;
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    offers_shop_close(&its);
}

static void decisions_of_one_visitor_are_bounded(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    for (unsigned i = 0; i < SS_PARTY_OPEN_MAX; i++)
        assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWS);
    its.now += 25 * 3600 * SS_SECOND; /* their windows are over */
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    offers_shop_close(&its);
}

static void an_open_offer_stands_alone(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF("  guards: {shows-max: 0, tax: 0, budget: 100000, budget-per-day: 100000}\n",
                               "percent: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    request.customer_id = ss_slice_of("new customer");
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    assert_verdict(ask(&its, &request), SS_VERDICT_OPEN_OFFER);
    request.session_id = ss_slice_of("t");
    assert_verdict(ask(&its, &request), SS_VERDICT_OPEN_OFFER);
    its.now += 31 * 60 * SS_SECOND; /* it has expired */
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWN);
    offers_shop_close(&its);
}

static void no_consent(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_offer_request request = on_product("", "tea");
    request.no_consent = true;
    request.request_id = ss_slice_of("r");
    const ss_decision *decision = ask(&its, &request);
    assert_verdict(decision, SS_VERDICT_NO_CONSENT);
    assert_int_equal(decision->number, 0);
    assert_int_equal(ss_offer_ledger_next(its.ledger), 1);
    offers_shop_close(&its);
}

static void the_held_out_see_nothing(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_AS("  guards: {shows-max: 2, tax: 0, budget: 100000, budget-per-day: 100000}\n",
                               "percent: 10", ", holdout: 100, limit: 2"));
    ss_offer_request request = on_product("s", "tea");
    const ss_decision *decision = ask(&its, &request);
    assert_verdict(decision, SS_VERDICT_HELD_OUT);
    assert_slice_equal(decision->incentive, "it");
    assert_true(decision->offer_count == 2 && decision->number > 0);
    assert_offer(&decision->offers[0], 1000, 900, 0);
    assert_int_equal(leased(&its, "", SS_DAY_ALL), 0);
    assert_verdict(ask(&its, &request), SS_VERDICT_OPEN_OFFER); /* as whoever got it is answered */
    its.now += 3600 * SS_SECOND;
    assert_verdict(ask(&its, &request), SS_VERDICT_HELD_OUT);
    its.now += 3600 * SS_SECOND;
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWS);
    offers_shop_close(&its);
}

static void the_holdout_is_sticky_and_of_its_size(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_AS(FREE_GUARDS, "percent: 10", ", holdout: 25, variants: [a, b]"));
    unsigned held = 0, of_a = 0;
    for (unsigned i = 0; i < 400; i++) {
        char session[16];
        snprintf(session, sizeof session, "s%u", i);
        ss_offer_request request = on_product(session, "tea");
        request.preview = true;
        const ss_decision *decision = ask(&its, &request);
        ss_verdict first = decision->verdict;
        held += first == SS_VERDICT_HELD_OUT;
        of_a += ss_slice_equal(decision->variant, ss_slice_of("a"));
        assert_int_equal(ask(&its, &request)->verdict, first);
    }
    assert_in_range(held, 70, 130);
    assert_in_range(of_a, 160, 240);
    offers_shop_close(&its);
}

/* ---- budgets ---- */

static void budgets_end_what_is_given(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its,
               POLICY_OF("  guards: {tax: 0, shows-max: 0, stacking: true, budget: 1000000, budget-per-day: 250}\n",
                         "percent: 10", ""));
    int64_t day_before = 0;
    for (unsigned i = 0; i < 3; i++) {
        ss_offer_request request = on_product("s", "tea");
        const ss_decision *decision = ask(&its, &request);
        assert_verdict(decision, SS_VERDICT_SHOWN);
        int64_t day = leased(&its, "", decision->day);
        assert_true(day <= 250 && day >= day_before);
        assert_slice_equal(decision->incentive, day > day_before ? "it" : "none");
        day_before = day;
    }
    assert_true(day_before > 150); /* what fits is given, though the best does not */
    its.now += SS_DAY;             /* another day, another budget; and what has expired is free again */
    ss_offer_request request = on_product("t", "tea");
    const ss_decision *decision = ask(&its, &request);
    assert_slice_equal(decision->incentive, "it");
    assert_int_equal(leased(&its, "", SS_DAY_ALL), leased(&its, "", decision->day));
    offers_shop_close(&its);
}

static void each_account_has_its_say(void **state)
{
    (void)state;
    static const char *const policies[] = {
        POLICY_OF("  guards: {tax: 0, budget: 50, budget-per-day: unlimited}\n", "percent: 10", ""),
        POLICY_OF("  guards: {tax: 0, budget: unlimited, budget-per-day: 50}\n", "percent: 10", ""),
        POLICY_OF("  guards: {tax: 0, budget: unlimited, budget-per-day: unlimited}\n", "percent: 10", ", budget: 50"),
        POLICY_OF("  guards: {tax: 0, budget: unlimited, budget-per-day: unlimited}\n", "percent: 10",
                  ", budget-per-day: 50"),
        POLICY_OF("  guards: {tax: 0, budget: unlimited, budget-per-day: unlimited}\n", "percent: 10", "")};
    for (size_t i = 0; i < 5; i++) {
        offers_shop its;
        open_worth(&its, policies[i]);
        ss_offer_request request = on_product("s", "pot"); /* 300 would be given */
        request.limit = 1;
        assert_slice_equal(ask(&its, &request)->incentive, i < 4 ? "none" : "it");
        offers_shop_close(&its);
    }
}

/* ---- repeats and previews ---- */

static void a_repeat_is_the_same_decision(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF("  guards: {shows-max: 1, tax: 0, budget: 100000, budget-per-day: 100000}\n",
                               "percent: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    request.request_id = ss_slice_of("r");
    ss_offer_answer first = offers_ask(&its, &request);
    const ss_decision kept = *first.decision;
    assert_false(first.repeated);
    int64_t before = leased(&its, "", SS_DAY_ALL);
    its.now += 60 * SS_SECOND;
    ss_offer_answer again = offers_ask(&its, &request);
    assert_true(again.repeated && again.campaign == first.campaign);
    assert_true(again.decision->number == kept.number && again.decision->offer_count == kept.offer_count);
    for (size_t i = 0; i < kept.offer_count; i++) {
        assert_int_equal(again.decision->offers[i].number, kept.offers[i].number);
        assert_int_equal(again.decision->offers[i].offer, kept.offers[i].offer);
    }
    assert_int_equal(leased(&its, "", SS_DAY_ALL), before);
    request.session_id = ss_slice_of("t"); /* another visitor's request of that name is another */
    assert_false(offers_ask(&its, &request).repeated);
    request.session_id = ss_slice_of("s");
    request.request_id = ss_slice_of("q");
    assert_verdict(ask(&its, &request), SS_VERDICT_SHOWS);
    offers_shop_close(&its);
}

static void a_preview_touches_nothing(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF("  guards: {shows-max: 1, tax: 0, budget: 100000, budget-per-day: 100000}\n",
                               "percent: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    request.preview = true;
    request.request_id = ss_slice_of("r");
    for (unsigned i = 0; i < 3; i++) {
        const ss_decision *decision = ask(&its, &request);
        assert_verdict(decision, SS_VERDICT_SHOWN);
        assert_int_equal(decision->number, 0);
        assert_int_equal(decision->offers[0].offer, 900);
    }
    assert_int_equal(ss_offer_ledger_next(its.ledger), 1);
    assert_int_equal(leased(&its, "", SS_DAY_ALL), 0);
    request.preview = false;
    assert_false(offers_ask(&its, &request).repeated);
    offers_shop_close(&its);
}

/* ---- swaps, mistakes, memory, the same again ---- */

static void policies_and_generations_are_exchanged(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_offer_request request = on_product("s", "tea");
    request.request_id = ss_slice_of("r");
    assert_int_equal(ask(&its, &request)->offers[0].lease, 100);
    ss_error error = {0};
    expect_ok(ss_offers_end(its.offers, true, &error), &error);
    its.in_step = false;
    ss_answerer *old = ss_offers_exchange(
        its.offers, offers_answerer(&its),
        offers_policy("offers:\n" FREE_GUARDS "  learning: {explore: false, strength: 7}\n"
                      "  incentives: {it: {percent: 20}}\n  campaigns: {lightning: {enabled: false}, flash: {page: "
                      "product, incentives: [it], holdout: 0}}\n"));
    ss_answerer_free(&old);
    ss_offer_answer repeated = offers_ask(&its, &request); /* as it was promised; its campaign is still there */
    assert_int_equal(repeated.decision->offers[0].lease, 100);
    assert_slice_equal(repeated.decision->campaign, "lightning");
    request.request_id = ss_slice_of("q");
    request.session_id = ss_slice_of("t");
    assert_slice_equal(ask(&its, &request)->campaign, "flash");
    offers_shop_close(&its);
}

/* zoe buys most of Drinks, yan of nothing; in the second log another category sells best. */
static const char liking_log[] = "order_id,customer_id,item_id,timestamp\n"
                                 "1,zoe,tea,2023-10-01\n1,zoe,pot,2023-10-01\n2,zoe,tea,2023-10-09\n"
                                 "3,zoe,tea,2023-10-20\n4,yan,tea,2023-10-03\n4,yan,pot,2023-10-03\n";
static const char turned_log[] = "order_id,customer_id,item_id,timestamp\n"
                                 "1,zoe,tea,2023-10-01\n2,zoe,tea,2023-10-09\n3,zoe,tea,2023-10-20\n"
                                 "4,yan,pot,2023-10-03\n5,xia,pot,2023-10-03\n6,wim,pot,2023-10-04\n"
                                 "7,val,pot,2023-10-03\n8,uwe,pot,2023-10-03\n9,tom,pot,2023-10-04\n";

static ss_slice campaign_for(offers_shop *its, const char *customer)
{
    ss_offer_request request = on_product("", "tea");
    request.customer_id = ss_slice_of(customer);
    request.preview = true;
    return ask(its, &request)->campaign;
}

static void expect_liked(offers_shop *its)
{
    assert_slice_equal(campaign_for(its, "zoe"), "brew");
    assert_slice_equal(campaign_for(its, "yan"), "lightning");
    assert_slice_equal(campaign_for(its, "who is new"), "lightning");
}

static void liked_categories_are_those_of_any_generation(void **state)
{
    (void)state;
    static const char policy[] = "offers:\n" FREE_GUARDS "  incentives: {it: {percent: 20}}\n"
                                 "  campaigns: {brew: {page: product, priority: 1, incentives: [it], "
                                 "liked-categories: [Drinks, Hats]}}\n";
    offers_shop its;
    ss_error error = {0};
    offers_shop_open_of(&its, liking_log, offers_catalog, policy);
    uint32_t before = ss_strings_find(&its.of->snapshot->items.categories, ss_slice_of("Drinks"));
    expect_liked(&its);
    expect_ok(ss_offers_end(its.offers, true, &error), &error);
    its.in_step = false;
    its.of = offers_train(turned_log, offers_catalog);
    ss_answerer *old = ss_offers_exchange(its.offers, offers_answerer(&its), offers_policy(policy));
    ss_answerer_free(&old);
    assert_int_not_equal(ss_strings_find(&its.of->snapshot->items.categories, ss_slice_of("Drinks")), before);
    expect_liked(&its);
    offers_shop_close(&its);
}

static void wrong_requests_are_refused(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    ss_cart_line none = {SS_SLICE_LITERAL("tea"), 0};
    ss_offer_request wrong[5] = {on_product("s", ""), on_product("", "tea"), on_product("s", "tea"),
                                 on_product("s", "tea"), on_product("s", "tea")};
    static const char *const fields[5] = {"item_id", "customer_id", "limit", "quantity", "page"};
    wrong[2].limit = SS_OFFERS_MAX + 1;
    wrong[3].cart = &none;
    wrong[3].cart_count = 1;
    wrong[4].page = SS_PAGE_COUNT;
    offers_step(&its);
    for (size_t i = 0; i < 5; i++) {
        ss_offer_answer answer = {0};
        ss_error error = {0};
        assert_status(ss_offers_decide(its.offers, &wrong[i], &answer, &error), SS_E_RANGE);
        assert_string_equal(error.field, fields[i]);
        assert_null(answer.decision);
    }
    offers_shop_close(&its);
}

static ss_offer_request some_request(unsigned i, char session[16])
{
    static const char *const items[] = {"tea", "pot", "cup", "rug"};
    snprintf(session, 16, "s%u", i);
    return i % 3 == 0   ? offers_asking(SS_PAGE_HOME, session)
           : i % 3 == 1 ? on_product(session, items[i % 4])
                        : on_cart(session);
}

static void nothing_allocates_once_warm(void **state)
{
    (void)state;
    offers_shop its;
    char session[16];
    ss_error error = {0};
    ss_offer_answer answer;
    open_worth(&its, POLICY_AS(FREE_GUARDS, "percent: 10", ", holdout: 10"));
    for (unsigned i = 0; i < 30; i++) {
        ss_offer_request request = some_request(i, session);
        ask(&its, &request);
    }
    failing_malloc_start(0);
    for (unsigned i = 30; i < 130; i++) {
        ss_offer_request request = some_request(i, session);
        ss_offers_decide(its.offers, &request, &answer, &error);
    }
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    offers_shop_close(&its);
}

static bool make_and_begin(void *context)
{
    offers_shop *its = context;
    ss_policy *policy = ss_policy_retain(its->offers->policy);
    ss_answerer *answerer = NULL;
    ss_offers *offers = NULL;
    ss_status status = ss_answerer_new(its->of->snapshot, &its->live, &answerer, NULL);
    if (status == SS_OK)
        status = ss_offers_new(its->ledger, policy, answerer, &offers, NULL);
    if (status != SS_OK) { /* both are still the caller's */
        assert_null(offers);
        ss_answerer_free(&answerer);
        ss_policy_release(&policy);
        return false;
    }
    status = ss_offers_begin(offers, its->now, NULL);
    if (status == SS_OK)
        assert_int_equal(ss_offers_end(offers, true, NULL), SS_OK);
    ss_offers_free(&offers);
    return status == SS_OK;
}

static void want_of_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    offers_shop its;
    open_worth(&its, POLICY_OF(FREE_GUARDS, "percent: 10", ""));
    assert_true(failing_malloc_torture(make_and_begin, &its) > 10);
    offers_shop_close(&its);
}

#define SAME_AGAIN 200

static size_t decide_many(unsigned char *out, size_t room)
{
    offers_shop its;
    char session[16];
    size_t size = 0;
    offers_shop_open(&its, "offers:\n  guards: {tax: 19, budget: 100000, budget-per-day: 50000}\n"); /* drawn */
    for (unsigned i = 0; i < SAME_AGAIN; i++) {
        ss_offer_request request = some_request(i % 150, session);
        const ss_decision *decision = ask(&its, &request);
        unsigned char record[SS_DECISION_RECORD_MAX];
        size_t one = ss_decision_encode(decision, record);
        assert_true(size + one <= room);
        memcpy(out + size, record, one);
        size += one;
        its.now += 61 * SS_SECOND;
    }
    offers_shop_close(&its);
    return size;
}

static void the_same_requests_have_the_same_decisions(void **state)
{
    (void)state;
    static unsigned char first[SAME_AGAIN * 1024], second[SAME_AGAIN * 1024];
    size_t size = decide_many(first, sizeof first);
    assert_int_equal(decide_many(second, sizeof second), size);
    assert_memory_equal(first, second, size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_incentive),
        cmocka_unit_test(a_bundle_names_both),
        cmocka_unit_test(without_cost_or_margin_nothing_is_given),
        cmocka_unit_test(prices_are_those_of_now),
        cmocka_unit_test(a_new_item_is_offered),
        cmocka_unit_test(what_is_in_the_cart_is_not_offered),
        cmocka_unit_test(what_was_seen_comes_first),
        cmocka_unit_test(only_the_campaigns_categories),
        cmocka_unit_test(the_live_cart_stands_in),
        cmocka_unit_test(no_campaign),
        cmocka_unit_test(no_products),
        cmocka_unit_test(not_worth_stands_for_a_while),
        cmocka_unit_test(shows_are_counted),
        cmocka_unit_test(decisions_of_one_visitor_are_bounded),
        cmocka_unit_test(an_open_offer_stands_alone),
        cmocka_unit_test(no_consent),
        cmocka_unit_test(the_held_out_see_nothing),
        cmocka_unit_test(the_holdout_is_sticky_and_of_its_size),
        cmocka_unit_test(budgets_end_what_is_given),
        cmocka_unit_test(each_account_has_its_say),
        cmocka_unit_test(a_repeat_is_the_same_decision),
        cmocka_unit_test(a_preview_touches_nothing),
        cmocka_unit_test(policies_and_generations_are_exchanged),
        cmocka_unit_test(liked_categories_are_those_of_any_generation),
        cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(nothing_allocates_once_warm),
        cmocka_unit_test(want_of_memory_leaves_nothing_behind),
        cmocka_unit_test(the_same_requests_have_the_same_decisions),
    };
    return cmocka_run_group_tests(tests, NULL, offers_close_trained);
}

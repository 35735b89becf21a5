/*
 * test_outcomes.c: what visitors do after a decision: what is told of an offer, what is bought within its window, how
 * long they are left in peace; and what is learned when the window is over, and unlearned when it could not be kept.
 */
#include "offer_sample.h"
#include "offers_shop.h"

#define WINDOW (24 * 3600 * SS_SECOND)

static const char policy_text[] =
    "offers:\n  guards: {tax: 25, shows-max: 0, stacking: true, cool-dismissed-hours: 2, cool-bought-hours: 3, budget: "
    "100000, budget-per-day: 100000}\n"
    "  learning: {explore: false}\n"
    "  campaigns: {dont_go: {holdout: 0}, lightning: {holdout: 0, limit: 2, incentives: []}, last_chance: "
    "{enabled: false}}\n";

static ss_decision decide(offers_shop *its, const char *session, const char *customer)
{
    ss_offer_request request = offers_asking(SS_PAGE_PRODUCT, session);
    request.item_id = ss_slice_of("tea");
    request.customer_id = ss_slice_of(customer);
    return *offers_ask(its, &request).decision;
}

static ss_decision found(offers_shop *its, uint64_t number)
{
    ss_decision decision;
    ss_error error = {0};
    expect_ok(ss_offer_ledger_find(its->ledger, number, &decision, &error), &error);
    return decision;
}

static void tells(offers_shop *its, ss_event kind, const ss_offer *offer, const char *session)
{
    char id[SS_OFFER_ID_TEXT];
    ss_offer_id_write(ss_offers_keys(its->offers), offer->number, id);
    ss_live_event event = offers_event(its, kind, "tea", session, NULL);
    event.texts[SS_TEXT_OFFER_ID] = ss_slice_of(id);
    offers_happens(its, &event);
}

static void buys(offers_shop *its, const char *item, float pieces, int64_t price, const char *session,
                 const char *customer)
{
    ss_live_event event = offers_event(its, SS_EVENT_PURCHASE, item, session, customer);
    event.quantity = pieces;
    event.unit_price = price;
    offers_happens(its, &event);
}

static void what_is_told_of_an_offer(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open(&its, policy_text);
    ss_decision decision = decide(&its, "s", "");
    assert_int_equal(decision.verdict, SS_VERDICT_SHOWN);
    assert_int_equal(decision.offer_count, 2);
    tells(&its, SS_EVENT_IMPRESSION, &decision.offers[0], "s");
    assert_int_equal(found(&its, decision.number).offers[0].told, SS_OFFER_SEEN);
    tells(&its, SS_EVENT_ACCEPT, &decision.offers[1], "s");
    assert_int_equal(found(&its, decision.number).offers[0].told, SS_OFFER_SEEN);
    assert_int_equal(found(&its, decision.number).offers[1].told, SS_OFFER_SEEN | SS_OFFER_ACCEPTED);
    tells(&its, SS_EVENT_DISMISS, &decision.offers[0], "somebody else");
    assert_int_equal(found(&its, decision.number).offers[0].told, SS_OFFER_SEEN);
    ss_offer none = {.number = decision.offers[0].number + 5};
    tells(&its, SS_EVENT_IMPRESSION, &none, "s");
    none.number = 1000 * SS_OFFERS_MAX;
    tells(&its, SS_EVENT_IMPRESSION, &none, "s");
    ss_live_event event = offers_event(&its, SS_EVENT_ACCEPT, "tea", "s", NULL);
    event.texts[SS_TEXT_OFFER_ID] = SS_SLICE_LITERAL("no such name");
    offers_happens(&its, &event);
    offers_shop_close(&its);
}

static void a_dismissal_and_a_purchase_bring_peace(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open(&its, policy_text);
    ss_decision decision = decide(&its, "s", "");
    tells(&its, SS_EVENT_DISMISS, &decision.offers[0], "s");
    assert_int_equal(found(&its, decision.number).offers[0].told, SS_OFFER_SEEN | SS_OFFER_DISMISSED);
    assert_int_equal(decide(&its, "s", "").verdict, SS_VERDICT_COOLING);
    assert_int_equal(decide(&its, "t", "").verdict, SS_VERDICT_SHOWN);
    its.now += 2 * 3600 * SS_SECOND;
    assert_int_equal(decide(&its, "s", "").verdict, SS_VERDICT_SHOWN);
    buys(&its, "soap", 1, SS_NO_MONEY, "other", "ann"); /* nothing was ever decided about her */
    assert_int_equal(decide(&its, "u", "ann").verdict, SS_VERDICT_COOLING);
    its.now += 3 * 3600 * SS_SECOND;
    assert_int_equal(decide(&its, "u", "ann").verdict, SS_VERDICT_SHOWN);
    buys(&its, "soap", -1, SS_NO_MONEY, "u", "ann"); /* a return is no purchase */
    assert_int_equal(decide(&its, "u", "ann").verdict, SS_VERDICT_SHOWN);
    offers_shop_close(&its);
}

static void a_session_that_dismisses_gives_its_customer_peace(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open(&its, policy_text);
    ss_decision decision = decide(&its, "s", "bob");
    tells(&its, SS_EVENT_DISMISS, &decision.offers[0], "s");
    assert_int_equal(decide(&its, "elsewhere", "bob").verdict, SS_VERDICT_COOLING);
    assert_int_equal(decide(&its, "elsewhere", "").verdict, SS_VERDICT_SHOWN);
    offers_shop_close(&its);
}

static void what_is_bought_is_the_outcome(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open(&its, policy_text);
    uint64_t of_both = decide(&its, "s", "ann").number, of_session = decide(&its, "s", "").number,
             of_other = decide(&its, "t", "").number;
    its.now += 60 * SS_SECOND;
    buys(&its, "tea", 2, SS_NO_MONEY, "s", "ann"); /* 10.00 each: 8.00 net, cost 4.00 */
    ss_offer_outcome outcome = found(&its, of_both).outcome;
    assert_true(outcome.orders == 1 && outcome.revenue == 2000 && outcome.margin == 800);
    assert_int_equal(found(&its, of_session).outcome.revenue, 2000);
    assert_int_equal(found(&its, of_other).outcome.orders, 0);
    buys(&its, "soap", 1, SS_NO_MONEY, "s", NULL); /* without cost */
    outcome = found(&its, of_both).outcome;
    assert_true(outcome.orders == 2 && outcome.revenue == 2500 && outcome.margin == 800);
    buys(&its, "tea", 1, 900, NULL, "ann"); /* at a price that an offer may have lowered */
    assert_int_equal(found(&its, of_both).outcome.revenue, 3500);
    buys(&its, "tea", -1, 1000, NULL, "ann");
    outcome = found(&its, of_both).outcome;
    assert_true(outcome.orders == 3 && outcome.revenue == 2500 && outcome.margin == 800);
    buys(&its, "nobody knows it", 1, 700, "s", NULL);
    assert_int_equal(found(&its, of_both).outcome.revenue, 3200);
    ss_live_event early = offers_event(&its, SS_EVENT_PURCHASE, "tea", "s", NULL); /* told late, from before */
    early.time = its.now - 3600 * SS_SECOND;
    offers_happens(&its, &early);
    assert_int_equal(found(&its, of_both).outcome.revenue, 3200);
    its.now += WINDOW;
    buys(&its, "tea", 1, SS_NO_MONEY, "s", "ann");
    assert_int_equal(found(&its, of_both).outcome.revenue, 3200);
    assert_true(found(&its, of_both).closed);
    offers_shop_close(&its);
}

static ss_cell_sums learned(const offers_shop *its, const char *campaign, const char *incentive, const char *segment)
{
    const ss_cell cell = {ss_slice_of(campaign), ss_slice_of(incentive), ss_slice_of(segment)};
    return ss_learner_sums(its->offers->learner, &cell);
}

static void windows_that_are_over_teach(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open(&its, policy_text);
    ss_decision bought = decide(&its, "s", "");
    assert_slice_equal(bought.incentive, "none");
    decide(&its, "t", "");
    buys(&its, "tea", 1, SS_NO_MONEY, "s", NULL); /* leaves 4.00 */
    double stake = (double)bought.stake;
    its.now += WINDOW - 1;
    offers_step(&its);
    assert_true(learned(&its, "lightning", "none", "new").trials == 0);
    its.now += 1;
    offers_step(&its);
    ss_cell_sums sums = learned(&its, "lightning", "none", "new");
    assert_true(sums.trials == 2 && sums.bought == 1 && sums.stake == stake && sums.margin == 400);
    assert_true(found(&its, bought.number).closed);
    offers_close_state(&its);
    offers_open_state(&its, offers_policy(policy_text)); /* the same after a restart */
    offers_step(&its);
    sums = learned(&its, "lightning", "none", "new");
    assert_true(sums.trials == 2 && sums.bought == 1 && sums.stake == stake && sums.margin == 400);
    offers_shop_close(&its);
}

static void the_held_out_teach_of_nothing(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open(&its, "offers:\n  guards: {budget: 100000, budget-per-day: 100000}\n"
                           "  campaigns: {lightning: {holdout: 100}}\n");
    ss_decision decision = decide(&its, "s", "");
    assert_true(decision.verdict == SS_VERDICT_HELD_OUT || decision.verdict == SS_VERDICT_NOT_WORTH);
    its.now += WINDOW;
    offers_step(&its);
    assert_true(learned(&its, "lightning", "nothing", "new").trials == 1);
    offers_shop_close(&its);
}

static void what_was_not_kept_is_not_learned(void **state)
{
    (void)state;
    offers_shop its;
    ss_error error = {0};
    offers_shop_open(&its, policy_text);
    decide(&its, "s", "");
    its.now += WINDOW;
    offers_step(&its);
    assert_true(learned(&its, "lightning", "none", "new").trials == 1);
    expect_ok(ss_offers_end(its.offers, false, &error), &error);
    its.in_step = false;
    expect_ok(ss_offers_begin(its.offers, its.now - 1, &error), &error);
    its.in_step = true;
    assert_true(learned(&its, "lightning", "none", "new").trials == 0);
    offers_step(&its);
    assert_true(learned(&its, "lightning", "none", "new").trials == 1);
    offers_shop_close(&its);
}

static void what_a_failed_sync_took_is_not_learned(void **state)
{
    (void)state;
    offers_shop its;
    ss_error error = {0};
    offers_shop_open(&its, policy_text);
    decide(&its, "s", "");
    offers_step(&its);
    expect_ok(ss_offers_end(its.offers, true, &error), &error);
    expect_ok(ss_environment_sync(its.environment, &error), &error);
    its.now += WINDOW;
    expect_ok(ss_offers_begin(its.offers, its.now, &error), &error);
    expect_ok(ss_offers_end(its.offers, true, &error), &error);
    assert_true(learned(&its, "lightning", "none", "new").trials == 1);
    offer_fail_sync(&(offer_store){.environment = its.environment});
    expect_ok(ss_offers_begin(its.offers, its.now - 1, &error), &error);
    its.in_step = true;
    assert_true(learned(&its, "lightning", "none", "new").trials == 0);
    offers_step(&its);
    assert_true(learned(&its, "lightning", "none", "new").trials == 1);
    offers_shop_close(&its);
}

static const char without_costs[] = "item_id,name,price\ntea,Tea,10.00\npot,Pot,30.00\ncup,Cup,8.00\n";

static void without_costs_prices_teach(void **state)
{
    (void)state;
    offers_shop its;
    offers_shop_open_of(&its, offers_log, without_costs, policy_text);
    ss_decision decision = decide(&its, "s", "");
    assert_int_equal(decision.verdict, SS_VERDICT_SHOWN);
    buys(&its, "tea", 1, SS_NO_MONEY, "s", NULL);
    its.now += WINDOW;
    offers_step(&its);
    assert_true(learned(&its, "lightning", "none", "new").margin == 1000);
    offers_shop_close(&its);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_of_an_offer),
        cmocka_unit_test(a_dismissal_and_a_purchase_bring_peace),
        cmocka_unit_test(a_session_that_dismisses_gives_its_customer_peace),
        cmocka_unit_test(what_is_bought_is_the_outcome),
        cmocka_unit_test(windows_that_are_over_teach),
        cmocka_unit_test(the_held_out_teach_of_nothing),
        cmocka_unit_test(what_was_not_kept_is_not_learned),
        cmocka_unit_test(what_a_failed_sync_took_is_not_learned),
        cmocka_unit_test(without_costs_prices_teach),
    };
    return cmocka_run_group_tests(tests, NULL, offers_close_trained);
}

/*
 * test_parties.c: who a decision is about: what may be done with them now, what is open about them; and what the budgets
 * leave for them.
 */
#include "check.h"
#include "offers/budgets.h"
#include "offers/parties.h"
#include "temporary_folder.h"

#include "base/timestamp.h"

#define NOW  INT64_C(1700000000000000)
#define HOUR (3600 * SS_SECOND)

typedef struct books {
    char folder[TEMPORARY_PATH_MAX];
    ss_environment *environment;
    ss_offer_ledger *ledger;
} books;

static void open_books(books *of)
{
    ss_error error = {0};
    temporary_folder_make(of->folder);
    expect_ok(ss_environment_open(of->folder, UINT64_C(64) << 20, &of->environment, &error), &error);
    expect_ok(ss_offer_ledger_open(of->environment, &of->ledger, &error), &error);
    expect_ok(ss_offer_ledger_begin(of->ledger, &error), &error);
}

static void close_books(books *of)
{
    ss_error error = {0};
    expect_ok(ss_offer_ledger_end(of->ledger, true, &error), &error);
    ss_offer_ledger_close(&of->ledger);
    ss_environment_close(&of->environment);
    temporary_folder_remove(of->folder);
}

static ss_parties named(const char *session, const char *customer)
{
    return (ss_parties){.ids = {ss_slice_of(session), ss_slice_of(customer)}};
}

static void shows_of_sessions_and_customers(void **state)
{
    (void)state;
    const ss_guards guards = {.shows_max = 2};
    ss_parties both = named("s", "c"), alone = named("", "c");
    both.known[SS_PARTY_CUSTOMER] = alone.known[SS_PARTY_CUSTOMER] = (ss_party){.latest = NOW, .shows = 2};
    assert_int_equal(ss_parties_ask(&both, &guards, NOW), SS_VERDICT_SHOWN);
    assert_int_equal(ss_parties_ask(&alone, &guards, NOW), SS_VERDICT_SHOWS);
    assert_int_equal(ss_parties_ask(&alone, &guards, NOW + SS_DAY), SS_VERDICT_SHOWN);
    both.known[SS_PARTY_SESSION].shows = 1;
    assert_int_equal(ss_parties_ask(&both, &guards, NOW), SS_VERDICT_SHOWN);
    ss_parties_decided(&both, 1, true, NOW);
    assert_int_equal(ss_parties_ask(&both, &guards, NOW), SS_VERDICT_SHOWS);
    assert_int_equal(ss_parties_ask(&both, &(ss_guards){.shows_max = 0}, NOW), SS_VERDICT_SHOWN);
    ss_parties_decided(&alone, 1, true, NOW + SS_DAY); /* a new day begins at one */
    assert_int_equal(alone.known[SS_PARTY_CUSTOMER].shows, 1);
}

static void peace_after_a_dismissal_or_a_purchase(void **state)
{
    (void)state;
    const ss_guards guards = {.cool_dismissed = 2 * HOUR, .cool_bought = 3 * HOUR};
    for (unsigned kind = 0; kind < SS_PARTIES; kind++) {
        ss_parties parties = named("s", "c");
        parties.known[kind].dismissed = NOW;
        assert_int_equal(ss_parties_ask(&parties, &guards, NOW + 2 * HOUR - 1), SS_VERDICT_COOLING);
        assert_int_equal(ss_parties_ask(&parties, &guards, NOW + 2 * HOUR), SS_VERDICT_SHOWN);
        parties.known[kind].bought = NOW;
        assert_int_equal(ss_parties_ask(&parties, &guards, NOW + 3 * HOUR - 1), SS_VERDICT_COOLING);
        assert_int_equal(ss_parties_ask(&parties, &guards, NOW + 3 * HOUR), SS_VERDICT_SHOWN);
        assert_int_equal(ss_parties_ask(&parties, &(ss_guards){0}, NOW), SS_VERDICT_SHOWN);
    }
}

static void uses_within_the_period(void **state)
{
    (void)state;
    const ss_guards guards = {.uses_max = 2, .uses_period = 30 * SS_DAY};
    ss_parties parties = named("s", "c");
    ss_party *customer = &parties.known[SS_PARTY_CUSTOMER];
    customer->uses[0] = NOW - 31 * SS_DAY;
    customer->uses[1] = NOW - 2 * SS_DAY;
    customer->use_count = 2;
    assert_false(ss_parties_used_up(&parties, &guards, NOW));
    customer->uses[customer->use_count++] = NOW;
    assert_true(ss_parties_used_up(&parties, &guards, NOW));
    assert_false(ss_parties_used_up(&parties, &(ss_guards){0}, NOW));
}

static void open_decisions_are_of_both(void **state)
{
    (void)state;
    ss_parties parties = named("s", "c");
    uint64_t numbers[SS_PARTIES_OPEN_MAX];
    parties.known[SS_PARTY_CUSTOMER].open[0] = 7; /* of another session */
    parties.known[SS_PARTY_CUSTOMER].open_count = 1;
    ss_parties_decided(&parties, 9, false, NOW);
    ss_parties_decided(&parties, 11, true, NOW);
    assert_int_equal(parties.known[SS_PARTY_SESSION].shows, 1);
    assert_int_equal(ss_parties_open(&parties, numbers), 3);
    assert_true(numbers[0] == 9 && numbers[1] == 11 && numbers[2] == 7);
    ss_parties_close(&parties, 9);
    ss_parties_close(&parties, 1000);
    assert_int_equal(ss_parties_open(&parties, numbers), 2);
    assert_true(numbers[0] == 11 && numbers[1] == 7);
    for (uint64_t number = 20; !ss_parties_full(&parties); number++)
        ss_parties_decided(&parties, number, false, NOW);
    assert_int_equal(parties.known[SS_PARTY_CUSTOMER].open_count, SS_PARTY_OPEN_MAX);
    assert_int_equal(parties.known[SS_PARTY_SESSION].open_count, SS_PARTY_OPEN_MAX - 1);
}

static void what_is_kept_comes_back(void **state)
{
    (void)state;
    books of;
    ss_error error = {0};
    open_books(&of);
    ss_parties parties, read;
    expect_ok(ss_parties_read(of.ledger, ss_slice_of("s"), ss_slice_of("c"), &parties, &error), &error);
    ss_parties_decided(&parties, 5, true, NOW);
    parties.known[SS_PARTY_SESSION].dismissed = NOW;
    expect_ok(ss_parties_keep(of.ledger, &parties, NOW, &error), &error);
    expect_ok(ss_parties_read(of.ledger, ss_slice_of("s"), ss_slice_of(""), &read, &error), &error);
    assert_true(read.known[SS_PARTY_SESSION].dismissed == NOW && read.known[SS_PARTY_SESSION].latest == NOW);
    assert_int_equal(read.known[SS_PARTY_CUSTOMER].open_count, 0);
    expect_ok(ss_parties_read(of.ledger, ss_slice_of(""), ss_slice_of("c"), &read, &error), &error);
    assert_true(read.known[SS_PARTY_CUSTOMER].shows == 1 && read.known[SS_PARTY_CUSTOMER].open[0] == 5);
    close_books(&of);
}

/* ---- budgets ---- */

static void lease(books *of, const char *campaign, int32_t day, int64_t money)
{
    ss_error error = {0};
    ss_decision decision = {.time = NOW, .expires = NOW + HOUR, .closes = NOW + HOUR, .day = day, .stake = 1};
    decision.campaign = ss_slice_of(campaign);
    decision.incentive = SS_SLICE_LITERAL("it");
    decision.session_id = SS_SLICE_LITERAL("s");
    decision.offer_count = 1;
    decision.offers[0] = (ss_offer){.list = 10 * money, .offer = 9 * money, .lease = money};
    expect_ok(ss_offer_ledger_add(of->ledger, &decision, &error), &error);
}

static void the_least_of_four_accounts(void **state)
{
    (void)state;
    books of;
    open_books(&of);
    lease(&of, "a", 10, 100);
    lease(&of, "a", 11, 40);
    lease(&of, "b", 11, 7);
    ss_campaign campaign = {.name = SS_SLICE_LITERAL("a"), .budget = {SS_BUDGET_NONE, SS_BUDGET_NONE}};
    ss_policy policy = {.guards.budget = {SS_BUDGET_NONE, SS_BUDGET_NONE}};
    assert_true(ss_budgets_room(of.ledger, &policy, &campaign, 11) == INT64_MAX);
    policy.guards.budget.in_all = 200;
    assert_int_equal(ss_budgets_room(of.ledger, &policy, &campaign, 11), 53);
    policy.guards.budget.per_day = 80;
    assert_int_equal(ss_budgets_room(of.ledger, &policy, &campaign, 11), 33);
    campaign.budget.per_day = 60;
    assert_int_equal(ss_budgets_room(of.ledger, &policy, &campaign, 11), 20);
    campaign.budget.in_all = 150;
    assert_int_equal(ss_budgets_room(of.ledger, &policy, &campaign, 11), 10);
    campaign.budget.in_all = 120; /* less than before: nothing, and no less */
    assert_int_equal(ss_budgets_room(of.ledger, &policy, &campaign, 11), 0);
    campaign.budget.in_all = 0;
    assert_int_equal(ss_budgets_room(of.ledger, &policy, &campaign, 12), 0);
    close_books(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_of_sessions_and_customers), cmocka_unit_test(peace_after_a_dismissal_or_a_purchase),
        cmocka_unit_test(uses_within_the_period),          cmocka_unit_test(open_decisions_are_of_both),
        cmocka_unit_test(what_is_kept_comes_back),         cmocka_unit_test(the_least_of_four_accounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

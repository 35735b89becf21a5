/*
 * test_outlook.c: can offers give anything? Budgets of 0, campaigns that are off and items without cost are told, with
 * what to do about them; costs told live count.
 */
#include "check.h"
#include "offers/outlook.h"
#include "offers_shop.h"

#define BUDGET "offers: {guards: {budget-per-day: 100}}\n"
#define OFF    ", campaigns: {dont_go: {enabled: false}, lightning: {enabled: false}, last_chance: {enabled: false}}}\n"

static const char bare_catalog[] = "item_id,name,price\ntea,Tea,10.00\npot,Teapot,30.00\ncup,Cup,\n";

static ss_outlook take(const char *text, const ss_snapshot *snapshot, ss_live_items *live, const char **obstacle)
{
    ss_policy *policy = offers_policy(text);
    ss_outlook outlook = {0};
    ss_error error = {0};
    expect_ok(ss_outlook_take(policy, snapshot, live, &outlook, &error), &error);
    *obstacle = ss_outlook_obstacle(policy, &outlook);
    ss_policy_release(&policy);
    return outlook;
}

static void what_a_policy_leaves_out_is_told(void **state)
{
    const char *obstacle;
    (void)state;
    assert_int_equal(take("", NULL, NULL, &obstacle).campaigns, 3);
    assert_non_null(strstr(obstacle, "offers.guards.budget-per-day"));
    take("offers: {guards: {budget-per-day: 100, budget: 0}}\n", NULL, NULL, &obstacle);
    assert_non_null(strstr(obstacle, "offers.guards.budget-per-day"));
    assert_int_equal(take("offers: {guards: {budget-per-day: 100}" OFF, NULL, NULL, &obstacle).campaigns, 0);
    assert_non_null(strstr(obstacle, "no campaign is enabled"));
    take(BUDGET, NULL, NULL, &obstacle);
    assert_null(obstacle);
}

static void items_with_costs_are_counted(void **state)
{
    const char *obstacle;
    (void)state;
    ss_outlook outlook = take(BUDGET, offers_train(offers_log, offers_catalog)->snapshot, NULL, &obstacle);
    assert_int_equal(outlook.priced, 10);
    assert_int_equal(outlook.costed, 9); /* soap has none */
    assert_null(obstacle);
}

static void without_costs_nothing_is_discounted_until_the_shop_tells_them(void **state)
{
    const char *obstacle;
    const shop *of = offers_train(offers_log, bare_catalog);
    ss_live_items *items = ss_live_items_new(&(ss_live_items_options){16});
    (void)state;
    assert_non_null(items);
    ss_outlook outlook = take(BUDGET, of->snapshot, items, &obstacle);
    assert_int_equal(outlook.priced, 2); /* the cup has no price */
    assert_int_equal(outlook.costed, 0);
    assert_non_null(strstr(obstacle, "no item has a cost"));
    live_change(items, of->snapshot, item_number("tea", SS_LIVE_COST, 400), OFFERS_NOW);
    outlook = take(BUDGET, of->snapshot, items, &obstacle);
    assert_int_equal(outlook.priced, 2);
    assert_int_equal(outlook.costed, 1);
    assert_null(obstacle);
    ss_live_items_free(&items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_policy_leaves_out_is_told),
        cmocka_unit_test(items_with_costs_are_counted),
        cmocka_unit_test(without_costs_nothing_is_discounted_until_the_shop_tells_them),
    };
    return cmocka_run_group_tests(tests, NULL, offers_close_trained);
}

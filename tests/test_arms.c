/*
 * test_arms.c: what a decision can do and what it takes: products by expected profit within the budgets, carts that
 * bear what they are promised, stakes, ties; and the last look, which finds every arm that should not be.
 */
#include "check.h"
#include "failing_malloc.h"
#include "log/catalog.h"
#include "offers/arms.h"

#include <math.h>

enum { NONE, TENTH, BUNDLE, KINDS };

typedef struct arms_case {
    ss_incentive incentives[KINDS];
    ss_campaign campaign;
    ss_policy policy;
    ss_candidates candidates;
    ss_cart cart;
    ss_learner *learner;
    ss_arms_for of;
} arms_case;

static arms_case its; /* large */

/* Of a price and a cost, as likely wanted as the next. */
static ss_candidate *add(int64_t price, int64_t cost)
{
    ss_candidate *added = &its.candidates.list[its.candidates.count++];
    *added = (ss_candidate){.item = (uint32_t)its.candidates.count, .affinity = 1};
    added->line = (ss_price_line){price, cost, SS_NO_MONEY, 1, false, true};
    added->margin = cost == SS_NO_MONEY ? price / 3 : price - cost;
    return added;
}

static void put_in_cart(int64_t price, int64_t cost, int64_t pieces)
{
    its.cart.lines[its.cart.count] = (ss_price_line){price, cost, SS_NO_MONEY, pieces, false, true};
    its.cart.items[its.cart.count++] = 0;
    its.cart.value += price * pieces;
}

static void begin(ss_offer_page page)
{
    ss_error error = {0};
    its = (arms_case){.incentives = {{.name = SS_SLICE_LITERAL("none")},
                                     {.name = SS_SLICE_LITERAL("tenth"), .kind = SS_INCENTIVE_PERCENT, .share = 1000},
                                     {.name = SS_SLICE_LITERAL("duo"), .kind = SS_INCENTIVE_BUNDLE, .share = 1000}}};
    its.campaign = (ss_campaign){.name = SS_SLICE_LITERAL("it"), .page = page, .incentives = 1u << TENTH};
    its.policy = (ss_policy){.incentives = its.incentives,
                             .incentive_count = KINDS,
                             .guards = {.margin_min = 1000, .cart_margin_min = 1000, .discount_max = 5000}};
    expect_ok(ss_learner_new(10, &its.learner, &error), &error);
    its.of = (ss_arms_for){.policy = &its.policy,
                           .campaign = &its.campaign,
                           .candidates = &its.candidates,
                           .cart = &its.cart,
                           .segment = SS_SLICE_LITERAL("new"),
                           .room = INT64_MAX,
                           .limit = 3,
                           .incentives = true};
}

static void end(void)
{
    ss_learner_free(&its.learner);
}

static void teach(const char *incentive, double trials, double bought)
{
    const ss_cell cell = {its.campaign.name, ss_slice_of(incentive), its.of.segment};
    const ss_cell_sums sums = {trials, bought, bought, bought};
    ss_error error = {0};
    expect_ok(ss_learner_add(its.learner, &cell, &sums, &error), &error);
}

static void make_worth(void)
{
    teach("tenth", 1000, 800);
    teach("duo", 1000, 800);
    teach("none", 1000, 10);
    teach("nothing", 1000, 10);
}

static ss_arm choose(int64_t *stake)
{
    ss_arm arm;
    int64_t own;
    assert_true(ss_arms_choose(&its.of, its.learner, NULL, &arm, stake ? stake : &own));
    assert_true(ss_arm_is_sound(&its.of, &arm));
    return arm;
}

static void products_by_expected_profit(void **state)
{
    (void)state;
    begin(SS_PAGE_HOME);
    make_worth();
    ss_candidate *cheap = add(1000, 500), *dear = add(4000, 2000), *unlikely = add(4000, 1000), *thin = add(1000, 950);
    unlikely->affinity = 0.1;
    ss_arm arm = choose(NULL);
    assert_ptr_equal(arm.incentive, &its.incentives[TENTH]);
    assert_int_equal(arm.count, 3); /* the thin one bears no tenth */
    assert_ptr_equal(arm.offers[0].candidate, dear);
    assert_ptr_equal(arm.offers[1].candidate, cheap);
    assert_ptr_equal(arm.offers[2].candidate, unlikely);
    thin->affinity = 100;
    its.of.limit = 1;
    its.of.incentives = false;
    arm = choose(NULL);
    assert_ptr_equal(arm.incentive, &its.incentives[NONE]);
    assert_ptr_equal(arm.offers[0].candidate, thin);
    end();
}

static void what_the_budgets_cannot_bear_is_passed_over(void **state)
{
    (void)state;
    begin(SS_PAGE_HOME);
    make_worth();
    add(4000, 1000);
    ss_candidate *second = add(1000, 400), *third = add(900, 400);
    its.of.room = 399;
    ss_arm arm = choose(NULL);
    assert_int_equal(arm.count, 2);
    assert_ptr_equal(arm.offers[0].candidate, second);
    assert_ptr_equal(arm.offers[1].candidate, third);
    its.of.room = 100;
    assert_int_equal(choose(NULL).count, 1);
    its.of.room = 89;
    arm = choose(NULL);
    assert_ptr_equal(arm.incentive, &its.incentives[NONE]);
    assert_int_equal(arm.count, 3);
    end();
}

static void of_equals_products_are_shown(void **state)
{
    (void)state;
    begin(SS_PAGE_HOME);
    add(1000, 500);
    ss_arm arm = choose(NULL); /* nothing is known: an incentive only costs */
    assert_ptr_equal(arm.incentive, &its.incentives[NONE]);
    teach("nothing", 1000, 900);
    teach("none", 1000, 100);
    arm = choose(NULL);
    assert_null(arm.incentive);
    assert_int_equal(arm.count, 0);
    end();
}

static void stakes(void **state)
{
    (void)state;
    int64_t stake;
    ss_arm arm;
    begin(SS_PAGE_HOME);
    assert_false(ss_arms_choose(&its.of, its.learner, NULL, &arm, &stake));
    add(1000, SS_NO_MONEY);
    choose(&stake);
    assert_int_equal(stake, 1000); /* no cost is known: its price stands for the margin */
    add(1000, 500);
    add(2000, 700);
    choose(&stake);
    assert_int_equal(stake, 900); /* the mean of 500 and 1300 */
    its.policy.guards.tax = 2500;
    for (size_t i = 0; i < 3; i++)
        its.candidates.list[i].margin = 1;
    choose(&stake);
    assert_int_equal(stake, 1);
    end();
    begin(SS_PAGE_CART);
    assert_false(ss_arms_choose(&its.of, its.learner, NULL, &arm, &stake)); /* an empty cart */
    put_in_cart(1000, 400, 3);
    put_in_cart(700, SS_NO_MONEY, 1);
    choose(&stake);
    assert_int_equal(stake, 1800);
    end();
}

static void a_cart_gets_what_it_is_promised(void **state)
{
    (void)state;
    begin(SS_PAGE_CART);
    make_worth();
    put_in_cart(1000, 400, 3);
    ss_candidate *beside = add(500, 200);
    ss_arm arm = choose(NULL);
    assert_ptr_equal(arm.incentive, &its.incentives[TENTH]);
    assert_null(arm.offers[0].candidate);
    assert_true(arm.offers[0].priced.list == 3000 && arm.offers[0].priced.offer == 2700);
    assert_ptr_equal(arm.offers[1].candidate, beside); /* at its price */
    assert_int_equal(arm.offers[1].priced.given, 0);
    put_in_cart(4000, 3900, 1); /* bears no tenth: 300 of 700 are not what was promised */
    its.policy.guards.cart_margin_min = 0;
    assert_ptr_equal(choose(NULL).incentive, &its.incentives[NONE]);
    its.cart.lines[1].eligible = false; /* … unless it was not meant */
    assert_ptr_equal(choose(NULL).incentive, &its.incentives[TENTH]);
    end();
}

static void bundles_are_of_the_page(void **state)
{
    (void)state;
    begin(SS_PAGE_PRODUCT);
    make_worth();
    its.campaign.incentives = 1u << BUNDLE;
    ss_candidate *page = add(1000, 400), *other = add(2000, 800);
    page->reason.source = SS_OFFER_FROM_PAGE;
    assert_ptr_equal(choose(NULL).incentive, &its.incentives[NONE]);
    its.of.page = page;
    ss_arm arm = choose(NULL);
    assert_ptr_equal(arm.incentive, &its.incentives[BUNDLE]);
    assert_int_equal(arm.count, 1);
    assert_ptr_equal(arm.offers[0].candidate, other);
    assert_true(arm.offers[0].priced.list == 3000 && arm.offers[0].priced.offer == 2700);
    end();
}

static void the_last_look_finds_what_should_not_be(void **state)
{
    (void)state;
    begin(SS_PAGE_HOME);
    make_worth();
    ss_candidate *only = add(1000, 500);
    ss_arm good = choose(NULL), bad = good;
    bad.offers[0].priced.offer = bad.offers[0].priced.list - 600; /* below its cost */
    bad.offers[0].priced.given = 600;
    assert_false(ss_arm_is_sound(&its.of, &bad));
    bad = good;
    bad.offers[0].priced.given = 50; /* less than the price says */
    assert_false(ss_arm_is_sound(&its.of, &bad));
    bad = good;
    bad.offers[0].priced.given = 0; /* … as if nothing were given */
    assert_false(ss_arm_is_sound(&its.of, &bad));
    its.policy.guards.discount_max = 999;
    assert_false(ss_arm_is_sound(&its.of, &good));
    its.policy.guards.discount_max = 1000;
    assert_true(ss_arm_is_sound(&its.of, &good));
    its.of.room = 99;
    assert_false(ss_arm_is_sound(&its.of, &good));
    its.of.room = 100;
    only->line.cost = SS_NO_MONEY;
    assert_false(ss_arm_is_sound(&its.of, &good));
    only->line.cost = 811; /* leaves less than a tenth of 900 */
    assert_false(ss_arm_is_sound(&its.of, &good));
    only->line.cost = 810;
    assert_true(ss_arm_is_sound(&its.of, &good));
    end();
}

static void a_cart_is_looked_at_once_more(void **state)
{
    (void)state;
    begin(SS_PAGE_CART);
    make_worth();
    put_in_cart(1000, 400, 2);
    ss_arm good = choose(NULL);
    assert_int_equal(good.offers[0].priced.given, 200);
    its.cart.lines[0].cost = 811;
    assert_false(ss_arm_is_sound(&its.of, &good));
    its.cart.lines[0].cost = 810;
    assert_true(ss_arm_is_sound(&its.of, &good));
    end();
}

static void draws_are_reproducible(void **state)
{
    (void)state;
    begin(SS_PAGE_HOME);
    add(1000, 500);
    teach("tenth", 20, 2);
    teach("none", 20, 1);
    unsigned shown[3] = {0};
    for (uint64_t seed = 0; seed < 200; seed++) {
        ss_random first, second;
        ss_arm a, b;
        int64_t stake;
        ss_random_seed(&first, seed);
        ss_random_seed(&second, seed);
        assert_true(ss_arms_choose(&its.of, its.learner, &first, &a, &stake));
        assert_true(ss_arms_choose(&its.of, its.learner, &second, &b, &stake));
        assert_true(a.incentive == b.incentive && a.value == b.value);
        shown[a.incentive ? a.incentive - its.incentives : 2]++;
    }
    assert_true(shown[NONE] > 10 && shown[TENTH] > 10 && shown[2] > 10); /* all are tried */
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_by_expected_profit),
        cmocka_unit_test(what_the_budgets_cannot_bear_is_passed_over),
        cmocka_unit_test(of_equals_products_are_shown),
        cmocka_unit_test(stakes),
        cmocka_unit_test(a_cart_gets_what_it_is_promised),
        cmocka_unit_test(bundles_are_of_the_page),
        cmocka_unit_test(the_last_look_finds_what_should_not_be),
        cmocka_unit_test(a_cart_is_looked_at_once_more),
        cmocka_unit_test(draws_are_reproducible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

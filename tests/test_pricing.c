/* test_pricing.c: prices by hand, and what must hold of all of them. test_pricing_oracle.py works them out with fractions. */
#include "testing.h"

#include "log/catalog.h"
#include "offers/pricing.h"
#include "state/live_event.h"

#include <string.h>

/* 19 % tax, 10 % margin of item and cart, at most 30 % off. */
static const ss_guards guards = {.tax = 1900, .margin_min = 1000, .cart_margin_min = 1000, .discount_max = 3000};
static const ss_campaign campaign = {.price_cut = false};
static const ss_campaign price_cut = {.price_cut = true};

static ss_price_line line_of(int64_t price, int64_t cost)
{
    return (ss_price_line){price, cost, SS_NO_MONEY, 1, false, true};
}

static ss_incentive percent(int64_t share)
{
    return (ss_incentive){.kind = SS_INCENTIVE_PERCENT, .share = share};
}

static ss_incentive amount(int64_t of)
{
    return (ss_incentive){.kind = SS_INCENTIVE_AMOUNT, .amount = of};
}

static ss_price_check item(const ss_incentive *incentive, ss_price_line line, ss_priced *priced)
{
    return ss_price_item(&guards, &campaign, incentive, &line, SS_NO_MONEY, priced);
}

static void a_share_is_rounded_half_up(void **state)
{
    (void)state;
    assert_int_equal(ss_share_of(20000, 1500), 3000);
    assert_int_equal(ss_share_of(50, 100), 1);
    assert_int_equal(ss_share_of(49, 100), 0);
    assert_int_equal(ss_share_of(0, 1500), 0);
    assert_int_equal(ss_share_of(999, 3333), 333);
    assert_int_equal(ss_share_of(INT64_MAX, SS_BASIS_POINTS), INT64_MAX);
    assert_int_equal(ss_share_of(INT64_MAX, 5000), INT64_MAX / 2 + 1);
}

static void margins_hold_to_the_cent(void **state)
{
    (void)state;
    /* 119.00 with 19 % tax is 100.00 net; 10 % of it are kept at a cost of 90.00. */
    assert_true(ss_margin_holds(11900, 9000, 1000, 1900));
    assert_false(ss_margin_holds(11900, 9001, 1000, 1900));
    assert_false(ss_margin_holds(11899, 9000, 1000, 1900));
    assert_true(ss_margin_holds(0, 0, 1000, 1900));
    assert_true(ss_margin_holds(INT64_MAX, INT64_MAX / 2, 1000, 1900));
    assert_false(ss_margin_holds(INT64_MAX, INT64_MAX, 0, 1));
}

static void each_incentive_on_one_product(void **state)
{
    (void)state;
    ss_price_line tea = line_of(20000, 10000), cup = line_of(999, 500);
    ss_priced of;
    ss_incentive none = {0}, cashback = {.kind = SS_INCENTIVE_CASHBACK, .share = 1500};
    ss_incentive shipping = {.kind = SS_INCENTIVE_FREE_SHIPPING, .amount = 490};
    ss_incentive points = {.kind = SS_INCENTIVE_POINTS, .points = 200, .amount = 2};
    ss_incentive gift = {.kind = SS_INCENTIVE_GIFT};
    ss_incentive ten = percent(1000), five = amount(500);
    assert_int_equal(item(&none, line_of(100, SS_NO_MONEY), &of), SS_PRICE_FINE);
    assert_true(of.list == 100 && of.offer == 100 && of.given == 0);
    assert_int_equal(item(&cashback, tea, &of), SS_PRICE_FINE);
    assert_true(of.list == 20000 && of.offer == 20000 && of.given == 3000 && of.benefit == 3000);
    assert_int_equal(item(&ten, cup, &of), SS_PRICE_FINE);
    assert_true(of.list == 999 && of.offer == 899 && of.given == 100 && of.benefit == 0);
    assert_int_equal(item(&five, tea, &of), SS_PRICE_FINE);
    assert_true(of.offer == 19500 && of.given == 500);
    assert_int_equal(item(&shipping, tea, &of), SS_PRICE_FINE);
    assert_true(of.offer == 20000 && of.given == 490 && of.benefit == 490);
    assert_int_equal(item(&points, tea, &of), SS_PRICE_FINE);
    assert_true(of.given == 400 && of.benefit == 400);
    assert_int_equal(item(&gift, tea, &of), SS_PRICE_GIFT);
    assert_int_equal(ss_price_item(&guards, &campaign, &gift, &tea, 800, &of), SS_PRICE_FINE);
    assert_true(of.offer == 20000 && of.given == 800);
    tea.quantity = 3;
    assert_int_equal(item(&cashback, tea, &of), SS_PRICE_FINE);
    assert_true(of.list == 60000 && of.given == 9000);
}

static void each_guard_says_no(void **state)
{
    (void)state;
    ss_incentive ten = percent(1000), deep = percent(3001), five = amount(500);
    ss_incentive bundle = {.kind = SS_INCENTIVE_BUNDLE, .share = 1000};
    ss_price_line tea = line_of(10000, 5000);
    ss_priced of = {.list = -1};
    assert_int_equal(item(&ten, line_of(SS_NO_MONEY, 1), &of), SS_PRICE_NO_PRICE);
    assert_int_equal(item(&ten, line_of(0, 0), &of), SS_PRICE_NO_PRICE);
    assert_int_equal(item(&bundle, tea, &of), SS_PRICE_NO_PRICE);
    assert_int_equal(item(&ten, line_of(10000, SS_NO_MONEY), &of), SS_PRICE_NO_COST);
    assert_int_equal(item(&deep, tea, &of), SS_PRICE_TOO_DEEP);
    assert_int_equal(item(&five, line_of(400, 1), &of), SS_PRICE_TOO_DEEP);
    assert_int_equal(item(&ten, line_of(4, 1), &of), SS_PRICE_TOO_SMALL); /* 0.4 cents */
    /* 90.00 is 75.63 net, less a tenth of it 68.07. */
    assert_int_equal(item(&ten, line_of(10000, 6806), &of), SS_PRICE_FINE);
    assert_int_equal(item(&ten, line_of(10000, 6807), &of), SS_PRICE_BELOW_MARGIN);
    ten.value_min = 10001;
    assert_int_equal(item(&ten, tea, &of), SS_PRICE_TOO_SMALL);
    ten.value_min = 10000;
    assert_int_equal(item(&ten, tea, &of), SS_PRICE_FINE);
    tea.reduced = true;
    assert_int_equal(item(&ten, tea, &of), SS_PRICE_REDUCED);
}

static void a_price_cut_is_one(void **state)
{
    (void)state;
    ss_incentive ten = percent(1000), points = {.kind = SS_INCENTIVE_POINTS, .points = 5, .amount = 1};
    ss_price_line tea = line_of(10000, 5000);
    ss_priced of;
    assert_int_equal(ss_price_item(&guards, &price_cut, &ten, &tea, SS_NO_MONEY, &of), SS_PRICE_FINE);
    tea.lowest = 9000;
    assert_int_equal(ss_price_item(&guards, &price_cut, &ten, &tea, SS_NO_MONEY, &of), SS_PRICE_FINE);
    tea.lowest = 8999;
    assert_int_equal(ss_price_item(&guards, &price_cut, &ten, &tea, SS_NO_MONEY, &of), SS_PRICE_ABOVE_LOWEST);
    assert_int_equal(ss_price_item(&guards, &campaign, &ten, &tea, SS_NO_MONEY, &of), SS_PRICE_FINE);
    assert_int_equal(ss_price_item(&guards, &price_cut, &points, &tea, SS_NO_MONEY, &of), SS_PRICE_FINE);
}

/* 10 % of 1.05 is 0.105: up to 0.11, but not where 10 % is the deepest there may be. */
static void rounding_alone_is_never_too_deep(void **state)
{
    (void)state;
    ss_guards tenth = guards;
    ss_incentive ten = percent(1000);
    ss_price_line sweet = line_of(105, 10);
    ss_priced of;
    assert_int_equal(item(&ten, sweet, &of), SS_PRICE_FINE);
    assert_int_equal(of.given, 11);
    tenth.discount_max = 1000;
    assert_int_equal(ss_price_item(&tenth, &campaign, &ten, &sweet, SS_NO_MONEY, &of), SS_PRICE_FINE);
    assert_int_equal(of.given, 10);
}

static void two_together_share_the_discount(void **state)
{
    (void)state;
    ss_incentive tenth = {.kind = SS_INCENTIVE_BUNDLE, .share = 1000};
    ss_price_line both[2] = {line_of(1001, 300), line_of(2004, 600)};
    int64_t offers[2];
    ss_priced of;
    /* 300.5 of 3005 are 301: 100.27 and 200.73, the cent goes to the second. */
    assert_int_equal(ss_price_bundle(&guards, &campaign, &tenth, both, offers, &of), SS_PRICE_FINE);
    assert_true(of.list == 3005 && of.offer == 2704 && of.given == 301 && of.benefit == 0);
    assert_true(offers[0] == 901 && offers[1] == 1803);
    both[0].cost = 700; /* alone below its margin */
    assert_int_equal(ss_price_bundle(&guards, &campaign, &tenth, both, offers, &of), SS_PRICE_BELOW_MARGIN);
    both[0].cost = SS_NO_MONEY;
    assert_int_equal(ss_price_bundle(&guards, &campaign, &tenth, both, offers, &of), SS_PRICE_NO_COST);
    both[1].price = 0;
    assert_int_equal(ss_price_bundle(&guards, &campaign, &tenth, both, offers, &of), SS_PRICE_NO_PRICE);
}

static ss_price_check cart(const ss_incentive *incentive, const ss_price_line *lines, size_t count, int64_t most,
                           int64_t *offers, ss_priced *priced)
{
    return ss_price_cart(&guards, &campaign, incentive, lines, count, SS_NO_MONEY, most, offers, priced);
}

static void a_percentage_lowers_the_lines_that_can(void **state)
{
    (void)state;
    /* Fine; no cost; reduced; another category; below its margin; three pieces. */
    ss_price_line lines[6] = {line_of(1000, 400), line_of(1000, SS_NO_MONEY), line_of(1000, 400),
                              line_of(1000, 400), line_of(1000, 700),         line_of(333, 100)};
    int64_t offers[6];
    ss_incentive ten = percent(1000);
    ss_priced of;
    lines[2].reduced = true;
    lines[3].eligible = false;
    lines[5].quantity = 3;
    assert_int_equal(cart(&ten, lines, 6, INT64_MAX, offers, &of), SS_PRICE_FINE);
    assert_true(offers[0] == 900 && offers[1] == 1000 && offers[2] == 1000 && offers[3] == 1000 && offers[4] == 1000);
    assert_int_equal(offers[5], 899); /* 99.9 of 999 are 100 */
    assert_true(of.list == 5999 && of.offer == 5799 && of.given == 200);
    assert_int_equal(cart(&ten, lines, 6, 101, offers, &of), SS_PRICE_FINE); /* no more than was leased */
    assert_true(of.given == 101 && offers[0] == 949 && offers[5] == 949);    /* halves: the cent goes to the first */
    assert_int_equal(cart(&ten, lines, 6, 0, offers, &of), SS_PRICE_TOO_SMALL);
    assert_int_equal(cart(&ten, lines + 1, 4, INT64_MAX, offers, &of), SS_PRICE_NO_COST);
    assert_int_equal(cart(&ten, lines + 3, 1, INT64_MAX, offers, &of), SS_PRICE_TOO_SMALL);
}

static void an_amount_is_spread_as_far_as_lines_bear(void **state)
{
    (void)state;
    ss_price_line lines[3] = {line_of(1000, 200), line_of(1000, 200), line_of(1000, 200)};
    int64_t offers[3];
    ss_incentive hundred = amount(100), much = amount(700);
    ss_priced of;
    assert_int_equal(cart(&hundred, lines, 3, INT64_MAX, offers, &of), SS_PRICE_FINE);
    assert_true(offers[0] == 966 && offers[1] == 967 && offers[2] == 967);
    lines[0].cost = 743; /* 743 * 1.19 / 0.9 = 982.4: it bears 17 */
    assert_int_equal(cart(&hundred, lines, 3, INT64_MAX, offers, &of), SS_PRICE_FINE);
    assert_true(offers[0] == 983 && offers[1] == 958 && offers[2] == 959);
    assert_true(of.given == 100 && of.offer == 2900);
    assert_int_equal(cart(&much, lines, 3, INT64_MAX, offers, &of), SS_PRICE_BELOW_MARGIN); /* 17 + 300 + 300 */
    assert_int_equal(cart(&much, lines, 3, 600, offers, &of), SS_PRICE_FINE);
    assert_true(offers[0] == 983 && offers[1] + offers[2] == 1417);
    assert_int_equal(cart(&much, lines, 1, INT64_MAX, offers, &of), SS_PRICE_TOO_DEEP);
}

static void what_is_given_beside_is_held_against_the_whole_cart(void **state)
{
    (void)state;
    ss_price_line lines[2] = {line_of(11900, 8000), line_of(11900, SS_NO_MONEY)};
    int64_t offers[2];
    ss_incentive shipping = {.kind = SS_INCENTIVE_FREE_SHIPPING, .amount = 490};
    ss_incentive cashback = {.kind = SS_INCENTIVE_CASHBACK, .share = 1000};
    ss_priced of;
    /* 100.00 and 100.00 net; the second earns nothing: 20.00 less what is given must leave 20.00 of 200.00. */
    assert_int_equal(cart(&shipping, lines, 2, INT64_MAX, offers, &of), SS_PRICE_BELOW_CART_MARGIN);
    assert_int_equal(cart(&shipping, lines, 1, INT64_MAX, offers, &of), SS_PRICE_FINE);
    assert_true(of.given == 490 && of.offer == 11900 && offers[0] == 11900);
    assert_int_equal(cart(&shipping, lines, 1, 489, offers, &of), SS_PRICE_TOO_DEEP);
    lines[0].cost = 7000;
    assert_int_equal(cart(&shipping, lines, 2, INT64_MAX, offers, &of), SS_PRICE_FINE);
    lines[0].cost = 5000;
    assert_int_equal(cart(&cashback, lines, 2, INT64_MAX, offers, &of), SS_PRICE_FINE);
    assert_true(of.benefit == 1190 && of.given == 1190 && of.offer == 23800); /* of the line with a cost alone */
    assert_int_equal(cart(&cashback, lines, 2, 1000, offers, &of), SS_PRICE_FINE);
    assert_int_equal(of.given, 1000);
}

static void sums_beyond_all_numbers_have_no_price(void **state)
{
    (void)state;
    ss_price_line lines[2] = {line_of(SS_EVENT_PRICE_MAX, SS_EVENT_PRICE_MAX / 2), line_of(SS_EVENT_PRICE_MAX, 0)};
    int64_t offers[2];
    ss_incentive ten = percent(1000), all = amount(INT64_MAX);
    ss_incentive points = {.kind = SS_INCENTIVE_POINTS, .points = INT64_MAX, .amount = INT64_MAX};
    ss_priced of;
    lines[0].quantity = 10000;
    assert_int_equal(item(&ten, lines[0], &of), SS_PRICE_FINE);
    assert_int_equal(of.given, SS_EVENT_PRICE_MAX * 1000);
    assert_int_equal(item(&points, lines[0], &of), SS_PRICE_TOO_DEEP);
    assert_int_equal(cart(&all, lines, 1, INT64_MAX, offers, &of), SS_PRICE_TOO_DEEP);
    lines[1].quantity = 10000;
    assert_int_equal(cart(&ten, lines, 2, INT64_MAX, offers, &of), SS_PRICE_NO_PRICE);
    lines[0].price = INT64_MAX;
    assert_int_equal(item(&ten, lines[0], &of), SS_PRICE_NO_PRICE);
}

/* A deeper share never costs the shop less, a higher price never becomes a lower offer, and a split loses no unit. */
static void deeper_gives_more_and_dearer_stays_dearer(void **state)
{
    (void)state;
    const ss_guards open = {.tax = 1900, .discount_max = SS_BASIS_POINTS, .discount_reduced = true};
    ss_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        ss_incentive low = percent(1 + ss_random_below(&random, 5000)), high = low;
        high.share += ss_random_below(&random, 5000);
        ss_price_line cheap = line_of(1 + ss_random_below(&random, 3000), 0), dear = cheap;
        dear.price += ss_random_below(&random, 3000);
        ss_priced a, b, c;
        if (ss_price_item(&open, &campaign, &low, &cheap, 0, &a) != SS_PRICE_FINE)
            continue;
        assert_int_equal(ss_price_item(&open, &campaign, &high, &cheap, 0, &b), SS_PRICE_FINE);
        assert_int_equal(ss_price_item(&open, &campaign, &low, &dear, 0, &c), SS_PRICE_FINE);
        assert_true(b.given >= a.given && b.offer <= a.offer && b.offer >= 0);
        assert_true(c.offer >= a.offer && c.given >= a.given);
    }
}

static void a_full_cart_is_split_without_loss(void **state)
{
    (void)state;
    static ss_price_line lines[SS_CART_LINES_MAX];
    static int64_t offers[SS_CART_LINES_MAX];
    ss_random random = test_random();
    for (int round = 0; round < 50; round++) {
        int64_t list = 0, sum = 0;
        for (size_t i = 0; i < SS_CART_LINES_MAX; i++) {
            int64_t price = 1 + ss_random_below(&random, 5000);
            lines[i] = line_of(price, ss_random_below(&random, (uint32_t)price));
            lines[i].quantity = 1 + ss_random_below(&random, 3);
            list += price * lines[i].quantity;
        }
        ss_incentive off = amount(1 + ss_random_below(&random, (uint32_t)(list / 20)));
        ss_priced of;
        ss_price_check check = cart(&off, lines, SS_CART_LINES_MAX, INT64_MAX, offers, &of);
        assert_true(check == SS_PRICE_FINE || check == SS_PRICE_BELOW_MARGIN || check == SS_PRICE_BELOW_CART_MARGIN);
        if (check != SS_PRICE_FINE)
            continue;
        for (size_t i = 0; i < SS_CART_LINES_MAX; i++) {
            int64_t whole = lines[i].price * lines[i].quantity, cost = lines[i].cost * lines[i].quantity;
            assert_true(offers[i] >= 0 && offers[i] <= whole);
            assert_true(offers[i] == whole || ss_margin_holds(offers[i], cost, guards.margin_min, guards.tax));
            sum += offers[i];
        }
        assert_true(sum == of.offer && of.list == list && of.given == off.amount);
    }
}

static void checks_have_names(void **state)
{
    (void)state;
    for (int check = 0; check < SS_PRICE_CHECKS; check++)
        assert_non_null(ss_price_check_name((ss_price_check)check));
    assert_string_equal(ss_price_check_name(SS_PRICE_BELOW_MARGIN), "below_margin");
    assert_null(ss_price_check_name(SS_PRICE_CHECKS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_rounded_half_up),
        cmocka_unit_test(margins_hold_to_the_cent),
        cmocka_unit_test(each_incentive_on_one_product),
        cmocka_unit_test(each_guard_says_no),
        cmocka_unit_test(a_price_cut_is_one),
        cmocka_unit_test(rounding_alone_is_never_too_deep),
        cmocka_unit_test(two_together_share_the_discount),
        cmocka_unit_test(a_percentage_lowers_the_lines_that_can),
        cmocka_unit_test(an_amount_is_spread_as_far_as_lines_bear),
        cmocka_unit_test(what_is_given_beside_is_held_against_the_whole_cart),
        cmocka_unit_test(sums_beyond_all_numbers_have_no_price),
        cmocka_unit_test(deeper_gives_more_and_dearer_stays_dearer),
        cmocka_unit_test(a_full_cart_is_split_without_loss),
        cmocka_unit_test(checks_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

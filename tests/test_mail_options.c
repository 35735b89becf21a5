/* The names of lists, orders of priority, who is held out. */
#include "check.h"

#include "job/mail_options.h"

#include <math.h>
#include <stdio.h>

static ss_mail_options defaults(void)
{
    ss_mail_options options;
    ss_option_group group = {.options = ss_mail_option_table, .target = &options};
    ss_options_defaults(&group, 1);
    return options;
}

static void names_go_both_ways(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < SS_MAIL_KINDS; kind++)
        assert_int_equal(ss_mail_kind_find(ss_slice_of(ss_mail_kind_name((ss_mail_kind)kind))), kind);
    assert_int_equal(ss_mail_kind_find(ss_slice_of("price-dropped")), SS_MAIL_PRICE_DROPPED);
    assert_int_equal(ss_mail_kind_find(ss_slice_of("price")), SS_MAIL_KINDS);
    assert_null(ss_mail_kind_name(SS_MAIL_KINDS));
    assert_true(ss_mail_kind_is_live(SS_MAIL_BACK_IN_STOCK));
    assert_false(ss_mail_kind_is_live(SS_MAIL_BIRTHDAY));
}

static void lists_are_parsed_in_their_order(void **state)
{
    (void)state;
    ss_mail_kind kinds[SS_MAIL_KINDS];
    size_t count = 0;
    ss_error error = {0};
    expect_ok(ss_mail_kinds_parse("--kind", " win-back, for_you ,birthday", kinds, &count, &error), &error);
    assert_int_equal(count, 3);
    assert_true(kinds[0] == SS_MAIL_WIN_BACK && kinds[1] == SS_MAIL_FOR_YOU && kinds[2] == SS_MAIL_BIRTHDAY);
    const char *const every[] = {NULL, "all"};
    for (size_t i = 0; i < 2; i++) {
        expect_ok(ss_mail_kinds_parse("--kind", every[i], kinds, &count, &error), &error);
        assert_int_equal(count, SS_MAIL_KINDS);
        assert_true(kinds[0] == SS_MAIL_ABANDONED_CART && kinds[SS_MAIL_KINDS - 1] == SS_MAIL_FOR_YOU);
    }
}

static void what_is_no_list_is_told(void **state)
{
    (void)state;
    ss_mail_kind kinds[SS_MAIL_KINDS];
    size_t count = 77;
    ss_error error = {0};
    assert_status(ss_mail_kinds_parse("--kind", "win-back,carts", kinds, &count, &error), SS_E_ARGUMENT);
    assert_error_text(error, "--kind: 'carts' is no list; there are abandoned_cart, back_in_stock, price_dropped, "
                             "birthday, early_access, due_again, goes_with, win_back, for_you");
    assert_status(ss_mail_kinds_parse("priority", "win-back,win_back", kinds, &count, &error), SS_E_ARGUMENT);
    assert_status(ss_mail_kinds_parse("--kind", "", kinds, &count, &error), SS_E_ARGUMENT);
    assert_status(ss_mail_kinds_parse("--kind", ",birthday", kinds, &count, &error), SS_E_ARGUMENT);
    assert_int_equal(count, 77);
}

/* The share is what it says, growing it keeps those held out already, and another seed has others. */
static void the_held_out_are_a_share_and_stay(void **state)
{
    (void)state;
    ss_mail_options ten = defaults(), thirty = ten, other = ten, none = ten;
    ten.holdout = other.holdout = 10;
    thirty.holdout = 30;
    other.seed = 2;
    unsigned in_ten = 0, in_both = 0, customers = 20000;
    for (unsigned i = 0; i < customers; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%u", i);
        bool held_out = ss_mail_held_out(&ten, ss_slice_of(id));
        assert_false(ss_mail_held_out(&none, ss_slice_of(id)));
        assert_true(!held_out || ss_mail_held_out(&thirty, ss_slice_of(id)));
        in_ten += held_out;
        in_both += held_out && ss_mail_held_out(&other, ss_slice_of(id));
    }
    assert_true(fabs(in_ten - 0.1 * customers) < 4 * sqrt(0.09 * customers));
    assert_true(fabs(in_both - 0.01 * customers) < 4 * sqrt(0.0099 * customers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(lists_are_parsed_in_their_order),
        cmocka_unit_test(what_is_no_list_is_told),
        cmocka_unit_test(the_held_out_are_a_share_and_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_item_change.c: which changes are taken, put right or refused, and what they make of what was known before. */
#include "item_sample.h"

static ss_item_check admit(ss_item_change change, unsigned *mended)
{
    return ss_item_admit(&change, mended);
}

static void stock_is_put_right(void **state)
{
    (void)state;
    unsigned mended;
    ss_item_change change = item_number(" milk ", SS_LIVE_STOCK, -3);
    assert_int_equal(ss_item_admit(&change, &mended), SS_ITEM_CHECK_FINE);
    assert_true(change.numbers[SS_LIVE_STOCK] == 0 && mended == 1u << SS_ITEM_CHECK_STOCK);
    assert_slice_equal(change.item_id, "milk");
    change.numbers[SS_LIVE_STOCK] = INT64_MAX;
    assert_int_equal(ss_item_admit(&change, &mended), SS_ITEM_CHECK_FINE);
    assert_true(change.numbers[SS_LIVE_STOCK] == SS_LIVE_STOCK_MAX && mended == 1u << SS_ITEM_CHECK_STOCK);
    change.numbers[SS_LIVE_STOCK] = SS_LIVE_STOCK_MAX;
    assert_int_equal(ss_item_admit(&change, &mended), SS_ITEM_CHECK_FINE);
    assert_int_equal(mended, 0);
}

static void what_breaks_a_rule_is_refused(void **state)
{
    (void)state;
    unsigned mended;
    char longest[513];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    ss_item_change both = item_number("milk", SS_LIVE_STOCK, 1);
    both.clear = both.set;
    assert_int_equal(admit(item_number("", SS_LIVE_STOCK, 1), &mended), SS_ITEM_CHECK_ID);
    assert_int_equal(admit(item_number("a\nb", SS_LIVE_STOCK, 1), &mended), SS_ITEM_CHECK_ID);
    assert_int_equal(admit(item_change("milk"), &mended), SS_ITEM_CHECK_NOTHING);
    assert_int_equal(admit(both, &mended), SS_ITEM_CHECK_BOTH);
    assert_int_equal(admit(item_number("milk", SS_LIVE_PRICE, -1), &mended), SS_ITEM_CHECK_MONEY);
    assert_int_equal(admit(item_number("milk", SS_LIVE_COST, SS_LIVE_MONEY_MAX + 1), &mended), SS_ITEM_CHECK_MONEY);
    assert_int_equal(admit(item_number("milk", SS_LIVE_AVAILABLE_FROM, -1), &mended), SS_ITEM_CHECK_DATE);
    assert_int_equal(admit(item_number("milk", SS_LIVE_AVAILABLE_UNTIL, SS_LIVE_INSTANT_MAX), &mended),
                     SS_ITEM_CHECK_DATE);
    assert_int_equal(admit(item_text("milk", SS_LIVE_CATEGORY, longest + 256), &mended), SS_ITEM_CHECK_TEXT);
    assert_int_equal(admit(item_text("milk", SS_LIVE_NAME, longest), &mended), SS_ITEM_CHECK_FINE);
    assert_int_equal(admit(item_text("milk", SS_LIVE_CATEGORY, longest + 257), &mended), SS_ITEM_CHECK_FINE);
    assert_int_equal(admit(item_text("milk", SS_LIVE_URL, "a\x01"), &mended), SS_ITEM_CHECK_TEXT);
    assert_int_equal(admit(item_text("milk", SS_LIVE_URL, "\xff"), &mended), SS_ITEM_CHECK_TEXT);
    for (int check = 0; check <= SS_ITEM_CHECK_COUNT; check++)
        assert_non_null(ss_item_check_name(check));
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++)
        assert_int_equal(ss_live_field_find(ss_slice_of(ss_live_field_name(field))), field);
    assert_int_equal(ss_live_field_find(SS_SLICE_LITERAL("colour")), SS_LIVE_FIELDS);
    assert_null(ss_live_field_name(SS_LIVE_FIELDS));
}

typedef struct merged {
    ss_item_record record;
    ss_price_step steps[SS_PRICE_STEPS_MAX];
} merged;

static void merge(merged *after, const merged *before, ss_item_change change, ss_item_base base, int64_t now)
{
    unsigned mended;
    assert_int_equal(ss_item_admit(&change, &mended), SS_ITEM_CHECK_FINE);
    assert_int_equal(ss_item_merge(before ? &before->record : NULL, &change, &base, now, after->steps, &after->record),
                     SS_ITEM_CHECK_FINE);
}

static void a_change_sets_what_it_names_and_leaves_the_rest(void **state)
{
    (void)state;
    const ss_item_base base = {true, 1000};
    merged first, second, third;
    merge(&first, NULL, item_number("milk", SS_LIVE_STOCK, 5), base, ITEM_NOW);
    merge(&second, &first, item_text("milk", SS_LIVE_NAME, " Fresh milk "), base, ITEM_NOW + 1);
    assert_int_equal(second.record.set, SS_LIVE_BIT(SS_LIVE_STOCK) | SS_LIVE_BIT(SS_LIVE_NAME));
    assert_int_equal(second.record.numbers[SS_LIVE_STOCK], 5);
    assert_slice_equal(ss_item_record_text(&second.record, SS_LIVE_NAME), "Fresh milk");
    assert_true(second.record.changed == ITEM_NOW + 1 && second.record.first_seen == SS_NO_TIME);
    merge(&third, &second, item_clear("milk", SS_LIVE_BIT(SS_LIVE_STOCK)), base, ITEM_NOW + 2);
    assert_true(third.record.set == SS_LIVE_BIT(SS_LIVE_NAME) && third.record.numbers[SS_LIVE_STOCK] == 0);
    merge(&first, &third, item_clear("milk", SS_LIVE_ALL), base, ITEM_NOW + 3);
    assert_true(first.record.set == 0 && first.record.price_count == 0);
}

static void an_item_no_catalogue_knows_is_first_seen_now(void **state)
{
    (void)state;
    merged first, second;
    merge(&first, NULL, item_number("new", SS_LIVE_STOCK, 5), (ss_item_base){false, SS_NO_MONEY}, ITEM_NOW);
    assert_int_equal(first.record.first_seen, ITEM_NOW);
    merge(&second, &first, item_number("new", SS_LIVE_STOCK, 4), (ss_item_base){true, 100}, ITEM_NOW + SS_DAY);
    assert_int_equal(second.record.first_seen, ITEM_NOW); /* a training has learned it since */
}

static void prices_leave_a_history(void **state)
{
    (void)state;
    const ss_item_base base = {true, 1000}, dearer = {true, 1100};
    merged first, second, third;
    merge(&first, NULL, item_number("milk", SS_LIVE_PRICE, 1000), base, ITEM_NOW); /* the catalogue's */
    assert_int_equal(first.record.price_count, 0);
    merge(&first, NULL, item_number("milk", SS_LIVE_PRICE, 900), base, ITEM_NOW);
    assert_int_equal(first.record.price_count, 2);
    assert_true(first.steps[0].since == 0 && first.steps[0].price == 1000);
    assert_true(first.steps[1].since == ITEM_NOW && first.steps[1].price == 900);
    merge(&second, &first, item_clear("milk", SS_LIVE_BIT(SS_LIVE_PRICE)), base, ITEM_NOW + SS_DAY);
    assert_int_equal(second.record.price_count, 3);
    assert_int_equal(second.steps[2].price, 1000);
    /* Another generation has made it 1100 since; now it becomes 950. */
    merge(&third, &second, item_number("milk", SS_LIVE_PRICE, 950), dearer, ITEM_NOW + 2 * SS_DAY);
    assert_int_equal(third.record.price_count, 5);
    assert_int_equal(third.steps[3].price, 1100);
    assert_int_equal(ss_price_history_lowest(third.steps, 5, 950, ITEM_NOW + 2 * SS_DAY), 900);
    merge(&first, NULL, item_number("new", SS_LIVE_PRICE, 900), (ss_item_base){false, SS_NO_MONEY}, ITEM_NOW);
    assert_int_equal(first.record.price_count, 1);
    merge(&first, NULL, item_number("odd", SS_LIVE_PRICE, 900), (ss_item_base){true, -5}, ITEM_NOW);
    assert_int_equal(first.record.price_count, 1);
}

static void dates_are_held_against_those_it_has(void **state)
{
    (void)state;
    const ss_item_base base = {true, 1000};
    merged first, second;
    ss_item_change until = item_number("milk", SS_LIVE_AVAILABLE_UNTIL, ITEM_NOW - 1);
    merge(&first, NULL, item_number("milk", SS_LIVE_AVAILABLE_FROM, ITEM_NOW), base, ITEM_NOW);
    assert_int_equal(ss_item_merge(&first.record, &until, &base, ITEM_NOW, second.steps, &second.record),
                     SS_ITEM_CHECK_DATE);
    until.clear = SS_LIVE_BIT(SS_LIVE_AVAILABLE_FROM);
    merge(&second, &first, until, base, ITEM_NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stock_is_put_right),
        cmocka_unit_test(what_breaks_a_rule_is_refused),
        cmocka_unit_test(a_change_sets_what_it_names_and_leaves_the_rest),
        cmocka_unit_test(an_item_no_catalogue_knows_is_first_seen_now),
        cmocka_unit_test(prices_leave_a_history),
        cmocka_unit_test(dates_are_held_against_those_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_event_rules.c: what is kept, put right and refused of events, rule by rule. */
#include "event_sample.h"

static const ss_event_rules rules = {.ahead_seconds = 60, .late_days = 7, .quantity_max = 100};

static ss_live_event after(ss_live_event event, ss_event_check wanted, unsigned wanted_mended)
{
    unsigned mended;
    ss_event_check check = ss_event_admit(&rules, SAMPLE_NOW, &event, &mended);
    assert_string_equal(ss_event_check_name(check), ss_event_check_name(wanted));
    if (check == SS_CHECK_FINE)
        assert_int_equal(mended, wanted_mended);
    return event;
}

static ss_live_event at(int64_t time)
{
    ss_live_event event = sample_event("e", "milk");
    event.time = time;
    return event;
}

static void times(void **state)
{
    (void)state;
    int64_t oldest = SAMPLE_NOW - 7 * SS_DAY, newest = SAMPLE_NOW + 60 * SS_SECOND;
    assert_int_equal(after(at(SS_NO_TIME), SS_CHECK_FINE, 0).time, SAMPLE_NOW);
    assert_int_equal(after(at(oldest), SS_CHECK_FINE, 0).time, oldest);
    after(at(oldest - 1), SS_CHECK_LATE, 0);
    after(at(INT64_MIN + 1), SS_CHECK_LATE, 0);
    assert_int_equal(after(at(newest), SS_CHECK_FINE, 0).time, SAMPLE_NOW);
    assert_int_equal(after(at(newest + 1), SS_CHECK_FINE, 1u << SS_CHECK_AHEAD).time, SAMPLE_NOW);
    assert_int_equal(after(at(INT64_MAX), SS_CHECK_FINE, 1u << SS_CHECK_AHEAD).time, SAMPLE_NOW);
    assert_int_equal(after(at(oldest), SS_CHECK_FINE, 0).received, SAMPLE_NOW);
}

static float quantity_after(ss_event kind, float quantity, ss_event_check wanted, unsigned mended)
{
    ss_live_event event = sample_event("e", "milk");
    event.event = kind;
    event.quantity = quantity;
    return after(event, wanted, mended).quantity;
}

static void quantities(void **state)
{
    (void)state;
    const unsigned large = 1u << SS_CHECK_LARGE;
    assert_true(quantity_after(SS_EVENT_PURCHASE, 0, SS_CHECK_FINE, 0) == 1);
    assert_true(quantity_after(SS_EVENT_PURCHASE, -0.0f, SS_CHECK_FINE, 0) == 1);
    assert_true(quantity_after(SS_EVENT_PURCHASE, -3, SS_CHECK_FINE, 0) == -3);
    assert_true(quantity_after(SS_EVENT_CART_REMOVE, -3, SS_CHECK_FINE, 0) == 3);
    assert_true(quantity_after(SS_EVENT_PURCHASE, 100, SS_CHECK_FINE, 0) == 100);
    assert_true(quantity_after(SS_EVENT_PURCHASE, 1e9f, SS_CHECK_FINE, large) == 100);
    assert_true(quantity_after(SS_EVENT_PURCHASE, -1e30f, SS_CHECK_FINE, large) == -100);
    quantity_after(SS_EVENT_PURCHASE, NAN, SS_CHECK_QUANTITY, 0);
    quantity_after(SS_EVENT_VIEW, INFINITY, SS_CHECK_QUANTITY, 0);
}

static void prices(void **state)
{
    (void)state;
    ss_live_event event = sample_event("e", "milk");
    event.unit_price = -SS_EVENT_PRICE_MAX;
    assert_int_equal(after(event, SS_CHECK_FINE, 0).unit_price, -SS_EVENT_PRICE_MAX);
    event.unit_price = SS_EVENT_PRICE_MAX + 1;
    assert_int_equal(after(event, SS_CHECK_FINE, 1u << SS_CHECK_PRICE).unit_price, SS_NO_MONEY);
    event.unit_price = INT64_MIN + 1;
    assert_int_equal(after(event, SS_CHECK_FINE, 1u << SS_CHECK_PRICE).unit_price, SS_NO_MONEY);
}

static ss_live_event with(ss_event_text text, ss_slice value)
{
    ss_live_event event = sample_event("e", "milk");
    event.texts[text] = value;
    return event;
}

static void texts(void **state)
{
    (void)state;
    static char bytes[SS_ID_MAX + 1];
    memset(bytes, 'x', sizeof bytes);
    const ss_slice longest = {bytes, SS_ID_MAX}, longer = {bytes, SS_ID_MAX + 1}, control = SS_SLICE_LITERAL("a\tb"),
                   broken = SS_SLICE_LITERAL("a\xFF"), none = {"", 0};
    for (int t = 0; t < SS_EVENT_TEXTS; t++) {
        bool tag = t == SS_TEXT_SHELF || t == SS_TEXT_GENERATION;
        ss_event_check wanted = tag ? SS_CHECK_FINE : t == SS_TEXT_ITEM_ID ? SS_CHECK_ITEM : SS_CHECK_ID;
        unsigned mended = tag ? 1u << SS_CHECK_TAG : 0;
        after(with((ss_event_text)t, longest), SS_CHECK_FINE, 0);
        after(with((ss_event_text)t, longer), wanted, mended);
        after(with((ss_event_text)t, control), wanted, mended);
        after(with((ss_event_text)t, broken), wanted, mended);
    }
    assert_int_equal(after(with(SS_TEXT_SHELF, longer), SS_CHECK_FINE, 1u << SS_CHECK_TAG).texts[SS_TEXT_SHELF].size,
                     0);
    assert_slice_equal(
        after(with(SS_TEXT_ITEM_ID, SS_SLICE_LITERAL(" milk ")), SS_CHECK_FINE, 0).texts[SS_TEXT_ITEM_ID], "milk");
    after(with(SS_TEXT_EVENT_ID, none), SS_CHECK_FINE, 0);
    after(with(SS_TEXT_ITEM_ID, none), SS_CHECK_ITEM, 0);
    after(with(SS_TEXT_SESSION_ID, none), SS_CHECK_NO_GROUP, 0);
}

static void what_is_told_of_an_offer_needs_no_item(void **state)
{
    (void)state;
    for (int kind = 0; kind < SS_EVENT_COUNT; kind++) {
        bool of_offers = kind == SS_EVENT_IMPRESSION || kind == SS_EVENT_ACCEPT || kind == SS_EVENT_DISMISS;
        ss_live_event event = with(SS_TEXT_ITEM_ID, (ss_slice){"", 0});
        event.event = (ss_event)kind;
        after(event, SS_CHECK_ITEM, 0);
        event.texts[SS_TEXT_OFFER_ID] = SS_SLICE_LITERAL("7KQ2M4X9");
        after(event, of_offers ? SS_CHECK_FINE : SS_CHECK_ITEM, 0);
        event.texts[SS_TEXT_ITEM_ID] = SS_SLICE_LITERAL("a\tb");
        after(event, SS_CHECK_ITEM, 0);
    }
}

static void events(void **state)
{
    (void)state;
    ss_live_event event = sample_event("e", "milk");
    event.event = SS_EVENT_COUNT;
    after(event, SS_CHECK_EVENT, 0);
    event.event = (ss_event)-1;
    after(event, SS_CHECK_EVENT, 0);
    for (int check = 0; check < SS_CHECK_COUNT; check++)
        assert_string_not_equal(ss_event_check_name((ss_event_check)check), "unknown");
    assert_string_equal(ss_event_check_name(SS_CHECK_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times),
        cmocka_unit_test(quantities),
        cmocka_unit_test(prices),
        cmocka_unit_test(texts),
        cmocka_unit_test(what_is_told_of_an_offer_needs_no_item),
        cmocka_unit_test(events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

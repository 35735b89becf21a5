/* test_call_event.c: the params of `event`: both forms, every wrong type and name, any bytes at all. */
#include "check.h"
#include "log/catalog.h"
#include "server/call_event.h"
#include "wire_text.h"

#include "base/timestamp.h"

static uint8_t message[WIRE_TEXT_MAX];
static ss_live_event events[SS_EVENTS_MAX];

static bool decode(const char *text, ss_event_call *call, ss_fault *fault)
{
    size_t size = wire_text(text, message);
    *fault = (ss_fault){0};
    return ss_event_call_decode((ss_slice){(const char *)message, size}, events, call, fault);
}

static void expect_decoded(const char *text, ss_event_call *call)
{
    ss_fault fault;
    if (!decode(text, call, &fault))
        fail_msg("%s: %s: %s", text, fault.field, fault.message);
}

static void one_event_is_read(void **state)
{
    ss_event_call call;
    (void)state;
    expect_decoded(
        "8c <event> <purchase> <item_id> <tea> <event_id> <e-1> <session_id> <s-1> <customer_id> <ann> <order_id> "
        "<o-1> <quantity> fe <unit_price> cd 01 2c <timestamp> cf 00 06 47 48 46 20 40 00 <shelf> <related> "
        "<generation> <g> <offer_id> <f>",
        &call);
    const ss_live_event *event = &events[0];
    assert_true(call.count == 1 && !call.relaxed && !call.no_consent);
    assert_int_equal(event->event, SS_EVENT_PURCHASE);
    assert_true(event->quantity < -1.9f && event->quantity > -2.1f);
    assert_int_equal(event->unit_price, 300);
    assert_int_equal(event->time, INT64_C(1767225600000000));
    static const char *const texts[SS_EVENT_TEXTS] = {"e-1", "tea", "s-1", "ann", "o-1", "related", "g", "f"};
    for (int text = 0; text < SS_EVENT_TEXTS; text++)
        assert_slice_equal(event->texts[text], texts[text]);
}

static void what_is_not_given_has_its_mark(void **state)
{
    ss_event_call call;
    (void)state;
    expect_decoded("84 <durability> <relaxed> <event> <view> <consent> <none> <item_id> a0", &call);
    const ss_live_event *event = &events[0];
    assert_true(call.count == 1 && call.relaxed && call.no_consent);
    assert_true(event->event == SS_EVENT_VIEW && event->unit_price == SS_NO_MONEY && event->time == SS_NO_TIME);
    assert_true(event->quantity <= 0 && event->quantity >= 0);
    for (int text = 0; text < SS_EVENT_TEXTS; text++)
        assert_int_equal(event->texts[text].size, 0);
}

/* Whether this event may do without an item is for the rules. */
static void an_offer_will_do_for_an_item(void **state)
{
    ss_event_call call;
    (void)state;
    expect_decoded("82 <event> <accept> <offer_id> <7KQ2M4X9>", &call);
    assert_true(events[0].event == SS_EVENT_ACCEPT && events[0].texts[SS_TEXT_ITEM_ID].size == 0);
    assert_slice_equal(events[0].texts[SS_TEXT_OFFER_ID], "7KQ2M4X9");
}

static void several_events_are_read(void **state)
{
    ss_event_call call;
    (void)state;
    expect_decoded(
        "84 <events> 93 82 <event> <view> <item_id> <a> 82 <item_id> <b> <event> <click> 83 <event> <dismissed> "
        "<item_id> (300) <quantity> cb 7e 37 e4 3c 88 00 75 9c <durability> <durable> <consent> <granted> "
        "<request_id> <r>",
        &call);
    assert_true(call.count == 3 && !call.relaxed && !call.no_consent);
    assert_true(events[0].event == SS_EVENT_VIEW && events[1].event == SS_EVENT_CLICK);
    assert_int_equal(events[2].event, SS_EVENT_COUNT); /* for the rules */
    assert_slice_equal(events[1].texts[SS_TEXT_ITEM_ID], "b");
    assert_int_equal(events[2].texts[SS_TEXT_ITEM_ID].size, 300);
    assert_true(events[2].quantity > 1e29f);
}

static const struct {
    const char *text;
    ss_fault_code code;
    const char *field;
} bad[] = {
    {"", SS_FAULT_MALFORMED, ""},
    {"c1", SS_FAULT_MALFORMED, ""},
    {"81 <event>", SS_FAULT_MALFORMED, ""},
    {"df ff ff ff ff", SS_FAULT_MALFORMED, ""},
    {"82 <event> <view> <item_id> a5 74", SS_FAULT_MALFORMED, ""},
    {"81 <events> dd ff ff ff ff", SS_FAULT_MALFORMED, ""},
    {"81 <events> 91 df ff ff ff ff", SS_FAULT_MALFORMED, ""},
    {"82 <event> <view> <item_id> <a> c0", SS_FAULT_MALFORMED, ""},
    {"81 07 07", SS_FAULT_MALFORMED, ""},
    {"c0", SS_FAULT_WRONG_TYPE, ""},
    {"91 80", SS_FAULT_WRONG_TYPE, ""},
    {"81 <events> 80", SS_FAULT_WRONG_TYPE, "events"},
    {"81 <events> <x>", SS_FAULT_WRONG_TYPE, "events"},
    {"81 <events> 91 90", SS_FAULT_WRONG_TYPE, "events[0]"},
    {"81 <events> 92 82 <event> <view> <item_id> <a> c0", SS_FAULT_WRONG_TYPE, "events[1]"},
    {"81 <events> 90", SS_FAULT_OUT_OF_RANGE, "events"},
    {"81 <events> [1001]", SS_FAULT_OUT_OF_RANGE, "events"},
    {"80", SS_FAULT_MISSING_PARAM, "event"},
    {"81 <durability> <relaxed>", SS_FAULT_MISSING_PARAM, "event"},
    {"81 <item_id> <a>", SS_FAULT_MISSING_PARAM, "event"},
    {"81 <event> <view>", SS_FAULT_MISSING_PARAM, "item_id"},
    {"81 <events> 91 80", SS_FAULT_MISSING_PARAM, "events[0].event"},
    {"81 <events> 92 82 <event> <view> <item_id> <a> 81 <event> <view>", SS_FAULT_MISSING_PARAM, "events[1].item_id"},
    {"81 <itm> <a>", SS_FAULT_UNKNOWN_PARAM, "itm"},
    {"81 <events> 91 81 <itm> <a>", SS_FAULT_UNKNOWN_PARAM, "events[0].itm"},
    {"81 <events> 91 81 <durability> <relaxed>", SS_FAULT_UNKNOWN_PARAM, "events[0].durability"},
    {"81 <events> 91 81 <events> 90", SS_FAULT_UNKNOWN_PARAM, "events[0].events"},
    {"82 <event> <view> <event> <view>", SS_FAULT_REPEATED_PARAM, "event"},
    {"81 <events> 91 82 <event> <view> <event> <view>", SS_FAULT_REPEATED_PARAM, "events[0].event"},
    {"82 <events> 91 82 <event> <view> <item_id> <a> <event> <view>", SS_FAULT_REPEATED_PARAM, "events"},
    {"82 <quantity> 01 <events> 91 82 <event> <view> <item_id> <a>", SS_FAULT_REPEATED_PARAM, "events"},
    {"81 <event> 01", SS_FAULT_WRONG_TYPE, "event"},
    {"81 <event> c0", SS_FAULT_WRONG_TYPE, "event"},
    {"81 <item_id> 01", SS_FAULT_WRONG_TYPE, "item_id"},
    {"81 <session_id> 91 <a>", SS_FAULT_WRONG_TYPE, "session_id"},
    {"81 <customer_id> 80", SS_FAULT_WRONG_TYPE, "customer_id"},
    {"81 <order_id> c3", SS_FAULT_WRONG_TYPE, "order_id"},
    {"81 <event_id> ff", SS_FAULT_WRONG_TYPE, "event_id"},
    {"81 <shelf> ca 3f 80 00 00", SS_FAULT_WRONG_TYPE, "shelf"},
    {"81 <generation> c0", SS_FAULT_WRONG_TYPE, "generation"},
    {"81 <quantity> <1>", SS_FAULT_WRONG_TYPE, "quantity"},
    {"81 <quantity> c3", SS_FAULT_WRONG_TYPE, "quantity"},
    {"81 <unit_price> ca 3f 80 00 00", SS_FAULT_WRONG_TYPE, "unit_price"},
    {"81 <unit_price> <1>", SS_FAULT_WRONG_TYPE, "unit_price"},
    {"81 <unit_price> cf ff ff ff ff ff ff ff ff", SS_FAULT_OUT_OF_RANGE, "unit_price"},
    {"81 <unit_price> d3 80 00 00 00 00 00 00 00", SS_FAULT_OUT_OF_RANGE, "unit_price"},
    {"81 <timestamp> <now>", SS_FAULT_WRONG_TYPE, "timestamp"},
    {"81 <timestamp> cb 40 24 00 00 00 00 00 00", SS_FAULT_WRONG_TYPE, "timestamp"},
    {"81 <timestamp> cf ff ff ff ff ff ff ff ff", SS_FAULT_OUT_OF_RANGE, "timestamp"},
    {"81 <durability> <some>", SS_FAULT_OUT_OF_RANGE, "durability"},
    {"81 <durability> c3", SS_FAULT_WRONG_TYPE, "durability"},
    {"81 <consent> <no>", SS_FAULT_OUT_OF_RANGE, "consent"},
    {"81 <consent> c2", SS_FAULT_WRONG_TYPE, "consent"},
    {"81 <request_id> 01", SS_FAULT_WRONG_TYPE, "request_id"},
};

static void mistakes_are_named(void **state)
{
    ss_event_call call;
    ss_fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (decode(bad[i].text, &call, &fault))
            fail_msg("accepted: %s", bad[i].text);
        if (fault.code != bad[i].code || strcmp(fault.field, bad[i].field) != 0 || !fault.message[0])
            fail_msg("%s: %s of '%s': %s", bad[i].text, ss_fault_name(fault.code), fault.field, fault.message);
    }
}

/* Cut anywhere, or with any byte changed: an answer, never a byte read behind the end. */
static void any_bytes_have_an_answer(void **state)
{
    ss_random random = test_random();
    ss_event_call call;
    ss_fault fault;
    size_t size = wire_text("82 <events> 92 85 <event> <view> <item_id> <a> <quantity> cb 3f f0 00 00 00 00 00 00 "
                            "<unit_price> cd 01 2c <timestamp> cf 00 06 47 48 46 20 40 00 82 <event> <click> <item_id> "
                            "<b> <durability> <relaxed>",
                            message);
    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t cut = ss_random_below(&random, (uint32_t)size + 1);
        char *copy = malloc(cut + 1);
        memcpy(copy, message, cut);
        for (uint32_t change = ss_random_below(&random, 4); change > 0 && cut > 0; change--)
            copy[ss_random_below(&random, (uint32_t)cut)] = (char)ss_random_below(&random, 256);
        char *exact = realloc(copy, cut ? cut : 1);
        bool decoded = ss_event_call_decode((ss_slice){exact, cut}, events, &call, &fault);
        assert_true(decoded ? call.count >= 1 && call.count <= SS_EVENTS_MAX : ss_fault_name(fault.code) != NULL);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_event_is_read),
        cmocka_unit_test(what_is_not_given_has_its_mark),
        cmocka_unit_test(an_offer_will_do_for_an_item),
        cmocka_unit_test(several_events_are_read),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(any_bytes_have_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

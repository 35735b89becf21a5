/* test_call_items.c: the params of `items`: every field, nil and `clear`, every wrong type and name, any bytes at all. */
#include "check.h"
#include "server/call_items.h"
#include "wire_text.h"

static uint8_t message[WIRE_TEXT_MAX];
static ss_item_change changes[SS_ITEMS_MAX];
static size_t count;

static bool decode(const char *text, ss_fault *fault)
{
    size_t size = wire_text(text, message);
    *fault = (ss_fault){0};
    count = 0;
    return ss_items_call_decode((ss_slice){(const char *)message, size}, changes, &count, fault);
}

static void expect_decoded(const char *text)
{
    ss_fault fault;
    if (!decode(text, &fault))
        fail_msg("%s: %s: %s", text, fault.field, fault.message);
}

static void every_field_is_read(void **state)
{
    (void)state;
    expect_decoded(
        "82 <request_id> <r> <items> 92 8c <item_id> <tea> <stock> 05 <price> cd 01 2c <hidden> c3 <cost> 07 "
        "<available_from> 08 <available_until> 09 <name> <Tea> <category> <drinks> <group> <g> <url> <u> "
        "<image> a0 81 <item_id> a0");
    assert_int_equal(count, 2);
    assert_slice_equal(changes[0].item_id, "tea");
    assert_true(changes[0].set == SS_LIVE_ALL && changes[0].clear == 0);
    const int64_t numbers[] = {5, 300, 7, 1, 8, 9};
    assert_memory_equal(changes[0].numbers, numbers, sizeof numbers);
    static const char *const texts[] = {"Tea", "drinks", "g", "u", ""};
    for (unsigned text = 0; text < SS_LIVE_TEXTS; text++)
        assert_slice_equal(changes[0].texts[text], texts[text]);
    assert_true(changes[1].item_id.size == 0 && !changes[1].set && !changes[1].clear);
}

static void nil_and_clear_take_back(void **state)
{
    (void)state;
    expect_decoded("81 <items> 94 8c <item_id> <a> <stock> c0 <price> c0 <hidden> c0 <cost> c0 <available_from> c0 "
                   "<available_until> c0 <name> c0 <category> c0 <group> c0 <url> c0 <image> c0 "
                   "82 <item_id> <a> <clear> c3 82 <item_id> <a> <clear> c2 "
                   "83 <item_id> <a> <clear> 92 <price> <name> <price> 05");
    assert_true(changes[0].clear == SS_LIVE_ALL && changes[0].set == 0);
    assert_true(changes[1].clear == SS_LIVE_ALL && changes[2].clear == 0);
    assert_int_equal(changes[3].clear, SS_LIVE_BIT(SS_LIVE_PRICE) | SS_LIVE_BIT(SS_LIVE_NAME));
    assert_int_equal(changes[3].set, SS_LIVE_BIT(SS_LIVE_PRICE)); /* the rules refuse it */
}

static void numbers_of_any_size_are_for_the_rules(void **state)
{
    (void)state;
    expect_decoded(
        "81 <items> 91 83 <item_id> <a> <price> cf ff ff ff ff ff ff ff ff <stock> d3 80 00 00 00 00 00 00 00");
    assert_int_equal(changes[0].numbers[SS_LIVE_PRICE], INT64_MAX);
    assert_int_equal(changes[0].numbers[SS_LIVE_STOCK], INT64_MIN);
}

static void what_is_wrong_refuses_the_request(void **state)
{
    static const struct {
        const char *text;
        ss_fault_code code;
        const char *field;
    } wrong[] = {
        {"80", SS_FAULT_MISSING_PARAM, "items"},
        {"90", SS_FAULT_WRONG_TYPE, ""},
        {"81 <items> 90", SS_FAULT_OUT_OF_RANGE, "items"},
        {"81 <items> 91 80", SS_FAULT_MISSING_PARAM, "items[0].item_id"},
        {"81 <items> 92 81 <item_id> <a> 81 <stock> 01", SS_FAULT_MISSING_PARAM, "items[1].item_id"},
        {"81 <items> 91 81 <item_id> c0", SS_FAULT_WRONG_TYPE, "items[0].item_id"},
        {"81 <items> 91 82 <item_id> <a> <stock> <5>", SS_FAULT_WRONG_TYPE, "items[0].stock"},
        {"81 <items> 91 82 <item_id> <a> <price> ca 00 00 00 00", SS_FAULT_WRONG_TYPE, "items[0].price"},
        {"81 <items> 91 82 <item_id> <a> <hidden> 01", SS_FAULT_WRONG_TYPE, "items[0].hidden"},
        {"81 <items> 91 82 <item_id> <a> <name> 01", SS_FAULT_WRONG_TYPE, "items[0].name"},
        {"81 <items> 91 82 <item_id> <a> <clear> 01", SS_FAULT_WRONG_TYPE, "items[0].clear"},
        {"81 <items> 91 82 <item_id> <a> <clear> 91 <colour>", SS_FAULT_OUT_OF_RANGE, "items[0].clear"},
        {"81 <items> 91 82 <item_id> <a> <item_id> <b>", SS_FAULT_REPEATED_PARAM, "items[0].item_id"},
        {"81 <items> 91 81 <colour> <b>", SS_FAULT_UNKNOWN_PARAM, "items[0].colour"},
        {"81 <item_id> <a>", SS_FAULT_UNKNOWN_PARAM, "item_id"},
        {"81 <items> 91 81 <item_id> <a> c0", SS_FAULT_MALFORMED, ""},
        {"81 <items> 91 82 <item_id> <a> <clear> dd ff ff ff ff", SS_FAULT_MALFORMED, ""},
        {"81 <items> 91 82 <item_id> <a>", SS_FAULT_MALFORMED, ""},
    };
    ss_fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (decode(wrong[i].text, &fault))
            fail_msg("%s is accepted", wrong[i].text);
        assert_string_equal(ss_fault_name(fault.code), ss_fault_name(wrong[i].code));
        assert_string_equal(fault.field, wrong[i].field);
        assert_true(fault.message[0] != '\0');
    }
}

static void any_changed_byte_is_survived(void **state)
{
    uint8_t whole[WIRE_TEXT_MAX];
    ss_fault fault;
    (void)state;
    size_t size =
        wire_text("81 <items> 92 85 <item_id> <tea> <stock> 05 <price> cd 01 2c <name> <Tea> <clear> 91 <url> "
                  "82 <item_id> <a> <hidden> c3",
                  whole);
    for (size_t at = 0; at < size; at++)
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(message, whole, size);
            message[at] = (uint8_t)byte;
            if (ss_items_call_decode((ss_slice){(const char *)message, size}, changes, &count, &fault))
                assert_in_range(count, 1, SS_ITEMS_MAX);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(nil_and_clear_take_back),
        cmocka_unit_test(numbers_of_any_size_are_for_the_rules),
        cmocka_unit_test(what_is_wrong_refuses_the_request),
        cmocka_unit_test(any_changed_byte_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

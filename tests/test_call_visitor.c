/* test_call_visitor.c: the params of `visitor`: every field, every wrong type, range and name, any bytes at all. */
#include "check.h"
#include "server/call_visitor.h"
#include "wire_text.h"

static uint8_t message[WIRE_TEXT_MAX];
static ss_visitor_call call;

static bool decode(const char *text, ss_fault *fault)
{
    return ss_visitor_call_decode((ss_slice){(const char *)message, wire_text(text, message)}, &call, fault);
}

static void expect_decoded(const char *text)
{
    ss_fault fault = {0};
    if (!decode(text, &fault))
        fail_msg("%s: %s: %s", text, fault.field, fault.message);
}

static void every_field_is_read(void **state)
{
    (void)state;
    expect_decoded("86 <session_id> <s-1> <customer_id> a4 20 63 31 20 <limit> cd 01 f4 <fields> 91 <name> "
                   "<timestamp> 05 <request_id> <r>");
    assert_slice_equal(call.session_id, "s-1");
    assert_slice_equal(call.customer_id, "c1"); /* as events of it are kept: without the blanks around it */
    assert_int_equal(call.limit, 500);
    assert_int_equal(call.fields, 1u << SS_FIELD_NAME);
    assert_int_equal(call.timestamp, 5);
}

static void what_is_not_given_has_a_default(void **state)
{
    (void)state;
    expect_decoded("81 <customer_id> <c1>");
    assert_int_equal(call.session_id.size, 0);
    assert_int_equal(call.limit, SS_VISITOR_LIMIT_DEFAULT);
    assert_int_equal(call.fields, 0);
    assert_true(call.timestamp == INT64_MIN);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *text;
        ss_fault_code code;
        const char *field;
    } wrong[] = {
        {"80", SS_FAULT_MISSING_PARAM, "session_id"},
        {"81 <limit> 05", SS_FAULT_MISSING_PARAM, "session_id"},
        {"81 <session_id> 05", SS_FAULT_WRONG_TYPE, "session_id"},
        {"81 <session_id> a0", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"81 <session_id> a3 61 0a 62", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"81 <customer_id> (256)", SS_FAULT_OUT_OF_RANGE, "customer_id"},
        {"82 <session_id> <s> <limit> 00", SS_FAULT_OUT_OF_RANGE, "limit"},
        {"82 <session_id> <s> <limit> cd 01 f5", SS_FAULT_OUT_OF_RANGE, "limit"},
        {"82 <session_id> <s> <fields> 91 <cost>", SS_FAULT_OUT_OF_RANGE, "fields"},
        {"82 <session_id> <s> <timestamp> ff", SS_FAULT_OUT_OF_RANGE, "timestamp"},
        {"82 <session_id> <s> <explain> c3", SS_FAULT_UNKNOWN_PARAM, "explain"},
        {"82 <session_id> <s> <session_id> <s>", SS_FAULT_REPEATED_PARAM, "session_id"},
        {"81 <session_id> <s> 00", SS_FAULT_MALFORMED, ""},
        {"90", SS_FAULT_WRONG_TYPE, ""},
        {"", SS_FAULT_MALFORMED, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ss_fault fault = {0};
        if (decode(wrong[i].text, &fault))
            fail_msg("%s is accepted", wrong[i].text);
        if (fault.code != wrong[i].code || strcmp(fault.field, wrong[i].field) != 0)
            fail_msg("%s: %s '%s': %s", wrong[i].text, ss_fault_name(fault.code), fault.field, fault.message);
    }
}

static void a_message_cut_short_is_refused(void **state)
{
    static const char whole[] = "84 <session_id> <s-1> <customer_id> <c1> <limit> 05 <fields> 91 <name>";
    size_t size = wire_text(whole, message);
    (void)state;
    for (size_t left = 0; left < size; left++) {
        ss_fault fault = {0};
        assert_false(ss_visitor_call_decode((ss_slice){(const char *)message, left}, &call, &fault));
        assert_true(fault.code != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(what_is_not_given_has_a_default),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_message_cut_short_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

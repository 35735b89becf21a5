#include "testing.h"

#include "client/wire.h"
#include "http/question.h"
#include "wire_text.h"

static void expect_taken(const char *json, const char *wire)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    ss_buffer out;
    ss_fault fault;
    ss_buffer_init(&out, 65536);
    assert_true(ss_body_params(ss_slice_of(json), &out, &fault));
    assert_int_equal(out.size, wire_text(wire, bytes));
    assert_memory_equal(out.data, bytes, out.size);
    ss_buffer_release(&out);
}

static void expect_refused(const char *json, ss_fault_code code, const char *field, const char *message)
{
    ss_buffer out;
    ss_fault fault;
    ss_buffer_init(&out, 65536);
    ss_buffer_append_text(&out, "before");
    assert_false(ss_body_params(ss_slice_of(json), &out, &fault));
    assert_int_equal(fault.code, code);
    assert_string_equal(fault.field, field);
    assert_non_null(strstr(fault.message, message));
    assert_int_equal(out.size, 6);
    ss_buffer_release(&out);
}

static void bodies_are_params(void **state)
{
    (void)state;
    expect_taken("{}", "de 00 00");
    expect_taken("{\"limit\": 2, \"filter\": {\"category\": \"a\"}}",
                 "de 00 02 <limit> 02 <filter> de 00 01 <category> <a>");
}

/* As of a query, and as the server itself names places. */
static void a_name_twice_is_a_repeated_param(void **state)
{
    static const char twice[] = "stands twice";
    (void)state;
    expect_refused("{\"limit\":1,\"limit\":2}", SS_FAULT_REPEATED_PARAM, "limit", twice);
    expect_refused("{\"limit\":1,\"\\u006cimit\":2}", SS_FAULT_REPEATED_PARAM, "limit", twice);
    expect_refused("{\"filter\":{\"category\":\"a\",\"category\":1}}", SS_FAULT_REPEATED_PARAM, "filter.category",
                   twice);
    expect_refused("{\"items\":[{},{\"item_id\":1,\"price\":1,\"price\":1}]}", SS_FAULT_REPEATED_PARAM,
                   "items[1].price", twice);
    expect_refused("{\"x\":[[],[{\"a\":{\"b\":1,\"b\":1}}]]}", SS_FAULT_REPEATED_PARAM, "x[1][0].a.b", twice);
    expect_refused("{\"\\n\":1,\"\\n\":2}", SS_FAULT_REPEATED_PARAM, "\\n", twice);
    expect_taken("{\"limit\":{\"limit\":1}}", "de 00 01 <limit> de 00 01 <limit> 01");
}

/* However long and deep its place is: what is too long is cut. */
static void places_are_bounded(void **state)
{
    char json[8192], *at = json;
    ss_buffer out;
    ss_fault fault;
    (void)state;
    for (unsigned depth = 0; depth < 14; depth++)
        at += sprintf(at, "{\"a name of many letters\":[");
    sprintf(at, "{\"a\":1,\"a\":2");
    ss_buffer_init(&out, 65536);
    assert_false(ss_body_params(ss_slice_of(json), &out, &fault));
    assert_int_equal(fault.code, SS_FAULT_MALFORMED); /* nested too deep */
    at = json;
    for (unsigned depth = 0; depth < 7; depth++)
        at += sprintf(at, "{\"a name of many letters\":[");
    sprintf(at, "{\"a\":1,\"a\":2");
    assert_false(ss_body_params(ss_slice_of(json), &out, &fault));
    assert_int_equal(fault.code, SS_FAULT_REPEATED_PARAM);
    assert_memory_equal(fault.field, "a name of many letters[0].a name", 32);
    ss_buffer_release(&out);
}

static void other_bodies_are_malformed(void **state)
{
    (void)state;
    expect_refused("", SS_FAULT_MALFORMED, "", "JSON");
    expect_refused("[]", SS_FAULT_MALFORMED, "", "object");
    expect_refused("{\"a\":1 x", SS_FAULT_MALFORMED, "", "byte");
}

/* ---- what a backend is told ---- */

static ss_backend_request question_of(ss_method method, const char *wire)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    return ss_question_of(method, (ss_slice){(const char *)bytes, wire_text(wire, bytes)});
}

static void the_session_comes_before_the_customer(void **state)
{
    (void)state;
    ss_backend_request asked = question_of((ss_method)SS_SHELF_FOR_YOU, "82 <customer_id> <c> <session_id> <s>");
    assert_true(ss_slice_equal(asked.visitor, SS_SLICE_LITERAL("s")));
    asked = question_of((ss_method)SS_SHELF_FOR_YOU, "81 <customer_id> <c>");
    assert_true(ss_slice_equal(asked.visitor, SS_SLICE_LITERAL("c")));
    asked = question_of((ss_method)SS_SHELF_FOR_YOU, "81 <customer_id> 07");
    assert_int_equal(asked.visitor.size, 0);
}

static void what_is_recorded_is_not_asked_twice(void **state)
{
    (void)state;
    ss_backend_request asked = question_of((ss_method)SS_SHELF_POPULAR, "80");
    assert_true(asked.idempotent && !asked.recorded);
    asked = question_of(SS_METHOD_EVENT, "81 <request_id> <r>");
    assert_true(!asked.idempotent && asked.recorded);
    assert_true(ss_slice_equal(asked.request_id, SS_SLICE_LITERAL("r")));
    asked = question_of(SS_METHOD_PAGE, "81 <shelves> 90");
    assert_true(asked.idempotent && !asked.recorded);
    asked = question_of(SS_METHOD_PAGE, "81 <offers> 80");
    assert_true(!asked.idempotent && asked.recorded);
    asked = question_of(SS_METHOD_RELOAD, "80");
    assert_true(!asked.idempotent && !asked.recorded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_params),
        cmocka_unit_test(a_name_twice_is_a_repeated_param),
        cmocka_unit_test(places_are_bounded),
        cmocka_unit_test(other_bodies_are_malformed),
        cmocka_unit_test(the_session_comes_before_the_customer),
        cmocka_unit_test(what_is_recorded_is_not_asked_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

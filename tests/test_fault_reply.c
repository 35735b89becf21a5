/* fault_reply.h: a backend's own error replies, with the param that they are about; empty without memory. */
#include "check.h"
#include "failing_malloc.h"
#include "http/fault_reply.h"
#include "json_wire.h"

static void expect_reply(ss_slice reply, const char *wanted)
{
    char *text = json_wire_text(reply);
    assert_string_equal(text, wanted);
    free(text);
}

static void an_error_of_a_param_names_it(void **state)
{
    (void)state;
    ss_buffer out;
    ss_buffer_init(&out, SS_REPLY_MAX);
    const ss_fault fault = {SS_FAULT_OUT_OF_RANGE, "events", "of two homes"};
    char wanted[128];
    snprintf(wanted, sizeof wanted,
             "[1, 7, {'code': %d, 'field': 'events', 'message': 'of two homes', 'name': 'out_of_range'}, null]",
             (int)SS_FAULT_OUT_OF_RANGE);
    expect_reply(ss_fault_reply(&out, 7, &fault), wanted);
    ss_buffer_release(&out);
}

static void one_of_none_does_not(void **state)
{
    (void)state;
    ss_buffer out;
    ss_buffer_init(&out, SS_REPLY_MAX);
    assert_status(ss_buffer_append_text(&out, "what was there"), SS_OK);
    char wanted[128];
    snprintf(wanted, sizeof wanted, "[1, 0, {'code': %d, 'message': 'too many', 'name': 'busy'}, null]",
             (int)SS_FAULT_BUSY);
    expect_reply(ss_fault_reply_text(&out, 0, SS_FAULT_BUSY, "too many"), wanted);
    ss_buffer_release(&out);
}

static void without_memory_it_is_empty(void **state)
{
    (void)state;
    ss_buffer out;
    ss_buffer_init(&out, SS_REPLY_MAX);
    failing_malloc_start(1);
    ss_slice reply = ss_fault_reply_text(&out, 0, SS_FAULT_BUSY, "too many");
    assert_true(failing_malloc_stop());
    assert_int_equal(reply.size, 0);
    ss_buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_of_a_param_names_it),
        cmocka_unit_test(one_of_none_does_not),
        cmocka_unit_test(without_memory_it_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

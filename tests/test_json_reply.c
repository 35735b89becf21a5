/* json_reply.h: a buffer, or an error, as a reply that nobody keeps. */
#include "check.h"
#include "failing_malloc.h"
#include "http/json_reply.h"

static ss_buffer buffer;
static ss_http_reply reply;

static int begin(void **state)
{
    (void)state;
    ss_buffer_init(&buffer, 4096);
    reply = (ss_http_reply){.buffer = &buffer};
    return 0;
}

static int end(void **state)
{
    (void)state;
    ss_buffer_release(&buffer);
    return 0;
}

static void expect_reply(unsigned status, const char *body)
{
    assert_int_equal(reply.status, status);
    assert_string_equal(reply.type, "application/json");
    assert_true(reply.no_store);
    assert_slice_equal(reply.body, body);
}

static void what_the_buffer_holds(void **state)
{
    (void)state;
    assert_status(ss_buffer_append_text(&buffer, "{\"a\":1}"), SS_OK);
    ss_json_reply(&reply, 201);
    expect_reply(201, "{\"a\":1}");
}

static void errors_stand_in_its_place(void **state)
{
    (void)state;
    const ss_fault fault = {SS_FAULT_OUT_OF_RANGE, "minutes", "too many"};
    assert_status(ss_buffer_append_text(&buffer, "what was there"), SS_OK);
    ss_json_reply_fault(&reply, 400, &fault);
    expect_reply(400, "{\"error\":{\"code\":\"out_of_range\",\"message\":\"too many\",\"field\":\"minutes\"}}");
    ss_json_reply_refuse(&reply, 503, SS_FAULT_BUSY, "later");
    expect_reply(503, "{\"error\":{\"code\":\"busy\",\"message\":\"later\"}}");
}

static void without_memory_the_status_is_all(void **state)
{
    (void)state;
    failing_malloc_start(1);
    ss_json_reply_refuse(&reply, 503, SS_FAULT_BUSY, "later");
    assert_true(failing_malloc_stop());
    expect_reply(503, "");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_buffer_holds),
        TEST(errors_stand_in_its_place),
        TEST(without_memory_the_status_is_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

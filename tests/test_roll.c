/* roll.h: who has acknowledged what is for all servers, and what the caller is told. */
#include "check.h"
#include "client/codec.h"
#include "http/roll.h"

static const char *const endpoints[] = {"tcp://a:1", "tcp://b:2", "tcp://c:3"};
#define GOOD(TEXT) true, (ss_fault_code)0, SS_SLICE_LITERAL(TEXT)

/* The end of it, as a client reads it. */
static ss_slice end_of(ss_roll *roll, ss_buffer *out)
{
    ss_slice reply;
    ss_roll_end(roll, endpoints, 77, out, &reply);
    return reply;
}

static void expect_fault(ss_roll *roll, const char *name, const char *message)
{
    ss_buffer out;
    smartshelf_answer answer = {0};
    ss_buffer_init(&out, 1u << 16);
    ss_slice reply = end_of(roll, &out);
    assert_int_equal(smartshelf_answer_decode(reply.data, reply.size, &answer), SMARTSHELF_ERROR);
    assert_string_equal(answer.error_name, name);
    assert_string_equal(answer.error_message, message);
    assert_int_equal(answer.msgid, 77);
    smartshelf_answer_release(&answer);
    ss_buffer_release(&out);
}

static void when_all_have_the_first_servers_reply_counts(void **state)
{
    (void)state;
    ss_roll *roll = ss_roll_new(3);
    ss_buffer out;
    ss_buffer_init(&out, 1u << 16);
    assert_status(ss_roll_answered(roll, 1, GOOD("of b")), SS_OK);
    assert_status(ss_roll_answered(roll, 2, GOOD("of c")), SS_OK);
    assert_false(ss_roll_complete(roll));
    assert_status(ss_roll_answered(roll, 0, GOOD("of a")), SS_OK);
    assert_true(ss_roll_complete(roll));
    assert_status(ss_roll_answered(roll, 0, GOOD("once more")), SS_OK);
    ss_roll_missed(roll, 0); /* too late to matter */
    assert_slice_equal(end_of(roll, &out), "of a");
    ss_buffer_release(&out);
    ss_roll_free(&roll);
}

static void when_all_refuse_alike_so_does_the_gateway(void **state)
{
    (void)state;
    ss_roll *roll = ss_roll_new(3);
    ss_buffer out;
    ss_buffer_init(&out, 1u << 16);
    for (uint32_t i = 0; i < 3; i++)
        assert_status(ss_roll_answered(roll, i, false, SS_FAULT_WRONG_TYPE, ss_slice_of(i ? "other" : "first")), SS_OK);
    assert_slice_equal(end_of(roll, &out), "first");
    ss_buffer_release(&out);
    ss_roll_free(&roll);
}

static void who_has_not_is_named(void **state)
{
    (void)state;
    ss_roll *roll = ss_roll_new(3);
    assert_status(ss_roll_answered(roll, 0, GOOD("fine")), SS_OK);
    assert_status(ss_roll_answered(roll, 2, false, SS_FAULT_REFUSED, SS_SLICE_LITERAL("no")), SS_OK);
    ss_roll_missed(roll, 1);
    assert_true(ss_roll_complete(roll));
    expect_fault(roll, "busy",
                 "1 of 3 servers have done it; ask again; not yet: tcp://b:2 (no answer), tcp://c:3 (refused)");
    ss_roll_free(&roll);
}

static void who_has_not_answered_at_the_end_has_not(void **state)
{
    (void)state;
    ss_roll *roll = ss_roll_new(2);
    assert_status(ss_roll_answered(roll, 0, false, SS_FAULT_NOT_STORED, SS_SLICE_LITERAL("full")), SS_OK);
    assert_false(ss_roll_complete(roll));
    expect_fault(roll, "not_stored",
                 "0 of 2 servers have done it; ask again; not yet: tcp://a:1 (not_stored), tcp://b:2 (no answer)");
    ss_roll_free(&roll);
    roll = ss_roll_new(1);
    expect_fault(roll, "busy", "0 of 1 servers have done it; ask again; not yet: tcp://a:1 (no answer)");
    ss_roll_free(&roll);
    ss_roll_free(&roll);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_all_have_the_first_servers_reply_counts),
        cmocka_unit_test(when_all_refuse_alike_so_does_the_gateway),
        cmocka_unit_test(who_has_not_is_named),
        cmocka_unit_test(who_has_not_answered_at_the_end_has_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

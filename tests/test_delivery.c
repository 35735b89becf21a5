/* delivery.h: each errand ends once, with a reply to who still waits for it; why there is none is said. */
#include "check.h"
#include "http/delivery.h"
#include "http/roll.h"
#include "json_wire.h"

#define TICKET 7

typedef struct desk {
    ss_errands *errands;
    ss_gateway_counts counts;
    ss_delivery delivery;
    unsigned answers;
    char *text; /* of the last */
} desk;

static const char *const endpoints[] = {"tcp://one", "tcp://two"};

static void take(void *port, uint64_t ticket, ss_slice reply)
{
    desk *self = port;
    assert_int_equal(ticket, TICKET);
    self->answers++;
    free(self->text);
    self->text = json_wire_text(reply);
}

static int set_up(void **state)
{
    desk *self = calloc(1, sizeof *self);
    ss_error error;
    expect_ok(ss_errands_new(4, &self->errands, &error), &error);
    ss_delivery_init(&self->delivery, self->errands, endpoints, &self->counts);
    self->delivery.answered = take;
    self->delivery.port = self;
    self->delivery.now = 1000;
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    desk *self = *state;
    ss_delivery_release(&self->delivery);
    ss_errands_free(&self->errands);
    free(self->text);
    free(self);
    return 0;
}

static ss_errand *some_errand(desk *self, ss_way_kind kind)
{
    ss_errand *errand = ss_errands_begin(self->errands, TICKET);
    errand->way.kind = kind;
    errand->method = SS_METHOD_PAGE;
    errand->began = 400;
    return errand;
}

static void a_reply_goes_to_who_asked_and_is_counted(void **state)
{
    desk *self = *state;
    ss_errand *errand = some_errand(self, SS_WAY_ANY);
    ss_slice reply = json_wire("[1, 1, null, {'shelves': []}]");
    ss_delivery_reply(&self->delivery, errand, reply);
    free((char *)(uintptr_t)reply.data);
    assert_int_equal(self->answers, 1);
    assert_string_equal(self->text, "[1, 1, null, {'shelves': []}]");
    assert_false(errand->active);
    assert_int_equal(ss_errands_count(self->errands), 0);
    assert_int_equal(ss_counted(&self->counts.stats.requests[SS_METHOD_PAGE]), 1);
    assert_int_equal(ss_counted(&self->counts.stats.latency_sum[SS_METHOD_PAGE]), 600);
}

static void nobody_is_told_what_nobody_waits_for(void **state)
{
    desk *self = *state;
    ss_errand *errand = some_errand(self, SS_WAY_HOME);
    errand->orphan = true;
    ss_delivery_fail(&self->delivery, errand, "whatever");
    assert_int_equal(self->answers, 0);
    assert_int_equal(ss_errands_count(self->errands), 0);
    assert_int_equal(ss_counted(&self->counts.overdue), 1);
    assert_int_equal(ss_counted(&self->counts.stats.requests[SS_METHOD_PAGE]), 0);
}

static void expect_given_up(desk *self, ss_errand *errand, const char *message)
{
    char wanted[256];
    uint32_t number = errand->number;
    ss_delivery_give_up(&self->delivery, errand);
    snprintf(wanted, sizeof wanted, "[1, %u, {'code': %d, 'message': '%s', 'name': 'busy'}, null]", number,
             (int)SS_FAULT_BUSY, message);
    assert_string_equal(self->text, wanted);
    assert_int_equal(ss_errands_count(self->errands), 0);
}

static void at_the_deadline_it_is_said_what_may_have_happened(void **state)
{
    desk *self = *state;
    expect_given_up(self, some_errand(self, SS_WAY_PREFER), "no server has answered in time");
    expect_given_up(self, some_errand(self, SS_WAY_HOME),
                    "the server that keeps this cannot be reached: nothing was done, it can be asked again");
    ss_errand *errand = some_errand(self, SS_WAY_HOME);
    errand->tried = 1;
    expect_given_up(self, errand, "no answer in time; it may have been done");
    errand = some_errand(self, SS_WAY_HOME);
    errand->tried = 1;
    errand->way.again = true;
    expect_given_up(self, errand, "no answer in time; it can be asked again as it is");
    assert_int_equal(ss_counted(&self->counts.overdue), 4);
}

static void of_what_was_for_all_it_is_said_who_has_done_it(void **state)
{
    desk *self = *state;
    ss_errand *errand = some_errand(self, SS_WAY_ALL);
    errand->roll = ss_roll_new(2);
    ss_slice reply = json_wire("[1, 1, null, {}]");
    assert_status(ss_roll_answered(errand->roll, 0, true, 0, reply), SS_OK);
    free((char *)(uintptr_t)reply.data);
    expect_given_up(self, errand, "1 of 2 servers have done it; ask again; not yet: tcp://two (no answer)");
    assert_int_equal(ss_counted(&self->counts.overdue), 0);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reply_goes_to_who_asked_and_is_counted),
        TEST(nobody_is_told_what_nobody_waits_for),
        TEST(at_the_deadline_it_is_said_what_may_have_happened),
        TEST(of_what_was_for_all_it_is_said_who_has_done_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

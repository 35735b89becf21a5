/* errands.h: msgids, places, tickets, and what is known of errands that ended. */
#include "check.h"
#include "failing_malloc.h"
#include "http/errands.h"
#include "http/roll.h"

static ss_errands *errands_new(uint32_t most)
{
    ss_errands *errands = NULL;
    ss_error error;
    expect_ok(ss_errands_new(most, &errands, &error), &error);
    return errands;
}

static void an_errand_is_found_by_msgid_and_ticket(void **state)
{
    (void)state;
    ss_errands *errands = errands_new(4);
    ss_errand *one = ss_errands_begin(errands, 100), *two = ss_errands_begin(errands, 200);
    assert_true(one && two && one != two && one->number != 0 && one->number != two->number);
    assert_ptr_equal(ss_errands_find(errands, two->number), two);
    assert_ptr_equal(ss_errands_of(errands, 100), one);
    assert_null(ss_errands_of(errands, 300));
    assert_null(ss_errands_find(errands, 0));
    assert_null(ss_errands_find(errands, two->number + 1));
    one->orphan = true;
    assert_null(ss_errands_of(errands, 100));
    uint32_t msgid = ss_errands_msgid(errands);
    assert_true(msgid != one->number && msgid != two->number && !ss_errands_find(errands, msgid));
    assert_int_equal(ss_errands_count(errands), 2);
    ss_errands_free(&errands);
    ss_errands_free(&errands);
}

static void there_are_no_more_than_may_be(void **state)
{
    (void)state;
    ss_errands *errands = errands_new(3);
    ss_errand *under_way[3];
    for (unsigned i = 0; i < 3; i++)
        assert_non_null(under_way[i] = ss_errands_begin(errands, i));
    assert_null(ss_errands_begin(errands, 9));
    ss_errands_end(errands, under_way[1]);
    assert_non_null(ss_errands_begin(errands, 10));
    assert_null(ss_errands_begin(errands, 11));
    ss_errands_free(&errands);
}

static void who_never_answered_is_still_known(void **state)
{
    (void)state;
    ss_errands *errands = errands_new(2);
    ss_errand *errand = ss_errands_begin(errands, 1);
    uint32_t number = errand->number;
    errand->awaited = 5;
    errand->roll = ss_roll_new(2);
    ss_errands_wake(errands, errand, 10);
    ss_errands_end(errands, errand);
    assert_int_equal(ss_errands_first(errands), SS_TIMERS_NEVER);
    assert_ptr_equal(ss_errands_find(errands, number), errand);
    assert_true(!errand->active && errand->awaited == 5 && !errand->roll);
    for (unsigned i = 0;; i++) { /* until its place is another's, who is told of it */
        ss_errand *next = ss_errands_begin(errands, 2);
        assert_true(i < 8 && next->message.size == 0);
        if (next == errand) {
            assert_int_equal(next->awaited, 5);
            break;
        }
        next->awaited = 0;
        ss_errands_end(errands, next);
    }
    assert_null(ss_errands_find(errands, number));
    ss_errands_free(&errands);
}

static void errands_are_woken_in_time(void **state)
{
    (void)state;
    ss_errands *errands = errands_new(4);
    ss_errand *one = ss_errands_begin(errands, 1), *two = ss_errands_begin(errands, 2);
    ss_errands_wake(errands, one, 20);
    ss_errands_wake(errands, two, 10);
    assert_int_equal(ss_errands_first(errands), 10);
    assert_null(ss_errands_due(errands, 9));
    assert_ptr_equal(ss_errands_due(errands, 20), two);
    assert_ptr_equal(ss_errands_due(errands, 20), one);
    assert_null(ss_errands_due(errands, 100));
    ss_errands_free(&errands);
}

/* Many come and go at random; some stay for very long. Every number stands for one errand. */
static void numbers_are_never_two_errands(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_errands *errands = errands_new(64);
    ss_errand *under_way[64] = {0};
    for (uint64_t ticket = 0; ticket < 100000; ticket++) {
        uint32_t slot = ss_random_below(&random, 64);
        if (under_way[slot] && (slot < 8 ? ss_random_below(&random, 1000) == 0 : true)) {
            assert_ptr_equal(ss_errands_find(errands, under_way[slot]->number), under_way[slot]);
            ss_errands_end(errands, under_way[slot]);
            under_way[slot] = NULL;
        } else if (!under_way[slot]) {
            under_way[slot] = ss_errands_begin(errands, ticket);
            assert_non_null(under_way[slot]);
            assert_int_equal(under_way[slot]->ticket, ticket);
        }
        for (unsigned other = 0; under_way[slot] && other < 64; other++)
            assert_true(other == slot || under_way[other] != under_way[slot]);
    }
    ss_errands_free(&errands);
}

static bool attempt(void *context)
{
    (void)context;
    ss_errands *errands = NULL;
    ss_status status = ss_errands_new(4, &errands, NULL);
    assert_true(status == SS_OK || (status == SS_E_NOMEM && !errands));
    ss_errands_free(&errands);
    return status == SS_OK;
}

static void without_memory(void **state)
{
    (void)state;
    assert_int_equal(failing_malloc_torture(attempt, NULL), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_errand_is_found_by_msgid_and_ticket), cmocka_unit_test(there_are_no_more_than_may_be),
        cmocka_unit_test(who_never_answered_is_still_known),      cmocka_unit_test(errands_are_woken_in_time),
        cmocka_unit_test(numbers_are_never_two_errands),          cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

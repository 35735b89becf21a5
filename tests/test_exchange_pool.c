/* The requests in hand, without libmicrohttpd: places, tickets, what is kept and what is held. */
#include "testing.h"

#include "http/exchange_room.h"

#define MANY 1000u

static ss_exchanges *make(void)
{
    ss_error error;
    ss_exchanges *all = NULL;
    const ss_exchange_setting setting = {.port = NULL};
    assert_int_equal(ss_exchanges_new(&setting, &all, &error), SS_OK);
    return all;
}

static uint64_t wait_for(ss_exchange *one)
{
    one->stage = SS_STAGE_WAITING;
    return ss_exchange_ticket(one);
}

static void places_are_used_again(void **state)
{
    ss_exchanges *all = make();
    (void)state;
    ss_exchange *first = ss_exchange_take(all), *second = ss_exchange_take(all);
    assert_ptr_not_equal(first, second);
    assert_int_equal(ss_exchanges_count(all), 2);
    ss_exchange_give_back(first);
    assert_int_equal(ss_exchanges_count(all), 1);
    assert_ptr_equal(ss_exchange_take(all), first);
    ss_exchange_give_back(first);
    ss_exchange_give_back(second);
    assert_int_equal(ss_exchanges_count(all), 0);
    ss_exchanges_free(&all);
    assert_null(all);
    ss_exchanges_free(&all);
}

static void a_ticket_finds_who_waits(void **state)
{
    ss_exchanges *all = make();
    ss_exchange *ones[MANY];
    uint64_t tickets[MANY];
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        ones[i] = ss_exchange_take(all);
        tickets[i] = wait_for(ones[i]);
    }
    for (size_t i = 0; i < MANY; i++)
        assert_ptr_equal(ss_exchange_of(all, tickets[i]), ones[i]);
    for (size_t i = 0; i < MANY; i++)
        for (size_t k = 0; k < i; k += 97)
            assert_true(tickets[i] != tickets[k]);
    for (size_t i = 0; i < MANY; i++)
        ss_exchange_give_back(ones[i]);
    ss_exchanges_free(&all);
}

/* Whoever has the place now has nothing to do with a reply that comes too late. */
static void a_late_ticket_finds_nobody(void **state)
{
    ss_exchanges *all = make();
    ss_exchange *one = ss_exchange_take(all);
    (void)state;
    uint64_t first = wait_for(one);
    one->stage = SS_STAGE_ANSWERED;
    assert_null(ss_exchange_of(all, first));
    uint64_t second = wait_for(one);
    assert_null(ss_exchange_of(all, first));
    assert_ptr_equal(ss_exchange_of(all, second), one);
    ss_exchange_give_back(one);
    assert_null(ss_exchange_of(all, second));
    assert_ptr_equal(ss_exchange_take(all), one);
    uint64_t third = wait_for(one);
    assert_null(ss_exchange_of(all, second));
    assert_ptr_equal(ss_exchange_of(all, third), one);
    assert_null(ss_exchange_of(all, third + 1)); /* a place that there is not */
    assert_null(ss_exchange_of(all, 0));
    assert_null(ss_exchange_of(all, UINT64_MAX));
    ss_exchange_give_back(one);
    ss_exchanges_free(&all);
}

static void what_is_large_is_not_kept(void **state)
{
    ss_exchanges *all = make();
    ss_exchange *one = ss_exchange_take(all);
    ss_buffer *small = &one->buffers[SS_USE_PARAMS], *large = &one->buffers[SS_USE_BODY];
    (void)state;
    assert_int_equal(ss_buffer_reserve(small, 1000), SS_OK);
    assert_int_equal(ss_buffer_reserve(large, 300000), SS_OK);
    one->held = 0;
    ss_exchange_hold(one, 300000);
    ss_exchange_hold(one, 5);
    assert_int_equal(all->held, 300005);
    ss_exchange_give_back(one);
    assert_int_equal(all->held, 0);
    assert_true(small->capacity >= 1000);
    assert_int_equal(large->capacity, 0);
    ss_exchanges_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_used_again),
        cmocka_unit_test(a_ticket_finds_who_waits),
        cmocka_unit_test(a_late_ticket_finds_nobody),
        cmocka_unit_test(what_is_large_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_live_ids.c: counted ids beside an array of counts; allocations that fail. */
#include "check.h"

#include "base/dictionary.h"
#include "failing_malloc.h"
#include "state/live_ids.h"
#include <string.h>

#define IDS   9000 /* more than a chunk, more than the first buckets */
#define STEPS 200000

static ss_slice text_of(unsigned id, char text[16])
{
    return (ss_slice){text, (size_t)snprintf(text, 16, "item-%u", id)};
}

static void texts_are_kept_as_long_as_they_are_held(void **state)
{
    (void)state;
    static unsigned holders[IDS];
    static uint32_t numbers[IDS];
    char text[16];
    ss_random random = test_random();
    ss_live_ids *ids = ss_live_ids_new();
    uint32_t held = 0, highest = 0;
    memset(holders, 0, sizeof holders);
    for (int step = 0; step < STEPS; step++) {
        unsigned id = ss_random_below(&random, step < STEPS / 2 ? IDS : IDS / 10);
        if (holders[id] && ss_random_below(&random, 3)) {
            ss_live_ids_drop(ids, numbers[id]);
            held -= --holders[id] == 0;
        } else {
            uint32_t number;
            assert_status(ss_live_ids_take(ids, text_of(id, text), &number), SS_OK);
            if (holders[id])
                assert_int_equal(number, numbers[id]);
            held += holders[id]++ == 0;
            numbers[id] = number;
            highest = number > highest ? number : highest;
        }
        assert_slice_equal(holders[id] ? ss_live_ids_at(ids, numbers[id]) : text_of(id, text), text_of(id, text).data);
        assert_int_equal(ss_live_ids_count(ids), held);
    }
    for (unsigned id = 0; id < IDS; id++)
        if (holders[id])
            assert_slice_equal(ss_live_ids_at(ids, numbers[id]), text_of(id, text).data);
    assert_true(highest < IDS); /* numbers are given again */
    ss_live_ids_free(&ids);
    assert_null(ids);
    ss_live_ids_free(&ids);
}

static void what_is_noted_is_found_under_its_stamp_alone(void **state)
{
    (void)state;
    uint32_t number, other, again;
    ss_live_ids *ids = ss_live_ids_new();
    assert_status(ss_live_ids_take(ids, ss_slice_of("one"), &number), SS_OK);
    assert_status(ss_live_ids_take(ids, ss_slice_of("two"), &other), SS_OK);
    assert_int_equal(ss_live_ids_noted(ids, number, 1), SS_NONE);
    ss_live_ids_note(ids, number, 1, 7);
    ss_live_ids_note(ids, other, UINT64_C(1) << 63, 8);
    ss_live_ids_fetch(ids, number);
    assert_int_equal(ss_live_ids_noted(ids, number, 1), 7);
    assert_int_equal(ss_live_ids_noted(ids, number, 2), SS_NONE);
    assert_int_equal(ss_live_ids_noted(ids, other, UINT64_C(1) << 63), 8);
    assert_int_equal(ss_live_ids_noted(ids, other, 1), SS_NONE);
    ss_live_ids_note(ids, number, 2, 9);
    assert_int_equal(ss_live_ids_noted(ids, number, 1), SS_NONE);
    ss_live_ids_drop(ids, number);
    assert_status(ss_live_ids_take(ids, ss_slice_of("three"), &again), SS_OK);
    assert_int_equal(again, number);
    assert_int_equal(ss_live_ids_noted(ids, again, 2), SS_NONE); /* another id by now */
    ss_live_ids_free(&ids);
}

static void memory_goes_down_with_the_holders(void **state)
{
    (void)state;
    char text[SS_ID_MAX];
    uint32_t number;
    ss_live_ids *ids = ss_live_ids_new();
    memset(text, 'x', sizeof text);
    size_t before = ss_live_ids_bytes(ids);
    assert_status(ss_live_ids_take(ids, (ss_slice){text, sizeof text}, &number), SS_OK);
    size_t with = ss_live_ids_bytes(ids);
    assert_true(with >= before + SS_ID_MAX);
    ss_live_ids_drop(ids, number);
    assert_true(ss_live_ids_bytes(ids) <= with - SS_ID_MAX);
    ss_live_ids_free(&ids);
}

static bool take_many(void *context)
{
    char text[16];
    uint32_t number;
    bool fine = true;
    (void)context;
    ss_live_ids *ids = ss_live_ids_new();
    if (!ids)
        return false;
    for (unsigned id = 0; id < 1100; id++) {
        uint32_t count = ss_live_ids_count(ids);
        if (ss_live_ids_take(ids, text_of(id, text), &number) == SS_OK)
            continue;
        fine = false;
        assert_int_equal(ss_live_ids_count(ids), count);
        assert_status(ss_live_ids_take(ids, text_of(id, text), &number), SS_OK); /* and then it works */
        assert_slice_equal(ss_live_ids_at(ids, number), text);
    }
    ss_live_ids_free(&ids);
    return fine;
}

static void a_failed_allocation_changes_nothing(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(take_many, NULL) > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_kept_as_long_as_they_are_held),
        cmocka_unit_test(what_is_noted_is_found_under_its_stamp_alone),
        cmocka_unit_test(memory_goes_down_with_the_holders),
        cmocka_unit_test(a_failed_allocation_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

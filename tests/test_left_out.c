/* test_left_out.c: until when each customer is left out. */
#include "testing.h"

#include "failing_malloc.h"
#include "log/left_out.h"

#define ANN SS_SLICE_LITERAL("ann")
#define BOB SS_SLICE_LITERAL("bob")

static void until_they_asked(void **state)
{
    (void)state;
    ss_left_out *left_out = ss_left_out_new();
    assert_int_equal(ss_left_out_add(left_out, ANN, 100), SS_OK);
    assert_true(ss_left_out_has(left_out, ANN, 100));
    assert_false(ss_left_out_has(left_out, ANN, 101));
    assert_true(ss_left_out_has(left_out, ANN, SS_NO_TIME));
    assert_false(ss_left_out_has(left_out, BOB, 1));
    assert_false(ss_left_out_has(left_out, SS_SLICE_LITERAL(""), 1));
    assert_false(ss_left_out_has(NULL, ANN, 1));
    ss_left_out_free(&left_out);
    assert_null(left_out);
}

static void the_later_time_holds(void **state)
{
    (void)state;
    ss_left_out *left_out = ss_left_out_new();
    assert_int_equal(ss_left_out_add(left_out, ANN, 100), SS_OK);
    assert_int_equal(ss_left_out_add(left_out, BOB, 10), SS_OK);
    assert_int_equal(ss_left_out_add(left_out, ANN, 50), SS_OK);
    assert_true(ss_left_out_has(left_out, ANN, 100));
    assert_int_equal(ss_left_out_add(left_out, ANN, 200), SS_OK);
    assert_true(ss_left_out_has(left_out, ANN, 200));
    assert_false(ss_left_out_has(left_out, BOB, 11));
    assert_int_equal(ss_left_out_count(left_out), 2);
    ss_left_out_free(&left_out);
}

static bool fill(void *context)
{
    (void)context;
    ss_status status = SS_OK;
    ss_left_out *left_out = ss_left_out_new();
    for (int i = 0; left_out && status == SS_OK && i < 100; i++) {
        char id[8];
        snprintf(id, sizeof id, "c%d", i);
        status = ss_left_out_add(left_out, ss_slice_of(id), i);
        assert_true(status != SS_OK || ss_left_out_has(left_out, ss_slice_of(id), i));
    }
    bool all = left_out && status == SS_OK;
    ss_left_out_free(&left_out);
    return all;
}

static void without_memory_nothing_is_lost(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(fill, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(until_they_asked),
        cmocka_unit_test(the_later_time_holds),
        cmocka_unit_test(without_memory_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

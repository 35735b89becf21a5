/* test_rate_limit.c: so many at once, then so many a second; everybody for themselves; a full table forgets who owes least. */
#include "check.h"

#include "failing_malloc.h"
#include "http/rate_limit.h"

#include <string.h>

#define SECOND INT64_C(1000000000)

static ss_rate_limit *new_limit(size_t entries, double rate, double burst)
{
    ss_rate_limit *limit = NULL;
    assert_status(ss_rate_limit_new(entries, rate, burst, &limit, NULL), SS_OK);
    return limit;
}

static void so_many_at_once_then_so_many_a_second(void **state)
{
    ss_slice a = SS_SLICE_LITERAL("a"), b = SS_SLICE_LITERAL("b");
    ss_rate_limit *limit = new_limit(64, 10, 20);
    int64_t now = 5 * SECOND;
    (void)state;
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(ss_rate_limit_take(limit, a, 1, now), 0);
    assert_int_equal(ss_rate_limit_take(limit, a, 1, now), SECOND / 10);
    assert_int_equal(ss_rate_limit_take(limit, a, 5, now), SECOND / 2);
    assert_int_equal(ss_rate_limit_take(limit, b, 20, now), 0);
    assert_int_equal(ss_rate_limit_take(limit, a, 1, now + SECOND / 10), 0);
    assert_int_equal(ss_rate_limit_take(limit, a, 1, now + SECOND / 10), SECOND / 10);
    assert_int_equal(ss_rate_limit_take(limit, a, 20, now + 60 * SECOND), 0); /* never more than the burst */
    assert_true(ss_rate_limit_take(limit, a, 1, now + 60 * SECOND) > 0);
    assert_int_equal(ss_rate_limit_take(NULL, a, 1000, now), 0);
    ss_rate_limit_free(&limit);
    assert_null(limit);
}

/* Against a bucket that is counted by hand. */
static void as_a_bucket_that_is_filled(void **state)
{
    ss_random random = test_random();
    ss_rate_limit *limit = new_limit(8, 1000, 50);
    double tokens = 50;
    int64_t now = SECOND;
    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        unsigned wanted = 1 + ss_random_below(&random, 5);
        int64_t step = ss_random_below(&random, 5000000);
        now += step;
        tokens = tokens + (double)step / 1e6 < 50 ? tokens + (double)step / 1e6 : 50;
        bool enough = tokens >= wanted, close = tokens > wanted - 1e-3 && tokens < wanted + 1e-3;
        bool taken = ss_rate_limit_take(limit, SS_SLICE_LITERAL("x"), wanted, now) == 0;
        assert_true(taken == enough || close);
        tokens -= taken ? wanted : 0;
    }
    ss_rate_limit_free(&limit);
}

/* A crowd of newcomers does not free the one that has taken most. */
static void a_full_table_forgets_who_owes_least(void **state)
{
    ss_rate_limit *limit = new_limit(8, 1, 10);
    (void)state;
    assert_int_equal(ss_rate_limit_take(limit, SS_SLICE_LITERAL("greedy"), 10, SECOND), 0);
    for (unsigned i = 0; i < 1000; i++) {
        char name[16];
        int length = snprintf(name, sizeof name, "n%u", i);
        assert_int_equal(ss_rate_limit_take(limit, (ss_slice){name, (size_t)length}, 1, SECOND), 0);
    }
    assert_true(ss_rate_limit_take(limit, SS_SLICE_LITERAL("greedy"), 1, SECOND) > 0);
    ss_rate_limit_free(&limit);
}

static bool make(void *context)
{
    ss_rate_limit *limit = NULL;
    (void)context;
    ss_status status = ss_rate_limit_new(1000, 1, 1, &limit, NULL);
    assert_true((limit != NULL) == (status == SS_OK));
    ss_rate_limit_free(&limit);
    return status == SS_OK;
}

static void memory_that_fails(void **state)
{
    (void)state;
    assert_int_equal(failing_malloc_torture(make, NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_at_once_then_so_many_a_second),
        cmocka_unit_test(as_a_bucket_that_is_filled),
        cmocka_unit_test(a_full_table_forgets_who_owes_least),
        cmocka_unit_test(memory_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

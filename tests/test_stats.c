/* test_stats.c: counters of one thread, their sum, latencies by their logarithm. */
#include "testing.h"

#include "server/stats.h"

static unsigned bucket_taken(int64_t nanoseconds)
{
    ss_stats stats = {0};
    unsigned bucket = 0;
    ss_stats_latency(&stats, SS_METHOD_HEALTH, nanoseconds);
    while (ss_counted(&stats.latency[SS_METHOD_HEALTH][bucket]) == 0)
        bucket++;
    return bucket;
}

static void a_latency_lies_between_the_ends_of_two_buckets(void **state)
{
    ss_random random = test_random();
    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t time = (int64_t)(ss_random_u64(&random) >> (30 + ss_random_below(&random, 34)));
        unsigned bucket = bucket_taken(time);
        assert_true((uint64_t)time <= ss_latency_bucket_end(bucket) || bucket == SS_LATENCY_BUCKETS - 1);
        assert_true(bucket == 0 || (uint64_t)time > ss_latency_bucket_end(bucket - 1));
    }
    assert_int_equal(bucket_taken(-1), 0);
    assert_int_equal(bucket_taken(INT64_MAX), SS_LATENCY_BUCKETS - 1);
}

static void the_ends_rise_by_an_eighth_at_most(void **state)
{
    (void)state;
    for (unsigned i = 1; i < SS_LATENCY_BUCKETS; i++) {
        uint64_t before = ss_latency_bucket_end(i - 1), end = ss_latency_bucket_end(i);
        assert_true(end > before);
        assert_true(i <= SS_LATENCY_PER_DOUBLING || (double)end <= 1.125 * (double)(before + 1));
    }
}

static void powers_of_two_are_ends(void **state)
{
    (void)state;
    for (unsigned k = 3; k < 34; k++)
        assert_int_equal(ss_latency_bucket_end(SS_LATENCY_PER_DOUBLING * (k - 2) - 1), (UINT64_C(1) << k) - 1);
}

static void sums_are_those_of_all_threads(void **state)
{
    ss_stats one = {0}, other = {0}, sum = {0};
    (void)state;
    ss_stats_latency(&one, SS_METHOD_EVENT, 1000);
    ss_stats_latency(&other, SS_METHOD_EVENT, 30000);
    ss_stats_latency(&other, SS_METHOD_STATS, -5);
    ss_count_many(&one.products, 7);
    ss_count(&other.products);
    ss_stats_add(&sum, &one);
    ss_stats_add(&sum, &other);
    assert_int_equal(ss_counted(&sum.latency_sum[SS_METHOD_EVENT]), 31000);
    assert_int_equal(ss_counted(&sum.latency_sum[SS_METHOD_STATS]), 0);
    assert_int_equal(ss_counted(&sum.products), 8);
    assert_int_equal(ss_stats_percentile(&sum, SS_METHOD_EVENT, 0.5), ss_latency_bucket_end(bucket_taken(1000)));
    assert_int_equal(ss_stats_percentile(&sum, SS_METHOD_EVENT, 1), ss_latency_bucket_end(bucket_taken(30000)));
    assert_int_equal(ss_stats_percentile(&sum, SS_METHOD_ITEMS, 0.5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_latency_lies_between_the_ends_of_two_buckets),
        cmocka_unit_test(the_ends_rise_by_an_eighth_at_most),
        cmocka_unit_test(powers_of_two_are_ends),
        cmocka_unit_test(sums_are_those_of_all_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tally.c: replies counted as a server counts its own; whatever bytes come. */
#include "check.h"

#include "http/tally.h"
#include "json_wire.h"

static ss_stats stats;

static int begin(void **state)
{
    (void)state;
    memset(&stats, 0, sizeof stats);
    return 0;
}

static void tally(ss_method method, const char *reply)
{
    ss_slice wire = json_wire(reply);
    ss_tally(&stats, method, wire, 1000);
    free((char *)(uintptr_t)wire.data);
}

static void a_shelf(void **state)
{
    (void)state;
    tally((ss_method)0,
          "[1, 7, null, {'generation': 'g', 'items': [{'item_id': 'a', 'reason': {'model': 'related', 'stage': 0}},"
          "{'item_id': 'b', 'reason': {'stage': 2, 'pairs': 4}, 'name': 'B'}], 'short': {'code': 'below_min_items', "
          "'missing': 3}}]");
    tally((ss_method)1, "[1, 8, null, {'generation': 'g', 'items': [], 'short': null, 'later': [{'items': [{}]}]}]");
    assert_int_equal(stats.requests[0], 1);
    assert_int_equal(stats.requests[1], 1);
    assert_int_equal(stats.latency_sum[1], 1000);
    assert_int_equal(stats.answers, 2);
    assert_int_equal(stats.products, 2);
    assert_int_equal(stats.fallback_products, 1);
    assert_int_equal(stats.missing, 3);
    uint64_t shorts = 0;
    for (unsigned i = 0; i < SS_SHORT_COUNT; i++)
        shorts += stats.shorts[i];
    assert_int_equal(shorts, 1);
}

static void a_page(void **state)
{
    (void)state;
    tally(SS_METHOD_PAGE,
          "[1, 7, null, {'generation': 'g', 'offers': {'items': [{}]}, 'shelves': ["
          "{'shelf': 'related', 'items': [{'item_id': 'a', 'reason': {'stage': 1}}], 'short': null},"
          "{'shelf': 'popular', 'items': [{'item_id': 'b'}], 'short': {'missing': 1, 'code': 'no such'}}]}]");
    assert_int_equal(stats.answers, 2);
    assert_int_equal(stats.products, 2);
    assert_int_equal(stats.fallback_products, 1);
    assert_int_equal(stats.missing, 1);
}

static void what_shows_no_products(void **state)
{
    (void)state;
    tally(SS_METHOD_FIND, "[1, 7, null, {'generation': 'g', 'items': [{'item_id': 'a'}]}]");
    tally(SS_METHOD_OFFERS, "[1, 7, null, {'show': false, 'offers': []}]");
    tally((ss_method)0, "[1, 7, {'name': 'busy', 'code': 10, 'message': 'no answer'}, null]");
    tally((ss_method)0, "[1, 7, {'code': 1000}, null]");
    assert_int_equal(stats.answers + stats.products + stats.missing, 0);
    assert_int_equal(stats.faults[SS_FAULT_BUSY], 1);
    assert_int_equal(stats.requests[0], 2);
    assert_int_equal(stats.requests[SS_METHOD_FIND], 1);
}

/* Cut anywhere and bent anywhere: nothing is read behind the end, which a sanitizer would see. */
static void whatever_comes_is_a_request(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_slice whole = json_wire("[1, 7, null, {'shelves': [{'items': [{'item_id': 'a', 'reason': {'stage': 1}}], "
                               "'short': {'code': 'x', 'missing': 3}}], 'z': {}}]");
    for (unsigned round = 0; round < 20000; round++) {
        size_t size = ss_random_below(&random, (uint32_t)whole.size + 1);
        char *bent = malloc(size + 1);
        memcpy(bent, whole.data, size);
        if (size > 0)
            bent[ss_random_below(&random, (uint32_t)size)] = (char)ss_random_u64(&random);
        ss_tally(&stats, round % 2 ? SS_METHOD_PAGE : (ss_method)0, (ss_slice){bent, size}, -1);
        free(bent);
    }
    assert_int_equal(stats.requests[0], 10000);
    free((char *)(uintptr_t)whole.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_shelf, begin),
        cmocka_unit_test_setup(a_page, begin),
        cmocka_unit_test_setup(what_shows_no_products, begin),
        cmocka_unit_test_setup(whatever_comes_is_a_request, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

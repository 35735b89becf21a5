#include "check.h"

#include "base/random.h"
#include "base/topk.h"

#include <math.h>
#include <stdlib.h>

static int by_rank(const void *a, const void *b)
{
    ss_scored left = *(const ss_scored *)a, right = *(const ss_scored *)b;
    return ss_scored_before(left, right) ? -1 : ss_scored_before(right, left);
}

static void check_against_sorting(ss_scored *entries, size_t count, size_t limit)
{
    ss_scored storage[300];
    ss_topk top;
    ss_topk_init(&top, storage, limit);
    for (size_t i = 0; i < count; i++) {
        size_t before = top.count;
        bool admitted = ss_topk_admits(&top, entries[i]);
        ss_scored worst = before ? top.heap[0] : (ss_scored){0, 0};
        ss_topk_push(&top, entries[i]);
        if (!admitted && before)
            assert_memory_equal(&worst, &top.heap[0], sizeof worst);
    }
    ss_topk_sort(&top);
    qsort(entries, count, sizeof *entries, by_rank);
    assert_int_equal(top.count, count < limit ? count : limit);
    for (size_t i = 0; i < top.count; i++)
        assert_int_equal(storage[i].id, entries[i].id);
}

static void against_sorting_with_many_ties(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int round = 0; round < 2000; round++) {
        ss_scored entries[300];
        size_t count = ss_random_below(&random, 300), limit = ss_random_below(&random, 60);
        uint32_t distinct = 1 + ss_random_below(&random, 20);
        for (size_t i = 0; i < count; i++)
            entries[i] = (ss_scored){(float)ss_random_below(&random, distinct) - 5, (uint32_t)i};
        for (size_t i = count; i > 1; i--) { /* in any order of arrival */
            size_t other = ss_random_below(&random, (uint32_t)i);
            ss_scored kept = entries[i - 1];
            entries[i - 1] = entries[other];
            entries[other] = kept;
        }
        check_against_sorting(entries, count, limit);
    }
}

static void no_room_at_all(void **state)
{
    (void)state;
    ss_topk top;
    ss_topk_init(&top, NULL, 0);
    assert_false(ss_topk_admits(&top, (ss_scored){1, 1}));
    ss_topk_push(&top, (ss_scored){1, 1});
    ss_topk_sort(&top);
    assert_int_equal(top.count, 0);
}

static void infinities_and_zeros(void **state)
{
    (void)state;
    ss_scored storage[4];
    ss_topk top;
    ss_topk_init(&top, storage, 4);
    const ss_scored entries[] = {{-INFINITY, 1}, {0.0f, 7}, {-0.0f, 3}, {INFINITY, 9}, {-INFINITY, 0}};
    for (size_t i = 0; i < 5; i++)
        ss_topk_push(&top, entries[i]);
    ss_topk_sort(&top);
    const uint32_t wanted[] = {9, 3, 7, 0}; /* the zeros are equal: lower id first */
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(storage[i].id, wanted[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_sorting_with_many_ties),
        cmocka_unit_test(no_room_at_all),
        cmocka_unit_test(infinities_and_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

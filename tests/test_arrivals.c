/* test_arrivals.c: items in order of their arrival, beside sorting them anew each time. */
#include "check.h"

#include "shelf/arrivals.h"

static void order_is_kept(void **state)
{
    (void)state;
    enum { ITEMS = 50 };
    ss_arrivals kept = {0}, sorted = {0};
    int64_t times[ITEMS];
    bool present[ITEMS] = {false};
    ss_random random = test_random();
    assert_status(ss_arrivals_reserve(&sorted, ITEMS), SS_OK);
    for (int step = 0; step < 3000; step++) {
        uint32_t item = ss_random_below(&random, ITEMS);
        assert_status(ss_arrivals_reserve(&kept, 1), SS_OK);
        if (present[item])
            ss_arrivals_remove(&kept, (ss_arrival){times[item], item});
        else
            ss_arrivals_insert(&kept, (ss_arrival){times[item] = (int64_t)ss_random_below(&random, 9), item});
        present[item] = !present[item];
        sorted.count = 0;
        for (uint32_t i = 0; i < ITEMS; i++)
            if (present[i])
                ss_arrivals_push(&sorted, (ss_arrival){times[i], i});
        ss_arrivals_sort(&sorted);
        assert_int_equal(kept.count, sorted.count);
        for (size_t i = 0; i < kept.count; i++)
            assert_true(kept.list[i].item == sorted.list[i].item && kept.list[i].time == sorted.list[i].time);
        for (size_t i = 1; i < kept.count; i++)
            assert_true(ss_arrival_before(kept.list[i - 1], kept.list[i]));
    }
    ss_arrivals_release(&kept);
    ss_arrivals_release(&sorted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(order_is_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

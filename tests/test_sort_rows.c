/* Sorting rows and keys in place, against qsort with the same order written down again. */
#include "testing.h"

#include "base/memory.h"
#include "base/random.h"
#include "log/sort_rows.h"

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_time(const void *x, const void *y)
{
    const ss_interaction *a = x, *b = y;
    int order = compare_i64(a->time, b->time);
    order = order ? order : compare(a->basket, b->basket);
    order = order ? order : compare(a->item, b->item);
    order = order ? order : compare(a->event, b->event);
    return order ? order : (a->quantity > b->quantity) - (a->quantity < b->quantity);
}

static int by_basket(const void *x, const void *y)
{
    const ss_interaction *a = x, *b = y;
    int order = compare(a->basket, b->basket);
    order = order ? order : compare(a->item, b->item);
    order = order ? order : compare(a->event, b->event);
    return order ? order : by_time(x, y);
}

static int in_log(const void *x, const void *y)
{
    const ss_interaction *a = x, *b = y;
    int order = compare(a->customer, b->customer);
    if (order == 0 && a->customer == SS_NONE)
        order = compare(a->basket, b->basket);
    return order ? order : by_time(x, y);
}

static ss_interaction random_row(ss_random *random, uint32_t customers, uint32_t baskets)
{
    uint32_t customer = ss_random_below(random, customers + 1);
    return (ss_interaction){
        .time = (int64_t)ss_random_below(random, 50) - 25,
        .event = ss_random_below(random, SS_EVENT_COUNT),
        .customer = customer < customers ? customer : SS_NONE,
        .basket = ss_random_below(random, baskets),
        .item = ss_random_below(random, 8),
        .quantity = (float)ss_random_below(random, 3) - 1,
    };
}

typedef struct sorting {
    const char *name;
    void (*sort)(ss_interaction *, size_t);
    int (*oracle)(const void *, const void *);
} sorting;

static const sorting orders[] = {{"log", ss_rows_sort, in_log},
                                 {"time", ss_rows_sort_by_time, by_time},
                                 {"basket", ss_rows_sort_by_basket, by_basket}};

static void check_order(const sorting *chosen, const ss_interaction *rows, size_t count)
{
    ss_interaction *mine = ss_array_new(count, sizeof *mine), *other = ss_array_new(count, sizeof *other);
    memcpy(mine, rows, count * sizeof *rows);
    memcpy(other, rows, count * sizeof *rows);
    chosen->sort(mine, count);
    qsort(other, count, sizeof *other, chosen->oracle);
    for (size_t i = 0; i < count; i++)
        if (chosen->oracle(&mine[i], &other[i]) != 0)
            fail_msg("order by %s, %zu rows: row %zu differs", chosen->name, count, i);
    chosen->sort(mine, count); /* what is sorted stays */
    for (size_t i = 0; i < count; i++)
        assert_int_equal(chosen->oracle(&mine[i], &other[i]), 0);
    free(mine);
    free(other);
}

static void rows_of_any_number_and_spread(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        uint32_t customers, baskets;
    } cases[] = {{0, 1, 1},        {1, 1, 1},           {2, 1, 1},         {25, 1, 2},   {100, 3, 5}, {1000, 0, 40},
                 {5000, 300, 700}, {20000, 70000, 900}, {30000, 0, 12000}, {3000, 1, 1}, {900, 1, 3}, {1024, 0, 1}};
    ss_random random = test_random();
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ss_interaction *rows = ss_array_new(cases[c].count, sizeof *rows);
        for (size_t i = 0; i < cases[c].count; i++)
            rows[i] = random_row(&random, cases[c].customers, cases[c].baskets);
        for (size_t o = 0; o < sizeof orders / sizeof *orders; o++)
            check_order(&orders[o], rows, cases[c].count);
        free(rows);
    }
}

static void numbers_up_to_the_highest(void **state)
{
    (void)state;
    ss_interaction rows[200];
    for (size_t i = 0; i < 200; i++)
        rows[i] = (ss_interaction){.customer = i % 3 ? SS_NONE - (uint32_t)i % 5 : (uint32_t)i,
                                   .basket = SS_NONE - (uint32_t)(i * 7919 % 200),
                                   .time = i % 2 ? INT64_MAX >> 8 : INT64_MIN >> 8};
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++)
        check_order(&orders[o], rows, 200);
}

/* Median-of-three's worst enemy (Musser 1997): quicksort alone would be quadratic, heapsort takes over. */
static void keys_that_defeat_quicksort(void **state)
{
    (void)state;
    enum { HALF = 50000 };
    uint64_t *keys = ss_array_new(2 * HALF, sizeof *keys);
    for (size_t i = 0; i < HALF; i++) {
        keys[i] = i % 2 == 0 ? i + 1 : HALF + i + (HALF % 2 == 0);
        keys[HALF + i] = 2 * (i + 1);
    }
    ss_sort_u64(keys, 2 * HALF);
    for (size_t i = 1; i < 2 * HALF; i++)
        assert_true(keys[i - 1] <= keys[i]);
    free(keys);
}

static void groups_end_where_the_customer_or_basket_changes(void **state)
{
    (void)state;
    const ss_interaction rows[] = {{.customer = 1, .basket = 1},       {.customer = 1, .basket = 2},
                                   {.customer = 2, .basket = 2},       {.customer = SS_NONE, .basket = 2},
                                   {.customer = SS_NONE, .basket = 3}, {.customer = SS_NONE, .basket = 3}};
    const size_t ends[] = {2, 2, 3, 4, 6, 6};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(ss_rows_group_end(rows, 6, i), ends[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_any_number_and_spread),
        cmocka_unit_test(numbers_up_to_the_highest),
        cmocka_unit_test(keys_that_defeat_quicksort),
        cmocka_unit_test(groups_end_where_the_customer_or_basket_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

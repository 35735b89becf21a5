/* test_moved.c: what was moved into a category stands in its order as if it had always been there. */
#include "check.h"

#include "shelf/moved.h"

#include <stdlib.h>

#define ITEMS 60u

typedef struct sample {
    float scores[ITEMS];
    uint32_t own[ITEMS];
    bool is_own[ITEMS], present[ITEMS];
    ss_popularity popularity;
    ss_item_list list;
} sample;

/* Few different scores, some of them nothing; a third of the items in the category from the beginning. */
static void make_sample(sample *made, ss_random *random)
{
    *made = (sample){.popularity = {.item_count = ITEMS, .scores = made->scores}, .list = {.items = made->own}};
    for (uint32_t item = 0; item < ITEMS; item++) {
        made->scores[item] = (float)(9 - item / 6);
        made->is_own[item] = ss_random_below(random, 3) == 0;
        if (made->is_own[item] && made->scores[item] > 0)
            made->own[made->list.count++] = item;
    }
}

/* The scores fall with the numbers: the order is that of the numbers. */
static void check_walk(const sample *with, const ss_moved *moved)
{
    ss_order_walk walk = {
        .list = with->list, .moved = {moved->items, moved->listed}, .scores = with->scores, .item_count = ITEMS};
    uint32_t next, count = 0;
    for (uint32_t item = 0; item < ITEMS; item++) {
        if (with->scores[item] <= 0 || !(with->is_own[item] || with->present[item]))
            continue;
        assert_true(ss_order_next(&walk, &next));
        assert_int_equal(next, item);
        assert_int_equal(walk.at + walk.moved_at, ++count);
    }
    assert_false(ss_order_next(&walk, &next));
}

static void stands_in_its_place(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_moved moved = {0};
    sample with;
    make_sample(&with, &random);
    for (int step = 0; step < 3000; step++) {
        uint32_t item = ss_random_below(&random, ITEMS), count = 0;
        if (with.is_own[item])
            continue;
        assert_status(ss_moved_reserve(&moved), SS_OK);
        (with.present[item] ? ss_moved_out : ss_moved_in)(&moved, &with.popularity, item);
        with.present[item] = !with.present[item];
        for (uint32_t i = 0; i < ITEMS; i++)
            count += with.present[i];
        assert_int_equal(moved.count, count);
        check_walk(&with, &moved);
    }
    ss_moved_release(&moved);
}

static void too_many_are_not_listed(void **state)
{
    (void)state;
    enum { MANY = SS_MOVED_MAX + 2 };
    float *scores = malloc(MANY * sizeof *scores);
    ss_popularity popularity = {.item_count = MANY, .scores = scores};
    ss_moved moved = {0};
    for (uint32_t item = 0; item < MANY; item++) {
        scores[item] = 1;
        assert_status(ss_moved_reserve(&moved), SS_OK);
        ss_moved_in(&moved, &popularity, item);
        assert_int_equal(moved.many, item >= SS_MOVED_MAX);
    }
    for (uint32_t item = 0; item < MANY; item++) {
        assert_true(moved.many && moved.listed == 0 && moved.count == MANY - item);
        ss_moved_out(&moved, &popularity, item);
    }
    ss_moved_in(&moved, &popularity, 7);
    assert_true(!moved.many && moved.listed == 1 && moved.items[0] == 7);
    ss_moved_release(&moved);
    free(scores);
}

/* An item that no model file may hold is given, and it is for the rules to refuse it. */
static void wrong_numbers_are_not_followed(void **state)
{
    (void)state;
    static const float scores[2] = {2, 1};
    static const uint32_t own[] = {77, 1}, into[] = {0};
    ss_order_walk walk = {.list = {own, 2}, .moved = {into, 1}, .scores = scores, .item_count = 2};
    uint32_t item;
    assert_true(ss_order_next(&walk, &item) && item == 77);
    assert_true(ss_order_next(&walk, &item) && item == 0);
    assert_true(ss_order_next(&walk, &item) && item == 1);
    assert_false(ss_order_next(&walk, &item));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stands_in_its_place), cmocka_unit_test(too_many_are_not_listed),
                                       cmocka_unit_test(wrong_numbers_are_not_followed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"

#include "base/dictionary.h"
#include "base/random.h"
#include "failing_malloc.h"

#include <stdio.h>

static void numbers_in_order_of_appearance(void **state)
{
    (void)state;
    ss_dictionary *dictionary = ss_dictionary_new();
    const char *ids[] = {"b", "a", "b", "c", "a", "a", "b"};
    const uint32_t wanted[] = {0, 1, 0, 2, 1, 1, 0};
    for (size_t i = 0; i < 7; i++) {
        uint32_t number = SS_NONE;
        assert_status(ss_dictionary_intern(dictionary, ss_slice_of(ids[i]), &number), SS_OK);
        assert_int_equal(number, wanted[i]);
    }
    assert_int_equal(ss_dictionary_count(dictionary), 3);
    assert_slice_equal(ss_dictionary_id(dictionary, 0), "b");
    assert_slice_equal(ss_dictionary_id(dictionary, 2), "c");
    assert_int_equal(ss_dictionary_find(dictionary, ss_slice_of("a")), 1);
    assert_int_equal(ss_dictionary_find(dictionary, ss_slice_of("d")), SS_NONE);
    ss_dictionary_free(&dictionary);
    assert_null(dictionary);
    ss_dictionary_free(&dictionary);
    ss_dictionary_free(NULL);
}

/* Many at once, new and known and twice in one call, against one at a time. */
static void many_are_as_one_after_another(void **state)
{
    (void)state;
    enum { IDS = 200 };
    ss_random random;
    ss_random_seed(&random, 7);
    ss_dictionary *one = ss_dictionary_new(), *many = ss_dictionary_new();
    for (int round = 0; round < 300; round++) {
        char text[IDS][8];
        ss_slice ids[IDS];
        uint32_t numbers[IDS], number;
        size_t count = ss_random_below(&random, IDS + 1);
        for (size_t i = 0; i < count; i++) {
            int size = snprintf(text[i], sizeof text[i], "%u", ss_random_below(&random, 100 + (uint32_t)round * 50));
            ids[i] = (ss_slice){text[i], (size_t)size};
        }
        assert_status(ss_dictionary_intern_many(many, ids, numbers, count), SS_OK);
        for (size_t i = 0; i < count; i++) {
            assert_status(ss_dictionary_intern(one, ids[i], &number), SS_OK);
            assert_int_equal(numbers[i], number);
        }
    }
    assert_int_equal(ss_dictionary_count(one), ss_dictionary_count(many));
    ss_dictionary_free(&one);
    ss_dictionary_free(&many);
}

static void finding_in_an_empty_one(void **state)
{
    (void)state;
    ss_dictionary *dictionary = ss_dictionary_new();
    assert_int_equal(ss_dictionary_find(dictionary, (ss_slice){NULL, 0}), SS_NONE);
    assert_int_equal(ss_dictionary_find(dictionary, ss_slice_of("x")), SS_NONE);
    assert_int_equal(ss_dictionary_count(dictionary), 0);
    ss_dictionary_free(&dictionary);
}

/* Every length from none to beyond the longest, differing in the first, a middle or the last byte only. */
static void ids_of_every_length(void **state)
{
    (void)state;
    enum { LONGEST = SS_ID_MAX + 5 };
    ss_dictionary *dictionary = ss_dictionary_new();
    char id[LONGEST];
    uint32_t next = 0, number;
    for (size_t size = 0; size <= LONGEST; size++) {
        for (size_t variant = 0; variant < 4; variant++) {
            memset(id, 'x', sizeof id);
            size_t at[] = {0, size / 2, size ? size - 1 : 0};
            if (size && variant < 3)
                id[at[variant]] = (char)('0' + variant); /* zero bytes and high ones would do as well */
            ss_slice slice = {id, size};
            bool known = ss_dictionary_find(dictionary, slice) != SS_NONE;
            assert_status(ss_dictionary_intern(dictionary, slice, &number), SS_OK);
            assert_int_equal(known, number < next);
            next += !known;
            assert_int_equal(ss_dictionary_find(dictionary, slice), number);
            assert_true(ss_slice_equal(ss_dictionary_id(dictionary, number), slice));
        }
    }
    /* 1 of no byte; of one byte "0", "1", "2" and "x"; 4 of every other length */
    assert_int_equal(next, 1 + 4 * LONGEST);
    ss_dictionary_free(&dictionary);
}

static void prefixes_and_zero_bytes_differ(void **state)
{
    (void)state;
    ss_dictionary *dictionary = ss_dictionary_new();
    uint32_t a, b, c;
    assert_status(ss_dictionary_intern(dictionary, (ss_slice){"ab", 2}, &a), SS_OK);
    assert_status(ss_dictionary_intern(dictionary, (ss_slice){"ab\0", 3}, &b), SS_OK);
    assert_status(ss_dictionary_intern(dictionary, (ss_slice){"a", 1}, &c), SS_OK);
    assert_true(a == 0 && b == 1 && c == 2);
    ss_dictionary_free(&dictionary);
}

static ss_slice numbered(uint32_t i, char text[32])
{
    int size = snprintf(text, 32, "item-%u", (unsigned)(i * 2654435761u));
    return (ss_slice){text, (size_t)size};
}

static void a_million_ids(void **state)
{
    (void)state;
    enum { COUNT = 1000000 };
    ss_dictionary *dictionary = ss_dictionary_new();
    char text[32];
    uint32_t number;
    size_t bytes = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        ss_slice id = numbered(i, text);
        bytes += id.size;
        assert_status(ss_dictionary_intern(dictionary, id, &number), SS_OK);
        assert_int_equal(number, i);
    }
    ss_random random = test_random();
    for (int i = 0; i < 500000; i++) {
        uint32_t wanted = ss_random_below(&random, COUNT);
        ss_slice id = numbered(wanted, text);
        assert_status(ss_dictionary_intern(dictionary, id, &number), SS_OK);
        if (number != wanted || ss_dictionary_find(dictionary, id) != wanted ||
            !ss_slice_equal(ss_dictionary_id(dictionary, wanted), id))
            fail_msg("%s is %u, not %u", text, number, wanted);
        assert_int_equal(ss_dictionary_find(dictionary, numbered(COUNT + wanted, text)), SS_NONE);
    }
    assert_int_equal(ss_dictionary_count(dictionary), COUNT);
    /* As the header says, and half as much again for arrays that have just grown. */
    assert_true(ss_dictionary_bytes(dictionary) < bytes * 3 / 2 + COUNT * (size_t)(12 + 43));
    ss_dictionary_free(&dictionary);
}

static bool grow(void *context)
{
    (void)context;
    ss_dictionary *dictionary = ss_dictionary_new();
    bool succeeded = dictionary != NULL;
    for (uint32_t i = 0; succeeded && i < 3000; i++) {
        char text[32];
        uint32_t number = 12345678;
        ss_slice id = numbered(i, text);
        succeeded = ss_dictionary_intern(dictionary, id, &number) == SS_OK;
        if (succeeded)
            continue;
        assert_int_equal(number, 12345678);
        assert_int_equal(ss_dictionary_count(dictionary), i);
        assert_int_equal(ss_dictionary_find(dictionary, id), SS_NONE);
        for (uint32_t j = 0; j < i; j++)
            assert_int_equal(ss_dictionary_find(dictionary, numbered(j, text)), j);
        assert_status(ss_dictionary_intern(dictionary, numbered(i, text), &number), SS_OK);
        assert_int_equal(number, i);
    }
    ss_dictionary_free(&dictionary);
    return succeeded;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(grow, NULL) > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_order_of_appearance), cmocka_unit_test(many_are_as_one_after_another),
        cmocka_unit_test(finding_in_an_empty_one),        cmocka_unit_test(ids_of_every_length),
        cmocka_unit_test(prefixes_and_zero_bytes_differ), cmocka_unit_test(a_million_ids),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

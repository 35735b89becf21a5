#include "check.h"

#include "base/arena.h"
#include "base/random.h"
#include "failing_malloc.h"

static void blocks_are_aligned_and_apart(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(256, 1 << 20);
    unsigned char *parts[200];
    for (size_t i = 0; i < 200; i++) {
        parts[i] = ss_arena_alloc(arena, i, 1);
        assert_non_null(parts[i]);
        assert_int_equal((uintptr_t)parts[i] % 16, 0);
        memset(parts[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t b = 0; b < i; b++)
            assert_int_equal(parts[i][b], i);
    ss_arena_free(&arena);
    assert_null(arena);
    ss_arena_free(&arena);
    ss_arena_free(NULL);
}

static void empty_arrays_differ(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(64, 1000);
    void *a = ss_arena_alloc(arena, 0, 8), *b = ss_arena_alloc(arena, 8, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    ss_arena_free(&arena);
}

static void overflow_is_refused(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(64, SIZE_MAX);
    assert_null(ss_arena_alloc(arena, SIZE_MAX / 2, 3));
    assert_null(ss_arena_alloc(arena, SIZE_MAX, 1));
    assert_null(ss_arena_alloc(arena, SIZE_MAX - 16, 1));
    assert_null(ss_arena_copy(arena, (ss_slice){"", SIZE_MAX}));
    assert_int_equal(ss_arena_block_count(arena), 0);
    assert_non_null(ss_arena_alloc(arena, 1, 1));
    ss_arena_free(&arena);
}

static void the_ceiling_holds(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(1000, 4096);
    size_t given = 0;
    while (ss_arena_alloc(arena, 16, 1))
        given += 16;
    assert_true(given <= 4096);
    assert_true(given >= 3800); /* the last block is as small as it must be, not missing */
    assert_null(ss_arena_alloc(arena, 1, 1));
    ss_arena_reset(arena);
    assert_non_null(ss_arena_alloc(arena, 1, 1));
    ss_arena_free(&arena);
    arena = ss_arena_new(1000, 10);
    assert_null(ss_arena_alloc(arena, 1, 1));
    ss_arena_free(&arena);
}

static void larger_than_a_block(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(64, 1 << 20);
    char *large = ss_arena_alloc(arena, 100000, 1);
    assert_non_null(large);
    memset(large, 1, 100000);
    assert_int_equal(ss_arena_block_count(arena), 1);
    ss_arena_free(&arena);
}

/* One request's worth of allocations, large and small, from a seed. */
static void one_round(ss_arena *arena, uint64_t seed)
{
    ss_random random;
    ss_random_seed(&random, seed);
    for (int i = 0; i < 200; i++) {
        size_t size = ss_random_below(&random, i % 10 == 0 ? 3000 : 60);
        char *bytes = ss_arena_alloc(arena, size, 1);
        assert_non_null(bytes);
        memset(bytes, i, size);
    }
}

static void a_warm_arena_allocates_nothing(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(512, 1 << 20);
    one_round(arena, 1);
    size_t blocks = ss_arena_block_count(arena);
    assert_true(blocks > 5);
    failing_malloc_start(0);
    for (int round = 0; round < 10; round++) {
        ss_arena_reset(arena);
        one_round(arena, 1);
    }
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    assert_int_equal(ss_arena_block_count(arena), blocks);
    ss_arena_free(&arena);
}

static void different_rounds_settle(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(512, 1 << 20);
    for (uint64_t round = 0; round < 1000; round++) {
        ss_arena_reset(arena);
        one_round(arena, round % 7);
    }
    size_t blocks = ss_arena_block_count(arena);
    for (uint64_t round = 0; round < 700; round++) {
        ss_arena_reset(arena);
        one_round(arena, round % 7);
    }
    assert_int_equal(ss_arena_block_count(arena), blocks);
    ss_arena_free(&arena);
}

static void copies_are_terminated(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(64, 10000);
    assert_string_equal(ss_arena_copy(arena, (ss_slice){"abcdef", 3}), "abc");
    assert_string_equal(ss_arena_copy(arena, (ss_slice){NULL, 0}), "");
    assert_null(ss_arena_copy(arena, (ss_slice){"x", 20000}));
    ss_arena_free(&arena);
}

static bool use(void *context)
{
    (void)context;
    ss_arena *arena = ss_arena_new(128, 1 << 20);
    bool succeeded = arena != NULL;
    for (int i = 0; succeeded && i < 100; i++) {
        size_t blocks = ss_arena_block_count(arena);
        char *copy = ss_arena_copy(arena, SS_SLICE_LITERAL("some text of thirty bytes length"));
        succeeded = copy != NULL;
        if (!succeeded) { /* refused once, usable again */
            assert_int_equal(ss_arena_block_count(arena), blocks);
            assert_non_null(ss_arena_alloc(arena, 1, 64));
        }
    }
    ss_arena_free(&arena);
    return succeeded;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(use, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_apart), cmocka_unit_test(empty_arrays_differ),
        cmocka_unit_test(overflow_is_refused),          cmocka_unit_test(the_ceiling_holds),
        cmocka_unit_test(larger_than_a_block),          cmocka_unit_test(a_warm_arena_allocates_nothing),
        cmocka_unit_test(different_rounds_settle),      cmocka_unit_test(copies_are_terminated),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

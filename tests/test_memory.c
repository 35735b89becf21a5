#include "check.h"

#include "base/memory.h"
#include "failing_malloc.h"

#include <stdlib.h>

static void overflow_is_refused(void **state)
{
    (void)state;
    failing_malloc_start(0);
    assert_null(ss_array_new(SIZE_MAX / 2, 3));
    assert_null(ss_array_zeroed(SIZE_MAX / 2, 3));
    assert_null(ss_array_aligned(SIZE_MAX / 2, 3));
    assert_null(ss_array_huge(SIZE_MAX / 2, 3));
    assert_null(ss_array_huge(SIZE_MAX - 7, 1));
    assert_null(ss_array_aligned(SIZE_MAX - 7, 1)); /* fits, but not once it is rounded up */
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
}

static void nothing_is_still_something(void **state)
{
    (void)state;
    void *blocks[] = {ss_array_new(0, 8), ss_array_zeroed(0, 8), ss_array_aligned(0, 8), ss_array_new(8, 0),
                      ss_array_huge(0, 8)};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        assert_non_null(blocks[i]);
        free(blocks[i]);
    }
}

static void zeroed_is_zero(void **state)
{
    (void)state;
    unsigned char *bytes = ss_array_zeroed(1000, 7);
    assert_non_null(bytes);
    for (size_t i = 0; i < 7000; i++)
        assert_int_equal(bytes[i], 0);
    free(bytes);
}

static void aligned_is_aligned(void **state)
{
    (void)state;
    for (size_t count = 1; count < 300; count += 7) {
        char *bytes = ss_array_aligned(count, 1);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 64, 0);
        memset(bytes, 1, count);
        free(bytes);
    }
}

static void growing_keeps_the_contents(void **state)
{
    (void)state;
    uint32_t *numbers = NULL;
    size_t capacity = 0, growths = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        size_t before = capacity;
        assert_true(ss_array_grow(&numbers, &capacity, i + 1, sizeof *numbers));
        if (capacity != before) {
            growths++;
            assert_true(capacity >= before + before / 2);
        }
        numbers[i] = i;
    }
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(numbers[i], i);
    assert_true(growths < 40);
    free(numbers);
}

static void growing_to_an_exact_need(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t capacity = 0;
    assert_true(ss_array_grow(&bytes, &capacity, 0, 1));
    assert_null(bytes);
    assert_true(ss_array_grow(&bytes, &capacity, 1000, 1));
    assert_true(capacity >= 1000);
    free(bytes);
}

static void growing_that_fails_changes_nothing(void **state)
{
    (void)state;
    double *numbers = NULL;
    size_t capacity = 0;
    assert_true(ss_array_grow(&numbers, &capacity, 10, sizeof *numbers));
    double *kept = numbers;
    size_t kept_capacity = capacity;
    assert_false(ss_array_grow(&numbers, &capacity, SIZE_MAX, sizeof *numbers));
    failing_malloc_start(1);
    assert_false(ss_array_grow(&numbers, &capacity, 1000, sizeof *numbers));
    assert_true(failing_malloc_stop());
    assert_ptr_equal(numbers, kept);
    assert_int_equal(capacity, kept_capacity);
    free(numbers);
}

static void allocation_failures_are_seen(void **state)
{
    (void)state;
    void *(*const allocators[])(size_t, size_t) = {ss_array_new, ss_array_zeroed, ss_array_aligned};
    for (size_t i = 0; i < 3; i++) {
        failing_malloc_start(1);
        assert_null(allocators[i](10, 10));
        assert_true(failing_malloc_stop());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overflow_is_refused),
        cmocka_unit_test(nothing_is_still_something),
        cmocka_unit_test(zeroed_is_zero),
        cmocka_unit_test(aligned_is_aligned),
        cmocka_unit_test(growing_keeps_the_contents),
        cmocka_unit_test(growing_to_an_exact_need),
        cmocka_unit_test(growing_that_fails_changes_nothing),
        cmocka_unit_test(allocation_failures_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "failing_malloc.h"

#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST_RUNS 100000

static struct {
    bool active, failed;
    size_t countdown, count;
} state;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);

void failing_malloc_start(size_t nth)
{
    state.active = true;
    state.failed = false;
    state.countdown = nth;
    state.count = 0;
}

bool failing_malloc_stop(void)
{
    state.active = false;
    return state.failed;
}

size_t failing_malloc_count(void)
{
    return state.count;
}

static bool must_fail(void)
{
    if (!state.active)
        return false;
    state.count++;
    if (state.countdown == 0 || --state.countdown > 0)
        return false;
    state.failed = true;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return must_fail() ? NULL : __real_realloc(block, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return must_fail() ? NULL : __real_aligned_alloc(alignment, size);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    return must_fail() ? ENOMEM : __real_posix_memalign(block, alignment, size);
}

size_t failing_malloc_torture(bool (*attempt)(void *context), void *context)
{
    for (size_t nth = 1; nth <= MOST_RUNS; nth++) {
        failing_malloc_start(nth);
        bool succeeded = attempt(context);
        bool failed = failing_malloc_stop();
        assert_int_equal(succeeded, !failed);
        if (!failed)
            return nth - 1;
    }
    fail_msg("still failing after %d runs", MOST_RUNS);
    return 0;
}

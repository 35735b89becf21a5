#include "failing_malloc.h"

#include "check.h"

#include <errno.h>
#include <stdlib.h>

#define MOST_RUNS 100000
#define MOST_LIVE 4096 /* blocks watched at a time; more are not looked for */

static struct {
    bool active, failed;
    size_t countdown, count;
    size_t live_count;
    void *live[MOST_LIVE];
} state;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);
void __wrap_free(void *block);

void failing_malloc_start(size_t nth)
{
    state.active = true;
    state.failed = false;
    state.countdown = nth;
    state.count = 0;
    state.live_count = 0;
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

static void *born(void *block)
{
    if (block && state.active && state.live_count < MOST_LIVE)
        state.live[state.live_count++] = block;
    return block;
}

/* Searched from the end: what was taken last is mostly given back first. */
static void died(const void *block)
{
    for (size_t i = state.live_count; block && i-- > 0;)
        if (state.live[i] == block) {
            state.live[i] = state.live[--state.live_count];
            return;
        }
}

size_t failing_malloc_live(void)
{
    return state.live_count;
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : born(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : born(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (must_fail())
        return NULL;
    died(block);
    return born(__real_realloc(block, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return must_fail() ? NULL : born(__real_aligned_alloc(alignment, size));
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    if (must_fail())
        return ENOMEM;
    int error = __real_posix_memalign(block, alignment, size);
    if (error == 0)
        born(*block);
    return error;
}

void __wrap_free(void *block)
{
    died(block);
    __real_free(block);
}

size_t failing_malloc_torture(bool (*attempt)(void *context), void *context)
{
    for (size_t nth = 1; nth <= MOST_RUNS; nth++) {
        failing_malloc_start(nth);
        bool succeeded = attempt(context);
        bool failed = failing_malloc_stop();
        assert_int_equal(succeeded, !failed);
        assert_int_equal(failing_malloc_live(), 0);
        if (!failed)
            return nth - 1;
    }
    fail_msg("still failing after %d runs", MOST_RUNS);
    return 0;
}

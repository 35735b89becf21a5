#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT ((size_t)64)
#define HUGE_PAGE ((size_t)1 << 21)

/* False on overflow. Never 0 bytes: what malloc(0) gives is not the same everywhere. */
static bool array_bytes(size_t count, size_t size, size_t *bytes)
{
    if (__builtin_mul_overflow(count, size, bytes))
        return false;
    if (*bytes == 0)
        *bytes = 1;
    return true;
}

void *ss_array_new(size_t count, size_t size)
{
    size_t bytes;
    return array_bytes(count, size, &bytes) ? malloc(bytes) : NULL;
}

void *ss_array_zeroed(size_t count, size_t size)
{
    size_t bytes;
    return array_bytes(count, size, &bytes) ? calloc(bytes, 1) : NULL;
}

void *ss_array_aligned(size_t count, size_t size)
{
    size_t bytes;
    if (!array_bytes(count, size, &bytes) || bytes > SIZE_MAX - (ALIGNMENT - 1))
        return NULL;
    return aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
}

void *ss_array_huge(size_t count, size_t size)
{
    size_t bytes;
    if (!array_bytes(count, size, &bytes) || bytes > SIZE_MAX - (HUGE_PAGE - 1))
        return NULL;
    if (bytes < HUGE_PAGE)
        return ss_array_aligned(count, size);
    size_t whole = (bytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    void *array = aligned_alloc(HUGE_PAGE, whole);
    if (array)
        (void)madvise(array, whole, MADV_HUGEPAGE);
    return array;
}

bool ss_array_grow(void *array_pointer, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return true;
    size_t wanted, bytes;
    if (__builtin_add_overflow(*capacity, *capacity / 2 + 8, &wanted) || wanted < need)
        wanted = need;
    if (!array_bytes(wanted, size, &bytes)) {
        wanted = need;
        if (!array_bytes(wanted, size, &bytes))
            return false;
    }
    /* Copied, not dereferenced: the caller's pointer is a T *, and a void ** to it would break the aliasing rules. */
    void *array;
    memcpy(&array, array_pointer, sizeof array);
    array = realloc(array, bytes);
    if (!array)
        return false;
    memcpy(array_pointer, &array, sizeof array);
    *capacity = wanted;
    return true;
}

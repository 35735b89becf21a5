/* memory.h: allocation of arrays with overflow checks. Thread-safe as malloc is. */
#ifndef SS_BASE_MEMORY_H
#define SS_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* `count` elements of `size` bytes; NULL on overflow or exhaustion (and never NULL for count 0). Free with free(). */
void *ss_array_new(size_t count, size_t size);
void *ss_array_zeroed(size_t count, size_t size);

/* The same, aligned to 64 bytes (cache line, widest vector). Free with free(). */
void *ss_array_aligned(size_t count, size_t size);

/* The same, for large arrays that are read at random: asks the system for huge pages, so that the translation buffer
 * holds more of it. Only a hint: being refused costs time, no more. */
void *ss_array_huge(size_t count, size_t size);

/*
 * Makes room for `need` elements in *array (of *capacity), growing by half again at least. False, with everything
 * untouched, on overflow or exhaustion.
 */
bool ss_array_grow(void *array_pointer, size_t *capacity, size_t need, size_t size);

#endif

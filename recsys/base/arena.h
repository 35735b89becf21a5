/*
 * arena.h: memory with a shared end of life: one arena per request (reset, not freed) or per run.
 *
 * Not thread-safe; one owner. Allocations are 16-byte aligned and valid until the next reset or free. After a reset the
 * blocks are kept, so that a warmed-up arena allocates nothing.
 */
#ifndef SS_BASE_ARENA_H
#define SS_BASE_ARENA_H

#include "base/slice.h"

typedef struct ss_arena ss_arena;

/* block_size: bytes asked from malloc at a time; ceiling: most bytes it may hold in all. NULL when out of memory. */
ss_arena *ss_arena_new(size_t block_size, size_t ceiling);
void ss_arena_free(ss_arena **arena);
void ss_arena_reset(ss_arena *arena);

/* NULL when out of memory, above the ceiling or on overflow of count * size. Not zeroed. */
void *ss_arena_alloc(ss_arena *arena, size_t count, size_t size);

/* A terminated copy. NULL as above. */
char *ss_arena_copy(ss_arena *arena, ss_slice text);

/* How often the arena has asked malloc for a block since it was made. */
size_t ss_arena_block_count(const ss_arena *arena);

#endif

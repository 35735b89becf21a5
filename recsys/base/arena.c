#include "base/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARENA_ALIGNMENT ((size_t)16)

typedef struct arena_block {
    struct arena_block *next;
    size_t size, used; /* of the bytes after this header */
} arena_block;

#define BLOCK_HEADER ((sizeof(arena_block) + ARENA_ALIGNMENT - 1) & ~(ARENA_ALIGNMENT - 1))

_Static_assert(alignof(max_align_t) >= 16, "malloc aligns the blocks");

/* The blocks up to `current` are in use, in the order in which they came into use; those behind it are spare. The same
 * requests after a reset therefore meet the same blocks. */
struct ss_arena {
    arena_block *first, *current;
    size_t block_size, ceiling, held, block_count;
};

ss_arena *ss_arena_new(size_t block_size, size_t ceiling)
{
    ss_arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        return NULL;
    arena->block_size = block_size;
    arena->ceiling = ceiling;
    return arena;
}

void ss_arena_free(ss_arena **arena)
{
    if (!arena || !*arena)
        return;
    arena_block *block = (*arena)->first;
    while (block) {
        arena_block *next = block->next;
        free(block);
        block = next;
    }
    free(*arena);
    *arena = NULL;
}

void ss_arena_reset(ss_arena *arena)
{
    for (arena_block *block = arena->first; block; block = block->next)
        block->used = 0;
    arena->current = arena->first;
}

static bool has_room(const arena_block *block, size_t bytes)
{
    return block && block->size - block->used >= bytes;
}

/* Where the link to the block after the current one is kept. */
static arena_block **next_link(ss_arena *arena)
{
    return arena->current ? &arena->current->next : &arena->first;
}

static arena_block *new_block(ss_arena *arena, size_t bytes)
{
    size_t left = arena->ceiling - arena->held;
    if (left < BLOCK_HEADER || left - BLOCK_HEADER < bytes)
        return NULL;
    size_t size = bytes > arena->block_size ? bytes : arena->block_size;
    if (size > left - BLOCK_HEADER)
        size = left - BLOCK_HEADER;
    arena_block *block = malloc(BLOCK_HEADER + size);
    if (!block)
        return NULL;
    *block = (arena_block){NULL, size, 0};
    arena->held += BLOCK_HEADER + size;
    arena->block_count++;
    return block;
}

/* Takes the first spare block that is large enough out of the chain. */
static arena_block *take_spare(ss_arena *arena, size_t bytes)
{
    for (arena_block **link = next_link(arena); *link; link = &(*link)->next) {
        arena_block *block = *link;
        if (has_room(block, bytes)) {
            *link = block->next;
            return block;
        }
    }
    return NULL;
}

static bool advance(ss_arena *arena, size_t bytes)
{
    arena_block *block = take_spare(arena, bytes);
    if (!block)
        block = new_block(arena, bytes);
    if (!block)
        return false;
    arena_block **link = next_link(arena);
    block->next = *link;
    *link = block;
    arena->current = block;
    return true;
}

void *ss_arena_alloc(ss_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || __builtin_add_overflow(bytes, ARENA_ALIGNMENT - 1, &bytes))
        return NULL;
    bytes &= ~(ARENA_ALIGNMENT - 1);
    if (bytes == 0)
        bytes = ARENA_ALIGNMENT; /* two empty arrays still have two addresses */
    if (!has_room(arena->current, bytes) && !advance(arena, bytes))
        return NULL;
    arena_block *block = arena->current;
    void *result = (char *)block + BLOCK_HEADER + block->used;
    block->used += bytes;
    return result;
}

char *ss_arena_copy(ss_arena *arena, ss_slice text)
{
    if (text.size == SIZE_MAX)
        return NULL;
    char *copy = ss_arena_alloc(arena, text.size + 1, 1);
    if (!copy)
        return NULL;
    if (text.size)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

size_t ss_arena_block_count(const ss_arena *arena)
{
    return arena->block_count;
}

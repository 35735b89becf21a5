/*
 * event_window.c: the entries stand in a ring in order of their numbers; an open-addressing table, twice as large,
 * leads from a hash to the latest entry that has it. A slot holds a part of the hash that its place does not, so that
 * entries of others are seldom looked at: a look is a wait for memory.
 */
#include "state/event_window.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>

#define CAPACITY_FIRST 64u
#define CAPACITY_MAX   (1u << 30)
#define FETCH_AHEAD    8u /* entries */

typedef struct entry {
    ss_hash128 key;
    uint64_t sequence;
    int64_t received;
} entry;

typedef struct slot {
    uint32_t place; /* in the ring, + 1; 0: empty */
    uint32_t tag;
} slot;

struct ss_event_window {
    entry *ring;
    slot *slots;
    uint32_t capacity, head, count;
};

static uint32_t slot_mask(const ss_event_window *window)
{
    return window->capacity * 2 - 1;
}

static bool same_key(ss_hash128 a, ss_hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

static uint32_t tag_of(ss_hash128 key)
{
    return (uint32_t)key.high;
}

/* The slot of `key`, or the empty one where it belongs. */
static uint32_t find_slot(const ss_event_window *window, ss_hash128 key)
{
    uint32_t mask = slot_mask(window), at = (uint32_t)key.low & mask, tag = tag_of(key);
    while (window->slots[at].place &&
           (window->slots[at].tag != tag || !same_key(window->ring[window->slots[at].place - 1].key, key)))
        at = (at + 1) & mask;
    return at;
}

/* Closes the hole, so that no chain of the table is cut. */
static void empty_slot(ss_event_window *window, uint32_t hole)
{
    uint32_t mask = slot_mask(window);
    for (uint32_t next = (hole + 1) & mask; window->slots[next].place; next = (next + 1) & mask) {
        uint32_t home = (uint32_t)window->ring[window->slots[next].place - 1].key.low & mask;
        if (((next - home) & mask) < ((next - hole) & mask))
            continue;
        window->slots[hole] = window->slots[next];
        hole = next;
    }
    window->slots[hole] = (slot){0, 0};
}

static uint32_t place_of(const ss_event_window *window, uint32_t nth)
{
    return (window->head + nth) & (window->capacity - 1);
}

static void unlink_entry(ss_event_window *window, uint32_t place)
{
    uint32_t at = find_slot(window, window->ring[place].key);
    if (window->slots[at].place == place + 1) /* else a later event has the same id */
        empty_slot(window, at);
}

static bool make_room(ss_event_window *window, uint32_t capacity)
{
    ss_event_window made = {ss_array_new(capacity, sizeof(entry)), ss_array_zeroed(capacity, 2 * sizeof(slot)),
                            capacity, 0, window->count};
    if (!made.ring || !made.slots) {
        free(made.ring);
        free(made.slots);
        return false;
    }
    for (uint32_t i = 0; i < made.count; i++) {
        made.ring[i] = window->ring[place_of(window, i)];
        made.slots[find_slot(&made, made.ring[i].key)] = (slot){i + 1, tag_of(made.ring[i].key)};
    }
    free(window->ring);
    free(window->slots);
    *window = made;
    return true;
}

ss_event_window *ss_event_window_new(void)
{
    ss_event_window *window = ss_array_zeroed(1, sizeof *window);
    if (window && make_room(window, CAPACITY_FIRST))
        return window;
    free(window);
    return NULL;
}

void ss_event_window_free(ss_event_window **window)
{
    if (*window) {
        free((*window)->ring);
        free((*window)->slots);
    }
    free(*window);
    *window = NULL;
}

bool ss_event_window_find(const ss_event_window *window, ss_slice event_id, uint64_t oldest, int64_t since,
                          uint64_t *sequence)
{
    uint32_t at = find_slot(window, ss_hash_128(event_id.data, event_id.size));
    if (!window->slots[at].place)
        return false;
    const entry *found = &window->ring[window->slots[at].place - 1];
    if (found->sequence < oldest || found->received < since)
        return false;
    *sequence = found->sequence;
    return true;
}

static void fetch_slot(const ss_event_window *window, ss_hash128 key)
{
    __builtin_prefetch(&window->slots[(uint32_t)key.low & slot_mask(window)]);
}

void ss_event_window_fetch(const ss_event_window *window, ss_slice event_id)
{
    fetch_slot(window, ss_hash_128(event_id.data, event_id.size));
}

ss_status ss_event_window_reserve(ss_event_window *window, size_t more)
{
    if (more > CAPACITY_MAX - window->count)
        return SS_E_LIMIT;
    while (window->capacity - window->count < more)
        if (!make_room(window, window->capacity * 2))
            return SS_E_NOMEM;
    return SS_OK;
}

ss_status ss_event_window_push(ss_event_window *window, ss_slice event_id, uint64_t sequence, int64_t received)
{
    ss_status status = ss_event_window_reserve(window, 1);
    if (status != SS_OK)
        return status;
    uint32_t place = place_of(window, window->count);
    entry pushed = {ss_hash_128(event_id.data, event_id.size), sequence, received};
    uint32_t at = find_slot(window, pushed.key);
    window->ring[place] = pushed;
    window->slots[at] = (slot){place + 1, tag_of(pushed.key)};
    window->count++;
    return SS_OK;
}

void ss_event_window_take_back(ss_event_window *window, uint64_t sequence)
{
    while (window->count && window->ring[place_of(window, window->count - 1)].sequence >= sequence) {
        unlink_entry(window, place_of(window, window->count - 1));
        window->count--;
    }
}

void ss_event_window_trim(ss_event_window *window, uint64_t sequence)
{
    while (window->count && window->ring[window->head].sequence < sequence) {
        fetch_slot(window, window->ring[place_of(window, FETCH_AHEAD)].key);
        unlink_entry(window, window->head);
        window->head = place_of(window, 1);
        window->count--;
    }
}

size_t ss_event_window_count(const ss_event_window *window)
{
    return window->count;
}

/*
 * live_ids.c: numbers lead to ids through chunks that never move, so that other threads can follow them while the table
 * grows; hashes lead to them through chained buckets, which only the thread that changes things looks at.
 */
#include "state/live_ids.h"

#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

#define CHUNK_IDS     4096u
#define CHUNKS_MAX    (SS_LIVE_IDS_MAX / CHUNK_IDS)
#define BUCKETS_FIRST 1024u

typedef struct held {
    struct held *next; /* in its bucket */
    uint64_t hash;
    _Atomic uint64_t note; /* short_stamp, and what was noted under it */
    uint32_t number, holders;
    uint8_t size;
    char bytes[];
} held;

struct ss_live_ids {
    held **chunks[CHUNKS_MAX];
    uint32_t numbers; /* given so far: the free ones and those in use */
    uint32_t count;
    uint32_t *free_numbers; /* room for `numbers` */
    size_t free_count, free_capacity;
    held **buckets;
    size_t bucket_count; /* a power of two */
    size_t bytes;
};

ss_live_ids *ss_live_ids_new(void)
{
    ss_live_ids *ids = ss_array_zeroed(1, sizeof *ids);
    if (!ids)
        return NULL;
    ids->buckets = ss_array_zeroed(BUCKETS_FIRST, sizeof *ids->buckets);
    ids->bucket_count = BUCKETS_FIRST;
    ids->bytes = sizeof *ids + BUCKETS_FIRST * sizeof *ids->buckets;
    if (!ids->buckets)
        ss_live_ids_free(&ids);
    return ids;
}

void ss_live_ids_free(ss_live_ids **ids)
{
    ss_live_ids *old = *ids;
    *ids = NULL;
    if (!old)
        return;
    for (size_t i = 0; old->buckets && i < old->bucket_count; i++)
        for (held *at = old->buckets[i], *next; at; at = next) {
            next = at->next;
            free(at);
        }
    for (size_t i = 0; i < CHUNKS_MAX; i++)
        free(old->chunks[i]);
    free(old->free_numbers);
    free(old->buckets);
    free(old);
}

static size_t size_of(size_t id_size)
{
    return (sizeof(held) + id_size + 8 + 15) & ~(size_t)15; /* as malloc does */
}

static held **slot_of(const ss_live_ids *ids, uint32_t number)
{
    return &ids->chunks[number / CHUNK_IDS][number % CHUNK_IDS];
}

/* The pointer that leads to `id`, or the one at the end of its bucket. */
static held **link_of(const ss_live_ids *ids, ss_slice id, uint64_t hash)
{
    held **link = &ids->buckets[hash & (ids->bucket_count - 1)];
    while (*link &&
           ((*link)->hash != hash || (*link)->size != id.size || memcmp((*link)->bytes, id.data, id.size) != 0))
        link = &(*link)->next;
    return link;
}

static bool grow_buckets(ss_live_ids *ids)
{
    size_t wider = ids->bucket_count * 2;
    held **buckets = ss_array_zeroed(wider, sizeof *buckets);
    if (!buckets)
        return false;
    for (size_t i = 0; i < ids->bucket_count; i++)
        for (held *at = ids->buckets[i], *next; at; at = next) {
            next = at->next;
            at->next = buckets[at->hash & (wider - 1)];
            buckets[at->hash & (wider - 1)] = at;
        }
    free(ids->buckets);
    ids->bytes += ids->bucket_count * sizeof *buckets;
    ids->buckets = buckets;
    ids->bucket_count = wider;
    return true;
}

/* Room for one more number, and for it among the free ones, so that giving it back cannot fail. */
static ss_status grow_numbers(ss_live_ids *ids)
{
    size_t capacity = ids->free_capacity;
    held ***chunk = &ids->chunks[ids->numbers / CHUNK_IDS];
    if (!*chunk) {
        *chunk = ss_array_zeroed(CHUNK_IDS, sizeof **chunk);
        ids->bytes += *chunk ? CHUNK_IDS * sizeof **chunk : 0;
    }
    if (!*chunk || !ss_array_grow(&ids->free_numbers, &ids->free_capacity, ids->numbers + 1, sizeof(uint32_t)))
        return SS_E_NOMEM;
    ids->bytes += (ids->free_capacity - capacity) * sizeof(uint32_t);
    ids->free_numbers[ids->free_count++] = ids->numbers++;
    return SS_OK;
}

static ss_status make_room(ss_live_ids *ids)
{
    if (ids->count == SS_LIVE_IDS_MAX)
        return SS_E_LIMIT;
    if (ids->count >= ids->bucket_count && !grow_buckets(ids))
        return SS_E_NOMEM;
    return ids->free_count == 0 ? grow_numbers(ids) : SS_OK;
}

static ss_status add(ss_live_ids *ids, ss_slice id, uint64_t hash, uint32_t *number)
{
    ss_status status = make_room(ids);
    if (status != SS_OK)
        return status;
    held *made = malloc(sizeof *made + id.size);
    if (!made)
        return SS_E_NOMEM;
    *made = (held){.hash = hash, .note = SS_NONE, .holders = 1, .size = (uint8_t)id.size};
    memcpy(made->bytes, id.data, id.size);
    made->number = ids->free_numbers[--ids->free_count];
    made->next = ids->buckets[hash & (ids->bucket_count - 1)];
    ids->buckets[hash & (ids->bucket_count - 1)] = made;
    *slot_of(ids, made->number) = made;
    ids->count++;
    ids->bytes += size_of(id.size);
    *number = made->number;
    return SS_OK;
}

ss_status ss_live_ids_take(ss_live_ids *ids, ss_slice id, uint32_t *number)
{
    uint64_t hash = ss_hash(id.data, id.size);
    held *found = *link_of(ids, id, hash);
    if (!found)
        return add(ids, id, hash, number);
    found->holders++;
    *number = found->number;
    return SS_OK;
}

void ss_live_ids_drop(ss_live_ids *ids, uint32_t number)
{
    held *old = *slot_of(ids, number);
    if (--old->holders > 0)
        return;
    *link_of(ids, (ss_slice){old->bytes, old->size}, old->hash) = old->next;
    *slot_of(ids, number) = NULL;
    ids->free_numbers[ids->free_count++] = number;
    ids->count--;
    ids->bytes -= size_of(old->size);
    free(old);
}

ss_slice ss_live_ids_at(const ss_live_ids *ids, uint32_t number)
{
    const held *found = *slot_of(ids, number);
    return (ss_slice){found->bytes, found->size};
}

static uint64_t short_stamp(uint64_t stamp)
{
    return (stamp ^ stamp << 32) >> 32 << 32;
}

uint32_t ss_live_ids_noted(const ss_live_ids *ids, uint32_t number, uint64_t stamp)
{
    uint64_t note = atomic_load_explicit(&(*slot_of(ids, number))->note, memory_order_relaxed);
    return (note ^ short_stamp(stamp)) >> 32 == 0 ? (uint32_t)note : SS_NONE;
}

void ss_live_ids_note(const ss_live_ids *ids, uint32_t number, uint64_t stamp, uint32_t note)
{
    atomic_store_explicit(&(*slot_of(ids, number))->note, short_stamp(stamp) | note, memory_order_relaxed);
}

void ss_live_ids_fetch(const ss_live_ids *ids, uint32_t number)
{
    __builtin_prefetch(*slot_of(ids, number));
}

uint32_t ss_live_ids_count(const ss_live_ids *ids)
{
    return ids->count;
}

size_t ss_live_ids_bytes(const ss_live_ids *ids)
{
    return ids->bytes;
}

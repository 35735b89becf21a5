#include "base/dictionary.h"

#include "base/memory.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FIRST_SLOTS ((uint64_t)64)
#define TOGETHER    32u /* ids whose reads from memory wait together; more than the hardware keeps track of */

#define SHORT_ID 8u /* ids up to so many bytes stand in the table itself */

/*
 * Open addressing with linear probing, four slots to a cache line. A short id is found by one read from memory: its
 * slot holds all of it. Of a longer one the slot holds the hash, and only where all 64 bits and the size agree are
 * its bytes looked at, two reads further on.
 */
typedef struct dictionary_slot {
    uint64_t key;    /* of a short id: its bytes (pack); else the hash */
    uint32_t number; /* SS_NONE: free */
    uint32_t size;   /* of the id, or the largest number */
} dictionary_slot;

_Static_assert(sizeof(dictionary_slot) == 16, "four slots to a cache line");

/* What is looked for: the parts of a slot, and where to begin. */
typedef struct dictionary_key {
    uint64_t key, hash;
    uint32_t size;
} dictionary_key;

struct ss_dictionary {
    dictionary_slot *slots;
    uint64_t slot_mask; /* slots - 1, a power of two less one */
    uint64_t *offsets;  /* count + 1: id i is bytes[offsets[i] .. offsets[i + 1]) */
    char *bytes;
    size_t offsets_capacity, bytes_capacity;
    uint32_t count, latest; /* latest: the id interned last, for runs of equal ids */
};

static dictionary_slot *new_slots(uint64_t slots)
{
    dictionary_slot *table = ss_array_huge(slots, sizeof *table);
    if (table)
        memset(table, 0xFF, slots * sizeof *table); /* every number SS_NONE */
    return table;
}

ss_dictionary *ss_dictionary_new(void)
{
    ss_dictionary *dictionary = calloc(1, sizeof *dictionary);
    if (!dictionary)
        return NULL;
    dictionary->slot_mask = FIRST_SLOTS - 1;
    dictionary->slots = new_slots(FIRST_SLOTS);
    if (!dictionary->slots ||
        !ss_array_grow(&dictionary->offsets, &dictionary->offsets_capacity, FIRST_SLOTS, sizeof(uint64_t)) ||
        !ss_array_grow(&dictionary->bytes, &dictionary->bytes_capacity, 16 * FIRST_SLOTS, 1)) {
        ss_dictionary_free(&dictionary);
        return NULL;
    }
    dictionary->offsets[0] = 0;
    return dictionary;
}

void ss_dictionary_free(ss_dictionary **dictionary)
{
    if (!dictionary || !*dictionary)
        return;
    free((*dictionary)->slots);
    free((*dictionary)->offsets);
    free((*dictionary)->bytes);
    free(*dictionary);
    *dictionary = NULL;
}

static inline uint64_t load64(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint32_t load32(const char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Ids are short: two overlapping loads settle up to 16 bytes without a call. */
static inline bool same_bytes(const char *a, const char *b, size_t size)
{
    if (size > 16)
        return memcmp(a, b, size) == 0;
    if (size >= 8)
        return ((load64(a) ^ load64(b)) | (load64(a + size - 8) ^ load64(b + size - 8))) == 0;
    if (size >= 4)
        return ((load32(a) ^ load32(b)) | (load32(a + size - 4) ^ load32(b + size - 4))) == 0;
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* The bytes of a short id as one number; different for different ids of one size. */
static inline uint64_t pack(ss_slice id)
{
    if (id.size >= 4)
        return (uint64_t)load32(id.data + id.size - 4) << 32 | load32(id.data);
    if (id.size == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)id.data;
    return (uint64_t)bytes[0] | (uint64_t)bytes[id.size / 2] << 8 | (uint64_t)bytes[id.size - 1] << 16;
}

/* Both halves of a product of 128 bits depend on all bits of the key. */
static inline uint64_t hash_of(uint64_t key, uint32_t size)
{
    if (size > SHORT_ID)
        return key;
    __uint128_t product =
        (__uint128_t)(key ^ UINT64_C(0x9E3779B97F4A7C15)) * (UINT64_C(0xD6E8FEB86659FD93) ^ ((uint64_t)size << 32));
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static inline dictionary_key key_of(ss_slice id)
{
    uint32_t size = id.size < UINT32_MAX ? (uint32_t)id.size : UINT32_MAX;
    uint64_t key = size <= SHORT_ID ? pack(id) : XXH3_64bits(id.data, id.size);
    return (dictionary_key){key, hash_of(key, size), size};
}

static inline bool is_number_of(const ss_dictionary *dictionary, uint32_t number, ss_slice id)
{
    uint64_t start = dictionary->offsets[number];
    return dictionary->offsets[number + (size_t)1] - start == id.size &&
           same_bytes(dictionary->bytes + start, id.data, id.size);
}

/* The slot that holds `id`, or the free one where it belongs. The table is never full, so the walk ends. */
static inline uint64_t find_slot(const ss_dictionary *dictionary, ss_slice id, dictionary_key key)
{
    for (uint64_t at = key.hash & dictionary->slot_mask;; at = (at + 1) & dictionary->slot_mask) {
        const dictionary_slot *slot = &dictionary->slots[at];
        if (slot->number == SS_NONE)
            return at;
        if (slot->key == key.key && slot->size == key.size &&
            (key.size <= SHORT_ID || is_number_of(dictionary, slot->number, id)))
            return at;
    }
}

uint32_t ss_dictionary_find(const ss_dictionary *dictionary, ss_slice id)
{
    return dictionary->slots[find_slot(dictionary, id, key_of(id))].number;
}

/* All ids are known to differ here: any free slot after the first choice will do. */
static void place(dictionary_slot *slots, uint64_t mask, dictionary_slot slot)
{
    uint64_t at = hash_of(slot.key, slot.size) & mask;
    while (slots[at].number != SS_NONE)
        at = (at + 1) & mask;
    slots[at] = slot;
}

static bool double_slots(ss_dictionary *dictionary)
{
    uint64_t slots = (dictionary->slot_mask + 1) * 2;
    dictionary_slot *table = new_slots(slots);
    if (!table)
        return false;
    for (uint64_t at = 0; at <= dictionary->slot_mask; at++)
        if (dictionary->slots[at].number != SS_NONE)
            place(table, slots - 1, dictionary->slots[at]);
    free(dictionary->slots);
    dictionary->slots = table;
    dictionary->slot_mask = slots - 1;
    return true;
}

/* Room for one more id, all of it before anything is changed that a reader could see. */
static bool make_room(ss_dictionary *dictionary, size_t id_size)
{
    uint64_t used = dictionary->offsets[dictionary->count], end;
    uint64_t slots = dictionary->slot_mask + 1;
    if (__builtin_add_overflow(used, id_size, &end))
        return false;
    return ss_array_grow(&dictionary->offsets, &dictionary->offsets_capacity, (size_t)dictionary->count + 2,
                         sizeof(uint64_t)) &&
           ss_array_grow(&dictionary->bytes, &dictionary->bytes_capacity, end, 1) &&
           (dictionary->count + UINT64_C(1) <= slots / 4 * 3 || double_slots(dictionary));
}

__attribute__((noinline)) static ss_status add(ss_dictionary *dictionary, ss_slice id, dictionary_key key,
                                               uint32_t *number)
{
    if (dictionary->count == SS_NONE)
        return SS_E_LIMIT;
    if (!make_room(dictionary, id.size))
        return SS_E_NOMEM;
    uint32_t added = dictionary->count;
    uint64_t start = dictionary->offsets[added];
    if (id.size)
        memcpy(dictionary->bytes + start, id.data, id.size);
    dictionary->offsets[added + (size_t)1] = start + id.size;
    place(dictionary->slots, dictionary->slot_mask, (dictionary_slot){key.key, added, key.size});
    dictionary->count++;
    dictionary->latest = added;
    *number = added;
    return SS_OK;
}

static inline ss_status intern(ss_dictionary *dictionary, ss_slice id, dictionary_key key, uint32_t *number)
{
    uint32_t found = dictionary->slots[find_slot(dictionary, id, key)].number;
    if (found == SS_NONE)
        return add(dictionary, id, key, number);
    dictionary->latest = found;
    *number = found;
    return SS_OK;
}

ss_status ss_dictionary_intern(ss_dictionary *dictionary, ss_slice id, uint32_t *number)
{
    /* Purchase logs repeat the order and the customer from row to row. */
    uint32_t latest = dictionary->latest;
    if (latest < dictionary->count && is_number_of(dictionary, latest, id)) {
        *number = latest;
        return SS_OK;
    }
    return intern(dictionary, id, key_of(id), number);
}

ss_status ss_dictionary_intern_many(ss_dictionary *dictionary, const ss_slice *ids, uint32_t *numbers, size_t count)
{
    dictionary_key keys[TOGETHER];
    ss_status status = SS_OK;
    for (size_t start = 0; start < count; start += TOGETHER) {
        size_t part = count - start < TOGETHER ? count - start : TOGETHER;
        for (size_t i = 0; i < part; i++) {
            keys[i] = key_of(ids[start + i]);
            __builtin_prefetch(&dictionary->slots[keys[i].hash & dictionary->slot_mask]);
        }
        for (size_t i = 0; i < part && status == SS_OK; i++)
            status = intern(dictionary, ids[start + i], keys[i], &numbers[start + i]);
    }
    return status;
}

ss_slice ss_dictionary_id(const ss_dictionary *dictionary, uint32_t number)
{
    uint64_t start = dictionary->offsets[number];
    return (ss_slice){dictionary->bytes + start, dictionary->offsets[number + (size_t)1] - start};
}

uint32_t ss_dictionary_count(const ss_dictionary *dictionary)
{
    return dictionary->count;
}

size_t ss_dictionary_bytes(const ss_dictionary *dictionary)
{
    return sizeof *dictionary + (dictionary->slot_mask + 1) * sizeof(dictionary_slot) +
           dictionary->offsets_capacity * sizeof(uint64_t) + dictionary->bytes_capacity;
}

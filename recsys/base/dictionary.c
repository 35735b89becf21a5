#include "base/dictionary.h"

#include "base/memory.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FIRST_SLOTS ((uint64_t)64)

/* Open addressing with linear probing: eight slots to a cache line, and the id itself is only looked at when 32 bits of
 * its hash agree, so that a hit costs one line each of table, offsets and bytes. */
typedef struct dictionary_slot {
    uint32_t tag;    /* upper half of the hash; the lower half chose the place */
    uint32_t number; /* SS_NONE: free */
} dictionary_slot;

_Static_assert(sizeof(dictionary_slot) == 8, "eight slots to a cache line");

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
    dictionary_slot *table = ss_array_aligned(slots, sizeof *table);
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

static inline bool is_number_of(const ss_dictionary *dictionary, uint32_t number, ss_slice id)
{
    uint64_t start = dictionary->offsets[number];
    return dictionary->offsets[number + (size_t)1] - start == id.size &&
           same_bytes(dictionary->bytes + start, id.data, id.size);
}

static inline uint64_t hash_id(ss_slice id)
{
    return XXH3_64bits(id.size ? id.data : "", id.size);
}

/* The slot that holds `id`, or the free one where it belongs. The table is never full, so the walk ends. */
static inline uint64_t find_slot(const ss_dictionary *dictionary, ss_slice id, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t at = hash & dictionary->slot_mask;; at = (at + 1) & dictionary->slot_mask) {
        dictionary_slot slot = dictionary->slots[at];
        if (slot.number == SS_NONE || (slot.tag == tag && is_number_of(dictionary, slot.number, id)))
            return at;
    }
}

uint32_t ss_dictionary_find(const ss_dictionary *dictionary, ss_slice id)
{
    return dictionary->slots[find_slot(dictionary, id, hash_id(id))].number;
}

/* All ids are known to differ here: any free slot after the first choice will do. */
static void place(dictionary_slot *slots, uint64_t mask, uint64_t hash, uint32_t number)
{
    uint64_t at = hash & mask;
    while (slots[at].number != SS_NONE)
        at = (at + 1) & mask;
    slots[at] = (dictionary_slot){(uint32_t)(hash >> 32), number};
}

static bool double_slots(ss_dictionary *dictionary)
{
    uint64_t slots = (dictionary->slot_mask + 1) * 2;
    dictionary_slot *table = new_slots(slots);
    if (!table)
        return false;
    for (uint32_t number = 0; number < dictionary->count; number++)
        place(table, slots - 1, hash_id(ss_dictionary_id(dictionary, number)), number);
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

__attribute__((noinline)) static ss_status add(ss_dictionary *dictionary, ss_slice id, uint64_t hash, uint32_t *number)
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
    place(dictionary->slots, dictionary->slot_mask, hash, added);
    dictionary->count++;
    dictionary->latest = added;
    *number = added;
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
    uint64_t hash = hash_id(id);
    uint32_t found = dictionary->slots[find_slot(dictionary, id, hash)].number;
    if (found == SS_NONE)
        return add(dictionary, id, hash, number);
    dictionary->latest = found;
    *number = found;
    return SS_OK;
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

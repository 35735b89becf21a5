/*
 * id_batch.h: the ids of one column that wait to be numbered, so that a dictionary is asked for many at once. An id
 * that repeats the one before is not even asked for: rows of one order stand together. Not thread-safe; one owner.
 */
#ifndef SS_LOG_ID_BATCH_H
#define SS_LOG_ID_BATCH_H

#include "base/dictionary.h"

#define SS_ID_BATCH 250u /* most ids that wait: reads from memory that overlap */

typedef struct ss_id_batch {
    ss_slice ids[SS_ID_BATCH]; /* in `bytes` */
    uint32_t numbers[SS_ID_BATCH];
    size_t count, used;
    char bytes[SS_ID_BATCH * SS_ID_MAX];
} ss_id_batch;

/* Are two texts of one size the same? Up to 32 bytes are settled by overlapping loads, without a call. */
static inline bool ss_id_same_bytes(const char *a, const char *b, size_t size)
{
    uint64_t x[4], y[4];
    if (size < 4 || size > 32)
        return memcmp(a, b, size) == 0;
    if (size < 8) {
        uint32_t p, q, s, t;
        memcpy(&p, a, 4);
        memcpy(&q, b, 4);
        memcpy(&s, a + size - 4, 4);
        memcpy(&t, b + size - 4, 4);
        return ((p ^ q) | (s ^ t)) == 0;
    }
    size_t middle = size < 16 ? 0 : 8, late = size < 16 ? size - 8 : size - 16;
    memcpy(&x[0], a, 8);
    memcpy(&y[0], b, 8);
    memcpy(&x[1], a + middle, 8);
    memcpy(&y[1], b + middle, 8);
    memcpy(&x[2], a + late, 8);
    memcpy(&y[2], b + late, 8);
    memcpy(&x[3], a + size - 8, 8);
    memcpy(&y[3], b + size - 8, 8);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
}

/* As memcpy, without a call for up to 16 bytes. */
static inline void ss_id_copy(char *to, const char *from, size_t size)
{
    if (size > 16 || size < 4) {
        memcpy(to, from, size);
    } else if (size >= 8) {
        uint64_t low, high;
        memcpy(&low, from, 8);
        memcpy(&high, from + size - 8, 8);
        memcpy(to, &low, 8);
        memcpy(to + size - 8, &high, 8);
    } else {
        uint32_t low, high;
        memcpy(&low, from, 4);
        memcpy(&high, from + size - 4, 4);
        memcpy(to, &low, 4);
        memcpy(to + size - 4, &high, 4);
    }
}

/* Is `id` the one that was added last? */
static inline bool ss_id_batch_repeats(const ss_id_batch *batch, ss_slice id)
{
    if (batch->count == 0)
        return false;
    ss_slice last = batch->ids[batch->count - 1];
    return last.size == id.size && ss_id_same_bytes(last.data, id.data, id.size);
}

/* Copies an id of at most SS_ID_MAX bytes in; there must be room. Its place in the batch is count - 1 afterwards. */
static inline void ss_id_batch_add(ss_id_batch *batch, ss_slice id)
{
    char *to = batch->bytes + batch->used;
    ss_id_copy(to, id.data, id.size);
    batch->ids[batch->count++] = (ss_slice){to, id.size};
    batch->used += id.size;
}

/* Fills `numbers` for all ids that wait. Errors: as ss_dictionary_intern_many. */
static inline ss_status ss_id_batch_number(ss_id_batch *batch, ss_dictionary *dictionary)
{
    return ss_dictionary_intern_many(dictionary, batch->ids, batch->numbers, batch->count);
}

static inline void ss_id_batch_clear(ss_id_batch *batch)
{
    batch->count = batch->used = 0;
}

#endif

/*
 * id_batch.h: the ids of one column that wait to be numbered, so that a dictionary is asked for many at once. An id that
 * repeats the one before is not even asked for: rows of one order stand together. Not thread-safe; one owner.
 */
#ifndef SS_LOG_ID_BATCH_H
#define SS_LOG_ID_BATCH_H

#include "base/dictionary.h"

#define SS_ID_BATCH 64u /* most ids that wait */

typedef struct ss_id_batch {
    ss_slice ids[SS_ID_BATCH]; /* in `bytes` */
    uint32_t numbers[SS_ID_BATCH];
    size_t count, used;
    char bytes[SS_ID_BATCH * SS_ID_MAX];
} ss_id_batch;

/* Two ids of the same size: two overlapping loads settle most without a call. */
static inline bool ss_id_same_bytes(const char *a, const char *b, size_t size)
{
    if (size >= 4 && size <= 8) {
        uint32_t a_low, a_high, b_low, b_high;
        memcpy(&a_low, a, 4);
        memcpy(&b_low, b, 4);
        memcpy(&a_high, a + size - 4, 4);
        memcpy(&b_high, b + size - 4, 4);
        return ((a_low ^ b_low) | (a_high ^ b_high)) == 0;
    }
    return memcmp(a, b, size) == 0;
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
    memcpy(to, id.data, id.size);
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

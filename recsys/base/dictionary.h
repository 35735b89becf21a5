/*
 * dictionary.h: external ids (byte strings) to dense numbers 0, 1, 2, … in order of first appearance, and back.
 *
 * One writer or many readers. Memory: the bytes of the ids + 8 bytes (offset) + 22 to 43 bytes (table) an id.
 */
#ifndef SS_BASE_DICTIONARY_H
#define SS_BASE_DICTIONARY_H

#include "base/slice.h"
#include "base/status.h"
#include <stdint.h>

#define SS_NONE   UINT32_MAX /* "no such number": never handed out */
#define SS_ID_MAX 255u       /* longest external id in bytes */

typedef struct ss_dictionary ss_dictionary;

ss_dictionary *ss_dictionary_new(void); /* NULL when out of memory */
void ss_dictionary_free(ss_dictionary **dictionary);

/*
 * The number of `id` (any bytes, any length), given a new one if it has none. Errors: SS_E_NOMEM, SS_E_LIMIT (2^32 - 1
 * ids); dictionary and *number are untouched then.
 */
ss_status ss_dictionary_intern(ss_dictionary *dictionary, ss_slice id, uint32_t *number);

/*
 * The same for ids[0 .. count) in their order, into numbers[]. To find an id is to wait for memory; here many wait
 * together, which is several times as fast once a dictionary is larger than the caches. On an error some of the ids
 * may have been given numbers.
 */
ss_status ss_dictionary_intern_many(ss_dictionary *dictionary, const ss_slice *ids, uint32_t *numbers, size_t count);

/* The number of `id`, or SS_NONE. */
uint32_t ss_dictionary_find(const ss_dictionary *dictionary, ss_slice id);

/* Borrowed: valid until the next intern or free. `number` must be below the count. */
ss_slice ss_dictionary_id(const ss_dictionary *dictionary, uint32_t number);
uint32_t ss_dictionary_count(const ss_dictionary *dictionary);
size_t ss_dictionary_bytes(const ss_dictionary *dictionary); /* memory held, for reports */

#endif

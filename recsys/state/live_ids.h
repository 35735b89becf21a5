/*
 * live_ids.h: external ids that are in use, each kept once and counted: visitors hold numbers of four bytes in place of
 * texts. A number is given back, and later to another id, when nobody holds it any more.
 *
 * One thread takes and drops. Any thread may ask for the text of a number that it knows to be held, if it came to know
 * that from the thread that took it (under a lock, say), and note what it found out about it. Memory: the bytes of an id
 * + 56 to 72.
 */
#ifndef SS_STATE_LIVE_IDS_H
#define SS_STATE_LIVE_IDS_H

#include "base/slice.h"
#include "base/status.h"
#include <stdint.h>

#define SS_LIVE_IDS_MAX (1u << 24) /* distinct ids at a time */

typedef struct ss_live_ids ss_live_ids;

ss_live_ids *ss_live_ids_new(void); /* NULL when out of memory */
void ss_live_ids_free(ss_live_ids **ids);

/* The number of `id` (1 to SS_ID_MAX bytes), held once more. SS_E_NOMEM, SS_E_LIMIT: nothing has changed then. */
ss_status ss_live_ids_take(ss_live_ids *ids, ss_slice id, uint32_t *number);

/* Holds a number once less. It must be held. */
void ss_live_ids_drop(ss_live_ids *ids, uint32_t number);

/* Borrowed: valid as long as the number is held. */
ss_slice ss_live_ids_at(const ss_live_ids *ids, uint32_t number);

/*
 * What was noted last of a number that is held, under the same stamp; SS_NONE: nothing. Of a stamp 32 bits are kept.
 * From any thread that may ask for the text; a note of another thread may come to be seen later.
 */
uint32_t ss_live_ids_noted(const ss_live_ids *ids, uint32_t number, uint64_t stamp);
void ss_live_ids_note(const ss_live_ids *ids, uint32_t number, uint64_t stamp, uint32_t note);

/* Fetches what is known of a number that is held from memory: for many before any is asked for. */
void ss_live_ids_fetch(const ss_live_ids *ids, uint32_t number);

uint32_t ss_live_ids_count(const ss_live_ids *ids);
size_t ss_live_ids_bytes(const ss_live_ids *ids); /* memory held */

#endif

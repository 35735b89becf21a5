/*
 * event_window.h: which event_ids came lately, so that what is delivered again counts once. In memory: an entry is a
 * 128-bit hash of the id, its sequence number and its arrival; 48 bytes an event, 96 while it grows. Not thread-safe;
 * one owner.
 */
#ifndef SS_STATE_EVENT_WINDOW_H
#define SS_STATE_EVENT_WINDOW_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct ss_event_window ss_event_window;

ss_event_window *ss_event_window_new(void); /* NULL when out of memory */
void ss_event_window_free(ss_event_window **window);

/*
 * Is `event_id` among the events from the number `oldest` on that arrived at `since` or later? Then *sequence is the
 * number of the latest such.
 */
bool ss_event_window_find(const ss_event_window *window, ss_slice event_id, uint64_t oldest, int64_t since,
                          uint64_t *sequence);

/* Asks for the memory that finding and entering `event_id` will need: for many in a row, each some steps ahead. */
void ss_event_window_fetch(const ss_event_window *window, ss_slice event_id);

/* Room for so many more events: entering them cannot fail then. SS_E_NOMEM, SS_E_LIMIT (2^30 entries). */
ss_status ss_event_window_reserve(ss_event_window *window, size_t more);

/* Enters an event; numbers must rise. Errors likewise: nothing has changed then. */
ss_status ss_event_window_push(ss_event_window *window, ss_slice event_id, uint64_t sequence, int64_t received);

/* Forgets the events numbered from `sequence` on: they were not kept. */
void ss_event_window_take_back(ss_event_window *window, uint64_t sequence);

/* Forgets the events numbered below `sequence`. */
void ss_event_window_trim(ss_event_window *window, uint64_t sequence);

size_t ss_event_window_count(const ss_event_window *window);

#endif

/*
 * event_reader.h: the events of a store one after another, in the order of their numbers. It copies some hundred at a
 * time in a short read transaction and holds none in between, so that a slow reader keeps no pages from being used
 * again. Not thread-safe; one owner; any number of readers beside each other and beside the writer.
 */
#ifndef SS_STATE_EVENT_READER_H
#define SS_STATE_EVENT_READER_H

#include "state/event_store.h"

typedef struct ss_event_reader ss_event_reader;

/*
 * The events numbered from `from` (at least 1) up to `last`. SS_EVENTS_ALL: up to the last one synced by now, whatever
 * comes meanwhile. What is pruned while it reads, it passes over. `events` is borrowed: it must outlive the reader.
 * Errors: as ss_event_store_extent, SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_event_reader_new(const ss_event_store *events, uint64_t from, uint64_t last, ss_event_reader **reader,
                              ss_error *error);
void ss_event_reader_free(ss_event_reader **reader);

/* The next event, its texts borrowed until the next call; *found is false at the end. Errors: as ss_event_store_fetch,
 * ss_live_event_decode. */
ss_status ss_event_reader_next(ss_event_reader *reader, ss_live_event *event, bool *found, ss_error *error);

/* The last number that it reads up to. */
uint64_t ss_event_reader_last(const ss_event_reader *reader);

#endif

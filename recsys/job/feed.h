/*
 * feed.h: what training takes from the live state beside the logs, or without any: the events up to the last one that
 * is synced when it is opened, however many follow while it reads, and who wants to be forgotten.
 *
 * It reads beside a server that writes: in short transactions, so that the server's file does not grow for it. Not
 * thread-safe; one owner.
 */
#ifndef SS_JOB_FEED_H
#define SS_JOB_FEED_H

#include "log/left_out.h"
#include "log/row_source.h"
#include "state/event_store.h"

typedef struct ss_feed ss_feed;

/*
 * `place`: the store, or its folder "state". SS_E_NOT_FOUND (there is no live state, or it never had events),
 * SS_E_CORRUPT, SS_E_UNSUPPORTED, SS_E_IO, SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_feed_open(const char *place, ss_feed **feed, ss_error *error);

/* Only who is forgotten, for a training that reads no events. A store without live state has nobody: fine. Errors as
 * above, but for SS_E_NOT_FOUND. */
ss_status ss_feed_open_forgotten(const char *place, ss_feed **feed, ss_error *error);
void ss_feed_close(ss_feed **feed);

const ss_event_store *ss_feed_events(const ss_feed *feed); /* borrowed: valid until close; NULL: not read */
uint64_t ss_feed_last(const ss_feed *feed);                /* the number of the last event that it gives; 0: none */

/* Borrowed: valid until close. */
const ss_left_out *ss_feed_forgotten(const ss_feed *feed);

/* The events as rows of a log (state/event_source.h), those of the forgotten among them. `feed` must outlive the
 * source, which the caller owns. */
ss_status ss_feed_source(const ss_feed *feed, int64_t decimals, ss_row_source **source, ss_error *error);

#endif

/*
 * feed.h: what training takes from the live state beside the logs, or without any: the events up to the last one that
 * is synced when it is opened, however many follow while it reads, and who wants to be forgotten.
 *
 * It reads beside a server that writes: in short transactions, so that the server's file does not grow for it. Not
 * thread-safe; one owner.
 */
#ifndef SS_JOB_FEED_H
#define SS_JOB_FEED_H

#include "log/row_source.h"
#include "state/event_store.h"

typedef struct ss_feed ss_feed;

/*
 * `place`: the store, or its folder "state". SS_E_NOT_FOUND (there is no live state), SS_E_CORRUPT, SS_E_UNSUPPORTED,
 * SS_E_IO, SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_feed_open(const char *place, ss_feed **feed, ss_error *error);
void ss_feed_close(ss_feed **feed);

const ss_event_store *ss_feed_events(const ss_feed *feed); /* borrowed: valid until close */
uint64_t ss_feed_last(const ss_feed *feed);                /* the number of the last event that it gives; 0: none */

/* The events as rows of a log (state/event_source.h). `feed` must outlive the source, which the caller owns. */
ss_status ss_feed_source(const ss_feed *feed, int64_t decimals, ss_row_source **source, ss_error *error);

#endif

/*
 * live_events.h: what the live store holds, as a file and in figures. Both read beside a server that writes: the events
 * up to the last one on the disk when they begin.
 */
#ifndef SS_JOB_LIVE_EVENTS_H
#define SS_JOB_LIVE_EVENTS_H

#include "base/progress.h"
#include "state/event_source.h"

typedef struct ss_events_export_options {
    const char *out; /* a file, which appears whole or not at all; "-": standard output */
    ss_export_format format;
    int64_t from, until; /* when it happened: from the one on, before the other; SS_NO_TIME: no bound */
    int64_t decimals;    /* of the shop's currency, 0..4 */
} ss_events_export_options;

/*
 * Writes the events of `store` (or its folder "state") but those of forgotten customers; *rows: how many. Errors:
 * SS_E_ARGUMENT (`out` is there and no file), SS_E_CANCELLED, SS_E_IO, as ss_feed_open, ss_event_reader_next.
 */
ss_status ss_events_export(const char *store, const ss_events_export_options *options, ss_progress_sink *progress,
                           uint64_t *rows, ss_error *error);

/* One day, UTC, by when it happened. */
typedef struct ss_events_day {
    int64_t day; /* since 1970-01-01 */
    uint64_t count;
} ss_events_day;

typedef struct ss_events_stats {
    ss_event_extent extent;
    int64_t first_time, last_time; /* when it happened; SS_NO_TIME: no events */
    uint64_t by_event[SS_EVENT_COUNT];
    uint64_t with_customer;
    ss_events_day *days; /* ascending. Owned */
    size_t day_count, day_capacity;
} ss_events_stats;

/* Reads all of them. *stats is to be released. Errors: SS_E_CANCELLED, SS_E_NOMEM, as ss_feed_open, … */
ss_status ss_events_stats_read(const char *store, ss_progress_sink *progress, ss_events_stats *stats, ss_error *error);
void ss_events_stats_release(ss_events_stats *stats);

#endif

/*
 * event_store.h: what visitors did, kept durably in LMDB (STORE/state): a table of records that only grows at its end,
 * in which each event has the next sequence number, from 1, and is pruned from its beginning.
 *
 * What is acknowledged as durable has been synced: it survives kill -9 and a power cut, exactly once. What is
 * acknowledged as relaxed waits in the environment for the next sync: a crash may lose it, but damages nothing.
 *
 * Repeated delivery: an event whose event_id is among the last `repeat_window` events, and arrived within the last
 * `repeat_hours`, is not stored again, and gets the number of the first. The window is in memory and is rebuilt from
 * the table at open.
 *
 * One thread writes: append, prune and close belong to the thread that writes to the environment. Any thread, and any other
 * process, may read meanwhile; readers see what has been synced.
 */
#ifndef SS_STATE_EVENT_STORE_H
#define SS_STATE_EVENT_STORE_H

#include "base/buffer.h"
#include "base/options.h"
#include "state/environment.h"
#include "state/event_rules.h"
#include "state/numbered_records.h"

#define SS_EVENT_BATCH_MAX   65536u     /* most events of one append */
#define SS_EVENT_PENDING_MAX 65536u     /* relaxed events that wait: from here on an append syncs by itself */
#define SS_EVENTS_ALL        UINT64_MAX /* "up to the last one" */

typedef struct ss_event_store ss_event_store;

typedef struct ss_event_store_options {
    int64_t repeat_window; /* events */
    int64_t repeat_hours;
    ss_event_rules rules;
} ss_event_store_options;

/* The rows of --help for the above. Target: ss_event_store_options. */
extern const ss_option ss_event_store_option_table[];
ss_event_store_options ss_event_store_defaults(void); /* what the table says where nothing is set */

/*
 * Opens the events of an environment that is open to write, before anything waits in it, and makes what is missing.
 * `environment` is borrowed: it must outlive the events. SS_E_RANGE (options), SS_E_ARGUMENT (the environment is open
 * to read), SS_E_CORRUPT, SS_E_IO, SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_event_store_open(ss_environment *environment, const ss_event_store_options *options,
                              ss_event_store **events, ss_error *error);

/* The same to read, of an environment open either way. SS_E_NOT_FOUND: it has never had events. */
ss_status ss_event_store_open_reader(ss_environment *environment, ss_event_store **events, ss_error *error);

/* Syncs what waits, as far as it can (who wants to know calls ss_environment_sync before). Readers must be gone. */
void ss_event_store_close(ss_event_store **events);

ss_environment *ss_event_store_environment(const ss_event_store *events); /* borrowed: what it was opened with */

/* ---- writing ---- */

typedef enum ss_durability { SS_DURABLE, SS_RELAXED } ss_durability;

typedef struct ss_event_result {
    uint64_t sequence;      /* of the event, or of the one that it repeats; 0: refused */
    ss_event_check refused; /* SS_CHECK_FINE, or why nothing was stored */
    unsigned mended;        /* bit 1 << ss_event_check: what was put right */
    bool repeated;          /* was there already */
} ss_event_result;

/*
 * Appends events[0 .. count), which arrived at `now` (microseconds UTC, 0 <= now < SS_EVENT_INSTANT_MAX), in their
 * order; results[i] says what became of events[i] (`sequence` and `received` in them are not looked at). The events are
 * put right in place: what was stored is in them afterwards. Together they
 * are one step: all that were not refused are stored, or an error says that none was. SS_DURABLE: everything that waits
 * in the environment is on the disk on return, with one sync however much there is: group commit is the caller's.
 *
 * SS_E_ARGUMENT (open to read; `now`), SS_E_LIMIT (more than SS_EVENT_BATCH_MAX; the map is full: prune, or open with a
 * larger one), SS_E_IO (the disk is full, …), SS_E_CORRUPT, SS_E_NOMEM. Nothing that was acknowledged as durable is
 * touched by an error. What waits for a sync is lost with the batch when that sync fails, or when LMDB finds no memory
 * for a page among changes that wait (ss_environment_join). One may go on after an error; where all further appends fail
 * with SS_E_CORRUPT, LMDB asks for the store to be opened anew.
 */
ss_status ss_event_store_append(ss_event_store *events, ss_live_event *batch, size_t count, int64_t now,
                                ss_durability durability, ss_event_result *results, ss_error *error);

/*
 * One bounded step of pruning, synced: removes at most `step` events from the beginning, as long as the first arrived
 * before `before`, or more than `keep` are there (UINT64_MAX: as many as there are). *removed == step: there may be
 * more to do. What is relaxed is synced first. Pages are used again; the file does not shrink. Numbers are never given
 * again. Errors as for append.
 */
ss_status ss_event_store_prune(ss_event_store *events, int64_t before, uint64_t keep, size_t step, size_t *removed,
                               ss_error *error);

/*
 * One bounded step of a walk over events, those that wait for a sync included: shows at most `step` of those numbered
 * from *from up to `last` to `goes`, removes those for which it is true, and sets *from behind the last one shown; above
 * `last`: there are no more. What is removed waits for the environment's sync; on an error nothing is removed and *from
 * is as it was. `goes` must not use the store. Errors as for append.
 */
ss_status ss_event_store_sift(ss_event_store *events, uint64_t *from, uint64_t last, size_t step,
                              bool (*goes)(void *context, const ss_live_event *event), void *context, ss_error *error);

/* Since the store was opened. */
typedef struct ss_event_counts {
    uint64_t stored, repeated, refused; /* each event appended is one of them */
    uint64_t checks[SS_CHECK_COUNT];    /* by rule: put right or refused */
    uint64_t pruned;
} ss_event_counts;
ss_event_counts ss_event_store_counts(const ss_event_store *events);

uint64_t ss_event_store_last(const ss_event_store *events); /* the last number given, synced or not; for the writer */
uint64_t ss_event_store_waiting(const ss_event_store *events); /* relaxed events that wait for a sync; for the writer */

/* ---- reading, from any thread ---- */

typedef struct ss_event_extent {
    uint64_t first, last; /* numbers of what is synced; 0, 0: nothing */
    uint64_t count;
    uint64_t bytes_used, bytes_most; /* of the file: pages taken so far (also those free again); the map */
} ss_event_extent;
ss_status ss_event_store_extent(const ss_event_store *events, ss_event_extent *extent, ss_error *error);

/*
 * Copies the records numbered from `from` up to `last`, each behind an ss_record_frame, to the end of `out` until it
 * holds `most` bytes or more, in one short read transaction. Nothing copied: there are no more. state/event_reader.h is
 * the comfortable way. SS_E_CORRUPT, SS_E_IO, SS_E_BUSY (too many readers), SS_E_NOMEM, SS_E_LIMIT (the ceiling of
 * `out`).
 */
ss_status ss_event_store_fetch(const ss_event_store *events, uint64_t from, uint64_t last, size_t most, ss_buffer *out,
                               ss_error *error);

/* ss_live_event_decode for the record of that number; the error names the place, with the number as its line. */
ss_status ss_event_store_decode(const ss_event_store *events, uint64_t sequence, ss_slice record, ss_live_event *event,
                                ss_error *error);

#endif

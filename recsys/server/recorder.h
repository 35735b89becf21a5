/*
 * recorder.h: the one thread that changes live state. It takes the requests that wait, has their writers (writer.h)
 * stage them in the environment's open transaction, puts that on the disk with one sync however many they are, brings
 * the changes into memory, and only then gives back the replies, which the socket's owner sends.
 *
 * Relaxed requests are answered before the sync, in pieces of a cycle, while the next piece is staged; what they changed
 * is synced with the next durable request or after `sync_ms`. A change that cannot be kept is answered with the error
 * not_stored, and the thread goes on; the log says so every ten seconds at most (error), and once when changes are kept
 * again (info). Between cycles it prunes what is older than the shop keeps and does the writers'
 * longer work, in bounded steps.
 */
#ifndef SS_SERVER_RECORDER_H
#define SS_SERVER_RECORDER_H

#include "base/logline.h"
#include "base/options.h"
#include "server/stats.h"
#include "server/writer.h"
#include "state/event_store.h"

#define SS_RECORDER_QUEUE_MAX 8192u       /* most requests that wait or whose replies wait */
#define SS_RECORDER_BYTES_MAX (64u << 20) /* most bytes of requests that wait */
#define SS_WRITERS_MAX        8u

typedef struct ss_recorder_options {
    int64_t retention_days;   /* events that arrived longer ago are removed; 0: none is */
    int64_t retention_events; /* at most so many events are kept; 0: any number */
    int64_t sync_ms;          /* relaxed changes are on the disk after so long */
} ss_recorder_options;

extern const ss_option ss_recorder_option_table[]; /* target: ss_recorder_options */

/* What `stats` tells of it; one writer, read by anybody. */
typedef struct ss_recorder_counts {
    ss_counter stored, repeated, refused, pruned; /* events */
    ss_counter waiting;                           /* relaxed events not yet synced */
    ss_counter cycles, syncs, failures;           /* group commits; those that reached the disk; those that did not */
    ss_counter failing;                           /* 1: the last change could not be kept; 0 */
    ss_counter queued, queued_most;               /* requests at the last cycle's begin; ever */
    ss_counter outstanding, ready;                /* requests handed over, not yet collected; of them answered */
    ss_counter first, last, kept;                 /* numbers of the oldest and newest event on the disk; how many */
    ss_counter rounds;                            /* of the thread (watchdog.h) */
    ss_counter bytes, bytes_most;                 /* of STORE/state; what it may grow to */
} ss_recorder_counts;

typedef struct ss_recorder ss_recorder;

typedef struct ss_recorder_setting {
    const ss_recorder_options *options; /* borrowed for the recorder's life, as are all others */
    ss_event_store *events;             /* of the environment that the writers stage into */
    const ss_writer *writers;           /* at most SS_WRITERS_MAX, one for each method */
    size_t writer_count;
    const ss_logger *logger;
    ss_stats *stats; /* the recorder's own: the errors it replies with, how long its requests took */
    int done;        /* eventfd: written when a reply is ready and nobody attends (ss_recorder_attend) */
} ss_recorder_setting;

/* Starts the thread, to which the environment belongs from now on. SS_E_NOMEM, SS_E_IO, SS_E_RANGE (options). */
ss_status ss_recorder_start(const ss_recorder_setting *setting, ss_recorder **recorder, ss_error *error);

/*
 * No more requests are taken; what waits is recorded, synced and answered, and the thread ends. What a writer has not
 * finished by then is answered with shutting_down. The replies can still be collected; ss_recorder_free forgets them.
 */
void ss_recorder_stop(ss_recorder *recorder);
void ss_recorder_free(ss_recorder **recorder); /* stops it first */

/* Is there a writer for the method? */
bool ss_recorder_has(const ss_recorder *recorder, ss_method method);

/*
 * Hands over a request whose params begin at the byte `params` of its body. The envelope's frames are moved. False,
 * with the envelope untouched: too many wait. Several may be handed over before ss_recorder_wake. Safe from any thread.
 */
bool ss_recorder_submit(ss_recorder *recorder, ss_envelope *envelope, ss_method method, uint32_t msgid, size_t params);

/* Has the recorder look at what was handed over, if it sleeps. Safe from any thread. */
void ss_recorder_wake(ss_recorder *recorder);

/* Has the writers' `work` done soon, whether requests wait or not. Safe from any thread. */
void ss_recorder_urge(ss_recorder *recorder);

/* Moves at most `most` replies into `replies` (initialised envelopes), and fills in their blanks; how many. For the ROUTER's owner. */
size_t ss_recorder_collect(ss_recorder *recorder, ss_envelope *replies, size_t most);

/*
 * For an owner who has other things to do and looks again by itself: while it attends, no write to `done` tells it of
 * replies, for one that wakes a processor costs the recorder nearly as much as a decision. To be left before it waits; true: replies are
 * there to be collected first, and it still attends. Nobody does at first. For the ROUTER's owner.
 */
bool ss_recorder_attend(ss_recorder *recorder, bool attend);

/* Requests handed over whose replies have not been collected. Safe from any thread. */
size_t ss_recorder_outstanding(ss_recorder *recorder);

const ss_recorder_counts *ss_recorder_counted(const ss_recorder *recorder); /* borrowed */

#endif

/*
 * watchdog.h: does everything that answers still make progress?
 *
 * Each watched thread counts its rounds. The thread that runs the main loop, and is watched by doing so, asks them all
 * for another round, idle or not, and says that the server is alive once each has made one. So one thread that is stuck,
 * in a deadlock or on a disk that does not come back, is enough for silence.
 *
 * Belongs to the main loop's thread; only the counters are shared.
 */
#ifndef SS_SERVER_WATCHDOG_H
#define SS_SERVER_WATCHDOG_H

#include "server/service.h"

#define SS_WATCHED_MAX (SS_WORKERS_MAX + SS_SEATS_MAX + 1u)

typedef struct ss_watchdog {
    int64_t interval; /* between two looks, nanoseconds; 0: nobody waits for signs of life */
    int64_t due;      /* the next look: ss_clock_monotonic() */
    struct {
        const ss_counter *rounds; /* borrowed */
        uint64_t seen;            /* when it was asked for another */
    } watched[SS_WATCHED_MAX];
    size_t count;
} ss_watchdog;

/* `patience`: nanoseconds without a sign of life after which the server is taken for stuck, or 0. */
void ss_watchdog_init(ss_watchdog *watchdog, int64_t patience, int64_t now);

/* Another thread to be watched; at most SS_WATCHED_MAX. */
void ss_watchdog_follow(ss_watchdog *watchdog, const ss_counter *rounds);

/* Is it time to look? */
static inline bool ss_watchdog_is_due(const ss_watchdog *watchdog, int64_t now)
{
    return watchdog->interval > 0 && now >= watchdog->due;
}

/* To be called when it is due: true when every thread has made a round since it was asked. Then ask them for another. */
bool ss_watchdog_look(ss_watchdog *watchdog, int64_t now);

/* Milliseconds until it is due, at most `timeout`; -1 is no end. */
long ss_watchdog_timeout(const ss_watchdog *watchdog, long timeout);

#endif

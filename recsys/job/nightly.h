/*
 * nightly.h: the job of every night: read, prove, train, hold against the last, publish, warm, swap, prune.
 *
 * lock → clean up → read → check the input (sanity.h) → prove (prove.h) → train a generation that is not yet current →
 * check it against the served one → make it current → warm → every server reloads and is asked what it serves → prune → status.
 *
 * Killed at any moment it leaves the served generation as it was, or the new one, whole, in its place; the next run removes
 * what was left behind. Nothing is made current that a check refused. A server that refuses the new generation has the
 * old one made current again, for all of them. One run at a time holds STORE/nightly.lock (flock).
 *
 * STORE/nightly.json is written anew at each phase (atomically), STORE/nightly.prom at the end: Prometheus' text form, for the
 * node exporter's textfile collector. What later nights compare with stands in the manifests, under "night.…".
 */
#ifndef SS_JOB_NIGHTLY_H
#define SS_JOB_NIGHTLY_H

#include "job/prove.h"
#include "job/sanity.h"

#define SS_NIGHTLY_LOCK    "nightly.lock"
#define SS_NIGHTLY_STATUS  "nightly.json"
#define SS_NIGHTLY_METRICS "nightly.prom"

/* What the program exits with (sysexits.h where it has a word for it). */
typedef enum ss_nightly_outcome {
    SS_NIGHTLY_PUBLISHED = 0,
    SS_NIGHTLY_FAILED = 1,   /* an error: its text says which */
    SS_NIGHTLY_REFUSED = 65, /* EX_DATAERR: a check refused; what was served is served on */
    SS_NIGHTLY_SERVERS = 69, /* EX_UNAVAILABLE: published, but a server does not answer or does not serve it */
    SS_NIGHTLY_BUSY = 75     /* EX_TEMPFAIL: another run holds the lock */
} ss_nightly_outcome;

#endif

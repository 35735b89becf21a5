/*
 * progress.h: how long work tells how far it is. Libraries never print: they call the callback, at most some ten times
 * a second, from the thread that called them; the command line draws. A callback that returns false asks the work to
 * stop (SS_E_CANCELLED).
 */
#ifndef SS_BASE_PROGRESS_H
#define SS_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ss_progress {
    const char *phase;    /* "read log", "als": a constant string */
    uint64_t done, total; /* in `unit`; total 0 = unknown */
    const char *unit;     /* "rows", "items", "iterations" */
    double loss;          /* objective, or NaN */
    bool finished;        /* last call of this phase */
} ss_progress;

typedef struct ss_progress_sink {
    bool (*report)(void *context, const ss_progress *progress); /* NULL: nobody listens */
    void *context;
    int64_t next; /* monotonic nanoseconds before which no report is due; start with 0 */
} ss_progress_sink;

/*
 * Reports when a report is due (or `finished`). A NULL sink is fine. False means: stop. Call it from one thread.
 */
bool ss_progress_tell(ss_progress_sink *sink, const ss_progress *progress);

#endif

/*
 * overlap.h: which events of the live store a log holds already, so that nothing is counted twice.
 *
 * A log is taken to be complete up to its newest row of each kind of event: an order export says all about purchases
 * and nothing about views. An event counts when it is later than the newest row of the log with the same event (all
 * count where the log has none), or, where the caller sets a time, when it is not before that; and then unless the log
 * has its order_id with the same item: a clock may have been wrong. A return (a negative quantity) is no repetition of
 * its purchase. Not thread-safe; one owner.
 */
#ifndef SS_LOG_OVERLAP_H
#define SS_LOG_OVERLAP_H

#include "log/interactions.h"

typedef struct ss_overlap {
    int64_t from;                   /* events before it do not count; SS_NO_TIME: by the newest rows */
    int64_t newest[SS_EVENT_COUNT]; /* of the log; SS_NO_TIME: none */
    uint64_t *orders;               /* order, item and sign of the log's purchases, ascending. Owned */
    size_t order_count;
} ss_overlap;

/* Nothing to be released yet. */
void ss_overlap_init(ss_overlap *overlap, int64_t from);
void ss_overlap_release(ss_overlap *overlap);

/* A row of the log. */
static inline void ss_overlap_note(ss_overlap *overlap, ss_event event, int64_t time)
{
    if (time > overlap->newest[event])
        overlap->newest[event] = time;
}

/* The newest row of all; SS_NO_TIME: none. */
int64_t ss_overlap_newest(const ss_overlap *overlap);

/* The log ends: these are its rows, whose basket is twice the number of their order, or odd. SS_E_NOMEM. */
ss_status ss_overlap_close(ss_overlap *overlap, const ss_interaction *rows, size_t count);

/* Does the log hold this event? `order`, `item`: their numbers in the log, SS_NONE: not there. */
bool ss_overlap_holds(const ss_overlap *overlap, ss_event event, int64_t time, uint32_t order, uint32_t item,
                      float quantity);

#endif

/*
 * arrivals.h: what came when: items in order of time, newest first, ties by lower item number. One writer; nothing
 * allocates but reserve.
 */
#ifndef SS_SHELF_ARRIVALS_H
#define SS_SHELF_ARRIVALS_H

#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct ss_arrival {
    int64_t time; /* microseconds UTC */
    uint32_t item;
} ss_arrival;

typedef struct ss_arrivals { /* all zero: empty */
    ss_arrival *list;        /* owned */
    size_t count, room;
} ss_arrivals;

void ss_arrivals_release(ss_arrivals *arrivals);
ss_status ss_arrivals_reserve(ss_arrivals *arrivals, size_t more); /* SS_E_NOMEM; nothing has changed then */

/* Appends, in any order; to be sorted before anything else. There must be room, as for insert. */
void ss_arrivals_push(ss_arrivals *arrivals, ss_arrival arrival);
void ss_arrivals_sort(ss_arrivals *arrivals);

/* In O(count) moves of 16 bytes. */
void ss_arrivals_insert(ss_arrivals *arrivals, ss_arrival arrival);
void ss_arrivals_remove(ss_arrivals *arrivals, ss_arrival arrival); /* must be there */

/* The place of the first that does not stand before it. */
size_t ss_arrivals_find(const ss_arrivals *arrivals, ss_arrival arrival);

static inline bool ss_arrival_before(ss_arrival a, ss_arrival b)
{
    return a.time > b.time || (a.time == b.time && a.item < b.item);
}

#endif

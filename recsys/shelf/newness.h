/*
 * newness.h: what is new in the shop, newest first: items that became available, or were first named by the shop, within
 * so many days; behind them those without a date that nobody has bought yet. Pure but for the walk, which belongs to one
 * thread.
 */
#ifndef SS_SHELF_NEWNESS_H
#define SS_SHELF_NEWNESS_H

#include "shelf/catalogue.h"

typedef struct ss_new_walk {
    const ss_catalogue *catalogue; /* borrowed */
    ss_arrival_walk at;
    int64_t now, window; /* now: SS_NO_TIME until the first item with a date says it */
} ss_new_walk;

/* `now`: microseconds UTC; INT64_MIN: not known, then the newest item's date is taken for it. */
ss_new_walk ss_new_begin(const ss_catalogue *catalogue, int64_t now, int64_t days);

/* The next one, and how new it is: 1 now, falling to 0 at the window's end; 0 without a date. False at the end. What is
 * yet to come is passed over. Whether it may be shown is the caller's to ask. */
bool ss_new_next(ss_new_walk *walk, uint32_t *item, float *score);

#endif

/*
 * movement.h: which segment (models/segments.h: by recency, frequency and monetary value) each customer was in at two
 * dates, and what each segment brings. The lines between segments are learned at the later date and hold for both, so that
 * what moves are the customers and not the lines. One owner.
 */
#ifndef SS_JOB_MOVEMENT_H
#define SS_JOB_MOVEMENT_H

#include "log/orders.h"
#include "models/segments_train.h"

typedef struct ss_segment_sums {
    uint64_t customers; /* in it at the later date; the next three are theirs: */
    uint64_t orders;    /* between the two dates */
    int64_t revenue;    /* likewise, minor units */
    int64_t value;      /* of all time */
} ss_segment_sums;

typedef struct ss_movement {
    ss_segment_rules rules;
    double interval_days;          /* the shop's, at the later date; 0: not known */
    unsigned char *before, *after; /* ss_segment of each customer; NEW: had not bought yet. Owned */
    uint64_t moved[SS_LIFECYCLE_COUNT][SS_LIFECYCLE_COUNT]; /* [before][after]: those who ever bought until later */
    ss_segment_sums sums[SS_LIFECYCLE_COUNT];
} ss_movement;

/*
 * Between the instants `from` and `to` (microseconds UTC): what was ordered before each. `segments`: the options of
 * models/segments_train.h. SS_E_RANGE, SS_E_NOMEM.
 */
ss_status ss_movement_make(const ss_orders *orders, int64_t from, int64_t to, const ss_segments_options *segments,
                           ss_movement *movement, ss_error *error);
void ss_movement_release(ss_movement *movement);

#endif

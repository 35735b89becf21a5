/*
 * cohorts.h: customers by the month of their first purchase, and what they did in each month since. Months are those of
 * job/purchases.h. One owner.
 */
#ifndef SS_JOB_COHORTS_H
#define SS_JOB_COHORTS_H

#include "job/purchases.h"

typedef struct ss_cohort_cell {
    uint64_t active; /* customers who bought in the month */
    uint64_t orders;
    int64_t revenue; /* minor units */
} ss_cohort_cell;

typedef struct ss_cohorts {
    int32_t first;       /* month of the first cohort; the others are those after it */
    size_t count;        /* cohorts, up to that of the last month that was seen */
    bool earlier;        /* there are cohorts before these */
    bool partial;        /* of the last month only a part was seen */
    uint64_t *customers; /* of each cohort. Owned */
    ss_cohort_cell
        *cells; /* count x count: of cohort c, k months after its own, at [c * count + k], c + k < count. Owned */
} ss_cohorts;

/* The last `most` >= 1 months. SS_E_NOMEM. */
ss_status ss_cohorts_make(const ss_purchases *purchases, size_t most, ss_cohorts *cohorts, ss_error *error);
void ss_cohorts_release(ss_cohorts *cohorts);

/* The cell of a cohort so many months after its own; NULL: not seen yet. Borrowed. */
const ss_cohort_cell *ss_cohorts_cell(const ss_cohorts *cohorts, size_t cohort, size_t months);

#endif

/*
 * returning.h: how long customers take to buy again: the gaps between purchases that were seen, and the survival curve of
 * the wait for the next purchase, which counts those too who have not bought again yet. One owner.
 */
#ifndef SS_JOB_RETURNING_H
#define SS_JOB_RETURNING_H

#include "job/purchases.h"
#include "job/survival.h"

/* Between two purchases of a customer that follow each other, in days; quantile p of n: the one at place ceil(p n). */
typedef struct ss_gaps {
    uint64_t count;
    double mean; /* NAN: there are none; the others are 0 then */
    uint32_t tenth, quarter, median, three_quarters, nine_tenths;
} ss_gaps;

/* The wait after which purchase. */
typedef enum ss_after { SS_AFTER_ANY, SS_AFTER_FIRST, SS_AFTER_SECOND, SS_AFTER_LATER, SS_AFTER_COUNT } ss_after;

typedef struct ss_returning {
    ss_gaps gaps;                            /* whose later purchase lies in the period */
    size_t day_count;                        /* of each curve: one day more than the log spans */
    ss_survival_day *curves[SS_AFTER_COUNT]; /* [d]: d days after the purchase. Owned */
    uint64_t waits[SS_AFTER_COUNT];          /* that began; and of them, that ended */
    uint64_t ended[SS_AFTER_COUNT];
} ss_returning;

/* Gaps of the period [from, end of the purchases); curves of all that was seen. SS_E_NOMEM. */
ss_status ss_returning_make(const ss_purchases *purchases, int32_t from, ss_returning *returning, ss_error *error);
void ss_returning_release(ss_returning *returning);

#endif

/*
 * delta_rows.h: a stored log and new events → the interactions that a training on both would have, in the base's
 * numbers; and which items have other counts than the base.
 *
 * The rows of a customer (or of a basket without one) who has new ones are put together with them and cleaned again by
 * the code that cleans a log (log/clean.h): repeats merge, returns take back. All other rows are copied. What forgotten
 * customers did until they asked is left out of the stored rows too.
 */
#ifndef SS_JOB_DELTA_ROWS_H
#define SS_JOB_DELTA_ROWS_H

#include "base/progress.h"
#include "job/delta_held.h"

typedef struct ss_delta_rows {
    ss_interactions log; /* owned. Items keep the base's numbers, those without rows too; new ones follow */
    /*
     * By item: some count of a pair that it is in, or its degree, may be other than the base's. Owned; NULL: of all items.
     * Inside baskets: items of baskets that have new rows or lost some. Of customers: items of customers who have, or
     * who share such a basket. In a log without customers the baskets are what pairs are counted in.
     */
    uint8_t *changed_in_baskets, *changed_of_customers;
    uint64_t folded;    /* rows of events that count */
    uint64_t forgotten; /* rows of the base left out */
} ss_delta_rows;

/*
 * Takes what it needs out of `events` (read with the base's options, to be kept) and `ids`, which are still to be
 * released; `held` marks the rows of events that do not count again (delta_held.h). `forgotten` and `catalog` may be
 * NULL. `report` is that of reading the events: what is left out further is counted there. SS_E_NOMEM, SS_E_LIMIT,
 * SS_E_CANCELLED.
 */
ss_status ss_delta_rows_make(const ss_delta_base *base, ss_raw_log *events, const uint8_t *held, ss_delta_ids *ids,
                             const ss_left_out *forgotten, const ss_catalog *catalog, ss_log_report *report,
                             ss_delta_rows *rows, ss_error *error);
void ss_delta_rows_release(ss_delta_rows *rows);

#endif

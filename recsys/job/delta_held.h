/*
 * delta_held.h: which new events the logs of a base hold already, as log/overlap.h tells it of a log and its events: by
 * its order and item. Time is judged while events are read.
 *
 * What the logs hold of customers who asked to be forgotten is not held any more: of events that the base left out for
 * that, those of nobody or of others count now. For that the events that it read are read again, before the new ones.
 */
#ifndef SS_JOB_DELTA_HELD_H
#define SS_JOB_DELTA_HELD_H

#include "job/delta_ids.h"

/* The id of a customer of the base, those gone included. */
static inline ss_slice ss_delta_customer(const ss_delta_base *base, uint32_t customer)
{
    uint32_t left = base->log->customer_count;
    return customer < left ? ss_strings_at(&base->customers->ids, customer)
                           : ss_strings_at(&base->log->gone_customers, customer - left);
}

/* Is a row of the base of a customer who asked later than that to be forgotten? `forgotten` may be NULL. */
static inline bool ss_delta_erased(const ss_delta_base *base, const ss_left_out *forgotten, const ss_interaction *row)
{
    return forgotten && row->customer != SS_NONE &&
           ss_left_out_has(forgotten, ss_delta_customer(base, row->customer), row->time);
}

/* Has the base rows of orders, of its logs, that are to be left out? */
bool ss_delta_loses_orders(const ss_delta_base *base, const ss_left_out *forgotten);

/*
 * Are the rows of each customer who is to be left out older than when they asked, all or none of them? SS_E_UNSUPPORTED: some are, which
 * is when a clock was wrong, and what is left of the others cannot be told from rows that were cleaned; SS_E_NOMEM. `forgotten` may be NULL.
 */
ss_status ss_delta_check_forgotten(const ss_delta_base *base, const ss_left_out *forgotten, ss_error *error);

/*
 * `ids` as begun. Of `events` the first `again` are those that the base read. Held rows are marked in *held, which the
 * caller owns, and no longer counted in events->item_rows; *count: how many of the new ones are. SS_E_NOMEM;
 * SS_E_UNSUPPORTED: an event repeats an order of which cannot be told whether the logs have it or live events (--state-from).
 */
ss_status ss_delta_held_find(const ss_delta_base *base, const ss_left_out *forgotten, const ss_delta_ids *ids,
                             size_t again, ss_raw_log *events, uint8_t **held, uint64_t *count, ss_error *error);

#endif

/*
 * visitors_replay.h: sessions and customers after a start, from the events that the store has kept.
 *
 * Read are the events that arrived within twice the visitors' `hours` for sessions, so that one that lives and did not
 * last longer than `hours` is what it was; and within `customer_days` for customers, whose carts and purchases count from
 * there on; and of them at most the last `replay_events`.
 */
#ifndef SS_STATE_VISITORS_REPLAY_H
#define SS_STATE_VISITORS_REPLAY_H

#include "state/event_store.h"
#include "state/visitors.h"

/*
 * For `visitors` that know nobody yet, as of `now` (microseconds UTC); nobody may append meanwhile. *applied: events
 * that were read and counted; may be NULL. Errors: as ss_event_reader_next; SS_E_NOMEM, SS_E_LIMIT as
 * ss_visitors_apply.
 */
ss_status ss_visitors_replay(ss_visitors *visitors, const ss_event_store *events, int64_t now, uint64_t *applied,
                             ss_error *error);

#endif

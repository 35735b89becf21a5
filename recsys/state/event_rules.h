/*
 * event_rules.h: which events are kept as they come, which are put right, and which are refused. Pure: safe from any
 * thread.
 *
 * Kept as they are: items and customers that no model and no catalogue knows (they may be new); events without an
 * event_id (they cannot be told from a repetition); events up to `late_days` old.
 *
 * Put right (stored, and the answer says so):
 * - SS_CHECK_AHEAD: a time more than `ahead_seconds` in the future becomes the time of arrival: the sender's clock is
 * wrong.
 * - SS_CHECK_LARGE: a quantity beyond ± quantity_max becomes that: no visitor buys a million of anything.
 * - SS_CHECK_PRICE: a price beyond ± 9e14 minor units is left out.
 * - SS_CHECK_TAG: a shelf or generation that is no id (longer than SS_ID_MAX bytes, not UTF-8, control characters) is
 * left out.
 *
 * Without a word: blanks around texts go; a quantity of 0 is 1; what is no purchase has a positive quantity; no time is
 * the time of arrival, and so is a time ahead of it by less than the above.
 *
 * Refused (nothing is stored):
 * - SS_CHECK_EVENT: no event of ss_event.
 * - SS_CHECK_ITEM: item_id is no id, or it is empty. It may be empty for an impression, acceptance or dismissal that has
 * an offer_id: an offer may be of a whole cart, and who dismisses an offer need not dismiss the product.
 * - SS_CHECK_ID: event_id, session_id, customer_id, order_id or offer_id is no id; cut to fit it would be somebody else's.
 * - SS_CHECK_NO_GROUP: neither order, customer nor session: nothing could be learned from it.
 * - SS_CHECK_QUANTITY: not a finite number.
 * - SS_CHECK_LATE: older than `late_days`: such belong into a log, where they are not counted a second time.
 */
#ifndef SS_STATE_EVENT_RULES_H
#define SS_STATE_EVENT_RULES_H

#include "state/live_event.h"

typedef enum ss_event_check {
    SS_CHECK_FINE,
    SS_CHECK_AHEAD, /* put right: up to here … */
    SS_CHECK_LARGE,
    SS_CHECK_PRICE,
    SS_CHECK_TAG,
    SS_CHECK_EVENT, /* refused: from here on */
    SS_CHECK_ITEM,
    SS_CHECK_ID,
    SS_CHECK_NO_GROUP,
    SS_CHECK_QUANTITY,
    SS_CHECK_LATE,
    SS_CHECK_COUNT
} ss_event_check;

/* "time_ahead", "item_id", …: total, never NULL. They stand in the protocol. */
const char *ss_event_check_name(ss_event_check check);

typedef struct ss_event_rules {
    int64_t ahead_seconds; /* 0 .. 86,400 */
    int64_t late_days;     /* 1 .. 3,650 */
    double quantity_max;   /* 1 .. SS_QUANTITY_MAX */
} ss_event_rules;

/*
 * Puts *event right for its arrival at `now` (0 <= now < SS_EVENT_INSTANT_MAX), after which it can be encoded, and sets
 * bit 1 << check in *mended for each rule that changed it. SS_CHECK_FINE, or why it is refused: *event may be partly
 * changed then.
 */
ss_event_check ss_event_admit(const ss_event_rules *rules, int64_t now, ss_live_event *event, unsigned *mended);

#endif

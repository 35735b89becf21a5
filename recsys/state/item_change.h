/*
 * item_change.h: one change of an item by the shop, which changes are taken as they come, put right or refused, and
 * what a change makes of what was known of the item. Pure functions: safe from any thread.
 *
 * A change sets the fields that it names and leaves the others; what it clears, it takes back, so that the catalogue
 * speaks again. An override outranks the catalogue until it is cleared, whatever generation is served.
 *
 * Put right (done, and the answer says so):
 * - SS_ITEM_CHECK_STOCK: a stock below 0 becomes 0, one beyond SS_LIVE_STOCK_MAX that.
 *
 * Without a word: blanks at the ends of texts go.
 *
 * Refused (nothing of this change is done):
 * - SS_ITEM_CHECK_ID: item_id is empty or no id.
 * - SS_ITEM_CHECK_NOTHING: it names no field.
 * - SS_ITEM_CHECK_BOTH: it sets and clears the same field.
 * - SS_ITEM_CHECK_MONEY: a price or cost below 0 or beyond SS_LIVE_MONEY_MAX.
 * - SS_ITEM_CHECK_DATE: an instant out of range, or available_from would be after available_until.
 * - SS_ITEM_CHECK_TEXT: a text too long, not UTF-8, or with control characters: cut or mended it would be another.
 * - SS_ITEM_CHECK_CAPACITY: as many new items as there is room for (item_ledger.h).
 */
#ifndef SS_STATE_ITEM_CHANGE_H
#define SS_STATE_ITEM_CHANGE_H

#include "state/item_record.h"

typedef enum ss_item_check {
    SS_ITEM_CHECK_FINE,
    SS_ITEM_CHECK_STOCK, /* put right: up to here … */
    SS_ITEM_CHECK_ID,    /* refused: from here on */
    SS_ITEM_CHECK_NOTHING,
    SS_ITEM_CHECK_BOTH,
    SS_ITEM_CHECK_MONEY,
    SS_ITEM_CHECK_DATE,
    SS_ITEM_CHECK_TEXT,
    SS_ITEM_CHECK_CAPACITY,
    SS_ITEM_CHECK_COUNT
} ss_item_check;

/* "stock", "item_id", …: for people and the protocol; total, never NULL. */
const char *ss_item_check_name(ss_item_check check);

typedef struct ss_item_change {
    ss_slice item_id;
    unsigned set, clear;              /* SS_LIVE_BIT of the fields it names */
    int64_t numbers[SS_LIVE_NUMBERS]; /* where set */
    ss_slice texts[SS_LIVE_TEXTS];    /* likewise; borrowed */
} ss_item_change;

#define SS_LIVE_ALL (SS_LIVE_BIT(SS_LIVE_FIELDS) - 1u)

/* Puts *change right and sets bit 1 << check in *mended for each rule that did. SS_ITEM_CHECK_FINE, or why it is
 * refused. */
ss_item_check ss_item_admit(ss_item_change *change, unsigned *mended);

/* What the generation served says of an item. */
typedef struct ss_item_base {
    bool known;    /* it has the item */
    int64_t price; /* minor units or SS_NO_MONEY */
} ss_item_base;

/*
 * What is known of the item after an admitted change at `now` (0 <= now < SS_LIVE_INSTANT_MAX), into *after: `before`
 * is what was known before (NULL: nothing), `base` what the generation says. Its texts are borrowed from the two, its
 * prices stand in `steps`, which has room for SS_PRICE_STEPS_MAX. When the price changes, its history takes a step; the
 * catalogue's price before the first one counts as far back as is asked. SS_ITEM_CHECK_FINE, or SS_ITEM_CHECK_DATE:
 * with the dates it has, available_from would be after available_until.
 */
ss_item_check ss_item_merge(const ss_item_record *before, const ss_item_change *change, const ss_item_base *base,
                            int64_t now, ss_price_step *steps, ss_item_record *after);

#endif

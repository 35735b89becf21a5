/*
 * item_record.h: what the shop has said about one item since the last training, as it is kept: which columns of the
 * catalogue it overrides and with what, since when the item is known, what it cost when; and the record of it in the
 * store.
 *
 * A record, version 1, little-endian:
 *
 *   u8 version, u8 price steps, u16 set, i64 first_seen, i64 changed,
 *   then for each bit of `set`, in the order of ss_live_field: a number as i64, or a text as u16 size and bytes,
 *   then each price step as i64 since, i64 price
 *   u32 checksum: the lower half of XXH3-64 over the item's id and all bytes before.
 *
 * There is one record for an item's values and one item's values for a record: what decodes encodes to the same bytes.
 * Pure functions: safe from any thread.
 */
#ifndef SS_STATE_ITEM_RECORD_H
#define SS_STATE_ITEM_RECORD_H

#include "base/slice.h"
#include "base/status.h"
#include "state/price_history.h"

/* The columns that can be overridden: first numbers, then texts. Part of the record and never renumbered. */
typedef enum ss_live_field {
    SS_LIVE_STOCK,           /* pieces: 0 .. SS_LIVE_STOCK_MAX; 0: sold out */
    SS_LIVE_PRICE,           /* minor units: 0 .. SS_LIVE_MONEY_MAX */
    SS_LIVE_COST,            /* the same */
    SS_LIVE_HIDDEN,          /* 0, 1 */
    SS_LIVE_AVAILABLE_FROM,  /* microseconds UTC: 0 .. SS_LIVE_INSTANT_MAX - 1; not after the next */
    SS_LIVE_AVAILABLE_UNTIL, /* from <= t < until */
    SS_LIVE_NAME,            /* texts: UTF-8 without control characters or blanks at the ends; may be empty: none */
    SS_LIVE_CATEGORY,
    SS_LIVE_GROUP, /* ties variants of one product */
    SS_LIVE_URL,
    SS_LIVE_IMAGE,
    SS_LIVE_FIELDS
} ss_live_field;

#define SS_LIVE_NUMBERS     6u
#define SS_LIVE_TEXTS       (SS_LIVE_FIELDS - SS_LIVE_NUMBERS)
#define SS_LIVE_BIT(FIELD)  (1u << (FIELD))
#define SS_LIVE_STOCK_MAX   INT64_C(1000000000000)
#define SS_LIVE_MONEY_MAX   INT64_C(900000000000000)
#define SS_LIVE_INSTANT_MAX (INT64_C(1) << 55)

/* "stock", "price", …: the names of the catalogue's columns; NULL outside the enumeration. */
const char *ss_live_field_name(ss_live_field field);
ss_live_field ss_live_field_find(ss_slice name); /* SS_LIVE_FIELDS: no such */
size_t ss_live_text_max(ss_live_field field);    /* longest in bytes: name 512, category and group 255, others 2048 */

typedef struct ss_item_record {
    ss_slice item_id;                 /* 1 to SS_ID_MAX bytes; no part of the bytes kept, but of their checksum */
    unsigned set;                     /* SS_LIVE_BIT of what is overridden */
    int64_t numbers[SS_LIVE_NUMBERS]; /* where set, else 0 */
    ss_slice texts[SS_LIVE_TEXTS];    /* likewise; [field - SS_LIVE_NUMBERS]; borrowed */
    int64_t first_seen;               /* when the shop first named it, if no catalogue knew it then; else SS_NO_TIME */
    int64_t changed;                  /* the last time; both microseconds UTC */
    const ss_price_step *prices;      /* in order of time; borrowed */
    size_t price_count;               /* at most SS_PRICE_STEPS_MAX; 0: the price was never touched */
} ss_item_record;

static inline bool ss_item_record_has(const ss_item_record *record, ss_live_field field)
{
    return record->set >> field & 1u;
}

static inline ss_slice ss_item_record_text(const ss_item_record *record, ss_live_field field)
{
    return record->texts[field - SS_LIVE_NUMBERS];
}

/* head, numbers, texts, steps, checksum */
#define SS_ITEM_RECORD_MAX                                                                                             \
    (20u + SS_LIVE_NUMBERS * 8u + SS_LIVE_TEXTS * 2u + 512u + 2u * 255u + 2u * 2048u + SS_PRICE_STEPS_MAX * 16u + 4u)

/* The size of the bytes of a record whose parts are within their ranges; at most SS_ITEM_RECORD_MAX. */
size_t ss_item_record_size(const ss_item_record *record);
void ss_item_record_encode(const ss_item_record *record, void *out); /* writes so many */

/*
 * Reads the bytes kept of the item `item_id`; whatever they are, everything in *record is within its range afterwards.
 * Texts are borrowed from them; the price steps are copied to `steps`, which has room for SS_PRICE_STEPS_MAX.
 * SS_E_CORRUPT with the offset of what is wrong; SS_E_UNSUPPORTED: a version that this program does not know. *record
 * may be partly filled then.
 */
ss_status ss_item_record_decode(ss_slice item_id, ss_slice bytes, ss_price_step *steps, ss_item_record *record,
                                ss_error *error);

/* Is it a text that such a field may have? Pure. */
bool ss_live_text_fits(ss_live_field field, ss_slice text);

/* Is it a number that such a field may have? Pure. */
bool ss_live_number_fits(ss_live_field field, int64_t number);

#endif

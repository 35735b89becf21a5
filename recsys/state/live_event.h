/*
 * live_event.h: one event of a visitor as it is kept: its parts, and the compact record of it in the store.
 *
 * A record, version 1, little-endian:
 *
 *   u8 version, u8 event, u16 parts, i64 received,
 *   then each part whose bit is set in `parts`, in this order:
 *     bit 0: i64 time          when it differs from `received`
 *     bit 1: f32 quantity      when it is not 1
 *     bit 2: i64 unit price    when it is known
 *     bits 3 to 10: the texts in the order of ss_event_text, each as u8 size and bytes, when not empty
 *   u32 checksum: the lower half of XXH3-64 over all bytes before it.
 *
 * There is one record for an event and one event for a record: what decodes encodes to the same bytes. Pure functions:
 * safe from any thread.
 */
#ifndef SS_STATE_LIVE_EVENT_H
#define SS_STATE_LIVE_EVENT_H

#include "base/slice.h"
#include "base/status.h"
#include "log/interactions.h"
#include <stdbool.h>

/* The texts of an event. The values are part of the record and never renumbered. */
typedef enum ss_event_text {
    SS_TEXT_EVENT_ID,   /* the sender's own, for repeated delivery; may be empty */
    SS_TEXT_ITEM_ID,    /* empty only where ss_live_event_needs_item says so */
    SS_TEXT_SESSION_ID, /* of session, customer and order at least one is there */
    SS_TEXT_CUSTOMER_ID,
    SS_TEXT_ORDER_ID,
    SS_TEXT_SHELF,      /* where it was shown; may be empty */
    SS_TEXT_GENERATION, /* of the answer that showed it; may be empty */
    SS_TEXT_OFFER_ID,   /* what was shown, accepted, dismissed; may be empty */
    SS_EVENT_TEXTS
} ss_event_text;

/* "event_id", "item_id", …: the names of the log's columns; NULL outside the enumeration. */
const char *ss_event_text_name(ss_event_text text);

typedef struct ss_live_event {
    uint64_t sequence; /* its number in the store, from 1; given by the store */
    int64_t received;  /* microseconds UTC; given by the store */
    int64_t time;      /* when it happened, microseconds UTC; SS_NO_TIME: not given, which becomes `received` */
    ss_event event;
    float quantity;                 /* pieces; 0: not given, which becomes 1; negative: a return */
    int64_t unit_price;             /* minor units, or SS_NO_MONEY (log/catalog.h) */
    ss_slice texts[SS_EVENT_TEXTS]; /* borrowed; 1 to SS_ID_MAX bytes of UTF-8 without control characters, or empty */
} ss_live_event;

#define SS_EVENT_RECORD_VERSION 1u
#define SS_EVENT_INSTANT_MAX    (INT64_C(1) << 55) /* instants are smaller, so that an interaction can hold them */
#define SS_EVENT_PRICE_MAX      INT64_C(900000000000000)

/* head + time + quantity + price + texts + checksum */
#define SS_EVENT_RECORD_MAX (12u + 8u + 4u + 8u + SS_EVENT_TEXTS * (1u + 255u) + 4u)

/* What is told of an offer by its name need not name a product: an impression, acceptance or dismissal with offer_id. */
bool ss_live_event_needs_item(const ss_live_event *event);

/* The size of the record of an event whose parts are all within their ranges; at most SS_EVENT_RECORD_MAX. */
size_t ss_live_event_size(const ss_live_event *event);

/* Writes the record, of that size, to `out`. The sequence number is no part of it. */
void ss_live_event_encode(const ss_live_event *event, void *out);

/*
 * Reads a record; whatever the bytes, everything in *event is within its range afterwards. The texts are borrowed from
 * `record`; `sequence` is left alone. SS_E_CORRUPT with the offset of what is wrong; SS_E_UNSUPPORTED: a version that
 * this program does not know. *event may be partly filled then.
 */
ss_status ss_live_event_decode(ss_slice record, ss_live_event *event, ss_error *error);

#endif

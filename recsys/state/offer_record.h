/*
 * offer_record.h: one decision about one visitor who was leaving, as it is kept: what was decided and why, what was
 * offered at which terms, what became of it; and the record of it in the store (versioned, checksummed, as
 * live_event.h). Money in minor units, time in microseconds UTC.
 *
 * A record, version 1; a number is one of record_reader.h, a text is u8 size and bytes:
 *
 *   u8 version, u8 verdict, u8 page, u8 bits (1: closed), u8 offers, u8 kind of the terms,
 *   numbers: number, time, expires - time, closes - time, day, stake, share, amount, points, value_min, orders, revenue,
 *   margin, given,
 *   texts: campaign, incentive, variant, segment, customer_id, session_id, request_id, page_item, gift_item,
 *   then each offer: u8 state, u8 told, u8 source of the reason, texts: item_id, with_item, because, numbers: list,
 *   offer, lease, pairs, customers, and of one that was redeemed redeemed_at - time, cost, value and the text order_id,
 *   u32 checksum, little-endian: the lower half of XXH3-64 over all bytes before it.
 *
 * There is one record for a decision and one decision for a record: what decodes encodes to the same bytes.
 *
 * Pure functions: safe from any thread.
 */
#ifndef SS_STATE_OFFER_RECORD_H
#define SS_STATE_OFFER_RECORD_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_OFFERS_MAX 8u /* of one decision */

/* An offer's number is decision * SS_OFFERS_MAX + its place; decisions are numbered from 1, below this. */
#define SS_DECISION_MAX (UINT64_C(1) << 37)

/* What was decided. The values are part of the record and never renumbered; names are the protocol's `reason`. */
typedef enum ss_verdict {
    SS_VERDICT_SHOWN = 0,       /* "offer": something is shown */
    SS_VERDICT_HELD_OUT = 1,    /* the visitor is of the share that is never shown the campaign; what would have been
                                   shown is in the record: a ghost offer */
    SS_VERDICT_NOT_WORTH = 2,   /* nothing is expected to earn more than showing nothing */
    SS_VERDICT_NO_CAMPAIGN = 3, /* none of this page is eligible now for this visitor and cart */
    SS_VERDICT_NO_PRODUCTS = 4, /* none that may be offered */
    SS_VERDICT_SHOWS = 5,       /* shown as often as is allowed in this session */
    SS_VERDICT_COOLING = 6,     /* too soon after a dismissal or a purchase */
    SS_VERDICT_NO_CONSENT = 7,
    SS_VERDICT_OPEN_OFFER = 8, /* without stacking: the visitor has an offer that is still good */
    SS_VERDICTS
} ss_verdict;
const char *ss_verdict_name(ss_verdict verdict); /* NULL outside */

typedef enum ss_offer_state {
    SS_OFFER_OPEN = 0, /* its lease holds */
    SS_OFFER_EXPIRED = 1,
    SS_OFFER_REDEEMED = 2,
    SS_OFFER_UNDONE = 3, /* redeemed, and the order cancelled: final */
    SS_OFFER_STATES
} ss_offer_state;
const char *ss_offer_state_name(ss_offer_state state);

#define SS_OFFER_SEEN      1u /* an impression of it was told */
#define SS_OFFER_ACCEPTED  2u
#define SS_OFFER_DISMISSED 4u

/* Why this product: the part of ss_reason (shelf/request.h) that is told again when a request is repeated. */
typedef struct ss_offer_reason {
    uint8_t source;   /* ss_source, or SS_OFFER_FROM_… */
    ss_slice because; /* item it goes with; may be empty */
    uint32_t pairs, customers;
} ss_offer_reason;

#define SS_OFFER_FROM_PAGE 128u /* the page's own product */
#define SS_OFFER_FROM_SEEN 129u /* seen in this session */
#define SS_OFFER_FROM_CART 130u /* in the cart, or the cart itself */

typedef struct ss_offer {
    uint64_t number;     /* given by the ledger */
    ss_slice item_id;    /* empty: the cart as a whole */
    ss_slice with_item;  /* of a bundle: the page's product; else empty */
    int64_t list, offer; /* price of a piece (bundle: of both; cart: of all) before and after */
    int64_t lease; /* worst-case cost to the shop, held in the budgets while it is open; 0: nothing is given, no code */
    ss_offer_state state;
    uint8_t told; /* SS_OFFER_SEEN, … */
    ss_offer_reason reason;
    /* of one that was redeemed, undone or not: */
    int64_t redeemed_at, redeemed_cost,
        redeemed_value; /* what it cost the shop (<= lease); what the order's lines came to */
    ss_slice order_id;
} ss_offer;

/* The incentive as it was promised: the policy may say something else by now. */
typedef struct ss_offer_terms {
    uint8_t kind; /* ss_incentive_kind, of which this knows nothing, as of ss_offer_page and ss_source */
    int64_t share, amount, points, value_min;
    ss_slice gift_item;
} ss_offer_terms;

/* What the visitor bought from the decision to the end of its window. Returns count negative. */
typedef struct ss_offer_outcome {
    uint32_t orders; /* purchases told; > 0: bought */
    int64_t revenue; /* what was paid at list prices, before incentives */
    int64_t margin;  /* net of tax and costs, before incentives; of items with known cost */
    int64_t given;   /* what incentives cost, by redemption */
} ss_offer_outcome;

typedef struct ss_decision {
    uint64_t number;               /* given by the ledger, 1 .. SS_DECISION_MAX - 1 */
    int64_t time, expires, closes; /* of its offers; of its window */
    int32_t day;                   /* of the shop: leases count on it */
    ss_verdict verdict;
    uint8_t page;  /* ss_offer_page */
    bool closed;   /* its window is over, and the learner has seen it */
    int64_t stake; /* minor units: margin expected of a purchase without incentive; >= 1 where it is learned from */
    ss_slice campaign, incentive, variant, segment; /* names; incentive: what was, or would have been, shown: "none",
                                                       "nothing", or an incentive's; empty where none was decided */
    ss_slice customer_id, session_id, request_id, page_item; /* may be empty */
    ss_offer_terms terms;
    ss_offer_outcome outcome;
    size_t offer_count; /* ghosts too: those are never leased */
    ss_offer offers[SS_OFFERS_MAX];
} ss_decision;

/* Who a decision is about: the customer where one is named, else the session. */
ss_slice ss_decision_visitor(const ss_decision *decision);

/*
 * The ranges: money 0 .. SS_OFFER_MONEY_MAX (outcomes: either sign), offer <= list, redeemed_cost <= lease; instants
 * 0 <= t < SS_EVENT_INSTANT_MAX (live_event.h); |day| < SS_OFFER_DAY_MAX; texts are ids of at most SS_ID_MAX bytes, or
 * empty; of what is SHOWN the campaign is not. SS_E_RANGE names the field.
 */
#define SS_OFFER_MONEY_MAX INT64_C(900000000000000)
#define SS_OFFER_DAY_MAX   (INT32_C(1) << 30)
int64_t ss_offer_sum(int64_t a, int64_t b); /* of an outcome, of two within its range: as far as that goes */
ss_status ss_decision_check(const ss_decision *decision, ss_error *error);

/* Writes the record of a decision within its ranges to `out`, which has SS_DECISION_RECORD_MAX bytes; its size. */
#define SS_DECISION_RECORD_MAX 12288u
size_t ss_decision_encode(const ss_decision *decision, void *out);

/* Whatever the bytes, everything in *decision is within its range afterwards; offers[offer_count ..] are left alone.
 * Texts are borrowed from `record`. SS_E_CORRUPT with the offset; SS_E_UNSUPPORTED: of another version. */
ss_status ss_decision_decode(ss_slice record, ss_decision *decision, ss_error *error);

#endif

/*
 * call.h: a request's bytes become a call. One pass over the bytes, which nothing is copied from and nothing allocated
 * for: a count or length is held against the bytes left and against its named maximum before it is used.
 */
#ifndef SS_SERVER_CALL_H
#define SS_SERVER_CALL_H

#include "offers/offers.h"
#include "server/protocol.h"

typedef struct ss_call_shelf {
    ss_shelf_kind kind;
    uint32_t limit; /* 0: that of the request */
} ss_call_shelf;

/* Of a page: the decision that is to be made with its shelves. */
typedef struct ss_call_offers {
    bool wanted, relaxed;     /* relaxed: to be answered before the sync */
    ss_offer_request request; /* what it shares with the page filled in, once all is read */
    ss_cart_line cart[SS_CONTEXT_MAX];
} ss_call_offers;

/* Of find, beside `request`, of which it takes items, filter, limit and time. */
typedef struct ss_call_find {
    ss_slice text, after;
    bool all;        /* also what may not be shown: for admins */
    bool categories; /* tell of these too */
} ss_call_find;

/* Large (some 32 kB): one for each thread, reused. Slices point into the decoded bytes. */
typedef struct ss_call {
    bool has_msgid;
    uint32_t msgid;
    ss_method method;
    unsigned fields;    /* 1u << ss_field */
    size_t params;      /* where they begin in the message; those of a recorded method are not read here */
    bool has_timestamp; /* else request.now is INT64_MIN: the clock's time is to be taken */
    ss_request request; /* of a shelf, or of all shelves of a page */
    ss_call_shelf shelves[SS_SHELVES_MAX]; /* of a page */
    size_t shelf_count;
    ss_slice request_id; /* empty: none */
    bool buckets;        /* of stats */
    ss_call_find find;
    ss_call_offers offers;
    ss_slice items[SS_CONTEXT_MAX], cart[SS_CONTEXT_MAX], exclude[SS_EXCLUDE_MAX]; /* what `request` points to */
} ss_call;

/*
 * Reads `message`. False: `fault` says why; msgid is given as far as it was reached (has_msgid), so that the error
 * reply can carry it. Safe from any thread, each with its own call.
 */
bool ss_call_decode(ss_slice message, ss_call *call, ss_fault *fault);

/* Reads the params of a method whose head has been read elsewhere, and which is not recorded, or is a page. */
bool ss_call_decode_params(ss_slice params, ss_method method, ss_call *call, ss_fault *fault);

/* Does it change live state: is it for the recorder? And what does it take to call it? */
bool ss_call_is_recorded(const ss_call *call);
ss_role ss_call_role(const ss_call *call);

#endif

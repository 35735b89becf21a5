/*
 * call.h: a request's bytes become a call. One pass over the bytes, which nothing is copied from and nothing allocated
 * for: a count or length is held against the bytes left and against its named maximum before it is used.
 */
#ifndef SS_SERVER_CALL_H
#define SS_SERVER_CALL_H

#include "server/protocol.h"

typedef struct ss_call_shelf {
    ss_shelf_kind kind;
    uint32_t limit; /* 0: that of the request */
} ss_call_shelf;

/* Large (some 25 kB): one for each thread, reused. Slices point into the decoded bytes. */
typedef struct ss_call {
    bool has_msgid;
    uint32_t msgid;
    ss_method method;
    unsigned fields;    /* 1u << ss_field */
    size_t params;      /* of a recorded method: where they begin in the message; they are not read here */
    bool has_timestamp; /* else request.now is INT64_MIN: the clock's time is to be taken */
    ss_request request; /* of a shelf, or of all shelves of a page */
    ss_call_shelf shelves[SS_SHELVES_MAX]; /* of a page */
    size_t shelf_count;
    ss_slice items[SS_CONTEXT_MAX], cart[SS_CONTEXT_MAX], exclude[SS_EXCLUDE_MAX]; /* what `request` points to */
} ss_call;

/*
 * Reads `message`. False: `fault` says why; msgid is given as far as it was reached (has_msgid), so that the error
 * reply can carry it. Safe from any thread, each with its own call.
 */
bool ss_call_decode(ss_slice message, ss_call *call, ss_fault *fault);

#endif

/*
 * call_offers.h: the params of `offers` and `preview`. One pass over the bytes; nothing is copied or allocated. Whatever
 * is decoded is within the ranges of ss_offer_request (offers/offers.h).
 */
#ifndef SS_SERVER_CALL_OFFERS_H
#define SS_SERVER_CALL_OFFERS_H

#include "offers/offers.h"
#include "server/protocol.h"

/* Large (some 23 kB): one for each thread, reused. Slices point into the decoded bytes. */
typedef struct ss_offers_call {
    ss_offer_request request; /* points to the lists below; whether it is a preview is not said here */
    unsigned fields;          /* 1u << ss_field */
    bool relaxed;             /* to be answered before the sync */
    ss_cart_line cart[SS_CONTEXT_MAX];
    ss_slice exclude[SS_EXCLUDE_MAX];
} ss_offers_call;

/* Reads `params` (the last element of the request). False: `fault` says why. Safe from any thread, each with its own
 * call. */
bool ss_offers_call_decode(ss_slice params, ss_offers_call *call, ss_fault *fault);

#endif

/*
 * call_redeem.h: the params of `redeem`. One pass over the bytes; nothing is copied or allocated. Whatever is decoded is
 * within the ranges of ss_redeem_request (offers/redeem.h).
 */
#ifndef SS_SERVER_CALL_REDEEM_H
#define SS_SERVER_CALL_REDEEM_H

#include "offers/redeem.h"
#include "server/protocol.h"

typedef struct ss_redeem_call {
    ss_redeem_request request; /* points to the lines; slices point into the decoded bytes */
    ss_cart_line cart[SS_CART_LINES_MAX];
} ss_redeem_call;

/* As ss_offers_call_decode. */
bool ss_redeem_call_decode(ss_slice params, ss_redeem_call *call, ss_fault *fault);

#endif

/*
 * call_visitor.h: the params of `visitor`. One pass over the bytes; nothing is copied or allocated. Safe from any thread,
 * each with its own call.
 */
#ifndef SS_SERVER_CALL_VISITOR_H
#define SS_SERVER_CALL_VISITOR_H

#include "server/protocol.h"

#define SS_VISITOR_LIMIT_DEFAULT 50u

typedef struct ss_visitor_call {
    ss_slice session_id, customer_id; /* one of them is there; borrowed from the bytes */
    unsigned fields;                  /* 1u << ss_field: columns of the products */
    uint32_t limit;                   /* most products of the history, 1..SS_LIMIT_MAX */
    int64_t timestamp;                /* microseconds UTC; INT64_MIN: the clock's */
} ss_visitor_call;

/* Reads `params` (the last element of the request). False: `fault` says why. */
bool ss_visitor_call_decode(ss_slice params, ss_visitor_call *call, ss_fault *fault);

#endif

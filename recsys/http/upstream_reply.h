/*
 * upstream_reply.h: what a gateway has to know of a server's reply. Pure: safe from any thread.
 */
#ifndef SS_HTTP_UPSTREAM_REPLY_H
#define SS_HTTP_UPSTREAM_REPLY_H

#include "base/slice.h"
#include "server/protocol.h"

typedef struct ss_upstream_reply {
    uint32_t number;     /* msgid */
    bool failed;         /* it is an error; */
    ss_fault_code code;  /* of this code, SS_FAULT_INTERNAL for one that is not known; else 0 */
    ss_slice generation; /* of a result that has one; borrowed */
} ss_upstream_reply;

/* False: the bytes are no reply: [1, msgid, error or nil, result or nil], well formed, one of the two a map, nothing behind it. */
bool ss_upstream_reply_read(ss_slice bytes, ss_upstream_reply *reply);

#endif

/*
 * fault_reply.h: the error replies that a backend gives itself, when it cannot ask or was not answered. Safe from any thread, each with
 * its own buffer.
 */
#ifndef SS_HTTP_FAULT_REPLY_H
#define SS_HTTP_FAULT_REPLY_H

#include "base/buffer.h"
#include "server/protocol.h"

/* [1, msgid, {code, name, message, field?}, nil] into `out`, which is emptied; borrowed from it. Empty: out of memory. */
ss_slice ss_fault_reply(ss_buffer *out, uint32_t msgid, const ss_fault *fault);

/* The same of a fault that is of no param. `message` is cut to fit. */
ss_slice ss_fault_reply_text(ss_buffer *out, uint32_t msgid, ss_fault_code code, const char *message);

#endif

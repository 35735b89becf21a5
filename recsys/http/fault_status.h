/* fault_status.h: the protocol's error codes as HTTP's statuses, and errors as JSON. Safe from any thread. */
#ifndef SS_HTTP_FAULT_STATUS_H
#define SS_HTTP_FAULT_STATUS_H

#include "base/buffer.h"
#include "server/protocol.h"

unsigned ss_fault_status(ss_fault_code code);

/* {"error": {"code": …, "message": …, "field": …}}, emptied first. SS_E_NOMEM. */
ss_status ss_fault_json(const ss_fault *fault, ss_buffer *out);

/* A reply message, [1, msgid, error, result], taken apart: true: *result is the result; false: the fault. Bytes that are no such
 * message are SS_FAULT_INTERNAL. */
bool ss_reply_result(ss_slice reply, ss_slice *result, ss_fault *fault);

#endif

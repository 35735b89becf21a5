/* question.h: a method's params out of a body, and what a backend wants to know of them before it asks. Pure. */
#ifndef SS_HTTP_QUESTION_H
#define SS_HTTP_QUESTION_H

#include "base/buffer.h"
#include "http/backend.h"

/*
 * A body of JSON as params (a MessagePack map, appended to `out`): what ss_query_params is to a query. False: `fault` says why (SS_FAULT_MALFORMED;
 * SS_FAULT_REPEATED_PARAM: a name stands twice in one object; SS_FAULT_INTERNAL: no memory), and `out` is as it was.
 */
bool ss_body_params(ss_slice json, ss_buffer *out, ss_fault *fault);

/* params: a whole MessagePack map, borrowed. The ticket is for the port to fill in. */
ss_backend_request ss_question_of(ss_method method, ss_slice params);

#endif

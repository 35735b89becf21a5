/*
 * json_reply.h: what a site answers in JSON: what its reply's buffer holds, or an error in the form of the API's own. Nobody keeps it. Pure.
 */
#ifndef SS_HTTP_JSON_REPLY_H
#define SS_HTTP_JSON_REPLY_H

#include "http/site.h"

/* The whole of the buffer. */
void ss_json_reply(ss_http_reply *reply, unsigned status);

/* {"error": …} in the place of whatever is in the buffer; without memory an empty body. */
void ss_json_reply_fault(ss_http_reply *reply, unsigned status, const ss_fault *fault);

/* The same of a fault that is of no param. `message` is cut to fit. */
void ss_json_reply_refuse(ss_http_reply *reply, unsigned status, ss_fault_code code, const char *message);

#endif

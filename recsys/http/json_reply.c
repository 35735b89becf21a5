#include "http/json_reply.h"

#include "http/fault_status.h"
#include <stdio.h>

void ss_json_reply(ss_http_reply *reply, unsigned status)
{
    reply->status = status;
    reply->type = "application/json";
    reply->body = (ss_slice){reply->buffer->data, reply->buffer->size};
    reply->no_store = true;
}

void ss_json_reply_fault(ss_http_reply *reply, unsigned status, const ss_fault *fault)
{
    if (ss_fault_json(fault, reply->buffer) != SS_OK)
        ss_buffer_clear(reply->buffer);
    ss_json_reply(reply, status);
}

void ss_json_reply_refuse(ss_http_reply *reply, unsigned status, ss_fault_code code, const char *message)
{
    ss_fault fault = {.code = code};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    ss_json_reply_fault(reply, status, &fault);
}

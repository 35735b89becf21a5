#include "http/exchange_room.h"

#include "http/fault_status.h"
#include <stdio.h>

/* ---- responses that are made here ---- */

void ss_exchange_json(ss_exchange *one, unsigned status)
{
    ss_http_reply *reply = &one->response.reply;
    ss_buffer *json = &one->buffers[SS_USE_REPLY];
    reply->status = status;
    reply->type = "application/json";
    reply->body = (ss_slice){json->data, json->size};
}

void ss_exchange_fault(ss_exchange *one, unsigned status, const ss_fault *fault)
{
    if (ss_fault_json(fault, &one->buffers[SS_USE_REPLY]) != SS_OK)
        ss_buffer_clear(&one->buffers[SS_USE_REPLY]);
    ss_exchange_json(one, status);
    one->response.tagged = false;
    if (status == 503 && one->response.retry_s == 0)
        one->response.retry_s = 1;
}

/* The reply is an error, and made. */
void ss_exchange_refuse(ss_exchange *one, unsigned status, ss_fault_code code, const char *message)
{
    ss_fault fault = {.code = code};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    ss_exchange_fault(one, status, &fault);
    one->refused = true;
}

void ss_exchange_refuse_by(ss_exchange *one, const ss_refusal *refusal)
{
    one->response.retry_s = refusal->retry_s;
    ss_exchange_fault(one, refusal->status, &refusal->fault);
    one->refused = true;
}

/* ---- the reply goes out ---- */

static void count_status(ss_http_counts *counts, unsigned status)
{
    if (status >= SS_HTTP_STATUS_LEAST && status <= SS_HTTP_STATUS_MOST)
        ss_count(&counts->requests[status - SS_HTTP_STATUS_LEAST]);
}

static bool is_draining(const ss_exchanges *all)
{
    const atomic_bool *draining = all->setting.port->draining;
    return draining && atomic_load_explicit(draining, memory_order_relaxed);
}

enum MHD_Result ss_exchange_send(ss_exchange *one)
{
    ss_exchanges *all = one->all;
    ss_response *response = &one->response;
    response->close = response->close || all->closing || is_draining(all);
    response->by_caller = ss_gate_varies(&one->request);
    response->header_count =
        ss_gate_headers(all->setting.gate, &one->guest, &one->request, one->verb == SS_VERB_OPTIONS, response->headers);
    one->stage = SS_STAGE_SENT;
    ss_exchange_hold(one, response->reply.body.size);
    unsigned status = response->reply.status;
    enum MHD_Result result =
        ss_respond(one->request.connection, response, all->packer, &one->buffers[SS_USE_PACKED], &status);
    count_status(all->setting.counts, status);
    return result;
}

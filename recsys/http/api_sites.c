#include "http/api_sites.h"

#include "base/clock.h"
#include "http/fault_status.h"
#include "http/json_reply.h"
#include "http/question.h"
#include "http/sites.h"
#include "http/transcode.h"
#include "http/visitor_token.h"
#include "server/call_reader.h"
#include <stdio.h>

#define MINUTE     INT64_C(60000000) /* microseconds */
#define PARAMS_MAX 4096u             /* bytes of a token's params */

/* ---- /v1/token ---- */

typedef struct token_params {
    ss_slice customer_id, session_id;
    int64_t minutes;
} token_params;

static bool read_customer(ss_call_reader *reader)
{
    token_params *params = reader->target;
    return ss_call_read_kept_id(reader, &params->customer_id);
}

static bool read_session(ss_call_reader *reader)
{
    token_params *params = reader->target;
    if (!ss_call_read_id(reader, &params->session_id))
        return false;
    return ss_session_is_public(params->session_id) ||
           SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": %u to 255 visible characters of ASCII are allowed",
                              SS_PUBLIC_SESSION_LENGTH);
}

static bool read_minutes(ss_call_reader *reader)
{
    token_params *params = reader->target;
    return ss_call_read_integer(reader, 1, SS_VISITOR_MINUTES_MAX, &params->minutes);
}

static bool read_params(ss_slice wire, token_params *params, ss_fault *fault)
{
    static const ss_param table[] = {
        {SS_SLICE_LITERAL("customer_id"), read_customer},
        {SS_SLICE_LITERAL("session_id"), read_session},
        {SS_SLICE_LITERAL("minutes"), read_minutes},
        {{NULL, 0}, NULL},
    };
    ss_call_reader reader = ss_call_reader_over(wire, params, fault);
    if (!ss_call_read_params(&reader, table, ""))
        return false;
    reader.field = params->customer_id.data ? "session_id" : "customer_id";
    return (params->customer_id.data && params->session_id.data) ||
           SS_CALL_FAIL_VALUE(&reader, SS_FAULT_MISSING_PARAM, " is missing");
}

static ss_status write_token(const char *token, int64_t expires, ss_buffer *out)
{
    uint8_t wire[SS_VISITOR_TOKEN_SIZE + 64], *at = ss_wire_put_map(wire, 2);
    at = ss_wire_put_text(at, "customer_token", 14);
    at = ss_wire_put_text(at, token, strlen(token));
    at = ss_wire_put_text(at, "expires_at", 10);
    at = ss_wire_put_int(at, expires);
    ss_buffer_clear(out);
    return ss_wire_to_json((ss_slice){(char *)wire, (size_t)(at - wire)}, out, NULL);
}

static bool make_token(ss_key_ring *ring, const token_params *params, ss_buffer *out, ss_fault *fault)
{
    ss_error error;
    char token[SS_VISITOR_TOKEN_SIZE];
    int64_t expires = ss_clock_now() + params->minutes * MINUTE;
    const ss_api_keys *keys = ss_key_ring_hold(ring);
    ss_status status = ss_visitor_token_make(keys, params->customer_id, params->session_id, expires, token, &error);
    ss_key_ring_let_go(ring);
    if (status == SS_OK)
        status = write_token(token, expires, out);
    if (status == SS_OK)
        return true;
    *fault = (ss_fault){.code = status == SS_E_UNSUPPORTED ? SS_FAULT_REFUSED : SS_FAULT_INTERNAL};
    ss_error_format(&error, fault->message, sizeof fault->message);
    return false;
}

static void answer_token(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    ss_fault fault = {0};
    token_params params = {.minutes = SS_VISITOR_MINUTES};
    ss_buffer wire;
    ss_buffer_init(&wire, PARAMS_MAX);
    if (ss_body_params(request->body, &wire, &fault) &&
        read_params((ss_slice){wire.data, wire.size}, &params, &fault) &&
        make_token(context, &params, reply->buffer, &fault))
        ss_json_reply(reply, 200);
    else
        ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
    ss_buffer_release(&wire);
}

/* ---- the others ---- */

static void answer_description(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    (void)context;
    (void)request;
    ss_site_asset(SS_SLICE_LITERAL("openapi.json"), reply);
    reply->any_origin = true;
}

static void answer_unknown(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    static const size_t prefix = sizeof "/v1/" - 1;
    ss_fault fault = {.code = SS_FAULT_UNKNOWN_METHOD};
    char printable[48];
    (void)context;
    ss_slice_printable((ss_slice){request->path.data + prefix, request->path.size - prefix}, printable,
                       sizeof printable);
    snprintf(fault.message, sizeof fault.message, "there is no method '%s'", printable);
    ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
}

size_t ss_api_sites(ss_key_ring *keys, ss_http_site *sites)
{
    size_t count = 0;
    sites[count++] = (ss_http_site){
        .prefix = "/v1/token", .secret = true, .post_only = true, .context = keys, .answer = answer_token};
    sites[count++] = (ss_http_site){.prefix = "/openapi.json", .read_only = true, .answer = answer_description};
    sites[count++] = (ss_http_site){.prefix = "/v1/", .answer = answer_unknown};
    return count;
}

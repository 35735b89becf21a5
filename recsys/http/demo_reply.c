#include "http/demo_reply.h"

#include "http/fault_status.h"
#include "http/json_reply.h"
#include "http/question.h"
#include "http/routes.h"
#include "http/transcode.h"
#include <stdio.h>

/* ---- replies ---- */

void ss_demo_value(ss_http_reply *reply, unsigned status, ss_slice wire)
{
    ss_buffer_clear(reply->buffer);
    if (ss_wire_to_json(wire, reply->buffer, NULL) == SS_OK)
        ss_json_reply(reply, status);
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "the reply cannot be said in JSON");
}

/* ---- maps that are written ---- */

uint8_t *ss_demo_put_name(uint8_t *at, const char *name)
{
    return ss_wire_put_text(at, name, strlen(name));
}

uint8_t *ss_demo_put_text(uint8_t *at, const char *name, ss_slice text)
{
    return ss_wire_put_text(ss_demo_put_name(at, name), text.data, text.size);
}

uint8_t *ss_demo_put_integer(uint8_t *at, const char *name, int64_t value)
{
    return ss_wire_put_int(ss_demo_put_name(at, name), value);
}

/* ---- the backend ---- */

void ss_demo_ask(ss_http_reply *reply, ss_method method, size_t from, ss_slice session,
                 void (*finish)(void *site, ss_slice result, ss_http_reply *reply))
{
    reply->later = true;
    reply->finish = finish;
    reply->question = (ss_backend_request){.method = method,
                                           .params = {reply->buffer->data + from, reply->buffer->size - from},
                                           .visitor = session,
                                           .request_id = {"", 0},
                                           .recorded = ss_method_is_recorded(method),
                                           .idempotent = ss_method_is_safe(method)};
}

bool ss_demo_result(ss_http_reply *reply, ss_slice message, ss_slice *result)
{
    ss_fault fault;
    if (message.size == 0)
        ss_json_reply_refuse(reply, 504, SS_FAULT_BUSY, "no answer came in time");
    else if (ss_reply_result(message, result, &fault))
        return true;
    else
        ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
    return false;
}

bool ss_demo_read(ss_http_reply *reply, ss_buffer *wire)
{
    static const ss_slice json = SS_SLICE_LITERAL("application/json");
    ss_fault fault;
    ss_slice type = reply->request->header(reply->request, "Content-Type");
    if (reply->request->verb != SS_HTTP_POST) {
        reply->allow = "POST";
        ss_json_reply_refuse(reply, 405, SS_FAULT_MALFORMED, "this changes something: POST");
        return false;
    }
    if (type.size < json.size || !ss_slice_equal_nocase((ss_slice){type.data, json.size}, json)) {
        ss_json_reply_refuse(reply, 415, SS_FAULT_MALFORMED, "the body must be application/json");
        return false;
    }
    if (ss_body_params(reply->request->body, wire, &fault))
        return true;
    ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
    return false;
}

/* ---- values ---- */

static ss_wire_reader reader_over(ss_slice value)
{
    const uint8_t *bytes = (const uint8_t *)value.data;
    return (ss_wire_reader){bytes, bytes + value.size};
}

/* The value that comes next, as a whole; NULL bytes: there is none. */
static ss_slice take_value(ss_wire_reader *reader)
{
    const uint8_t *from = reader->at;
    if (!ss_wire_skip(reader, SIZE_MAX))
        return (ss_slice){NULL, 0};
    return (ss_slice){(const char *)from, (size_t)(reader->at - from)};
}

ss_slice ss_demo_entry(ss_slice map, const char *name)
{
    ss_wire_token head;
    ss_wire_reader reader = reader_over(map);
    bool is_map = map.data && ss_wire_next(&reader, &head) && head.kind == SS_WIRE_MAP;
    for (uint64_t i = 0; is_map && i < head.number; i++) {
        ss_slice key = take_value(&reader), value = take_value(&reader);
        if (!value.data)
            break;
        if (ss_slice_equal(ss_demo_text(key), ss_slice_of(name)))
            return value;
    }
    return (ss_slice){NULL, 0};
}

ss_slice ss_demo_element(ss_slice array, size_t number)
{
    ss_wire_token head;
    ss_wire_reader reader = reader_over(array);
    if (number >= ss_demo_count(array) || !ss_wire_next(&reader, &head))
        return (ss_slice){NULL, 0};
    for (size_t i = 0; i < number; i++)
        if (!take_value(&reader).data)
            return (ss_slice){NULL, 0};
    return take_value(&reader);
}

size_t ss_demo_count(ss_slice array)
{
    ss_wire_token head;
    ss_wire_reader reader = reader_over(array);
    return array.data && ss_wire_next(&reader, &head) && head.kind == SS_WIRE_ARRAY ? (size_t)head.number : 0;
}

static bool take_token(ss_slice value, ss_wire_token *token)
{
    ss_wire_reader reader = reader_over(value);
    return value.data && ss_wire_next(&reader, token);
}

ss_slice ss_demo_text(ss_slice value)
{
    ss_wire_token token;
    if (!take_token(value, &token) || token.kind != SS_WIRE_TEXT)
        return (ss_slice){"", 0};
    return (ss_slice){token.bytes, token.size};
}

int64_t ss_demo_integer(ss_slice value, int64_t otherwise)
{
    ss_wire_token token;
    if (!take_token(value, &token) || (token.kind != SS_WIRE_UINT && token.kind != SS_WIRE_INT))
        return otherwise;
    return (int64_t)token.number;
}

bool ss_demo_is_true(ss_slice value)
{
    ss_wire_token token;
    return take_token(value, &token) && token.kind == SS_WIRE_BOOL && token.number;
}

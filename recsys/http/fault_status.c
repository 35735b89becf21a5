#include "http/fault_status.h"

#include "client/wire.h"
#include "http/transcode.h"
#include <stdio.h>

unsigned ss_fault_status(ss_fault_code code)
{
    static const unsigned statuses[SS_FAULT_COUNT] = {
        [SS_FAULT_MALFORMED] = 400,      [SS_FAULT_UNKNOWN_METHOD] = 404, [SS_FAULT_UNKNOWN_PARAM] = 400,
        [SS_FAULT_WRONG_TYPE] = 400,     [SS_FAULT_OUT_OF_RANGE] = 400,   [SS_FAULT_MISSING_PARAM] = 400,
        [SS_FAULT_REPEATED_PARAM] = 400, [SS_FAULT_TOO_LARGE] = 413,      [SS_FAULT_ACCESS_DENIED] = 403,
        [SS_FAULT_BUSY] = 503,           [SS_FAULT_SHUTTING_DOWN] = 503,  [SS_FAULT_REFUSED] = 409,
        [SS_FAULT_INTERNAL] = 500,       [SS_FAULT_NOT_STORED] = 503,
    };
    return (unsigned)code < SS_FAULT_COUNT && statuses[code] ? statuses[code] : 500;
}

/* ---- as JSON: by way of the protocol's form, so that text is escaped in one place ---- */

#define FAULT_MAX 512u /* bytes of a fault as MessagePack */

_Static_assert(FAULT_MAX > sizeof(ss_fault) + 64, "names and heads");

static uint8_t *put_pair(uint8_t *at, const char *name, const char *value)
{
    at = ss_wire_put_text(at, name, strlen(name));
    return ss_wire_put_text(at, value, strlen(value));
}

ss_status ss_fault_json(const ss_fault *fault, ss_buffer *out)
{
    uint8_t wire[FAULT_MAX], *at = ss_wire_put_map(wire, 1);
    const char *name = ss_fault_name(fault->code);
    at = ss_wire_put_text(at, "error", 5);
    at = ss_wire_put_map(at, fault->field[0] ? 3 : 2);
    at = put_pair(at, "code", name ? name : "internal");
    at = put_pair(at, "message", fault->message);
    if (fault->field[0])
        at = put_pair(at, "field", fault->field);
    ss_buffer_clear(out);
    return ss_wire_to_json((ss_slice){(char *)wire, (size_t)(at - wire)}, out, NULL);
}

/* ---- a reply message ---- */

static void copy_text(char *to, size_t size, const ss_wire_token *token)
{
    size_t used = token->size < size - 1 ? token->size : size - 1;
    memcpy(to, token->bytes, used);
    to[used] = '\0';
}

static bool read_fault(ss_wire_reader *wire, ss_fault *fault)
{
    ss_wire_token map, name, value;
    if (!ss_wire_next(wire, &map) || map.kind != SS_WIRE_MAP)
        return false;
    for (uint64_t i = 0; i < map.number; i++) {
        if (!ss_wire_next(wire, &name) || name.kind != SS_WIRE_TEXT || !ss_wire_next(wire, &value))
            return false;
        ss_slice of = {name.bytes, name.size};
        if (value.kind == SS_WIRE_UINT && ss_slice_equal(of, SS_SLICE_LITERAL("code")))
            fault->code = (ss_fault_code)value.number;
        if (value.kind == SS_WIRE_TEXT && ss_slice_equal(of, SS_SLICE_LITERAL("message")))
            copy_text(fault->message, sizeof fault->message, &value);
        if (value.kind == SS_WIRE_TEXT && ss_slice_equal(of, SS_SLICE_LITERAL("field")))
            copy_text(fault->field, sizeof fault->field, &value);
    }
    return ss_fault_name(fault->code) != NULL;
}

static bool is_head(ss_wire_reader *wire)
{
    ss_wire_token token;
    return ss_wire_next(wire, &token) && token.kind == SS_WIRE_ARRAY && token.number == 4 &&
           ss_wire_next(wire, &token) && token.kind == SS_WIRE_UINT && token.number == SS_PROTOCOL_REPLY &&
           ss_wire_next(wire, &token);
}

bool ss_reply_result(ss_slice reply, ss_slice *result, ss_fault *fault)
{
    const uint8_t *bytes = (const uint8_t *)reply.data;
    ss_wire_reader wire = {bytes, bytes + reply.size};
    *fault = (ss_fault){.code = SS_FAULT_INTERNAL, .message = "the reply is no reply"};
    if (!is_head(&wire) || wire.at == wire.end)
        return false;
    if (*wire.at == 0xc0) {
        *result = (ss_slice){(const char *)wire.at + 1, (size_t)(wire.end - wire.at) - 1};
        return true;
    }
    ss_fault found = {0};
    if (read_fault(&wire, &found))
        *fault = found;
    return false;
}

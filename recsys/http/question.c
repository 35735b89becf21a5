#include "http/question.h"

#include "client/wire.h"
#include "http/routes.h"
#include "http/transcode.h"
#include <stdio.h>

static ss_fault_code code_of(ss_status status)
{
    if (status == SS_E_ARGUMENT)
        return SS_FAULT_REPEATED_PARAM;
    return status == SS_E_NOMEM ? SS_FAULT_INTERNAL : SS_FAULT_MALFORMED;
}

bool ss_body_params(ss_slice json, ss_buffer *out, ss_fault *fault)
{
    ss_error error;
    ss_status status = ss_json_to_wire(json, out, &error);
    if (status == SS_OK)
        return true;
    *fault = (ss_fault){.code = code_of(status)};
    if (status == SS_E_ARGUMENT) {
        snprintf(fault->field, sizeof fault->field, "%s", error.field);
        snprintf(fault->message, sizeof fault->message, "%s", error.message);
    } else
        ss_error_format(&error, fault->message, sizeof fault->message);
    return false;
}

static bool is_name(const ss_wire_token *token, const char *name)
{
    return ss_slice_equal((ss_slice){token->bytes, token->size}, ss_slice_of(name));
}

ss_backend_request ss_question_of(ss_method method, ss_slice params)
{
    const uint8_t *bytes = (const uint8_t *)params.data;
    ss_wire_reader wire = {bytes, bytes + params.size};
    ss_wire_token map, name, value;
    ss_slice session = {"", 0}, customer = {"", 0}, request_id = {"", 0};
    bool offers = false, whole = ss_wire_next(&wire, &map) && map.kind == SS_WIRE_MAP;
    for (uint64_t i = 0; whole && i < map.number; i++) {
        if (!ss_wire_next(&wire, &name))
            break;
        ss_wire_reader at = wire;
        if (!ss_wire_next(&at, &value) || !ss_wire_skip(&wire, SIZE_MAX))
            break;
        offers = offers || (method == SS_METHOD_PAGE && is_name(&name, "offers"));
        if (value.kind != SS_WIRE_TEXT)
            continue;
        ss_slice text = {value.bytes, value.size};
        session = is_name(&name, "session_id") ? text : session;
        customer = is_name(&name, "customer_id") ? text : customer;
        request_id = is_name(&name, "request_id") ? text : request_id;
    }
    bool safe = ss_method_is_safe(method) && !offers;
    return (ss_backend_request){.method = method,
                                .params = params,
                                .visitor = session.size ? session : customer,
                                .request_id = request_id,
                                .recorded = !safe && method != SS_METHOD_RELOAD,
                                .idempotent = safe};
}

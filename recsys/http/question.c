#include "http/question.h"

#include "client/wire.h"
#include "http/routes.h"

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

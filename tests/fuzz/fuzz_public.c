/*
 * What a public key sends and is shown: any bytes, as params and as a result of each method. What is let through is well formed, holds no
 * name that is not allowed, and asks nothing of a customer; what is shown holds no name that is not on the list.
 */
#include "http/public_call.h"
#include "http/public_reply.h"

#include "client/wire.h"
#include <stdlib.h>

#define CEILING (1u << 22)

static bool is_name(const ss_wire_token *token, const char *name)
{
    return token->kind == SS_WIRE_TEXT && ss_slice_equal((ss_slice){token->bytes, token->size}, ss_slice_of(name));
}

/* No key of a map in the value, at any depth, is one of the names. Values may say what they like. */
static void check_names(ss_wire_reader *in, const char *const *names)
{
    ss_wire_token token;
    if (!ss_wire_next(in, &token))
        abort();
    uint64_t count = token.kind == SS_WIRE_ARRAY || token.kind == SS_WIRE_MAP ? token.number : 0;
    for (uint64_t i = 0; i < count; i++) {
        ss_wire_token name;
        if (token.kind == SS_WIRE_MAP && !ss_wire_next(in, &name))
            abort();
        for (const char *const *at = names; token.kind == SS_WIRE_MAP && *at; at++)
            if (is_name(&name, *at))
                abort();
        check_names(in, names);
    }
}

static void check(const ss_buffer *out, const char *const *names)
{
    ss_wire_reader in = {(const uint8_t *)out->data, (const uint8_t *)out->data + out->size};
    check_names(&in, names);
    if (in.at != in.end)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const not_asked[] = {"customer_id", "order_id", "unit_price", "timestamp", "explain", NULL};
    static const char *const not_shown[] = {"score", "cost", "pairs", "customers", "decision", "sequence", NULL};
    ss_method method = size > 0 ? (ss_method)(data[0] % SS_METHOD_COUNT) : 0;
    ss_slice bytes = {(const char *)data + (size > 0), size - (size > 0)};
    ss_fault fault;
    ss_buffer out;
    ss_buffer_init(&out, CEILING);
    if (!ss_wire_check(bytes.data, bytes.size, 10000, 16)) /* the port has looked before */
        return 0;
    if (ss_public_params(NULL, method, bytes, 0, &out, &fault)) {
        if (method == SS_METHOD_EVENT)
            check(&out, not_asked);
    } else if (out.size > 0 || !ss_fault_name(fault.code) || !fault.message[0])
        abort();
    ss_buffer_clear(&out);
    if (ss_public_result(method, bytes, &out, NULL) == SS_OK)
        check(&out, not_shown);
    else if (out.size > 0)
        abort();
    ss_buffer_release(&out);
    return 0;
}

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

/* The key of a map, which is none of the names. */
static ss_wire_token read_key(ss_wire_reader *in, const char *const *names)
{
    ss_wire_reader key = *in;
    ss_wire_token name;
    if (!ss_wire_next(&key, &name) || !ss_wire_skip(in, SIZE_MAX)) /* it may be a map itself */
        abort();
    for (; *names; names++)
        if (is_name(&name, *names))
            abort();
    return name;
}

/* No key of a map in the value, at any depth, is one of the names. Values may say what they like. */
static void check_names(ss_wire_reader *in, const char *const *names)
{
    ss_wire_token token;
    if (!ss_wire_next(in, &token))
        abort();
    uint64_t count = token.kind == SS_WIRE_ARRAY || token.kind == SS_WIRE_MAP ? token.number : 0;
    for (uint64_t i = 0; i < count; i++) {
        if (token.kind == SS_WIRE_MAP)
            read_key(in, names);
        check_names(in, names);
    }
}

/* No event says one of the names: neither the params nor one of their `events`. A map in a text's place the server refuses. */
static void check_events(ss_wire_reader *in, const char *const *names)
{
    ss_wire_reader before = *in;
    ss_wire_token token;
    if (!ss_wire_next(in, &token))
        abort();
    if (token.kind != SS_WIRE_MAP && token.kind != SS_WIRE_ARRAY) {
        *in = before;
        if (!ss_wire_skip(in, SIZE_MAX))
            abort();
        return;
    }
    for (uint64_t i = 0; i < token.number; i++) {
        ss_wire_token name = {.kind = SS_WIRE_NIL};
        if (token.kind == SS_WIRE_MAP)
            name = read_key(in, names);
        if (token.kind == SS_WIRE_ARRAY || is_name(&name, "events"))
            check_events(in, names);
        else if (!ss_wire_skip(in, SIZE_MAX))
            abort();
    }
}

static void check(const ss_buffer *out, void (*look)(ss_wire_reader *in, const char *const *names),
                  const char *const *names)
{
    ss_wire_reader in = {(const uint8_t *)out->data, (const uint8_t *)out->data + out->size};
    look(&in, names);
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
            check(&out, check_events, not_asked);
    } else if (out.size > 0 || !ss_fault_name(fault.code) || !fault.message[0])
        abort();
    ss_buffer_clear(&out);
    if (ss_public_result(method, bytes, &out, NULL) == SS_OK)
        check(&out, check_names, not_shown);
    else if (out.size > 0)
        abort();
    ss_buffer_release(&out);
    return 0;
}

#include "http/upstream_reply.h"

#include "client/wire.h"

#define DEPTH_MAX 16u

/* [1, msgid, */
static bool read_head(ss_wire_reader *reader, uint32_t *number)
{
    ss_wire_token array, kind, msgid;
    if (!ss_wire_next(reader, &array) || array.kind != SS_WIRE_ARRAY || array.number != 4)
        return false;
    if (!ss_wire_next(reader, &kind) || kind.kind != SS_WIRE_UINT || kind.number != SS_PROTOCOL_REPLY)
        return false;
    if (!ss_wire_next(reader, &msgid) || msgid.kind != SS_WIRE_UINT || msgid.number > UINT32_MAX)
        return false;
    *number = (uint32_t)msgid.number;
    return true;
}

/* The value of a name in a map whose head was read; the reader is behind its first token. */
static bool find_entry(ss_wire_reader *reader, uint64_t entries, ss_slice wanted, ss_wire_token *value)
{
    ss_wire_token name;
    while (entries-- > 0) {
        if (!ss_wire_next(reader, &name))
            return false;
        if (name.kind == SS_WIRE_TEXT && ss_slice_equal((ss_slice){name.bytes, name.size}, wanted))
            return ss_wire_next(reader, value);
        if (!ss_wire_skip(reader, SS_REPLY_MAX))
            return false;
    }
    return false;
}

static ss_fault_code read_code(ss_wire_reader *reader, uint64_t entries)
{
    ss_wire_token code;
    bool found = find_entry(reader, entries, SS_SLICE_LITERAL("code"), &code) && code.kind == SS_WIRE_UINT;
    return found && code.number > 0 && code.number < SS_FAULT_COUNT ? (ss_fault_code)code.number : SS_FAULT_INTERNAL;
}

bool ss_upstream_reply_read(ss_slice bytes, ss_upstream_reply *reply)
{
    ss_wire_reader reader = {(const uint8_t *)bytes.data, (const uint8_t *)bytes.data + bytes.size};
    ss_wire_token error, result, generation;
    *reply = (ss_upstream_reply){0};
    if (!ss_wire_check(bytes.data, bytes.size, SS_REPLY_MAX, DEPTH_MAX) || !read_head(&reader, &reply->number) ||
        !ss_wire_next(&reader, &error))
        return false;
    reply->failed = error.kind == SS_WIRE_MAP;
    if (reply->failed) {
        reply->code = read_code(&reader, error.number);
        return true;
    }
    if (error.kind != SS_WIRE_NIL || !ss_wire_next(&reader, &result) || result.kind != SS_WIRE_MAP)
        return false;
    if (find_entry(&reader, result.number, SS_SLICE_LITERAL("generation"), &generation) &&
        generation.kind == SS_WIRE_TEXT)
        reply->generation = (ss_slice){generation.bytes, generation.size};
    return true;
}

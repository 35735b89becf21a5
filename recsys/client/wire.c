#include "client/wire.h"

/* ---- reading ---- */

static size_t left(const ss_wire_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* A big-endian number of `size` bytes: 1, 2, 4 or 8. */
static bool read_number(ss_wire_reader *reader, size_t size, uint64_t *number)
{
    if (left(reader) < size)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | reader->at[i];
    reader->at += size;
    *number = value;
    return true;
}

static bool take_bytes(ss_wire_reader *reader, ss_wire_token *token, ss_wire_kind kind, uint64_t size)
{
    if (left(reader) < size)
        return false;
    token->kind = kind;
    token->bytes = (const char *)reader->at;
    token->size = (size_t)size;
    reader->at += size;
    return true;
}

/* Every element takes a byte at least: a count above that is a lie. */
static bool take_count(ss_wire_reader *reader, ss_wire_token *token, ss_wire_kind kind, uint64_t count)
{
    token->kind = kind;
    token->number = count;
    return (kind == SS_WIRE_MAP ? 2 * count : count) <= left(reader);
}

static bool take_unsigned(ss_wire_reader *reader, ss_wire_token *token, size_t size)
{
    token->kind = SS_WIRE_UINT;
    return read_number(reader, size, &token->number);
}

static bool take_signed(ss_wire_reader *reader, ss_wire_token *token, size_t size)
{
    uint64_t number;
    if (!read_number(reader, size, &number))
        return false;
    uint64_t sign = UINT64_C(1) << (8 * size - 1);
    token->number = (number ^ sign) - sign;
    token->kind = (int64_t)token->number < 0 ? SS_WIRE_INT : SS_WIRE_UINT;
    return true;
}

static bool take_real(ss_wire_reader *reader, ss_wire_token *token, size_t size)
{
    uint64_t number;
    float single;
    if (!read_number(reader, size, &number))
        return false;
    token->kind = SS_WIRE_REAL;
    if (size == 4) {
        uint32_t bits = (uint32_t)number;
        memcpy(&single, &bits, sizeof single);
        token->real = (double)single;
    } else
        memcpy(&token->real, &number, sizeof token->real);
    return true;
}

static bool take_constant(ss_wire_token *token, ss_wire_kind kind, uint64_t number)
{
    token->kind = kind;
    token->number = number;
    return true;
}

/* A value whose head says how many bytes its length takes. */
static bool take_sized(ss_wire_reader *reader, ss_wire_token *token, ss_wire_kind kind, size_t length_size)
{
    uint64_t size;
    if (!read_number(reader, length_size, &size))
        return false;
    if (kind == SS_WIRE_ARRAY || kind == SS_WIRE_MAP)
        return take_count(reader, token, kind, size);
    return take_bytes(reader, token, kind, size + (kind == SS_WIRE_EXT)); /* and the type of an extension */
}

static bool take_headed(ss_wire_reader *reader, ss_wire_token *token, uint8_t head)
{
    switch (head) {
    case 0xc0:
        return take_constant(token, SS_WIRE_NIL, 0);
    case 0xc2:
    case 0xc3:
        return take_constant(token, SS_WIRE_BOOL, head & 1u);
    case 0xc4:
    case 0xc5:
    case 0xc6:
        return take_sized(reader, token, SS_WIRE_BYTES, (size_t)1 << (head - 0xc4));
    case 0xc7:
    case 0xc8:
    case 0xc9:
        return take_sized(reader, token, SS_WIRE_EXT, (size_t)1 << (head - 0xc7));
    case 0xca:
    case 0xcb:
        return take_real(reader, token, (size_t)4 << (head - 0xca));
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
        return take_unsigned(reader, token, (size_t)1 << (head - 0xcc));
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
        return take_signed(reader, token, (size_t)1 << (head - 0xd0));
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
        return take_bytes(reader, token, SS_WIRE_EXT, 1 + ((uint64_t)1 << (head - 0xd4)));
    case 0xd9:
    case 0xda:
    case 0xdb:
        return take_sized(reader, token, SS_WIRE_TEXT, (size_t)1 << (head - 0xd9));
    case 0xdc:
    case 0xdd:
        return take_sized(reader, token, SS_WIRE_ARRAY, (size_t)2 << (head - 0xdc));
    case 0xde:
    case 0xdf:
        return take_sized(reader, token, SS_WIRE_MAP, (size_t)2 << (head - 0xde));
    default: /* 0xc1: never used */
        return false;
    }
}

bool ss_wire_next(ss_wire_reader *reader, ss_wire_token *token)
{
    if (reader->at == reader->end)
        return false;
    uint8_t head = *reader->at++;
    if (head < 0x80)
        return take_constant(token, SS_WIRE_UINT, head);
    if (head < 0x90)
        return take_count(reader, token, SS_WIRE_MAP, head & 0x0fu);
    if (head < 0xa0)
        return take_count(reader, token, SS_WIRE_ARRAY, head & 0x0fu);
    if (head < 0xc0)
        return take_bytes(reader, token, SS_WIRE_TEXT, head & 0x1fu);
    if (head >= 0xe0)
        return take_constant(token, SS_WIRE_INT, (uint64_t)(int64_t)(int8_t)head);
    return take_headed(reader, token, head);
}

static uint64_t children(const ss_wire_token *token)
{
    if (token->kind == SS_WIRE_ARRAY)
        return token->number;
    return token->kind == SS_WIRE_MAP ? 2 * token->number : 0;
}

bool ss_wire_skip(ss_wire_reader *reader, size_t values)
{
    for (uint64_t wanted = 1; wanted > 0; wanted--) {
        ss_wire_token token;
        if (values-- == 0 || !ss_wire_next(reader, &token))
            return false;
        wanted += children(&token); /* each at most the bytes left: this cannot overflow within `values` steps */
    }
    return true;
}

bool ss_wire_check(const void *bytes, size_t size, size_t values, unsigned depth)
{
    ss_wire_reader reader = {bytes, (const uint8_t *)bytes + size};
    uint64_t open[SS_WIRE_DEPTH_MAX] = {1}; /* values still to come at each level */
    unsigned level = 0;
    if (depth < 1 || depth > SS_WIRE_DEPTH_MAX)
        return false;
    for (;;) {
        while (open[level] == 0) {
            if (level == 0)
                return reader.at == reader.end;
            level--;
        }
        ss_wire_token token;
        if (values-- == 0 || !ss_wire_next(&reader, &token))
            return false;
        open[level]--;
        if (children(&token) == 0)
            continue;
        if (++level == depth)
            return false;
        open[level] = children(&token);
    }
}

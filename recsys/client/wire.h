/*
 * wire.h: reading and writing MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) without allocating.
 *
 * What both ends of the protocol share; it stands alone, so that the client library needs no floor of the server. The
 * reader hands out slices of the bytes it reads and never believes a length or a count that the bytes left cannot
 * hold, so that whoever uses it is bounded by the length of the message. The writer appends without asking for room:
 * reserve first, with the most bytes of all that is going to be written. Pure: safe from any thread.
 */
#ifndef SS_CLIENT_WIRE_H
#define SS_CLIENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- reading ---- */

typedef struct ss_wire_reader {
    const uint8_t *at, *end;
} ss_wire_reader;

typedef enum ss_wire_kind {
    SS_WIRE_NIL,
    SS_WIRE_BOOL,  /* number: 0 or 1 */
    SS_WIRE_UINT,  /* number; an integer not below 0, however it was encoded */
    SS_WIRE_INT,   /* number, as the two's complement; below 0 */
    SS_WIRE_REAL,  /* real */
    SS_WIRE_TEXT,  /* bytes, size */
    SS_WIRE_BYTES, /* bytes, size */
    SS_WIRE_ARRAY, /* number: elements, which follow */
    SS_WIRE_MAP,   /* number: pairs, which follow */
    SS_WIRE_EXT    /* bytes, size */
} ss_wire_kind;

typedef struct ss_wire_token {
    ss_wire_kind kind;
    uint64_t number;
    double real;
    const char *bytes; /* borrowed from what is read */
    size_t size;
} ss_wire_token;

/*
 * The next token. False, with the reader anywhere, when the bytes end within it, are no MessagePack, or claim more
 * elements than bytes are left.
 */
bool ss_wire_next(ss_wire_reader *reader, ss_wire_token *token);

/* Steps over one whole value of any depth. False as above, or when it holds more than `values` values. */
bool ss_wire_skip(ss_wire_reader *reader, size_t values);

/*
 * The walk before any unpacking that allocates: is this one whole value, nothing behind it, with at most `values`
 * values nested at most `depth` (1..SS_WIRE_DEPTH_MAX) deep?
 */
#define SS_WIRE_DEPTH_MAX 32u
bool ss_wire_check(const void *bytes, size_t size, size_t values, unsigned depth);

/* ---- writing: each returns the byte behind what it wrote. Here, so that they melt into their callers. ---- */

#define SS_WIRE_NUMBER_MAX 9u /* bytes of any number, or of the head of a text, array or map */

/* `size` (1, 2, 4 or 8) bytes of `value`, most significant first, behind `head`. */
static inline uint8_t *ss_wire_put_number(uint8_t *at, uint8_t head, uint64_t value, size_t size)
{
    uint64_t swapped = __builtin_bswap64(value << (64 - 8 * size));
    *at = head;
    memcpy(at + 1, &swapped, size);
    return at + 1 + size;
}

static inline uint8_t *ss_wire_put_uint(uint8_t *at, uint64_t value)
{
    if (value < 0x80) {
        *at = (uint8_t)value;
        return at + 1;
    }
    if (value <= UINT8_MAX)
        return ss_wire_put_number(at, 0xcc, value, 1);
    if (value <= UINT16_MAX)
        return ss_wire_put_number(at, 0xcd, value, 2);
    if (value <= UINT32_MAX)
        return ss_wire_put_number(at, 0xce, value, 4);
    return ss_wire_put_number(at, 0xcf, value, 8);
}

static inline uint8_t *ss_wire_put_int(uint8_t *at, int64_t value)
{
    if (value >= 0)
        return ss_wire_put_uint(at, (uint64_t)value);
    if (value >= -32) {
        *at = (uint8_t)value;
        return at + 1;
    }
    if (value >= INT8_MIN)
        return ss_wire_put_number(at, 0xd0, (uint64_t)value, 1);
    if (value >= INT16_MIN)
        return ss_wire_put_number(at, 0xd1, (uint64_t)value, 2);
    if (value >= INT32_MIN)
        return ss_wire_put_number(at, 0xd2, (uint64_t)value, 4);
    return ss_wire_put_number(at, 0xd3, (uint64_t)value, 8);
}

static inline uint8_t *ss_wire_put_float(uint8_t *at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return ss_wire_put_number(at, 0xca, bits, 4);
}

static inline uint8_t *ss_wire_put_double(uint8_t *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return ss_wire_put_number(at, 0xcb, bits, 8);
}

static inline uint8_t *ss_wire_put_text_head(uint8_t *at, size_t size)
{
    if (size < 32) {
        *at = (uint8_t)(0xa0 | size);
        return at + 1;
    }
    if (size <= UINT8_MAX)
        return ss_wire_put_number(at, 0xd9, size, 1);
    return size <= UINT16_MAX ? ss_wire_put_number(at, 0xda, size, 2) : ss_wire_put_number(at, 0xdb, size, 4);
}

static inline uint8_t *ss_wire_put_text(uint8_t *at, const char *text, size_t size) /* size < 2^32 */
{
    at = ss_wire_put_text_head(at, size);
    if (size > 0)
        memcpy(at, text, size);
    return at + size;
}

static inline uint8_t *ss_wire_put_array(uint8_t *at, uint32_t count)
{
    if (count < 16) {
        *at = (uint8_t)(0x90 | count);
        return at + 1;
    }
    return count <= UINT16_MAX ? ss_wire_put_number(at, 0xdc, count, 2) : ss_wire_put_number(at, 0xdd, count, 4);
}

static inline uint8_t *ss_wire_put_map(uint8_t *at, uint32_t count)
{
    if (count < 16) {
        *at = (uint8_t)(0x80 | count);
        return at + 1;
    }
    return count <= UINT16_MAX ? ss_wire_put_number(at, 0xde, count, 2) : ss_wire_put_number(at, 0xdf, count, 4);
}

static inline uint8_t *ss_wire_put_nil(uint8_t *at)
{
    *at = 0xc0;
    return at + 1;
}

static inline uint8_t *ss_wire_put_bool(uint8_t *at, bool value)
{
    *at = value ? 0xc3 : 0xc2;
    return at + 1;
}

#endif

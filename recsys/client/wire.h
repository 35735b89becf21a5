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

/* ---- writing: each returns the byte behind what it wrote ---- */

#define SS_WIRE_NUMBER_MAX 9u /* bytes of any number, or of the head of a text, array or map */

uint8_t *ss_wire_put_uint(uint8_t *at, uint64_t value);
uint8_t *ss_wire_put_int(uint8_t *at, int64_t value);
uint8_t *ss_wire_put_float(uint8_t *at, float value);
uint8_t *ss_wire_put_double(uint8_t *at, double value);
uint8_t *ss_wire_put_text(uint8_t *at, const char *text, size_t size); /* size < 2^32 */
uint8_t *ss_wire_put_array(uint8_t *at, uint32_t count);
uint8_t *ss_wire_put_map(uint8_t *at, uint32_t count);
uint8_t *ss_wire_put_nil(uint8_t *at);
uint8_t *ss_wire_put_bool(uint8_t *at, bool value);

#endif

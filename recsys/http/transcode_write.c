#include "http/transcode.h"

#include "client/wire.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define NUMBER_MAX   32u /* bytes of any number as text */
#define ESCAPED_MAX  6u  /* bytes that one byte becomes */
#define FRACTION_MAX 17u /* digits behind the point */

#define EXACT_MAX 9007199254740992.0 /* 2^53: whole numbers below are doubles */

/* A map or array that is being written. */
typedef struct level {
    uint64_t left; /* values still to come: of a map, names and values */
    bool map, begun;
} level;

typedef struct writer {
    ss_wire_reader wire;
    ss_buffer *out;
    ss_error *error;
    level levels[SS_WIRE_DEPTH_MAX + 1]; /* the lowest holds the one value */
    unsigned depth;
} writer;

static ss_status not_wire(writer *to, const char *what)
{
    return ss_error_set(to->error, SS_E_FORMAT, "%s", what);
}

static ss_status no_room(writer *to, ss_status status)
{
    return ss_error_set(to->error, status, "no room for the JSON text");
}

/* ---- numbers ---- */

static char *put_digits(char *at, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static const double powers[FRACTION_MAX + 1] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                                1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};

/*
 * The fewest digits behind the point that say the number. A whole number below 2^53 divided by a power of ten that is a double itself is
 * rounded once, as whoever reads the text rounds it: what is tried here is what will be read (W. Clinger, "How to Read Floating
 * Point Numbers Accurately", PLDI 1990). False: it takes more than that.
 */
static bool short_decimal(double value, bool single, uint64_t *number, unsigned *fraction)
{
    for (unsigned digits = 0; digits <= FRACTION_MAX; digits++) {
        double scaled = value * powers[digits] + 0.5;
        if (scaled >= EXACT_MAX)
            return false;
        *number = (uint64_t)scaled;
        double read = (double)*number / powers[digits];
        *fraction = digits;
        if (single ? (float)read == (float)value : read == value)
            return true;
    }
    return false;
}

static char *put_short(char *at, uint64_t number, unsigned fraction)
{
    uint64_t unit = (uint64_t)powers[fraction];
    at = put_digits(at, number / unit);
    *at++ = '.';
    for (uint64_t rest = number % unit; unit >= 10; rest %= unit) {
        unit /= 10;
        *at++ = (char)('0' + rest / unit);
    }
    if (fraction == 0)
        *at++ = '0';
    return at;
}

static char *put_real(char *at, double value, bool single)
{
    uint64_t number;
    unsigned fraction;
    if (!isfinite(value)) {
        memcpy(at, "null", 4);
        return at + 4;
    }
    if (signbit(value))
        *at++ = '-';
    if (short_decimal(fabs(value), single, &number, &fraction))
        return put_short(at, number, fraction);
    return at + snprintf(at, NUMBER_MAX - 1, single ? "%.8e" : "%.16e", fabs(value));
}

/* ---- text ---- */

/* What a byte of ASCII becomes: 0: itself; a letter: that behind a backslash; 'u': \u00XX. */
static const char escapes[128] = {
    [0] = 'u',   [1] = 'u',     [2] = 'u',   [3] = 'u',   [4] = 'u',   [5] = 'u',   [6] = 'u',  [7] = 'u',
    [8] = 'b',   [9] = 't',     [10] = 'n',  [11] = 'u',  [12] = 'f',  [13] = 'r',  [14] = 'u', [15] = 'u',
    [16] = 'u',  [17] = 'u',    [18] = 'u',  [19] = 'u',  [20] = 'u',  [21] = 'u',  [22] = 'u', [23] = 'u',
    [24] = 'u',  [25] = 'u',    [26] = 'u',  [27] = 'u',  [28] = 'u',  [29] = 'u',  [30] = 'u', [31] = 'u',
    ['"'] = '"', ['\\'] = '\\', ['<'] = 'u', ['>'] = 'u', ['&'] = 'u', [127] = 'u',
};

static char *put_escaped(char *at, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    *at++ = '\\';
    *at++ = escapes[byte];
    if (escapes[byte] != 'u')
        return at;
    *at++ = '0';
    *at++ = '0';
    *at++ = hex[byte >> 4];
    *at++ = hex[byte & 15];
    return at;
}

/* A character beyond ASCII; `step`: its bytes, 0: it is none. */
static char *put_character(char *at, const char *from, size_t step)
{
    if (step == 0) {
        memcpy(at, "\xef\xbf\xbd", 3);
        return at + 3;
    }
    bool separator = step == 3 && memcmp(from, "\xe2\x80", 2) == 0 && ((uint8_t)from[2] & 0xfeu) == 0xa8;
    if (separator) {
        memcpy(at, (uint8_t)from[2] == 0xa8 ? "\\u2028" : "\\u2029", 6);
        return at + 6;
    }
    memcpy(at, from, step);
    return at + step;
}

static char *put_text(char *at, const char *from, size_t size)
{
    const char *end = from + size;
    *at++ = '"';
    while (from < end) {
        uint8_t byte = (uint8_t)*from;
        if (byte >= 0x80) {
            size_t step = ss_slice_utf8_step((ss_slice){from, (size_t)(end - from)});
            at = put_character(at, from, step);
            from += step ? step : 1;
            continue;
        }
        from++;
        if (escapes[byte])
            at = put_escaped(at, byte);
        else
            *at++ = (char)byte;
    }
    *at++ = '"';
    return at;
}

/* ---- values ---- */

static ss_status write_text(writer *to, const ss_wire_token *token)
{
    ss_status status = ss_buffer_reserve(to->out, token->size * ESCAPED_MAX + 3);
    if (status != SS_OK)
        return no_room(to, status);
    char *begin = to->out->data + to->out->size;
    to->out->size += (size_t)(put_text(begin, token->bytes, token->size) - begin);
    return SS_OK;
}

static ss_status open_level(writer *to, const ss_wire_token *token)
{
    bool map = token->kind == SS_WIRE_MAP;
    if (to->depth == SS_WIRE_DEPTH_MAX)
        return not_wire(to, "values are nested too deep");
    to->levels[++to->depth] = (level){.left = map ? 2 * token->number : token->number, .map = map};
    to->out->data[to->out->size++] = map ? '{' : '[';
    return SS_OK;
}

static char *put_word(char *at, const char *word)
{
    size_t size = strlen(word);
    memcpy(at, word, size);
    return at + size;
}

/* There is room for a number. `single`: a real of 4 bytes. */
static ss_status write_value(writer *to, const ss_wire_token *token, bool single)
{
    char *begin = to->out->data + to->out->size, *at = begin;
    switch (token->kind) {
    case SS_WIRE_NIL:
        at = put_word(at, "null");
        break;
    case SS_WIRE_BOOL:
        at = put_word(at, token->number ? "true" : "false");
        break;
    case SS_WIRE_UINT:
        at = put_digits(at, token->number);
        break;
    case SS_WIRE_INT:
        *at++ = '-';
        at = put_digits(at, -token->number);
        break;
    case SS_WIRE_REAL:
        at = put_real(at, token->real, single);
        break;
    case SS_WIRE_TEXT:
    case SS_WIRE_BYTES:
        return write_text(to, token);
    case SS_WIRE_ARRAY:
    case SS_WIRE_MAP:
        return open_level(to, token);
    case SS_WIRE_EXT:
        return not_wire(to, "an extension of MessagePack is nothing that JSON can say");
    }
    to->out->size += (size_t)(at - begin);
    return SS_OK;
}

/* What stands before the next value of a level. */
static void put_separator(writer *to, level *of)
{
    bool value_of_name = of->map && of->left % 2 == 1;
    if (value_of_name)
        to->out->data[to->out->size++] = ':';
    else if (of->begun)
        to->out->data[to->out->size++] = ',';
    of->begun = true;
}

static ss_status write_next(writer *to)
{
    ss_wire_token token;
    level *of = &to->levels[to->depth];
    const uint8_t *begin = to->wire.at;
    if (!ss_wire_next(&to->wire, &token))
        return not_wire(to, "the bytes are no MessagePack");
    bool name = of->map && of->left % 2 == 0;
    if (name && token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return not_wire(to, "a name is no text");
    ss_status status = ss_buffer_reserve(to->out, NUMBER_MAX + 2);
    if (status != SS_OK)
        return no_room(to, status);
    if (to->depth > 0)
        put_separator(to, of);
    of->left--;
    return write_value(to, &token, *begin == 0xca);
}

ss_status ss_wire_to_json(ss_slice wire, ss_buffer *out, ss_error *error)
{
    const uint8_t *bytes = (const uint8_t *)wire.data;
    writer to = {.wire = {bytes, bytes + wire.size}, .out = out, .error = error, .levels = {{.left = 1}}};
    for (;;) {
        level *of = &to.levels[to.depth];
        if (of->left > 0) {
            ss_status status = write_next(&to);
            if (status != SS_OK)
                return status;
            continue;
        }
        if (to.depth == 0)
            return to.wire.at == to.wire.end ? SS_OK : not_wire(&to, "bytes follow the value");
        ss_status status = ss_buffer_append(out, of->map ? "}" : "]", 1);
        if (status != SS_OK)
            return no_room(&to, status);
        to.depth--;
    }
}

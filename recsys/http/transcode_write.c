#include "http/transcode.h"

#include "client/wire.h"
#include <math.h>
#include <stdio.h>

#define NUMBER_MAX   32u /* bytes of any number as text */
#define FRACTION_MAX 17u /* digits behind the point */

/*
 * Bytes of JSON that a byte of MessagePack becomes at most: six of a character that is escaped, and a seventh is more than the commas,
 * colons, quotes and brackets of what takes a byte itself; a real of five or nine bytes has at most 25 characters. So room is made
 * once for all.
 */
#define GROWTH 7u
#define SPARE  64u

#define EXACT_MAX 9007199254740992.0 /* 2^53: whole numbers below are doubles */

/* A map or array that is being written. */
typedef struct level {
    uint64_t left; /* values still to come: of a map, names and values */
    bool map, begun;
} level;

typedef struct writer {
    ss_wire_reader wire;
    char *at; /* where the next byte goes */
    ss_error *error;
    level levels[SS_WIRE_DEPTH_MAX + 1]; /* the lowest holds the one value */
    unsigned depth;
} writer;

static ss_status not_wire(writer *to, const char *what)
{
    return ss_error_set(to->error, SS_E_FORMAT, "%s", what);
}

/* ---- numbers ---- */

/* `count` digits, with zeros before them where the number has fewer. */
static inline char *put_fixed(char *at, uint64_t number, unsigned count)
{
    for (unsigned i = count; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + count;
}

static inline char *put_digits(char *at, uint64_t number)
{
    unsigned count = 1;
    for (uint64_t rest = number; rest >= 10; rest /= 10)
        count++;
    return put_fixed(at, number, count);
}

static const double powers[FRACTION_MAX + 1] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                                1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};

/*
 * Where to begin with a real of four bytes, most of which take seven digits or more: so many behind the point that five to seven are left in all.
 * What fewer would have said ends in zeros then.
 */
static unsigned likely_fraction(double value)
{
    int exponent; /* of two; a digit is 3.32 of them */
    frexp(value, &exponent);
    int fraction = 5 - exponent * 3 / 10;
    return fraction < 0 || value == 0 ? 0 : fraction > (int)FRACTION_MAX ? FRACTION_MAX : (unsigned)fraction;
}

static void drop_zeros(uint64_t *number, unsigned *fraction)
{
    while (*fraction > 0 && *number % 10 == 0) {
        *number /= 10;
        (*fraction)--;
    }
}

/*
 * The fewest digits behind the point that say the number. A whole number below 2^53 divided by a power of ten that is a double itself is
 * rounded once, as whoever reads the text rounds it: what is tried here is what will be read (W. Clinger, "How to Read Floating
 * Point Numbers Accurately", PLDI 1990). False: it takes more than that.
 */
static bool short_decimal(double value, bool single, uint64_t *number, unsigned *fraction)
{
    for (unsigned digits = single ? likely_fraction(value) : 0; digits <= FRACTION_MAX; digits++) {
        double scaled = value * powers[digits] + 0.5;
        if (scaled >= EXACT_MAX)
            return false;
        *number = (uint64_t)scaled;
        double read = (double)*number / powers[digits];
        *fraction = digits;
        if (single ? (float)read == (float)value : read == value) {
            drop_zeros(number, fraction);
            return true;
        }
    }
    return false;
}

static char *put_short(char *at, uint64_t number, unsigned fraction)
{
    uint64_t unit = (uint64_t)powers[fraction];
    at = put_digits(at, number / unit);
    *at++ = '.';
    return put_fixed(at, number % unit, fraction ? fraction : 1);
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

/* What a byte becomes: 0: itself; a letter: that behind a backslash; 'u': \u00XX; '8': it belongs to a character beyond ASCII. */
#define EIGHT(LETTER) LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER
static const char escapes[256] = {
    EIGHT('u'), 'b',        't',         'n',           'u',         'f',         'r',         'u',         'u',
    EIGHT('u'), EIGHT('u'), ['"'] = '"', ['\\'] = '\\', ['<'] = 'u', ['>'] = 'u', ['&'] = 'u', [127] = 'u', EIGHT('8'),
    EIGHT('8'), EIGHT('8'), EIGHT('8'),  EIGHT('8'),    EIGHT('8'),  EIGHT('8'),  EIGHT('8'),  EIGHT('8'),  EIGHT('8'),
    EIGHT('8'), EIGHT('8'), EIGHT('8'),  EIGHT('8'),    EIGHT('8'),  EIGHT('8'),
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

/* Bytes looked at together: a vector of the compiler's, on whatever the machine has. */
typedef uint8_t block __attribute__((vector_size(16)));

/* Copies a block; do its first `size` bytes stand as they are? */
static inline bool put_block(char *at, const char *from, size_t size)
{
    static const block places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    block bytes;
    uint64_t halves[2];
    memcpy(&bytes, from, sizeof bytes);
    memcpy(at, from, sizeof bytes);
    block odd = (block)(bytes < 0x20) | (block)(bytes > 0x7e) | (block)(bytes == '"') | (block)(bytes == '\\') |
                (block)(bytes == '<') | (block)(bytes == '>') | (block)(bytes == '&');
    odd &= (block)(places < (uint8_t)size);
    memcpy(halves, &odd, sizeof halves);
    return (halves[0] | halves[1]) == 0;
}

static char *put_bytes(char *at, const char *from, const char *end)
{
    while (from < end) {
        uint8_t byte = (uint8_t)*from;
        char escape = escapes[byte];
        if (escape == '8') {
            size_t step = ss_slice_utf8_step((ss_slice){from, (size_t)(end - from)});
            at = put_character(at, from, step);
            from += step ? step : 1;
            continue;
        }
        from++;
        if (escape)
            at = put_escaped(at, byte);
        else
            *at++ = (char)byte;
    }
    return at;
}

/* `readable`: up to where bytes may be looked at. */
static inline char *put_text(char *at, const char *from, size_t size, const char *readable)
{
    const char *end = from + size;
    *at++ = '"';
    while (from < end) {
        size_t part = (size_t)(end - from) < sizeof(block) ? (size_t)(end - from) : sizeof(block);
        if ((size_t)(readable - from) < sizeof(block) || !put_block(at, from, part))
            break;
        from += part;
        at += part;
    }
    at = put_bytes(at, from, end);
    *at++ = '"';
    return at;
}

/* ---- values ---- */

static ss_status open_level(writer *to, const ss_wire_token *token)
{
    bool map = token->kind == SS_WIRE_MAP;
    if (to->depth == SS_WIRE_DEPTH_MAX)
        return not_wire(to, "values are nested too deep");
    to->levels[++to->depth] = (level){.left = map ? 2 * token->number : token->number, .map = map};
    *to->at++ = map ? '{' : '[';
    return SS_OK;
}

static inline char *put_word(char *at, const char *word, size_t size)
{
    memcpy(at, word, size);
    return at + size;
}

/* `single`: a real of 4 bytes. */
static ss_status write_value(writer *to, const ss_wire_token *token, bool single)
{
    switch (token->kind) {
    case SS_WIRE_NIL:
        to->at = put_word(to->at, "null", 4);
        break;
    case SS_WIRE_BOOL:
        to->at = token->number ? put_word(to->at, "true", 4) : put_word(to->at, "false", 5);
        break;
    case SS_WIRE_UINT:
        to->at = put_digits(to->at, token->number);
        break;
    case SS_WIRE_INT:
        *to->at++ = '-';
        to->at = put_digits(to->at, -token->number);
        break;
    case SS_WIRE_REAL:
        to->at = put_real(to->at, token->real, single);
        break;
    case SS_WIRE_TEXT:
    case SS_WIRE_BYTES:
        to->at = put_text(to->at, token->bytes, token->size, (const char *)to->wire.end);
        break;
    case SS_WIRE_ARRAY:
    case SS_WIRE_MAP:
        return open_level(to, token);
    case SS_WIRE_EXT:
        return not_wire(to, "an extension of MessagePack is nothing that JSON can say");
    }
    return SS_OK;
}

/* What stands before the next value of a level. */
static inline void put_separator(writer *to, level *of)
{
    bool value_of_name = of->map && of->left % 2 == 1;
    if (value_of_name || of->begun)
        *to->at++ = value_of_name ? ':' : ',';
    of->begun = true;
}

static ss_status write_next(writer *to)
{
    ss_wire_token token;
    level *of = &to->levels[to->depth];
    const uint8_t *begin = to->wire.at;
    if (to->depth > 0)
        put_separator(to, of);
    if (begin < to->wire.end && (*begin & 0xe0u) == 0xa0 &&
        to->wire.end - begin > (*begin & 0x1f)) { /* a short text: most are */
        size_t size = *begin & 0x1fu;
        to->at = put_text(to->at, (const char *)begin + 1, size, (const char *)to->wire.end);
        to->wire.at += size + 1;
        of->left--;
        return SS_OK;
    }
    if (!ss_wire_next(&to->wire, &token))
        return not_wire(to, "the bytes are no MessagePack");
    bool name = of->map && of->left % 2 == 0;
    if (name && token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return not_wire(to, "a name is no text");
    of->left--;
    return write_value(to, &token, *begin == 0xca);
}

static ss_status write_all(writer *to)
{
    for (;;) {
        const level *of = &to->levels[to->depth];
        if (of->left > 0) {
            ss_status status = write_next(to);
            if (status != SS_OK)
                return status;
            continue;
        }
        if (to->depth == 0)
            return to->wire.at == to->wire.end ? SS_OK : not_wire(to, "bytes follow the value");
        *to->at++ = of->map ? '}' : ']';
        to->depth--;
    }
}

ss_status ss_wire_to_json(ss_slice wire, ss_buffer *out, ss_error *error)
{
    const uint8_t *bytes = (const uint8_t *)wire.data;
    ss_status status = ss_buffer_reserve(out, GROWTH * wire.size + SPARE);
    if (status != SS_OK)
        return ss_error_set(error, status, "no room for the JSON text");
    writer to; /* as large as its levels, which are set when they are opened */
    to.wire = (ss_wire_reader){bytes, bytes + wire.size};
    to.at = out->data + out->size;
    to.error = error;
    to.depth = 0;
    to.levels[0] = (level){.left = 1};
    status = write_all(&to);
    if (status == SS_OK)
        out->size = (size_t)(to.at - out->data);
    out->data[out->size] = '\0';
    return status;
}

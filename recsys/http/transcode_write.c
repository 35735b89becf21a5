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

typedef struct writer {
    ss_wire_reader wire;
    const uint8_t *roomy; /* before it two blocks behind a byte may be looked at */
    ss_error *error;
    unsigned depth; /* of the maps and arrays around */
} writer;

/* What is written returns where the next byte goes; NULL: it could not be. */
static char *not_wire(writer *to, const char *what)
{
    ss_error_set(to->error, SS_E_FORMAT, "%s", what);
    return NULL;
}

/* ---- numbers ---- */

/* `count` digits, with zeros before them where the number has fewer: two at a time. */
static inline char *put_fixed(char *at, uint64_t number, unsigned count)
{
    static const char pairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    unsigned left = count;
    for (; left >= 2; left -= 2, number /= 100)
        memcpy(at + left - 2, pairs + 2 * (number % 100), 2);
    if (left > 0)
        *at = (char)('0' + number % 10);
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
 * Where to begin with a real of four bytes, most of which take seven digits or more: so many behind the point that six or seven are left in all.
 * What fewer would have said ends in zeros then.
 */
static unsigned likely_fraction(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52) - 1022;            /* of two, above the value */
    int fraction = 7 - (exponent * 1233 + 4095) / 4096; /* 1233/4096: the digits of a factor of two */
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

/* `number` has `fraction` digits behind the point, and is as good as `value`: of that the digits before the point are known without a division. */
static char *put_short(char *at, double value, uint64_t number, unsigned fraction)
{
    uint64_t unit = (uint64_t)powers[fraction], whole = (uint64_t)value;
    uint64_t rest = number - whole * unit;
    if (rest >= unit) { /* rounded up to the next whole number */
        whole++;
        rest -= unit;
    }
    at = put_digits(at, whole);
    *at++ = '.';
    return put_fixed(at, rest, fraction ? fraction : 1);
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
        return put_short(at, fabs(value), number, fraction);
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

/* Bytes looked at together: vectors of the compiler's, on whatever the machine has. */
#define BLOCK 16u
typedef uint8_t block __attribute__((vector_size(BLOCK)));
typedef int8_t signed_block __attribute__((vector_size(BLOCK)));

_Static_assert(('&' & 0xfb) == '"' && ('>' & 0xfd) == '<', "pairs that differ in one bit are found together");

/* Copies a block; do its first `size` bytes stand as they are? With 0x60 more, ' ' to '~' are the least of all signed bytes. */
static inline bool put_block(char *at, const char *from, size_t size)
{
    static const uint8_t masks[2 * BLOCK] = {255, 255, 255, 255, 255, 255, 255, 255,
                                             255, 255, 255, 255, 255, 255, 255, 255};
    block bytes, mask;
    uint64_t halves[2];
    memcpy(&bytes, from, sizeof bytes);
    memcpy(at, &bytes, sizeof bytes);
    memcpy(&mask, masks + BLOCK - size, sizeof mask);
    block odd = (block)((signed_block)(bytes + 0x60) > (int8_t)('~' + 0x60 - 256)) | (block)((bytes & 0xfb) == '"') |
                (block)(bytes == '\\') | (block)((bytes & 0xfd) == '<');
    odd &= mask;
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
static char *put_text(char *at, const char *from, size_t size, const char *readable)
{
    const char *end = from + size;
    *at++ = '"';
    while (from < end) {
        size_t part = (size_t)(end - from) < BLOCK ? (size_t)(end - from) : BLOCK;
        if ((size_t)(readable - from) < BLOCK || !put_block(at, from, part))
            break;
        from += part;
        at += part;
    }
    if (from < end)
        at = put_bytes(at, from, end);
    *at++ = '"';
    return at;
}

/* Of at most two blocks, which may be looked at. */
static inline char *put_short_text(char *at, const char *from, size_t size)
{
    *at++ = '"';
    bool plain = size <= BLOCK ? put_block(at, from, size)
                               : put_block(at, from, BLOCK) && put_block(at + BLOCK, from + BLOCK, size - BLOCK);
    at = plain ? at + size : put_bytes(at, from, from + size);
    *at++ = '"';
    return at;
}

/* ---- values ---- */

static char *write_other(writer *to, char *at);

static inline char *put_word(char *at, const char *word, size_t size)
{
    memcpy(at, word, size);
    return at + size;
}

/* The next value is a text as most are, its head one byte. */
static inline bool is_short_text(const writer *to)
{
    return to->wire.at < to->roomy && (*to->wire.at & 0xe0u) == 0xa0;
}

static inline char *write_short_text(writer *to, char *at)
{
    const uint8_t *begin = to->wire.at;
    size_t size = *begin & 0x1fu;
    to->wire.at = begin + 1 + size;
    return put_short_text(at, (const char *)begin + 1, size);
}

static char *write_name(writer *to, char *at)
{
    ss_wire_token token;
    if (!ss_wire_next(&to->wire, &token))
        return not_wire(to, "the bytes are no MessagePack");
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return not_wire(to, "a name is no text");
    return put_text(at, token.bytes, token.size, (const char *)to->wire.end);
}

/* What there is most of, short texts and small numbers, without a call. */
static inline char *write_value(writer *to, char *at)
{
    if (is_short_text(to))
        return write_short_text(to, at);
    if (to->wire.at == to->wire.end || *to->wire.at >= 10)
        return write_other(to, at);
    *at = (char)('0' + *to->wire.at++);
    return at + 1;
}

static char *write_pairs(writer *to, char *at, uint64_t count)
{
    *at++ = '{';
    for (uint64_t i = 0; i < count && at; i++) {
        if (i > 0)
            *at++ = ',';
        at = is_short_text(to) ? write_short_text(to, at) : write_name(to, at);
        if (!at)
            return NULL;
        *at++ = ':';
        at = write_value(to, at);
    }
    return at ? put_word(at, "}", 1) : NULL;
}

static char *write_elements(writer *to, char *at, uint64_t count)
{
    *at++ = '[';
    for (uint64_t i = 0; i < count && at; i++) {
        if (i > 0)
            *at++ = ',';
        at = write_value(to, at);
    }
    return at ? put_word(at, "]", 1) : NULL;
}

static char *write_nested(writer *to, char *at, const ss_wire_token *token)
{
    if (to->depth == SS_WIRE_DEPTH_MAX)
        return not_wire(to, "values are nested too deep");
    to->depth++;
    at = token->kind == SS_WIRE_MAP ? write_pairs(to, at, token->number) : write_elements(to, at, token->number);
    to->depth--;
    return at;
}

/* `single`: a real of 4 bytes. */
static char *write_token(writer *to, char *at, const ss_wire_token *token, bool single)
{
    switch (token->kind) {
    case SS_WIRE_NIL:
        return put_word(at, "null", 4);
    case SS_WIRE_BOOL:
        return token->number ? put_word(at, "true", 4) : put_word(at, "false", 5);
    case SS_WIRE_UINT:
        return put_digits(at, token->number);
    case SS_WIRE_INT:
        *at++ = '-';
        return put_digits(at, -token->number);
    case SS_WIRE_REAL:
        return put_real(at, token->real, single);
    case SS_WIRE_TEXT:
    case SS_WIRE_BYTES:
        return put_text(at, token->bytes, token->size, (const char *)to->wire.end);
    case SS_WIRE_ARRAY:
    case SS_WIRE_MAP:
        return write_nested(to, at, token);
    case SS_WIRE_EXT:
        break;
    }
    return not_wire(to, "an extension of MessagePack is nothing that JSON can say");
}

static char *write_other(writer *to, char *at)
{
    ss_wire_token token;
    const uint8_t *begin = to->wire.at;
    if (!ss_wire_next(&to->wire, &token))
        return not_wire(to, "the bytes are no MessagePack");
    return write_token(to, at, &token, *begin == 0xca);
}

ss_status ss_wire_to_json(ss_slice wire, ss_buffer *out, ss_error *error)
{
    const uint8_t *bytes = (const uint8_t *)wire.data;
    ss_status status = ss_buffer_reserve(out, GROWTH * wire.size + SPARE);
    if (status != SS_OK)
        return ss_error_set(error, status, "no room for the JSON text");
    const uint8_t *roomy = wire.size > 2 * BLOCK ? bytes + wire.size - 2 * BLOCK : bytes;
    writer to = {.wire = {bytes, bytes + wire.size}, .roomy = roomy, .error = error};
    char *end = write_value(&to, out->data + out->size);
    if (end && to.wire.at != to.wire.end)
        end = not_wire(&to, "bytes follow the value");
    if (end)
        out->size = (size_t)(end - out->data);
    out->data[out->size] = '\0';
    return end ? SS_OK : SS_E_FORMAT;
}

#include "base/slice.h"

#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define NUMBER_TEXT_MAX 255
#define WORD_MAX        127

int ss_slice_compare(ss_slice a, ss_slice b)
{
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t edit_distance(ss_slice a, ss_slice b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.size; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            bool same = a.data[i - 1] == b.data[j - 1];
            row[j] = least(least(row[j - 1], above[j]) + 1, above[j - 1] + !same);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.size];
}

size_t ss_slice_misspelt(ss_slice typed, ss_slice known)
{
    if (typed.size > WORD_MAX || known.size > WORD_MAX)
        return SIZE_MAX;
    size_t allowed = typed.size / 3 < 2 ? 2 : typed.size / 3, distance = edit_distance(typed, known);
    return distance <= least(allowed, typed.size > 1 ? typed.size - 1 : 0) ? distance : SIZE_MAX;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

ss_slice ss_slice_trim(ss_slice text)
{
    while (text.size && is_blank(text.data[text.size - 1]))
        text.size--;
    while (text.size && is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    return text;
}

ss_slice ss_slice_take_word(ss_slice *text)
{
    size_t size = 0;
    *text = ss_slice_trim(*text);
    while (size < text->size && !is_blank(text->data[size]))
        size++;
    ss_slice word = {text->data, size};
    *text = (ss_slice){text->data + size, text->size - size};
    return word;
}

bool ss_slice_take_line(ss_slice *text, ss_slice *line)
{
    if (text->size == 0)
        return false;
    const char *newline = memchr(text->data, '\n', text->size);
    size_t size = newline ? (size_t)(newline - text->data) : text->size, step = size + (newline != NULL);
    *line = (ss_slice){text->data, size};
    *text = (ss_slice){text->data + step, text->size - step};
    return true;
}

/* Not tolower(): the answer must not depend on the locale. */
static unsigned lower(char c)
{
    unsigned byte = (unsigned char)c;
    return byte - 'A' < 26u ? byte + ('a' - 'A') : byte;
}

bool ss_slice_needs_quotes(ss_slice field)
{
    bool needs = false;
    for (size_t i = 0; i < field.size; i++)
        needs |= field.data[i] == ',' || field.data[i] == '"' || field.data[i] == '\n' || field.data[i] == '\r';
    return needs;
}

bool ss_slice_equal_nocase(ss_slice a, ss_slice b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

/* Of a lead byte: how many bytes follow, and the bounds of the first of them, which alone rule out overlong forms,
 * surrogates and everything above U+10FFFF (Unicode 15, table 3-7). */
typedef struct utf8_lead {
    size_t more;
    unsigned char low, high;
} utf8_lead;

static bool utf8_classify(unsigned char lead, utf8_lead *out)
{
    if (lead >= 0xC2 && lead <= 0xDF)
        *out = (utf8_lead){1, 0x80, 0xBF};
    else if (lead >= 0xE0 && lead <= 0xEF)
        *out = (utf8_lead){2, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF};
    else if (lead >= 0xF0 && lead <= 0xF4)
        *out = (utf8_lead){3, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF};
    else
        return false;
    return true;
}

size_t ss_slice_utf8_step(ss_slice text)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    if (text.size == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    utf8_lead lead;
    if (!utf8_classify(bytes[0], &lead) || text.size <= lead.more)
        return 0;
    if (bytes[1] < lead.low || bytes[1] > lead.high)
        return 0;
    for (size_t i = 2; i <= lead.more; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return lead.more + 1;
}

/* How many bytes at the start are plain ASCII, eight at a time: nearly all ids are nothing else. */
static size_t ascii_run(ss_slice text)
{
    size_t i = 0;
    for (; i + 8 <= text.size; i += 8) {
        uint64_t word;
        memcpy(&word, text.data + i, 8);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < text.size && (unsigned char)text.data[i] < 0x80)
        i++;
    return i;
}

static ss_slice skip(ss_slice text, size_t bytes)
{
    return (ss_slice){text.data + bytes, text.size - bytes};
}

bool ss_slice_is_utf8(ss_slice text)
{
    while (text.size) {
        text = skip(text, ascii_run(text));
        if (text.size == 0)
            break;
        size_t step = ss_slice_utf8_step(text);
        if (step == 0)
            return false;
        text = skip(text, step);
    }
    return true;
}

/* Valid UTF-8 that would still move the cursor: C0 and C1 controls, DEL, line separators, changes of direction. */
static bool is_unprintable(const unsigned char *c, size_t step)
{
    if (step == 1)
        return c[0] < 0x20 || c[0] == 0x7F;
    if (step == 2)
        return c[0] == 0xC2 && c[1] < 0xA0;
    if (step != 3 || c[0] != 0xE2)
        return false;
    return (c[1] == 0x80 && c[2] >= 0xA8 && c[2] <= 0xAE) || (c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9);
}

/* The escape of one byte into `out`; its length. */
static size_t escape(unsigned char byte, char out[4])
{
    static const char HEX[] = "0123456789abcdef";
    const char *named = strchr("\nn\tt\rr", byte);
    if (byte && named) {
        out[0] = '\\';
        out[1] = named[1];
        return 2;
    }
    memcpy(out, (char[4]){'\\', 'x', HEX[byte >> 4], HEX[byte & 15]}, 4);
    return 4;
}

size_t ss_slice_printable(ss_slice text, char *out, size_t size)
{
    size_t used = 0;
    while (size && text.size) {
        char escaped[4];
        const char *piece = text.data;
        size_t step = ss_slice_utf8_step(text), length = step;
        if (step == 0 || is_unprintable((const unsigned char *)text.data, step)) {
            length = escape((unsigned char)text.data[0], escaped);
            piece = escaped;
            step = 1; /* the bytes that follow are then no character of their own and are escaped in their turn */
        }
        if (length > size - 1 - used)
            break;
        memcpy(out + used, piece, length);
        used += length;
        text = skip(text, step);
    }
    if (size)
        out[used] = '\0';
    return used;
}

static bool take_sign(ss_slice *text)
{
    if (text->size == 0 || (text->data[0] != '-' && text->data[0] != '+'))
        return false;
    bool negative = text->data[0] == '-';
    *text = skip(*text, 1);
    return negative;
}

bool ss_slice_to_i64(ss_slice text, long long *value)
{
    bool negative = take_sign(&text);
    if (text.size == 0)
        return false;
    /* Counted downwards, because the least number has no positive counterpart. */
    long long sum = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';
        if (digit > 9 || __builtin_mul_overflow(sum, 10LL, &sum) || __builtin_sub_overflow(sum, (long long)digit, &sum))
            return false;
    }
    if (!negative && sum == LLONG_MIN)
        return false;
    *value = negative ? sum : -sum;
    return true;
}

/* A decimal number as it is written: mantissa * 10^exponent. */
typedef struct decimal {
    uint64_t mantissa;
    int exponent;
    bool exact; /* mantissa holds all digits */
} decimal;

static size_t take_digits(ss_slice *text, decimal *number, int exponent_step)
{
    size_t count = 0;
    for (; count < text->size; count++) {
        unsigned digit = (unsigned char)text->data[count] - (unsigned)'0';
        if (digit > 9)
            break;
        if (number->mantissa > (UINT64_MAX - 9) / 10)
            number->exact = false;
        else
            number->mantissa = number->mantissa * 10 + digit;
        number->exponent += exponent_step;
    }
    *text = skip(*text, count);
    return count;
}

static bool take_exponent(ss_slice *text, decimal *number)
{
    if (text->size == 0 || (text->data[0] | 0x20) != 'e')
        return true;
    *text = skip(*text, 1);
    bool negative = take_sign(text);
    decimal exponent = {0, 0, true};
    if (take_digits(text, &exponent, 0) == 0)
        return false;
    if (exponent.mantissa > 9999)
        number->exact = false;
    else
        number->exponent += negative ? -(int)exponent.mantissa : (int)exponent.mantissa;
    return true;
}

static bool read_decimal(ss_slice text, decimal *number)
{
    *number = (decimal){0, 0, true};
    size_t digits = take_digits(&text, number, 0);
    if (text.size && text.data[0] == '.') {
        text = skip(text, 1);
        digits += take_digits(&text, number, -1);
    }
    return digits > 0 && take_exponent(&text, number) && text.size == 0;
}

/* The library's own reading, in the C locale whatever the program has set: "C" is never allocated by glibc. */
static bool read_slowly(ss_slice text, double *value)
{
    char copy[NUMBER_TEXT_MAX + 1];
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return false;
    double read = strtod_l(copy, NULL, c_locale);
    freelocale(c_locale);
    if (!isfinite(read))
        return false;
    *value = read;
    return true;
}

bool ss_slice_to_f64(ss_slice text, double *value)
{
    static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (text.size == 0 || text.size > NUMBER_TEXT_MAX)
        return false;
    ss_slice digits = text;
    bool negative = take_sign(&digits);
    decimal number;
    if (!read_decimal(digits, &number))
        return false;
    /* Both factors are exact doubles here, so that the one rounding is the right one (Clinger 1990). */
    if (!number.exact || number.mantissa > (UINT64_C(1) << 53) || abs(number.exponent) > 22)
        return read_slowly(text, value);
    double read = (double)number.mantissa;
    read = number.exponent < 0 ? read / POWERS[-number.exponent] : read * POWERS[number.exponent];
    *value = negative ? -read : read;
    return true;
}

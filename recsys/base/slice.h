/* slice.h: a borrowed run of bytes that need not be terminated. Pure values: safe from any thread. */
#ifndef SS_BASE_SLICE_H
#define SS_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct ss_slice {
    const char *data; /* may be NULL only when size is 0 */
    size_t size;
} ss_slice;

#define SS_SLICE_LITERAL(TEXT) ((ss_slice){(TEXT), sizeof(TEXT) - 1})

static inline ss_slice ss_slice_of(const char *text)
{
    return (ss_slice){text, text ? strlen(text) : 0};
}

static inline bool ss_slice_equal(ss_slice a, ss_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Order of bytes, shorter first on a tie: <0, 0, >0 as memcmp. */
int ss_slice_compare(ss_slice a, ss_slice b);

/* The slice without blanks (space, tab, CR, LF) at its ends. */
ss_slice ss_slice_trim(ss_slice text);

/* Taken off the front of `text`: its first word (none of the blanks), empty at its end; its first line, without what ends it. False: nothing
 * was left to be a line. */
ss_slice ss_slice_take_word(ss_slice *text);
bool ss_slice_take_line(ss_slice *text, ss_slice *line);

/* Must it stand in quotes as a field of a CSV file (RFC 4180)? */
bool ss_slice_needs_quotes(ss_slice field);

/* Equal but for the case of ASCII letters. */
bool ss_slice_equal_nocase(ss_slice a, ss_slice b);

/*
 * How many letters are wrong where `typed` was meant to be `known`: inserted, left out, changed, or swapped with their
 * neighbour (optimal string alignment). SIZE_MAX when it can hardly have been meant: more than a third of what was
 * typed (of a short word: two letters, but not all) is wrong, or a word is longer than 127 bytes.
 */
size_t ss_slice_misspelt(ss_slice typed, ss_slice known);

/* Is `text` valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF)? */
bool ss_slice_is_utf8(ss_slice text);

/* Bytes (1 to 4) of the UTF-8 character that `text` begins with; 0 when it begins with none. */
size_t ss_slice_utf8_step(ss_slice text);

/*
 * Copies `text` so that it fits into one line of a terminal or a log: control characters, line and direction marks and
 * bytes that are not UTF-8 become \n, \t, \r or \xNN; no character is cut in half. Terminates `out` when size > 0;
 * returns the length written.
 */
size_t ss_slice_printable(ss_slice text, char *out, size_t size);

/* Whole-slice decimal numbers, a sign allowed. False, with *value untouched, on anything else or overflow. */
bool ss_slice_to_i64(ss_slice text, long long *value);
bool ss_slice_to_f64(ss_slice text,
                     double *value); /* decimal point '.', exponent allowed, no inf or nan, at most 255 bytes */

#endif

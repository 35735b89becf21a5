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

/* Equal but for the case of ASCII letters. */
bool ss_slice_equal_nocase(ss_slice a, ss_slice b);

/* Is `text` valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF)? */
bool ss_slice_is_utf8(ss_slice text);

/* Whole-slice decimal numbers. False, with *value untouched, on anything else or overflow. */
bool ss_slice_to_i64(ss_slice text, long long *value);
bool ss_slice_to_f64(ss_slice text, double *value); /* decimal point '.', exponent allowed, no inf or nan */

#endif

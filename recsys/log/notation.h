/*
 * notation.h: how the numbers and times of a shop's files are written, where it is not with a decimal point and as ISO
 * 8601. Which it is the shop says; nothing is guessed, and what is written otherwise than was said cannot be read.
 * Pure: safe from any thread.
 */
#ifndef SS_LOG_NOTATION_H
#define SS_LOG_NOTATION_H

#include "base/options.h"
#include "base/slice.h"
#include "base/timestamp.h"

typedef struct ss_notation {
    bool decimal_comma; /* 12,50, and points between the thousands of such a number: 1.249,50 */
    int64_t time_form;  /* ss_time_form */
} ss_notation;

/* The rows of --help for the above. Target: ss_notation. */
extern const ss_option ss_notation_option_table[];

#define SS_NOTATION_TEXT 64u

/* The general form of the next. */
bool ss_notation_comma_number(ss_slice *text, char room[SS_NOTATION_TEXT]);

/*
 * *text, a number as it is written → the same with a decimal point (in `room`, where it had to be changed), for values.h
 * to read. False, *text untouched, on what is not written so: with a decimal comma a point that does not stand before
 * three digits of a number with a comma (1.249 alone may be one or a thousand), and a number longer than
 * SS_NOTATION_TEXT. What is no number at all passes, for values.h to refuse.
 */
static inline bool ss_notation_number(const ss_notation *notation, ss_slice *text, char room[SS_NOTATION_TEXT])
{
    return !notation->decimal_comma || ss_notation_comma_number(text, room);
}

/* As ss_slice_to_f64 and ss_value_money, of a number that is written so. */
bool ss_notation_f64(const ss_notation *notation, ss_slice text, double *value);
bool ss_notation_money(const ss_notation *notation, ss_slice text, int64_t decimals, int64_t *minor);

/* A time, blanks around it do not matter. False, *time untouched, on anything else. */
bool ss_notation_time(const ss_notation *notation, ss_slice text, int64_t *time);

/* What to expect instead of a price, an amount of money or a time that cannot be read: how they are written, and the
 * option that says otherwise. */
const char *ss_notation_price(const ss_notation *notation);
const char *ss_notation_instant(const ss_notation *notation);

#endif

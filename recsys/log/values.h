/*
 * values.h: the texts of a row → numbers and ids. The common forms are read by hand, everything else by the general
 * parsers of base, so that both agree. Blanks around a value do not matter. Pure: safe from any thread.
 */
#ifndef SS_LOG_VALUES_H
#define SS_LOG_VALUES_H

#include "base/slice.h"
#include "log/catalog.h"
#include "log/interactions.h"

#define SS_QUANTITY_MAX 1e9

/* The general forms of the two below. */
bool ss_value_any_quantity(ss_slice text, float *quantity);
bool ss_value_any_price(ss_slice text, int64_t decimals, bool *positive, int64_t *minor);

/*
 * A decimal number of at most SS_QUANTITY_MAX in absolute value; negative = return. False, *quantity untouched, on
 * anything else. Most are one or two digits.
 */
static inline bool ss_value_quantity(ss_slice text, float *quantity)
{
    unsigned ones = text.size ? (unsigned char)text.data[text.size - 1] - (unsigned)'0' : 10;
    unsigned tens = text.size == 2 ? (unsigned char)text.data[0] - (unsigned)'0' : 0;
    if (text.size > 2 || ones > 9 || tens > 9)
        return ss_value_any_quantity(text, quantity);
    *quantity = (float)(tens * 10 + ones);
    return true;
}

/*
 * A decimal number: whether it is above 0, and as minor units of `decimals` (0..4) digits as ss_value_money has it, or
 * SS_NO_MONEY where it has none. Most are digits and a point, and not many.
 */
static inline bool ss_value_price(ss_slice text, int64_t decimals, bool *positive, int64_t *minor)
{
    static const unsigned scale[] = {1, 10, 100, 1000, 10000};
    unsigned number = 0, others = 0, points = 0, places = 0;
    if (text.size > 8)
        return ss_value_any_price(text, decimals, positive, minor);
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned char)text.data[i] - (unsigned)'0', is_digit = digit <= 9;
        number = is_digit ? number * 10 + digit : number;
        places += is_digit & points;
        points += text.data[i] == '.';
        others += !is_digit;
    }
    if (others > points || points > 1 || text.size == points || places > (unsigned)decimals)
        return ss_value_any_price(text, decimals, positive, minor);
    *positive = number != 0;
    *minor = (int64_t)number * scale[(unsigned)decimals - places];
    return true;
}

/* A decimal amount of money → minor units of `decimals` (0..4) digits, half a unit rounded away from 0. At most 9e14
 * units. */
bool ss_value_money(ss_slice text, int64_t decimals, int64_t *minor);

/* And back: "-19.99" of -1999 with 2 decimals (0 .. 18; outside, the nearest); ends in a zero byte. Its length. */
#define SS_MONEY_TEXT 32u
size_t ss_value_format_money(int64_t minor, int decimals, char text[SS_MONEY_TEXT]);

/* As ss_timestamp_parse. */
bool ss_value_time(ss_slice text, int64_t *time);

/* The name of an event (in any case); "" is a purchase. */
bool ss_value_event(ss_slice text, ss_event *event);

/* true|false, yes|no, 1|0 (in any case); "" is false. */
bool ss_value_flag(ss_slice text, bool *flag);

typedef enum ss_id_problem { SS_ID_FINE, SS_ID_EMPTY, SS_ID_LONG, SS_ID_NOT_TEXT } ss_id_problem;

/* An external id: trims *text in place; 1 to 255 bytes of UTF-8 without control characters. */
ss_id_problem ss_value_id(ss_slice *text);

/* Does any of eight bytes lie outside of what may stand anywhere in an id without a closer look: 0x20 to 0x7E? */
static inline bool ss_value_unusual(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
    uint64_t below_blank = bytes - ones * 0x20, is_delete = (bytes ^ (ones * 0x7F)) - ones;
    return ((bytes | below_blank | is_delete) & highs) != 0;
}

/* Is the text an id as it stands, by looks at eight bytes at once: at least 4 of plain ASCII without blanks at the ends? No says nothing. */
static inline bool ss_value_is_plain_id(ss_slice text)
{
    uint64_t bytes;
    uint32_t first, last;
    if (text.size < 4 || text.size > SS_ID_MAX || text.data[0] == ' ' || text.data[text.size - 1] == ' ')
        return false;
    if (text.size < 8) {
        memcpy(&first, text.data, 4);
        memcpy(&last, text.data + text.size - 4, 4);
        return !ss_value_unusual((uint64_t)last << 32 | first);
    }
    for (size_t at = 0; at + 8 < text.size; at += 8) {
        memcpy(&bytes, text.data + at, 8);
        if (ss_value_unusual(bytes))
            return false;
    }
    memcpy(&bytes, text.data + text.size - 8, 8);
    return !ss_value_unusual(bytes);
}

#endif

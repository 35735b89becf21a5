#include "log/values.h"

#include "base/dictionary.h"

#include <math.h>
#include <stdio.h>

#define DIGITS_MAX 18                       /* of which 10^n is an int64_t */
#define MONEY_MAX  INT64_C(900000000000000) /* minor units; ten thousand times as much is still an int64_t */

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Most values have no blanks around them: two looks settle it. */
static inline ss_slice trim(ss_slice text)
{
    if (text.size && (is_blank(text.data[0]) || is_blank(text.data[text.size - 1])))
        return ss_slice_trim(text);
    return text;
}

/* 1 to 9 digits and nothing else. */
static inline bool short_number(const char *text, size_t size, uint32_t *number)
{
    if (size == 0 || size > 9)
        return false;
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return true;
}

bool ss_value_any_quantity(ss_slice text, float *quantity)
{
    text = trim(text);
    if (text.size == 0)
        return false;
    size_t sign = text.data[0] == '-';
    uint32_t whole;
    if (short_number(text.data + sign, text.size - sign, &whole)) {
        *quantity = sign ? -(float)whole : (float)whole;
        return true;
    }
    double value;
    if (!ss_slice_to_f64(text, &value) || fabs(value) > SS_QUANTITY_MAX)
        return false;
    *quantity = (float)value;
    return true;
}

bool ss_value_any_price(ss_slice text, int64_t decimals, bool *positive, int64_t *minor)
{
    double value;
    if (!ss_slice_to_f64(trim(text), &value))
        return false;
    *positive = value > 0;
    if (!ss_value_money(text, decimals, minor))
        *minor = SS_NO_MONEY;
    return true;
}

/* Digit by digit, because 1.005 is no double. False on anything but digits and a point, or above MONEY_MAX. */
static bool plain_money(ss_slice digits, int64_t decimals, int64_t *minor)
{
    int64_t sum = 0, places = -1; /* digits after the point so far; -1: before it */
    bool half = false;
    for (size_t i = 0; i < digits.size; i++) {
        unsigned digit = (unsigned char)digits.data[i] - (unsigned)'0';
        if (digits.data[i] == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (digit > 9)
            return false;
        if (places < decimals)
            sum = sum * 10 + (int64_t)digit;
        else if (places == decimals)
            half = digit >= 5;
        places += places >= 0;
        if (sum > MONEY_MAX)
            return false;
    }
    for (int64_t i = places < 0 ? 0 : places; i < decimals; i++)
        sum *= 10;
    *minor = sum + half;
    return sum <= MONEY_MAX;
}

bool ss_value_money(ss_slice text, int64_t decimals, int64_t *minor)
{
    double value;
    text = trim(text);
    if (!ss_slice_to_f64(text, &value))
        return false;
    size_t sign = text.data[0] == '-' || text.data[0] == '+';
    if (plain_money((ss_slice){text.data + sign, text.size - sign}, decimals, minor)) {
        *minor = text.data[0] == '-' ? -*minor : *minor;
        return true;
    }
    for (int64_t i = 0; i < decimals; i++)
        value *= 10;
    if (!(fabs(value) < (double)MONEY_MAX))
        return false;
    *minor = (int64_t)round(value);
    return true;
}

size_t ss_value_format_money(int64_t minor, int decimals, char text[SS_MONEY_TEXT])
{
    uint64_t amount = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, unit = 1;
    int digits = decimals < DIGITS_MAX ? decimals : DIGITS_MAX;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    int length = snprintf(text, SS_MONEY_TEXT, "%s%llu", minor < 0 ? "-" : "", (unsigned long long)(amount / unit));
    if (digits > 0)
        length += snprintf(text + length, SS_MONEY_TEXT - (size_t)length, ".%0*llu", digits,
                           (unsigned long long)(amount % unit));
    return (size_t)length;
}

/* Two digits that make a number up to `high`. */
static inline bool take_two(const char *text, unsigned high, unsigned *number)
{
    unsigned tens = (unsigned char)text[0] - (unsigned)'0', ones = (unsigned char)text[1] - (unsigned)'0';
    *number = tens * 10 + ones;
    return tens <= 9 && ones <= 9 && *number <= high;
}

/* Days from 1970-01-01; years 1900 to 2199, every month counted from March so that the leap day stands last. */
static inline int64_t days_of(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    unsigned days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;
    return (int64_t)days - 719468;
}

/* YYYY-MM-DD HH:MM:SS on one of the first 28 days of a month. */
static bool plain_datetime(ss_slice text, int64_t *time)
{
    const char *t = text.data;
    unsigned century, year, month, day, hour, minute, second;
    if (text.size != 19 || t[4] != '-' || t[7] != '-' || (t[10] != ' ' && t[10] != 'T') || t[13] != ':' || t[16] != ':')
        return false;
    if (!take_two(t, 21, &century) || !take_two(t + 2, 99, &year) || !take_two(t + 5, 12, &month) ||
        !take_two(t + 8, 28, &day) || !take_two(t + 11, 23, &hour) || !take_two(t + 14, 59, &minute) ||
        !take_two(t + 17, 59, &second))
        return false;
    if (century < 19 || month == 0 || day == 0)
        return false;
    int64_t seconds = (int64_t)hour * 3600 + minute * 60 + second;
    *time = days_of(century * 100 + year, month, day) * SS_DAY + seconds * SS_SECOND;
    return true;
}

/* Unix seconds of 10 digits, which are all from September 2001 on. */
static bool plain_seconds(ss_slice text, int64_t *time)
{
    uint32_t high;
    unsigned low = text.size == 10 ? (unsigned char)text.data[9] - (unsigned)'0' : 10;
    if (low > 9 || !short_number(text.data, 9, &high) || high > 700000000)
        return false;
    *time = ((int64_t)high * 10 + low) * SS_SECOND;
    return true;
}

bool ss_value_time(ss_slice text, int64_t *time)
{
    text = trim(text);
    return plain_seconds(text, time) || plain_datetime(text, time) || ss_timestamp_parse(text, time);
}

bool ss_value_event(ss_slice text, ss_event *event)
{
    text = trim(text);
    for (int e = 0; e < SS_EVENT_COUNT; e++) {
        if (ss_slice_equal_nocase(text, ss_slice_of(ss_event_name((ss_event)e)))) {
            *event = (ss_event)e;
            return true;
        }
    }
    if (text.size == 0)
        *event = SS_EVENT_PURCHASE;
    return text.size == 0;
}

bool ss_value_flag(ss_slice text, bool *flag)
{
    static const char *const names[] = {"false", "true", "no", "yes", "0", "1", "", NULL};
    text = trim(text);
    for (size_t i = 0; names[i]; i++) {
        if (ss_slice_equal_nocase(text, ss_slice_of(names[i]))) {
            *flag = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static bool has_controls_or_high(ss_slice text)
{
    unsigned char bad = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bad |= (unsigned char)((c < 0x20) | (c == 0x7F) | (c >> 7));
    }
    return bad != 0;
}

static bool has_controls(ss_slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return true;
    return false;
}

ss_id_problem ss_value_id(ss_slice *text)
{
    if (ss_value_is_plain_id(*text))
        return SS_ID_FINE;
    *text = trim(*text);
    if (text->size == 0)
        return SS_ID_EMPTY;
    if (text->size > SS_ID_MAX)
        return SS_ID_LONG;
    if (!has_controls_or_high(*text))
        return SS_ID_FINE;
    return has_controls(*text) || !ss_slice_is_utf8(*text) ? SS_ID_NOT_TEXT : SS_ID_FINE;
}

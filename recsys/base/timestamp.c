#include "base/timestamp.h"

#define FIRST_YEAR 1900
#define LAST_YEAR  2199

/* A date and a time of day as they are written. */
typedef struct civil {
    int year, month, day, hour, minute, second, microsecond;
} civil;

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_before_month(int year, int month)
{
    static const int BEFORE[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    return BEFORE[month - 1] + (month > 2 && is_leap(year));
}

static int days_in_month(int year, int month)
{
    static const int DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return DAYS[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1 January of year 0 to 1 January of `year`, both in the Gregorian rule; year >= 0. */
static int64_t days_before_year(int year)
{
    int64_t past = year - 1;
    return year == 0 ? 0 : 366 + past * 365 + past / 4 - past / 100 + past / 400;
}

static int64_t days_since_epoch(int year, int month, int day)
{
    return days_before_year(year) + days_before_month(year, month) + day - 1 - days_before_year(1970);
}

static int64_t instant_of(const civil *c)
{
    int64_t seconds = c->hour * 3600 + c->minute * 60 + c->second;
    return days_since_epoch(c->year, c->month, c->day) * SS_DAY + seconds * SS_SECOND + c->microsecond;
}

static bool in_years(int64_t time)
{
    return time >= days_since_epoch(FIRST_YEAR, 1, 1) * SS_DAY && time < days_since_epoch(LAST_YEAR + 1, 1, 1) * SS_DAY;
}

/* What is left to read. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static bool take(cursor *text, char wanted)
{
    if (text->at == text->end || *text->at != wanted)
        return false;
    text->at++;
    return true;
}

/* Exactly `count` digits, and a number in low..high. */
static bool take_number(cursor *text, int count, int low, int high, int *number)
{
    if (text->end - text->at < count)
        return false;
    int sum = 0;
    for (int i = 0; i < count; i++) {
        int digit = text->at[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        sum = sum * 10 + digit;
    }
    text->at += count;
    *number = sum;
    return sum >= low && sum <= high;
}

static bool at_digit(const cursor *text)
{
    return text->at < text->end && *text->at >= '0' && *text->at <= '9';
}

/* One digit or more after the point as units of 10^-places; what is finer is cut off. */
static bool take_fraction(cursor *text, int places, int *units)
{
    if (!at_digit(text))
        return false;
    int sum = 0;
    for (; at_digit(text); text->at++)
        if (places > 0) {
            sum = sum * 10 + (*text->at - '0');
            places--;
        }
    for (; places > 0; places--)
        sum *= 10;
    *units = sum;
    return true;
}

static bool take_date(cursor *text, civil *c)
{
    return take_number(text, 4, FIRST_YEAR - 1, LAST_YEAR + 1, &c->year) && take(text, '-') &&
           take_number(text, 2, 1, 12, &c->month) && take(text, '-') &&
           take_number(text, 2, 1, days_in_month(c->year, c->month), &c->day);
}

static bool take_clock(cursor *text, civil *c)
{
    if (!take_number(text, 2, 0, 23, &c->hour) || !take(text, ':') || !take_number(text, 2, 0, 59, &c->minute))
        return false;
    if (!take(text, ':'))
        return true;
    if (!take_number(text, 2, 0, 59, &c->second))
        return false;
    return !(take(text, '.') || take(text, ',')) || take_fraction(text, 6, &c->microsecond);
}

/* `Z`, `+02:00`, `+0200`, `+02` or nothing, as microseconds to take off. */
static bool take_offset(cursor *text, int64_t *offset)
{
    *offset = 0;
    if (text->at == text->end || take(text, 'Z') || take(text, 'z'))
        return true;
    int hours, minutes = 0;
    bool west = take(text, '-');
    if ((!west && !take(text, '+')) || !take_number(text, 2, 0, 23, &hours))
        return false;
    if (text->at < text->end) {
        take(text, ':');
        if (!take_number(text, 2, 0, 59, &minutes))
            return false;
    }
    *offset = (hours * 60 + minutes) * 60 * SS_SECOND;
    if (west)
        *offset = -*offset;
    return true;
}

static bool parse_civil(cursor text, int64_t *time)
{
    civil c = {0};
    int64_t offset = 0;
    if (!take_date(&text, &c))
        return false;
    if (text.at < text.end) {
        if (!take(&text, 'T') && !take(&text, ' ') && !take(&text, 't'))
            return false;
        if (!take_clock(&text, &c) || !take_offset(&text, &offset))
            return false;
    }
    *time = instant_of(&c) - offset;
    return text.at == text.end;
}

/* Seconds or milliseconds since 1970. No double on the way: it would not hold the microseconds of a present-day second.
 */
static bool parse_unix(cursor text, int64_t *time)
{
    bool negative = take(&text, '-');
    int64_t whole = 0;
    if (!at_digit(&text))
        return false;
    for (; at_digit(&text); text.at++) {
        if (whole > INT64_C(99999999999999))
            return false;
        whole = whole * 10 + (*text.at - '0');
    }
    bool milliseconds = whole >= INT64_C(100000000000);
    int microseconds = 0;
    if (take(&text, '.') && !take_fraction(&text, milliseconds ? 3 : 6, &microseconds))
        return false;
    whole = whole * (milliseconds ? SS_SECOND / 1000 : SS_SECOND) + microseconds;
    *time = negative ? -whole : whole;
    return text.at == text.end;
}

/* One digit or two. */
static bool take_short(cursor *text, int low, int high, int *number)
{
    bool two = text->end - text->at > 1 && text->at[1] >= '0' && text->at[1] <= '9';
    return take_number(text, two ? 2 : 1, low, high, number);
}

static bool take_written_date(cursor *text, ss_time_form form, civil *c)
{
    char between = form == SS_TIME_DAY_POINTS ? '.' : '/';
    int first, second;
    if (!take_short(text, 1, 31, &first) || !take(text, between) || !take_short(text, 1, 31, &second) ||
        !take(text, between) || !take_number(text, 4, FIRST_YEAR, LAST_YEAR, &c->year))
        return false;
    c->month = form == SS_TIME_MONTH_SLASHES ? first : second;
    c->day = form == SS_TIME_MONTH_SLASHES ? second : first;
    return c->month <= 12 && c->day <= days_in_month(c->year, c->month);
}

/* AM, PM, or nothing more. */
static bool take_half_day(cursor *text, int *hour)
{
    take(text, ' ');
    if (text->at == text->end)
        return true;
    bool noon = take(text, 'P') || take(text, 'p');
    if ((!noon && !take(text, 'A') && !take(text, 'a')) || (!take(text, 'M') && !take(text, 'm')))
        return false;
    if (*hour < 1 || *hour > 12)
        return false;
    *hour = *hour % 12 + (noon ? 12 : 0);
    return true;
}

static bool take_written_clock(cursor *text, civil *c)
{
    if (!take_short(text, 0, 23, &c->hour) || !take(text, ':') || !take_number(text, 2, 0, 59, &c->minute))
        return false;
    if (take(text, ':') && !take_number(text, 2, 0, 59, &c->second))
        return false;
    return take_half_day(text, &c->hour);
}

bool ss_timestamp_parse_as(ss_time_form form, ss_slice text, int64_t *time)
{
    if (form == SS_TIME_ISO)
        return ss_timestamp_parse(text, time);
    civil c = {0};
    cursor all = {text.data, text.data + text.size};
    if (!take_written_date(&all, form, &c))
        return false;
    bool apart = take(&all, ',');
    for (; take(&all, ' '); apart = true)
        ;
    if (all.at < all.end && (!apart || !take_written_clock(&all, &c)))
        return false;
    if (all.at < all.end)
        return false;
    *time = instant_of(&c);
    return true;
}

bool ss_timestamp_parse(ss_slice text, int64_t *time)
{
    if (text.size == 0)
        return false;
    cursor all = {text.data, text.data + text.size};
    bool dated = text.size >= 10 && text.data[4] == '-';
    int64_t read;
    if (!(dated ? parse_civil(all, &read) : parse_unix(all, &read)) || !in_years(read))
        return false;
    *time = read;
    return true;
}

/* The year that a day of the Gregorian count (day 0 = 1 January of year 0) lies in; at most one step of correction. */
static int year_of(int64_t day)
{
    int year = (int)(day * 400 / 146097);
    if (days_before_year(year) > day)
        return year - 1;
    return days_before_year(year + 1) <= day ? year + 1 : year;
}

static civil civil_of(int64_t time)
{
    const int64_t first = days_since_epoch(0, 1, 1) * SS_DAY, last = days_since_epoch(10000, 1, 1) * SS_DAY - 1;
    time = time < first ? first : time > last ? last : time;
    int64_t in_day = (time - first) % SS_DAY, day = (time - first) / SS_DAY;
    civil c = {.year = year_of(day), .month = 12};
    int day_of_year = (int)(day - days_before_year(c.year));
    while (days_before_month(c.year, c.month) > day_of_year)
        c.month--;
    c.day = day_of_year - days_before_month(c.year, c.month) + 1;
    int second_of_day = (int)(in_day / SS_SECOND);
    c.microsecond = (int)(in_day % SS_SECOND);
    c.hour = second_of_day / 3600;
    c.minute = second_of_day / 60 % 60;
    c.second = second_of_day % 60;
    return c;
}

static void put_digits(char *text, int count, int number)
{
    for (int i = count - 1; i >= 0; i--, number /= 10)
        text[i] = (char)('0' + number % 10);
}

void ss_timestamp_format(int64_t time, char text[SS_TIMESTAMP_TEXT])
{
    civil c = civil_of(time);
    memcpy(text, "YYYY-MM-DDTHH:MM:SS.mmmZ", SS_TIMESTAMP_TEXT);
    put_digits(text, 4, c.year);
    put_digits(text + 5, 2, c.month);
    put_digits(text + 8, 2, c.day);
    put_digits(text + 11, 2, c.hour);
    put_digits(text + 14, 2, c.minute);
    put_digits(text + 17, 2, c.second);
    put_digits(text + 20, 3, c.microsecond / 1000);
}

void ss_timestamp_compact(int64_t time, char text[SS_TIMESTAMP_COMPACT])
{
    char full[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(time, full);
    size_t used = 0;
    for (size_t i = 0; full[i]; i++)
        if (full[i] != '-' && full[i] != ':')
            text[used++] = full[i];
    text[used] = '\0';
}

bool ss_timestamp_of_compact(ss_slice text, int64_t *time)
{
    static const char form[] = "yyyy-mm-ddThh:mm:ss.mmmZ";
    char full[SS_TIMESTAMP_TEXT], again[SS_TIMESTAMP_COMPACT];
    int64_t found;
    if (text.size != SS_TIMESTAMP_COMPACT - 1)
        return false;
    for (size_t i = 0, used = 0; i < sizeof form; i++)
        full[i] = form[i] == '-' || form[i] == ':' || form[i] == '\0' ? form[i] : text.data[used++];
    if (!ss_timestamp_parse(ss_slice_of(full), &found))
        return false;
    ss_timestamp_compact(found, again);
    if (memcmp(again, text.data, text.size) != 0)
        return false;
    *time = found;
    return true;
}

/* timestamp.h: instants as int64 microseconds since 1970-01-01T00:00:00Z. Pure: safe from any thread. */
#ifndef SS_BASE_TIMESTAMP_H
#define SS_BASE_TIMESTAMP_H

#include "base/slice.h"
#include <stdint.h>

#define SS_SECOND  INT64_C(1000000)
#define SS_DAY     (INT64_C(86400) * SS_SECOND)
#define SS_NO_TIME INT64_MIN /* "no instant" */

/*
 * Reads ISO 8601 (`2011-12-09T12:50:00.5Z`, `+02:00`, `+0200`; `T` or blank; date alone = midnight), Unix seconds
 * (fraction allowed) or, from 1e11 on in absolute value, Unix milliseconds. Without an offset the time is UTC. Years
 * 1900 to 2199. False, with *time untouched, on anything else (a 30th of February too).
 */
bool ss_timestamp_parse(ss_slice text, int64_t *time);

/* How a time is written. */
typedef enum ss_time_form {
    SS_TIME_ISO,        /* as ss_timestamp_parse has it */
    SS_TIME_DAY_POINTS, /* 31.12.2025 */
    SS_TIME_DAY_SLASHES,
    SS_TIME_MONTH_SLASHES, /* 12/31/2025 */
    SS_TIME_FORMS
} ss_time_form;

/*
 * Reads a time written in this form and in no other: day and month of one or two digits, a year of four, and after a
 * blank, or a comma and blanks, the time of day if there is one: `9:05`, `09:05:30`, `9:05 PM`. In UTC, years and result
 * as above.
 */
bool ss_timestamp_parse_as(ss_time_form form, ss_slice text, int64_t *time);

/* `2011-12-09T12:50:00.000Z`: exactly 24 characters + zero. Finer than a millisecond is cut off; what lies outside the
 * years 0000 to 9999 is written as the nearest instant inside. */
#define SS_TIMESTAMP_TEXT 25
void ss_timestamp_format(int64_t time, char text[SS_TIMESTAMP_TEXT]);

/* The name of a generation, `20111209T125000.000Z`: 20 characters + zero. */
#define SS_TIMESTAMP_COMPACT 21
void ss_timestamp_compact(int64_t time, char text[SS_TIMESTAMP_COMPACT]);

/* Reads such a name. False, with *time untouched, on anything else. */
bool ss_timestamp_of_compact(ss_slice text, int64_t *time);

#endif

/*
 * profiles.h: the shop's customers file: what it says of its customers beside their purchases. In any of the log's
 * formats; columns customer_id, birthday, referral, of which only the first must be there. Read once; afterwards
 * read-only and safe to read from any thread.
 */
#ifndef SS_LOG_PROFILES_H
#define SS_LOG_PROFILES_H

#include "base/dictionary.h"
#include "base/progress.h"
#include "log/left_out.h"
#include "log/notation.h"
#include "log/row_source.h"
#include "log/table_report.h"

/* Days of a year that has a February 29: 1 (January 1) to 366 (December 31). */
#define SS_NO_BIRTHDAY 0u
#define SS_YEAR_DAYS   366u

typedef struct ss_profile {
    uint16_t birthday; /* day of the year as above, or SS_NO_BIRTHDAY */
    bool referral;     /* came by recommendation */
} ss_profile;

typedef struct ss_profiles ss_profiles;

typedef struct ss_profiles_options {
    const char *columns;          /* "customer_id=Client,birthday=Born" or NULL */
    double max_bad_rows;          /* share, 0..1 */
    const ss_left_out *forgotten; /* customers of whom nothing is kept, whenever they asked; NULL: nobody. Borrowed */
    ss_notation notation;
} ss_profiles_options;

/*
 * Reads a customers file. birthday: YYYY-MM-DD (1900 to 2199), MM-DD or --MM-DD (ISO 8601 without a year), or with
 * another form of times a date of that form; empty: not known; referral: true, false, yes, no, 1, 0, empty: no. Of several rows of one customer the last counts. Errors and `report` as
 * ss_catalog_read's. Caller owns *profiles.
 */
ss_status ss_profiles_read(const char *const *paths, size_t path_count, const ss_profiles_options *options,
                           ss_progress_sink *progress, ss_profiles **profiles, ss_table_report *report,
                           ss_error *error);

/* The same from any source of rows, which stays the caller's. */
ss_status ss_profiles_read_rows(ss_row_source *source, const ss_profiles_options *options, ss_progress_sink *progress,
                                ss_profiles **profiles, ss_table_report *report, ss_error *error);
void ss_profiles_free(ss_profiles **profiles);

uint32_t ss_profiles_count(const ss_profiles *profiles);
ss_slice ss_profiles_id(const ss_profiles *profiles, uint32_t number); /* in order of the file */
ss_profile ss_profiles_at(const ss_profiles *profiles, uint32_t number);
uint32_t ss_profiles_find(const ss_profiles *profiles, ss_slice customer_id); /* number or SS_NONE */

/* The day of the year of a date; 0 where there is no such day in any year. Pure. */
uint16_t ss_year_day(unsigned month, unsigned day);

/* The text of a birthday as above, without blanks around it → its day. False: it is none. Pure. */
bool ss_birthday_parse(ss_slice text, uint16_t *day);

#endif

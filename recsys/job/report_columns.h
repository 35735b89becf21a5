/*
 * report_columns.h: what the report of offers says, whatever it is written as: its columns, and what is to be heeded.
 * Pure: any thread.
 */
#ifndef SS_JOB_REPORT_COLUMNS_H
#define SS_JOB_REPORT_COLUMNS_H

#include "job/report_offers.h"

typedef enum ss_report_kind {
    SS_COLUMN_LEVEL,
    SS_COLUMN_CAMPAIGN,
    SS_COLUMN_INCENTIVE,
    SS_COLUMN_SEGMENT,
    SS_COLUMN_FINDING,
    SS_COLUMN_COUNT,  /* a number; */
    SS_COLUMN_MONEY,  /* minor units; */
    SS_COLUMN_AMOUNT, /* minor units that need not be whole, NAN where they cannot be told: */
} ss_report_kind;

typedef struct ss_report_column {
    const char *name;
    ss_report_kind kind;
    size_t offset; /* these three: in ss_report_row */
} ss_report_column;

/* All that a row says, for machines. */
extern const ss_report_column ss_report_columns[];
extern const size_t ss_report_column_count;

/* The same for people, in three parts. */
typedef struct ss_report_section {
    const char *title, *note; /* note: what its words mean */
    const ss_report_column *columns;
    size_t count;
} ss_report_section;
#define SS_REPORT_SECTIONS 3u
extern const ss_report_section ss_report_sections[SS_REPORT_SECTIONS];

/* The value of a column of its kind. */
uint64_t ss_report_count(const ss_report_row *row, const ss_report_column *column);
int64_t ss_report_money(const ss_report_row *row, const ss_report_column *column);
double ss_report_amount(const ss_report_row *row, const ss_report_column *column);
const char *ss_report_text(const ss_report_row *row, const ss_report_column *column); /* borrowed; "": none */

/* Any column's value for people; "": cannot be told. decimals: 0 .. 4 digits of the currency. */
#define SS_REPORT_CELL_TEXT 320u
void ss_report_cell(const ss_report_row *row, const ss_report_column *column, int decimals,
                    char text[SS_REPORT_CELL_TEXT]);

/* An amount in minor units; "" of a NAN. */
void ss_report_amount_text(double minor, int decimals, char text[SS_REPORT_CELL_TEXT]);

/* What stands before a row: "all", "last_chance", "  incentive ten-off". */
#define SS_REPORT_LABEL_TEXT 300u
void ss_report_label(const ss_report_row *row, char text[SS_REPORT_LABEL_TEXT]);

/* "2026-11-23", of days since 1970-01-01. */
#define SS_REPORT_DAY_TEXT 16u
void ss_report_day_text(int64_t day, char text[SS_REPORT_DAY_TEXT]);

/* "gain", "too few to tell", … */
const char *ss_report_finding_text(ss_uplift_finding finding);

/*
 * Says what is to be heeded, a sentence at a time: that there is nothing, where there are too few to tell. The text is
 * borrowed until `each` returns; what it returns ends it unless it is SS_OK, and is returned.
 */
ss_status ss_report_warnings(const ss_offers_report *report, ss_status (*each)(void *context, const char *text),
                             void *context);

#endif

/* table_report.h: what reading a table of the shop's (its catalogue, its customers) came to. */
#ifndef SS_LOG_TABLE_REPORT_H
#define SS_LOG_TABLE_REPORT_H

#include "base/status.h"
#include <stdint.h>

typedef struct ss_table_report {
    uint64_t rows, bad_rows, duplicates;  /* duplicates: later rows of one id; the last one counts */
    char first_bad[5][SS_ERROR_TEXT_MAX]; /* "FILE:LINE: column: why", as many as there are; empty beyond */
    char hint[SS_ERROR_TEXT_MAX];         /* --columns for columns that look like fields and were not read, or empty */
} ss_table_report;

#endif

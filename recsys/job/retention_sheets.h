/*
 * retention_sheets.h: the report on retention in words and tables: every figure with what it is, and what is to be heeded.
 * Pure: any thread.
 */
#ifndef SS_JOB_RETENTION_SHEETS_H
#define SS_JOB_RETENTION_SHEETS_H

#include "job/retention.h"
#include "job/sheet.h"

/* zone: its name, for people. Fills `sheets`, which are to be released either way. SS_E_NOMEM. */
ss_status ss_retention_sheets(const ss_retention *retention, const char *zone, ss_sheets *sheets);

#endif

/*
 * retention_warnings.h: what is to be heeded when the report on retention is read: how far its forecast has been off, what it could not be
 * held against, what the log does not say. Pure: any thread.
 */
#ifndef SS_JOB_RETENTION_WARNINGS_H
#define SS_JOB_RETENTION_WARNINGS_H

#include "job/retention.h"
#include "job/sheet.h"

/* Adds each warning that there is reason for (ss_sheets_warn); without memory the sheets say so by their status. */
void ss_retention_warn(const ss_retention *retention, ss_sheets *sheets);

#endif

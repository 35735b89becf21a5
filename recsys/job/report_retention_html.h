/*
 * report_retention_html.h: the report on retention as one page (job/report_html.h): figures, plots with their numbers
 * behind them, heat maps of the cohorts. The same report gives the same bytes. Pure: any thread.
 */
#ifndef SS_JOB_REPORT_RETENTION_HTML_H
#define SS_JOB_REPORT_RETENTION_HTML_H

#include "base/buffer.h"
#include "job/retention.h"
#include "job/sheet.h"

/* Appends the page to `out`; `sheets` are those of the same report. SS_E_NOMEM, SS_E_LIMIT of the buffer. */
ss_status ss_retention_html(const ss_retention *retention, const ss_sheets *sheets, ss_buffer *out);

#endif

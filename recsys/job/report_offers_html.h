/*
 * report_offers_html.h: the report of offers as one page that needs nothing beside itself: no script, no network, plots as
 * inline SVG; legible on a phone and on a desk, by day and by night. The same report gives the same bytes. Pure: any
 * thread.
 */
#ifndef SS_JOB_REPORT_OFFERS_HTML_H
#define SS_JOB_REPORT_OFFERS_HTML_H

#include "base/buffer.h"
#include "job/report_offers.h"

/* Appends the page to `out`; decimals: digits of the currency, 0 .. 4. SS_E_NOMEM, SS_E_LIMIT of the buffer. */
ss_status ss_offers_report_html(const ss_offers_report *report, int decimals, ss_buffer *out);

#endif

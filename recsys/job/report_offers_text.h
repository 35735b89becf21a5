/*
 * report_offers_text.h: the report of offers for people at a terminal, for spreadsheets and for programs. Pure: any
 * thread. All append to `out`; decimals: digits of the currency, 0 .. 4. SS_E_NOMEM, SS_E_LIMIT of the buffer.
 */
#ifndef SS_JOB_REPORT_OFFERS_TEXT_H
#define SS_JOB_REPORT_OFFERS_TEXT_H

#include "base/buffer.h"
#include "job/report_offers.h"

/* Aligned tables: what happened, money, uplift; then what is to be heeded. */
ss_status ss_offers_report_table(const ss_offers_report *report, int decimals, ss_buffer *out);

/* RFC 4180 with a header, a line for each row; money in units, fields that cannot be told are empty. */
ss_status ss_offers_report_csv(const ss_offers_report *report, int decimals, ss_buffer *out);

/* One object: `rows` with the columns of the CSV, `days`, `warnings`; money in minor units, null: cannot be told. */
ss_status ss_offers_report_json(const ss_offers_report *report, int decimals, ss_buffer *out);

#endif

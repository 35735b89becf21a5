/*
 * clean.h: the second half of reading a log: numbered rows as they came → interactions: item rules, returns, repeats
 * merged, numbers by popularity, order. Works in the array of the rows; extra memory: some bytes for each item,
 * customer and order.
 */
#ifndef SS_LOG_CLEAN_H
#define SS_LOG_CLEAN_H

#include "log/item_rules.h"
#include "log/origins.h"
#include "log/raw_log.h"
#include "log/returns.h"

/*
 * Empties `log`, whose rows and names pass to *out. Adds to `report` what it counts. Errors: SS_E_NOMEM, SS_E_LIMIT,
 * SS_E_CANCELLED; `log` is then still to be freed and *out untouched.
 */
ss_status ss_clean(ss_raw_log *log, const ss_log_options *options, const ss_catalog *catalog,
                   ss_progress_sink *progress, ss_interactions *out, ss_log_report *report, ss_error *error);

/*
 * What ss_clean does to the rows of one customer, or of one basket without, in order of time (ss_rows_sort_by_time):
 * returns (where may_return), then repeats. Those that are left stand at the front, in order of time again, and their
 * number is returned. What happened is added to `tally` and *merged, what they were to `origins` (NULL: nowhere).
 */
size_t ss_clean_group(ss_interaction *rows, size_t count, bool has_times, bool may_return, ss_origins *origins,
                      ss_returns *tally, uint64_t *merged);

#endif

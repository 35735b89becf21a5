/* log_report.h: what became of the rows of a log, for people and as JSON. */
#ifndef SS_CLI_LOG_REPORT_H
#define SS_CLI_LOG_REPORT_H

#include "job/train.h"
#include <jansson.h>
#include <stdio.h>

void ss_print_log_report(FILE *out, const ss_training_data *data);
json_t *ss_log_report_json(const ss_training_data *data); /* Caller owns the result; NULL when out of memory */

#endif

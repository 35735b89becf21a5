/*
 * left_out.h: customers who asked to be forgotten: what they did until then is left out of a log, and counted. What
 * they do afterwards is not meant, as far as the log has times. One writer or many readers.
 */
#ifndef SS_LOG_LEFT_OUT_H
#define SS_LOG_LEFT_OUT_H

#include "base/dictionary.h"
#include "base/timestamp.h"
#include <stdbool.h>

typedef struct ss_left_out ss_left_out;

ss_left_out *ss_left_out_new(void); /* NULL when out of memory */
void ss_left_out_free(ss_left_out **left_out);

/* Adds a customer who asked at `time`; the later of two times holds. SS_E_NOMEM, SS_E_LIMIT: nothing was added. */
ss_status ss_left_out_add(ss_left_out *left_out, ss_slice customer_id, int64_t time);

/* Is what the customer did at `time` (SS_NO_TIME: at any) left out? False for an empty id, and where `left_out` is
 * NULL. */
bool ss_left_out_has(const ss_left_out *left_out, ss_slice customer_id, int64_t time);

uint32_t ss_left_out_count(const ss_left_out *left_out);

#endif

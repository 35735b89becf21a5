/*
 * values.h: the texts of a row → numbers and ids. The common forms are read by hand, everything else by the general
 * parsers of base, so that both agree. Blanks around a value do not matter. Pure: safe from any thread.
 */
#ifndef SS_LOG_VALUES_H
#define SS_LOG_VALUES_H

#include "base/slice.h"
#include "log/interactions.h"

#define SS_QUANTITY_MAX 1e9

/* A decimal number of at most SS_QUANTITY_MAX in absolute value; negative = return. False, *quantity untouched, on
 * anything else. */
bool ss_value_quantity(ss_slice text, float *quantity);

/* A decimal number; says whether it is above 0. */
bool ss_value_price(ss_slice text, bool *positive);

/* A decimal amount of money → minor units of `decimals` (0..4) digits, half a unit rounded away from 0. At most 9e14
 * units. */
bool ss_value_money(ss_slice text, int64_t decimals, int64_t *minor);

/* As ss_timestamp_parse. */
bool ss_value_time(ss_slice text, int64_t *time);

/* The name of an event (in any case); "" is a purchase. */
bool ss_value_event(ss_slice text, ss_event *event);

/* true|false, yes|no, 1|0 (in any case); "" is false. */
bool ss_value_flag(ss_slice text, bool *flag);

typedef enum ss_id_problem { SS_ID_FINE, SS_ID_EMPTY, SS_ID_LONG, SS_ID_NOT_TEXT } ss_id_problem;

/* An external id: trims *text in place; 1 to 255 bytes of UTF-8 without control characters. */
ss_id_problem ss_value_id(ss_slice *text);

#endif

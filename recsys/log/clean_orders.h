/*
 * clean_orders.h: the second half of reading the orders of a log: numbered rows as they came → orders: item rules,
 * returns, amounts. Works in the array of the rows; extra memory: 12 bytes a row, and the orders.
 */
#ifndef SS_LOG_CLEAN_ORDERS_H
#define SS_LOG_CLEAN_ORDERS_H

#include "log/item_rules.h"
#include "log/orders.h"
#include "log/raw_log.h"

/*
 * Uses up the rows of `log`; its customers pass to *orders. Adds to `report` what it counts. SS_E_NOMEM; SS_E_LIMIT:
 * too many rows or customers to number. *orders is untouched then, and `log` is still to be freed either way.
 */
ss_status ss_clean_orders(ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog,
                          ss_returns_rule returns, ss_orders *orders, ss_log_report *report);

#endif

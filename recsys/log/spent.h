/*
 * spent.h: what each customer of a log paid, summed before rows are joined and moved. Not thread-safe; one owner.
 */
#ifndef SS_LOG_SPENT_H
#define SS_LOG_SPENT_H

#include "log/item_rules.h"
#include "log/raw_log.h"

/*
 * Sets log->spent: quantity times price over the purchases and returns of items that are kept, each rounded to a minor
 * unit, half a unit away from 0; a price that is not known is the catalogue's (NULL: no catalogue), or nothing. Sums end
 * at +-2^61. NULL where no price is known at all. The rows are as they were read, but for what cancels; the prices are
 * gone afterwards. SS_E_NOMEM.
 */
ss_status ss_spent_sum(ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog);

#endif

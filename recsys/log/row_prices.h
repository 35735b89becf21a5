/*
 * row_prices.h: what each purchase of a log cost, one after another in the order in which they were read, and amounts of
 * money made of it. Not thread-safe; one owner.
 */
#ifndef SS_LOG_ROW_PRICES_H
#define SS_LOG_ROW_PRICES_H

#include "log/item_rules.h"
#include "log/raw_log.h"

#define SS_AMOUNT_MAX (INT64_C(1) << 61) /* minor units, either way */

typedef struct ss_row_prices {
    ss_price_tape *tape; /* borrowed */
    int64_t *list;       /* item → the catalogue's price. Owned; NULL: not needed */
    bool priced;         /* some price is known */
} ss_row_prices;

/* Over the prices of `log`, which stays their owner; one that the log does not tell is the catalogue's (NULL: no
 * catalogue). SS_E_NOMEM. */
ss_status ss_row_prices_make(ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog,
                             ss_row_prices *prices);
void ss_row_prices_release(ss_row_prices *prices);

/* The price of the next purchase, which is of `item`; SS_NO_MONEY: not known. */
int64_t ss_row_prices_next(ss_row_prices *prices, uint32_t item);

/* Quantity times price, rounded to a minor unit, half a unit away from 0; within SS_AMOUNT_MAX. Pure. */
int64_t ss_row_amount(float quantity, int64_t price);

/* The sum of two within SS_AMOUNT_MAX, which stays within. Pure. */
int64_t ss_amount_add(int64_t a, int64_t b);

#endif

/*
 * raw_log.h: the first half of reading a log: rows of text → numbered rows as they came, each one checked; bad rows and
 * those ignored by a rule that looks at one row alone (price, quantity 0, `until`) are counted and gone.
 * Not thread-safe; one owner.
 */
#ifndef SS_LOG_RAW_LOG_H
#define SS_LOG_RAW_LOG_H

#include "log/price_tape.h"
#include "log/read_log.h"

typedef struct ss_raw_log {
    ss_interaction *rows; /* in order of the log; a negative quantity of a purchase returns. Owned */
    size_t count, capacity;
    ss_dictionary *items, *customers; /* in order of first appearance in a row that was kept. Owned */
    uint32_t *item_rows;              /* rows of each item. Owned */
    ss_price_tape prices;             /* of the rows that are purchases, in their order. Owned */
    size_t item_capacity;
    int64_t *spent;           /* of each customer, once it is summed (spent.h). Owned */
    uint64_t basket_limit;    /* basket numbers are below */
    uint64_t *basket_keys[2]; /* ss_basket_key of orders (baskets of even numbers) and of sessions. Owned; NULL: not
                                 asked for */
    bool has_times, has_baskets, has_customers, has_returns;
} ss_raw_log;

/* Reads `source` to its end. Adds to `report` what it counts. Errors: as ss_log_read. */
ss_status ss_raw_log_read(ss_row_source *source, const ss_log_options *options, ss_progress_sink *progress,
                          ss_raw_log *log, ss_log_report *report, ss_error *error);
void ss_raw_log_free(ss_raw_log *log);

#endif

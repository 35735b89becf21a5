#include "log/spent.h"

#include "base/memory.h"
#include "log/row_prices.h"

static void sum_rows(ss_raw_log *log, const ss_item_rules *rules, ss_row_prices *prices)
{
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        if (row->event != SS_EVENT_PURCHASE)
            continue;
        int64_t price = ss_row_prices_next(prices, row->item);
        if (price != SS_NO_MONEY && row->customer != SS_NONE && rules->verdict[row->item] == SS_ITEM_KEPT)
            log->spent[row->customer] = ss_amount_add(log->spent[row->customer], ss_row_amount(row->quantity, price));
    }
}

ss_status ss_spent_sum(ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog)
{
    ss_row_prices prices = {0};
    ss_status status;
    SS_TRY(ss_row_prices_make(log, rules, catalog, &prices));
    if (prices.priced) {
        log->spent = ss_array_zeroed(ss_dictionary_count(log->customers), sizeof *log->spent);
        SS_TRY(log->spent ? SS_OK : SS_E_NOMEM);
        sum_rows(log, rules, &prices);
    }
out:
    ss_row_prices_release(&prices);
    ss_price_tape_release(&log->prices);
    return status;
}

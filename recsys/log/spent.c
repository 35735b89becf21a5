#include "log/spent.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define SPENT_MAX (INT64_C(1) << 61)

/* By number of the item, for prices that the log does not tell. */
static ss_status list_prices(const ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog,
                             int64_t **prices, bool *priced)
{
    uint32_t count = ss_dictionary_count(log->items);
    int64_t *list = ss_array_new(count, sizeof *list);
    if (!list)
        return SS_E_NOMEM;
    for (uint32_t item = 0; item < count; item++) {
        uint32_t number = ss_catalog_find(catalog, ss_dictionary_id(log->items, rules->to[item]));
        list[item] = number == SS_NONE ? SS_NO_MONEY : ss_catalog_item_at(catalog, number)->price;
        *priced |= list[item] != SS_NO_MONEY;
    }
    *prices = list;
    return SS_OK;
}

static int64_t bounded(double amount)
{
    return fabs(amount) < (double)SPENT_MAX ? llround(amount) : amount < 0 ? -SPENT_MAX : SPENT_MAX;
}

/* Both are within SPENT_MAX, so that their sum is a number. */
static int64_t add(int64_t spent, int64_t amount)
{
    int64_t sum = spent + amount;
    return sum > SPENT_MAX ? SPENT_MAX : sum < -SPENT_MAX ? -SPENT_MAX : sum;
}

static void sum_rows(ss_raw_log *log, const ss_item_rules *rules, const int64_t *prices)
{
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        if (row->event != SS_EVENT_PURCHASE)
            continue;
        int64_t price = ss_price_tape_next(&log->prices);
        if (price == SS_NO_MONEY && prices)
            price = prices[row->item];
        if (price != SS_NO_MONEY && row->customer != SS_NONE && rules->verdict[row->item] == SS_ITEM_KEPT)
            log->spent[row->customer] = add(log->spent[row->customer], bounded((double)row->quantity * (double)price));
    }
}

ss_status ss_spent_sum(ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog)
{
    ss_status status = SS_OK;
    int64_t *prices = NULL;
    bool priced = log->prices.priced;
    if (catalog && log->prices.missing)
        SS_TRY(list_prices(log, rules, catalog, &prices, &priced));
    if (priced) {
        log->spent = ss_array_zeroed(ss_dictionary_count(log->customers), sizeof *log->spent);
        SS_TRY(log->spent ? SS_OK : SS_E_NOMEM);
        sum_rows(log, rules, prices);
    }
out:
    free(prices);
    ss_price_tape_release(&log->prices);
    return status;
}

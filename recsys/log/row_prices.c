#include "log/row_prices.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static ss_status list_prices(const ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog,
                             ss_row_prices *prices)
{
    uint32_t count = ss_dictionary_count(log->items);
    prices->list = ss_array_new(count, sizeof *prices->list);
    if (!prices->list)
        return SS_E_NOMEM;
    for (uint32_t item = 0; item < count; item++) {
        uint32_t number = ss_catalog_find(catalog, ss_dictionary_id(log->items, rules->to[item]));
        prices->list[item] = number == SS_NONE ? SS_NO_MONEY : ss_catalog_item_at(catalog, number)->price;
        prices->priced |= prices->list[item] != SS_NO_MONEY;
    }
    return SS_OK;
}

ss_status ss_row_prices_make(ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog,
                             ss_row_prices *prices)
{
    *prices = (ss_row_prices){.tape = &log->prices, .priced = log->prices.priced};
    return catalog && log->prices.missing ? list_prices(log, rules, catalog, prices) : SS_OK;
}

void ss_row_prices_release(ss_row_prices *prices)
{
    free(prices->list);
    *prices = (ss_row_prices){0};
}

int64_t ss_row_prices_next(ss_row_prices *prices, uint32_t item)
{
    int64_t price = ss_price_tape_next(prices->tape);
    return price == SS_NO_MONEY && prices->list ? prices->list[item] : price;
}

int64_t ss_row_amount(float quantity, int64_t price)
{
    double amount = (double)quantity * (double)price;
    return fabs(amount) < (double)SS_AMOUNT_MAX ? llround(amount) : amount < 0 ? -SS_AMOUNT_MAX : SS_AMOUNT_MAX;
}

int64_t ss_amount_add(int64_t a, int64_t b)
{
    int64_t sum = a + b;
    return sum > SS_AMOUNT_MAX ? SS_AMOUNT_MAX : sum < -SS_AMOUNT_MAX ? -SS_AMOUNT_MAX : sum;
}

#include "job/purchases.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "log/row_prices.h"

#include <stdlib.h>
#include <time.h>

static int32_t day_of(const ss_zone *zone, int64_t time)
{
    if (zone)
        return ss_zone_local(zone, time).day;
    return (int32_t)(time / SS_DAY - (time % SS_DAY < 0));
}

/*
 * The purchase that an order on `day` belongs to: the last of list[from .. *count), or a new one. A clock that is put back
 * over midnight shows an earlier day again: the later one holds.
 */
static void add_order(ss_purchase *list, size_t from, size_t *count, int32_t day, int64_t amount)
{
    if (*count == from || list[*count - 1].day < day)
        list[(*count)++] = (ss_purchase){.day = day};
    ss_purchase *purchase = &list[*count - 1];
    purchase->orders++;
    purchase->amount = ss_amount_add(purchase->amount, amount);
}

static void extend(ss_purchases *of, int32_t day, bool all)
{
    of->first = day < of->first ? day : of->first;
    if (all && day >= of->end)
        of->end = day + 1;
}

static void take_orders(const ss_orders *orders, const ss_zone *zone, int32_t until, ss_purchases *of)
{
    size_t taken = 0;
    uint32_t customer = 0;
    for (size_t i = 0; i < orders->count; i++) {
        const ss_order *order = &orders->orders[i];
        int32_t day = day_of(zone, order->time);
        for (; customer < of->count && customer < order->customer; customer++)
            of->offsets[customer + 1] = taken;
        if (day >= until)
            continue;
        extend(of, day, until == INT32_MAX);
        if (order->customer == SS_NONE)
            add_order(of->rest, 0, &of->rest_count, day, order->amount);
        else
            add_order(of->all, of->offsets[customer], &taken, day, order->amount);
    }
    for (; customer < of->count; customer++)
        of->offsets[customer + 1] = taken;
}

ss_status ss_purchases_make(const ss_orders *orders, const ss_zone *zone, int32_t until, ss_purchases *purchases,
                            ss_error *error)
{
    ss_status status = SS_OK;
    size_t named = 0;
    while (named < orders->count && orders->orders[named].customer != SS_NONE)
        named++;
    ss_purchases of = {.count = orders->customer_count,
                       .first = INT32_MAX,
                       .end = until == INT32_MAX ? INT32_MIN : until,
                       .offsets = ss_array_zeroed((size_t)orders->customer_count + 1, sizeof *of.offsets),
                       .all = ss_array_new(named, sizeof *of.all),
                       .rest = ss_array_new(orders->count - named, sizeof *of.rest)};
    if (!of.offsets || !of.all || !of.rest)
        SS_TRY(ss_error_nomem(error));
    take_orders(orders, zone, until, &of);
    if (of.first == INT32_MAX)
        SS_TRY(ss_error_set(error, SS_E_BAD_INPUT, "the log has no order before the end that was asked for"));
    *purchases = of;
    of = (ss_purchases){0};
out:
    ss_purchases_release(&of);
    return status;
}

void ss_purchases_release(ss_purchases *purchases)
{
    free(purchases->offsets);
    free(purchases->all);
    free(purchases->rest);
    *purchases = (ss_purchases){0};
}

size_t ss_purchases_before(const ss_purchases *purchases, uint32_t customer, int32_t day)
{
    size_t low = purchases->offsets[customer], high = purchases->offsets[customer + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (purchases->all[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low - purchases->offsets[customer];
}

int32_t ss_month_of(int32_t day)
{
    time_t seconds = (time_t)day * 86400;
    struct tm calendar = {0};
    gmtime_r(&seconds, &calendar);
    return (calendar.tm_year + 1900) * 12 + calendar.tm_mon;
}

int32_t ss_month_begin(int32_t month)
{
    struct tm calendar = {.tm_year = month / 12 - 1900, .tm_mon = month % 12, .tm_mday = 1};
    return (int32_t)(timegm(&calendar) / 86400);
}

#include "log/overlap.h"

#include "base/memory.h"
#include "log/sort_rows.h"

#include <stdlib.h>

void ss_overlap_init(ss_overlap *overlap, int64_t from)
{
    *overlap = (ss_overlap){.from = from};
    for (unsigned event = 0; event < SS_EVENT_COUNT; event++)
        overlap->newest[event] = SS_NO_TIME;
}

void ss_overlap_release(ss_overlap *overlap)
{
    free(overlap->orders);
    overlap->orders = NULL;
    overlap->order_count = 0;
}

int64_t ss_overlap_newest(const ss_overlap *overlap)
{
    int64_t newest = SS_NO_TIME;
    for (unsigned event = 0; event < SS_EVENT_COUNT; event++)
        newest = overlap->newest[event] > newest ? overlap->newest[event] : newest;
    return newest;
}

/* Numbers of orders are below 2^31. */
static uint64_t key_of(uint32_t order, uint32_t item, float quantity)
{
    return ((uint64_t)order << 1 | (quantity < 0)) << 32 | item;
}

ss_status ss_overlap_close(ss_overlap *overlap, const ss_interaction *rows, size_t count)
{
    size_t found = 0;
    uint64_t *orders = ss_array_new(count + 1, sizeof *orders);
    if (!orders)
        return SS_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        if (rows[i].event == SS_EVENT_PURCHASE && rows[i].basket != SS_NONE && rows[i].basket % 2 == 0)
            orders[found++] = key_of(rows[i].basket / 2, rows[i].item, rows[i].quantity);
    ss_sort_u64(orders, found);
    ss_overlap_release(overlap);
    overlap->orders = orders;
    overlap->order_count = found;
    return SS_OK;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool ss_overlap_holds(const ss_overlap *overlap, ss_event event, int64_t time, uint32_t order, uint32_t item,
                      float quantity)
{
    bool early = overlap->from != SS_NO_TIME ? time < overlap->from : time <= overlap->newest[event];
    if (early && time != SS_NO_TIME)
        return true;
    if (event != SS_EVENT_PURCHASE || order == SS_NONE || item == SS_NONE)
        return false;
    uint64_t key = key_of(order, item, quantity);
    return overlap->order_count && bsearch(&key, overlap->orders, overlap->order_count, sizeof key, compare) != NULL;
}

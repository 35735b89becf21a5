#include "log/origins.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void ss_origins_begin(ss_origins *origins, const ss_interaction *rows, size_t count)
{
    if (!origins)
        return;
    origins->group_count = origins->item_count = 0;
    if (!ss_array_grow(&origins->group, &origins->group_capacity, count, sizeof *origins->group)) {
        origins->failed = true;
        return;
    }
    memcpy(origins->group, rows, count * sizeof *rows);
    origins->group_count = count;
    for (size_t i = 0; i < count; i++)
        if (rows[i].event == SS_EVENT_PURCHASE && rows[i].quantity < 0)
            ss_origins_note(origins, rows[i].item);
}

void ss_origins_note(ss_origins *origins, uint32_t item)
{
    if (!origins || (origins->item_count > 0 && origins->items[origins->item_count - 1] == item))
        return;
    if (ss_array_grow(&origins->items, &origins->item_capacity, origins->item_count + 1, sizeof *origins->items))
        origins->items[origins->item_count++] = item;
    else
        origins->failed = true;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void ss_origins_end(ss_origins *origins)
{
    if (!origins || origins->item_count == 0)
        return;
    qsort(origins->items, origins->item_count, sizeof *origins->items, by_number);
    for (size_t i = 0; i < origins->group_count; i++) {
        const ss_interaction *row = &origins->group[i];
        uint32_t item = row->item;
        if (row->event != SS_EVENT_PURCHASE ||
            !bsearch(&item, origins->items, origins->item_count, sizeof item, by_number))
            continue;
        if (ss_array_grow(&origins->rows, &origins->capacity, origins->count + 1, sizeof *origins->rows))
            origins->rows[origins->count++] = *row;
        else
            origins->failed = true;
    }
}

void ss_origins_release(ss_origins *origins)
{
    free(origins->rows);
    free(origins->group);
    free(origins->items);
    *origins = (ss_origins){0};
}

#include "shelf/moved.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void ss_moved_release(ss_moved *moved)
{
    free(moved->items);
    *moved = (ss_moved){0};
}

ss_status ss_moved_reserve(ss_moved *moved)
{
    if (moved->many || moved->listed < moved->room ||
        ss_array_grow(&moved->items, &moved->room, (size_t)moved->listed + 1, sizeof *moved->items))
        return SS_OK;
    return SS_E_NOMEM;
}

static bool is_popular(const ss_popularity *popularity, uint32_t item)
{
    return item < popularity->item_count && popularity->scores[item] > 0;
}

static uint32_t place_of(const ss_moved *moved, const float *scores, uint32_t item)
{
    uint32_t low = 0, high = moved->listed;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, other = moved->items[middle];
        if (ss_scored_before((ss_scored){scores[other], other}, (ss_scored){scores[item], item}))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void ss_moved_in(ss_moved *moved, const ss_popularity *popularity, uint32_t item)
{
    moved->count++;
    if (moved->many || !is_popular(popularity, item))
        return;
    if (moved->listed == SS_MOVED_MAX) {
        moved->many = true;
        moved->listed = 0;
        return;
    }
    uint32_t *at = moved->items + place_of(moved, popularity->scores, item);
    memmove(at + 1, at, (size_t)(moved->items + moved->listed - at) * sizeof *at);
    *at = item;
    moved->listed++;
}

void ss_moved_out(ss_moved *moved, const ss_popularity *popularity, uint32_t item)
{
    moved->count--;
    if (moved->many) {
        moved->many = moved->count > 0;
        return;
    }
    if (!is_popular(popularity, item))
        return;
    uint32_t *at = moved->items + place_of(moved, popularity->scores, item);
    moved->listed--;
    memmove(at, at + 1, (size_t)(moved->items + moved->listed - at) * sizeof *at);
}

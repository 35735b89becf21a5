#include "shelf/alike.h"

#include "base/memory.h"

#include <stdlib.h>

typedef struct likeness {
    uint32_t stamp; /* of the entry that it was found for; 0: not found yet */
    uint32_t count;
    ss_scored found[SS_ALIKE_MAX];
} likeness;

struct ss_alike {
    const ss_catalogue *catalogue;    /* borrowed */
    ss_alternatives_scratch *scratch; /* owned */
    likeness *list;                   /* by number of the new item; memory where it was asked for */
};

ss_status ss_alike_new(const ss_catalogue *catalogue, ss_alike **alike, ss_error *error)
{
    const ss_snapshot *snapshot = catalogue->snapshot;
    if (!snapshot->has_alternatives || catalogue->count == catalogue->known)
        return SS_OK;
    ss_alike *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->catalogue = catalogue;
    made->scratch = ss_alternatives_scratch_new(&snapshot->alternatives);
    made->list = ss_array_zeroed(catalogue->count - catalogue->known, sizeof *made->list);
    if (made->scratch && made->list) {
        *alike = made;
        return SS_OK;
    }
    ss_alike_free(&made);
    return ss_error_nomem(error);
}

void ss_alike_free(ss_alike **alike)
{
    ss_alike *old = *alike;
    *alike = NULL;
    if (!old)
        return;
    ss_alternatives_scratch_free(&old->scratch);
    free(old->list);
    free(old);
}

static void find(ss_alike *alike, const ss_catalogue_entry *entry, likeness *of)
{
    const ss_snapshot *snapshot = alike->catalogue->snapshot;
    const ss_items *items = &snapshot->items;
    const ss_alternatives_question question = {
        .name = ss_item_record_text(&entry->record->item, SS_LIVE_NAME),
        .category = entry->category < items->categories.count ? entry->category : SS_NONE,
        .group = entry->group < items->groups.count ? entry->group : SS_NONE,
        .price = ss_catalogue_number(alike->catalogue, entry->item, SS_LIVE_PRICE)};
    of->count = (uint32_t)ss_alternatives_similar(&snapshot->alternatives, items, alike->scratch, &question, of->found,
                                                  SS_ALIKE_MAX);
    of->stamp = entry->stamp;
}

size_t ss_alike_of(ss_alike *alike, uint32_t item, const ss_scored **found)
{
    if (!alike || item < alike->catalogue->known || item >= alike->catalogue->count)
        return 0;
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(alike->catalogue, item);
    likeness *of = &alike->list[item - alike->catalogue->known];
    if (!entry)
        return 0;
    if (of->stamp != entry->stamp)
        find(alike, entry, of);
    *found = of->found;
    return of->count;
}

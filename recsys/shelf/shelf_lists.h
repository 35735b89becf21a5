/*
 * shelf_lists.h: the lists of a shelf's configuration (listed.h) as one generation sees them: ids and names as numbers,
 * so that a candidate is asked about by one load. Made when a snapshot is opened; nothing changes afterwards: safe
 * from any thread. Ids and names that the generation does not know may be those of items that are new since: they are
 * found by `listed`, but for boosts.
 */
#ifndef SS_SHELF_SHELF_LISTS_H
#define SS_SHELF_SHELF_LISTS_H

#include "shelf/listed.h"

typedef struct ss_pin {
    uint32_t item;     /* SS_NONE: the generation does not know it */
    uint32_t position; /* from 1 */
    ss_slice id;
} ss_pin;

typedef struct ss_item_boost {
    uint32_t item;
    float factor;
} ss_item_boost;

typedef struct ss_shelf_lists {
    const ss_listed *listed; /* borrowed */
    uint32_t item_count, category_count;
    uint8_t *denied;          /* items: 1: never shown; NULL: no such list */
    uint8_t *category_denied; /* categories: likewise */
    bool only_categories;     /* what has none of the categories listed is not shown, nor what has no category */
    float *category_factors;  /* categories; NULL: no boost of a category */
    ss_item_boost *boosts;    /* by item */
    ss_pin *pins;             /* by position */
    size_t boost_count, pin_count;
} ss_shelf_lists;

/* `listed` is borrowed for its life. SS_E_NOMEM. */
ss_status ss_shelf_lists_new(const ss_listed *listed, const ss_items *items, ss_shelf_lists **lists, ss_error *error);
void ss_shelf_lists_free(ss_shelf_lists **lists);

/* What the score of an item of that category (or SS_NONE) is multiplied by. */
float ss_shelf_lists_factor(const ss_shelf_lists *lists, uint32_t item, uint32_t category);
bool ss_shelf_lists_boost(const ss_shelf_lists *lists); /* any of them? */

static inline bool ss_shelf_lists_deny_item(const ss_shelf_lists *lists, uint32_t item)
{
    return lists->denied && item < lists->item_count && lists->denied[item];
}

static inline bool ss_shelf_lists_deny_category(const ss_shelf_lists *lists, uint32_t category)
{
    if (category >= lists->category_count)
        return lists->only_categories;
    return lists->category_denied && lists->category_denied[category];
}

#endif

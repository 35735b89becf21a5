/*
 * moved.h: the items of the generation that live records have moved into one category, most popular first, and the walk
 * through the generation's order of that category with them in their places.
 *
 * One writer; nothing reads meanwhile.
 */
#ifndef SS_SHELF_MOVED_H
#define SS_SHELF_MOVED_H

#include "base/topk.h"
#include "models/popularity_query.h"

#define SS_MOVED_MAX 4096u /* beyond so many there is no list, until all have left again */

typedef struct ss_moved { /* all zero: nothing has been moved */
    uint32_t count;       /* of those moved into the category, be they listed or not */
    uint32_t listed;
    uint32_t *items; /* owned: those that are popular at all */
    size_t room;
    bool many; /* there is no list */
} ss_moved;

void ss_moved_release(ss_moved *moved);

/* Room for one more. SS_E_NOMEM. */
ss_status ss_moved_reserve(ss_moved *moved);

/* After ss_moved_reserve; the item is not there. An item of no score, or beyond the model, counts but is not listed. */
void ss_moved_in(ss_moved *moved, const ss_popularity *popularity, uint32_t item);
void ss_moved_out(ss_moved *moved, const ss_popularity *popularity, uint32_t item); /* the item is there */

/* ---- an order with what was moved into it ---- */

typedef struct ss_order_walk { /* its numbers so far: the sum of both */
    ss_item_list list, moved;  /* borrowed; both best first by the scores */
    const float *scores;       /* of items below item_count */
    uint32_t item_count;
    size_t at, moved_at;
} ss_order_walk;

static inline bool ss_order_is_moved_next(const ss_order_walk *walk)
{
    if (walk->moved_at == walk->moved.count || walk->at == walk->list.count)
        return walk->moved_at < walk->moved.count;
    uint32_t own = walk->list.items[walk->at], moved = walk->moved.items[walk->moved_at];
    return own < walk->item_count &&
           ss_scored_before((ss_scored){walk->scores[moved], moved}, (ss_scored){walk->scores[own], own});
}

/* The next item; false: there is none. */
static inline bool ss_order_next(ss_order_walk *walk, uint32_t *item)
{
    if (ss_order_is_moved_next(walk)) {
        *item = walk->moved.items[walk->moved_at++];
        return true;
    }
    if (walk->at == walk->list.count)
        return false;
    *item = walk->list.items[walk->at++];
    return true;
}

#endif

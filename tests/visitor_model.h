/* visitor_model.h: what a visitor did with items, told once more: unsorted, with wide numbers, searched from end to end. */
#ifndef SS_TESTS_VISITOR_MODEL_H
#define SS_TESTS_VISITOR_MODEL_H

#include "state/visitor_items.h"
#include "testing.h"
#include <math.h>

typedef struct model_item {
    unsigned id;
    bool seen, dismissed;
    long cart, bought, shown;
    long time, order; /* order: of the arrival that set the time */
    long bought_time;
} model_item;

typedef struct model_list {
    model_item items[SS_VISITOR_ITEMS_MAX];
    size_t count;
} model_list;

static inline long model_pieces(double quantity)
{
    long pieces = lround(ceil(fabs(quantity)));
    return pieces < 1 ? 1 : pieces > 65535 ? 65535 : pieces;
}

static inline long model_most(long value, long most)
{
    return value > most ? most : value < 0 ? 0 : value;
}

static inline bool model_only_shown(const model_item *item)
{
    return !item->seen && !item->dismissed;
}

static inline int model_rank(const model_item *item)
{
    return item->cart > 0 ? 4 : item->bought > 0 ? 3 : item->dismissed ? 2 : item->seen ? 1 : 0;
}

static inline bool model_older(const model_item *a, const model_item *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

/* The item, made if the event makes one; NULL: passed over. */
static inline model_item *model_find(model_list *list, unsigned id, ss_event event, bool takes_back)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id == id)
            return &list->items[i];
    if (takes_back)
        return NULL;
    model_item *to = &list->items[list->count];
    if (list->count == SS_VISITOR_ITEMS_MAX) {
        to = NULL;
        for (size_t i = 0; i < list->count; i++) {
            model_item *at = &list->items[i];
            if (event == SS_EVENT_IMPRESSION && model_rank(at) > 0)
                continue;
            if (!to || model_rank(at) < model_rank(to) || (model_rank(at) == model_rank(to) && model_older(at, to)))
                to = at;
        }
        if (!to)
            return NULL;
    } else
        list->count++;
    *to = (model_item){.id = id, .time = -1};
    return to;
}

static inline void model_change(model_item *item, ss_event event, double quantity, long time)
{
    long pieces = model_pieces(quantity);
    bool buys = event == SS_EVENT_PURCHASE && quantity > 0;
    if (event == SS_EVENT_VIEW || event == SS_EVENT_CLICK || event == SS_EVENT_ACCEPT || event == SS_EVENT_CART_ADD ||
        buys) {
        item->seen = true;
        item->shown = 0;
    }
    if (event == SS_EVENT_CART_ADD || buys)
        item->dismissed = false;
    if (event == SS_EVENT_CART_ADD)
        item->cart = model_most(item->cart + pieces, 65535);
    if (event == SS_EVENT_CART_REMOVE)
        item->cart = model_most(item->cart - pieces, 65535);
    if (event == SS_EVENT_PURCHASE)
        item->bought = model_most(item->bought + (buys ? pieces : -pieces), 65535);
    if (buys) {
        item->cart = 0;
        item->bought_time = time > item->bought_time ? time : item->bought_time;
    }
    if (item->bought == 0)
        item->bought_time = 0;
    if (event == SS_EVENT_IMPRESSION)
        item->shown = model_most(item->shown + 1, 255);
    if (event == SS_EVENT_DISMISS)
        item->dismissed = true;
}

static inline void model_happen(model_list *list, unsigned id, ss_event event, double quantity, long time, long order)
{
    bool takes_back = event == SS_EVENT_CART_REMOVE || (event == SS_EVENT_PURCHASE && quantity < 0);
    model_item *item = model_find(list, id, event, takes_back);
    if (!item || (takes_back && !item->seen))
        return;
    bool only_shown = model_only_shown(item);
    model_change(item, event, quantity, time);
    if (event == SS_EVENT_IMPRESSION && !only_shown)
        return;
    if (time >= item->time || (only_shown && event != SS_EVENT_IMPRESSION)) {
        item->time = time;
        item->order = order;
    }
}

static inline int model_compare(const void *a, const void *b)
{
    return model_older(a, b) ? -1 : 1;
}

/* Oldest first, as the module's lists are. */
static inline void model_sort(model_list *list)
{
    qsort(list->items, list->count, sizeof *list->items, model_compare);
}

static inline void assert_item_is(const ss_visitor_item *item, const model_item *wanted)
{
    assert_int_equal(item->time, wanted->time);
    assert_int_equal(item->cart, wanted->cart);
    assert_int_equal(item->bought, wanted->bought);
    assert_int_equal(item->bought_time, wanted->bought_time);
    assert_int_equal(item->shown, wanted->shown);
    assert_int_equal(item->flags,
                     (wanted->seen ? SS_VISITOR_SEEN : 0) | (wanted->dismissed ? SS_VISITOR_DISMISSED : 0));
}

#endif

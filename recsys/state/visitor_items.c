#include "state/visitor_items.h"

#include "base/timestamp.h"
#include <math.h>
#include <string.h>

uint32_t ss_visitor_seconds(int64_t time)
{
    int64_t seconds = time / SS_SECOND;
    if (time < 0)
        return 0;
    return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

uint16_t ss_visitor_pieces(double quantity)
{
    double pieces = ceil(fabs(quantity));
    if (!(pieces > 1)) /* not a number either */
        return 1;
    return pieces > UINT16_MAX ? UINT16_MAX : (uint16_t)pieces;
}

static bool takes_back(ss_event event, float quantity)
{
    return event == SS_EVENT_CART_REMOVE || (event == SS_EVENT_PURCHASE && quantity < 0);
}

bool ss_visitor_event_enters(ss_event event, float quantity)
{
    return !takes_back(event, quantity);
}

unsigned ss_visitor_items_find(const ss_visitor_item *items, unsigned count, uint32_t id)
{
    unsigned place = 0;
    while (place < count && items[place].id != id)
        place++;
    return place;
}

/* What of the list is kept longest, from 0: only shown. */
static unsigned rank_of(const ss_visitor_item *item)
{
    if (item->cart > 0)
        return 4;
    if (item->bought > 0)
        return 3;
    return item->flags & SS_VISITOR_DISMISSED ? 2 : item->flags;
}

unsigned ss_visitor_items_victim(const ss_visitor_item *items, unsigned count, ss_event event)
{
    unsigned victim = count, lowest = event == SS_EVENT_IMPRESSION ? 1 : UINT32_MAX;
    for (unsigned place = 0; place < count && lowest > 0; place++) {
        unsigned rank = rank_of(&items[place]);
        if (rank >= lowest)
            continue;
        lowest = rank;
        victim = place;
    }
    return victim;
}

void ss_visitor_items_remove(ss_visitor_item *items, unsigned count, unsigned place)
{
    memmove(&items[place], &items[place + 1], (count - place - 1) * sizeof *items);
}

/* Moves the item to the end of those that are not newer than `time`, which becomes its own. */
static void place_at(ss_visitor_item *items, unsigned count, unsigned place, uint32_t time)
{
    ss_visitor_item moving = items[place];
    moving.time = time;
    ss_visitor_items_remove(items, count, place);
    unsigned to = count - 1;
    while (to > 0 && items[to - 1].time > time)
        to--;
    memmove(&items[to + 1], &items[to], (count - 1 - to) * sizeof *items);
    items[to] = moving;
}

static uint16_t more(uint16_t pieces, uint16_t by)
{
    return pieces > UINT16_MAX - by ? UINT16_MAX : (uint16_t)(pieces + by);
}

static uint16_t fewer(uint16_t pieces, uint16_t by)
{
    return pieces > by ? (uint16_t)(pieces - by) : 0;
}

static void see(ss_visitor_item *item)
{
    item->flags |= SS_VISITOR_SEEN;
    item->shown = 0;
}

static void want(ss_visitor_item *item)
{
    see(item);
    item->flags = SS_VISITOR_SEEN;
}

static void buy(ss_visitor_item *item, uint16_t pieces, uint32_t time)
{
    want(item);
    item->cart = 0;
    item->bought = more(item->bought, pieces);
    item->bought_time = time > item->bought_time ? time : item->bought_time;
}

static void give_back(ss_visitor_item *item, uint16_t pieces)
{
    item->bought = fewer(item->bought, pieces);
    item->bought_time = item->bought > 0 ? item->bought_time : 0;
}

static void change(ss_visitor_item *item, ss_event event, float quantity, uint32_t time)
{
    uint16_t pieces = ss_visitor_pieces((double)quantity);
    switch (event) {
    case SS_EVENT_VIEW:
    case SS_EVENT_CLICK:
    case SS_EVENT_ACCEPT:
        see(item);
        break;
    case SS_EVENT_CART_ADD:
        want(item);
        item->cart = more(item->cart, pieces);
        break;
    case SS_EVENT_CART_REMOVE:
        item->cart = fewer(item->cart, pieces);
        break;
    case SS_EVENT_PURCHASE:
        if (quantity < 0)
            give_back(item, pieces);
        else
            buy(item, pieces, time);
        break;
    case SS_EVENT_DISMISS:
        item->flags |= SS_VISITOR_DISMISSED;
        break;
    case SS_EVENT_IMPRESSION:
        item->shown = item->shown < UINT8_MAX ? (uint8_t)(item->shown + 1) : UINT8_MAX;
        break;
    case SS_EVENT_COUNT:
        break;
    }
}

void ss_visitor_items_happen(ss_visitor_item *items, unsigned count, unsigned place, ss_event event, float quantity,
                             uint32_t time)
{
    ss_visitor_item *item = &items[place];
    bool only_shown = item->flags == 0;
    if (takes_back(event, quantity) && !(item->flags & SS_VISITOR_SEEN))
        return;
    change(item, event, quantity, time);
    if (event == SS_EVENT_IMPRESSION && !only_shown)
        return;
    if (time >= item->time || (only_shown && event != SS_EVENT_IMPRESSION))
        place_at(items, count, place, time);
}

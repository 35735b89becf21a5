/*
 * visitor_items.h: what one visitor did with items: a short list, oldest first, and how an event changes it. Pure:
 * safe from any thread, each with a list of its own.
 *
 * What each event does to its item:
 *
 *   view, click,
 *   accept        seen; not shown in vain any more
 *   cart_add      the same, and so many pieces more in the cart; not dismissed any more
 *   cart_remove   so many pieces fewer, down to none; nothing for an item that was not seen
 *   purchase      seen, so many pieces more bought, at that time; the cart's line is emptied; not shown in vain and not
 *                 dismissed any more. Negative, a return: so many pieces fewer bought, down to none; nothing else, and
 *                 nothing for an item that was not seen
 *   impression    shown in vain once more (255 stays 255)
 *   dismiss       dismissed, until it is put into the cart or bought
 *
 * Events count in the order of their arrival, whatever their times. Pieces are whole numbers, a fraction counting as
 * one, and 65,535 is the most. Times count in whole seconds since 1970, from 0 to 2^32 - 1.
 *
 * The list is in order of time: of the latest event but impressions, or for an item that was only ever shown of the
 * latest impression; of equal times by arrival. It holds SS_VISITOR_ITEMS_MAX distinct items. When it is full and
 * another comes, one goes: of what stands lowest in this order, the oldest: only shown; seen; dismissed; bought; in the
 * cart. For an item that is shown only one that was only shown goes, and if there is none it is not taken at all: what
 * a visitor was shown never drives out what they did.
 */
#ifndef SS_STATE_VISITOR_ITEMS_H
#define SS_STATE_VISITOR_ITEMS_H

#include "log/interactions.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_VISITOR_ITEMS_MAX 64u

#define SS_VISITOR_SEEN      1u
#define SS_VISITOR_DISMISSED 2u

typedef struct ss_visitor_item {
    uint32_t id;           /* live_ids.h */
    uint32_t item;         /* number in a generation, or SS_NONE */
    uint32_t time;         /* seconds, as above */
    uint32_t bought_time;  /* seconds, of the latest purchase; 0: none */
    uint16_t cart, bought; /* pieces */
    uint8_t shown;         /* times in vain */
    uint8_t flags;         /* SS_VISITOR_…; 0: it was only shown */
} ss_visitor_item;

_Static_assert(sizeof(ss_visitor_item) == 24, "memory of visitors is mostly this");

uint32_t ss_visitor_seconds(int64_t time);   /* of microseconds UTC */
uint16_t ss_visitor_pieces(double quantity); /* of its absolute value, at least 1 */

/* Does such an event put an item on the list that is not there? */
bool ss_visitor_event_enters(ss_event event, float quantity);

/* The place of the item `id`, or `count`. */
unsigned ss_visitor_items_find(const ss_visitor_item *items, unsigned count, uint32_t id);

/* Of a full list: the place that goes for an item that enters by `event`, or `count`: the event is passed over. */
unsigned ss_visitor_items_victim(const ss_visitor_item *items, unsigned count, ss_event event);

/* Takes the item at a place out; `count` is what it was before. */
void ss_visitor_items_remove(ss_visitor_item *items, unsigned count, unsigned place);

/*
 * The event happens to the item at a place (a new one: at the end, all 0 but its id), which moves to where it belongs
 * then. What changes nothing leaves it where it is.
 */
void ss_visitor_items_happen(ss_visitor_item *items, unsigned count, unsigned place, ss_event event, float quantity,
                             uint32_t time);

#endif

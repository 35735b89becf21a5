/*
 * catalogue.h: what an answerer sees of the items: the columns of its generation, and over them what the shop has said
 * since (state/live_items.h). Whatever of an item may change is asked here, never of the generation itself.
 *
 * Items that the generation does not know and that the shop has given a name are new items: they have numbers from the
 * generation's count up to a capacity, in which a number is used again when its item is taken back. An item that is in
 * no catalogue is listed by giving it a name.
 *
 * A catalogue belongs to one thread. Live records are taken over when it catches up, which allocates where there is
 * more than before; nothing else allocates. Without live items, reading costs one comparison more than the column.
 */
#ifndef SS_SHELF_CATALOGUE_H
#define SS_SHELF_CATALOGUE_H

#include "shelf/arrivals.h"
#include "shelf/moved.h"
#include "shelf/snapshot.h"
#include "state/live_items.h"

/* An item with a live record, merged with the generation's columns where they are asked for while selecting. */
typedef struct ss_catalogue_entry {
    ss_live_record *record; /* a reference; NULL: none yet */
    uint32_t item;          /* SS_NONE: has no number: not known and without a name, or no room */
    uint32_t category, group;
    uint32_t reserved_by; /* bits of the rules of access that name it, its category as it is now */
    uint32_t stamp;       /* another one after each change of any item; never 0 */
    int64_t arrival;      /* see ss_catalogue_arrival, or SS_NO_TIME */
    uint8_t show;         /* SS_SHOW_… */
} ss_catalogue_entry;

typedef struct ss_catalogue {
    const ss_snapshot *snapshot; /* borrowed */
    ss_live_items *live;         /* borrowed; NULL: none */
    ss_live_cursor cursor;
    uint32_t known;   /* items of the generation */
    uint32_t count;   /* item numbers are below: known + capacity */
    uint32_t *places; /* count: place in entries + 1; 0: as the generation has it; NULL: without live items */
    ss_catalogue_entry *entries; /* by number of the live item */
    size_t entry_room;
    uint32_t *slots; /* open addressing: id → new item: its number - known + 1 */
    uint32_t slot_mask;
    uint32_t *free_numbers; /* of new items, a stack */
    uint32_t free_count;
    bool waiting;              /* a new item may have found none */
    ss_dictionary *categories; /* names that the generation does not have */
    ss_dictionary *groups;     /* all names, once one is asked for */
    ss_moved *moved;           /* by category: items of the generation that live records have moved into it */
    size_t moved_room;
    uint32_t stamp;     /* the last that was given */
    uint32_t unsold;    /* items that may be shown and that no list of popularity names */
    ss_arrivals recent; /* items that by a live record arrived at another time than the generation says */
} ss_catalogue;

/* SS_E_NOMEM. Sees no live item before it has caught up. */
ss_status ss_catalogue_init(ss_catalogue *catalogue, const ss_snapshot *snapshot, ss_live_items *live, ss_error *error);
void ss_catalogue_release(ss_catalogue *catalogue);

/* Is there nothing new? One load. */
static inline bool ss_catalogue_current(const ss_catalogue *catalogue)
{
    return !catalogue->live || ss_live_items_seen(catalogue->live, &catalogue->cursor);
}

/*
 * Takes over what is published by now; `changed` is told of each item whose bits of SS_SHOW_… may have changed.
 * SS_E_NOMEM: it is not current, and must not be answered from before another call succeeds.
 */
typedef void (*ss_catalogue_changed)(void *context, uint32_t item, uint8_t show);
ss_status ss_catalogue_catch_up(ss_catalogue *catalogue, ss_catalogue_changed changed, void *context, ss_error *error);

/* It is to take over everything once more, when it next catches up. */
void ss_catalogue_forget(ss_catalogue *catalogue);

/* ---- reading; item: below `count` ---- */

static inline const ss_catalogue_entry *ss_catalogue_entry_of(const ss_catalogue *catalogue, uint32_t item)
{
    uint32_t place = catalogue->places ? catalogue->places[item] : 0;
    return place ? &catalogue->entries[place - 1] : NULL;
}

static inline uint32_t ss_catalogue_category(const ss_catalogue *catalogue, uint32_t item) /* or SS_NONE */
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    return entry ? entry->category : item < catalogue->known ? catalogue->snapshot->items.category[item] : SS_NONE;
}

static inline uint32_t ss_catalogue_group(const ss_catalogue *catalogue, uint32_t item) /* or SS_NONE */
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    return entry ? entry->group : item < catalogue->known ? catalogue->snapshot->items.group[item] : SS_NONE;
}

/* Bits of the rules of access that name it or its category. */
static inline uint32_t ss_catalogue_reserved_by(const ss_catalogue *catalogue, uint32_t item)
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    const uint32_t *rules = catalogue->snapshot->reserved_by;
    return entry ? entry->reserved_by : rules && item < catalogue->known ? rules[item] : 0;
}

/* The columns that are numbers; INT64_MIN: not given (SS_ITEM_NO_MONEY, SS_ITEM_NO_STOCK, no date). */
int64_t ss_catalogue_number(const ss_catalogue *catalogue, uint32_t item, ss_live_field field);

/* Fetches what an offer is priced by from memory: for many items before any is asked for. */
void ss_catalogue_fetch_prices(const ss_catalogue *catalogue, uint32_t item);

/* The columns that are texts; empty: not given. Borrowed until it catches up. */
ss_slice ss_catalogue_text(const ss_catalogue *catalogue, uint32_t item, ss_live_field field);

/* The columns that the shop has changed since, as bits SS_LIVE_BIT; and what the generation by itself says of a column. */
unsigned ss_catalogue_overridden(const ss_catalogue *catalogue, uint32_t item);
int64_t ss_catalogue_number_before(const ss_catalogue *catalogue, uint32_t item, ss_live_field field);
ss_slice ss_catalogue_text_before(const ss_catalogue *catalogue, uint32_t item, ss_live_field field);

/* Whether a date keeps it from being shown at `now`; INT64_MIN: at no time. */
bool ss_catalogue_out_of_dates(const ss_catalogue *catalogue, uint32_t item, int64_t now);

/* SS_SHOW_… */
uint8_t ss_catalogue_show(const ss_catalogue *catalogue, uint32_t item);

/* The lowest price of the last 30 days (state/price_history.h); SS_ITEM_NO_MONEY: the shop never changed its price
 * here, so that what it was is not known. */
int64_t ss_catalogue_lowest_price(const ss_catalogue *catalogue, uint32_t item, int64_t now);

uint32_t ss_catalogue_find(const ss_catalogue *catalogue, ss_slice item_id);           /* number or SS_NONE */
uint32_t ss_catalogue_find_category(const ss_catalogue *catalogue, ss_slice category); /* likewise */
ss_slice ss_catalogue_id(const ss_catalogue *catalogue, uint32_t item);                /* borrowed as texts */

/* Categories are numbered below this, those of the generation first; it grows when a live item has one of its own. */
uint32_t ss_catalogue_category_count(const ss_catalogue *catalogue);
ss_slice ss_catalogue_category_name(const ss_catalogue *catalogue, uint32_t category); /* borrowed as texts */

/* Groups are numbered below this; it grows when a live item has a group of its own. */
uint32_t ss_catalogue_group_count(const ss_catalogue *catalogue);

/* Are there items in the category that the generation's list of it does not have? */
static inline bool ss_catalogue_moved_into(const ss_catalogue *catalogue, uint32_t category)
{
    return category < catalogue->moved_room && catalogue->moved[category].count > 0;
}

/* ---- what came last ---- */

typedef struct ss_arrival_walk { /* all zero: at the beginning */
    size_t snapshot_at, recent_at;
} ss_arrival_walk;

/*
 * The next item in order of its arrival, newest first: when it is available from, or else when the shop first named it;
 * and behind them those that were never sold and have no date (SS_NO_TIME). False at the end.
 */
bool ss_catalogue_next_arrival(const ss_catalogue *catalogue, ss_arrival_walk *walk, ss_arrival *arrival);

/* Goes on with those that have no date. */
void ss_catalogue_skip_dated(const ss_catalogue *catalogue, ss_arrival_walk *walk);

#endif

/*
 * live_items.h: what the shop has said about its items, in memory, shared by all threads: of each item the latest
 * record, which never changes once it is there, and a ring of the items that changed last.
 *
 * One thread, the writer, publishes; any number of readers follow, each with a cursor. A reader whose cursor is up to
 * date finds that out with one acquiring load of the version; only when something has changed does it take the lock. A
 * reader who is further behind than the ring is long takes all items. What was published before a reader looks, it
 * gets: so whoever has been told of a change finds it in every answer that is begun afterwards.
 */
#ifndef SS_STATE_LIVE_ITEMS_H
#define SS_STATE_LIVE_ITEMS_H

#include "base/options.h"
#include "state/item_record.h"
#include <stdatomic.h>

#define SS_LIVE_RING 4096u /* changes that a reader may be behind without taking all */

/* One item's record, counted: whoever holds a reference may read it from any thread. */
typedef struct ss_live_record {
    atomic_int references;
    uint32_t number;     /* of the live item: 0, 1, 2, … in the order of their first change */
    ss_item_record item; /* with all its parts */
} ss_live_record;

/* A copy with one reference; NULL when out of memory. */
ss_live_record *ss_live_record_new(const ss_item_record *item);
ss_live_record *ss_live_record_retain(ss_live_record *record);
void ss_live_record_release(ss_live_record **record); /* accepts NULL */

typedef struct ss_live_items ss_live_items;

typedef struct ss_live_items_options {
    int64_t new_capacity; /* items that the generation does not know, at once: each has memory in every worker */
} ss_live_items_options;

/* The rows of --help for the above; prefix "items". Target: ss_live_items_options. */
extern const ss_option ss_live_items_option_table[];

ss_live_items *ss_live_items_new(const ss_live_items_options *options); /* NULL when out of memory */
uint32_t ss_live_items_capacity(const ss_live_items *items);            /* new_capacity */
void ss_live_items_free(ss_live_items **items);

/* ---- the writer ---- */

/* Gives the item of `record` a number if it has none, enters it in the record, and makes room for it, so that
 * publishing cannot fail. SS_E_NOMEM, SS_E_LIMIT (2^32 - 1 items). */
ss_status ss_live_items_prepare(ss_live_items *items, ss_live_record *record, ss_error *error);

/* The number of the item, or SS_NONE (base/dictionary.h). */
uint32_t ss_live_items_find(const ss_live_items *items, ss_slice item_id);

/* Borrowed: valid until the item's next publication. NULL: not published yet. */
const ss_live_record *ss_live_items_at(const ss_live_items *items, uint32_t number);

uint32_t ss_live_items_count(const ss_live_items *items); /* numbers given so far */

/* In one step for all readers. Takes ownership of the prepared records; later ones of the same item count. */
void ss_live_items_publish(ss_live_items *items, ss_live_record *const *records, size_t count);

/* ---- readers, from any thread ---- */

typedef struct ss_live_cursor { /* all zero: has seen nothing */
    uint64_t version;           /* changes seen */
    uint64_t sweep_version;     /* where the sweep began */
    uint32_t sweep;             /* next item of the sweep */
    bool sweeping;              /* takes all items, in pieces */
} ss_live_cursor;

/* Is there nothing new? One load, which acquires what was published before. */
bool ss_live_items_seen(const ss_live_items *items, const ss_live_cursor *cursor);

/*
 * The next records that the cursor has not seen, at most `most`, with a reference each that the caller releases. An
 * item that changed several times may come several times, always with its latest record. 0: up to date.
 */
size_t ss_live_items_take(ss_live_items *items, ss_live_cursor *cursor, ss_live_record **records, size_t most);

#endif

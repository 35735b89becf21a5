/*
 * item_ledger.h: where the shop's changes of items go: rules, the table on the disk, and then the items in memory that
 * the answers read. It belongs to the thread that writes to the environment.
 *
 * A change is applied: held against the rules and staged in the environment's open transaction. When that has been
 * synced, it is published to the live items; when the sync failed, it has never been. So what is acknowledged after the
 * sync is on the disk and in every answer begun afterwards.
 *
 * An item that the generation served does not know, or whose catalogue does not list it, may be shown once the shop has
 * given it a name. There is room for so many new items at once (ss_live_items_capacity). A change that would name one
 * more is refused. After a training that knows them they take none of that room.
 */
#ifndef SS_STATE_ITEM_LEDGER_H
#define SS_STATE_ITEM_LEDGER_H

#include "state/item_change.h"
#include "state/item_store.h"
#include "state/live_items.h"

/* The generation served, as far as changes need it; asked from the ledger's thread. */
typedef struct ss_item_bases {
    ss_item_base (*find)(void *context, ss_slice item_id);
    uint64_t (*serial)(void *context); /* another number for another generation */
    void *context;
} ss_item_bases;

typedef struct ss_item_ledger ss_item_ledger;

/*
 * Opens the table in `environment` (open to write, nothing waits), and publishes what it holds to `items`, which is
 * empty. What was all taken back and had no other price in the last 30 days before `now` is removed. All are borrowed:
 * they must outlive the ledger. Errors: as ss_item_store_open and _each; SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_item_ledger_open(ss_environment *environment, ss_live_items *items, const ss_item_bases *bases,
                              int64_t now, ss_item_ledger **ledger, ss_error *error);

/* What waits is synced, as far as it can be, and published. */
void ss_item_ledger_close(ss_item_ledger **ledger);

typedef struct ss_item_result {
    ss_item_check refused; /* SS_ITEM_CHECK_FINE, or why nothing was done */
    unsigned mended;       /* bit 1 << ss_item_check: what was put right */
    bool is_new;           /* the generation served does not know it */
} ss_item_result;

/*
 * Applies changes[0 .. count) in their order at `now` (microseconds UTC, 0 <= now < SS_LIVE_INSTANT_MAX); results[i]
 * says what became of changes[i], which may be put right in place. Together they are one step: all that were not
 * refused wait for the next ss_environment_sync, or an error says that none does. SS_E_ARGUMENT (`now`), SS_E_LIMIT
 * (the map is full), SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM.
 */
ss_status ss_item_ledger_apply(ss_item_ledger *ledger, ss_item_change *changes, size_t count, int64_t now,
                               ss_item_result *results, ss_error *error);

typedef struct ss_item_counts {
    uint64_t changed, refused; /* since the ledger was opened */
    uint64_t live, fresh;      /* items with a record now; of them those that no generation knows and that are named */
} ss_item_counts;
ss_item_counts ss_item_ledger_counts(const ss_item_ledger *ledger);

#endif

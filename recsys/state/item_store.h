/*
 * item_store.h: what the shop has said about its items, kept durably in LMDB (STORE/state): a table of records by
 * item_id. Changes are staged in the environment's open transaction and are durable after its next sync, together with
 * the events that wait there. It belongs to the thread that writes to the environment.
 */
#ifndef SS_STATE_ITEM_STORE_H
#define SS_STATE_ITEM_STORE_H

#include "state/environment.h"
#include "state/item_record.h"

typedef struct ss_item_store ss_item_store;

/*
 * Opens the table of an environment, before anything waits in it, and makes it when it is missing and the environment
 * is open to write. `environment` is borrowed: it must outlive the store. SS_E_NOT_FOUND (open to read: there never
 * were any), SS_E_CORRUPT, SS_E_IO, SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_item_store_open(ss_environment *environment, ss_item_store **store, ss_error *error);
void ss_item_store_close(ss_item_store **store);

/* Within a transaction of ss_environment_begin. SS_E_LIMIT (the map is full), SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM. */
ss_status ss_item_store_put(ss_item_store *store, MDB_txn *txn, const ss_item_record *record, ss_error *error);
ss_status ss_item_store_remove(ss_item_store *store, MDB_txn *txn, ss_slice item_id, ss_error *error);

/* Takes one record, valid during the call; what it returns ends the reading unless it is SS_OK, and is returned. */
typedef ss_status (*ss_item_store_take)(void *context, const ss_item_record *record, ss_error *error);

/* All records that are synced, in the order of their ids' bytes, in one read transaction. Errors: of `take`,
 * SS_E_CORRUPT naming the item, SS_E_UNSUPPORTED, SS_E_BUSY, SS_E_IO. */
ss_status ss_item_store_each(const ss_item_store *store, ss_item_store_take take, void *context, ss_error *error);

#endif

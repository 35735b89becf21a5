#include "state/item_store.h"

#include "base/dictionary.h"
#include "base/memory.h"

#include <stdlib.h>

static const char ITEMS[] = "items";

struct ss_item_store {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
};

ss_status ss_item_store_open(ss_environment *environment, ss_item_store **store, ss_error *error)
{
    ss_item_store *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    opened->environment = environment;
    ss_status status = ss_environment_table(environment, ITEMS, 0, &opened->table, error);
    if (status == SS_OK)
        *store = opened;
    else
        ss_item_store_close(&opened);
    return status;
}

void ss_item_store_close(ss_item_store **store)
{
    free(*store);
    *store = NULL;
}

static ss_status failed(const ss_item_store *store, int code, const char *doing, ss_error *error)
{
    return code == 0 ? SS_OK : ss_environment_error(store->environment, code, doing, error);
}

static MDB_val key_of(ss_slice item_id)
{
    return (MDB_val){item_id.size, (void *)(uintptr_t)item_id.data};
}

ss_status ss_item_store_put(ss_item_store *store, MDB_txn *txn, const ss_item_record *record, ss_error *error)
{
    MDB_val key = key_of(record->item_id), value = {ss_item_record_size(record), NULL};
    int code = mdb_put(txn, store->table, &key, &value, MDB_RESERVE);
    if (code == 0)
        ss_item_record_encode(record, value.mv_data);
    return failed(store, code, "cannot keep the change of an item", error);
}

ss_status ss_item_store_remove(ss_item_store *store, MDB_txn *txn, ss_slice item_id, ss_error *error)
{
    MDB_val key = key_of(item_id);
    int code = mdb_del(txn, store->table, &key, NULL);
    return failed(store, code == MDB_NOTFOUND ? 0 : code, "cannot forget the changes of an item", error);
}

/* ---- reading ---- */

static ss_status take_record(const ss_item_store *store, MDB_val key, MDB_val value, ss_item_store_take take,
                             void *context, ss_error *error)
{
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    ss_item_record record;
    ss_slice id = {key.mv_data, key.mv_size};
    ss_status status = ss_item_record_decode(id, (ss_slice){value.mv_data, value.mv_size}, steps, &record, error);
    if (status == SS_OK)
        return take(context, &record, error);
    ss_error_found(error, id.data, id.size, "a whole record");
    ss_error_place(error, ss_environment_path(store->environment), 0);
    return status;
}

/*
 * Each item is looked up by the least id behind the one before: on a damaged page that gives an error where going to
 * the next one would end the process. An id that does not rise ends it: damaged pages may form a ring.
 */
static ss_status walk(const ss_item_store *store, MDB_cursor *cursor, ss_item_store_take take, void *context,
                      ss_error *error)
{
    char least[SS_ID_MAX + 1] = "";
    size_t least_size = 1;
    for (;;) {
        MDB_val key = {least_size, least}, value;
        int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        if (code == MDB_NOTFOUND)
            return SS_OK;
        if (code != 0)
            return failed(store, code, "cannot read the items", error);
        if (key.mv_size < 1 || key.mv_size > SS_ID_MAX ||
            ss_slice_compare((ss_slice){key.mv_data, key.mv_size}, (ss_slice){least, least_size}) < 0)
            return ss_environment_corrupt(store->environment, "an item whose id is none", error);
        ss_status status = take_record(store, key, value, take, context, error);
        if (status != SS_OK)
            return status;
        memcpy(least, key.mv_data, key.mv_size);
        least[key.mv_size] = '\0';
        least_size = key.mv_size + 1;
    }
}

ss_status ss_item_store_each(const ss_item_store *store, ss_item_store_take take, void *context, ss_error *error)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    int code = mdb_txn_begin(ss_environment_lmdb(store->environment), NULL, MDB_RDONLY, &txn);
    if (code != 0)
        return failed(store, code, "cannot read the items", error);
    code = mdb_cursor_open(txn, store->table, &cursor);
    ss_status status =
        code == 0 ? walk(store, cursor, take, context, error) : failed(store, code, "cannot read the items", error);
    if (cursor)
        mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return status;
}

#include "state/offer_index.h"

ss_status ss_offer_index_open(ss_environment *environment, const char *table, ss_offer_index *index, ss_error *error)
{
    index->environment = environment;
    return ss_environment_table(environment, table, MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP, &index->table, error);
}

static ss_status settle_code(const ss_offer_index *index, int code, ss_error *error)
{
    return code == 0 ? SS_OK : ss_environment_error(index->environment, code, "cannot use an index of offers", error);
}

static MDB_val value_of(ss_slice text)
{
    return (MDB_val){text.size, (void *)(uintptr_t)text.data};
}

ss_status ss_offer_index_put(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t number, ss_error *error)
{
    MDB_val name = value_of(key), value = {sizeof number, &number};
    int code = mdb_put(txn, index->table, &name, &value, MDB_NODUPDATA);
    return settle_code(index, code == MDB_KEYEXIST ? 0 : code, error);
}

ss_status ss_offer_index_remove(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t number,
                                ss_error *error)
{
    MDB_val name = value_of(key), value = {sizeof number, &number};
    int code = mdb_del(txn, index->table, &name, &value);
    return settle_code(index, code == MDB_NOTFOUND ? 0 : code, error);
}

static int collect(MDB_cursor *cursor, ss_slice key, uint64_t *numbers, size_t room, size_t *count)
{
    MDB_val name = value_of(key), value;
    int code = mdb_cursor_get(cursor, &name, &value, MDB_SET);
    for (; code == 0; code = mdb_cursor_get(cursor, &name, &value, MDB_NEXT_DUP), ++*count) {
        if (value.mv_size != sizeof *numbers)
            return MDB_CORRUPTED;
        if (*count < room)
            memcpy(&numbers[*count], value.mv_data, sizeof *numbers);
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

ss_status ss_offer_index_find(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t *numbers, size_t room,
                              size_t *count, ss_error *error)
{
    MDB_cursor *cursor = NULL;
    *count = 0;
    int code = mdb_cursor_open(txn, index->table, &cursor);
    if (code != 0)
        return settle_code(index, code, error);
    code = collect(cursor, key, numbers, room, count);
    mdb_cursor_close(cursor);
    return settle_code(index, code, error);
}

ss_status ss_offer_index_has(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t number, bool *has,
                             ss_error *error)
{
    MDB_cursor *cursor = NULL;
    MDB_val name = value_of(key), value = {sizeof number, &number};
    int code = mdb_cursor_open(txn, index->table, &cursor);
    if (code != 0)
        return settle_code(index, code, error);
    code = mdb_cursor_get(cursor, &name, &value, MDB_GET_BOTH);
    mdb_cursor_close(cursor);
    *has = code == 0;
    return settle_code(index, code == MDB_NOTFOUND ? 0 : code, error);
}

ss_status ss_offer_index_count(const ss_offer_index *index, MDB_txn *txn, uint64_t *count, ss_error *error)
{
    MDB_stat sizes = {0};
    int code = mdb_stat(txn, index->table, &sizes);
    *count = sizes.ms_entries;
    return settle_code(index, code, error);
}

#include "state/numbered_records.h"

_Static_assert(sizeof(size_t) == sizeof(uint64_t), "numbers are integer keys of LMDB");

static ss_status lmdb_failed(const ss_numbered_table *table, int code, ss_error *error)
{
    return ss_environment_error(table->environment, code, table->doing, error);
}

static bool read_number(MDB_val key, uint64_t *number)
{
    if (key.mv_size == sizeof *number)
        memcpy(number, key.mv_data, sizeof *number);
    return key.mv_size == sizeof *number;
}

static ss_status copy_frame(const ss_numbered_table *table, uint64_t number, MDB_val value, ss_buffer *out,
                            ss_error *error)
{
    ss_record_frame frame = {number, value.mv_size};
    if (value.mv_size > table->largest)
        return ss_environment_corrupt(table->environment, "a record larger than any is", error);
    ss_status status = ss_buffer_append(out, &frame, sizeof frame);
    if (status == SS_OK)
        status = ss_buffer_append(out, value.mv_data, value.mv_size);
    if (status != SS_OK)
        ss_error_set(error, status, "no room for the records read");
    return status;
}

/*
 * Each record is looked up by its number: that stays within the leaf at hand, and on a damaged page it gives an error
 * where going to the next one would end the process. A number that does not rise ends it: damaged pages may form a
 * ring.
 */
static ss_status copy_frames(const ss_numbered_table *table, MDB_cursor *cursor, uint64_t from, uint64_t last,
                             size_t most, ss_buffer *out, ss_error *error)
{
    int code = 0;
    for (uint64_t least = from; out->size < most;) {
        MDB_val key = {sizeof least, &least}, value;
        uint64_t number = 0;
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        if (code != 0)
            break;
        if (!read_number(key, &number) || number < least || number == UINT64_MAX)
            return ss_environment_corrupt(table->environment, "records out of order", error);
        if (number > last)
            return SS_OK;
        ss_status status = copy_frame(table, number, value, out, error);
        if (status != SS_OK)
            return status;
        least = number + 1;
    }
    return code == 0 || code == MDB_NOTFOUND ? SS_OK : lmdb_failed(table, code, error);
}

ss_status ss_numbered_fetch(const ss_numbered_table *table, uint64_t from, uint64_t last, size_t most, ss_buffer *out,
                            ss_error *error)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    int code = mdb_txn_begin(ss_environment_lmdb(table->environment), NULL, MDB_RDONLY, &txn);
    if (code != 0)
        return lmdb_failed(table, code, error);
    code = mdb_cursor_open(txn, table->table, &cursor);
    ss_status status =
        code == 0 ? copy_frames(table, cursor, from, last, most, out, error) : lmdb_failed(table, code, error);
    if (cursor)
        mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return status;
}

int ss_numbered_end(const ss_numbered_table *table, MDB_txn *txn, MDB_cursor_op which, uint64_t *number)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    *number = 0;
    int code = mdb_cursor_open(txn, table->table, &cursor);
    if (code != 0)
        return code;
    code = mdb_cursor_get(cursor, &key, &value, which);
    if (code == 0 && !read_number(key, number))
        code = MDB_CORRUPTED;
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

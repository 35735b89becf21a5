#include "state/forgotten.h"

#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>

#define RECORD_VERSION 1u

static const char FORGOTTEN[] = "forgotten";

typedef struct record {
    uint8_t version, erased, zeros[6];
    int64_t time;
    uint64_t last;
} record;

#define RECORD_SIZE (sizeof(record) + sizeof(uint32_t))

_Static_assert(sizeof(record) == 24, "no gaps");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little-endian and copied as they are");

struct ss_forgotten {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
};

ss_status ss_forgotten_open(ss_environment *environment, ss_forgotten **forgotten, ss_error *error)
{
    ss_forgotten *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    opened->environment = environment;
    ss_status status = ss_environment_table(environment, FORGOTTEN, 0, &opened->table, error);
    if (status == SS_OK)
        *forgotten = opened;
    else
        ss_forgotten_close(&opened);
    return status;
}

void ss_forgotten_close(ss_forgotten **forgotten)
{
    free(*forgotten);
    *forgotten = NULL;
}

static uint32_t checksum_of(ss_slice customer_id, const record *about)
{
    char bytes[SS_ID_MAX + sizeof *about];
    memcpy(bytes, customer_id.data, customer_id.size);
    memcpy(bytes + customer_id.size, about, sizeof *about);
    return (uint32_t)ss_hash(bytes, customer_id.size + sizeof *about);
}

static int put_one(const ss_forgotten *forgotten, MDB_txn *txn, const ss_forgotten_customer *customer)
{
    record about = {
        .version = RECORD_VERSION, .erased = customer->erased, .time = customer->time, .last = customer->last};
    uint32_t checksum = checksum_of(customer->customer_id, &about);
    char bytes[RECORD_SIZE];
    MDB_val key = {customer->customer_id.size, (void *)(uintptr_t)customer->customer_id.data};
    MDB_val value = {sizeof bytes, bytes};
    memcpy(bytes, &about, sizeof about);
    memcpy(bytes + sizeof about, &checksum, sizeof checksum);
    return mdb_put(txn, forgotten->table, &key, &value, 0);
}

ss_status ss_forgotten_put(ss_forgotten *forgotten, const ss_forgotten_customer *customers, size_t count,
                           ss_error *error)
{
    MDB_txn *txn = NULL;
    int code = 0;
    ss_status status = ss_environment_begin(forgotten->environment, &txn, error);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < count && code == 0; i++)
        code = put_one(forgotten, txn, &customers[i]);
    if (code != 0)
        status = ss_environment_error(forgotten->environment, code, "cannot note who is to be forgotten", error);
    ss_status ended = ss_environment_end(forgotten->environment, txn, code == 0, error);
    return status == SS_OK ? ended : status;
}

static ss_status decode(const ss_forgotten *forgotten, MDB_val key, MDB_val value, ss_forgotten_customer *customer,
                        ss_error *error)
{
    record about;
    uint32_t checksum;
    ss_slice id = {key.mv_data, key.mv_size};
    if (id.size < 1 || id.size > SS_ID_MAX || value.mv_size != RECORD_SIZE)
        return ss_environment_corrupt(forgotten->environment, "a forgotten customer who is none", error);
    memcpy(&about, value.mv_data, sizeof about);
    memcpy(&checksum, (const char *)value.mv_data + sizeof about, sizeof checksum);
    if (checksum != checksum_of(id, &about))
        return ss_environment_corrupt(forgotten->environment, "a forgotten customer with another checksum", error);
    if (about.version != RECORD_VERSION)
        return ss_error_set(error, SS_E_UNSUPPORTED, "forgotten customer: version %u, known is %u", about.version,
                            RECORD_VERSION);
    *customer = (ss_forgotten_customer){id, about.time, about.last, about.erased != 0};
    return SS_OK;
}

ss_status ss_forgotten_find(const ss_forgotten *forgotten, ss_slice customer_id, ss_forgotten_customer *customer,
                            ss_error *error)
{
    MDB_txn *txn = NULL;
    MDB_val key = {customer_id.size, (void *)(uintptr_t)customer_id.data}, value;
    if (customer_id.size < 1 || customer_id.size > SS_ID_MAX)
        return SS_E_NOT_FOUND;
    int code = mdb_txn_begin(ss_environment_lmdb(forgotten->environment), NULL, MDB_RDONLY, &txn);
    if (code == 0)
        code = mdb_get(txn, forgotten->table, &key, &value);
    ss_status status = code == 0 ? decode(forgotten, key, value, customer, error)
                       : code == MDB_NOTFOUND
                           ? SS_E_NOT_FOUND
                           : ss_environment_error(forgotten->environment, code, "cannot read who is forgotten", error);
    if (txn)
        mdb_txn_abort(txn);
    return status;
}

static ss_status read_all(const ss_forgotten *forgotten, MDB_cursor *cursor, ss_forgotten_take take, void *context,
                          ss_error *error)
{
    MDB_val key, value;
    ss_forgotten_customer customer;
    int code;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        ss_status status = decode(forgotten, key, value, &customer, error);
        if (status == SS_OK)
            status = take(context, &customer, error);
        if (status != SS_OK)
            return status;
    }
    return code == MDB_NOTFOUND
               ? SS_OK
               : ss_environment_error(forgotten->environment, code, "cannot read who is to be forgotten", error);
}

ss_status ss_forgotten_each(const ss_forgotten *forgotten, ss_forgotten_take take, void *context, ss_error *error)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    int code = mdb_txn_begin(ss_environment_lmdb(forgotten->environment), NULL, MDB_RDONLY, &txn);
    if (code == 0)
        code = mdb_cursor_open(txn, forgotten->table, &cursor);
    ss_status status =
        code == 0 ? read_all(forgotten, cursor, take, context, error)
                  : ss_environment_error(forgotten->environment, code, "cannot read who is to be forgotten", error);
    if (cursor)
        mdb_cursor_close(cursor);
    if (txn)
        mdb_txn_abort(txn);
    return status;
}

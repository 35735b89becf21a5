#include "state/offer_agenda.h"

#include <endian.h>
#include <string.h>

static const char AGENDA[] = "offer_agenda";

typedef struct agenda_key {
    uint64_t time, number; /* big-endian: in order of bytes */
} agenda_key;

_Static_assert(sizeof(agenda_key) == 16, "no gaps");

ss_status ss_offer_agenda_open(ss_environment *environment, ss_offer_agenda *agenda, ss_error *error)
{
    *agenda = (ss_offer_agenda){.environment = environment};
    return ss_environment_table(environment, AGENDA, 0, &agenda->table, error);
}

static ss_status settle_code(const ss_offer_agenda *agenda, int code, ss_error *error)
{
    return code == 0 ? SS_OK
                     : ss_environment_error(agenda->environment, code, "cannot use the agenda of offers", error);
}

static agenda_key key_of(int64_t time, uint64_t number)
{
    return (agenda_key){htobe64((uint64_t)time), htobe64(number)};
}

void ss_offer_agenda_leave(ss_offer_agenda *agenda)
{
    if (agenda->latest)
        mdb_cursor_close(agenda->latest);
    agenda->latest = NULL;
}

ss_status ss_offer_agenda_put(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error)
{
    agenda_key bytes = key_of(time, number);
    MDB_val key = {sizeof bytes, &bytes}, nothing = {0, NULL};
    int code = agenda->latest ? 0 : mdb_cursor_open(txn, agenda->table, &agenda->latest);
    if (code == 0)
        code = mdb_cursor_put(agenda->latest, &key, &nothing, 0);
    return settle_code(agenda, code, error);
}

ss_status ss_offer_agenda_remove(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error)
{
    agenda_key bytes = key_of(time, number);
    MDB_val key = {sizeof bytes, &bytes};
    ss_offer_agenda_leave(agenda);
    return settle_code(agenda, mdb_del(txn, agenda->table, &key, NULL), error);
}

ss_status ss_offer_agenda_has(const ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, bool *has,
                              ss_error *error)
{
    agenda_key bytes = key_of(time, number);
    MDB_val key = {sizeof bytes, &bytes}, nothing;
    int code = mdb_get(txn, agenda->table, &key, &nothing);
    *has = code == 0;
    return settle_code(agenda, code == MDB_NOTFOUND ? 0 : code, error);
}

ss_status ss_offer_agenda_count(const ss_offer_agenda *agenda, MDB_txn *txn, uint64_t *count, ss_error *error)
{
    MDB_stat sizes = {0};
    int code = mdb_stat(txn, agenda->table, &sizes);
    *count = sizes.ms_entries;
    return settle_code(agenda, code, error);
}

ss_status ss_offer_agenda_first(const ss_offer_agenda *agenda, MDB_txn *txn, int64_t *time, uint64_t *number,
                                ss_error *error)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, nothing;
    agenda_key bytes;
    *time = INT64_MAX;
    *number = 0;
    int code = mdb_cursor_open(txn, agenda->table, &cursor);
    if (code != 0)
        return settle_code(agenda, code, error);
    code = mdb_cursor_get(cursor, &key, &nothing, MDB_FIRST);
    bool whole = code == 0 && key.mv_size == sizeof bytes;
    if (whole)
        memcpy(&bytes, key.mv_data, sizeof bytes);
    mdb_cursor_close(cursor);
    if (code == MDB_NOTFOUND)
        return SS_OK;
    if (code != 0)
        return settle_code(agenda, code, error);
    if (!whole)
        return ss_environment_corrupt(agenda->environment, "an entry of the agenda of offers that is none", error);
    *time = (int64_t)be64toh(bytes.time);
    *number = be64toh(bytes.number);
    return SS_OK;
}

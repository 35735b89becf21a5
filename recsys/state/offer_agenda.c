#include "state/offer_agenda.h"

#include "state/offer_record.h"

#include <endian.h>
#include <string.h>

static const char AGENDA[] = "offer_agenda";

typedef struct agenda_key { /* big-endian: in order of bytes */
    unsigned char time[8], block[4];
} agenda_key;

typedef struct single_key { /* of an entry of an earlier program */
    uint64_t time, number;
} single_key;

_Static_assert(sizeof(agenda_key) == 12 && sizeof(single_key) == 16, "no gaps, and told from each other");
_Static_assert(SS_DECISION_MAX / SS_AGENDA_BLOCK <= UINT32_MAX, "a block has four bytes");
_Static_assert(SS_AGENDA_BLOCK == 64, "a bit for each number of a block");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are little-endian and copied as they are");

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

/* ---- entries ---- */

static ss_agenda_entry entry_of(int64_t time, uint64_t number)
{
    return (ss_agenda_entry){time, (uint32_t)(number / SS_AGENDA_BLOCK), UINT64_C(1) << number % SS_AGENDA_BLOCK};
}

static bool together(const ss_agenda_entry *a, const ss_agenda_entry *b)
{
    return a->time == b->time && a->block == b->block;
}

static agenda_key key_of(const ss_agenda_entry *entry)
{
    const uint64_t time = htobe64((uint64_t)entry->time);
    const uint32_t block = htobe32(entry->block);
    agenda_key key;
    memcpy(key.time, &time, sizeof key.time);
    memcpy(key.block, &block, sizeof key.block);
    return key;
}

static single_key single_key_of(int64_t time, uint64_t number)
{
    return (single_key){htobe64((uint64_t)time), htobe64(number)};
}

/* Which numbers of the block the table has at the time: none, where it has no such entry. */
static int read_numbers(const ss_offer_agenda *agenda, MDB_txn *txn, const ss_agenda_entry *entry, uint64_t *numbers)
{
    agenda_key bytes = key_of(entry);
    MDB_val key = {sizeof bytes, &bytes}, value;
    *numbers = 0;
    int code = mdb_get(txn, agenda->table, &key, &value);
    if (code == 0 && value.mv_size != sizeof *numbers)
        return MDB_CORRUPTED;
    if (code == 0)
        memcpy(numbers, value.mv_data, sizeof *numbers);
    return code == MDB_NOTFOUND ? 0 : code;
}

static int write_numbers(const ss_offer_agenda *agenda, MDB_txn *txn, const ss_agenda_entry *entry, uint64_t numbers)
{
    agenda_key bytes = key_of(entry);
    MDB_val key = {sizeof bytes, &bytes}, value = {sizeof numbers, &numbers};
    return numbers ? mdb_put(txn, agenda->table, &key, &value, 0) : mdb_del(txn, agenda->table, &key, NULL);
}

/* What the entry that stands there tells: its time and its least number. */
static int read_entry(MDB_val key, MDB_val value, int64_t *time, uint64_t *number, unsigned *count)
{
    agenda_key bytes;
    single_key single;
    uint64_t numbers, instant;
    uint32_t block;
    if (key.mv_size == sizeof single && value.mv_size == 0) {
        memcpy(&single, key.mv_data, sizeof single);
        *time = (int64_t)be64toh(single.time);
        *number = be64toh(single.number);
        *count = 1;
        return 0;
    }
    if (key.mv_size != sizeof bytes || value.mv_size != sizeof numbers)
        return MDB_CORRUPTED;
    memcpy(&bytes, key.mv_data, sizeof bytes);
    memcpy(&numbers, value.mv_data, sizeof numbers);
    memcpy(&instant, bytes.time, sizeof instant);
    memcpy(&block, bytes.block, sizeof block);
    if (numbers == 0)
        return MDB_CORRUPTED;
    *time = (int64_t)be64toh(instant);
    *number = (uint64_t)be32toh(block) * SS_AGENDA_BLOCK + (unsigned)__builtin_ctzll(numbers);
    *count = (unsigned)__builtin_popcountll(numbers);
    return 0;
}

/* ---- what waits ---- */

ss_status ss_offer_agenda_put(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error)
{
    const ss_agenda_entry entry = entry_of(time, number);
    size_t at = 0;
    while (at < agenda->waiting_count && !together(&agenda->waiting[at], &entry))
        at++;
    if (at < agenda->waiting_count) {
        agenda->waiting[at].numbers |= entry.numbers;
        return SS_OK;
    }
    ss_status status = at == SS_AGENDA_WAITING ? ss_offer_agenda_write(agenda, txn, error) : SS_OK;
    if (status == SS_OK)
        agenda->waiting[agenda->waiting_count++] = entry;
    return status;
}

ss_status ss_offer_agenda_write(ss_offer_agenda *agenda, MDB_txn *txn, ss_error *error)
{
    int code = 0;
    for (size_t i = 0; i < agenda->waiting_count && code == 0; i++) {
        const ss_agenda_entry *entry = &agenda->waiting[i];
        uint64_t numbers;
        code = read_numbers(agenda, txn, entry, &numbers);
        if (code == 0)
            code = write_numbers(agenda, txn, entry, numbers | entry->numbers);
    }
    agenda->waiting_count = 0;
    return settle_code(agenda, code, error);
}

void ss_offer_agenda_leave(ss_offer_agenda *agenda)
{
    agenda->waiting_count = 0;
}

/* ---- what is in the table ---- */

ss_status ss_offer_agenda_remove(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error)
{
    const ss_agenda_entry entry = entry_of(time, number);
    uint64_t numbers;
    ss_status status = ss_offer_agenda_write(agenda, txn, error);
    if (status != SS_OK)
        return status;
    int code = read_numbers(agenda, txn, &entry, &numbers);
    if (code == 0 && (numbers & entry.numbers))
        return settle_code(agenda, write_numbers(agenda, txn, &entry, numbers & ~entry.numbers), error);
    single_key bytes = single_key_of(time, number);
    MDB_val key = {sizeof bytes, &bytes};
    return settle_code(agenda, code == 0 ? mdb_del(txn, agenda->table, &key, NULL) : code, error);
}

ss_status ss_offer_agenda_has(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, bool *has,
                              ss_error *error)
{
    const ss_agenda_entry entry = entry_of(time, number);
    single_key bytes = single_key_of(time, number);
    MDB_val key = {sizeof bytes, &bytes}, nothing;
    uint64_t numbers;
    *has = false;
    ss_status status = ss_offer_agenda_write(agenda, txn, error);
    if (status != SS_OK)
        return status;
    int code = read_numbers(agenda, txn, &entry, &numbers);
    *has = code == 0 && (numbers & entry.numbers);
    if (code == 0 && !*has) {
        code = mdb_get(txn, agenda->table, &key, &nothing);
        *has = code == 0;
    }
    return settle_code(agenda, code == MDB_NOTFOUND ? 0 : code, error);
}

static int count_all(MDB_cursor *cursor, uint64_t *count)
{
    MDB_val key, value;
    int code;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        int64_t time;
        uint64_t number;
        unsigned here;
        code = read_entry(key, value, &time, &number, &here);
        if (code != 0)
            return code;
        *count += here;
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

ss_status ss_offer_agenda_count(ss_offer_agenda *agenda, MDB_txn *txn, uint64_t *count, ss_error *error)
{
    MDB_cursor *cursor = NULL;
    *count = 0;
    ss_status status = ss_offer_agenda_write(agenda, txn, error);
    if (status != SS_OK)
        return status;
    int code = mdb_cursor_open(txn, agenda->table, &cursor);
    if (code != 0)
        return settle_code(agenda, code, error);
    code = count_all(cursor, count);
    mdb_cursor_close(cursor);
    return settle_code(agenda, code, error);
}

ss_status ss_offer_agenda_first(ss_offer_agenda *agenda, MDB_txn *txn, int64_t *time, uint64_t *number, ss_error *error)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    unsigned count;
    *time = INT64_MAX;
    *number = 0;
    ss_status status = ss_offer_agenda_write(agenda, txn, error);
    if (status != SS_OK)
        return status;
    int code = mdb_cursor_open(txn, agenda->table, &cursor);
    if (code != 0)
        return settle_code(agenda, code, error);
    code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    bool whole = code != 0 || read_entry(key, value, time, number, &count) == 0;
    mdb_cursor_close(cursor);
    if (!whole)
        return ss_environment_corrupt(agenda->environment, "an entry of the agenda of offers that is none", error);
    return settle_code(agenda, code == MDB_NOTFOUND ? 0 : code, error);
}

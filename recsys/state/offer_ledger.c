#include "state/offer_ledger.h"

#include "base/hash.h"
#include "base/memory.h"
#include "state/numbered_records.h"
#include "state/offer_ledger_parts.h"

#include <sodium.h>
#include <stdlib.h>

#define RESERVE (UINT64_C(1) << 17) /* numbers; at least half of them are left while decisions wait for a sync */

static const char DECISIONS[] = SS_LEDGER_DECISIONS, ABOUT[] = "about", NEXT[] = "next_decision",
                  SECRET[] = "offer_secret";

typedef struct secret_record {
    unsigned char secret[SS_LEDGER_SECRET];
    uint32_t checksum;
} secret_record;

_Static_assert(sizeof(secret_record) == SS_LEDGER_SECRET + 4, "no gaps");

static ss_status failed(const ss_offer_ledger *ledger, int code, const char *doing, ss_error *error)
{
    return code == 0 ? SS_OK : ss_environment_error(ledger->environment, code, doing, error);
}

ss_status ss_ledger_note(ss_offer_ledger *ledger, ss_status status)
{
    if (status != SS_OK && status != SS_E_NOT_FOUND && status != SS_E_ARGUMENT && status != SS_E_RANGE)
        ledger->failed = true;
    return status;
}

/* ---- opening ---- */

static MDB_val text_of(const char *text)
{
    return (MDB_val){strlen(text), (void *)(uintptr_t)text};
}

static int read_numbers(ss_offer_ledger *ledger, MDB_txn *txn)
{
    const ss_numbered_table table = {.table = ledger->decisions};
    MDB_val key = text_of(NEXT), value;
    uint64_t last = 0;
    int code = ss_numbered_end(&table, txn, MDB_LAST, &last);
    if (code == 0)
        code = mdb_get(txn, ledger->about, &key, &value);
    if (code == 0 && value.mv_size != sizeof ledger->reserved)
        return MDB_CORRUPTED;
    if (code == 0)
        memcpy(&ledger->reserved, value.mv_data, sizeof ledger->reserved);
    ledger->next = ledger->reserved > last ? ledger->reserved : last + 1;
    return code == MDB_NOTFOUND ? 0 : code;
}

static int read_secret(ss_offer_ledger *ledger, MDB_txn *txn, bool *found)
{
    MDB_val key = text_of(SECRET), value;
    secret_record record;
    int code = mdb_get(txn, ledger->about, &key, &value);
    *found = code == 0;
    if (code != 0)
        return code == MDB_NOTFOUND ? 0 : code;
    if (value.mv_size != sizeof record)
        return MDB_CORRUPTED;
    memcpy(&record, value.mv_data, sizeof record);
    memcpy(ledger->secret, record.secret, sizeof ledger->secret);
    return record.checksum == (uint32_t)ss_hash(record.secret, sizeof record.secret) ? 0 : MDB_CORRUPTED;
}

static ss_status read_about(ss_offer_ledger *ledger, bool *has_secret, ss_error *error)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(ss_environment_lmdb(ledger->environment), NULL, MDB_RDONLY, &txn);
    if (code == 0)
        code = read_numbers(ledger, txn);
    if (code == 0)
        code = read_secret(ledger, txn, has_secret);
    if (txn)
        mdb_txn_abort(txn);
    return failed(ledger, code, "cannot read the ledger of offers", error);
}

/* Puts something into the table `about` in a transaction of its own, and syncs it. */
static ss_status put_about(const ss_offer_ledger *ledger, const char *name, const void *data, size_t size,
                           ss_error *error)
{
    MDB_val key = text_of(name), value = {size, (void *)(uintptr_t)data};
    MDB_txn *txn = NULL;
    ss_status status = ss_environment_begin(ledger->environment, &txn, error);
    if (status != SS_OK)
        return status;
    int code = mdb_put(txn, ledger->about, &key, &value, 0);
    status = failed(ledger, code, "cannot write the ledger of offers", error);
    ss_status ended = ss_environment_end(ledger->environment, txn, status == SS_OK, error);
    status = status == SS_OK ? ended : status;
    return status == SS_OK ? ss_environment_sync(ledger->environment, error) : status;
}

static ss_status make_secret(ss_offer_ledger *ledger, ss_error *error)
{
    secret_record record;
    if (sodium_init() < 0)
        return ss_error_set(error, SS_E_IO, "no random numbers for the secret of codes");
    randombytes_buf(record.secret, sizeof record.secret);
    record.checksum = (uint32_t)ss_hash(record.secret, sizeof record.secret);
    memcpy(ledger->secret, record.secret, sizeof ledger->secret);
    ss_status status = put_about(ledger, SECRET, &record, sizeof record, error);
    sodium_memzero(&record, sizeof record);
    return status;
}

static ss_status load_books(ss_offer_ledger *ledger, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_offer_book_load(ledger->accounts, error));
    SS_TRY(ss_offer_book_load(ledger->cells, error));
out:
    ledger->stale = status != SS_OK;
    return status;
}

static void tell_lost(const ss_offer_ledger *ledger)
{
    if (ledger->lost)
        ledger->lost(ledger->lost_context);
}

/* Numbers that were given are not given again: an answer may have told them. */
static void settle(void *context, bool kept)
{
    ss_offer_ledger *ledger = context;
    if (kept)
        return;
    ledger->reserved = 0;
    ledger->due = INT64_MIN;
    if (load_books(ledger, NULL) == SS_OK)
        tell_lost(ledger);
}

static ss_status open_tables(ss_offer_ledger *opened, ss_error *error)
{
    ss_environment *environment = opened->environment;
    ss_status status;
    SS_TRY(ss_environment_table(environment, ABOUT, 0, &opened->about, error));
    SS_TRY(ss_environment_table(environment, DECISIONS, MDB_INTEGERKEY, &opened->decisions, error));
    SS_TRY(ss_offer_agenda_open(environment, &opened->agenda, error));
    SS_TRY(ss_offer_parties_open(environment, &opened->parties, error));
    SS_TRY(ss_offer_index_open(environment, "offer_requests", &opened->requests, error));
    SS_TRY(ss_offer_index_open(environment, "offer_orders", &opened->orders, error));
    SS_TRY(ss_offer_book_open(environment, "offer_accounts", &opened->accounts, error));
    SS_TRY(ss_offer_book_open(environment, "offer_cells", &opened->cells, error));
out:
    return status;
}

static ss_status open_parts(ss_offer_ledger *opened, ss_error *error)
{
    bool has_secret = false;
    ss_status status;
    SS_TRY(open_tables(opened, error));
    SS_TRY(read_about(opened, &has_secret, error));
    if (!has_secret)
        SS_TRY(make_secret(opened, error));
    SS_TRY(ss_environment_follow(opened->environment, settle, opened, error));
out:
    return status;
}

ss_status ss_offer_ledger_open(ss_environment *environment, ss_offer_ledger **ledger, ss_error *error)
{
    if (!ss_environment_writes(environment))
        return ss_error_set(error, SS_E_ARGUMENT, "the state is open to read only");
    ss_offer_ledger *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    opened->environment = environment;
    opened->due = INT64_MIN;
    ss_status status = open_parts(opened, error);
    if (status == SS_OK)
        *ledger = opened;
    else
        ss_offer_ledger_close(&opened);
    return status;
}

void ss_offer_ledger_close(ss_offer_ledger **ledger)
{
    ss_offer_ledger *old = *ledger;
    *ledger = NULL;
    if (!old)
        return;
    bool whole = old->accounts && old->cells && !old->stale;
    bool numbered = old->next > 1 && old->reserved != old->next;
    if (whole && ss_environment_sync(old->environment, NULL) == SS_OK && numbered)
        put_about(old, NEXT, &old->next, sizeof old->next, NULL); /* none is lost: no gap */
    ss_environment_unfollow(old->environment, old);
    ss_offer_book_close(&old->accounts);
    ss_offer_book_close(&old->cells);
    sodium_memzero(old->secret, sizeof old->secret);
    free(old);
}

const unsigned char *ss_offer_ledger_secret(const ss_offer_ledger *ledger)
{
    return ledger->secret;
}

void ss_offer_ledger_on_loss(ss_offer_ledger *ledger, void (*lost)(void *context), void *context)
{
    ledger->lost = lost;
    ledger->lost_context = context;
}

/* ---- a step ---- */

static ss_status begin(ss_offer_ledger *ledger, ss_error *error)
{
    if (ledger->txn)
        return ss_error_set(error, SS_E_ARGUMENT, "a step of the ledger of offers is under way");
    if (ledger->stale) {
        ss_status status = load_books(ledger, error);
        if (status != SS_OK)
            return status;
        tell_lost(ledger);
    }
    ledger->failed = ledger->changed = false;
    ledger->step_next = ledger->next;
    return SS_OK;
}

ss_status ss_offer_ledger_begin(ss_offer_ledger *ledger, ss_error *error)
{
    ss_status status = begin(ledger, error);
    return status == SS_OK ? ss_environment_join(ledger->environment, &ledger->txn, &ledger->alone, error) : status;
}

ss_status ss_ledger_begin_alone(ss_offer_ledger *ledger, ss_error *error)
{
    ss_status status = begin(ledger, error);
    ledger->alone = true;
    return status == SS_OK ? ss_environment_begin(ledger->environment, &ledger->txn, error) : status;
}

/* So that what a crash takes of the numbers given is not given again. */
static ss_status reserve(ss_offer_ledger *ledger, uint64_t *reserved, ss_error *error)
{
    MDB_val key = text_of(NEXT), value = {sizeof *reserved, reserved};
    *reserved = ledger->reserved;
    if (ledger->next + RESERVE / 2 <= ledger->reserved)
        return SS_OK;
    *reserved = ledger->next + RESERVE;
    return failed(ledger, mdb_put(ledger->txn, ledger->about, &key, &value, 0), "cannot number decisions", error);
}

static ss_status write_memory(ss_offer_ledger *ledger, uint64_t *reserved, ss_error *error)
{
    ss_status status;
    if (ledger->failed)
        return ss_error_set(error, SS_E_ARGUMENT, "a step of the ledger of offers is kept after an error");
    *reserved = ledger->reserved;
    if (!ledger->changed)
        return SS_OK;
    SS_TRY(ss_offer_agenda_write(&ledger->agenda, ledger->txn, error));
    SS_TRY(ss_offer_book_write(ledger->accounts, ledger->txn, error));
    SS_TRY(ss_offer_book_write(ledger->cells, ledger->txn, error));
    SS_TRY(reserve(ledger, reserved, error));
out:
    return status;
}

ss_status ss_offer_ledger_end(ss_offer_ledger *ledger, bool keep, ss_error *error)
{
    uint64_t reserved = 0;
    if (!ledger->txn)
        return ss_error_set(error, SS_E_ARGUMENT, "no step of the ledger of offers is under way");
    ss_status status = keep ? write_memory(ledger, &reserved, error) : SS_OK;
    bool kept = keep && status == SS_OK;
    ss_ledger_leave_newest(ledger);
    ss_offer_agenda_leave(&ledger->agenda);
    ss_offer_parties_leave(&ledger->parties);
    bool put = ledger->alone ? kept && ledger->changed : kept || !ledger->changed;
    ss_status ended = ss_environment_end(ledger->environment, ledger->txn, put, error);
    status = status == SS_OK ? ended : status;
    kept = kept && status == SS_OK;
    ledger->txn = NULL;
    ss_offer_book_settle(ledger->accounts, kept);
    ss_offer_book_settle(ledger->cells, kept);
    ledger->next = kept ? ledger->next : ledger->step_next;
    ledger->reserved = kept ? reserved : ledger->reserved;
    ledger->due = kept ? ledger->due : INT64_MIN;
    return status;
}

/* ---- visitors ---- */

ss_status ss_offer_ledger_party(ss_offer_ledger *ledger, ss_offer_party kind, ss_slice id, ss_party *party,
                                ss_error *error)
{
    return ss_ledger_note(ledger, ss_offer_parties_get(&ledger->parties, ledger->txn, kind, id, party, error));
}

ss_status ss_offer_ledger_keep_party(ss_offer_ledger *ledger, ss_offer_party kind, ss_slice id, const ss_party *party,
                                     ss_error *error)
{
    ledger->changed = true;
    return ss_ledger_note(ledger, ss_offer_parties_put(&ledger->parties, ledger->txn, kind, id, party, error));
}

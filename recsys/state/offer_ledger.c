#include "state/offer_ledger.h"

#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"
#include "state/numbered_records.h"
#include "state/offer_ledger_parts.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

#define RESERVE       (UINT64_C(1) << 17) /* numbers; at least half of them are left while decisions wait for a sync */
#define SAME_HASH     16u                 /* most requests of one hash that are looked at */
#define CELL_NAME_MAX 128u                /* bytes of a name of a cell */

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
    if (whole && ss_environment_sync(old->environment, NULL) == SS_OK && old->reserved > old->next)
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

ss_status ss_offer_ledger_begin(ss_offer_ledger *ledger, ss_error *error)
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
    return ss_environment_begin(ledger->environment, &ledger->txn, error);
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
    ss_status ended = ss_environment_end(ledger->environment, ledger->txn, kept && ledger->changed, error);
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

/* ---- decisions ---- */

int64_t ss_ledger_due(const ss_decision *decision)
{
    int64_t due = decision->closed ? INT64_MAX : decision->closes;
    for (size_t i = 0; i < decision->offer_count; i++)
        if (decision->offers[i].state == SS_OFFER_OPEN && decision->expires < due)
            due = decision->expires;
    return due;
}

static ss_status put_decision(ss_offer_ledger *ledger, const ss_decision *decision, unsigned flags, ss_error *error)
{
    unsigned char bytes[SS_DECISION_RECORD_MAX];
    MDB_val key = {sizeof decision->number, (void *)(uintptr_t)&decision->number};
    MDB_val value = {ss_decision_encode(decision, bytes), bytes};
    ledger->changed = true;
    int code = mdb_put(ledger->txn, ledger->decisions, &key, &value, flags);
    return failed(ledger, code, "cannot keep a decision", error);
}

static ss_status plan(ss_offer_ledger *ledger, uint64_t number, int64_t due, ss_error *error)
{
    if (due == INT64_MAX)
        return SS_OK;
    ledger->due = due < ledger->due ? due : ledger->due;
    return ss_offer_agenda_put(&ledger->agenda, ledger->txn, due, number, error);
}

ss_status ss_ledger_store(ss_offer_ledger *ledger, const ss_decision *decision, int64_t due, ss_error *error)
{
    int64_t next = ss_ledger_due(decision);
    ss_status status;
    SS_TRY(put_decision(ledger, decision, 0, error));
    if (next == due)
        return SS_OK;
    if (due != INT64_MAX)
        SS_TRY(ss_offer_agenda_remove(&ledger->agenda, ledger->txn, due, decision->number, error));
    SS_TRY(plan(ledger, decision->number, next, error));
out:
    return status;
}

ss_status ss_ledger_after(const ss_offer_ledger *ledger, uint64_t number, uint64_t *next, ss_error *error)
{
    uint64_t least = number + 1;
    MDB_val key = {sizeof least, &least}, value;
    MDB_cursor *cursor = NULL;
    int code = mdb_cursor_open(ledger->txn, ledger->decisions, &cursor);
    *next = 0;
    if (code != 0)
        return failed(ledger, code, "cannot read decisions", error);
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code == 0 && key.mv_size == sizeof *next)
        memcpy(next, key.mv_data, sizeof *next);
    mdb_cursor_close(cursor);
    if (code == 0 && *next <= number)
        return ss_environment_corrupt(ledger->environment, "the decisions are out of order", error);
    return failed(ledger, code == MDB_NOTFOUND ? 0 : code, "cannot read decisions", error);
}

ss_status ss_ledger_load(ss_offer_ledger *ledger, uint64_t number, ss_decision_copy *copy, ss_error *error)
{
    MDB_val key = {sizeof number, &number}, value;
    int code = mdb_get(ledger->txn, ledger->decisions, &key, &value);
    if (code == MDB_NOTFOUND)
        return ss_error_set(error, SS_E_NOT_FOUND, "no decision %llu", (unsigned long long)number);
    if (code != 0)
        return failed(ledger, code, "cannot read a decision", error);
    if (value.mv_size > sizeof copy->record)
        return ss_environment_corrupt(ledger->environment, "a decision larger than any is", error);
    memcpy(copy->record, value.mv_data, value.mv_size);
    ss_status status = ss_decision_decode((ss_slice){copy->record, value.mv_size}, &copy->decision, error);
    if (status != SS_OK)
        ss_error_place(error, ss_environment_path(ledger->environment), number);
    else if (copy->decision.number != number)
        return ss_environment_corrupt(ledger->environment, "a decision under another's number", error);
    return status;
}

ss_slice ss_ledger_request_key(ss_slice visitor, ss_slice request_id, uint64_t *hash)
{
    char bytes[2 * (1 + SS_ID_MAX)];
    if (request_id.size == 0 || request_id.size > SS_ID_MAX || visitor.size == 0 || visitor.size > SS_ID_MAX)
        return (ss_slice){"", 0};
    bytes[0] = (char)visitor.size;
    memcpy(bytes + 1, visitor.data, visitor.size);
    memcpy(bytes + 1 + visitor.size, request_id.data, request_id.size);
    *hash = ss_hash(bytes, 1 + visitor.size + request_id.size);
    return (ss_slice){(const char *)hash, sizeof *hash};
}

/* Gives it its numbers, if it may be added. */
static ss_status number_offers(const ss_offer_ledger *ledger, ss_decision *decision, ss_error *error)
{
    if (ledger->next >= SS_DECISION_MAX)
        return ss_error_set(error, SS_E_LIMIT, "the numbers of decisions are used up");
    decision->number = ledger->next;
    ss_status status = ss_decision_check(decision, error);
    for (size_t i = 0; i < decision->offer_count && status == SS_OK; i++) {
        decision->offers[i].number = decision->number * SS_OFFERS_MAX + i;
        if (decision->offers[i].state != SS_OFFER_OPEN)
            status = ss_error_set(error, SS_E_RANGE, "a new offer that is not open");
    }
    return status;
}

ss_status ss_offer_ledger_add(ss_offer_ledger *ledger, ss_decision *decision, ss_error *error)
{
    uint64_t hash;
    ss_status status;
    SS_TRY(number_offers(ledger, decision, error));
    const ss_money_move held = ss_money_held(decision);
    if (decision->verdict == SS_VERDICT_SHOWN)
        SS_TRY(ss_money_move_all(ledger, decision, &held, error));
    SS_TRY(put_decision(ledger, decision, MDB_APPEND, error));
    SS_TRY(plan(ledger, decision->number, ss_ledger_due(decision), error));
    ss_slice key = ss_ledger_request_key(ss_decision_visitor(decision), decision->request_id, &hash);
    if (key.size)
        SS_TRY(ss_offer_index_put(&ledger->requests, ledger->txn, key, decision->number, error));
    ledger->next++;
out:
    return ss_ledger_note(ledger, status);
}

uint64_t ss_offer_ledger_next(const ss_offer_ledger *ledger)
{
    return ledger->next;
}

static ss_status find(ss_offer_ledger *ledger, uint64_t number, ss_decision *decision, ss_error *error)
{
    ss_status status = ss_ledger_load(ledger, number, &ledger->found, error);
    if (status == SS_OK)
        *decision = ledger->found.decision;
    return status;
}

ss_status ss_offer_ledger_find(ss_offer_ledger *ledger, uint64_t number, ss_decision *decision, ss_error *error)
{
    return ss_ledger_note(ledger, find(ledger, number, decision, error));
}

ss_status ss_offer_ledger_find_request(ss_offer_ledger *ledger, ss_slice visitor, ss_slice request_id,
                                       ss_decision *decision, ss_error *error)
{
    uint64_t numbers[SAME_HASH], hash;
    size_t count = 0;
    ss_status status = SS_OK;
    ss_slice key = ss_ledger_request_key(visitor, request_id, &hash);
    if (key.size)
        SS_TRY(ss_offer_index_find(&ledger->requests, ledger->txn, key, numbers, SAME_HASH, &count, error));
    for (size_t i = 0; i < count && i < SAME_HASH; i++) {
        SS_TRY(find(ledger, numbers[i], decision, error));
        if (ss_slice_equal(ss_decision_visitor(decision), visitor) && ss_slice_equal(decision->request_id, request_id))
            return SS_OK;
    }
    return SS_E_NOT_FOUND;
out:
    return ss_ledger_note(ledger, status);
}

ss_status ss_offer_ledger_update(ss_offer_ledger *ledger, const ss_decision *decision, ss_error *error)
{
    ss_decision *kept = &ledger->changing.decision;
    ss_status status;
    SS_TRY(ss_ledger_load(ledger, decision->number, &ledger->changing, error));
    int64_t due = ss_ledger_due(kept);
    for (size_t i = 0; i < kept->offer_count && i < decision->offer_count; i++)
        kept->offers[i].told = decision->offers[i].told;
    kept->outcome = decision->outcome;
    kept->closed = kept->closed || decision->closed;
    SS_TRY(ss_decision_check(kept, error));
    SS_TRY(ss_ledger_store(ledger, kept, due, error));
out:
    return ss_ledger_note(ledger, status);
}

/* ---- what is due ---- */

static ss_status expire(ss_offer_ledger *ledger, ss_decision *decision, ss_error *error)
{
    ss_money_move move = {{0}};
    for (size_t i = 0; i < decision->offer_count; i++) {
        ss_offer *offer = &decision->offers[i];
        if (offer->state != SS_OFFER_OPEN)
            continue;
        offer->state = SS_OFFER_EXPIRED;
        move.words[SS_ACCOUNT_LEASED] -= offer->lease;
    }
    bool moves = decision->verdict == SS_VERDICT_SHOWN && move.words[SS_ACCOUNT_LEASED] != 0;
    return moves ? ss_money_move_all(ledger, decision, &move, error) : SS_OK;
}

typedef struct settling {
    int64_t now;
    ss_status (*closed)(void *context, const ss_decision *decision, ss_error *error);
    void *context;
} settling;

static ss_status settle_one(ss_offer_ledger *ledger, uint64_t number, int64_t due, const settling *how, ss_error *error)
{
    ss_decision *decision = &ledger->settled.decision;
    ss_status status;
    status = ss_ledger_load(ledger, number, &ledger->settled, error);
    if (status == SS_E_NOT_FOUND || (status == SS_OK && ss_ledger_due(decision) != due))
        return ss_environment_corrupt(ledger->environment, "an entry of the agenda of offers at another time", error);
    SS_TRY(status);
    if (decision->expires <= how->now)
        SS_TRY(expire(ledger, decision, error));
    bool closes = !decision->closed && decision->closes <= how->now;
    decision->closed = decision->closed || closes;
    SS_TRY(ss_ledger_store(ledger, decision, due, error));
    if (closes && how->closed)
        SS_TRY(how->closed(how->context, decision, error));
out:
    return status;
}

static ss_status settle_some(ss_offer_ledger *ledger, const settling *how, size_t most, size_t *done, ss_error *error)
{
    for (*done = 0; *done < most; ++*done) {
        int64_t due;
        uint64_t number;
        ss_status status = ss_offer_agenda_first(&ledger->agenda, ledger->txn, &due, &number, error);
        if (status != SS_OK)
            return status;
        ledger->due = due;
        if (due > how->now || due == INT64_MAX)
            return SS_OK;
        status = settle_one(ledger, number, due, how, error);
        if (status != SS_OK)
            return status;
        ledger->due = INT64_MIN;
    }
    return SS_OK;
}

ss_status ss_offer_ledger_settle(ss_offer_ledger *ledger, int64_t now, size_t most,
                                 ss_status (*closed)(void *context, const ss_decision *decision, ss_error *error),
                                 void *context, size_t *done, ss_error *error)
{
    const settling how = {now, closed, context};
    *done = 0;
    if (now < ledger->due)
        return SS_OK;
    ss_status status = settle_some(ledger, &how, most, done, error);
    if (status != SS_OK)
        ledger->failed = true; /* some of it may have been done */
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

/* ---- what was learned ---- */

/* The names, each but the last followed by a byte of 0: sorted by bytes they are sorted by names. */
static ss_status join_names(const ss_slice names[3], char joined[SS_BOOK_NAME_MAX], size_t *size, ss_error *error)
{
    *size = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (names[i].size > CELL_NAME_MAX || (names[i].size && memchr(names[i].data, 0, names[i].size)))
            return ss_error_set(error, SS_E_RANGE, "a name of a cell that is too long, or none");
        if (names[i].size)
            memcpy(joined + *size, names[i].data, names[i].size);
        *size += names[i].size;
        if (i < 2)
            joined[(*size)++] = '\0';
    }
    return SS_OK;
}

static bool split_names(ss_slice joined, ss_slice names[3])
{
    for (unsigned i = 0; i < 3; i++) {
        const char *end = joined.size ? memchr(joined.data, 0, joined.size) : NULL;
        if ((end != NULL) != (i < 2))
            return false;
        names[i] = (ss_slice){joined.data, end ? (size_t)(end - joined.data) : joined.size};
        joined = end ? (ss_slice){end + 1, joined.size - names[i].size - 1} : joined;
    }
    return true;
}

ss_status ss_offer_ledger_keep_cell(ss_offer_ledger *ledger, const ss_slice names[3],
                                    const double values[SS_CELL_VALUES], ss_error *error)
{
    char joined[SS_BOOK_NAME_MAX];
    ss_book_word *words;
    size_t size;
    ss_status status = join_names(names, joined, &size, error);
    for (unsigned i = 0; i < SS_CELL_VALUES && status == SS_OK; i++)
        if (!isfinite(values[i]))
            status = ss_error_set(error, SS_E_RANGE, "a value of a cell that is no number");
    if (status == SS_OK)
        status = ss_offer_book_change(ledger->cells, (ss_slice){joined, size}, &words, error);
    ledger->changed = true;
    for (unsigned i = 0; i < SS_CELL_VALUES && status == SS_OK; i++)
        words[i].real = values[i] + 0.0; /* no negative zero: it would not be blank */
    return ss_ledger_note(ledger, status);
}

static int compare_names(const void *a, const void *b, void *context)
{
    const ss_offer_book *cells = context;
    return ss_slice_compare(ss_offer_book_name(cells, *(const uint32_t *)a),
                            ss_offer_book_name(cells, *(const uint32_t *)b));
}

static ss_status show_cell(const ss_offer_ledger *ledger, uint32_t number,
                           ss_status (*each)(void *context, const ss_slice names[3],
                                             const double values[SS_CELL_VALUES], ss_error *error),
                           void *context, ss_error *error)
{
    const ss_book_word *words = ss_offer_book_at(ledger->cells, number);
    double values[SS_CELL_VALUES];
    ss_slice names[3];
    if (ss_book_is_blank(words))
        return SS_OK;
    bool whole = split_names(ss_offer_book_name(ledger->cells, number), names);
    for (unsigned i = 0; i < SS_CELL_VALUES; i++) {
        values[i] = words[i].real;
        whole = whole && isfinite(values[i]);
    }
    if (!whole)
        return ss_environment_corrupt(ledger->environment, "a cell that is none", error);
    return each(context, names, values, error);
}

ss_status ss_offer_ledger_cells(ss_offer_ledger *ledger,
                                ss_status (*each)(void *context, const ss_slice names[3],
                                                  const double values[SS_CELL_VALUES], ss_error *error),
                                void *context, ss_error *error)
{
    uint32_t count = ss_offer_book_count(ledger->cells);
    uint32_t *order = ss_array_new(count, sizeof *order);
    ss_status status = order ? SS_OK : ss_error_nomem(error);
    for (uint32_t i = 0; i < count && order; i++)
        order[i] = i;
    if (order)
        qsort_r(order, count, sizeof *order, compare_names, ledger->cells);
    for (uint32_t i = 0; i < count && status == SS_OK; i++)
        status = show_cell(ledger, order[i], each, context, error);
    free(order);
    return status;
}

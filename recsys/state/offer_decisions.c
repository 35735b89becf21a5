/* offer_decisions.c: the decisions of the ledger: added, found, changed, and looked at again when they are due. */
#include "base/dictionary.h"
#include "base/hash.h"
#include "state/offer_ledger_parts.h"

#define SAME_HASH 16u /* most requests of one hash that are looked at */

static ss_status failed(const ss_offer_ledger *ledger, int code, const char *doing, ss_error *error)
{
    return code == 0 ? SS_OK : ss_environment_error(ledger->environment, code, doing, error);
}

int64_t ss_ledger_due(const ss_decision *decision)
{
    int64_t due = decision->closed ? INT64_MAX : decision->closes;
    for (size_t i = 0; i < decision->offer_count; i++)
        if (decision->offers[i].state == SS_OFFER_OPEN && decision->expires < due)
            due = decision->expires;
    return due;
}

static MDB_val key_of(const ss_decision *decision)
{
    return (MDB_val){sizeof decision->number, (void *)(uintptr_t)&decision->number};
}

/* The newest keeps its place until the step ends or a decision is changed: the next stands behind it. */
static ss_status append_decision(ss_offer_ledger *ledger, const ss_decision *decision, ss_error *error)
{
    unsigned char bytes[SS_DECISION_RECORD_MAX];
    MDB_val key = key_of(decision), value = {ss_decision_encode(decision, bytes), bytes};
    ledger->changed = true;
    int code = ledger->newest ? 0 : mdb_cursor_open(ledger->txn, ledger->decisions, &ledger->newest);
    if (code == 0)
        code = mdb_cursor_put(ledger->newest, &key, &value, MDB_APPEND);
    return failed(ledger, code, "cannot keep a decision", error);
}

static ss_status rewrite_decision(ss_offer_ledger *ledger, const ss_decision *decision, ss_error *error)
{
    unsigned char bytes[SS_DECISION_RECORD_MAX];
    MDB_val key = key_of(decision), value = {ss_decision_encode(decision, bytes), bytes};
    ledger->changed = true;
    ss_ledger_leave_newest(ledger);
    int code = mdb_put(ledger->txn, ledger->decisions, &key, &value, 0);
    return failed(ledger, code, "cannot keep a decision", error);
}

void ss_ledger_leave_newest(ss_offer_ledger *ledger)
{
    if (ledger->newest)
        mdb_cursor_close(ledger->newest);
    ledger->newest = NULL;
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
    SS_TRY(rewrite_decision(ledger, decision, error));
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
    SS_TRY(append_decision(ledger, decision, error));
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

static bool is_of(const ss_decision *decision, ss_offer_party kind, ss_slice visitor, ss_slice request_id)
{
    ss_offer_party of = decision->customer_id.size > 0 ? SS_PARTY_CUSTOMER : SS_PARTY_SESSION;
    return of == kind && ss_slice_equal(ss_decision_visitor(decision), visitor) &&
           ss_slice_equal(decision->request_id, request_id);
}

ss_status ss_offer_ledger_find_request(ss_offer_ledger *ledger, ss_offer_party kind, ss_slice visitor,
                                       ss_slice request_id, ss_decision *decision, ss_error *error)
{
    uint64_t numbers[SAME_HASH], hash;
    size_t count = 0;
    ss_status status = SS_OK;
    ss_slice key = ss_ledger_request_key(visitor, request_id, &hash);
    if (key.size)
        SS_TRY(ss_offer_index_find(&ledger->requests, ledger->txn, key, numbers, SAME_HASH, &count, error));
    for (size_t i = 0; i < count && i < SAME_HASH; i++) {
        SS_TRY(find(ledger, numbers[i], decision, error));
        if (is_of(decision, kind, visitor, request_id))
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

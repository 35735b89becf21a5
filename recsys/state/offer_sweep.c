/* offer_sweep.c: what goes from the ledger of offers: who asked to be forgotten, and what is old. */
#include "state/offer_ledger_parts.h"

#define LOOKS 4u /* at visitors, for each decision that a step may remove */

static const ss_slice nobody = {"", 0};

/* Ends the step of a sweep: kept where something went. */
static ss_status end_sweep(ss_offer_ledger *ledger, ss_status status, bool changed, ss_error *error)
{
    ledger->changed = ledger->changed || changed;
    ss_status ended = ss_offer_ledger_end(ledger, status == SS_OK && changed, error);
    return status == SS_OK ? ended : status;
}

/* Out of the indexes, while it still says where it stands in them. */
static ss_status drop_keys(ss_offer_ledger *ledger, const ss_decision *decision, ss_error *error)
{
    uint64_t hash;
    ss_slice key = ss_ledger_request_key(ss_decision_visitor(decision), decision->request_id, &hash);
    ss_status status = SS_OK;
    if (key.size)
        status = ss_offer_index_remove(&ledger->requests, ledger->txn, key, decision->number, error);
    for (size_t i = 0; i < decision->offer_count && status == SS_OK; i++) {
        const ss_offer *offer = &decision->offers[i];
        if (offer->state == SS_OFFER_REDEEMED && offer->order_id.size)
            status = ss_offer_index_remove(&ledger->orders, ledger->txn, offer->order_id, offer->number, error);
    }
    return status;
}

/* ---- forgetting ---- */

static ss_status strip(ss_offer_ledger *ledger, ss_decision *decision, ss_error *error)
{
    ss_status status;
    SS_TRY(drop_keys(ledger, decision, error));
    SS_TRY(ss_offer_parties_remove(&ledger->parties, ledger->txn, SS_PARTY_CUSTOMER, decision->customer_id, error));
    SS_TRY(ss_offer_parties_remove(&ledger->parties, ledger->txn, SS_PARTY_SESSION, decision->session_id, error));
    decision->customer_id = decision->session_id = decision->request_id = nobody;
    for (size_t i = 0; i < decision->offer_count; i++)
        decision->offers[i].order_id = nobody;
    SS_TRY(ss_ledger_store(ledger, decision, ss_ledger_due(decision), error));
out:
    return status;
}

typedef struct sieve {
    bool (*goes)(void *context, const ss_decision *decision);
    void *context;
    uint64_t from, last;
    size_t step, gone;
} sieve;

static ss_status sift_some(ss_offer_ledger *ledger, sieve *sift, ss_error *error)
{
    ss_decision *decision = &ledger->changing.decision;
    ss_status status = SS_OK;
    for (size_t i = 0; i < sift->step && sift->from <= sift->last; i++) {
        uint64_t number;
        SS_TRY(ss_ledger_after(ledger, sift->from - 1, &number, error));
        sift->from = number == 0 || number > sift->last ? sift->last + 1 : number + 1;
        if (number == 0 || number > sift->last)
            break;
        SS_TRY(ss_ledger_load(ledger, number, &ledger->changing, error));
        if (!sift->goes(sift->context, decision))
            continue;
        SS_TRY(strip(ledger, decision, error));
        sift->gone++;
    }
out:
    return status;
}

ss_status ss_offer_ledger_sift(ss_offer_ledger *ledger, uint64_t *from, uint64_t last, size_t step,
                               bool (*goes)(void *context, const ss_decision *decision), void *context, ss_error *error)
{
    sieve sift = {goes, context, *from ? *from : 1, last < UINT64_MAX ? last : UINT64_MAX - 1, step, 0};
    ss_status status = ss_ledger_begin_alone(ledger, error);
    if (status != SS_OK)
        return status;
    status = sift_some(ledger, &sift, error);
    status = end_sweep(ledger, status, sift.gone > 0, error);
    if (status == SS_OK)
        *from = sift.from;
    return status;
}

ss_status ss_offer_ledger_forget_parties(ss_offer_ledger *ledger, ss_offer_party kind, const ss_slice *ids,
                                         size_t count, ss_error *error)
{
    ss_status status = ss_ledger_begin_alone(ledger, error);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = ss_offer_parties_remove(&ledger->parties, ledger->txn, kind, ids[i], error);
    return end_sweep(ledger, status, count > 0, error);
}

/* ---- pruning ---- */

static bool is_old(const ss_decision *decision, int64_t before)
{
    int64_t last = decision->closes > decision->expires ? decision->closes : decision->expires;
    bool over = decision->closed && decision->time < before && last < before;
    for (size_t i = 0; i < decision->offer_count; i++)
        over = over && decision->offers[i].state != SS_OFFER_OPEN;
    return over;
}

/* The account of a single day goes with the last decision of that day; those in all stay. */
static ss_status close_day(ss_offer_ledger *ledger, ss_slice campaign, int32_t day, ss_error *error)
{
    char bytes[SS_ACCOUNT_NAME_MAX];
    ss_book_word *words;
    ss_status status = ss_offer_book_change(ledger->accounts, ss_account_name(bytes, campaign, day), &words, error);
    if (status == SS_OK && words[SS_ACCOUNT_DECISIONS].whole == 0)
        memset(words, 0, SS_BOOK_WORDS * sizeof *words);
    return status;
}

/* What it redeemed is carried from now on. */
static ss_status carry(ss_offer_ledger *ledger, const ss_decision *decision, ss_error *error)
{
    const ss_money_move held = ss_money_held(decision);
    const ss_money_move move = {{[SS_ACCOUNT_CARRIED] = held.words[SS_ACCOUNT_REDEEMED], [SS_ACCOUNT_DECISIONS] = -1}};
    ss_status status = SS_OK;
    if (decision->verdict != SS_VERDICT_SHOWN)
        return SS_OK;
    SS_TRY(ss_money_move_all(ledger, decision, &move, error));
    SS_TRY(close_day(ledger, decision->campaign, decision->day, error));
    SS_TRY(close_day(ledger, nobody, decision->day, error));
out:
    return status;
}

/* Most visitors go with the last decision about them: only who came again without one is left to the round. */
static ss_status prune_party(ss_offer_ledger *ledger, ss_offer_party kind, ss_slice id, int64_t before, ss_error *error)
{
    ss_party party;
    ss_status status = ss_offer_parties_get(&ledger->parties, ledger->txn, kind, id, &party, error);
    if (status != SS_OK || party.latest >= before)
        return status;
    return ss_offer_parties_remove(&ledger->parties, ledger->txn, kind, id, error);
}

static ss_status prune_one(ss_offer_ledger *ledger, const ss_decision *decision, int64_t before, ss_error *error)
{
    uint64_t number = decision->number;
    MDB_val key = {sizeof number, &number};
    ss_status status;
    SS_TRY(drop_keys(ledger, decision, error));
    SS_TRY(prune_party(ledger, SS_PARTY_SESSION, decision->session_id, before, error));
    SS_TRY(prune_party(ledger, SS_PARTY_CUSTOMER, decision->customer_id, before, error));
    SS_TRY(carry(ledger, decision, error));
    ss_ledger_leave_newest(ledger);
    int code = mdb_del(ledger->txn, ledger->decisions, &key, NULL);
    if (code != 0)
        status = ss_environment_error(ledger->environment, code, "cannot remove a decision", error);
out:
    return status;
}

/* From the beginning, up to the first that is not old. */
static ss_status prune_decisions(ss_offer_ledger *ledger, int64_t before, size_t step, size_t *removed, ss_error *error)
{
    ss_status status = SS_OK;
    for (; *removed < step; ++*removed) {
        uint64_t number;
        SS_TRY(ss_ledger_after(ledger, 0, &number, error));
        if (number == 0)
            break;
        SS_TRY(ss_ledger_load(ledger, number, &ledger->changing, error));
        if (!is_old(&ledger->changing.decision, before))
            break;
        SS_TRY(prune_one(ledger, &ledger->changing.decision, before, error));
    }
out:
    return status;
}

ss_status ss_offer_ledger_prune(ss_offer_ledger *ledger, int64_t before, size_t step, size_t *removed, ss_error *error)
{
    size_t count = 0, parties = 0;
    ss_status status = ss_ledger_begin_alone(ledger, error);
    if (status != SS_OK)
        return status;
    status = prune_decisions(ledger, before, step, &count, error);
    if (status == SS_OK)
        status =
            ss_offer_parties_prune(&ledger->parties, ledger->txn, before, LOOKS * step, step - count, &parties, error);
    status = end_sweep(ledger, status, count + parties > 0, error);
    if (status == SS_OK)
        *removed = count + parties;
    return status;
}

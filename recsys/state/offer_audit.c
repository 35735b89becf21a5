/* offer_audit.c: everything that the ledger of offers keeps beside its decisions, told anew from them. */
#include "base/dictionary.h"
#include "base/memory.h"
#include "state/offer_ledger_parts.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct recount {
    ss_offer_ledger *ledger; /* borrowed */
    ss_dictionary *names;    /* of accounts; owned, as is the next */
    ss_money_move *sums;     /* by number of the name */
    size_t room;
    uint64_t due, requests, orders; /* entries that there should be */
} recount;

static ss_status differs(const recount *count, const char *what, uint64_t number, ss_error *error)
{
    ss_error_set(error, SS_E_CORRUPT, "the ledger of offers: %s of decision %llu", what, (unsigned long long)number);
    ss_error_place(error, ss_environment_path(count->ledger->environment), 0);
    return SS_E_CORRUPT;
}

static ss_status differs_by(const recount *count, const char *what, int64_t kept, int64_t counted, ss_error *error)
{
    char found[24], expected[24];
    snprintf(found, sizeof found, "%lld", (long long)kept);
    snprintf(expected, sizeof expected, "%lld", (long long)counted);
    ss_error_set(error, SS_E_CORRUPT, "the ledger of offers differs from its decisions by %lld",
                 (long long)(kept - counted));
    ss_error_field(error, what);
    ss_error_found(error, found, strlen(found), expected);
    ss_error_place(error, ss_environment_path(count->ledger->environment), 0);
    return SS_E_CORRUPT;
}

/* ---- what the decisions say ---- */

static ss_status add_to(recount *count, ss_slice campaign, int32_t day, const ss_money_move *held, ss_error *error)
{
    char bytes[SS_ACCOUNT_NAME_MAX];
    uint32_t number, known = ss_dictionary_count(count->names);
    if (!ss_array_grow(&count->sums, &count->room, (size_t)known + 1, sizeof *count->sums))
        return ss_error_nomem(error);
    ss_status status = ss_dictionary_intern(count->names, ss_account_name(bytes, campaign, day), &number);
    if (status != SS_OK)
        return ss_error_set(error, status, "no room to recount the offers");
    if (number == known)
        count->sums[number] = (ss_money_move){0};
    for (size_t i = 0; i < SS_BOOK_WORDS; i++)
        if (__builtin_add_overflow(count->sums[number].words[i], held->words[i], &count->sums[number].words[i]))
            return ss_error_set(error, SS_E_LIMIT, "the offers of an account come to more than can be counted");
    return SS_OK;
}

static ss_status add_money(recount *count, const ss_decision *decision, ss_error *error)
{
    const ss_money_move held = ss_money_held(decision);
    const ss_slice all = {"", 0};
    ss_status status = SS_OK;
    if (decision->verdict != SS_VERDICT_SHOWN)
        return SS_OK;
    SS_TRY(add_to(count, decision->campaign, decision->day, &held, error));
    SS_TRY(add_to(count, decision->campaign, SS_DAY_ALL, &held, error));
    SS_TRY(add_to(count, all, decision->day, &held, error));
    SS_TRY(add_to(count, all, SS_DAY_ALL, &held, error));
out:
    return status;
}

static ss_status check_agenda(recount *count, const ss_decision *decision, ss_error *error)
{
    ss_offer_ledger *ledger = count->ledger;
    int64_t due = ss_ledger_due(decision);
    bool has = true;
    if (due == INT64_MAX)
        return SS_OK;
    count->due++;
    ss_status status = ss_offer_agenda_has(&ledger->agenda, ledger->txn, due, decision->number, &has, error);
    return status == SS_OK && !has ? differs(count, "no entry on the agenda", decision->number, error) : status;
}

static ss_status check_request(recount *count, const ss_decision *decision, ss_error *error)
{
    const ss_offer_ledger *ledger = count->ledger;
    uint64_t hash;
    bool has = true;
    ss_slice key = ss_ledger_request_key(ss_decision_visitor(decision), decision->request_id, &hash);
    if (!key.size)
        return SS_OK;
    count->requests++;
    ss_status status = ss_offer_index_has(&ledger->requests, ledger->txn, key, decision->number, &has, error);
    return status == SS_OK && !has ? differs(count, "no entry for the request", decision->number, error) : status;
}

static ss_status check_orders(recount *count, const ss_decision *decision, ss_error *error)
{
    const ss_offer_ledger *ledger = count->ledger;
    ss_status status = SS_OK;
    for (size_t i = 0; i < decision->offer_count && status == SS_OK; i++) {
        const ss_offer *offer = &decision->offers[i];
        bool has = true;
        if (offer->state != SS_OFFER_REDEEMED || !offer->order_id.size)
            continue;
        count->orders++;
        status = ss_offer_index_has(&ledger->orders, ledger->txn, offer->order_id, offer->number, &has, error);
        if (status == SS_OK && !has)
            status = differs(count, "no entry for an order", decision->number, error);
    }
    return status;
}

static ss_status recount_all(recount *count, ss_error *error)
{
    ss_offer_ledger *ledger = count->ledger;
    const ss_decision *decision = &ledger->settled.decision;
    ss_status status;
    uint64_t number = 0;
    for (;;) {
        SS_TRY(ss_ledger_after(ledger, number, &number, error));
        if (number == 0)
            break;
        SS_TRY(ss_ledger_load(ledger, number, &ledger->settled, error));
        SS_TRY(add_money(count, decision, error));
        SS_TRY(check_agenda(count, decision, error));
        SS_TRY(check_request(count, decision, error));
        SS_TRY(check_orders(count, decision, error));
        if (number >= ledger->next)
            return differs(count, "a number not yet given", number, error);
    }
out:
    return status;
}

/* ---- against what is kept ---- */

static ss_status check_sizes(const recount *count, ss_error *error)
{
    ss_offer_ledger *ledger = count->ledger;
    uint64_t kept = 0;
    ss_status status;
    SS_TRY(ss_offer_agenda_count(&ledger->agenda, ledger->txn, &kept, error));
    if (kept != count->due)
        return differs_by(count, "entries of the agenda", (int64_t)kept, (int64_t)count->due, error);
    SS_TRY(ss_offer_index_count(&ledger->requests, ledger->txn, &kept, error));
    if (kept != count->requests)
        return differs_by(count, "requests", (int64_t)kept, (int64_t)count->requests, error);
    SS_TRY(ss_offer_index_count(&ledger->orders, ledger->txn, &kept, error));
    if (kept != count->orders)
        return differs_by(count, "orders", (int64_t)kept, (int64_t)count->orders, error);
out:
    return status;
}

/* What was redeemed of decisions that are pruned is carried. */
static ss_status check_account(const recount *count, ss_slice name, const ss_book_word *kept, const int64_t *counted,
                               ss_error *error)
{
    static const struct {
        const char *name;
        unsigned word;
    } words[] = {{"leased", SS_ACCOUNT_LEASED}, {"redeemed", SS_ACCOUNT_REDEEMED}, {"decisions", SS_ACCOUNT_DECISIONS}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        unsigned word = words[i].word;
        int64_t carried = word == SS_ACCOUNT_REDEEMED ? kept[SS_ACCOUNT_CARRIED].whole : 0;
        char what[64];
        ss_slice campaign;
        int32_t day;
        if (kept[word].whole == counted[word] + carried)
            continue;
        ss_account_parts(name, &campaign, &day);
        snprintf(what, sizeof what, "%s, %.*s, %s %d", words[i].name, (int)(campaign.size > 30 ? 30 : campaign.size),
                 campaign.size ? campaign.data : "", day == SS_DAY_ALL ? "in all" : "day", day == SS_DAY_ALL ? 0 : day);
        return differs_by(count, what, kept[word].whole, counted[word] + carried, error);
    }
    return SS_OK;
}

static ss_status check_accounts(const recount *count, ss_error *error)
{
    static const ss_book_word nothing[SS_BOOK_WORDS];
    static const int64_t none[SS_BOOK_WORDS];
    const ss_offer_book *accounts = count->ledger->accounts;
    ss_status status = SS_OK;
    for (uint32_t i = 0; i < ss_offer_book_count(accounts) && status == SS_OK; i++) {
        ss_slice name = ss_offer_book_name(accounts, i);
        uint32_t number = ss_dictionary_find(count->names, name);
        const int64_t *counted = number == SS_NONE ? none : count->sums[number].words;
        status = check_account(count, name, ss_offer_book_at(accounts, i), counted, error);
    }
    for (uint32_t i = 0; i < ss_dictionary_count(count->names) && status == SS_OK; i++) {
        ss_slice name = ss_dictionary_id(count->names, i);
        const ss_book_word *kept = ss_offer_book_find(accounts, name);
        status = check_account(count, name, kept ? kept : nothing, count->sums[i].words, error);
    }
    return status;
}

static ss_status audit_in_step(ss_offer_ledger *ledger, ss_error *error)
{
    recount count = {.ledger = ledger, .names = ss_dictionary_new()};
    ss_status status = count.names ? recount_all(&count, error) : ss_error_nomem(error);
    if (status == SS_OK)
        status = check_sizes(&count, error);
    if (status == SS_OK)
        status = check_accounts(&count, error);
    ss_dictionary_free(&count.names);
    free(count.sums);
    return status;
}

ss_status ss_offer_ledger_audit(ss_offer_ledger *ledger, ss_error *error)
{
    if (ledger->txn)
        return audit_in_step(ledger, error);
    ss_status status = ss_offer_ledger_begin(ledger, error);
    if (status != SS_OK)
        return status;
    status = audit_in_step(ledger, error);
    ss_status ended = ss_offer_ledger_end(ledger, false, error);
    return status == SS_OK ? ended : status;
}

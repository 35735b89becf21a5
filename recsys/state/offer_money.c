/* offer_money.c: the accounts of the ledger: what moves when an offer is leased, expires, is redeemed, undone. */
#include "state/offer_ledger_parts.h"

#include "base/dictionary.h"

#include <endian.h>

/* ---- names ---- */

ss_slice ss_account_name(char bytes[SS_ACCOUNT_NAME_MAX], ss_slice campaign, int32_t day)
{
    uint32_t ordered = htobe32((uint32_t)day ^ UINT32_C(0x80000000));
    memcpy(bytes, &ordered, sizeof ordered);
    if (campaign.size)
        memcpy(bytes + sizeof ordered, campaign.data, campaign.size);
    return (ss_slice){bytes, sizeof ordered + campaign.size};
}

void ss_account_parts(ss_slice name, ss_slice *campaign, int32_t *day)
{
    uint32_t ordered;
    memcpy(&ordered, name.data, sizeof ordered);
    *day = (int32_t)(be32toh(ordered) ^ UINT32_C(0x80000000));
    *campaign = (ss_slice){name.data + sizeof ordered, name.size - sizeof ordered};
}

ss_account ss_offer_ledger_account(const ss_offer_ledger *ledger, ss_slice campaign, int32_t day)
{
    char bytes[SS_ACCOUNT_NAME_MAX];
    const ss_book_word *words = NULL;
    if (campaign.size <= sizeof bytes - 4)
        words = ss_offer_book_find(ledger->accounts, ss_account_name(bytes, campaign, day));
    return words ? (ss_account){words[SS_ACCOUNT_LEASED].whole, words[SS_ACCOUNT_REDEEMED].whole} : (ss_account){0, 0};
}

/* ---- moves ---- */

static ss_status move_one(ss_offer_ledger *ledger, ss_slice campaign, int32_t day, const ss_money_move *move,
                          ss_error *error)
{
    char bytes[SS_ACCOUNT_NAME_MAX];
    ss_book_word *words;
    ss_status status = ss_offer_book_change(ledger->accounts, ss_account_name(bytes, campaign, day), &words, error);
    for (size_t i = 0; i < SS_BOOK_WORDS && status == SS_OK; i++) {
        if (__builtin_add_overflow(words[i].whole, move->words[i], &words[i].whole))
            return ss_error_set(error, SS_E_LIMIT, "an account of offers is full");
        if (words[i].whole < 0)
            return ss_environment_corrupt(ledger->environment, "an account of offers below zero", error);
    }
    return status;
}

ss_status ss_money_move_all(ss_offer_ledger *ledger, const ss_decision *decision, const ss_money_move *move,
                            ss_error *error)
{
    const ss_slice all = {"", 0};
    ss_status status;
    SS_TRY(move_one(ledger, decision->campaign, decision->day, move, error));
    SS_TRY(move_one(ledger, decision->campaign, SS_DAY_ALL, move, error));
    SS_TRY(move_one(ledger, all, decision->day, move, error));
    SS_TRY(move_one(ledger, all, SS_DAY_ALL, move, error));
out:
    return ss_ledger_note(ledger, status);
}

ss_money_move ss_money_held(const ss_decision *decision)
{
    ss_money_move held = {0};
    if (decision->verdict != SS_VERDICT_SHOWN)
        return held;
    held.words[SS_ACCOUNT_DECISIONS] = 1;
    for (size_t i = 0; i < decision->offer_count; i++) {
        const ss_offer *offer = &decision->offers[i];
        held.words[SS_ACCOUNT_LEASED] += offer->state == SS_OFFER_OPEN ? offer->lease : 0;
        held.words[SS_ACCOUNT_REDEEMED] += offer->state == SS_OFFER_REDEEMED ? offer->redeemed_cost : 0;
    }
    return held;
}

/* ---- redeeming ---- */

/* The decision of an offer, to be changed. */
static ss_status load_offer(ss_offer_ledger *ledger, uint64_t number, ss_decision **decision, ss_offer **offer,
                            ss_error *error)
{
    ss_status status = ss_ledger_load(ledger, number / SS_OFFERS_MAX, &ledger->changing, error);
    if (status != SS_OK)
        return status;
    *decision = &ledger->changing.decision;
    if (number % SS_OFFERS_MAX >= (*decision)->offer_count)
        return ss_error_set(error, SS_E_NOT_FOUND, "no offer %llu", (unsigned long long)number);
    *offer = &(*decision)->offers[number % SS_OFFERS_MAX];
    return SS_OK;
}

ss_status ss_offer_ledger_redeem(ss_offer_ledger *ledger, uint64_t number, const ss_redemption *redemption,
                                 ss_error *error)
{
    ss_decision *decision = NULL;
    ss_offer *offer = NULL;
    ss_status status;
    SS_TRY(load_offer(ledger, number, &decision, &offer, error));
    if (decision->verdict != SS_VERDICT_SHOWN || offer->state != SS_OFFER_OPEN || redemption->cost > offer->lease)
        return ss_error_set(error, SS_E_ARGUMENT, "an offer that is not open, or costs more than was leased");
    int64_t due = ss_ledger_due(decision);
    const ss_money_move move = {{[SS_ACCOUNT_LEASED] = -offer->lease, [SS_ACCOUNT_REDEEMED] = redemption->cost}};
    offer->state = SS_OFFER_REDEEMED;
    offer->redeemed_at = redemption->time;
    offer->redeemed_cost = redemption->cost;
    offer->redeemed_value = redemption->value;
    offer->order_id = redemption->order_id;
    SS_TRY(ss_decision_check(decision, error));
    SS_TRY(ss_money_move_all(ledger, decision, &move, error));
    SS_TRY(ss_ledger_store(ledger, decision, due, error));
    if (redemption->order_id.size)
        status = ss_offer_index_put(&ledger->orders, ledger->txn, redemption->order_id, number, error);
out:
    return ss_ledger_note(ledger, status);
}

ss_status ss_offer_ledger_undo(ss_offer_ledger *ledger, uint64_t number, ss_error *error)
{
    ss_decision *decision = NULL;
    ss_offer *offer = NULL;
    ss_status status;
    SS_TRY(load_offer(ledger, number, &decision, &offer, error));
    if (decision->verdict != SS_VERDICT_SHOWN || offer->state != SS_OFFER_REDEEMED)
        return ss_error_set(error, SS_E_ARGUMENT, "an offer that is not redeemed");
    int64_t due = ss_ledger_due(decision);
    const ss_money_move move = {{[SS_ACCOUNT_REDEEMED] = -offer->redeemed_cost}};
    offer->state = SS_OFFER_UNDONE;
    SS_TRY(ss_money_move_all(ledger, decision, &move, error));
    SS_TRY(ss_ledger_store(ledger, decision, due, error));
    if (offer->order_id.size)
        status = ss_offer_index_remove(&ledger->orders, ledger->txn, offer->order_id, number, error);
out:
    return ss_ledger_note(ledger, status);
}

ss_status ss_offer_ledger_order(ss_offer_ledger *ledger, ss_slice order_id, uint64_t *offers, size_t room,
                                size_t *count, ss_error *error)
{
    *count = 0;
    if (order_id.size < 1 || order_id.size > SS_ID_MAX)
        return SS_OK;
    return ss_ledger_note(ledger,
                          ss_offer_index_find(&ledger->orders, ledger->txn, order_id, offers, room, count, error));
}

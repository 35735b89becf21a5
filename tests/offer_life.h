/*
 * offer_life.h: a life of a ledger of offers for tests that end it at any moment: sales numbered from 0, each a decision
 * whose first offer is redeemed in the same step, so that the number of sales tells all that there must be.
 *
 * Sale k is decided k seconds after OFFER_NOW, about customer k % LIFE_CUSTOMERS, answers request "r<k>", and order "o<k>"
 * takes its first offer at life_cost(k); its second one expires after 50 seconds. Each fifth sale is undone with the tenth
 * after it. What was over 200 seconds ago may be pruned.
 */
#ifndef SS_TESTS_OFFER_LIFE_H
#define SS_TESTS_OFFER_LIFE_H

#include "offer_sample.h"
#include "state/offer_reader.h"

#define LIFE_CUSTOMERS 50u
#define LIFE_BATCH_MAX 8u
#define LIFE_SECOND    INT64_C(1000000)
#define LIFE_KEPT      300u /* sales that are never pruned */

/* What a check ends with. */
enum {
    LIFE_FINE = 0,
    LIFE_NOT_OPENED = 20,
    LIFE_AUDIT,
    LIFE_NOT_READ,
    LIFE_LOST,
    LIFE_INVENTED,
    LIFE_TWICE,
    LIFE_WRONG,
    LIFE_MONEY,
    LIFE_PARTY
};

static inline int64_t life_cost(uint64_t sale)
{
    return 100 + (int64_t)(sale % 200);
}

static inline int64_t life_time(uint64_t sale)
{
    return OFFER_NOW + (int64_t)sale * LIFE_SECOND;
}

/* Of `total` sales, is this one undone? */
static inline bool life_is_undone(uint64_t sale, uint64_t total)
{
    return sale % 5 == 0 && sale + 10 < total;
}

static inline ss_slice life_name(char text[24], char kind, uint64_t number)
{
    return (ss_slice){text, (size_t)snprintf(text, 24, "%c%llu", kind, (unsigned long long)number)};
}

static inline ss_status life_undo(offer_store *store, uint64_t sale)
{
    char order[24];
    uint64_t offers[2];
    size_t count = 0;
    ss_status status = ss_offer_ledger_order(store->ledger, life_name(order, 'o', sale), offers, 2, &count, NULL);
    if (status == SS_OK && count != 1)
        return SS_E_CORRUPT;
    return status == SS_OK ? ss_offer_ledger_undo(store->ledger, offers[0], NULL) : status;
}

static inline ss_status life_sell(offer_store *store, uint64_t sale)
{
    char customer[24], session[24], request[24], order[24];
    ss_decision decision = offer_decision();
    ss_party party;
    const ss_slice names[3] = {decision.campaign, decision.incentive, decision.segment};
    const double values[SS_CELL_VALUES] = {(double)sale + 1};
    ss_status status;
    decision.time = life_time(sale);
    decision.expires = decision.time + 50 * LIFE_SECOND;
    decision.closes = decision.time + 100 * LIFE_SECOND;
    decision.day = OFFER_DAY + (int32_t)(sale / 500);
    decision.customer_id = life_name(customer, 'c', sale % LIFE_CUSTOMERS);
    decision.session_id = life_name(session, 's', sale);
    decision.request_id = life_name(request, 'r', sale);
    const ss_redemption redemption = {decision.time, life_cost(sale), 2900, life_name(order, 'o', sale)};
    SS_TRY(ss_offer_ledger_party(store->ledger, SS_PARTY_CUSTOMER, decision.customer_id, &party, NULL));
    SS_TRY(ss_offer_ledger_add(store->ledger, &decision, NULL));
    party.latest = decision.time;
    party.shows++;
    SS_TRY(ss_offer_ledger_keep_party(store->ledger, SS_PARTY_CUSTOMER, decision.customer_id, &party, NULL));
    SS_TRY(ss_offer_ledger_redeem(store->ledger, decision.number * SS_OFFERS_MAX, &redemption, NULL));
    SS_TRY(ss_offer_ledger_keep_cell(store->ledger, names, values, NULL));
    if (sale >= 10 && sale % 5 == 0)
        SS_TRY(life_undo(store, sale - 10));
out:
    return status;
}

/* A step of at most LIFE_BATCH_MAX sales from *sale on, which then stands behind them; and now and then some pruning. */
static inline ss_status life_step(offer_store *store, uint64_t *sale, ss_random *random)
{
    size_t done, removed;
    uint64_t at = *sale, end = at + 1 + ss_random_below(random, LIFE_BATCH_MAX);
    ss_status status = ss_offer_ledger_begin(store->ledger, NULL);
    if (status != SS_OK)
        return status;
    for (; at < end && status == SS_OK; at++)
        status = life_sell(store, at);
    if (status == SS_OK)
        status = ss_offer_ledger_settle(store->ledger, life_time(at), 64, NULL, NULL, &done, NULL);
    ss_status ended = ss_offer_ledger_end(store->ledger, status == SS_OK, NULL);
    status = status == SS_OK ? ended : status;
    if (status == SS_OK && ss_random_below(random, 3) == 0)
        status = ss_offer_ledger_prune(store->ledger, life_time(at) - 200 * LIFE_SECOND, 30, &removed, NULL);
    *sale = status == SS_OK ? at : *sale;
    return status;
}

/* ---- what there must be ---- */

static inline ss_status life_count(void *total, const ss_slice names[3], const double values[SS_CELL_VALUES],
                                   ss_error *error)
{
    (void)names;
    (void)error;
    *(uint64_t *)total = (uint64_t)values[0];
    return SS_OK;
}

/* One decision of sale *next, or of any where *next is UINT64_MAX. */
static inline int life_check_decision(const ss_decision *decision, uint64_t *next, uint64_t total, int64_t *leased)
{
    char text[24], order[24];
    unsigned long long sale;
    snprintf(text, sizeof text, "%.*s", (int)decision->request_id.size, decision->request_id.data);
    if (sscanf(text, "r%llu", &sale) != 1 || decision->offer_count != 2)
        return LIFE_WRONG;
    if (*next != UINT64_MAX && sale != *next)
        return sale < *next ? LIFE_TWICE : LIFE_LOST;
    const ss_offer *first = &decision->offers[0], *second = &decision->offers[1];
    if (first->state != (life_is_undone(sale, total) ? SS_OFFER_UNDONE : SS_OFFER_REDEEMED) ||
        first->redeemed_cost != life_cost(sale) || !ss_slice_equal(first->order_id, life_name(order, 'o', sale)))
        return LIFE_WRONG;
    *leased += second->state == SS_OFFER_OPEN ? second->lease : 0;
    *next = sale + 1;
    return LIFE_FINE;
}

/* All sales but what may be pruned, each once, one after another; what they lease in all. */
static inline int life_check_decisions(const offer_store *store, uint64_t total, int64_t *leased)
{
    ss_offer_reader *reader = NULL;
    const ss_decision *decision = NULL;
    uint64_t next = UINT64_MAX, first = UINT64_MAX;
    int verdict = ss_offer_reader_open(store->environment, &reader, NULL) == SS_OK ? LIFE_FINE : LIFE_NOT_READ;
    *leased = 0;
    while (verdict == LIFE_FINE) {
        if (ss_offer_reader_next(reader, &decision, NULL) != SS_OK)
            verdict = LIFE_NOT_READ;
        if (verdict != LIFE_FINE || !decision)
            break;
        verdict = life_check_decision(decision, &next, total, leased);
        first = first == UINT64_MAX ? next - 1 : first;
    }
    ss_offer_reader_close(&reader);
    if (verdict == LIFE_FINE && total > 0 && (next != total || first > (total > LIFE_KEPT ? total - LIFE_KEPT : 0)))
        verdict = LIFE_LOST;
    return verdict;
}

/* To the cent: in all, and over the campaigns of which there is one. */
static inline int life_check_money(const offer_store *store, uint64_t total, int64_t leased)
{
    const ss_slice names[] = {{"", 0}, SS_SLICE_LITERAL("last_chance")};
    int64_t redeemed = 0;
    for (uint64_t sale = 0; sale < total; sale++)
        redeemed += life_is_undone(sale, total) ? 0 : life_cost(sale);
    for (size_t i = 0; i < 2; i++) {
        ss_account account = ss_offer_ledger_account(store->ledger, names[i], SS_DAY_ALL);
        if (account.redeemed != redeemed || account.leased != leased)
            return LIFE_MONEY;
    }
    return LIFE_FINE;
}

static inline int life_check_parties(offer_store *store, uint64_t total)
{
    int verdict = ss_offer_ledger_begin(store->ledger, NULL) == SS_OK ? LIFE_FINE : LIFE_NOT_READ;
    for (uint64_t customer = 0; customer < LIFE_CUSTOMERS && verdict == LIFE_FINE; customer++) {
        char text[24];
        ss_party party = {0};
        uint64_t shows = (total + LIFE_CUSTOMERS - 1 - customer) / LIFE_CUSTOMERS;
        if (ss_offer_ledger_party(store->ledger, SS_PARTY_CUSTOMER, life_name(text, 'c', customer), &party, NULL) !=
            SS_OK)
            verdict = LIFE_NOT_READ;
        else if (party.shows != shows)
            verdict = LIFE_PARTY;
    }
    return ss_offer_ledger_end(store->ledger, false, NULL) == SS_OK ? verdict : LIFE_NOT_READ;
}

/* All sales below `acknowledged` are there, none from `sent` on; *total: how many there are. */
static inline int life_check(offer_store *store, uint64_t acknowledged, uint64_t sent, uint64_t *total)
{
    int64_t leased = 0;
    int verdict = LIFE_FINE;
    *total = 0;
    if (ss_offer_ledger_audit(store->ledger, NULL) != SS_OK)
        return LIFE_AUDIT;
    if (ss_offer_ledger_cells(store->ledger, life_count, total, NULL) != SS_OK)
        return LIFE_NOT_READ;
    if (*total < acknowledged)
        return LIFE_LOST;
    if (*total > sent)
        return LIFE_INVENTED;
    verdict = life_check_decisions(store, *total, &leased);
    if (verdict == LIFE_FINE)
        verdict = life_check_money(store, *total, leased);
    return verdict == LIFE_FINE ? life_check_parties(store, *total) : verdict;
}

#endif

/* offer_sample.h: decisions for tests of the ledger of offers, and stores to keep them in. */
#ifndef SS_TESTS_OFFER_SAMPLE_H
#define SS_TESTS_OFFER_SAMPLE_H

#include "check.h"
#include "state/offer_ledger.h"
#include <signal.h>
#include <sys/resource.h>

#define OFFER_NOW    INT64_C(1700000000000000)
#define OFFER_MINUTE INT64_C(60000000)
#define OFFER_HOUR   (60 * OFFER_MINUTE)
#define OFFER_DAY    19675 /* the day of OFFER_NOW */
#define OFFER_MAP    (UINT64_C(1) << 30)

/* Two offers to customer "ann" in session "s" that lease 300 and 200; good for half an hour, watched for a day. */
static inline ss_decision offer_decision(void)
{
    ss_decision decision = {.time = OFFER_NOW,
                            .expires = OFFER_NOW + 30 * OFFER_MINUTE,
                            .closes = OFFER_NOW + 24 * OFFER_HOUR,
                            .day = OFFER_DAY,
                            .verdict = SS_VERDICT_SHOWN,
                            .page = 2,
                            .stake = 400,
                            .campaign = SS_SLICE_LITERAL("last_chance"),
                            .incentive = SS_SLICE_LITERAL("ten-off"),
                            .variant = SS_SLICE_LITERAL("a"),
                            .segment = SS_SLICE_LITERAL("loyal"),
                            .customer_id = SS_SLICE_LITERAL("ann"),
                            .session_id = SS_SLICE_LITERAL("s"),
                            .request_id = SS_SLICE_LITERAL("r1"),
                            .page_item = SS_SLICE_LITERAL("milk"),
                            .terms = {.kind = 1, .share = 1000, .value_min = 500, .gift_item = {"", 0}},
                            .offer_count = 2};
    decision.offers[0] = (ss_offer){
        .item_id = SS_SLICE_LITERAL("bread"),
        .with_item = {"", 0},
        .list = 3000,
        .offer = 2700,
        .lease = 300,
        .reason = {.source = SS_OFFER_FROM_CART, .because = SS_SLICE_LITERAL("milk"), .pairs = 12, .customers = 9}};
    decision.offers[1] = decision.offers[0];
    decision.offers[1].item_id = SS_SLICE_LITERAL("butter");
    decision.offers[1].list = 2000;
    decision.offers[1].offer = 1800;
    decision.offers[1].lease = 200;
    return decision;
}

static inline void assert_offers_equal(const ss_offer *a, const ss_offer *b)
{
    assert_int_equal(a->number, b->number);
    assert_true(ss_slice_equal(a->item_id, b->item_id) && ss_slice_equal(a->with_item, b->with_item));
    assert_true(a->list == b->list && a->offer == b->offer && a->lease == b->lease);
    assert_true(a->state == b->state && a->told == b->told);
    assert_true(a->reason.source == b->reason.source && ss_slice_equal(a->reason.because, b->reason.because));
    assert_true(a->reason.pairs == b->reason.pairs && a->reason.customers == b->reason.customers);
    assert_true(a->redeemed_at == b->redeemed_at && a->redeemed_cost == b->redeemed_cost);
    assert_true(a->redeemed_value == b->redeemed_value && ss_slice_equal(a->order_id, b->order_id));
}

static inline void assert_decisions_equal(const ss_decision *a, const ss_decision *b)
{
    assert_int_equal(a->number, b->number);
    assert_true(a->time == b->time && a->expires == b->expires && a->closes == b->closes && a->day == b->day);
    assert_true(a->verdict == b->verdict && a->page == b->page && a->closed == b->closed && a->stake == b->stake);
    assert_true(ss_slice_equal(a->campaign, b->campaign) && ss_slice_equal(a->incentive, b->incentive));
    assert_true(ss_slice_equal(a->variant, b->variant) && ss_slice_equal(a->segment, b->segment));
    assert_true(ss_slice_equal(a->customer_id, b->customer_id) && ss_slice_equal(a->session_id, b->session_id));
    assert_true(ss_slice_equal(a->request_id, b->request_id) && ss_slice_equal(a->page_item, b->page_item));
    assert_true(a->terms.kind == b->terms.kind && a->terms.share == b->terms.share);
    assert_true(a->terms.amount == b->terms.amount && a->terms.points == b->terms.points);
    assert_true(a->terms.value_min == b->terms.value_min && ss_slice_equal(a->terms.gift_item, b->terms.gift_item));
    assert_true(a->outcome.orders == b->outcome.orders && a->outcome.revenue == b->outcome.revenue);
    assert_true(a->outcome.margin == b->outcome.margin && a->outcome.given == b->outcome.given);
    assert_int_equal(a->offer_count, b->offer_count);
    for (size_t i = 0; i < a->offer_count; i++)
        assert_offers_equal(&a->offers[i], &b->offers[i]);
}

/* A store with its ledger. */
typedef struct offer_store {
    ss_environment *environment;
    ss_offer_ledger *ledger;
} offer_store;

static inline ss_status offer_try_open(const char *folder, uint64_t map_bytes, offer_store *store, ss_error *error)
{
    offer_store opened = {NULL, NULL};
    ss_status status = ss_environment_open(folder, map_bytes, &opened.environment, error);
    if (status == SS_OK)
        status = ss_offer_ledger_open(opened.environment, &opened.ledger, error);
    if (status == SS_OK)
        *store = opened;
    else
        ss_environment_close(&opened.environment);
    return status;
}

static inline offer_store offer_open(const char *folder)
{
    offer_store store = {NULL, NULL};
    ss_error error;
    expect_ok(offer_try_open(folder, OFFER_MAP, &store, &error), &error);
    return store;
}

static inline void offer_close(offer_store *store)
{
    ss_offer_ledger_close(&store->ledger);
    ss_environment_close(&store->environment);
}

static inline void offer_begin(offer_store *store)
{
    ss_error error;
    expect_ok(ss_offer_ledger_begin(store->ledger, &error), &error);
}

static inline void offer_end(offer_store *store, bool keep)
{
    ss_error error;
    expect_ok(ss_offer_ledger_end(store->ledger, keep, &error), &error);
}

static inline void offer_sync(offer_store *store)
{
    ss_error error;
    expect_ok(ss_environment_sync(store->environment, &error), &error);
}

/* Syncs on a disk that takes nothing: what waits, which must be something, is lost. */
static inline void offer_fail_sync(offer_store *store)
{
    struct rlimit before, limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ss_status status = ss_environment_sync(store->environment, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_status(status, SS_E_IO);
}

/* Within a step; its number. */
static inline uint64_t offer_add(offer_store *store, ss_decision decision)
{
    ss_error error;
    expect_ok(ss_offer_ledger_add(store->ledger, &decision, &error), &error);
    return decision.number;
}

static inline ss_decision offer_find(offer_store *store, uint64_t number)
{
    ss_decision decision = {0};
    ss_error error;
    expect_ok(ss_offer_ledger_find(store->ledger, number, &decision, &error), &error);
    return decision;
}

static inline void offer_expect_account(const offer_store *store, const char *campaign, int32_t day, int64_t leased,
                                        int64_t redeemed)
{
    ss_account account = ss_offer_ledger_account(store->ledger, ss_slice_of(campaign), day);
    assert_int_equal(account.leased, leased);
    assert_int_equal(account.redeemed, redeemed);
}

/* All four accounts of the sample. */
static inline void offer_expect_accounts(const offer_store *store, int64_t leased, int64_t redeemed)
{
    offer_expect_account(store, "last_chance", OFFER_DAY, leased, redeemed);
    offer_expect_account(store, "last_chance", SS_DAY_ALL, leased, redeemed);
    offer_expect_account(store, "", OFFER_DAY, leased, redeemed);
    offer_expect_account(store, "", SS_DAY_ALL, leased, redeemed);
}

#endif

/*
 * offers_shop.h: a shop that makes offers, for tests: trained from a log and a catalogue, with live items and visitors,
 * a ledger in its store, and a policy as text.
 */
#ifndef SS_TESTS_OFFERS_SHOP_H
#define SS_TESTS_OFFERS_SHOP_H

#include "live_shop.h"
#include "offers/engine.h"
#include "shop.h"

#define OFFERS_NOW ITEM_NOW /* 2023-11-14 22:13:20 UTC */

static const char offers_log[] =
    "order_id,customer_id,item_id,timestamp\n"
    "1,ann,tea,2023-10-01\n1,ann,pot,2023-10-01\n2,bob,tea,2023-10-02\n2,bob,pot,2023-10-02\n"
    "3,cid,tea,2023-10-03\n3,cid,cup,2023-10-03\n4,dan,soap,2023-10-04\n4,dan,towel,2023-10-04\n"
    "5,eve,soap,2023-10-05\n5,eve,towel,2023-10-05\n6,fay,cup,2023-10-06\n6,fay,tea,2023-10-06\n"
    "7,gus,rug,2023-10-07\n7,gus,lamp,2023-10-07\n8,hal,rug,2023-10-08\n8,hal,lamp,2023-10-08\n";

/* soap: no cost; towel: hardly a margin; loss: none at all; mug: the gift; gone: sold out. */
static const char offers_catalog[] = "item_id,name,category,price,cost,stock\n"
                                     "tea,Tea,Drinks,10.00,4.00,\npot,Teapot,Kitchen,30.00,12.00,\n"
                                     "cup,Cup,Kitchen,8.00,3.00,\nsoap,Soap,Bath,5.00,,\n"
                                     "towel,Towel,Bath,20.00,19.00,\nrug,Rug,Home,100.00,40.00,\n"
                                     "lamp,Lamp,Home,50.00,20.00,\nloss,Loss,Home,9.00,9.50,\n"
                                     "mug,Mug,Kitchen,6.00,2.00,5\ngone,Gone,Home,4.00,1.00,0\n";

/* Trained once, and shared by all that ask for the same log and catalogue; to be closed by the group's tear-down. */
typedef struct offers_trained {
    const char *log, *catalog;
    shop of;
} offers_trained;

#define OFFERS_TRAINED_MAX 4u

static inline offers_trained *offers_all_trained(void)
{
    static offers_trained all[OFFERS_TRAINED_MAX];
    return all;
}

static inline const shop *offers_train(const char *log, const char *catalog)
{
    offers_trained *all = offers_all_trained();
    size_t i = 0;
    while (i < OFFERS_TRAINED_MAX && all[i].log && (all[i].log != log || all[i].catalog != catalog))
        i++;
    assert_true(i < OFFERS_TRAINED_MAX);
    if (!all[i].log) {
        all[i].log = log;
        all[i].catalog = catalog;
        shop_open(&all[i].of, log, catalog);
    }
    return &all[i].of;
}

static inline int offers_close_trained(void **state)
{
    offers_trained *all = offers_all_trained();
    (void)state;
    for (size_t i = 0; i < OFFERS_TRAINED_MAX && all[i].log; i++)
        shop_close(&all[i].of);
    return 0;
}

typedef struct offers_shop {
    const shop *of;
    char folder[TEMPORARY_PATH_MAX]; /* of the state */
    ss_live_items *items;
    ss_visitors *visitors;
    ss_live live;
    ss_environment *environment;
    ss_offer_ledger *ledger;
    ss_offers *offers;
    int64_t now;
    bool in_step;
} offers_shop;

static inline ss_policy *offers_policy(const char *text)
{
    ss_arena *arena = ss_arena_new(1u << 16, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("policy.yaml");
    ss_yaml_node *root = NULL;
    ss_policy *policy = NULL;
    ss_error error = {0};
    expect_ok(ss_yaml_read(ss_slice_of(text), arena, mistakes, &root, &error), &error);
    expect_ok(ss_policy_read(root ? ss_yaml_entry(root, "offers") : NULL, mistakes, &policy, &error), &error);
    expect_ok(ss_mistakes_status(mistakes, &error), &error);
    assert_non_null(policy);
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
    return policy;
}

static inline ss_answerer *offers_answerer(offers_shop *its)
{
    ss_answerer *answerer = NULL;
    ss_error error = {0};
    expect_ok(ss_answerer_new(its->of->snapshot, &its->live, &answerer, &error), &error);
    return answerer;
}

static inline void offers_open_state(offers_shop *its, ss_policy *policy)
{
    ss_error error = {0};
    expect_ok(ss_environment_open(its->folder, UINT64_C(64) << 20, &its->environment, &error), &error);
    expect_ok(ss_offer_ledger_open(its->environment, &its->ledger, &error), &error);
    expect_ok(ss_offers_new(its->ledger, policy, offers_answerer(its), &its->offers, &error), &error);
}

static inline void offers_close_state(offers_shop *its)
{
    ss_error error = {0};
    if (its->in_step)
        expect_ok(ss_offers_end(its->offers, true, &error), &error);
    its->in_step = false;
    ss_offers_free(&its->offers);
    ss_offer_ledger_close(&its->ledger);
    ss_environment_close(&its->environment);
}

static inline void offers_shop_open_of(offers_shop *its, const char *log, const char *catalog, const char *policy)
{
    ss_visitors_options options = ss_visitors_defaults();
    ss_error error = {0};
    *its = (offers_shop){.now = OFFERS_NOW, .of = offers_train(log, catalog)};
    temporary_folder_make(its->folder);
    its->items = ss_live_items_new(&(ss_live_items_options){16});
    expect_ok(ss_visitors_new(&options, &its->visitors, &error), &error);
    its->live = (ss_live){its->items, its->visitors};
    offers_open_state(its, offers_policy(policy));
}

static inline void offers_shop_open(offers_shop *its, const char *policy)
{
    offers_shop_open_of(its, offers_log, offers_catalog, policy);
}

static inline void offers_shop_close(offers_shop *its)
{
    offers_close_state(its);
    ss_visitors_free(&its->visitors);
    ss_live_items_free(&its->items);
    temporary_folder_remove(its->folder);
}

/* Ends the step that is open, if any, and begins one at the shop's time. */
static inline void offers_step(offers_shop *its)
{
    ss_error error = {0};
    if (its->in_step)
        expect_ok(ss_offers_end(its->offers, true, &error), &error);
    expect_ok(ss_offers_begin(its->offers, its->now, &error), &error);
    its->in_step = true;
}

/* In a step of its own, which stays open until the next: what the answer borrows is there until then. */
static inline ss_offer_answer offers_ask(offers_shop *its, const ss_offer_request *request)
{
    ss_offer_answer answer = {0};
    ss_error error = {0};
    offers_step(its);
    expect_ok(ss_offers_decide(its->offers, request, &answer, &error), &error);
    return answer;
}

static inline ss_live_event offers_event(const offers_shop *its, ss_event kind, const char *item, const char *session,
                                         const char *customer)
{
    ss_live_event event = {
        .received = its->now, .time = its->now, .event = kind, .quantity = 1, .unit_price = SS_NO_MONEY};
    for (int i = 0; i < SS_EVENT_TEXTS; i++)
        event.texts[i] = (ss_slice){"", 0};
    event.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    event.texts[SS_TEXT_SESSION_ID] = ss_slice_of(session ? session : "");
    event.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(customer ? customer : "");
    return event;
}

/* The event happens to the visitor, and offers are told of it, in a step of its own. */
static inline void offers_happens(offers_shop *its, const ss_live_event *event)
{
    ss_error error = {0};
    offers_step(its);
    assert_int_equal(ss_visitors_apply(its->visitors, event), SS_OK);
    expect_ok(ss_offers_event(its->offers, event, &error), &error);
}

/* From now on the learner believes that of `trials` visitors of a segment who met the incentive so many bought, each as
 * much as was at stake. */
static inline void offers_teach(offers_shop *its, const char *campaign, const char *incentive, const char *segment,
                                double trials, double bought)
{
    const ss_slice names[3] = {ss_slice_of(campaign), ss_slice_of(incentive), ss_slice_of(segment)};
    const double values[SS_CELL_VALUES] = {trials, bought, bought, bought};
    ss_policy *policy = ss_policy_retain(its->offers->policy);
    ss_error error = {0};
    if (its->in_step)
        expect_ok(ss_offers_end(its->offers, true, &error), &error);
    its->in_step = false;
    ss_offers_free(&its->offers);
    expect_ok(ss_offer_ledger_begin(its->ledger, &error), &error);
    expect_ok(ss_offer_ledger_keep_cell(its->ledger, names, values, &error), &error);
    expect_ok(ss_offer_ledger_end(its->ledger, true, &error), &error);
    expect_ok(ss_offers_new(its->ledger, policy, offers_answerer(its), &its->offers, &error), &error);
}

/* A visitor without a name on a page. */
static inline ss_offer_request offers_asking(ss_offer_page page, const char *session)
{
    return (ss_offer_request){.page = page, .session_id = ss_slice_of(session)};
}

#endif

/* test_offer_ledger.c: decisions, accounts, orders, requests, visitors and cells; steps given up, syncs that fail. */
#include "offer_sample.h"

#include "failing_malloc.h"
#include "temporary_folder.h"

static const ss_slice ann = {"ann", 3}, none = {"", 0};

static void a_decision_comes_back_and_leases(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision wanted = offer_decision(), got;
    ss_error error;
    offer_begin(&store);
    assert_int_equal(ss_offer_ledger_next(store.ledger), 1);
    expect_ok(ss_offer_ledger_add(store.ledger, &wanted, &error), &error);
    assert_true(wanted.number == 1 && wanted.offers[1].number == SS_OFFERS_MAX + 1);
    got = offer_find(&store, 1);
    assert_decisions_equal(&wanted, &got);
    assert_slice_equal(ss_decision_visitor(&got), "ann");
    offer_expect_accounts(&store, 500, 0);
    assert_status(ss_offer_ledger_find(store.ledger, 2, &got, &error), SS_E_NOT_FOUND);
    offer_end(&store, true);
    offer_close(&store);
    store = offer_open(*state);
    offer_begin(&store);
    got = offer_find(&store, 1);
    assert_decisions_equal(&wanted, &got);
    offer_expect_accounts(&store, 500, 0);
    offer_expect_account(&store, "last_chance", OFFER_DAY + 1, 0, 0);
    offer_expect_account(&store, "other", SS_DAY_ALL, 0, 0);
    assert_int_equal(ss_offer_ledger_next(store.ledger), 2);
    offer_end(&store, true);
    offer_close(&store);
    offer_close(&store);
}

static void what_is_not_shown_leases_nothing(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision ghost = offer_decision();
    const ss_redemption redemption = {OFFER_NOW, 100, 900, SS_SLICE_LITERAL("o")};
    ss_error error;
    ghost.verdict = SS_VERDICT_HELD_OUT;
    offer_begin(&store);
    uint64_t number = offer_add(&store, ghost);
    offer_expect_accounts(&store, 0, 0);
    assert_status(ss_offer_ledger_redeem(store.ledger, number * SS_OFFERS_MAX, &redemption, &error), SS_E_ARGUMENT);
    offer_end(&store, true);
    offer_close(&store);
}

static void what_is_out_of_range_is_refused(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision decision = offer_decision();
    ss_error error;
    offer_begin(&store);
    decision.offers[1].state = SS_OFFER_REDEEMED;
    assert_status(ss_offer_ledger_add(store.ledger, &decision, &error), SS_E_RANGE);
    decision = offer_decision();
    decision.offers[0].lease = -1;
    assert_status(ss_offer_ledger_add(store.ledger, &decision, &error), SS_E_RANGE);
    assert_string_equal(error.field, "lease");
    decision = offer_decision();
    decision.campaign = none;
    assert_status(ss_offer_ledger_add(store.ledger, &decision, &error), SS_E_RANGE);
    assert_int_equal(offer_add(&store, offer_decision()), 1);
    offer_end(&store, true);
    offer_close(&store);
}

static void a_request_finds_its_decision(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision decision = offer_decision(), got;
    ss_error error;
    offer_begin(&store);
    offer_add(&store, decision);
    decision.customer_id = none;
    decision.request_id = SS_SLICE_LITERAL("r2");
    uint64_t second = offer_add(&store, decision);
    expect_ok(ss_offer_ledger_find_request(store.ledger, SS_PARTY_CUSTOMER, ann, SS_SLICE_LITERAL("r1"), &got, &error),
              &error);
    assert_int_equal(got.number, 1);
    expect_ok(ss_offer_ledger_find_request(store.ledger, SS_PARTY_SESSION, SS_SLICE_LITERAL("s"),
                                           SS_SLICE_LITERAL("r2"), &got, &error),
              &error);
    assert_int_equal(got.number, second);
    assert_status(
        ss_offer_ledger_find_request(store.ledger, SS_PARTY_SESSION, ann, SS_SLICE_LITERAL("r1"), &got, &error),
        SS_E_NOT_FOUND); /* a session that is called as a customer is */
    assert_status(
        ss_offer_ledger_find_request(store.ledger, SS_PARTY_CUSTOMER, ann, SS_SLICE_LITERAL("r2"), &got, &error),
        SS_E_NOT_FOUND);
    assert_status(ss_offer_ledger_find_request(store.ledger, SS_PARTY_CUSTOMER, ann, none, &got, &error),
                  SS_E_NOT_FOUND);
    offer_end(&store, true);
    offer_close(&store);
}

static size_t count_order(offer_store *store, const char *order_id, uint64_t offers[4])
{
    size_t count = SIZE_MAX;
    ss_error error;
    expect_ok(ss_offer_ledger_order(store->ledger, ss_slice_of(order_id), offers, 4, &count, &error), &error);
    return count;
}

static void an_offer_is_redeemed_and_undone(void **state)
{
    offer_store store = offer_open(*state);
    const ss_redemption redemption = {OFFER_NOW + OFFER_MINUTE, 250, 2750, SS_SLICE_LITERAL("order")};
    const ss_redemption dear = {OFFER_NOW, 201, 0, SS_SLICE_LITERAL("order")};
    uint64_t offers[4];
    ss_error error;
    offer_begin(&store);
    uint64_t first = offer_add(&store, offer_decision()) * SS_OFFERS_MAX;
    assert_status(ss_offer_ledger_redeem(store.ledger, first + 1, &dear, &error), SS_E_ARGUMENT);
    assert_status(ss_offer_ledger_redeem(store.ledger, first + 2, &redemption, &error), SS_E_NOT_FOUND);
    assert_status(ss_offer_ledger_undo(store.ledger, first, &error), SS_E_ARGUMENT);
    expect_ok(ss_offer_ledger_redeem(store.ledger, first, &redemption, &error), &error);
    offer_expect_accounts(&store, 200, 250);
    assert_status(ss_offer_ledger_redeem(store.ledger, first, &redemption, &error), SS_E_ARGUMENT);
    ss_decision got = offer_find(&store, 1);
    assert_true(got.offers[0].state == SS_OFFER_REDEEMED && got.offers[0].redeemed_cost == 250);
    assert_true(got.offers[0].redeemed_at == redemption.time && got.offers[0].redeemed_value == 2750);
    assert_slice_equal(got.offers[0].order_id, "order");
    assert_int_equal(count_order(&store, "order", offers), 1);
    assert_int_equal(offers[0], first);
    expect_ok(ss_offer_ledger_undo(store.ledger, first, &error), &error);
    offer_expect_accounts(&store, 200, 0);
    assert_int_equal(count_order(&store, "order", offers), 0);
    assert_status(ss_offer_ledger_undo(store.ledger, first, &error), SS_E_ARGUMENT);
    assert_status(ss_offer_ledger_redeem(store.ledger, first, &redemption, &error), SS_E_ARGUMENT);
    offer_end(&store, true);
    offer_close(&store);
}

typedef struct closings {
    size_t count;
    uint64_t last;
} closings;

static ss_status note_closed(void *context, const ss_decision *decision, ss_error *error)
{
    closings *seen = context;
    (void)error;
    assert_true(decision->closed);
    seen->count++;
    seen->last = decision->number;
    return SS_OK;
}

static size_t settle(offer_store *store, int64_t now, size_t most, closings *seen)
{
    size_t done = SIZE_MAX;
    ss_error error;
    expect_ok(ss_offer_ledger_settle(store->ledger, now, most, note_closed, seen, &done, &error), &error);
    return done;
}

static void leases_expire_and_windows_close(void **state)
{
    offer_store store = offer_open(*state);
    const ss_redemption redemption = {OFFER_NOW, 100, 2900, SS_SLICE_LITERAL("o")};
    closings seen = {0};
    ss_error error;
    offer_begin(&store);
    for (int i = 0; i < 3; i++)
        offer_add(&store, offer_decision());
    expect_ok(ss_offer_ledger_redeem(store.ledger, SS_OFFERS_MAX, &redemption, &error), &error);
    assert_int_equal(settle(&store, OFFER_NOW + 30 * OFFER_MINUTE - 1, 9, &seen), 0);
    assert_int_equal(settle(&store, OFFER_NOW + 30 * OFFER_MINUTE, 2, &seen), 2);
    assert_int_equal(settle(&store, OFFER_NOW + 30 * OFFER_MINUTE, 2, &seen), 1);
    offer_expect_accounts(&store, 0, 100);
    assert_int_equal(seen.count, 0);
    ss_decision got = offer_find(&store, 1);
    assert_true(got.offers[0].state == SS_OFFER_REDEEMED && got.offers[1].state == SS_OFFER_EXPIRED && !got.closed);
    assert_status(ss_offer_ledger_redeem(store.ledger, SS_OFFERS_MAX + 1, &redemption, &error), SS_E_ARGUMENT);
    offer_end(&store, true);
    offer_close(&store);
    store = offer_open(*state);
    offer_begin(&store);
    got = offer_find(&store, 2);
    got.closed = true; /* by hand: nobody is told */
    expect_ok(ss_offer_ledger_update(store.ledger, &got, &error), &error);
    assert_int_equal(settle(&store, OFFER_NOW + 24 * OFFER_HOUR, 9, &seen), 2);
    assert_true(seen.count == 2 && seen.last == 3);
    assert_int_equal(settle(&store, INT64_MAX, 9, &seen), 0);
    assert_true(offer_find(&store, 1).closed);
    offer_end(&store, true);
    offer_close(&store);
}

/* A window that ends before the offer does; both over at once; none at all. */
static void any_order_of_ends_is_settled(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision early = offer_decision(), closed = offer_decision();
    closings seen = {0};
    early.closes = OFFER_NOW + OFFER_MINUTE;
    closed.closed = true;
    offer_begin(&store);
    offer_add(&store, early);
    offer_add(&store, closed);
    offer_add(&store, offer_decision());
    assert_int_equal(settle(&store, OFFER_NOW + OFFER_MINUTE, 9, &seen), 1);
    assert_true(seen.count == 1 && seen.last == 1);
    offer_expect_accounts(&store, 1500, 0);
    assert_int_equal(settle(&store, OFFER_NOW + 48 * OFFER_HOUR, 9, &seen), 3);
    assert_true(seen.count == 2 && seen.last == 3);
    offer_expect_accounts(&store, 0, 0);
    offer_end(&store, true);
    offer_close(&store);
}

static void what_may_change_is_written_back(void **state)
{
    offer_store store = offer_open(*state);
    ss_error error;
    offer_begin(&store);
    ss_decision got = offer_find(&store, offer_add(&store, offer_decision()));
    got.offers[1].told = SS_OFFER_SEEN | SS_OFFER_DISMISSED;
    got.offers[1].lease = 7; /* money does not move so */
    got.outcome = (ss_offer_outcome){2, 5000, -300, 100};
    expect_ok(ss_offer_ledger_update(store.ledger, &got, &error), &error);
    got = offer_find(&store, 1);
    assert_true(got.offers[1].told == (SS_OFFER_SEEN | SS_OFFER_DISMISSED) && got.offers[1].lease == 200);
    assert_true(got.outcome.orders == 2 && got.outcome.revenue == 5000 && got.outcome.margin == -300);
    got.outcome.revenue = INT64_MAX;
    assert_status(ss_offer_ledger_update(store.ledger, &got, &error), SS_E_RANGE);
    got.number = 77;
    assert_status(ss_offer_ledger_update(store.ledger, &got, &error), SS_E_NOT_FOUND);
    offer_end(&store, true);
    offer_close(&store);
}

static void visitors_come_back(void **state)
{
    offer_store store = offer_open(*state);
    const ss_party wanted = {.latest = OFFER_NOW,
                             .shows = 3,
                             .dismissed = OFFER_NOW - 5,
                             .use_count = 2,
                             .uses = {OFFER_NOW - 9, OFFER_NOW},
                             .open_count = 2,
                             .open = {3, SS_DECISION_MAX - 1}},
                   nothing = {0};
    ss_party got;
    ss_error error;
    offer_begin(&store);
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_CUSTOMER, ann, &wanted, &error), &error);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_CUSTOMER, ann, &got, &error), &error);
    assert_memory_equal(&got, &wanted, sizeof got);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_SESSION, ann, &got, &error), &error);
    assert_memory_equal(&got, &nothing, sizeof got);
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_SESSION, none, &wanted, &error), &error);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_SESSION, none, &got, &error), &error);
    assert_memory_equal(&got, &nothing, sizeof got);
    got.open_count = SS_PARTY_OPEN_MAX + 1;
    assert_status(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_SESSION, ann, &got, &error), SS_E_RANGE);
    offer_end(&store, true);
    offer_close(&store);
}

typedef struct cell_list {
    size_t count;
    char text[256];
} cell_list;

static ss_status list_cell(void *context, const ss_slice names[3], const double values[SS_CELL_VALUES], ss_error *error)
{
    cell_list *list = context;
    size_t size = strlen(list->text);
    (void)error;
    list->count++;
    snprintf(list->text + size, sizeof list->text - size, "%.*s/%.*s/%.*s=%g,%g ", (int)names[0].size, names[0].data,
             (int)names[1].size, names[1].data, (int)names[2].size, names[2].data, values[0], values[3]);
    return SS_OK;
}

static void expect_cells(offer_store *store, const char *wanted)
{
    cell_list list = {0};
    ss_error error;
    expect_ok(ss_offer_ledger_cells(store->ledger, list_cell, &list, &error), &error);
    assert_string_equal(list.text, wanted);
}

static void keep_cell(offer_store *store, const char *campaign, const char *segment, double value)
{
    const ss_slice names[3] = {ss_slice_of(campaign), SS_SLICE_LITERAL("i"), ss_slice_of(segment)};
    const double values[SS_CELL_VALUES] = {value, 0, 0, -value / 2};
    ss_error error;
    expect_ok(ss_offer_ledger_keep_cell(store->ledger, names, values, &error), &error);
}

static void cells_come_back_in_order(void **state)
{
    offer_store store = offer_open(*state);
    char name[200];
    const double bad[SS_CELL_VALUES] = {0, 1.0 / 0.0, 0, 0};
    ss_error error;
    memset(name, 'x', sizeof name);
    const ss_slice names[3] = {ann, ann, ann}, long_names[3] = {ann, {name, sizeof name}, ann};
    offer_begin(&store);
    keep_cell(&store, "b", "z", 2);
    keep_cell(&store, "b", "", 1);
    keep_cell(&store, "aa", "q", 3);
    keep_cell(&store, "a", "q", 4);
    keep_cell(&store, "gone", "q", 0);
    assert_status(ss_offer_ledger_keep_cell(store.ledger, names, bad, &error), SS_E_RANGE);
    assert_status(ss_offer_ledger_keep_cell(store.ledger, long_names, bad, &error), SS_E_RANGE);
    expect_cells(&store, "a/i/q=4,-2 aa/i/q=3,-1.5 b/i/=1,-0.5 b/i/z=2,-1 ");
    offer_end(&store, true);
    offer_begin(&store);
    keep_cell(&store, "b", "z", 5);
    offer_end(&store, false);
    offer_close(&store);
    store = offer_open(*state);
    expect_cells(&store, "a/i/q=4,-2 aa/i/q=3,-1.5 b/i/=1,-0.5 b/i/z=2,-1 ");
    offer_close(&store);
}

/* ---- what fails ---- */

static void do_a_bit_of_all(offer_store *store, bool keep)
{
    const ss_redemption redemption = {OFFER_NOW, 100, 2900, SS_SLICE_LITERAL("o")};
    const ss_party party = {.latest = OFFER_NOW, .shows = 1};
    closings seen = {0};
    ss_error error;
    offer_begin(store);
    uint64_t number = offer_add(store, offer_decision());
    expect_ok(ss_offer_ledger_redeem(store->ledger, number * SS_OFFERS_MAX, &redemption, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(store->ledger, SS_PARTY_CUSTOMER, ann, &party, &error), &error);
    keep_cell(store, "a", "b", (double)number);
    settle(store, OFFER_NOW + 31 * OFFER_MINUTE, 9, &seen);
    offer_end(store, keep);
}

static void a_step_that_is_given_up_has_never_been(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision got;
    ss_party party;
    uint64_t offers[4];
    ss_error error;
    for (int again = 0; again < 2; again++) {
        do_a_bit_of_all(&store, false);
        offer_begin(&store);
        offer_expect_accounts(&store, 0, 0);
        expect_cells(&store, "");
        assert_int_equal(ss_offer_ledger_next(store.ledger), 1);
        assert_status(ss_offer_ledger_find(store.ledger, 1, &got, &error), SS_E_NOT_FOUND);
        assert_status(
            ss_offer_ledger_find_request(store.ledger, SS_PARTY_CUSTOMER, ann, SS_SLICE_LITERAL("r1"), &got, &error),
            SS_E_NOT_FOUND);
        assert_int_equal(count_order(&store, "o", offers), 0);
        expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_CUSTOMER, ann, &party, &error), &error);
        assert_int_equal(party.shows, 0);
        offer_end(&store, true);
    }
    do_a_bit_of_all(&store, true);
    do_a_bit_of_all(&store, false);
    offer_expect_accounts(&store, 0, 100);
    expect_cells(&store, "a/i/b=1,-0.5 ");
    offer_sync(&store);
    offer_expect_accounts(&store, 0, 100);
    offer_close(&store);
}

static void steps_do_not_nest(void **state)
{
    offer_store store = offer_open(*state);
    ss_error error;
    assert_status(ss_offer_ledger_end(store.ledger, true, &error), SS_E_ARGUMENT);
    offer_begin(&store);
    assert_status(ss_offer_ledger_begin(store.ledger, &error), SS_E_ARGUMENT);
    offer_end(&store, true);
    offer_close(&store);
}

/* Sums do not wrap around; and what went wrong half-way cannot be kept. */
static void a_full_account_is_an_error(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision decision = offer_decision();
    ss_status status = SS_OK;
    int added = 0;
    ss_error error;
    decision.offer_count = SS_OFFERS_MAX;
    for (size_t i = 0; i < SS_OFFERS_MAX; i++) {
        decision.offers[i] = decision.offers[0];
        decision.offers[i].lease = SS_OFFER_MONEY_MAX;
    }
    offer_begin(&store);
    for (; status == SS_OK && added < 10000; added += status == SS_OK)
        status = ss_offer_ledger_add(store.ledger, &decision, &error);
    assert_status(status, SS_E_LIMIT);
    assert_int_equal(added, INT64_MAX / (8 * SS_OFFER_MONEY_MAX));
    assert_status(ss_offer_ledger_end(store.ledger, true, &error), SS_E_ARGUMENT);
    offer_expect_accounts(&store, 0, 0);
    offer_begin(&store);
    assert_int_equal(offer_add(&store, offer_decision()), 1);
    offer_end(&store, true);
    offer_expect_accounts(&store, 500, 0);
    offer_close(&store);
}

static void note_loss(void *context)
{
    ++*(int *)context;
}

/* Memory is what the disk holds then. */
static void a_sync_that_fails_takes_memory_with_it(void **state)
{
    offer_store store = offer_open(*state);
    int losses = 0;
    ss_offer_ledger_on_loss(store.ledger, note_loss, &losses);
    do_a_bit_of_all(&store, true);
    offer_sync(&store);
    for (int i = 0; i < 3; i++)
        do_a_bit_of_all(&store, true);
    offer_begin(&store);
    offer_add(&store, offer_decision());
    offer_end(&store, true);
    offer_expect_accounts(&store, 500, 400);
    offer_fail_sync(&store);
    assert_int_equal(losses, 1);
    offer_expect_accounts(&store, 0, 100);
    expect_cells(&store, "a/i/b=1,-0.5 ");
    offer_begin(&store);
    assert_true(offer_find(&store, 1).number == 1);
    assert_int_equal(offer_add(&store, offer_decision()), 6); /* what was told is not given again */
    offer_end(&store, true);
    offer_close(&store);
    store = offer_open(*state);
    offer_expect_accounts(&store, 500, 100);
    offer_close(&store);
}

/* Where the map has plenty of room a step is made among what waits, which goes with it: the first time. */
static void a_step_among_others_takes_them_with_it_once(void **state)
{
    offer_store store = {NULL, NULL};
    int losses = 0;
    ss_error error;
    expect_ok(offer_try_open(*state, UINT64_C(4) << 30, &store, &error), &error);
    ss_offer_ledger_on_loss(store.ledger, note_loss, &losses);
    do_a_bit_of_all(&store, true);
    offer_begin(&store);
    offer_end(&store, false); /* which did nothing */
    offer_sync(&store);
    do_a_bit_of_all(&store, true);
    do_a_bit_of_all(&store, true);
    assert_int_equal(losses, 0);
    offer_expect_accounts(&store, 0, 300);
    do_a_bit_of_all(&store, false);
    assert_int_equal(losses, 1);
    offer_expect_accounts(&store, 0, 100);
    expect_cells(&store, "a/i/b=1,-0.5 ");
    do_a_bit_of_all(&store, true);
    do_a_bit_of_all(&store, false);
    assert_int_equal(losses, 1);
    offer_expect_accounts(&store, 0, 200);
    offer_sync(&store);
    expect_ok(ss_offer_ledger_audit(store.ledger, &error), &error);
    offer_begin(&store);
    assert_true(offer_add(&store, offer_decision()) >= 4); /* what was told is not given again */
    offer_end(&store, true);
    offer_close(&store);
}

/* Some decisions in a step. */
static ss_status add_some(offer_store *store, ss_error *error)
{
    ss_status status = SS_OK;
    offer_begin(store);
    for (int i = 0; i < 40 && status == SS_OK; i++) {
        ss_decision decision = offer_decision();
        status = ss_offer_ledger_add(store->ledger, &decision, error);
    }
    ss_status ended = ss_offer_ledger_end(store->ledger, true, error);
    if (status == SS_OK)
        return ended;
    assert_status(ended, SS_E_ARGUMENT); /* after an error it cannot be kept */
    return status;
}

static void a_full_map_loses_nothing_that_was_synced(void **state)
{
    offer_store store = {NULL, NULL};
    ss_status status = SS_OK;
    int64_t synced = 0;
    ss_error error;
    expect_ok(offer_try_open(*state, UINT64_C(1) << 20, &store, &error), &error);
    while (status == SS_OK && synced < 100000) {
        status = add_some(&store, &error);
        if (status == SS_OK)
            status = ss_environment_sync(store.environment, &error);
        synced += status == SS_OK;
    }
    assert_status(status, SS_E_LIMIT);
    ss_environment_sync(store.environment, NULL);
    offer_expect_accounts(&store, synced * 40 * 500, 0);
    offer_close(&store);
    store = offer_open(*state);
    offer_expect_accounts(&store, synced * 40 * 500, 0);
    offer_close(&store);
}

/* What was told before its sync is lost in a crash: its number is not given again. */
static void numbers_are_not_given_again(void **state)
{
    char second[TEMPORARY_PATH_MAX], from[TEMPORARY_PATH_MAX], to[TEMPORARY_PATH_MAX], folder[TEMPORARY_PATH_MAX];
    offer_store store = offer_open(*state);
    ss_buffer bytes;
    do_a_bit_of_all(&store, true);
    offer_sync(&store);
    ss_buffer_init(&bytes, 64u << 20);
    assert_int_equal(ss_file_read(temporary_path(from, *state, "state/data.mdb"), 64u << 20, &bytes, NULL), SS_OK);
    do_a_bit_of_all(&store, true); /* waits, and the process ends */
    temporary_path(second, *state, "second");
    assert_int_equal(ss_file_make_folders(temporary_path(folder, second, "state"), NULL), SS_OK);
    assert_int_equal(ss_file_write_atomic(temporary_path(to, folder, "data.mdb"), bytes.data, bytes.size, NULL), SS_OK);
    ss_buffer_release(&bytes);
    offer_store other = offer_open(second);
    assert_true(ss_offer_ledger_next(other.ledger) > 2);
    offer_close(&other);
    offer_close(&store);
}

static void the_secret_stays(void **state)
{
    unsigned char secret[SS_LEDGER_SECRET], zeros[SS_LEDGER_SECRET] = {0};
    offer_store store = offer_open(*state);
    memcpy(secret, ss_offer_ledger_secret(store.ledger), sizeof secret);
    assert_memory_not_equal(secret, zeros, sizeof secret);
    offer_close(&store);
    store = offer_open(*state);
    assert_memory_equal(secret, ss_offer_ledger_secret(store.ledger), sizeof secret);
    offer_close(&store);
}

/* ---- forgetting, pruning, auditing ---- */

static void what_is_pruned_is_carried(void **state)
{
    offer_store store = offer_open(*state);
    const ss_redemption redemption = {OFFER_NOW, 100, 2900, SS_SLICE_LITERAL("o")};
    const ss_party party = {.latest = OFFER_NOW, .shows = 1};
    ss_decision next = offer_decision(), got;
    ss_party now;
    closings seen = {0};
    uint64_t offers[4];
    size_t removed;
    ss_error error;
    next.day++;
    offer_begin(&store);
    offer_add(&store, offer_decision());
    offer_add(&store, offer_decision());
    offer_add(&store, next);
    for (uint64_t number = 1; number <= 3; number++)
        expect_ok(ss_offer_ledger_redeem(store.ledger, number * SS_OFFERS_MAX, &redemption, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_CUSTOMER, ann, &party, &error), &error);
    offer_end(&store, true);
    expect_ok(ss_offer_ledger_prune(store.ledger, INT64_MAX, 9, &removed, &error), &error);
    assert_int_equal(removed, 1); /* the visitor; none of the decisions, which are open */
    offer_begin(&store);
    settle(&store, OFFER_NOW + 25 * OFFER_HOUR, 9, &seen);
    offer_end(&store, true);
    expect_ok(ss_offer_ledger_prune(store.ledger, OFFER_NOW + 24 * OFFER_HOUR, 9, &removed, &error), &error);
    assert_int_equal(removed, 0);
    expect_ok(ss_offer_ledger_prune(store.ledger, INT64_MAX, 1, &removed, &error), &error);
    assert_int_equal(removed, 1);
    offer_expect_account(&store, "last_chance", OFFER_DAY, 0, 200);
    expect_ok(ss_offer_ledger_prune(store.ledger, INT64_MAX, 1, &removed, &error), &error);
    offer_expect_account(&store, "last_chance", OFFER_DAY, 0, 0);
    offer_expect_account(&store, "", OFFER_DAY + 1, 0, 100);
    offer_expect_account(&store, "last_chance", SS_DAY_ALL, 0, 300);
    expect_ok(ss_offer_ledger_audit(store.ledger, &error), &error);
    offer_begin(&store);
    assert_status(ss_offer_ledger_find(store.ledger, 2, &got, &error), SS_E_NOT_FOUND);
    assert_int_equal(count_order(&store, "o", offers), 1);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_CUSTOMER, ann, &now, &error), &error);
    assert_int_equal(now.shows, 0);
    offer_end(&store, true);
    expect_ok(ss_offer_ledger_prune(store.ledger, INT64_MAX, 9, &removed, &error), &error);
    offer_close(&store);
    store = offer_open(*state);
    assert_int_equal(ss_offer_ledger_next(store.ledger), 4); /* though none is there */
    offer_expect_account(&store, "", SS_DAY_ALL, 0, 300);
    expect_ok(ss_offer_ledger_audit(store.ledger, &error), &error);
    offer_close(&store);
}

/* Those of a decision that is removed go with it, but who came again stays. */
static void visitors_go_with_the_last_of_their_decisions(void **state)
{
    enum { OTHERS = 60 }; /* more than a round of small steps looks at */
    offer_store store = offer_open(*state);
    const ss_party old = {.latest = OFFER_NOW, .shows = 1}, again = {.latest = OFFER_NOW + 99 * OFFER_HOUR, .shows = 1};
    const ss_slice session = SS_SLICE_LITERAL("s");
    closings seen = {0};
    ss_party now;
    size_t removed;
    ss_error error;
    offer_begin(&store);
    offer_add(&store, offer_decision());
    for (int i = 0; i < OTHERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "a%d", i);
        expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_CUSTOMER, ss_slice_of(name), &again, &error),
                  &error);
    }
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_CUSTOMER, ann, &again, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_SESSION, session, &old, &error), &error);
    settle(&store, OFFER_NOW + 25 * OFFER_HOUR, 9, &seen);
    offer_end(&store, true);
    expect_ok(ss_offer_ledger_prune(store.ledger, OFFER_NOW + 98 * OFFER_HOUR, 1, &removed, &error), &error);
    assert_int_equal(removed, 1);
    offer_begin(&store);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_SESSION, session, &now, &error), &error);
    assert_int_equal(now.shows, 0);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_CUSTOMER, ann, &now, &error), &error);
    assert_int_equal(now.shows, 1);
    offer_end(&store, true);
    offer_close(&store);
}

static bool is_of(void *context, const ss_decision *decision)
{
    return ss_slice_equal(decision->customer_id, *(const ss_slice *)context);
}

static void who_is_forgotten_leaves_sums(void **state)
{
    offer_store store = offer_open(*state);
    ss_decision bobs = offer_decision(), got;
    ss_slice who = ann, ids[2] = {SS_SLICE_LITERAL("bob"), SS_SLICE_LITERAL("nobody")};
    const ss_redemption redemption = {OFFER_NOW, 100, 2900, SS_SLICE_LITERAL("o")};
    const ss_party party = {.latest = OFFER_NOW, .shows = 1};
    ss_party now;
    uint64_t from = 0, offers[4];
    ss_error error;
    bobs.customer_id = ids[0];
    bobs.session_id = SS_SLICE_LITERAL("t");
    offer_begin(&store);
    offer_add(&store, offer_decision());
    offer_add(&store, bobs);
    expect_ok(ss_offer_ledger_redeem(store.ledger, SS_OFFERS_MAX, &redemption, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_CUSTOMER, ann, &party, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_SESSION, bobs.session_id, &party, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(store.ledger, SS_PARTY_CUSTOMER, ids[0], &party, &error), &error);
    assert_status(ss_offer_ledger_sift(store.ledger, &from, 9, 9, is_of, &who, &error), SS_E_ARGUMENT);
    offer_end(&store, true);
    expect_ok(ss_offer_ledger_sift(store.ledger, &from, 9, 9, is_of, &who, &error), &error);
    assert_int_equal(from, 10);
    offer_begin(&store);
    got = offer_find(&store, 1);
    assert_true(!got.customer_id.size && !got.session_id.size && !got.request_id.size && !got.offers[0].order_id.size);
    assert_true(got.offers[0].redeemed_cost == 100 && got.offers[0].state == SS_OFFER_REDEEMED);
    assert_slice_equal(offer_find(&store, 2).customer_id, "bob");
    assert_int_equal(count_order(&store, "o", offers), 0);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_CUSTOMER, ann, &now, &error), &error);
    assert_int_equal(now.shows, 0);
    offer_end(&store, true);
    offer_expect_accounts(&store, 700, 100);
    expect_ok(ss_offer_ledger_forget_parties(store.ledger, SS_PARTY_CUSTOMER, ids, 2, &error), &error);
    offer_begin(&store);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_CUSTOMER, ids[0], &now, &error), &error);
    assert_int_equal(now.shows, 0);
    expect_ok(ss_offer_ledger_party(store.ledger, SS_PARTY_SESSION, bobs.session_id, &now, &error), &error);
    assert_int_equal(now.shows, 1);
    offer_end(&store, true);
    expect_ok(ss_offer_ledger_audit(store.ledger, &error), &error);
    offer_close(&store);
}

/* Takes the first entry out of a table, and opens the ledger again. */
static void take_first(offer_store *store, const char *folder, const char *table, unsigned flags)
{
    MDB_txn *txn;
    MDB_dbi handle;
    MDB_cursor *cursor;
    MDB_val key, value;
    assert_int_equal(mdb_txn_begin(ss_environment_lmdb(store->environment), NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, table, flags, &handle), 0);
    assert_int_equal(mdb_cursor_open(txn, handle, &cursor), 0);
    assert_int_equal(mdb_cursor_get(cursor, &key, &value, MDB_FIRST), 0);
    assert_int_equal(mdb_cursor_del(cursor, 0), 0);
    mdb_cursor_close(cursor);
    assert_int_equal(mdb_txn_commit(txn), 0);
    offer_close(store);
    *store = offer_open(folder);
}

static void an_audit_names_what_differs(void **state)
{
    static const struct {
        const char *table;
        unsigned flags;
        const char *message, *field;
    } all[] = {
        {"offer_agenda", 0, "the ledger of offers: no entry on the agenda of decision 1", ""},
        {"offer_requests", MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP,
         "the ledger of offers: no entry for the request of decision 1", ""},
        {"offer_orders", MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP,
         "the ledger of offers: no entry for an order of decision 1", ""},
        {"offer_accounts", 0, "the ledger of offers differs from its decisions by -200", "leased, , in all 0"},
        {"offer_decisions", MDB_INTEGERKEY, "the ledger of offers differs from its decisions by 1",
         "entries of the agenda"},
    };
    const ss_redemption redemption = {OFFER_NOW, 100, 2900, SS_SLICE_LITERAL("o")};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char folder[TEMPORARY_PATH_MAX], name[8];
        ss_error error;
        snprintf(name, sizeof name, "%zu", i);
        offer_store store = offer_open(temporary_path(folder, *state, name));
        offer_begin(&store);
        offer_add(&store, offer_decision());
        expect_ok(ss_offer_ledger_redeem(store.ledger, SS_OFFERS_MAX, &redemption, &error), &error);
        expect_ok(ss_offer_ledger_audit(store.ledger, &error), &error); /* inside of a step, too */
        offer_end(&store, true);
        offer_sync(&store);
        expect_ok(ss_offer_ledger_audit(store.ledger, &error), &error);
        take_first(&store, folder, all[i].table, all[i].flags);
        assert_status(ss_offer_ledger_audit(store.ledger, &error), SS_E_CORRUPT);
        assert_string_equal(error.message, all[i].message);
        assert_string_equal(error.field, all[i].field);
        offer_close(&store);
    }
}

static bool attempt(void *context)
{
    offer_store *store = context;
    ss_offer_ledger *ledger = NULL;
    ss_decision decision = offer_decision();
    const double values[SS_CELL_VALUES] = {1, 1, 1, 1};
    const ss_slice names[3] = {ann, ann, ann};
    ss_status status;
    SS_TRY(ss_offer_ledger_open(store->environment, &ledger, NULL));
    SS_TRY(ss_offer_ledger_begin(ledger, NULL));
    status = ss_offer_ledger_add(ledger, &decision, NULL);
    if (status == SS_OK)
        status = ss_offer_ledger_keep_cell(ledger, names, values, NULL);
    SS_TRY(ss_offer_ledger_end(ledger, false, NULL) == SS_OK ? status : SS_E_IO);
out:
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    ss_offer_ledger_close(&ledger);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    offer_store store = {NULL, NULL};
    ss_error error;
    expect_ok(ss_environment_open(*state, OFFER_MAP, &store.environment, &error), &error);
    assert_in_range(failing_malloc_torture(attempt, &store), 5, 1000);
    offer_close(&store);
}

static void a_ledger_needs_an_environment_to_write(void **state)
{
    offer_store store = offer_open(*state);
    ss_error error;
    offer_close(&store);
    expect_ok(ss_environment_open(*state, 0, &store.environment, &error), &error);
    assert_status(ss_offer_ledger_open(store.environment, &store.ledger, &error), SS_E_ARGUMENT);
    assert_null(store.ledger);
    offer_close(&store);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_decision_comes_back_and_leases),
        WITH_FOLDER(what_is_not_shown_leases_nothing),
        WITH_FOLDER(what_is_out_of_range_is_refused),
        WITH_FOLDER(a_request_finds_its_decision),
        WITH_FOLDER(an_offer_is_redeemed_and_undone),
        WITH_FOLDER(leases_expire_and_windows_close),
        WITH_FOLDER(any_order_of_ends_is_settled),
        WITH_FOLDER(what_may_change_is_written_back),
        WITH_FOLDER(visitors_come_back),
        WITH_FOLDER(cells_come_back_in_order),
        WITH_FOLDER(a_step_that_is_given_up_has_never_been),
        WITH_FOLDER(steps_do_not_nest),
        WITH_FOLDER(a_full_account_is_an_error),
        WITH_FOLDER(a_sync_that_fails_takes_memory_with_it),
        WITH_FOLDER(a_step_among_others_takes_them_with_it_once),
        WITH_FOLDER(a_full_map_loses_nothing_that_was_synced),
        WITH_FOLDER(numbers_are_not_given_again),
        WITH_FOLDER(the_secret_stays),
        WITH_FOLDER(what_is_pruned_is_carried),
        WITH_FOLDER(visitors_go_with_the_last_of_their_decisions),
        WITH_FOLDER(who_is_forgotten_leaves_sums),
        WITH_FOLDER(an_audit_names_what_differs),
        WITH_FOLDER(every_allocation_may_fail),
        WITH_FOLDER(a_ledger_needs_an_environment_to_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_offer_property.c: random steps of the ledger of offers beside a plain model: decisions, redemptions, what is undone,
 * expires, is forgotten and pruned; steps that are given up, syncs that fail, stores that are opened again. Nothing of the
 * ledger may differ from the model, and the audit must hold, after every step.
 *
 * 1,500 steps; with SMARTSHELF_LONG=1 as many as the model has room for decisions.
 */
#include "offer_sample.h"

#include "temporary_folder.h"

enum { MOST = 4000, CAMPAIGNS = 3, DAYS = 4, PEOPLE = 6, REQUESTS = 40, ORDERS = 30, NOBODY = -1 };

typedef struct model_offer {
    int64_t lease, cost;
    int order; /* NOBODY: none, or forgotten */
    ss_offer_state state;
    uint8_t told;
} model_offer;

typedef struct model_decision {
    bool there, closed;
    ss_verdict verdict;
    int campaign, day, customer, session, request; /* NOBODY: none */
    int64_t time, expires, closes, revenue;
    size_t offer_count;
    model_offer offers[3];
} model_decision;

typedef struct model_party {
    int64_t latest;
    uint32_t shows;
} model_party;

typedef struct model {
    model_decision decisions[MOST]; /* by number */
    model_party parties[2][PEOPLE];
    int64_t carried[CAMPAIGNS];
    double cells[CAMPAIGNS];
    uint64_t next;
} model;

typedef struct world {
    offer_store store;
    const char *folder;
    ss_random random;
    int64_t now;
    model disk, kept, step; /* synced; kept by steps; in the step at hand */
    int losses;
} world;

static const char *name(const char *kind, int number)
{
    static char texts[64][16];
    static unsigned next;
    char *text = texts[next++ % 64];
    snprintf(text, 16, "%s%d", kind, number);
    return number == NOBODY ? "" : text;
}

static int pick(world *at, int count)
{
    return (int)ss_random_below(&at->random, (uint32_t)count);
}

static int maybe(world *at, int count)
{
    return pick(at, 3) ? pick(at, count) : NOBODY;
}

static int64_t due_of(const model_decision *decision)
{
    int64_t due = decision->closed ? INT64_MAX : decision->closes;
    for (size_t i = 0; i < decision->offer_count; i++)
        if (decision->offers[i].state == SS_OFFER_OPEN && decision->expires < due)
            due = decision->expires;
    return due;
}

/* ---- what is held against the model ---- */

static ss_account account_of(const model *all, int campaign, int day, bool *any)
{
    ss_account sum = {0, 0};
    *any = false;
    for (uint64_t n = 1; n < all->next; n++) {
        const model_decision *each = &all->decisions[n];
        if (!each->there || each->verdict != SS_VERDICT_SHOWN || (campaign != NOBODY && each->campaign != campaign) ||
            (day != NOBODY && each->day != day))
            continue;
        *any = true;
        for (size_t i = 0; i < each->offer_count; i++) {
            sum.leased += each->offers[i].state == SS_OFFER_OPEN ? each->offers[i].lease : 0;
            sum.redeemed += each->offers[i].state == SS_OFFER_REDEEMED ? each->offers[i].cost : 0;
        }
    }
    return sum;
}

/* Of single days only what is open: what is pruned of a day stays in its account until the last of it goes. */
static void check_accounts(const world *at, const model *wanted)
{
    for (int campaign = NOBODY; campaign < CAMPAIGNS; campaign++) {
        bool any;
        int64_t carried = 0;
        for (int i = 0; i < CAMPAIGNS; i++)
            carried += campaign == NOBODY || campaign == i ? wanted->carried[i] : 0;
        ss_slice text = ss_slice_of(name("campaign", campaign));
        ss_account sum = account_of(wanted, campaign, NOBODY, &any);
        ss_account got = ss_offer_ledger_account(at->store.ledger, text, SS_DAY_ALL);
        assert_int_equal(got.leased, sum.leased);
        assert_int_equal(got.redeemed, sum.redeemed + carried);
        for (int day = 0; day < DAYS; day++) {
            sum = account_of(wanted, campaign, day, &any);
            got = ss_offer_ledger_account(at->store.ledger, text, day);
            assert_int_equal(got.leased, sum.leased);
            assert_true(got.redeemed >= sum.redeemed && (any || got.redeemed == 0));
        }
    }
}

static void check_decision(world *at, const model_decision *wanted, uint64_t number)
{
    ss_decision got;
    ss_error error;
    ss_status status = ss_offer_ledger_find(at->store.ledger, number, &got, &error);
    assert_status(status, wanted->there ? SS_OK : SS_E_NOT_FOUND);
    if (!wanted->there)
        return;
    assert_true(got.closed == wanted->closed && got.offer_count == wanted->offer_count);
    assert_int_equal(got.outcome.revenue, wanted->revenue);
    assert_slice_equal(got.customer_id, name("customer", wanted->customer));
    assert_slice_equal(got.session_id, name("session", wanted->session));
    assert_slice_equal(got.request_id, name("request", wanted->request));
    for (size_t i = 0; i < wanted->offer_count; i++) {
        assert_true(got.offers[i].state == wanted->offers[i].state && got.offers[i].told == wanted->offers[i].told);
        assert_int_equal(got.offers[i].lease, wanted->offers[i].lease);
        assert_int_equal(got.offers[i].redeemed_cost, wanted->offers[i].cost);
        assert_slice_equal(got.offers[i].order_id, name("order", wanted->offers[i].order));
    }
}

static void check_orders(world *at, const model *wanted)
{
    for (int order = 0; order < ORDERS; order++) {
        uint64_t offers[64];
        size_t count, there = 0;
        ss_error error;
        expect_ok(
            ss_offer_ledger_order(at->store.ledger, ss_slice_of(name("order", order)), offers, 64, &count, &error),
            &error);
        for (uint64_t n = 1; n < wanted->next; n++)
            for (size_t i = 0; wanted->decisions[n].there && i < wanted->decisions[n].offer_count; i++) {
                const model_offer *offer = &wanted->decisions[n].offers[i];
                if (offer->order != order || offer->state != SS_OFFER_REDEEMED)
                    continue;
                assert_true(there >= 64 || offers[there] == n * SS_OFFERS_MAX + i);
                there++;
            }
        assert_int_equal(count, there);
    }
}

static void check_requests(world *at, const model *wanted)
{
    for (int tries = 0; tries < 60; tries++) {
        int person = pick(at, PEOPLE), request = pick(at, REQUESTS);
        bool by_customer = pick(at, 2);
        ss_decision got;
        uint64_t first = 0;
        for (uint64_t n = wanted->next - 1; n > 0; n--) {
            const model_decision *each = &wanted->decisions[n];
            bool theirs = by_customer ? each->customer == person : each->customer == NOBODY && each->session == person;
            first = each->there && each->request == request && theirs ? n : first;
        }
        ss_status status =
            ss_offer_ledger_find_request(at->store.ledger, by_customer ? SS_PARTY_CUSTOMER : SS_PARTY_SESSION,
                                         ss_slice_of(name(by_customer ? "customer" : "session", person)),
                                         ss_slice_of(name("request", request)), &got, NULL);
        assert_status(status, first ? SS_OK : SS_E_NOT_FOUND);
        assert_true(!first || got.number == first);
    }
}

static void check_parties(world *at, const model *wanted)
{
    for (int i = 0; i < 2 * PEOPLE; i++) {
        const model_party *each = &wanted->parties[i / PEOPLE][i % PEOPLE];
        bool customer = i / PEOPLE == SS_PARTY_CUSTOMER;
        ss_party got;
        ss_error error;
        expect_ok(ss_offer_ledger_party(at->store.ledger, customer ? SS_PARTY_CUSTOMER : SS_PARTY_SESSION,
                                        ss_slice_of(name(customer ? "customer" : "session", i % PEOPLE)), &got, &error),
                  &error);
        assert_int_equal(got.latest, each->latest);
        assert_int_equal(got.shows, each->shows);
    }
}

static ss_status check_cell(void *context, const ss_slice names[3], const double values[SS_CELL_VALUES],
                            ss_error *error)
{
    const double *wanted = *(const double **)context;
    (void)error;
    while (*wanted <= 0)
        wanted++;
    assert_true(names[0].size > 0 && values[0] >= *wanted && values[0] <= *wanted);
    *(const double **)context = wanted + 1;
    return SS_OK;
}

static void check_all(world *at, const model *wanted)
{
    const double *cell = wanted->cells;
    ss_error error;
    check_accounts(at, wanted);
    expect_ok(ss_offer_ledger_audit(at->store.ledger, &error), &error);
    expect_ok(ss_offer_ledger_cells(at->store.ledger, check_cell, &cell, &error), &error);
    if (pick(at, 8))
        return;
    offer_begin(&at->store);
    for (uint64_t n = 1; n < wanted->next; n++)
        check_decision(at, &wanted->decisions[n], n);
    check_orders(at, wanted);
    check_requests(at, wanted);
    check_parties(at, wanted);
    offer_end(&at->store, pick(at, 2));
}

/* ---- what is done within a step ---- */

static void add(world *at)
{
    model_decision made = {.there = true,
                           .verdict = pick(at, 4) ? SS_VERDICT_SHOWN : (ss_verdict)pick(at, SS_VERDICTS),
                           .campaign = pick(at, CAMPAIGNS),
                           .day = pick(at, DAYS),
                           .customer = maybe(at, PEOPLE),
                           .session = maybe(at, PEOPLE),
                           .request = maybe(at, REQUESTS),
                           .time = at->now,
                           .expires = at->now + pick(at, 300),
                           .closes = at->now + pick(at, 600),
                           .closed = pick(at, 10) == 0,
                           .offer_count = (size_t)pick(at, 4)};
    ss_decision decision = offer_decision();
    ss_error error;
    decision.time = made.time;
    decision.expires = made.expires;
    decision.closes = made.closes;
    decision.closed = made.closed;
    decision.day = made.day;
    decision.verdict = made.verdict;
    decision.campaign = ss_slice_of(name("campaign", made.campaign));
    decision.customer_id = ss_slice_of(name("customer", made.customer));
    decision.session_id = ss_slice_of(name("session", made.session));
    decision.request_id = ss_slice_of(name("request", made.request));
    decision.offer_count = made.offer_count;
    for (size_t i = 0; i < made.offer_count; i++) {
        made.offers[i] = (model_offer){.lease = pick(at, 4) ? pick(at, 500) : 0, .order = NOBODY};
        decision.offers[i] = decision.offers[0];
        decision.offers[i].lease = made.offers[i].lease;
    }
    expect_ok(ss_offer_ledger_add(at->store.ledger, &decision, &error), &error);
    assert_int_equal(decision.number, at->step.next);
    assert_true(decision.number + 1 < MOST);
    at->step.decisions[at->step.next++] = made;
}

/* Any that is or was there; NULL: there never was one. */
static model_decision *any_decision(world *at, uint64_t *number)
{
    if (at->step.next == 1)
        return NULL;
    uint64_t back = ss_random_below(&at->random, at->step.next < 60 ? (uint32_t)at->step.next : 60);
    *number = at->step.next - back;
    return *number < at->step.next ? &at->step.decisions[*number] : NULL;
}

static void redeem(world *at)
{
    uint64_t number;
    model_decision *of = any_decision(at, &number);
    if (!of || of->offer_count == 0)
        return;
    size_t i = (size_t)pick(at, (int)of->offer_count);
    model_offer *offer = &of->offers[i];
    int order = maybe(at, ORDERS);
    const ss_redemption redemption = {at->now, offer->lease - pick(at, 3), 500, ss_slice_of(name("order", order))};
    bool may = of->there && of->verdict == SS_VERDICT_SHOWN && offer->state == SS_OFFER_OPEN && redemption.cost >= 0;
    ss_status status = ss_offer_ledger_redeem(at->store.ledger, number * SS_OFFERS_MAX + i, &redemption, NULL);
    assert_true((status == SS_OK) == may);
    if (!may)
        return;
    offer->state = SS_OFFER_REDEEMED;
    offer->cost = redemption.cost;
    offer->order = order;
}

static void undo(world *at)
{
    uint64_t number;
    model_decision *of = any_decision(at, &number);
    if (!of || of->offer_count == 0)
        return;
    size_t i = (size_t)pick(at, (int)of->offer_count);
    bool may = of->there && of->offers[i].state == SS_OFFER_REDEEMED;
    ss_status status = ss_offer_ledger_undo(at->store.ledger, number * SS_OFFERS_MAX + i, NULL);
    assert_status(status, may ? SS_OK : of->there ? SS_E_ARGUMENT : SS_E_NOT_FOUND);
    if (may)
        of->offers[i].state = SS_OFFER_UNDONE;
}

static void update(world *at)
{
    uint64_t number;
    model_decision *of = any_decision(at, &number);
    if (!of || !of->there)
        return;
    ss_decision decision = offer_find(&at->store, number);
    ss_error error;
    of->revenue = decision.outcome.revenue = pick(at, 1000);
    of->closed = decision.closed = of->closed || pick(at, 4) == 0;
    for (size_t i = 0; i < of->offer_count; i++)
        of->offers[i].told = decision.offers[i].told = (uint8_t)pick(at, 8);
    expect_ok(ss_offer_ledger_update(at->store.ledger, &decision, &error), &error);
}

/* Of what is due the earliest; 0: nothing is. */
static uint64_t first_due(const world *at)
{
    uint64_t first = 0;
    for (uint64_t n = 1; n < at->step.next; n++) {
        const model_decision *each = &at->step.decisions[n];
        if (each->there && due_of(each) <= at->now && (!first || due_of(each) < due_of(&at->step.decisions[first])))
            first = n;
    }
    return first;
}

typedef struct expected_closings {
    uint64_t numbers[16];
    size_t count, seen;
} expected_closings;

static ss_status see_closed(void *context, const ss_decision *decision, ss_error *error)
{
    expected_closings *wanted = context;
    (void)error;
    assert_true(wanted->seen < wanted->count && decision->number == wanted->numbers[wanted->seen]);
    wanted->seen++;
    return SS_OK;
}

static void settle(world *at)
{
    expected_closings closings = {0};
    size_t most = (size_t)pick(at, 12), done = 0, wanted = 0;
    ss_error error;
    at->now += pick(at, 40);
    for (uint64_t n = 0; wanted < most && (n = first_due(at)) != 0; wanted++) {
        model_decision *each = &at->step.decisions[n];
        for (size_t i = 0; i < each->offer_count && each->expires <= at->now; i++)
            each->offers[i].state = each->offers[i].state == SS_OFFER_OPEN ? SS_OFFER_EXPIRED : each->offers[i].state;
        if (!each->closed && each->closes <= at->now)
            closings.numbers[closings.count++] = n;
        each->closed = each->closed || each->closes <= at->now;
    }
    expect_ok(ss_offer_ledger_settle(at->store.ledger, at->now, most, see_closed, &closings, &done, &error), &error);
    assert_int_equal(done, wanted);
    assert_int_equal(closings.seen, closings.count);
}

static void keep_party(world *at)
{
    bool customer = pick(at, 2);
    int person = pick(at, PEOPLE);
    model_party *party = &at->step.parties[customer ? SS_PARTY_CUSTOMER : SS_PARTY_SESSION][person];
    ss_party kept = {.latest = at->now, .shows = party->shows + 1};
    ss_error error;
    expect_ok(ss_offer_ledger_keep_party(at->store.ledger, customer ? SS_PARTY_CUSTOMER : SS_PARTY_SESSION,
                                         ss_slice_of(name(customer ? "customer" : "session", person)), &kept, &error),
              &error);
    *party = (model_party){kept.latest, kept.shows};
}

static void keep_cell(world *at)
{
    int campaign = pick(at, CAMPAIGNS);
    const ss_slice names[3] = {ss_slice_of(name("campaign", campaign)), SS_SLICE_LITERAL("i"), SS_SLICE_LITERAL("s")};
    const double values[SS_CELL_VALUES] = {1 + pick(at, 100)};
    ss_error error;
    expect_ok(ss_offer_ledger_keep_cell(at->store.ledger, names, values, &error), &error);
    at->step.cells[campaign] = values[0];
}

static void run_step(world *at)
{
    static void (*const acts[])(world *) = {add, add, add, redeem, redeem, undo, update, settle, keep_party, keep_cell};
    bool keep = pick(at, 5) > 0;
    offer_begin(&at->store);
    for (int i = 1 + pick(at, 10); i > 0; i--)
        acts[pick(at, sizeof acts / sizeof *acts)](at);
    check_accounts(at, &at->step);
    offer_end(&at->store, keep);
    if (keep)
        at->kept = at->step;
    at->step = at->kept;
}

/* ---- what is done between steps ---- */

typedef struct person {
    int customer, session;
} person;

static bool is_theirs(void *context, const ss_decision *decision)
{
    const person *who = context;
    return ss_slice_equal(decision->customer_id, ss_slice_of(name("customer", who->customer))) ||
           (!decision->customer_id.size &&
            ss_slice_equal(decision->session_id, ss_slice_of(name("session", who->session))));
}

static void forget(world *at)
{
    person who = {pick(at, PEOPLE), pick(at, PEOPLE)};
    uint64_t from = 0, last = at->step.next - 1 - (uint64_t)pick(at, at->step.next > 10 ? 10 : 1);
    ss_error error;
    for (int steps = 0; from <= last; steps++) {
        assert_true(steps < MOST);
        expect_ok(
            ss_offer_ledger_sift(at->store.ledger, &from, last, 1 + (size_t)pick(at, 20), is_theirs, &who, &error),
            &error);
    }
    for (uint64_t n = 1; n <= last; n++) {
        model_decision *each = &at->step.decisions[n];
        if (!each->there ||
            !(each->customer == who.customer || (each->customer == NOBODY && each->session == who.session)))
            continue;
        if (each->customer != NOBODY)
            at->step.parties[SS_PARTY_CUSTOMER][each->customer] = (model_party){0};
        if (each->session != NOBODY)
            at->step.parties[SS_PARTY_SESSION][each->session] = (model_party){0};
        each->customer = each->session = each->request = NOBODY;
        for (size_t i = 0; i < each->offer_count; i++)
            each->offers[i].order = NOBODY;
    }
    at->kept = at->step;
}

static bool is_over(const model_decision *decision, int64_t before)
{
    bool over = decision->closed && decision->time < before && decision->expires < before && decision->closes < before;
    for (size_t i = 0; i < decision->offer_count; i++)
        over = over && decision->offers[i].state != SS_OFFER_OPEN;
    return over;
}

static void prune_model(model *all, int64_t before)
{
    uint64_t n = 1;
    for (; n < all->next && (!all->decisions[n].there || is_over(&all->decisions[n], before)); n++) {
        model_decision *each = &all->decisions[n];
        for (size_t i = 0; each->there && each->verdict == SS_VERDICT_SHOWN && i < each->offer_count; i++)
            all->carried[each->campaign] += each->offers[i].state == SS_OFFER_REDEEMED ? each->offers[i].cost : 0;
        each->there = false;
    }
    for (int i = 0; i < 2 * PEOPLE; i++)
        if (all->parties[i / PEOPLE][i % PEOPLE].latest < before)
            all->parties[i / PEOPLE][i % PEOPLE] = (model_party){0};
}

/* Some small steps first; then until it has gone round. */
static void prune(world *at)
{
    int64_t before = at->now - pick(at, 1500);
    ss_error error;
    for (int i = 0; i < 6; i++) {
        size_t step = i < 3 ? 1 + (size_t)pick(at, 5) : 100000, removed = 0;
        expect_ok(ss_offer_ledger_prune(at->store.ledger, before, step, &removed, &error), &error);
        assert_true(removed <= step);
    }
    prune_model(&at->step, before);
    at->kept = at->step;
}

static void sync_well(world *at)
{
    offer_sync(&at->store);
    at->disk = at->kept;
}

static void count_loss(void *context)
{
    ++*(int *)context;
}

/* Numbers that were given are not given again. */
static void sync_badly(world *at)
{
    uint64_t next = at->kept.next;
    int losses = at->losses;
    run_step(at); /* so that something waits */
    offer_begin(&at->store);
    add(at);
    offer_end(&at->store, true);
    next = at->step.next;
    offer_fail_sync(&at->store);
    assert_int_equal(at->losses, losses + 1);
    at->kept = at->disk;
    at->kept.next = next;
    at->step = at->kept;
}

static void open_world(world *at)
{
    at->store = offer_open(at->folder);
    ss_offer_ledger_on_loss(at->store.ledger, count_loss, &at->losses);
    assert_int_equal(ss_offer_ledger_next(at->store.ledger), at->kept.next);
}

static void open_again(world *at)
{
    offer_close(&at->store);
    at->disk = at->kept;
    open_world(at);
}

static void it_agrees_with_a_plain_model(void **state)
{
    static world at;
    at = (world){.folder = *state, .random = test_random(), .now = 1000};
    at.disk.next = at.kept.next = at.step.next = 1;
    open_world(&at);
    int steps = getenv("SMARTSHELF_LONG") ? 30000 : 1500;
    for (int i = 0; i < steps && at.step.next < MOST - 40; i++) {
        run_step(&at);
        if (pick(&at, 40) == 0)
            forget(&at);
        if (pick(&at, 40) == 0)
            prune(&at);
        if (pick(&at, 30) == 0)
            sync_well(&at);
        if (pick(&at, 60) == 0)
            sync_badly(&at);
        if (pick(&at, 100) == 0)
            open_again(&at);
        check_all(&at, &at.kept);
    }
    print_message("%llu decisions, %d losses\n", (unsigned long long)at.kept.next, at.losses);
    offer_close(&at.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_agrees_with_a_plain_model, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

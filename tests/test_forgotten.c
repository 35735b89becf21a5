/*
 * test_forgotten.c: the list of those who asked to be forgotten, and the erasing of their events: beside a plain
 * removal, with new events in between, and taken up again wherever it was left.
 */
#include "event_sample.h"

#include "failing_malloc.h"
#include "offer_sample.h"
#include "state/eraser.h"
#include "temporary_folder.h"

/* ---- the list ---- */

typedef struct list {
    size_t count;
    struct {
        char id[8];
        ss_forgotten_customer about;
    } all[8];
} list;

static ss_status take(void *context, const ss_forgotten_customer *customer, ss_error *error)
{
    list *found = context;
    (void)error;
    assert_true(found->count < 8);
    snprintf(found->all[found->count].id, 8, "%.*s", (int)customer->customer_id.size, customer->customer_id.data);
    found->all[found->count++].about = *customer;
    return SS_OK;
}

static list list_of(const ss_forgotten *forgotten)
{
    list found = {0};
    ss_error error;
    expect_ok(ss_forgotten_each(forgotten, take, &found, &error), &error);
    return found;
}

static ss_forgotten_customer customer(const char *id, uint64_t last)
{
    return (ss_forgotten_customer){ss_slice_of(id), SAMPLE_NOW, last, false};
}

static ss_forgotten *open_list(ss_event_store *store)
{
    ss_forgotten *forgotten = NULL;
    ss_error error;
    expect_ok(ss_forgotten_open(ss_event_store_environment(store), &forgotten, &error), &error);
    return forgotten;
}

static void who_is_entered_is_listed(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_forgotten *forgotten = open_list(store);
    const ss_forgotten_customer two[] = {customer("bob", 5), customer("ann", 3)};
    ss_error error;
    expect_ok(ss_forgotten_put(forgotten, two, 2, &error), &error);
    assert_int_equal(list_of(forgotten).count, 0); /* readers see what is synced */
    sample_sync(store);
    ss_forgotten_customer again = customer("ann", 9);
    again.time++;
    again.erased = true;
    expect_ok(ss_forgotten_put(forgotten, &again, 1, &error), &error);
    ss_forgotten_close(&forgotten);
    sample_close(&store);
    expect_ok(sample_try_open_reader(*state, &store, &error), &error);
    forgotten = open_list(store);
    list found = list_of(forgotten);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.all[0].id, "ann");
    assert_true(found.all[0].about.erased && found.all[0].about.last == 9 && found.all[0].about.time == SAMPLE_NOW + 1);
    assert_string_equal(found.all[1].id, "bob");
    assert_true(!found.all[1].about.erased && found.all[1].about.last == 5);
    assert_status(ss_forgotten_put(forgotten, two, 1, &error), SS_E_ARGUMENT);
    ss_forgotten_close(&forgotten);
    ss_forgotten_close(&forgotten);
    sample_close(&store);
}

static void one_is_found_once_it_is_synced(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_forgotten *forgotten = open_list(store);
    const ss_forgotten_customer ann = customer("ann", 3);
    ss_forgotten_customer found = {0};
    char longest[SS_ID_MAX + 1];
    ss_error error;
    expect_ok(ss_forgotten_put(forgotten, &ann, 1, &error), &error);
    assert_status(ss_forgotten_find(forgotten, ss_slice_of("ann"), &found, &error), SS_E_NOT_FOUND);
    sample_sync(store);
    expect_ok(ss_forgotten_find(forgotten, ss_slice_of("ann"), &found, &error), &error);
    assert_true(found.time == SAMPLE_NOW && found.last == 3 && !found.erased);
    memset(longest, 'a', sizeof longest);
    const ss_slice others[] = {ss_slice_of("an"), ss_slice_of("annn"), {"", 0}, {longest, sizeof longest}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_status(ss_forgotten_find(forgotten, others[i], &found, &error), SS_E_NOT_FOUND);
    ss_forgotten_close(&forgotten);
    sample_close(&store);
}

static void a_store_without_the_list_says_so(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_forgotten *forgotten = NULL;
    ss_error error;
    sample_close(&store);
    expect_ok(sample_try_open_reader(*state, &store, &error), &error);
    assert_status(ss_forgotten_open(ss_event_store_environment(store), &forgotten, &error), SS_E_NOT_FOUND);
    assert_null(forgotten);
    sample_close(&store);
}

static void a_damaged_entry_is_an_error(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_environment *environment = ss_event_store_environment(store);
    ss_forgotten *forgotten = open_list(store);
    const ss_forgotten_customer ann = customer("ann", 3);
    ss_forgotten_customer once;
    list found = {0};
    MDB_txn *txn;
    MDB_dbi table;
    MDB_val key = {3, "ann"}, value;
    char bytes[64];
    ss_error error;
    expect_ok(ss_forgotten_put(forgotten, &ann, 1, &error), &error);
    sample_sync(store);
    for (size_t at = 0; at < 29; at++) { /* the last one: a byte too many */
        assert_int_equal(mdb_txn_begin(ss_environment_lmdb(environment), NULL, 0, &txn), 0);
        assert_int_equal(mdb_dbi_open(txn, "forgotten", 0, &table), 0);
        assert_int_equal(mdb_get(txn, table, &key, &value), 0);
        assert_int_equal(value.mv_size, 28);
        memcpy(bytes, value.mv_data, 28);
        MDB_val changed = {at < 28 ? 28 : 29, bytes}, right = {28, bytes};
        bytes[at] ^= 1;
        assert_int_equal(mdb_put(txn, table, &key, &changed, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
        assert_status(ss_forgotten_each(forgotten, take, &found, &error), SS_E_CORRUPT);
        assert_status(ss_forgotten_find(forgotten, ss_slice_of("ann"), &once, &error), SS_E_CORRUPT);
        bytes[at] ^= 1;
        assert_int_equal(mdb_txn_begin(ss_environment_lmdb(environment), NULL, 0, &txn), 0);
        assert_int_equal(mdb_put(txn, table, &key, &right, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
    }
    assert_int_equal(list_of(forgotten).count, 1);
    ss_forgotten_close(&forgotten);
    sample_close(&store);
}

/* ---- erasing ---- */

typedef struct shop {
    ss_event_store *store;
    ss_forgotten *forgotten;
    ss_eraser *eraser;
} shop;

static void open_shop(shop *at, const char *folder)
{
    ss_error error;
    at->store = sample_open(folder, NULL);
    at->forgotten = open_list(at->store);
    expect_ok(ss_eraser_new(at->store, at->forgotten, &at->eraser, &error), &error);
}

static void close_shop(shop *at)
{
    ss_eraser_free(&at->eraser);
    ss_forgotten_close(&at->forgotten);
    sample_close(&at->store);
}

typedef struct visit {
    const char *item, *session, *customer_id;
} visit;

static void append_all(const shop *at, const visit *visits, size_t count)
{
    ss_live_event events[16];
    ss_event_result results[16];
    ss_error error;
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++) {
        events[i] = sample_event(NULL, visits[i].item);
        events[i].texts[SS_TEXT_SESSION_ID] = ss_slice_of(visits[i].session);
        events[i].texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(visits[i].customer_id);
        events[i].texts[SS_TEXT_ORDER_ID] = SS_SLICE_LITERAL("o");
    }
    expect_ok(ss_event_store_append(at->store, events, count, SAMPLE_NOW, SS_RELAXED, results, &error), &error);
}

static void append(const shop *at, const char *item, const char *session, const char *customer_id)
{
    const visit one = {item, session, customer_id};
    append_all(at, &one, 1);
}

/* Durably entered, as the caller of ss_eraser_add must have done. */
static uint64_t forget(const shop *at, const char *id)
{
    ss_forgotten_customer asked = customer(id, ss_event_store_last(at->store));
    uint64_t ticket = 0;
    ss_error error;
    expect_ok(ss_forgotten_put(at->forgotten, &asked, 1, &error), &error);
    sample_sync(at->store);
    expect_ok(ss_eraser_add(at->eraser, &asked, &ticket, &error), &error);
    return ticket;
}

static void erase_all(const shop *at)
{
    bool more = true;
    ss_error error;
    for (int steps = 0; more; steps++) {
        assert_true(steps < 1000);
        expect_ok(ss_eraser_step(at->eraser, &more, &error), &error);
    }
}

/* The items of all events, one after another. */
static void expect_items(const shop *at, const char *wanted)
{
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found = true;
    char items[256] = "";
    size_t size = 0;
    ss_error error;
    sample_sync(at->store);
    expect_ok(ss_event_reader_new(at->store, 1, SS_EVENTS_ALL, &reader, &error), &error);
    for (;;) {
        expect_ok(ss_event_reader_next(reader, &event, &found, &error), &error);
        if (!found)
            break;
        ss_slice item = event.texts[SS_TEXT_ITEM_ID];
        size += (size_t)snprintf(items + size, sizeof items - size, "%.*s ", (int)item.size, item.data);
    }
    ss_event_reader_free(&reader);
    assert_string_equal(items, wanted);
}

/* Small letters stay; large ones are of ann, or of her sessions s and t. */
static void fill_shop(const shop *at)
{
    static const visit visits[] = {
        {"A", "s", ""},                       /* before she said who she is */
        {"b", "r", "bob"},                    /* somebody else */
        {"C", "s", "ann"}, {"d", "s", "bob"}, /* who sat down at the same machine */
        {"E", "", "ann"},  {"f", "u", ""},    /* a session that nobody named */
        {"G", "t", "ann"}, {"H", "t", ""},    {"i", "", "annabel"},
    };
    append_all(at, visits, sizeof visits / sizeof *visits);
}

static void a_customer_and_their_sessions_are_erased(void **state)
{
    shop at;
    ss_erased erased;
    open_shop(&at, *state);
    fill_shop(&at);
    uint64_t ticket = forget(&at, "ann"), other = forget(&at, "nobody");
    append(&at, "j", "s", "ann"); /* came back after they asked */
    assert_false(ss_eraser_collect(at.eraser, ticket, &erased));
    erase_all(&at);
    assert_true(ss_eraser_collect(at.eraser, ticket, &erased));
    assert_true(erased.events == 5 && erased.sessions == 2);
    assert_false(ss_eraser_collect(at.eraser, ticket, &erased));
    assert_true(ss_eraser_collect(at.eraser, other, &erased));
    assert_true(erased.events == 0 && erased.sessions == 0);
    expect_items(&at, "b d f i j ");
    list found = list_of(at.forgotten);
    assert_true(found.count == 2 && found.all[0].about.erased && found.all[1].about.erased);
    ticket = forget(&at, "ann"); /* and once more */
    erase_all(&at);
    assert_true(ss_eraser_collect(at.eraser, ticket, &erased) && erased.events == 1);
    expect_items(&at, "b d f i ");
    close_shop(&at);
}

static void who_asks_twice_is_answered_twice(void **state)
{
    shop at;
    ss_erased erased;
    open_shop(&at, *state);
    fill_shop(&at);
    uint64_t first = forget(&at, "ann"), second = forget(&at, "ann"), bob = forget(&at, "bob");
    erase_all(&at);
    assert_true(ss_eraser_collect(at.eraser, second, &erased) && erased.events == 0);
    assert_true(ss_eraser_collect(at.eraser, first, &erased) && erased.events == 5);
    assert_true(ss_eraser_collect(at.eraser, bob, &erased) && erased.events == 2);
    expect_items(&at, "f i ");
    close_shop(&at);
}

/* What was asked for while it went on is taken up again too, though the first is finished. */
static void who_asks_again_is_not_held_for_erased(void **state)
{
    shop at;
    ss_erased erased;
    ss_error error;
    bool more;
    open_shop(&at, *state);
    fill_shop(&at);
    uint64_t first = forget(&at, "ann");
    expect_ok(ss_eraser_step(at.eraser, &more, &error), &error);
    append(&at, "j", "s", "ann");
    forget(&at, "ann");
    while (!ss_eraser_collect(at.eraser, first, &erased))
        expect_ok(ss_eraser_step(at.eraser, &more, &error), &error);
    assert_true(more);
    close_shop(&at);
    open_shop(&at, *state);
    erase_all(&at);
    expect_items(&at, "b d f i ");
    close_shop(&at);
}

/* The number of the last event is not given again, though the event is gone. */
static void numbers_are_not_given_again(void **state)
{
    shop at;
    open_shop(&at, *state);
    append(&at, "A", "s", "ann");
    append(&at, "B", "s", "ann");
    forget(&at, "ann");
    erase_all(&at);
    close_shop(&at);
    open_shop(&at, *state);
    assert_int_equal(sample_append(at.store, sample_event(NULL, "c"), SAMPLE_NOW).sequence, 3);
    close_shop(&at);
}

/* Left after any number of steps and opened again, it ends the same. */
static void it_is_taken_up_where_it_was_left(void **state)
{
    int steps = 0;
    for (bool finished = false; !finished; steps++) {
        char folder[TEMPORARY_PATH_MAX], name[16];
        shop at;
        bool more = true;
        ss_error error;
        snprintf(name, sizeof name, "%d", steps);
        open_shop(&at, temporary_path(folder, *state, name));
        for (int i = 0; i < 300; i++)
            fill_shop(&at);
        forget(&at, "ann");
        for (int i = 0; i < steps && more; i++)
            expect_ok(ss_eraser_step(at.eraser, &more, &error), &error);
        finished = !more;
        close_shop(&at);
        open_shop(&at, folder);
        erase_all(&at);
        assert_int_equal(sample_count(at.store), 300 * 4);
        assert_true(list_of(at.forgotten).all[0].about.erased);
        close_shop(&at);
    }
    assert_in_range(steps, 8, 100);
}

/* Against removing by hand, with events that arrive during the walk. */
static void it_agrees_with_a_plain_removal(void **state)
{
    enum { EVENTS = 4000, BATCH = 16, SESSIONS = 200 };
    static struct {
        int session, customer;
    } model[EVENTS];
    static char sessions[EVENTS][8], ids[EVENTS][8];
    static bool named[SESSIONS];
    ss_random random = test_random();
    visit batch[BATCH];
    shop at;
    bool more = true;
    size_t left = 0;
    ss_error error;
    open_shop(&at, *state);
    for (int i = 0; i < EVENTS; i++) {
        model[i].session = (int)ss_random_below(&random, SESSIONS);
        model[i].customer = ss_random_below(&random, 3) ? -1 : (int)ss_random_below(&random, 40);
        named[model[i].session] = named[model[i].session] || model[i].customer == 7;
        snprintf(sessions[i], sizeof sessions[i], "s%d", model[i].session);
        snprintf(ids[i], sizeof ids[i], "c%d", model[i].customer);
        batch[i % BATCH] = (visit){"x", sessions[i], model[i].customer < 0 ? "" : ids[i]};
        if (i % BATCH == BATCH - 1)
            append_all(&at, batch, BATCH);
    }
    uint64_t ticket = forget(&at, "c7");
    while (more) {
        expect_ok(ss_eraser_step(at.eraser, &more, &error), &error);
        append(&at, "y", "s1", "c7");
        left++;
    }
    for (int i = 0; i < EVENTS; i++)
        left += model[i].customer != 7 && (model[i].customer >= 0 || !named[model[i].session]);
    sample_sync(at.store);
    assert_int_equal(sample_count(at.store), left);
    ss_erased erased;
    assert_true(ss_eraser_collect(at.eraser, ticket, &erased));
    assert_int_equal(erased.events + left, ss_event_store_last(at.store));
    close_shop(&at);
}

/* ---- offers ---- */

static ss_offer_ledger *open_offers(const shop *at)
{
    ss_offer_ledger *ledger = NULL;
    ss_error error;
    expect_ok(ss_offer_ledger_open(ss_event_store_environment(at->store), &ledger, &error), &error);
    ss_eraser_take_offers(at->eraser, ledger);
    return ledger;
}

/* A decision at `time` about them, with their parties. */
static void decide(ss_offer_ledger *ledger, const char *session, const char *customer_id, int64_t time)
{
    ss_decision decision = offer_decision();
    const ss_party party = {.latest = time, .shows = 1};
    ss_error error;
    decision.time = time;
    decision.session_id = ss_slice_of(session);
    decision.customer_id = ss_slice_of(customer_id);
    expect_ok(ss_offer_ledger_begin(ledger, &error), &error);
    expect_ok(ss_offer_ledger_add(ledger, &decision, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(ledger, SS_PARTY_SESSION, decision.session_id, &party, &error), &error);
    expect_ok(ss_offer_ledger_keep_party(ledger, SS_PARTY_CUSTOMER, decision.customer_id, &party, &error), &error);
    expect_ok(ss_offer_ledger_end(ledger, true, &error), &error);
}

static void expect_visitors(ss_offer_ledger *ledger, const char *wanted)
{
    char text[256] = "";
    size_t size = 0;
    ss_error error;
    expect_ok(ss_offer_ledger_begin(ledger, &error), &error);
    for (uint64_t number = 1; number < ss_offer_ledger_next(ledger); number++) {
        ss_decision got;
        expect_ok(ss_offer_ledger_find(ledger, number, &got, &error), &error);
        size += (size_t)snprintf(text + size, sizeof text - size, "%.*s/%.*s ", (int)got.session_id.size,
                                 got.session_id.data, (int)got.customer_id.size, got.customer_id.data);
    }
    expect_ok(ss_offer_ledger_end(ledger, true, &error), &error);
    assert_string_equal(text, wanted);
}

static bool is_known(ss_offer_ledger *ledger, ss_offer_party kind, const char *id)
{
    ss_party party;
    ss_error error;
    expect_ok(ss_offer_ledger_begin(ledger, &error), &error);
    expect_ok(ss_offer_ledger_party(ledger, kind, ss_slice_of(id), &party, &error), &error);
    expect_ok(ss_offer_ledger_end(ledger, true, &error), &error);
    return party.shows > 0;
}

static void fill_offers(ss_offer_ledger *ledger)
{
    decide(ledger, "s", "", SAMPLE_NOW); /* a session that her events name */
    decide(ledger, "u", "", SAMPLE_NOW);
    decide(ledger, "v", "ann", SAMPLE_NOW);
    decide(ledger, "v", "", SAMPLE_NOW); /* one that only a decision names */
    decide(ledger, "s", "bob", SAMPLE_NOW);
    decide(ledger, "w", "ann", SAMPLE_NOW + 1); /* after she asked */
}

static void expect_offers_erased(ss_offer_ledger *ledger)
{
    ss_error error;
    expect_visitors(ledger, "/ u/ / / s/bob w/ann ");
    assert_false(is_known(ledger, SS_PARTY_CUSTOMER, "ann"));
    assert_false(is_known(ledger, SS_PARTY_SESSION, "s"));
    assert_false(is_known(ledger, SS_PARTY_SESSION, "v"));
    assert_true(is_known(ledger, SS_PARTY_CUSTOMER, "bob"));
    assert_true(is_known(ledger, SS_PARTY_SESSION, "u"));
    assert_int_equal(ss_offer_ledger_account(ledger, (ss_slice){"", 0}, SS_DAY_ALL).leased, 6 * 500);
    expect_ok(ss_offer_ledger_audit(ledger, &error), &error);
}

static void decisions_forget_a_customer_and_their_sessions(void **state)
{
    shop at;
    ss_erased erased;
    open_shop(&at, *state);
    ss_offer_ledger *ledger = open_offers(&at);
    fill_shop(&at);
    fill_offers(ledger);
    uint64_t ticket = forget(&at, "ann");
    erase_all(&at);
    assert_true(ss_eraser_collect(at.eraser, ticket, &erased));
    assert_true(erased.events == 5 && erased.sessions == 3 && erased.decisions == 3);
    expect_items(&at, "b d f i ");
    expect_offers_erased(ledger);
    ss_offer_ledger_close(&ledger);
    close_shop(&at);
}

/* Left after any number of steps, it ends the same: so sessions go before the customers who lead to them. */
static void decisions_are_taken_up_where_they_were_left(void **state)
{
    int steps = 0;
    for (bool finished = false; !finished; steps++) {
        char folder[TEMPORARY_PATH_MAX], name[16];
        shop at;
        bool more = true;
        ss_error error;
        snprintf(name, sizeof name, "%d", steps);
        open_shop(&at, temporary_path(folder, *state, name));
        ss_offer_ledger *ledger = open_offers(&at);
        fill_shop(&at);
        fill_offers(ledger);
        forget(&at, "ann");
        for (int i = 0; i < steps && more; i++)
            expect_ok(ss_eraser_step(at.eraser, &more, &error), &error);
        finished = !more;
        ss_offer_ledger_close(&ledger);
        close_shop(&at);
        open_shop(&at, folder);
        ledger = open_offers(&at);
        erase_all(&at);
        expect_items(&at, "b d f i ");
        expect_offers_erased(ledger);
        ss_offer_ledger_close(&ledger);
        close_shop(&at);
    }
    assert_in_range(steps, 9, 20);
}

static bool attempt(void *context)
{
    shop *at = context;
    ss_forgotten_customer asked = customer("ann", ss_event_store_last(at->store));
    ss_eraser *eraser = NULL;
    uint64_t ticket;
    bool more = true;
    ss_erased erased;
    ss_status status;
    SS_TRY(ss_eraser_new(at->store, at->forgotten, &eraser, NULL));
    SS_TRY(ss_eraser_add(eraser, &asked, &ticket, NULL));
    while (more)
        SS_TRY(ss_eraser_step(eraser, &more, NULL));
    assert_true(ss_eraser_collect(eraser, ticket, &erased));
out:
    ss_eraser_free(&eraser);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    shop at;
    open_shop(&at, *state);
    fill_shop(&at);
    sample_sync(at.store);
    assert_in_range(failing_malloc_torture(attempt, &at), 5, 1000);
    expect_items(&at, "b d f i ");
    close_shop(&at);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(who_is_entered_is_listed),
        WITH_FOLDER(one_is_found_once_it_is_synced),
        WITH_FOLDER(a_store_without_the_list_says_so),
        WITH_FOLDER(a_damaged_entry_is_an_error),
        WITH_FOLDER(a_customer_and_their_sessions_are_erased),
        WITH_FOLDER(who_asks_twice_is_answered_twice),
        WITH_FOLDER(who_asks_again_is_not_held_for_erased),
        WITH_FOLDER(numbers_are_not_given_again),
        WITH_FOLDER(it_is_taken_up_where_it_was_left),
        WITH_FOLDER(it_agrees_with_a_plain_removal),
        WITH_FOLDER(every_allocation_may_fail),
        WITH_FOLDER(decisions_forget_a_customer_and_their_sessions),
        WITH_FOLDER(decisions_are_taken_up_where_they_were_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

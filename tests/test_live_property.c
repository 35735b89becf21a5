/*
 * test_live_property.c: random interleavings of the shop's changes, swaps of generations, restarts and questions, with
 * one thread that changes and four that answer. The promise: no question begun after a change was acknowledged is
 * answered with an item that the change forbids; and an answer holds `limit` items or says truly why not. Both are held
 * against a model that applies the rules once more, item by item. SMARTSHELF_LONG: 100,000 interleavings.
 */
#include "random_change.h"
#include "test_size.h"

#include "server/known_items.h"
#include <pthread.h>
#include <sched.h>

#define WORKERS   4
#define SHOPS     2  /* generations that are swapped */
#define STEPS     60 /* changes and swaps of a round */
#define QUESTIONS 60 /* of a worker in a round */
#define SHOWN_MAX 25

/* ---- the model: what is overridden of each item ---- */

typedef struct model_item {
    unsigned set;
    int64_t numbers[SS_LIVE_NUMBERS];
    ss_slice texts[SS_LIVE_TEXTS];
} model_item;

typedef struct model {
    model_item items[CHANGED_ITEMS];
} model;

static void model_apply(model *of, const ss_item_change *change)
{
    model_item *item = &of->items[atoi(change->item_id.data + 1)];
    item->set = (item->set & ~change->clear) | change->set;
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++)
        if (change->set & SS_LIVE_BIT(field)) {
            if (field < SS_LIVE_NUMBERS)
                item->numbers[field] = change->numbers[field];
            else
                item->texts[field - SS_LIVE_NUMBERS] = change->texts[field - SS_LIVE_NUMBERS];
        }
}

/* One item as a visitor may see it: the generation's columns under the model's. */
typedef struct seen_item {
    bool exists, listed, sold;
    int64_t numbers[SS_LIVE_NUMBERS];
    ss_slice category, group;
} seen_item;

static int64_t column_of(const ss_items *items, uint32_t known, unsigned field)
{
    const int64_t *columns[] = {items->stock, items->price,          items->cost,
                                NULL,         items->available_from, items->available_until};
    if (known == SS_NONE)
        return INT64_MIN;
    return columns[field] ? columns[field][known] : (items->flags[known] & SS_ITEM_HIDDEN) != 0;
}

static seen_item see(const ss_snapshot *snapshot, const model *of, unsigned number)
{
    const ss_items *items = &snapshot->items;
    const model_item *item = &of->items[number];
    char id[8];
    snprintf(id, sizeof id, "i%u", number);
    uint32_t known = ss_strings_find(&items->ids, ss_slice_of(id));
    bool named = item->set & SS_LIVE_BIT(SS_LIVE_NAME);
    seen_item seen = {.exists = known != SS_NONE || named,
                      .listed = named || (known != SS_NONE && (items->flags[known] & SS_ITEM_IN_CATALOG)),
                      .sold = known != SS_NONE && items->purchases[known] > 0};
    for (unsigned field = 0; field < SS_LIVE_NUMBERS; field++)
        seen.numbers[field] = item->set & SS_LIVE_BIT(field) ? item->numbers[field] : column_of(items, known, field);
    if (item->set & SS_LIVE_BIT(SS_LIVE_CATEGORY))
        seen.category = item->texts[SS_LIVE_CATEGORY - SS_LIVE_NUMBERS];
    else if (known != SS_NONE)
        seen.category = ss_strings_at(&items->categories, items->category[known]);
    if (item->set & SS_LIVE_BIT(SS_LIVE_GROUP))
        seen.group = item->texts[SS_LIVE_GROUP - SS_LIVE_NUMBERS];
    else if (known != SS_NONE)
        seen.group = ss_strings_at(&items->groups, items->group[known]);
    return seen;
}

/* ---- the rules, once more ---- */

static bool listed(const ss_slice *ids, size_t count, unsigned number)
{
    char id[8];
    snprintf(id, sizeof id, "i%u", number);
    for (size_t i = 0; i < count; i++)
        if (ss_slice_equal(ids[i], ss_slice_of(id)))
            return true;
    return false;
}

static bool in_context(const ss_request *request, unsigned number)
{
    return listed(&request->item_id, 1, number) || listed(request->items, request->item_count, number) ||
           listed(request->cart, request->cart_count, number);
}

static bool bought(const ss_snapshot *snapshot, ss_slice customer_id, unsigned number)
{
    uint32_t customer = ss_strings_find(&snapshot->customers.ids, customer_id);
    ss_history history = customer == SS_NONE ? (ss_history){0} : ss_customers_history(&snapshot->customers, customer);
    char id[8];
    snprintf(id, sizeof id, "i%u", number);
    uint32_t known = ss_strings_find(&snapshot->items.ids, ss_slice_of(id));
    for (size_t i = 0; i < history.count; i++)
        if (history.items[i] == known)
            return true;
    return false;
}

static bool is_shown_at_all(const seen_item *item)
{
    return item->listed && item->numbers[SS_LIVE_HIDDEN] <= 0 &&
           (item->numbers[SS_LIVE_STOCK] == INT64_MIN || item->numbers[SS_LIVE_STOCK] > 0);
}

static bool in_dates(const seen_item *item, int64_t now)
{
    int64_t from = item->numbers[SS_LIVE_AVAILABLE_FROM], until = item->numbers[SS_LIVE_AVAILABLE_UNTIL];
    return now == INT64_MIN || ((from == INT64_MIN || now >= from) && (until == INT64_MIN || now < until));
}

/* The filter, what the customer has, and what is excluded. */
static bool passes(const ss_snapshot *snapshot, const seen_item *item, unsigned number, ss_shelf_kind kind,
                   const ss_request *request)
{
    const ss_filter *filter = &request->filter;
    int64_t price = item->numbers[SS_LIVE_PRICE];
    bool exclude_bought =
        filter->bought == SS_BOUGHT_BY_SHELF ? kind == SS_SHELF_FOR_YOU : filter->bought == SS_BOUGHT_EXCLUDE;
    if (listed(request->exclude, request->exclude_count, number) ||
        (exclude_bought && bought(snapshot, request->customer_id, number)))
        return false;
    if (filter->category.size && !ss_slice_equal(item->category, filter->category))
        return false;
    if (filter->price_min == INT64_MIN && filter->price_max == INT64_MAX)
        return true;
    return price != INT64_MIN && price >= filter->price_min && price <= filter->price_max;
}

/* All items of one moment, and whether each may be shown for a question: everything but what else is shown. */
typedef struct moment {
    seen_item items[CHANGED_ITEMS];
    bool basic[CHANGED_ITEMS], allowed[CHANGED_ITEMS];
} moment;

static bool variant_in_context(const moment *now, const ss_request *request, ss_slice group)
{
    for (unsigned number = 0; number < CHANGED_ITEMS && group.size; number++)
        if (now->items[number].exists && in_context(request, number) && ss_slice_equal(now->items[number].group, group))
            return true;
    return false;
}

static void look(moment *now, const ss_snapshot *snapshot, const model *of, ss_shelf_kind kind,
                 const ss_request *request)
{
    for (unsigned number = 0; number < CHANGED_ITEMS; number++)
        now->items[number] = see(snapshot, of, number);
    for (unsigned number = 0; number < CHANGED_ITEMS; number++) {
        const seen_item *item = &now->items[number];
        now->basic[number] = is_shown_at_all(item) && in_dates(item, request->now) && !in_context(request, number) &&
                             !variant_in_context(now, request, item->group);
        now->allowed[number] = now->basic[number] && passes(snapshot, item, number, kind, request);
    }
}

/* How many of the sold ones may stand together: of a group, one. */
static size_t most_together(const moment *now)
{
    size_t count = 0;
    for (unsigned number = 0; number < CHANGED_ITEMS; number++) {
        bool first = now->allowed[number] && now->items[number].sold;
        for (unsigned other = 0; other < number && first && now->items[number].group.size; other++)
            first = !(now->allowed[other] && now->items[other].sold &&
                      ss_slice_equal(now->items[other].group, now->items[number].group));
        count += first;
    }
    return count;
}

/* ---- what the workers note down ---- */

typedef struct noted {
    random_question question;
    ss_shelf_kind kind;
    int shop;          /* whose generation answered */
    int before, after; /* changes acknowledged before it began; begun before it ended */
    unsigned shown[SHOWN_MAX];
    size_t count;
    uint32_t missing;
    ss_short code;
} noted;

typedef struct worker {
    pthread_t thread;
    struct contest *contest;
    ss_answerer *answerer; /* its own */
    _Atomic(ss_answerer *) offered;
    ss_random random;
    noted notes[QUESTIONS];
} worker;

typedef struct contest {
    shop shops[SHOPS];
    ss_environment *environment;
    ss_live_items *items;
    ss_item_ledger *ledger;
    ss_known_items *known;
    worker workers[WORKERS];
    int served; /* the shop whose generation was swapped in last */
    atomic_int begun, acknowledged;
    model states[STEPS + 1]; /* after each change of the round */
    char ids[STEPS][8];
    int64_t clock;
} contest;

static void take_offer(worker *of)
{
    ss_answerer *offered = atomic_exchange(&of->offered, NULL);
    if (!offered)
        return;
    ss_answerer_free(&of->answerer);
    of->answerer = offered;
}

static int shop_of(const contest *of, const ss_answerer *answerer)
{
    for (int i = 0; i < SHOPS; i++)
        if (of->shops[i].snapshot == ss_answerer_snapshot(answerer))
            return i;
    return -1;
}

static void ask(worker *of, noted *note)
{
    static const ss_shelf_kind kinds[] = {SS_SHELF_POPULAR, SS_SHELF_RELATED,      SS_SHELF_FOR_YOU,
                                          SS_SHELF_CART,    SS_SHELF_NEW_ARRIVALS, SS_SHELF_ALTERNATIVES};
    ss_answer answer = {0};
    random_question_make(&note->question, &of->random);
    note->kind = kinds[ss_random_below(&of->random, sizeof kinds / sizeof *kinds)];
    take_offer(of);
    note->before = atomic_load(&of->contest->acknowledged); /* here the request is received */
    if (ss_answerer_catch_up(of->answerer, NULL) != SS_OK)
        abort();
    const ss_snapshot *snapshot = ss_answerer_snapshot(of->answerer);
    if (ss_answer_shelf(of->answerer, &snapshot->shelves[note->kind], &note->question.request, &answer, NULL) != SS_OK)
        abort();
    note->after = atomic_load(&of->contest->begun);
    note->shop = shop_of(of->contest, of->answerer);
    note->count = answer.count;
    note->missing = answer.missing;
    note->code = answer.short_code;
    for (size_t i = 0; i < answer.count && i < SHOWN_MAX; i++)
        note->shown[i] =
            (unsigned)atoi(ss_catalogue_id(ss_answerer_catalogue(of->answerer), answer.items[i].item).data + 1);
}

static void *run_worker(void *argument)
{
    worker *of = argument;
    for (int i = 0; i < QUESTIONS; i++) {
        ask(of, &of->notes[i]);
        if (ss_random_below(&of->random, 4) == 0)
            sched_yield();
    }
    return NULL;
}

/* ---- the one that changes ---- */

static void change_one(contest *of, ss_random *random)
{
    ss_error error;
    ss_item_result result;
    int step = atomic_load(&of->begun);
    ss_item_change change = random_change(random, of->ids[step]);
    of->states[step + 1] = of->states[step];
    model_apply(&of->states[step + 1], &change);
    atomic_store(&of->begun, step + 1);
    expect_ok(ss_item_ledger_apply(of->ledger, &change, 1, of->clock++, &result, &error), &error);
    assert_int_equal(result.refused, SS_ITEM_CHECK_FINE);
    expect_ok(ss_environment_sync(of->environment, &error), &error);
    atomic_store(&of->acknowledged, step + 1);
}

static ss_answerer *new_answerer(contest *of)
{
    ss_answerer *answerer = NULL;
    ss_error error;
    expect_ok(ss_answerer_new(of->shops[of->served].snapshot, &(ss_live){.items = of->items}, &answerer, &error),
              &error);
    return answerer;
}

static void swap(contest *of)
{
    of->served = (of->served + 1) % SHOPS;
    ss_known_items_use(of->known, of->shops[of->served].snapshot);
    for (int i = 0; i < WORKERS; i++) {
        ss_answerer *untaken = atomic_exchange(&of->workers[i].offered, new_answerer(of));
        ss_answerer_free(&untaken);
    }
}

static void open_state(contest *of)
{
    ss_error error;
    expect_ok(ss_environment_open(of->shops[0].folder, UINT64_C(1) << 28, &of->environment, &error), &error);
    of->items = ss_live_items_new(&(ss_live_items_options){CHANGED_ITEMS});
    of->known = ss_known_items_new();
    assert_true(of->items && of->known);
    ss_known_items_use(of->known, of->shops[of->served].snapshot);
    ss_item_bases bases = ss_known_items_bases(of->known);
    expect_ok(ss_item_ledger_open(of->environment, of->items, &bases, of->clock, &of->ledger, &error), &error);
    for (int i = 0; i < WORKERS; i++) {
        of->workers[i].contest = of;
        of->workers[i].answerer = new_answerer(of);
    }
}

static void close_state(contest *of)
{
    for (int i = 0; i < WORKERS; i++) {
        take_offer(&of->workers[i]);
        ss_answerer_free(&of->workers[i].answerer);
    }
    ss_item_ledger_close(&of->ledger);
    ss_known_items_free(&of->known);
    ss_live_items_free(&of->items);
    ss_environment_close(&of->environment);
}

/* ---- the verdict ---- */

static void fail_note(const noted *note, unsigned number, const char *what)
{
    fail_msg("%s: i%u (%s, shop %d, changes %d to %d)", what, number, ss_shelf_name(note->kind), note->shop,
             note->before, note->after);
}

/* Each product was to be had at some moment between the question's begin and its end. */
static void check_shown(const contest *of, const noted *note)
{
    static moment now;
    bool fine[SHOWN_MAX] = {false};
    for (int state = note->before; state <= note->after; state++) {
        look(&now, of->shops[note->shop].snapshot, &of->states[state], note->kind, &note->question.request);
        for (size_t i = 0; i < note->count; i++)
            fine[i] = fine[i] || now.allowed[note->shown[i]];
    }
    for (size_t i = 0; i < note->count; i++) {
        if (!fine[i])
            fail_note(note, note->shown[i], "shown against the rules");
        for (size_t k = 0; k < i; k++)
            if (note->shown[k] == note->shown[i])
                fail_note(note, note->shown[i], "shown twice");
    }
}

static bool has_new_context(const moment *now, const ss_request *request)
{
    for (unsigned number = 0; number < CHANGED_ITEMS; number++)
        if (!now->items[number].sold && now->items[number].exists && in_context(request, number))
            return true;
    return false;
}

/* The reason that is given holds: by brute force over all items. */
static void check_reason(const moment *now, const noted *note)
{
    bool filtered = note->question.request.filter.category.size > 0, unsold = false;
    for (unsigned number = 0; number < CHANGED_ITEMS; number++) {
        filtered = filtered || (now->basic[number] && !now->allowed[number]);
        unsold =
            unsold || (!now->items[number].sold && now->items[number].exists && is_shown_at_all(&now->items[number]));
    }
    if (note->code == SS_SHORT_FILTERED && !filtered)
        fail_note(note, 0, "nothing was filtered");
    if (note->code == SS_SHORT_CATALOGUE && unsold)
        fail_note(note, 0, "the catalogue is not exhausted");
    if (note->code == SS_SHORT_NO_EVIDENCE && !unsold)
        fail_note(note, 0, "the catalogue is exhausted");
    if (note->code == SS_SHORT_NOT || note->code == SS_SHORT_HIDDEN)
        fail_note(note, 0, "no reason");
}

/* Where no change came between: exactly as many as there can be. */
static void check_count(const contest *of, const noted *note)
{
    static moment now;
    uint32_t limit = note->question.request.limit;
    if (note->count + note->missing != limit || (note->missing == 0) != (note->code == SS_SHORT_NOT))
        fail_note(note, 0, "the sum of shown and missing");
    look(&now, of->shops[note->shop].snapshot, &of->states[note->before], note->kind, &note->question.request);
    if (note->before != note->after || note->kind == SS_SHELF_NEW_ARRIVALS || note->kind == SS_SHELF_ALTERNATIVES)
        return;
    size_t most = most_together(&now), wanted = most < limit ? most : limit;
    bool more = has_new_context(&now, &note->question.request); /* alike by name, sold or not */
    if (note->count < wanted || (note->count > wanted && !more))
        fail_msg("%s shows %zu of %zu", ss_shelf_name(note->kind), note->count, wanted);
    if (note->count < limit && !more)
        check_reason(&now, note);
}

/* ---- rounds ---- */

static size_t play_round(contest *of, ss_random *random)
{
    size_t exact = 0;
    atomic_store(&of->begun, 0);
    atomic_store(&of->acknowledged, 0);
    for (int i = 0; i < WORKERS; i++) {
        worker *each = &of->workers[i];
        ss_random_seed(&each->random, ss_random_u64(random));
        assert_int_equal(pthread_create(&each->thread, NULL, run_worker, each), 0);
    }
    for (int step = 0; step < STEPS; step++) {
        if (ss_random_below(random, 15) == 0)
            swap(of);
        else
            change_one(of, random);
        for (unsigned pause = ss_random_below(random, 8); pause > 0; pause--)
            sched_yield();
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(of->workers[i].thread, NULL);
    for (int i = 0; i < WORKERS * QUESTIONS; i++) {
        const noted *note = &of->workers[i / QUESTIONS].notes[i % QUESTIONS];
        check_shown(of, note);
        check_count(of, note);
        exact += note->before == note->after;
    }
    of->states[0] = of->states[atomic_load(&of->begun)];
    return exact;
}

static void what_is_acknowledged_is_in_every_answer(void **state)
{
    static contest of;
    ss_random random = test_random();
    size_t wanted = test_size(1500, 6000, 100000), played = 0, exact = 0;
    (void)state;
    of.clock = ITEM_NOW;
    for (int i = 0; i < SHOPS; i++) {
        random_shop_open(&of.shops[i], &random);
        for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) { /* what is due again is no affair of this test */
            of.shops[i].snapshot->shelves[kind].show_due = false;
            of.shops[i].snapshot->shelves[kind].suppress_durables = false;
        }
    }
    open_state(&of);
    for (int round = 0; played < wanted; round++) {
        exact += play_round(&of, &random);
        played += STEPS + WORKERS * QUESTIONS;
        if (round % 5 == 4) { /* a restart */
            close_state(&of);
            open_state(&of);
        }
    }
    print_message("%zu interleavings, %zu questions between two changes\n", played, exact);
    assert_true(exact > played / 20);
    close_state(&of);
    for (int i = 0; i < SHOPS; i++)
        shop_close(&of.shops[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_acknowledged_is_in_every_answer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

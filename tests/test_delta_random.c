/*
 * test_delta_random.c: what a delta counts is what a full training on everything counts, to the bit, for random logs and
 * events of every kind: returns, repeats, orders that the log has, sessions, spellings, fees, the forgotten.
 */
#include "delta_same.h"

#include "base/buffer.h"
#include "models/stored_log_train.h"
#include "test_size.h"

#define LOGS test_size(8, 50, 500)

#define ITEMS     24u
#define CUSTOMERS 14u
#define ORDERS    60u
#define START     INT64_C(1700000000)

/* ---- random logs and events ---- */

/* What a log and its events are like. */
typedef struct kind {
    ss_random random;
    bool numbered;             /* ids of items have no letters: fees are found by their looks */
    bool guests, orders;       /* some rows have no customer; there are orders in the log */
    bool prices, fractions;    /* told; quantities are no whole numbers */
    bool shared, ties, folded; /* orders of several customers; few moments; spellings are joined */
    bool cancelling;           /* returns by orders that begin with C */
    unsigned rare;             /* of so many returns, one is of any item at all */
    int64_t newest;            /* time of the log and of the events that the base holds, in seconds */
} kind;

static unsigned below(kind *of, unsigned limit)
{
    return (unsigned)ss_random_below(&of->random, limit);
}

static bool one_in(kind *of, unsigned many)
{
    return below(of, many) == 0;
}

static void kind_make(kind *of, uint64_t seed)
{
    ss_random_seed(&of->random, seed);
    of->numbered = one_in(of, 3);
    of->guests = one_in(of, 2);
    of->orders = !one_in(of, 4);
    of->prices = one_in(of, 2);
    of->fractions = one_in(of, 3);
    of->shared = one_in(of, 3);
    of->ties = one_in(of, 3);
    of->folded = one_in(of, 2);
    of->cancelling = one_in(of, 3);
    of->rare = 1 + below(of, 3);
    of->newest = 0;
}

/* Skewed, so that pairs repeat; some ids are those of fees or excluded. In an order the spelling is always the same. */
static void random_item(kind *of, unsigned items, bool in_order, char text[16])
{
    unsigned item = below(of, 1 + below(of, items));
    bool other = one_in(of, 6) && !(in_order && of->folded);
    if (one_in(of, 40))
        snprintf(text, 16, "%s", one_in(of, 2) ? "X-99" : "POSTAGE");
    else if (of->numbered)
        snprintf(text, 16, "%u", 10000 + item);
    else
        snprintf(text, 16, "%c%03u", other ? 'I' : 'i', item);
}

/* Of what was bought often, or of anything. */
static void random_return(kind *of, char text[16])
{
    if (one_in(of, of->rare))
        random_item(of, ITEMS, true, text);
    else
        snprintf(text, 16, of->numbered ? "%u" : "i%03u", (of->numbered ? 10000 : 0) + below(of, 4));
}

static void random_customer(kind *of, unsigned order, char text[16])
{
    unsigned usual = order < ORDERS ? order % (CUSTOMERS - 3) : order % CUSTOMERS;
    snprintf(text, 16, "c%u", of->shared && one_in(of, 6) ? below(of, CUSTOMERS) : usual);
}

static float random_quantity(kind *of)
{
    return (float)(1 + below(of, 3)) * (of->fractions ? 0.1f * (float)(1 + below(of, 9)) : 1);
}

/* Seconds. What happens in an order and in a session never happens at the very same time. */
static int64_t random_time(kind *of, int64_t from, unsigned steps, bool in_order)
{
    int64_t step = of->ties ? below(of, 12) * (steps / 12) : below(of, steps);
    return START + from + step * 600 + !in_order;
}

static void random_row(kind *of, ss_buffer *out)
{
    char item[16], customer[16];
    unsigned order = below(of, ORDERS);
    bool view = one_in(of, 8), back = !view && one_in(of, 12), in_order = !view && of->orders;
    int64_t time = random_time(of, 0, 500, in_order);
    random_customer(of, order, customer);
    random_item(of, ITEMS - 6, in_order, item);
    if (back)
        random_return(of, item);
    ss_buffer_printf(out, in_order ? "%so%u,," : ",%ss%u,", back && in_order && of->cancelling ? "C" : "", order);
    ss_buffer_printf(out, "%s,%s,%s%g,%s,%lld,%s\n", of->guests && in_order && one_in(of, 5) ? "" : customer, item,
                     back ? "-" : "", (double)random_quantity(of), of->prices && !one_in(of, 8) ? "2.50" : "",
                     (long long)time, view ? "view" : "purchase");
    of->newest = time > of->newest ? time : of->newest;
}

static void random_log(kind *of, ss_buffer *out)
{
    ss_buffer_append_text(out, "order_id,session_id,customer_id,item_id,quantity,unit_price,timestamp,event\n");
    for (unsigned row = 0; row < 150; row++)
        random_row(of, out);
}

/* Some of the items, with and without a price. */
static void random_catalog(kind *of, ss_buffer *out)
{
    ss_buffer_append_text(out, "item_id,name,category,price\n");
    for (unsigned item = 0; item < ITEMS; item++) {
        if (one_in(of, 4))
            continue;
        ss_buffer_printf(out, of->numbered ? "%u" : "i%03u", (of->numbered ? 10000 : 0) + item);
        ss_buffer_printf(out, ",Article %c,K,%s\n", 'a' + (int)item, one_in(of, 3) ? "" : "1.25");
    }
}

typedef struct random_events {
    ss_live_event list[400];
    char texts[400][4][16];
    size_t count;
} random_events;

/* Later than the log for the most part. */
static void random_event(random_events *to, kind *of)
{
    ss_live_event *event = &to->list[to->count];
    char(*texts)[16] = to->texts[to->count++];
    bool view = one_in(of, 4), back = !view && one_in(of, 6), in_order = !view && !one_in(of, 3);
    unsigned order = below(of, ORDERS + 30);
    *event = (ss_live_event){.event = view ? SS_EVENT_VIEW : SS_EVENT_PURCHASE,
                             .time = random_time(of, 200000, 900, in_order) * SS_SECOND,
                             .quantity = random_quantity(of) * (back ? -1 : 1),
                             .unit_price = one_in(of, 2) ? 250 : SS_NO_MONEY};
    random_item(of, ITEMS, in_order && order < ORDERS, texts[0]);
    if (back)
        random_return(of, texts[0]);
    random_customer(of, order, texts[1]);
    snprintf(texts[2], 16, "%so%u", back && of->cancelling ? "C" : "", order);
    snprintf(texts[3], 16, "s%u", order);
    event->texts[SS_TEXT_ITEM_ID] = ss_slice_of(texts[0]);
    if (!one_in(of, 5))
        event->texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(texts[1]);
    event->texts[in_order ? SS_TEXT_ORDER_ID : SS_TEXT_SESSION_ID] = ss_slice_of(texts[in_order ? 2 : 3]);
}

static void random_events_make(random_events *to, kind *of, size_t count)
{
    to->count = 0;
    while (to->count < count)
        random_event(to, of);
}

static void random_options(kind *of, delta_shop *on)
{
    static const int64_t scores[] = {SS_PAIR_NORMALISED, SS_PAIR_NORMALISED, SS_PAIR_COUNT, SS_PAIR_JACCARD};
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++) {
        ss_relation_options *relation = &on->options.cooccurrence.relations[r];
        relation->score = scores[below(of, 4)];
        relation->window_days = r != SS_BOUGHT_TOGETHER && one_in(of, 2) ? 1 : 0;
        relation->max_group = one_in(of, 3) ? 8 : 0;
        relation->half_life_days = one_in(of, 2) ? 30 : 0;
    }
    on->options.models = SS_TRAIN_POPULARITY | SS_TRAIN_COOCCURRENCE | SS_TRAIN_REPURCHASE | SS_TRAIN_SEGMENTS;
    on->input.log.exclude_items = (ss_texts){{"X-*"}, 1};
    on->input.log.fold_ids = of->folded ? SS_FOLD_YES : SS_FOLD_NO;
    on->input.log.fees = one_in(of, 2) ? SS_FEES_EXCLUDE : SS_FEES_KEEP;
}

/* ---- one log ---- */

/* A server notes when it was asked: later than anything that the base holds. */
static void random_forgetting(kind *of, delta_shop *on)
{
    char customer[16];
    int64_t latest = START + 760000, time = latest - below(of, 500000);
    random_customer(of, below(of, ORDERS), customer);
    delta_shop_forget(on, customer, (time > of->newest ? time : of->newest) * SS_SECOND);
}

static bool has_id(const ss_strings *ids, ss_slice id)
{
    return ss_strings_find(ids, id) != SS_NONE;
}

/* Is an id that one of them sets aside an item of the other? Then the rules have found otherwise. */
static bool sets_aside(const char *store, const char *generation, const ss_snapshot *other)
{
    char path[TEMPORARY_PATH_MAX + 64];
    ss_stored_log log;
    ss_error error;
    bool found = false;
    snprintf(path, sizeof path, "%s/generations/%s", store, generation);
    expect_ok(ss_stored_log_open(path, &log, &error), &error);
    for (uint32_t i = 0; i < log.set_aside.count; i++) {
        ss_slice id = ss_strings_at(&log.set_aside, i);
        found |=
            (ss_slice_equal(id, SS_SLICE_LITERAL("POSTAGE")) || !other->ids_folded) && has_id(&other->items.ids, id);
    }
    ss_stored_log_close(&log);
    return found;
}

typedef struct one_log {
    kind like;
    delta_shop on;
    ss_train_report base;
    bool forgets;
} one_log;

/* Folds a day of events in, and holds the result against a full training. */
static void one_day(one_log *of, random_events *events, same_totals *sum)
{
    delta_shop *on = &of->on;
    ss_train_report whole = {0};
    random_events_make(events, &of->like, 1 + below(&of->like, 60));
    delta_shop_happens(on, events->list, events->count);
    bool forgets = one_in(&of->like, 3);
    if (forgets)
        random_forgetting(&of->like, on);
    of->forgets |= forgets;
    ss_delta_report folded = delta_shop_fold(on, NULL);
    assert_string_equal(folded.base, of->base.generation);
    delta_shop_train(on, on->whole, &whole);
    ss_snapshot *full = delta_shop_open(on->whole), *delta = delta_shop_open(on->store);
    if (sets_aside(on->whole, whole.generation, delta) || sets_aside(on->store, of->base.generation, full)) {
        assert_true(folded.doubts.items > 0 || of->forgets);
        sum->otherwise++;
    } else {
        assert_same_counts(full, delta, sum);
        assert_same_histories(full, delta);
        assert_same_popularity(full, delta);
    }
    ss_snapshot_release(&full);
    ss_snapshot_release(&delta);
}

static void one_random_log(uint64_t seed, unsigned days, random_events *events, same_totals *sum)
{
    one_log of = {0};
    ss_buffer log, catalog;
    ss_buffer_init(&log, 1u << 20);
    ss_buffer_init(&catalog, 1u << 20);
    kind_make(&of.like, seed);
    random_log(&of.like, &log);
    random_catalog(&of.like, &catalog);
    delta_shop_begin(&of.on, one_in(&of.like, 10) ? NULL : log.data, one_in(&of.like, 3) ? catalog.data : NULL);
    random_options(&of.like, &of.on);
    random_events_make(events, &of.like, 40);
    delta_shop_happens(&of.on, events->list, events->count);
    if (one_in(&of.like, 6)) /* before the base is trained at any time */
        random_forgetting(&of.like, &of.on);
    for (size_t i = 0; i < events->count; i++) {
        int64_t time = events->list[i].time / SS_SECOND;
        of.like.newest = time > of.like.newest ? time : of.like.newest;
    }
    delta_shop_train(&of.on, of.on.store, &of.base);
    for (unsigned day = 0; day < days; day++) /* all go on from the same base */
        one_day(&of, events, sum);
    delta_shop_end(&of.on);
    ss_buffer_release(&log);
    ss_buffer_release(&catalog);
}

/* SMARTSHELF_LOG: the number of one log, as it is printed before it. */
static void counts_are_those_of_a_full_training(void **state)
{
    ss_random random = test_random();
    random_events *events = malloc(sizeof *events);
    const char *only = getenv("SMARTSHELF_LOG");
    same_totals sum = {0};
    (void)state;
    for (unsigned n = 0; n < (only ? 1 : LOGS); n++) {
        uint64_t seed = only ? strtoull(only, NULL, 10) : ss_random_u64(&random);
        print_message("SMARTSHELF_LOG=%llu\n", (unsigned long long)seed);
        one_random_log(seed, 1 + (unsigned)(seed % 5 == 0) + (unsigned)(seed % 10 == 0), events, &sum);
    }
    print_message("%u logs: %llu lists, %llu pairs equal; in %llu cases other ids are products\n", LOGS,
                  (unsigned long long)sum.lists, (unsigned long long)sum.pairs, (unsigned long long)sum.otherwise);
    assert_true(only || sum.pairs > 1000);
    free(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_a_full_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_delta_random.c: what a delta counts is what a full training on everything counts, to the bit, for random logs and
 * events of every kind: returns, repeats, orders that the log has, sessions, spellings, fees, the forgotten.
 */
#include "delta_shop.h"

#include "base/buffer.h"

#define LOGS (getenv("SMARTSHELF_LONG") ? 500u : 50u)

#define ITEMS     24u
#define CUSTOMERS 14u
#define ORDERS    60u
#define START     INT64_C(1700000000)

/* ---- random logs and events ---- */

static unsigned below(ss_random *random, unsigned limit)
{
    return (unsigned)ss_random_below(random, limit);
}

/* Skewed, so that pairs repeat; some ids are those of fees or excluded. */
static const char *random_item(ss_random *random, unsigned items, char *text)
{
    unsigned item = below(random, 1 + below(random, items));
    if (below(random, 40) == 0)
        snprintf(text, 16, "%s", below(random, 2) ? "POSTAGE" : "X-99");
    else
        snprintf(text, 16, "%c%03u", below(random, 6) == 0 ? 'I' : 'i', item);
    return text;
}

static void random_log(ss_random *random, ss_buffer *out)
{
    char item[16], customer[16];
    bool guests = below(random, 2), orders = below(random, 4) > 0, prices = below(random, 2);
    ss_buffer_append_text(out, "order_id,session_id,customer_id,item_id,quantity,unit_price,timestamp,event\n");
    for (unsigned row = 0; row < 150; row++) {
        unsigned order = below(random, ORDERS);
        bool view = below(random, 8) == 0;
        bool back = !view && below(random, 12) == 0;
        snprintf(customer, sizeof customer, "c%u", order % (CUSTOMERS - 3)); /* an order is of one customer */
        ss_buffer_printf(out, view || !orders ? ",s%u," : "o%u,,", order);
        random_item(random, ITEMS - 6, item);
        if (!view && orders && item[0] == 'I')
            item[0] = 'i';
        ss_buffer_printf(out, "%s,%s,%s%u,%s,%lld,%s\n", guests && below(random, 5) == 0 && orders ? "" : customer,
                         item, back ? "-" : "", 1 + below(random, 3), prices ? "2.50" : "",
                         (long long)(START + below(random, 500) * 600), view ? "view" : "purchase");
    }
}

typedef struct random_events {
    ss_live_event list[400];
    char texts[400][4][16];
    size_t count;
} random_events;

static void random_event(random_events *of, ss_random *random)
{
    ss_live_event *event = &of->list[of->count];
    char(*texts)[16] = of->texts[of->count++];
    bool view = below(random, 4) == 0;
    *event = (ss_live_event){.event = view ? SS_EVENT_VIEW : SS_EVENT_PURCHASE,
                             .time = (START + 200000 + below(random, 900) * 600) * SS_SECOND,
                             .quantity = (float)(1 + below(random, 3)),
                             .unit_price = below(random, 2) ? 250 : SS_NO_MONEY};
    if (!view && below(random, 6) == 0)
        event->quantity = -event->quantity;
    unsigned order = below(random, ORDERS + 30);
    random_item(random, ITEMS, texts[0]);
    if (event->quantity < 0) /* of what the base knows, too */
        snprintf(texts[0], 16, "i%03u", below(random, 4));
    if (order < ORDERS && texts[0][0] == 'I') /* an order that the log has with the other spelling is no repetition */
        texts[0][0] = 'i';
    event->texts[SS_TEXT_ITEM_ID] = ss_slice_of(texts[0]);
    snprintf(texts[1], 16, "c%u", order < ORDERS ? order % (CUSTOMERS - 3) : order % CUSTOMERS);
    snprintf(texts[2], 16, "o%u", order);
    snprintf(texts[3], 16, "s%u", order);
    if (below(random, 5) > 0)
        event->texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(texts[1]);
    if (!view && below(random, 3) > 0)
        event->texts[SS_TEXT_ORDER_ID] = ss_slice_of(texts[2]);
    else
        event->texts[SS_TEXT_SESSION_ID] = ss_slice_of(texts[3]);
}

static void random_events_make(random_events *of, ss_random *random, size_t count)
{
    of->count = 0;
    while (of->count < count)
        random_event(of, random);
}

static void random_options(ss_random *random, delta_shop *on)
{
    static const int64_t scores[] = {SS_PAIR_NORMALISED, SS_PAIR_NORMALISED, SS_PAIR_COUNT, SS_PAIR_JACCARD};
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++) {
        ss_relation_options *of = &on->options.cooccurrence.relations[r];
        of->score = scores[below(random, 4)];
        of->window_days = r != SS_BOUGHT_TOGETHER && below(random, 2) ? 1 : 0;
        of->max_group = below(random, 3) == 0 ? 8 : 0;
        of->half_life_days = below(random, 2) ? 30 : 0;
    }
    on->options.models = SS_TRAIN_POPULARITY | SS_TRAIN_COOCCURRENCE | SS_TRAIN_REPURCHASE | SS_TRAIN_SEGMENTS;
    on->input.log.exclude_items = (ss_texts){{"X-*"}, 1};
    on->input.log.fold_ids = below(random, 2) ? SS_FOLD_YES : SS_FOLD_NO;
    on->input.log.fees = below(random, 2) ? SS_FEES_EXCLUDE : SS_FEES_KEEP;
}

/* ---- one against the other, by the ids ---- */

typedef struct totals {
    uint64_t lists, pairs;
} totals;

static void assert_same_list(const ss_snapshot *a, const ss_snapshot *b, ss_relation relation, uint32_t of_a,
                             uint32_t of_b, totals *sum)
{
    ss_neighbours x = ss_cooccurrence_neighbours(&a->cooccurrence, relation, of_a),
                  y = ss_cooccurrence_neighbours(&b->cooccurrence, relation, of_b);
    assert_int_equal(x.count, y.count);
    for (size_t i = 0; i < x.count; i++) {
        uint32_t wanted = delta_shop_same_item(a, x.items[i], b);
        size_t k = 0;
        while (k < y.count && y.items[k] != wanted)
            k++;
        assert_true(k < y.count);
        assert_int_equal(x.pairs[i], y.pairs[k]);
        assert_int_equal(x.customers[i], y.customers[k]);
        sum->pairs++;
    }
    sum->lists += x.count > 0;
}

/* Every list of every item: lists are longer than the shop has items. */
static void assert_same_counts(const ss_snapshot *full, const ss_snapshot *delta, totals *sum)
{
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++) {
        const struct ss_relation_view *x = &full->cooccurrence.relations[r], *y = &delta->cooccurrence.relations[r];
        assert_true(fabs(x->groups - y->groups) <= 0);
        for (uint32_t item = 0; item < full->cooccurrence.item_count; item++) {
            uint32_t other = delta_shop_same_item(full, item, delta);
            assert_true(other < delta->cooccurrence.item_count);
            assert_int_equal(x->degrees[item], y->degrees[other]);
            assert_same_list(full, delta, (ss_relation)r, item, other, sum);
        }
    }
}

static void assert_same_histories(const ss_snapshot *full, const ss_snapshot *delta)
{
    assert_int_equal(full->has_customers, delta->has_customers);
    assert_int_equal(full->customers.count, delta->customers.count);
    for (uint32_t c = 0; c < full->customers.count; c++) {
        uint32_t other = ss_strings_find(&delta->customers.ids, ss_strings_at(&full->customers.ids, c));
        ss_history x = ss_customers_history(&full->customers, c), y = ss_customers_history(&delta->customers, other);
        assert_int_equal(x.count, y.count);
        for (size_t i = 0; i < x.count; i++) {
            uint32_t wanted = delta_shop_same_item(full, x.items[i], delta);
            size_t k = 0;
            while (k < y.count && y.items[k] != wanted)
                k++;
            assert_true(k < y.count);
            assert_int_equal(x.times[i], y.times[k]);
            assert_int_equal(x.purchases[i], y.purchases[k]);
            assert_true(fabsf(x.quantities[i] - y.quantities[k]) <= 1e-5f * x.quantities[i]);
        }
        /* What was paid is known in all: of who asked to be forgotten in between, nothing of it. */
        bool forgotten = ss_slice_equal(ss_strings_at(&full->customers.ids, c), SS_SLICE_LITERAL("c1"));
        if (full->has_segments && !forgotten)
            assert_int_equal(full->segments.value[c], delta->segments.value[other]);
    }
}

static void assert_same_popularity(const ss_snapshot *full, const ss_snapshot *delta)
{
    for (uint32_t item = 0; item < full->items.count; item++) {
        uint32_t other = delta_shop_same_item(full, item, delta);
        assert_true(other < delta->items.count);
        assert_int_equal(full->items.purchases[item], delta->items.purchases[other]);
        assert_int_equal(full->items.customers[item], delta->items.customers[other]);
        assert_true(fabsf(full->popularity.scores[item] - delta->popularity.scores[other]) < 1e-5f);
        assert_true(fabsf(full->popularity.trending_scores[item] - delta->popularity.trending_scores[other]) < 1e-4f);
    }
}

static void one_random_log(uint64_t seed, unsigned days, random_events *events, totals *sum)
{
    ss_random random;
    ss_buffer log;
    delta_shop on;
    ss_train_report report = {0};
    ss_random_seed(&random, seed);
    ss_buffer_init(&log, 1u << 20);
    random_log(&random, &log);
    delta_shop_begin(&on, below(&random, 10) ? log.data : NULL, NULL);
    random_options(&random, &on);
    random_events_make(events, &random, 40);
    delta_shop_happens(&on, events->list, events->count);
    delta_shop_train(&on, on.store, &report);
    for (unsigned day = 0; day < days; day++) { /* the second goes on from the same base */
        random_events_make(events, &random, 1 + below(&random, 60));
        delta_shop_happens(&on, events->list, events->count);
        if (below(&random, 3) == 0)
            delta_shop_forget(&on, "c1", (START + 750000) * SS_SECOND);
        ss_delta_report folded = delta_shop_fold(&on, NULL);
        assert_string_equal(folded.base, report.generation);
        ss_train_report whole = {0};
        delta_shop_train(&on, on.whole, &whole);
        ss_snapshot *full = delta_shop_open(on.whole), *delta = delta_shop_open(on.store);
        assert_same_counts(full, delta, sum);
        assert_same_histories(full, delta);
        assert_same_popularity(full, delta);
        ss_snapshot_release(&full);
        ss_snapshot_release(&delta);
    }
    delta_shop_end(&on);
    ss_buffer_release(&log);
}

static void counts_are_those_of_a_full_training(void **state)
{
    ss_random random = test_random();
    random_events *events = malloc(sizeof *events);
    totals sum = {0};
    (void)state;
    for (unsigned n = 0; n < LOGS; n++) {
        uint64_t seed = ss_random_u64(&random);
        one_random_log(seed, 1 + (n % 5 == 0), events, &sum);
    }
    print_message("%u logs: %llu lists, %llu pairs equal\n", LOGS, (unsigned long long)sum.lists,
                  (unsigned long long)sum.pairs);
    assert_true(sum.pairs > 1000);
    free(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_a_full_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

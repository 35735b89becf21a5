/*
 * test_delta.c: lists of a delta are near those of a full training on simulated shops; new items; what is hard-linked and
 * what the manifest tells; what is refused. That counts are equal is test_delta_random.c's.
 */
#include "delta_same.h"

#include "base/buffer.h"
#include "job/nightly_rollback.h"
#include "job/simulate.h"
#include "models/stored_log.h"
#include "store/manifest.h"

#include <sys/stat.h>

/* ---- a simulated shop ---- */

#define EVENTS_MOST 4000u

typedef struct simulated {
    ss_buffer text; /* of the log */
    char *tail;     /* the last rows, which are to happen */
    ss_live_event *events;
    size_t count;
} simulated;

/* The columns of a row, each ended by a zero byte. */
static void split_row(char *row, char *fields[6])
{
    for (unsigned f = 0; f < 6; f++) {
        fields[f] = row;
        row += strcspn(row, ",");
        if (*row)
            *row++ = '\0';
    }
}

static void add_event(simulated *of, char *row)
{
    char *fields[6];
    split_row(row, fields);
    ss_live_event *event = &of->events[of->count++];
    *event = (ss_live_event){.event = SS_EVENT_PURCHASE, .quantity = strtof(fields[3], NULL), .unit_price = 100};
    event->texts[SS_TEXT_ORDER_ID] = ss_slice_of(fields[0]);
    event->texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(fields[1]);
    event->texts[SS_TEXT_ITEM_ID] = ss_slice_of(fields[2]);
    assert_true(ss_timestamp_parse(ss_slice_of(fields[5]), &event->time));
}

/* The last tenth of a simulated log, from where an order begins, becomes events. */
static void simulate(simulated *of, const char *folder, int64_t seed)
{
    ss_simulate_options options;
    ss_option_group group = {.options = ss_simulate_option_table, .target = &options};
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    memset(&options, 0, sizeof options);
    ss_options_defaults(&group, 1);
    options.out = folder;
    options.items = 300;
    options.customers = 500;
    options.orders = 4000;
    options.days = 60;
    options.seed = seed;
    options.returns = 0.02;
    expect_ok(ss_simulate(&options, NULL, NULL, &error), &error);
    *of = (simulated){.events = calloc(EVENTS_MOST, sizeof *of->events)};
    ss_buffer_init(&of->text, 1u << 24);
    expect_ok(ss_file_read(temporary_path(path, folder, "log.csv"), 1u << 24, &of->text, &error), &error);
    of->tail = of->text.data + of->text.size * 9 / 10;
    of->tail = strchr(of->tail, '\n') + 1;
    char *end = of->text.data + of->text.size;
    char *copy = strndup(of->tail, (size_t)(end - of->tail));
    of->tail[0] = '\0';
    of->tail = copy;
    for (char *row = strtok(copy, "\n"); row; row = strtok(NULL, "\n")) {
        assert_true(of->count < EVENTS_MOST);
        add_event(of, row);
    }
}

static void simulated_release(simulated *of)
{
    ss_buffer_release(&of->text);
    free(of->tail);
    free(of->events);
}

/* Of the best 50 in the full training's lists, the share that the delta's have, over all items; adds to *sum. */
static double overlap(const ss_snapshot *full, const ss_snapshot *delta, ss_relation relation)
{
    double sum = 0;
    uint32_t lists = 0;
    for (uint32_t item = 0; item < full->cooccurrence.item_count; item++) {
        ss_neighbours x = ss_cooccurrence_neighbours(&full->cooccurrence, relation, item),
                      y = ss_cooccurrence_neighbours(&delta->cooccurrence, relation,
                                                     delta_shop_same_item(full, item, delta));
        size_t most = x.count < 50 ? x.count : 50, common = 0;
        for (size_t i = 0; i < most; i++)
            for (size_t k = 0; k < y.count && k < 50; k++)
                common += y.items[k] == delta_shop_same_item(full, x.items[i], delta);
        lists += most > 0;
        sum += most > 0 ? (double)common / (double)most : 0;
    }
    return lists > 0 ? sum / lists : 1;
}

static void lists_are_near_those_of_a_full_training(void **state)
{
    double worst = 1;
    (void)state;
    for (int64_t seed = 1; seed <= 3; seed++) {
        simulated from;
        delta_shop on;
        ss_train_report report;
        char folder[TEMPORARY_PATH_MAX];
        temporary_folder_make(folder);
        simulate(&from, folder, seed);
        delta_shop_begin(&on, from.text.data, NULL);
        on.now = from.events[from.count - 1].time + SS_DAY;
        for (unsigned r = 0; r < SS_RELATION_COUNT; r++)
            on.options.cooccurrence.relations[r].min_customers = 2;
        on.options.models = SS_TRAIN_POPULARITY | SS_TRAIN_COOCCURRENCE;
        delta_shop_train(&on, on.store, &report);
        delta_shop_happens(&on, from.events, from.count);
        ss_delta_report folded = delta_shop_fold(&on, NULL);
        delta_shop_train(&on, on.whole, &report);
        ss_snapshot *full = delta_shop_open(on.whole), *delta = delta_shop_open(on.store);
        for (unsigned r = 0; r < SS_RELATION_COUNT; r++) {
            double share = overlap(full, delta, (ss_relation)r);
            print_message("seed %d, %llu events: %s %.4f\n", (int)seed, (unsigned long long)folded.folded,
                          ss_relation_name((ss_relation)r), share);
            worst = share < worst ? share : worst;
        }
        ss_snapshot_release(&full);
        ss_snapshot_release(&delta);
        delta_shop_end(&on);
        simulated_release(&from);
        temporary_folder_remove(folder);
    }
    assert_true(worst >= 0.9);
}

/* ---- a small shop by hand ---- */

static const char small_log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                                "1,ann,cup,1,2,2023-10-01\n1,ann,pot,1,9,2023-10-01\n"
                                "2,bob,cup,1,2,2023-10-08\n2,bob,pot,1,9,2023-10-08\n"
                                "3,cid,mug,1,3,2023-10-20\n3,cid,jar,1,4,2023-10-20\n"
                                "4,dan,mug,1,3,2023-11-12\n4,dan,jar,1,4,2023-11-12\n";
#define NOON INT64_C(1700000000000000) /* 2023-11-14, 22:13:20 */

static ss_live_event bought(const char *customer, const char *order, const char *item)
{
    ss_live_event event = {.time = NOON, .event = SS_EVENT_PURCHASE, .quantity = 1, .unit_price = 500};
    event.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(customer);
    event.texts[SS_TEXT_ORDER_ID] = ss_slice_of(order);
    event.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    return event;
}

static void small_shop(delta_shop *on, const char *catalog, ss_train_report *report)
{
    delta_shop_begin(on, small_log, catalog);
    on->now = NOON + SS_DAY;
    delta_shop_train(on, on->store, report);
}

static void new_items_have_neighbours_and_trend(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid"), bought("eve", "9", "cup"), bought("fay", "10", "lid"),
                              bought("fay", "10", "cup"), bought("ann", "11", "lid")};
    delta_shop on;
    ss_train_report report;
    ss_request request = ss_request_empty();
    ss_answerer *answerer = NULL;
    ss_answer answer;
    ss_error error;
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 5);
    ss_delta_report folded = delta_shop_fold(&on, NULL);
    assert_true(folded.published);
    assert_int_equal(folded.folded, 5);
    assert_int_equal(folded.new_items, 1);
    assert_int_equal(folded.new_customers, 2);
    ss_snapshot *delta = delta_shop_open(on.store);
    assert_string_equal(delta->name, folded.generation);
    uint32_t lid = ss_strings_find(&delta->items.ids, SS_SLICE_LITERAL("lid"));
    assert_int_equal(lid, 4); /* after those that the base numbers */
    assert_true(ss_cooccurrence_neighbours(&delta->cooccurrence, SS_BOUGHT_TOGETHER, lid).count == 1);
    assert_true(ss_cooccurrence_neighbours(&delta->cooccurrence, SS_RELATED, lid).count == 2);
    assert_true(delta->popularity.trending > 0 && delta->popularity.trending_order[0] == lid);
    expect_ok(ss_answerer_new(delta, NULL, &answerer, &error), &error);
    request.item_id = SS_SLICE_LITERAL("cup");
    request.limit = 2;
    expect_ok(ss_answer_shelf(answerer, &delta->shelves[SS_SHELF_RELATED], &request, &answer, &error), &error);
    assert_int_equal(answer.count, 2);
    assert_true(answer.items[0].item == lid || answer.items[1].item == lid);
    ss_answerer_free(&answerer);
    ss_snapshot_release(&delta);
    delta_shop_end(&on);
}

/* With a catalogue an item that it does not name is learned from and not shown; a new catalogue names it. */
static void a_new_catalogue_names_new_items(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid-red"), bought("eve", "9", "cup")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    small_shop(&on,
               "item_id,name,category,price,stock\ncup,Cup with ears,K,2.50,3\npot,Big pot,K,9,\nlid,Lid in blue,K,4,\n"
               "mug,Mug with lid,K,3,\njar,Jar,K,4,0\n",
               &report);
    delta_shop_happens(&on, events, 2);
    delta_shop_fold(&on, NULL);
    ss_snapshot *delta = delta_shop_open(on.store);
    uint32_t red = ss_strings_find(&delta->items.ids, SS_SLICE_LITERAL("lid-red")),
             cup = ss_strings_find(&delta->items.ids, SS_SLICE_LITERAL("cup")),
             jar = ss_strings_find(&delta->items.ids, SS_SLICE_LITERAL("jar"));
    assert_true(delta->show[red] & SS_SHOW_UNLISTED);
    assert_slice_equal(ss_strings_at(&delta->items.names, cup), "Cup with ears");
    assert_int_equal(delta->items.price[cup], 250);
    assert_int_equal(delta->items.stock[cup], 3);
    assert_true(delta->show[jar] & SS_SHOW_NO_STOCK);
    assert_int_equal(ss_alternatives_neighbours(&delta->alternatives, red).count, 0);
    ss_snapshot_release(&delta);
    delta_shop_file(&on, on.catalog, "catalog.csv",
                    "item_id,name,category,price\ncup,Cup with ears,K,2.50\nlid,Lid in blue,K,4\n"
                    "lid-red,Lid in red,K,4\nmug,Mug with lid,K,3\njar,Jar,K,4\n");
    delta_shop_fold(&on, &on.input);
    delta = delta_shop_open(on.store);
    assert_int_equal(delta->show[red], 0);
    assert_true(ss_alternatives_neighbours(&delta->alternatives, red).count > 0);
    uint32_t pot = ss_strings_find(&delta->items.ids, SS_SLICE_LITERAL("pot"));
    assert_true(delta->show[pot] & SS_SHOW_UNLISTED);
    ss_snapshot_release(&delta);
    delta_shop_end(&on);
}

/* Files that stay are the base's; the others are new, and the same for any number of threads. */
static void bytes_do_not_depend_on_threads(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid"), bought("eve", "9", "cup"), bought("dan", "10", "cup")};
    static const char *const files[] = {"items",      "customers", "cooccurrence", "popularity",
                                        "repurchase", "segments",  "als"};
    delta_shop on;
    ss_train_report report;
    ss_delta_report first, second;
    ss_error error;
    char path[TEMPORARY_PATH_MAX];
    struct stat base, delta;
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 3);
    expect_ok(delta_shop_try(&on, NULL, 1, &first, &error), &error);
    expect_ok(ss_generation_make_current(on.store, report.generation, &error), &error); /* or it would be the same */
    expect_ok(delta_shop_try(&on, NULL, 3, &second, &error), &error);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        ss_buffer a, b;
        ss_buffer_init(&a, 1u << 24);
        ss_buffer_init(&b, 1u << 24);
        snprintf(path, sizeof path, "%s/generations/%s/%s.safetensors", on.store, first.generation, files[i]);
        expect_ok(ss_file_read(path, 1u << 24, &a, &error), &error);
        assert_int_equal(stat(path, &delta), 0);
        snprintf(path, sizeof path, "%s/generations/%s/%s.safetensors", on.store, second.generation, files[i]);
        expect_ok(ss_file_read(path, 1u << 24, &b, &error), &error);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, a.size);
        snprintf(path, sizeof path, "%s/generations/%s/%s.safetensors", on.store, report.generation, files[i]);
        assert_int_equal(stat(path, &base), 0);
        assert_true((base.st_ino == delta.st_ino) == (strcmp(files[i], "als") == 0));
        ss_buffer_release(&a);
        ss_buffer_release(&b);
    }
    snprintf(path, sizeof path, "%s/generations/%s/" SS_STORED_LOG_FILE, on.store, first.generation);
    assert_int_not_equal(access(path, F_OK), 0);
    delta_shop_end(&on);
}

static void the_manifest_tells_of_what_it_is_a_delta(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid"), bought("cid", "3", "jar")}; /* the second is in the log */
    delta_shop on;
    ss_train_report report;
    ss_manifest *manifest = NULL;
    ss_error error;
    char path[TEMPORARY_PATH_MAX];
    const char *base;
    int64_t number;
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 2);
    ss_delta_report folded = delta_shop_fold(&on, NULL);
    snprintf(path, sizeof path, "%s/generations/%s", on.store, folded.generation);
    expect_ok(ss_manifest_read(path, &manifest, &error), &error);
    assert_true(ss_manifest_text(manifest, "delta.base", &base));
    assert_string_equal(base, report.generation);
    assert_true(ss_manifest_int(manifest, "delta.events_last", &number) && number == 2);
    assert_true(ss_manifest_int(manifest, "delta.events", &number) && number == 1);
    assert_true(ss_manifest_int(manifest, "input.events.last_sequence", &number) && number == 2);
    assert_true(ss_manifest_int(manifest, "input.events.in_logs", &number) && number == 1);
    assert_true(ss_manifest_int(manifest, "input.rows_read", &number) && number == 10);
    assert_true(ss_manifest_int(manifest, "counts.items_bought", &number) && number == 5);
    assert_true(ss_manifest_int(manifest, "counts.baskets", &number) && number == 5);
    ss_manifest_free(&manifest);
    delta_shop_end(&on);
}

static void birthdays_stay_known(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid")};
    delta_shop on;
    ss_train_report report;
    char customers[TEMPORARY_PATH_MAX];
    (void)state;
    delta_shop_begin(&on, small_log, NULL);
    on.now = NOON + SS_DAY;
    delta_shop_file(&on, customers, "customers.csv",
                    "customer_id,birthday,referral\nann,02-29,\nbob,12-31,yes\neve,1990-03-01,\ngil,,yes\n");
    on.input.customers = (ss_texts){{customers}, 1};
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 1);
    delta_shop_fold(&on, NULL);
    ss_snapshot *delta = delta_shop_open(on.store);
    const ss_segments *segments = &delta->segments;
    uint32_t ann = ss_strings_find(&delta->customers.ids, SS_SLICE_LITERAL("ann")),
             bob = ss_strings_find(&delta->customers.ids, SS_SLICE_LITERAL("bob")),
             eve = ss_strings_find(&delta->customers.ids, SS_SLICE_LITERAL("eve"));
    assert_int_equal(segments->birthday[ann], 60);
    assert_int_equal(segments->birthday[bob], 366);
    assert_true(segments->referral[bob]);
    assert_int_equal(segments->birthday[eve], 61);
    assert_int_equal(segments->value[eve], 500);
    assert_int_equal(segments->others.count, 1);
    ss_snapshot_release(&delta);
    delta_shop_end(&on);
}

/* ---- what a full training would count ---- */

/* Folds in what has happened; the result is that of a full training. */
static ss_delta_report folds_as_a_full_training(delta_shop *on)
{
    same_totals sum = {0};
    ss_train_report whole;
    ss_delta_report folded = delta_shop_fold(on, NULL);
    delta_shop_train(on, on->whole, &whole);
    ss_snapshot *full = delta_shop_open(on->whole), *delta = delta_shop_open(on->store);
    assert_same_counts(full, delta, &sum);
    assert_same_histories(full, delta);
    assert_same_popularity(full, delta);
    ss_snapshot_release(&full);
    ss_snapshot_release(&delta);
    return folded;
}

static ss_live_event gave_back(const char *customer, const char *order, const char *item, int64_t later)
{
    ss_live_event event = bought(customer, order, item);
    event.quantity = -1;
    event.time += later;
    return event;
}

/* Nothing was bought, and somebody is to be left out all the same. */
static void forgetting_alone_is_published(void **state)
{
    ss_live_event events[] = {bought("cid", "3", "jar")}; /* is in the log */
    delta_shop on;
    ss_train_report report;
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 1);
    delta_shop_forget(&on, "ann", NOON);
    ss_delta_report folded = folds_as_a_full_training(&on);
    assert_true(folded.published);
    assert_int_equal(folded.folded, 0);
    assert_int_equal(folded.forgotten, 2);
    delta_shop_end(&on);
}

/* zed gave his hat back, and nothing is left of him and of hats: the purchase comes to be known later. */
static void a_return_meets_a_purchase_that_comes_late(void **state)
{
    ss_live_event before[] = {gave_back("zed", "8", "hat", SS_DAY / 24)};
    ss_live_event events[] = {bought("zed", "7", "hat"), bought("eve", "9", "cup")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on, small_log, NULL);
    on.now = NOON + SS_DAY;
    delta_shop_happens(&on, before, 1);
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 2);
    ss_delta_report folded = folds_as_a_full_training(&on);
    assert_int_equal(folded.folded, 2);
    assert_int_equal(folded.new_customers, 1);
    delta_shop_end(&on);
}

/* What zed gave back in the base counts for what he paid when he buys again. */
static void what_was_given_back_counts_for_what_is_paid(void **state)
{
    ss_live_event before[] = {gave_back("zed", "8", "hat", 0)}, events[] = {bought("zed", "9", "cup")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on, small_log, NULL);
    on.now = NOON + SS_DAY;
    delta_shop_happens(&on, before, 1);
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 1);
    folds_as_a_full_training(&on);
    ss_snapshot *delta = delta_shop_open(on.store);
    uint32_t zed = ss_strings_find(&delta->customers.ids, SS_SLICE_LITERAL("zed"));
    assert_int_equal(delta->segments.value[zed], 0);
    ss_snapshot_release(&delta);
    delta_shop_end(&on);
}

/* Of zed's order nothing is left, but the log has it: what is sent again does not count. */
static void an_order_that_was_given_back_is_held(void **state)
{
    static const char log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                              "7,zed,hat,1,5,2023-10-01\n8,zed,hat,-1,5,2023-10-02\n"
                              "1,ann,cup,1,2,2023-10-03\n1,ann,pot,1,9,2023-10-03\n";
    ss_live_event events[] = {bought("zed", "7", "hat"), bought("eve", "9", "cup")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on, log, NULL);
    on.now = NOON + SS_DAY;
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 2);
    ss_delta_report folded = folds_as_a_full_training(&on);
    assert_int_equal(folded.folded, 1);
    assert_int_equal(folded.log.ignored[SS_IGNORED_OVERLAP], 1);
    delta_shop_end(&on);
}

/* An event of nobody was held by the log's row of ann, who is left out now. */
static void what_a_forgotten_customer_held_counts(void **state)
{
    ss_live_event before[] = {bought("", "1", "cup")}, events[] = {bought("eve", "9", "cup")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on, small_log, NULL);
    on.now = NOON + SS_DAY;
    delta_shop_happens(&on, before, 1);
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 1);
    delta_shop_forget(&on, "ann", NOON);
    ss_delta_report folded = folds_as_a_full_training(&on);
    assert_int_equal(folded.read, 1);
    assert_int_equal(folded.folded, 2);
    delta_shop_end(&on);
}

/* zed, who gave all back, was met before bob: an order of both is zed's. */
static void an_order_of_two_customers_is_the_first_one_s(void **state)
{
    static const char log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                              "7,zed,hat,1,5,2023-10-01\n8,zed,hat,-1,5,2023-10-02\n"
                              "1,bob,cup,1,2,2023-10-03\n2,bob,cup,1,2,2023-10-04\n2,bob,pot,1,9,2023-10-04\n"
                              "3,zed,hat,1,5,2023-10-05\n4,zed,hat,-1,5,2023-10-06\n";
    ss_live_event events[] = {bought("zed", "1", "pot"), bought("bob", "5", "cup"), bought("bob", "5", "pot")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on, log, NULL);
    on.now = NOON + SS_DAY;
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 3);
    folds_as_a_full_training(&on);
    ss_snapshot *delta = delta_shop_open(on.store);
    uint32_t cup = ss_strings_find(&delta->items.ids, SS_SLICE_LITERAL("cup"));
    ss_neighbours pots = ss_cooccurrence_neighbours(&delta->cooccurrence, SS_BOUGHT_TOGETHER, cup);
    assert_int_equal(pots.pairs[0], 3);
    assert_int_equal(pots.customers[0], 2);
    ss_snapshot_release(&delta);
    delta_shop_end(&on);
}

/* With more ids of letters the one without digits is no longer odd: the base's decision stands, and that is told. */
static void what_would_be_judged_otherwise_is_told(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "GIFTBOX"), bought("eve", "9", "BASKET"),
                              bought("fay", "10", "BASKET")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on,
                     "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                     "1,ann,10001,1,2,2023-10-01\n1,ann,10002,1,9,2023-10-01\n1,ann,POST,1,9,2023-10-01\n"
                     "2,bob,10001,1,2,2023-10-08\n2,bob,10002,1,9,2023-10-08\n3,bob,10003,1,9,2023-10-08\n"
                     "4,cid,10001,9,2,2023-10-09\n5,cid,10002,1,9,2023-10-10\n6,cid,10003,1,9,2023-10-11\n"
                     "7,dan,10001,9,2,2023-10-09\n8,dan,10002,1,9,2023-10-10\n9,dan,10003,1,9,2023-10-11\n"
                     "a,dan,10001,9,2,2023-10-12\nb,dan,10002,1,9,2023-10-13\nc,dan,10003,1,9,2023-10-14\n"
                     "d,dan,10001,9,2,2023-10-12\ne,dan,10002,1,9,2023-10-13\nf,dan,10003,1,9,2023-10-14\n"
                     "g,dan,10001,9,2,2023-10-12\nh,dan,10002,1,9,2023-10-13\n",
                     NULL);
    on.now = NOON + SS_DAY;
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 3);
    ss_delta_report folded = delta_shop_fold(&on, NULL);
    assert_true(folded.published);
    assert_int_equal(folded.doubts.items, 1);
    assert_string_equal(folded.doubts.item_id, "POST");
    delta_shop_end(&on);
}

/* ---- what is refused ---- */

static void refuses(delta_shop *on, ss_status wanted, const char *words)
{
    ss_delta_report report;
    ss_error error;
    char said[1024];
    assert_status(delta_shop_try(on, NULL, 1, &report, &error), wanted);
    ss_error_format(&error, said, sizeof said);
    if (!strstr(said, words))
        fail_msg("'%s' does not say '%s'", said, words);
    assert_false(report.published);
}

/* Nobody can tell any more what a full training would count. */
static void what_cannot_be_told_is_refused(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid"), bought("dan", "4", "jar")};
    static const char more[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                               "1,ann,cup,1,2,2023-10-01\n2,ann,pot,1,9,2023-10-08\n4,dan,jar,1,4,2023-11-12\n";
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on, more, NULL);
    on.now = NOON + SS_DAY;
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 1);
    delta_shop_forget(&on, "ann", INT64_C(1696291200) * SS_SECOND); /* 2023-10-03 */
    refuses(&on, SS_E_UNSUPPORTED, "a clock was wrong: train anew");
    delta_shop_train(&on, on.store, &report); /* knows */
    delta_shop_happens(&on, events, 1);
    assert_true(delta_shop_fold(&on, NULL).published);
    delta_shop_end(&on);

    delta_shop_begin(&on, more, NULL);
    on.now = NOON + SS_DAY;
    on.input.state_from = "2023-11-01";
    delta_shop_happens(&on, events, 1);
    delta_shop_train(&on, on.store, &report);
    delta_shop_happens(&on, events, 1);
    assert_true(delta_shop_fold(&on, NULL).published);
    delta_shop_happens(&on, events + 1, 1);
    refuses(&on, SS_E_UNSUPPORTED, "repeats an order of that time: train anew");
    delta_shop_end(&on);
}

static void what_cannot_be_gone_on_from_is_refused(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    delta_shop_begin(&on, small_log, NULL);
    refuses(&on, SS_E_NOT_FOUND, "smartshelf train");
    on.input.keep_log = false;
    delta_shop_train(&on, on.store, &report);
    refuses(&on, SS_E_NOT_FOUND, "does not hold the log");
    on.input.keep_log = true;
    delta_shop_train(&on, on.store, &report);
    refuses(&on, SS_E_NOT_FOUND, ""); /* no live state */
    delta_shop_end(&on);
    delta_shop_begin(&on, "order_id,item_id\n1,cup\n1,pot\n", NULL);
    delta_shop_train(&on, on.store, &report);
    on.now = NOON + SS_DAY;
    delta_shop_happens(&on, events, 1);
    refuses(&on, SS_E_UNSUPPORTED, "no times");
    delta_shop_end(&on);
}

static void what_a_person_took_back_is_not_made_again(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid")};
    delta_shop on;
    ss_train_report report;
    ss_rollback_report back;
    ss_error error;
    const ss_servers none = {0};
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 1);
    ss_delta_report folded = delta_shop_fold(&on, NULL);
    assert_true(folded.published);
    expect_ok(ss_rollback(on.store, NULL, "bots", on.now, &none, &back, &error), &error);
    assert_string_equal(back.now, report.generation);
    refuses(&on, SS_E_BUSY, "was taken back (bots)");
    delta_shop_train(&on, on.store, &report); /* the events are in it, and no others came */
    folded = delta_shop_fold(&on, NULL);
    assert_false(folded.published);
    delta_shop_end(&on);
}

static void nothing_new_publishes_nothing(void **state)
{
    ss_live_event events[] = {bought("cid", "3", "jar")}; /* is in the log */
    delta_shop on;
    ss_train_report report;
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 1);
    ss_delta_report folded = delta_shop_fold(&on, NULL);
    assert_false(folded.published);
    assert_int_equal(folded.read, 1);
    delta_shop_train(&on, on.store, &report); /* reads it, too */
    folded = delta_shop_fold(&on, NULL);
    assert_false(folded.published);
    assert_int_equal(folded.read, 0);
    ss_snapshot *snapshot = delta_shop_open(on.store);
    assert_string_equal(snapshot->name, report.generation);
    ss_snapshot_release(&snapshot);
    delta_shop_end(&on);
}

/* Until something happens, the current delta stays. */
static void the_same_delta_is_not_published_twice(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid"), bought("fay", "10", "lid")};
    delta_shop on;
    ss_train_report report;
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 1);
    ss_delta_report first = delta_shop_fold(&on, NULL), second = delta_shop_fold(&on, NULL);
    assert_true(first.published && !first.repeats);
    assert_true(!second.published && second.repeats);
    ss_snapshot *current = delta_shop_open(on.store);
    assert_string_equal(current->name, first.generation);
    ss_snapshot_release(&current);
    delta_shop_happens(&on, events + 1, 1);
    assert_true(delta_shop_fold(&on, NULL).published);
    assert_true(delta_shop_fold(&on, NULL).repeats);
    delta_shop_forget(&on, "ann", NOON);
    assert_true(delta_shop_fold(&on, NULL).published);
    assert_true(delta_shop_fold(&on, NULL).repeats);
    delta_shop_end(&on);
}

static void other_options_are_refused(void **state)
{
    ss_live_event events[] = {bought("eve", "9", "lid")};
    const ss_input_options none = {.log = {.max_bad_rows = 0.01}};
    delta_shop on;
    ss_train_report report;
    ss_delta_report folded;
    ss_model_options asked;
    ss_error error;
    char said[1024];
    (void)state;
    small_shop(&on, NULL, &report);
    delta_shop_happens(&on, events, 1);
    ss_model_options_defaults(&asked);
    asked.cooccurrence.relations[SS_RELATED].list_length = 17;
    assert_status(ss_delta(on.store, &none, &asked, on.now, 1, NULL, &folded, &error), SS_E_ARGUMENT);
    ss_error_format(&error, said, sizeof said);
    assert_non_null(strstr(said, "related.list-length is 17"));
    ss_model_options_defaults(&asked); /* what is not asked for is as the base has it */
    asked.als.factors = on.options.als.factors;
    expect_ok(ss_delta(on.store, &none, &asked, on.now, 1, NULL, &folded, &error), &error);
    delta_shop_end(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_near_those_of_a_full_training),
        cmocka_unit_test(new_items_have_neighbours_and_trend),
        cmocka_unit_test(a_new_catalogue_names_new_items),
        cmocka_unit_test(bytes_do_not_depend_on_threads),
        cmocka_unit_test(the_manifest_tells_of_what_it_is_a_delta),
        cmocka_unit_test(birthdays_stay_known),
        cmocka_unit_test(forgetting_alone_is_published),
        cmocka_unit_test(a_return_meets_a_purchase_that_comes_late),
        cmocka_unit_test(what_was_given_back_counts_for_what_is_paid),
        cmocka_unit_test(an_order_that_was_given_back_is_held),
        cmocka_unit_test(what_a_forgotten_customer_held_counts),
        cmocka_unit_test(an_order_of_two_customers_is_the_first_one_s),
        cmocka_unit_test(what_would_be_judged_otherwise_is_told),
        cmocka_unit_test(what_cannot_be_told_is_refused),
        cmocka_unit_test(what_cannot_be_gone_on_from_is_refused),
        cmocka_unit_test(what_a_person_took_back_is_not_made_again),
        cmocka_unit_test(nothing_new_publishes_nothing),
        cmocka_unit_test(the_same_delta_is_not_published_twice),
        cmocka_unit_test(other_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

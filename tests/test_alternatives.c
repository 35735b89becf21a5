/*
 * Substitutes: cases worked by hand (views, orders, names, kinds, prices, categories, variants), items that no model
 * knows, and files that must be refused.
 */
#include "testing.h"

#include "check.h"
#include "failing_malloc.h"
#include "temporary_folder.h"

#include "base/random.h"
#include "models/alternatives_query.h"
#include "models/alternatives_train.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof(ARRAY)[0])
#define MOST_ITEMS   16u

/* A catalogue and a log that grow as a test needs them. */
typedef struct fixture {
    ss_items_content items;
    ss_slice ids[MOST_ITEMS], names[MOST_ITEMS], texts[MOST_ITEMS];
    char id_bytes[MOST_ITEMS][4];
    uint32_t category[MOST_ITEMS], group[MOST_ITEMS], flags[MOST_ITEMS], counts[MOST_ITEMS];
    int64_t price[MOST_ITEMS], none[MOST_ITEMS];
    ss_interactions log;
    ss_interaction rows[256];
    ss_alternatives_options options;
} fixture;

/* Plain options: names and views weigh 1, nothing else counts. */
static void begin(fixture *of)
{
    memset(of, 0, sizeof *of);
    of->items = (ss_items_content){.ids = of->ids,
                                   .names = of->names,
                                   .categories = of->texts,
                                   .category_count = 4,
                                   .groups = of->texts,
                                   .group_count = 4,
                                   .category = of->category,
                                   .group = of->group,
                                   .flags = of->flags,
                                   .price = of->price,
                                   .cost = of->none,
                                   .stock = of->none,
                                   .available_from = of->none,
                                   .available_until = of->none,
                                   .purchases = of->counts,
                                   .customers = of->counts,
                                   .decimals = 2};
    of->log = (ss_interactions){.rows = of->rows, .has_baskets = true};
    of->options = (ss_alternatives_options){
        .weights = {.names = 1, .views = 1}, .max_df = 5000, .min_customers = 1, .max_session = 100, .list_length = 50};
    for (uint32_t i = 0; i < MOST_ITEMS; i++) {
        of->none[i] = INT64_MIN;
        of->texts[i] = ss_slice_of(&"0\0001\0002\0003\0004\0005\0006\0007"[2 * (i % 8)]);
    }
}

static uint32_t add_item(fixture *of, const char *name, int64_t price, uint32_t category)
{
    uint32_t item = of->items.count++;
    snprintf(of->id_bytes[item], sizeof of->id_bytes[item], "%u", item);
    of->ids[item] = ss_slice_of(of->id_bytes[item]);
    of->names[item] = ss_slice_of(name);
    of->price[item] = price;
    of->category[item] = category;
    of->group[item] = SS_NONE;
    of->flags[item] = SS_ITEM_IN_CATALOG;
    of->log.item_count = of->items.count;
    return item;
}

static void add_group(fixture *of, ss_event event, uint32_t customer, uint32_t a, uint32_t b)
{
    const uint32_t items[] = {a, b};
    for (size_t i = 0; i < (a == b ? 1u : 2u); i++) {
        ss_interaction *row = &of->rows[of->log.count++];
        *row = (ss_interaction){.customer = customer, .basket = of->log.basket_count, .item = items[i], .quantity = 1};
        ss_interaction_set(row, (int64_t)of->log.count, event);
    }
    of->log.basket_count++;
    of->log.has_purchases |= event == SS_EVENT_PURCHASE;
    if (customer != SS_NONE && customer >= of->log.customer_count)
        of->log.customer_count = customer + 1;
}

static void train_and_open(const fixture *of, ss_alternatives *model, ss_items *items)
{
    char folder[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    temporary_folder_make(folder);
    expect_ok(ss_alternatives_train(&of->log, &of->items, &of->options, 2, NULL, folder, &error), &error);
    expect_ok(ss_alternatives_open(folder, model, &error), &error);
    expect_ok(ss_model_file_verify(model->file, &error), &error);
    if (items) {
        expect_ok(ss_items_write(folder, &of->items, &error), &error);
        expect_ok(ss_items_open(folder, items, &error), &error);
    }
    temporary_folder_remove(folder); /* the maps stay */
}

/* The entry of `other` in the list of `item`; its length where it is not there. */
static size_t entry_of(const ss_alternatives_list *list, uint32_t other)
{
    size_t at = 0;
    while (at < list->count && list->items[at] != other)
        at++;
    return at;
}

static float score_of(const ss_alternatives *model, uint32_t item, uint32_t other)
{
    ss_alternatives_list list = ss_alternatives_neighbours(model, item);
    size_t at = entry_of(&list, other);
    return at < list.count ? list.scores[at] : 0;
}

static void expect_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-5 * fmax(1, fabs(expected))))
        fail_msg("%.9g, expected %.9g", found, expected);
}

/* ---- cases worked by hand ---- */

/* Ten sessions: cup and mug are seen together in four, cup and saucer too; cup and saucer are bought together. */
static void cups(fixture *of)
{
    begin(of);
    for (uint32_t item = 0; item < 4; item++) /* cup, mug, saucer, lamp */
        add_item(of, "", SS_ITEM_NO_MONEY, SS_NONE);
    for (uint32_t n = 0; n < 4; n++)
        add_group(of, SS_EVENT_VIEW, n % 3, 0, 1);
    for (uint32_t n = 0; n < 4; n++)
        add_group(of, SS_EVENT_VIEW, SS_NONE, 0, 2);
    add_group(of, SS_EVENT_VIEW, SS_NONE, 3, 3);
    add_group(of, SS_EVENT_VIEW, SS_NONE, 3, 3);
    for (uint32_t n = 0; n < 3; n++)
        add_group(of, SS_EVENT_PURCHASE, n, 0, 2);
}

static void seen_together_is_instead_bought_together_is_with(void **state)
{
    (void)state;
    fixture of;
    ss_alternatives model;
    double views = (4 - 8 * 4 / 10.) / sqrt(8 * 4) * 4 / 7;
    cups(&of);
    train_and_open(&of, &model, NULL);
    expect_near(score_of(&model, 0, 1), views);
    expect_near(score_of(&model, 0, 2), views);
    ss_alternatives_list list = ss_alternatives_neighbours(&model, 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0], 1); /* ties: the lower number */
    assert_int_equal(list.sessions[0], 4);
    assert_int_equal(list.customers[0], 3);
    assert_int_equal(list.customers[1], 4); /* sessions without a customer */
    assert_int_equal(list.orders[0], 0);
    assert_int_equal(list.orders[1], 3);
    assert_true(list.similarity[0] == 0);
    assert_int_equal(ss_alternatives_neighbours(&model, 3).count, 0);
    assert_int_equal(ss_alternatives_neighbours(&model, 4).count, 0);
    ss_alternatives_close(&model);

    of.options.weights.repulsion = 10; /* each of the three orders counts 1/2, both items are in all three */
    train_and_open(&of, &model, NULL);
    expect_near(score_of(&model, 0, 1), views);
    expect_near(score_of(&model, 0, 2), views * exp(-10 * 1.5 / 8));
    ss_alternatives_close(&model);

    of.options.min_customers = 4;
    train_and_open(&of, &model, NULL);
    assert_true(score_of(&model, 0, 1) == 0);
    assert_true(score_of(&model, 0, 2) > 0);
    ss_alternatives_close(&model);
}

static void names_are_compared_by_their_grams(void **state)
{
    (void)state;
    fixture of;
    ss_alternatives model;
    begin(&of);
    add_item(&of, "mug", 100, 0);
    add_item(&of, "MUG a", 200, 0);
    add_item(&of, "a", 100, 1);
    add_item(&of, "lamp", SS_ITEM_NO_MONEY, SS_NONE);
    train_and_open(&of, &model, NULL);
    double mug = log(5 / 3.) + 1; /* of each gram of mug and of the one of a: two names of four have it */
    double length = sqrt(5 * mug * mug), longer = sqrt(6 * mug * mug);
    expect_near(score_of(&model, 0, 1), 5 * mug * mug / (length * longer));
    expect_near(score_of(&model, 1, 2), mug * mug / (mug * longer));
    assert_true(score_of(&model, 0, 2) == 0);
    assert_int_equal(ss_alternatives_neighbours(&model, 3).count, 0);
    ss_alternatives_close(&model);

    of.options.weights.price = .5; /* twice the price; another category */
    of.options.weights.category = .75;
    train_and_open(&of, &model, NULL);
    expect_near(score_of(&model, 0, 1), 5 * mug * mug / (length * longer) * sqrt(.5));
    expect_near(score_of(&model, 1, 2), mug * mug / (mug * longer) * sqrt(.5) * .25);
    ss_alternatives_close(&model);

    of.options.weights.min_score = .2;
    train_and_open(&of, &model, NULL);
    assert_true(score_of(&model, 1, 2) == 0);
    ss_alternatives_close(&model);

    of.options = (ss_alternatives_options){
        .weights.names = 1, .max_df = 2, .min_customers = 1, .max_session = 2, .list_length = 1};
    add_item(&of, "mug", 100, 0); /* now three have it: too common */
    train_and_open(&of, &model, NULL);
    assert_int_equal(ss_alternatives_neighbours(&model, 0).count, 0);
    assert_true(score_of(&model, 1, 2) > 0);
    ss_alternatives_close(&model);
}

/* The pattern stands on things of all prices and sections, the kind on things of one. */
static void kinds(fixture *of)
{
    static const struct {
        const char *name;
        int64_t price;
        uint32_t category;
    } things[] = {{"spotty mug", 300, 0},   {"striped mug", 320, 0},   {"plain mug", 290, 0},
                  {"spotty lamp", 4000, 1}, {"striped lamp", 4200, 1}, {"plain lamp", 3900, 1},
                  {"spotty rug", 20000, 2}, {"striped rug", 19000, 2}, {"plain rug", 21000, 2}};
    begin(of);
    for (size_t i = 0; i < COUNT(things); i++)
        add_item(of, things[i].name, things[i].price, things[i].category);
}

static void what_a_thing_is_weighs_more_than_its_pattern(void **state)
{
    (void)state;
    fixture of;
    ss_alternatives model;
    kinds(&of);
    train_and_open(&of, &model, NULL);
    assert_true(score_of(&model, 0, 3) > score_of(&model, 0, 1)); /* the longer word is the pattern's */
    ss_alternatives_close(&model);
    of.options.kind = .9;
    train_and_open(&of, &model, NULL);
    for (uint32_t item = 0; item < of.items.count; item++) {
        ss_alternatives_list list = ss_alternatives_neighbours(&model, item);
        assert_true(list.count >= 2);
        assert_int_equal(list.items[0] / 3, item / 3);
        assert_int_equal(list.items[1] / 3, item / 3);
    }
    ss_alternatives_close(&model);
    for (uint32_t item = 0; item < of.items.count; item++) /* prices alone say it too, and sections alone */
        of.category[item] = SS_NONE;
    train_and_open(&of, &model, NULL);
    assert_true(score_of(&model, 0, 1) > score_of(&model, 0, 3));
    ss_alternatives_close(&model);
    for (uint32_t item = 0; item < of.items.count; item++) {
        of.category[item] = item / 3;
        of.price[item] = SS_ITEM_NO_MONEY;
    }
    train_and_open(&of, &model, NULL);
    assert_true(score_of(&model, 0, 1) > score_of(&model, 0, 3));
    ss_alternatives_close(&model);
}

static void alike_in_name_alone_are_not_parted_by_orders(void **state)
{
    (void)state;
    fixture of;
    ss_alternatives model;
    begin(&of);
    of.options.weights.repulsion = 30;
    add_item(&of, "regency teacup green", SS_ITEM_NO_MONEY, SS_NONE);
    add_item(&of, "regency teacup roses", SS_ITEM_NO_MONEY, SS_NONE);
    add_item(&of, "regency sugar bowl", SS_ITEM_NO_MONEY, SS_NONE);
    train_and_open(&of, &model, NULL);
    double colour = (double)score_of(&model, 0, 1), bowl = (double)score_of(&model, 0, 2);
    ss_alternatives_close(&model);
    for (uint32_t n = 0; n < 10; n++) {
        add_group(&of, SS_EVENT_PURCHASE, n, 0, 1);
        add_group(&of, SS_EVENT_PURCHASE, n, 0, 2);
    }
    train_and_open(&of, &model, NULL);
    assert_true((double)score_of(&model, 0, 1) > .6 * colour);
    assert_true((double)score_of(&model, 0, 2) < .2 * bowl);
    ss_alternatives_close(&model);
}

static void variants_and_strangers_to_the_catalogue_are_left_out(void **state)
{
    (void)state;
    fixture of;
    ss_alternatives model;
    begin(&of);
    for (uint32_t n = 0; n < 7; n++)
        add_item(&of, "cotton shirt", 1000, 0);
    of.group[0] = of.group[1] = 0;
    of.group[2] = of.group[3] = of.group[4] = 1;
    of.flags[5] = 0;
    train_and_open(&of, &model, NULL);
    ss_alternatives_list list = ss_alternatives_neighbours(&model, 0);
    const uint32_t expected[] = {2, 3, 6}; /* of another product two variants */
    assert_int_equal(list.count, COUNT(expected));
    assert_memory_equal(list.items, expected, sizeof expected);
    assert_int_equal(ss_alternatives_neighbours(&model, 5).count, 5); /* it may be listed one day: 0, 1, 2, 3, 6 */
    ss_alternatives_close(&model);
    of.options.list_length = 1;
    train_and_open(&of, &model, NULL);
    assert_int_equal(ss_alternatives_neighbours(&model, 0).count, 1);
    ss_alternatives_close(&model);
}

static void without_names_and_views_there_is_nothing_to_learn(void **state)
{
    (void)state;
    fixture of;
    begin(&of);
    add_item(&of, "", 100, 0);
    add_item(&of, "", 100, 0);
    add_group(&of, SS_EVENT_PURCHASE, 0, 0, 1);
    assert_false(ss_alternatives_learns(&of.log, &of.items));
    of.items.names = NULL;
    assert_false(ss_alternatives_learns(&of.log, &of.items));
    add_group(&of, SS_EVENT_VIEW, 0, 0, 1);
    assert_true(ss_alternatives_learns(&of.log, &of.items));
    of.log.count -= 2;
    of.items.names = of.names;
    of.names[1] = ss_slice_of("x");
    assert_true(ss_alternatives_learns(&of.log, &of.items));
}

/* ---- items that are in no model ---- */

static ss_alternatives_question question_of(const char *name, int64_t price, uint32_t category)
{
    return (ss_alternatives_question){ss_slice_of(name), category, SS_NONE, price};
}

static void unknown_items_have_neighbours_by_name_price_and_category(void **state)
{
    (void)state;
    fixture of;
    ss_alternatives model;
    ss_items items;
    ss_scored found[MOST_ITEMS];
    kinds(&of);
    of.options.kind = .9;
    of.group[1] = 2;
    train_and_open(&of, &model, &items);
    ss_alternatives_scratch *scratch = ss_alternatives_scratch_new(&model);
    assert_non_null(scratch);
    failing_malloc_start(0);
    ss_alternatives_question asked = question_of("spotty MUG, zigzag", 310, 0);
    size_t count = ss_alternatives_similar(&model, &items, scratch, &asked, found, MOST_ITEMS);
    assert_true(count >= 3);
    assert_int_equal(found[0].id, 0);
    assert_true(found[1].id < 3 && found[2].id < 3);
    for (size_t i = 1; i < count; i++)
        assert_true(ss_scored_before(found[i - 1], found[i]));
    assert_int_equal(ss_alternatives_similar(&model, &items, scratch, &asked, found, 2), 2);
    assert_int_equal(ss_alternatives_similar(&model, &items, scratch, &asked, found, 0), 0);
    asked.group = 2;
    count = ss_alternatives_similar(&model, &items, scratch, &asked, found, MOST_ITEMS);
    for (size_t i = 0; i < count; i++)
        assert_int_not_equal(found[i].id, 1);
    asked = question_of("", 310, 0);
    assert_int_equal(ss_alternatives_similar(&model, &items, scratch, &asked, found, MOST_ITEMS), 0);
    asked = question_of("quilt", 310, 0);
    assert_int_equal(ss_alternatives_similar(&model, &items, scratch, &asked, found, MOST_ITEMS), 0);
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    items.count--; /* of another generation */
    asked = question_of("mug", 310, 0);
    assert_int_equal(ss_alternatives_similar(&model, &items, scratch, &asked, found, MOST_ITEMS), 0);
    items.count++;
    ss_alternatives_scratch_free(&scratch);
    ss_alternatives_close(&model);
    ss_items_close(&items);
}

/* A new item that is called, costs and lies as an old one has its list: without views and orders both are names alone. */
static void an_unknown_item_scores_as_a_known_one(void **state)
{
    (void)state;
    fixture of;
    ss_alternatives model;
    ss_items items;
    ss_scored found[MOST_ITEMS];
    kinds(&of);
    of.options.kind = .5;
    of.options.weights.price = .2;
    of.options.weights.category = .3;
    train_and_open(&of, &model, &items);
    ss_alternatives_scratch *scratch = ss_alternatives_scratch_new(&model);
    for (uint32_t item = 0; item < of.items.count; item++) {
        ss_alternatives_question asked = {of.names[item], of.category[item], SS_NONE, of.price[item]};
        size_t count = ss_alternatives_similar(&model, &items, scratch, &asked, found, MOST_ITEMS);
        ss_alternatives_list list = ss_alternatives_neighbours(&model, item);
        assert_int_equal(count, list.count + 1);
        assert_int_equal(found[0].id, item);
        expect_near((double)found[0].score, 1);
        for (size_t i = 0; i < list.count; i++)
            expect_near((double)score_of(&model, item, found[i + 1].id), (double)found[i + 1].score);
    }
    ss_alternatives_scratch_free(&scratch);
    ss_alternatives_close(&model);
    ss_items_close(&items);
}

/* ---- options and files ---- */

static void options_outside_their_range_are_refused(void **state)
{
    (void)state;
    fixture of;
    ss_error error = {0};
    cups(&of);
    of.options.kind = 1;
    assert_status(ss_alternatives_train(&of.log, &of.items, &of.options, 1, NULL, "/nowhere", &error), SS_E_RANGE);
    of.options.kind = 0;
    of.options.list_length = 0;
    assert_status(ss_alternatives_train(&of.log, &of.items, &of.options, 1, NULL, "/nowhere", &error), SS_E_RANGE);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    ss_alternatives model;
    ss_error error = {0};
    assert_int_equal(ss_alternatives_open("/nowhere", &model, &error), SS_E_NOT_FOUND);
    char text[1024];
    ss_error_format(&error, text, sizeof text);
    assert_non_null(strstr(text, SS_ALTERNATIVES_FILE));
}

/* Three items, two grams, four postings, three entries. */
typedef struct raw_file {
    uint64_t list_offsets[4];
    uint32_t lists[3];
    float scores[3], similarity[3];
    uint32_t sessions[3], customers[3], orders[3];
    uint64_t keys[2], gram_offsets[3];
    float weights[2];
    uint32_t postings[4];
    uint8_t counts[4];
    float norms[3];
    double category, unknown;
} raw_file;

static const raw_file good = {{0, 2, 3, 3}, {1, 2, 0},    {2, 1, 3},       {1, 0, .5f}, {4, 0, 4},
                              {3, 0, 3},    {0, 0, 0},    {7, 8},          {0, 2, 4},   {1, 2},
                              {0, 1, 1, 2}, {1, 1, 1, 2}, {1.f, 1.f, 1.f}, .5,          .1};

static void add_tensors(ss_model_writer *writer, const raw_file *raw, ss_error *error)
{
    expect_ok(ss_model_writer_add(writer, "lists.offsets", SS_U64, raw->list_offsets, 4, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "lists.items", SS_U32, raw->lists, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "lists.scores", SS_F32, raw->scores, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "lists.similarity", SS_F32, raw->similarity, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "lists.sessions", SS_U32, raw->sessions, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "lists.customers", SS_U32, raw->customers, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "lists.orders", SS_U32, raw->orders, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "grams.keys", SS_U64, raw->keys, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "grams.weights", SS_F32, raw->weights, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "grams.offsets", SS_U64, raw->gram_offsets, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "postings.items", SS_U32, raw->postings, 4, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "postings.counts", SS_U8, raw->counts, 4, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.norms", SS_F32, raw->norms, 3, 0, error), error);
}

static ss_status write_and_verify(const char *folder, const raw_file *raw, ss_error *error)
{
    char path[TEMPORARY_PATH_MAX];
    ss_alternatives model;
    ss_model_writer *writer = ss_model_writer_new(&ss_alternatives_schema);
    unlink(temporary_path(path, folder, SS_ALTERNATIVES_FILE));
    add_tensors(writer, raw, error);
    expect_ok(ss_model_writer_metadata_f64(writer, "names", 1, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "category", raw->category, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "price", .3, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "min-score", .1, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "unknown", raw->unknown, error), error);
    expect_ok(ss_model_writer_finish(writer, path, error), error);
    ss_model_writer_free(&writer);
    ss_status status = ss_alternatives_open(folder, &model, error);
    if (status != SS_OK)
        return status;
    status = ss_model_file_verify(model.file, error);
    for (uint32_t item = 0; item < 5; item++) /* even a file that was never verified is read within its bounds */
        assert_true(ss_alternatives_neighbours(&model, item).count <= 3);
    ss_alternatives_close(&model);
    return status;
}

static void expect_refused(const char *folder, const raw_file *bad, const char *field)
{
    ss_error error = {0};
    assert_int_equal(write_and_verify(folder, bad, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, field);
}

static void broken_files_are_refused(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    raw_file bad;
    temporary_folder_make(folder);
    expect_ok(write_and_verify(folder, &good, &error), &error);
    bad = good, bad.lists[0] = 3, expect_refused(folder, &bad, "lists.items");
    bad = good, bad.lists[0] = 0, expect_refused(folder, &bad, "lists.items");
    bad = good, bad.list_offsets[1] = 9, expect_refused(folder, &bad, "lists.offsets");
    bad = good, bad.scores[1] = 3, expect_refused(folder, &bad, "lists.scores");
    bad = good, bad.scores[2] = 0, expect_refused(folder, &bad, "lists.scores");
    bad = good, bad.scores[2] = NAN, expect_refused(folder, &bad, "lists.scores");
    bad = good, bad.similarity[0] = 1.5f, expect_refused(folder, &bad, "lists.similarity");
    bad = good, bad.customers[0] = 5, expect_refused(folder, &bad, "lists.customers");
    bad = good, bad.customers[0] = 0, expect_refused(folder, &bad, "lists.customers");
    bad = good, bad.keys[1] = 7, expect_refused(folder, &bad, "grams.keys");
    bad = good, bad.weights[0] = 0, expect_refused(folder, &bad, "grams.weights");
    bad = good, bad.weights[0] = -1, expect_refused(folder, &bad, "grams.weights");
    bad = good, bad.gram_offsets[1] = 9, expect_refused(folder, &bad, "grams.offsets");
    bad = good, bad.postings[1] = 0, expect_refused(folder, &bad, "postings.items");
    bad = good, bad.postings[3] = 3, expect_refused(folder, &bad, "postings.items");
    bad = good, bad.counts[2] = 0, expect_refused(folder, &bad, "postings.counts");
    bad = good, bad.norms[1] = 0, expect_refused(folder, &bad, "items.norms");
    bad = good, bad.norms[1] = INFINITY, expect_refused(folder, &bad, "items.norms");
    bad = good, bad.category = 2, expect_refused(folder, &bad, "category");
    bad = good, bad.unknown = -1, expect_refused(folder, &bad, "unknown");
    temporary_folder_remove(folder);
}

/* Opened without the full validation, as a server does at first: whatever the bytes of the tensors, within bounds. */
static void ask_spoiled(ss_random *random, char *bytes, size_t size, size_t body, const char *folder,
                        const ss_items *items)
{
    char path[TEMPORARY_PATH_MAX];
    ss_alternatives model;
    ss_error error = {0};
    ss_scored found[MOST_ITEMS];
    for (int n = 0; n < 60; n++)
        bytes[body + ss_random_below(random, (uint32_t)(size - body))] ^= (char)(1u << ss_random_below(random, 8));
    expect_ok(ss_file_write_atomic(temporary_path(path, folder, SS_ALTERNATIVES_FILE), bytes, size, &error), &error);
    expect_ok(ss_alternatives_open(folder, &model, &error), &error);
    assert_int_equal(ss_model_file_verify(model.file, &error), SS_E_CORRUPT);
    ss_alternatives_scratch *scratch = ss_alternatives_scratch_new(&model);
    for (uint32_t item = 0; item < items->count; item++) {
        ss_alternatives_question asked = {ss_strings_at(&items->names, item), 0, SS_NONE, 300};
        assert_true(ss_alternatives_similar(&model, items, scratch, &asked, found, MOST_ITEMS) <= items->count);
        assert_true(ss_alternatives_neighbours(&model, item).count <= model.entry_count);
    }
    ss_alternatives_scratch_free(&scratch);
    ss_alternatives_close(&model);
}

static void spoiled_files_are_read_within_their_bounds(void **state)
{
    (void)state;
    static char bytes[1u << 18];
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    uint64_t header;
    fixture of;
    ss_items items;
    ss_random random = test_random();
    ss_error error = {0};
    kinds(&of);
    temporary_folder_make(folder);
    expect_ok(ss_alternatives_train(&of.log, &of.items, &of.options, 1, NULL, folder, &error), &error);
    expect_ok(ss_items_write(folder, &of.items, &error), &error);
    expect_ok(ss_items_open(folder, &items, &error), &error);
    FILE *file = fopen(temporary_path(path, folder, SS_ALTERNATIVES_FILE), "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    memcpy(&header, bytes, sizeof header);
    assert_true(size < sizeof bytes && header + 8 < size);
    for (int run = 0; run < 50; run++)
        ask_spoiled(&random, bytes, size, (size_t)header + 8, folder, &items);
    ss_items_close(&items);
    temporary_folder_remove(folder);
}

static bool try_everything(void *context)
{
    fixture of;
    char path[TEMPORARY_PATH_MAX];
    ss_alternatives model = {0};
    ss_alternatives_scratch *scratch = NULL;
    cups(&of);
    of.names[0] = ss_slice_of("cup");
    of.names[1] = ss_slice_of("red cup");
    unlink(temporary_path(path, context, SS_ALTERNATIVES_FILE));
    ss_status status = ss_alternatives_train(&of.log, &of.items, &of.options, 1, NULL, context, NULL);
    if (status == SS_OK)
        status = ss_alternatives_open(context, &model, NULL);
    if (status == SS_OK)
        status = ss_model_file_verify(model.file, NULL);
    if (status == SS_OK && !(scratch = ss_alternatives_scratch_new(&model)))
        status = SS_E_NOMEM;
    ss_alternatives_scratch_free(&scratch);
    ss_alternatives_close(&model);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    assert_true(failing_malloc_torture(try_everything, folder) > 40);
    temporary_folder_remove(folder);
}

static bool stop(void *context, const ss_progress *progress)
{
    (void)context;
    return strcmp(progress->phase, "alternatives") != 0;
}

static void it_stops_when_told(void **state)
{
    (void)state;
    fixture of;
    ss_error error = {0};
    ss_progress_sink sink = {.report = stop};
    char folder[TEMPORARY_PATH_MAX];
    cups(&of);
    temporary_folder_make(folder);
    assert_int_equal(ss_alternatives_train(&of.log, &of.items, &of.options, 1, &sink, folder, &error), SS_E_CANCELLED);
    temporary_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seen_together_is_instead_bought_together_is_with),
        cmocka_unit_test(names_are_compared_by_their_grams),
        cmocka_unit_test(what_a_thing_is_weighs_more_than_its_pattern),
        cmocka_unit_test(alike_in_name_alone_are_not_parted_by_orders),
        cmocka_unit_test(variants_and_strangers_to_the_catalogue_are_left_out),
        cmocka_unit_test(without_names_and_views_there_is_nothing_to_learn),
        cmocka_unit_test(unknown_items_have_neighbours_by_name_price_and_category),
        cmocka_unit_test(an_unknown_item_scores_as_a_known_one),
        cmocka_unit_test(options_outside_their_range_are_refused),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(spoiled_files_are_read_within_their_bounds),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(it_stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

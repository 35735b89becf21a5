/* Popularity: scores, trends, categories and freshness against cases worked by hand. */
#include "testing.h"

#include "failing_malloc.h"

#include "base/file.h"
#include "log/interactions.h"
#include "models/popularity_query.h"
#include "models/popularity_train.h"

#include <math.h>
#include <string.h>

#define FOLDER       "/tmp/smartshelf-popularity-XXXXXX"
#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof(ARRAY)[0])

static ss_interaction bought(uint32_t item, int64_t day)
{
    return (ss_interaction){.time = day * SS_DAY, .customer = 0, .basket = SS_NONE, .item = item, .quantity = 1};
}

static ss_interactions log_of(ss_interaction *rows, size_t count, uint32_t items, int64_t last_day)
{
    return (ss_interactions){.rows = rows,
                             .count = count,
                             .item_count = items,
                             .customer_count = 1,
                             .has_times = true,
                             .has_customers = true,
                             .has_purchases = true,
                             .first_time = 0,
                             .last_time = last_day * SS_DAY};
}

static void expect_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-6 * fmax(1, fabs(expected))))
        fail_msg("%.9g, expected %.9g", found, expected);
}

static const ss_popularity_options plain = {.short_days = 2, .long_days = 10, .shrinkage = 1};

static void train_and_open(const ss_interactions *log, const ss_popularity_options *options, const uint32_t *category,
                           uint32_t items, uint32_t categories, ss_popularity *model)
{
    char folder[] = FOLDER;
    ss_error error;
    assert_non_null(mkdtemp(folder));
    expect_ok(ss_popularity_train(log, options, category, items, categories, folder, &error), &error);
    expect_ok(ss_popularity_open(folder, model, &error), &error);
    expect_ok(ss_model_file_verify(model->file, &error), &error);
    expect_ok(ss_file_remove_tree(folder, &error), &error); /* the map stays */
}

/* Item 0: days 0, 0 (weights 1/4 each); item 1: day 10 (1); item 2: day 5 (1/2); together 2. Items 3 and 4 never sold.
 */
static const ss_interaction view = {.event = SS_EVENT_VIEW, .item = 3};

static ss_interactions decaying_log(ss_interaction rows[5])
{
    rows[0] = bought(0, 0);
    rows[1] = bought(0, 0);
    rows[2] = bought(2, 5);
    rows[3] = bought(1, 10);
    rows[4] = view; /* a view counts for nothing beside purchases */
    return log_of(rows, 5, 4, 10);
}

static void old_purchases_count_less(void **state)
{
    (void)state;
    ss_interaction rows[5];
    ss_interactions log = decaying_log(rows);
    ss_popularity_options options = plain;
    ss_popularity model;
    options.half_life_days = 5;
    train_and_open(&log, &options, NULL, 5, 0, &model);
    const float scores[] = {0.25f, 0.5f, 0.25f, 0, 0};
    const uint32_t order[] = {1, 0, 2}; /* the tie goes to the lower number */
    assert_int_equal(model.item_count, 5);
    for (size_t i = 0; i < 5; i++)
        expect_near(model.scores[i], scores[i]);
    assert_int_equal(model.listed, 3);
    assert_memory_equal(model.order, order, sizeof order);
    assert_int_equal(model.categories, 0);
    assert_int_equal(ss_popularity_category(&model, 0).count, 0);
    ss_popularity_close(&model);

    options.half_life_days = 0;
    train_and_open(&log, &options, NULL, 5, 0, &model);
    expect_near(model.scores[0], 0.5);
    expect_near(model.scores[1], 0.25);
    assert_int_equal(model.order[0], 0);
    ss_popularity_close(&model);
}

static void freshness_is_the_recent_share_of_an_items_own_purchases(void **state)
{
    (void)state;
    ss_interaction rows[5];
    ss_interactions log = decaying_log(rows);
    float freshness[4];
    assert_int_equal(ss_popularity_freshness(&log, 5, freshness, NULL), SS_OK);
    expect_near(freshness[0], 0.25);
    expect_near(freshness[1], 1);
    expect_near(freshness[2], 0.5);
    expect_near(freshness[3], 0);
    log.has_times = false;
    assert_int_equal(ss_popularity_freshness(&log, 5, freshness, NULL), SS_OK);
    expect_near(freshness[0], 1);
    expect_near(freshness[3], 0);
    log.count = 0;
    assert_int_equal(ss_popularity_freshness(&log, 5, freshness, NULL), SS_OK);
    expect_near(freshness[0], 0);
}

/*
 * A window of 2 days against one of 10. Item 0: 10 sales, 2 of them lately: as expected. Item 1: 5 sales, 4 of them
 * lately. Item 2: 5 sales, long ago. Expected: 2, 1, 1; their mean 4/3.
 */
static void trends_compare_the_windows(void **state)
{
    (void)state;
    ss_interaction rows[20];
    size_t count = 0;
    for (int64_t day = 1; day <= 10; day++)
        rows[count++] = bought(0, day);
    for (int copy = 0; copy < 4; copy++)
        rows[count++] = bought(1, 10);
    rows[count++] = bought(1, 8);
    for (int copy = 0; copy < 5; copy++)
        rows[count++] = bought(2, 1);
    ss_interactions purchases = log_of(rows, count, 3, 10);
    ss_popularity_options options = plain;
    ss_popularity model;
    train_and_open(&purchases, &options, NULL, 3, 0, &model);
    expect_near(model.trending_scores[0], 0);
    expect_near(model.trending_scores[1], log((4 + 4. / 3) / (1 + 4. / 3)));
    expect_near(model.trending_scores[2], log((4. / 3) / (1 + 4. / 3)));
    assert_int_equal(model.trending, 1);
    assert_int_equal(model.trending_order[0], 1);
    ss_popularity_close(&model);

    options.shrinkage = 0; /* nothing sold lately: no ratio */
    train_and_open(&purchases, &options, NULL, 3, 0, &model);
    expect_near(model.trending_scores[1], log(4));
    expect_near(model.trending_scores[2], 0);
    ss_popularity_close(&model);
}

static void short_logs_have_no_trends(void **state)
{
    (void)state;
    ss_interaction rows[] = {bought(0, 0), bought(1, 1)};
    ss_interactions log = log_of(rows, COUNT(rows), 2, 1);
    ss_popularity model;
    train_and_open(&log, &plain, NULL, 2, 0, &model);
    assert_int_equal(model.trending, 0);
    ss_popularity_close(&model);
    log.has_times = false;
    train_and_open(&log, &plain, NULL, 2, 0, &model);
    assert_int_equal(model.trending, 0);
    assert_int_equal(model.listed, 2);
    ss_popularity_close(&model);
}

static void categories_keep_the_order(void **state)
{
    (void)state;
    ss_interaction rows[] = {bought(0, 0), bought(1, 0), bought(1, 0), bought(2, 0),
                             bought(2, 0), bought(2, 0), bought(3, 0)};
    ss_interactions log = log_of(rows, COUNT(rows), 4, 0);
    const uint32_t category[] = {1, 0, 1, SS_NONE, 1}; /* item 4: in the catalogue, never sold */
    ss_popularity model;
    train_and_open(&log, &plain, category, 5, 3, &model);
    assert_int_equal(model.categories, 3);
    ss_item_list one = ss_popularity_category(&model, 0), two = ss_popularity_category(&model, 1);
    assert_int_equal(one.count, 1);
    assert_int_equal(one.items[0], 1);
    assert_int_equal(two.count, 2);
    assert_int_equal(two.items[0], 2);
    assert_int_equal(two.items[1], 0);
    assert_int_equal(ss_popularity_category(&model, 2).count, 0);
    assert_int_equal(ss_popularity_category(&model, 3).count, 0);
    assert_int_equal(ss_popularity_category(&model, SS_NONE).count, 0);
    ss_popularity_close(&model);
}

static void an_empty_log_gives_an_empty_model(void **state)
{
    (void)state;
    ss_interactions log = {.first_time = SS_NO_TIME, .last_time = SS_NO_TIME};
    ss_popularity model;
    train_and_open(&log, &plain, NULL, 0, 0, &model);
    assert_int_equal(model.item_count, 0);
    assert_int_equal(model.listed, 0);
    ss_popularity_close(&model);
    ss_popularity_close(&model);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    ss_popularity model;
    ss_error error;
    assert_int_equal(ss_popularity_open("/nonexistent", &model, &error), SS_E_NOT_FOUND);
    assert_non_null(strstr(error.where, SS_POPULARITY_FILE));
}

static bool try_to_train(void *context)
{
    const char *folder = context;
    char path[256];
    ss_interaction rows[5];
    ss_interactions log = decaying_log(rows);
    const uint32_t category[] = {0, 1, 0, 1};
    float freshness[4];
    snprintf(path, sizeof path, "%s/%s", folder, SS_POPULARITY_FILE);
    unlink(path);
    ss_status status = ss_popularity_freshness(&log, 5, freshness, NULL);
    if (status == SS_OK)
        status = ss_popularity_train(&log, &plain, category, 4, 2, folder, NULL);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    char folder[] = FOLDER;
    assert_non_null(mkdtemp(folder));
    assert_true(failing_malloc_torture(try_to_train, folder) > 10);
    assert_int_equal(ss_file_remove_tree(folder, NULL), SS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_purchases_count_less),
        cmocka_unit_test(freshness_is_the_recent_share_of_an_items_own_purchases),
        cmocka_unit_test(trends_compare_the_windows),
        cmocka_unit_test(short_logs_have_no_trends),
        cmocka_unit_test(categories_keep_the_order),
        cmocka_unit_test(an_empty_log_gives_an_empty_model),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

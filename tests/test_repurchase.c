/*
 * Buying again: the laws of intervals, what counts as a purchase and a return, probabilities worked by hand, classes by
 * their thresholds, laws found again in drawn spells, and files that must be refused.
 */
#include "testing.h"

#include "check.h"
#include "failing_malloc.h"
#include "temporary_folder.h"

#include "base/timestamp.h"
#include "models/repurchase_query.h"
#include "models/repurchase_spells_train.h"
#include "models/repurchase_train.h"

#include <math.h>
#include <string.h>

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof(ARRAY)[0])

static const ss_repurchase_options plain = {.least_days = 1, .prior_purchases = 2, .durable_days = 365};

static ss_interaction bought(uint32_t customer, uint32_t item, double day)
{
    return (ss_interaction){.time = (int64_t)(day * (double)SS_DAY),
                            .event = SS_EVENT_PURCHASE,
                            .customer = customer,
                            .basket = SS_NONE,
                            .item = item,
                            .quantity = 1};
}

static ss_interactions log_of(ss_interaction *rows, size_t count, uint32_t items, double last_day)
{
    return (ss_interactions){.rows = rows,
                             .count = count,
                             .item_count = items,
                             .has_times = true,
                             .has_customers = true,
                             .has_purchases = true,
                             .last_time = (int64_t)(last_day * (double)SS_DAY)};
}

static void expect_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("%.9g, expected %.9g", found, expected);
}

/* ---- laws ---- */

static void survival_and_quantiles_agree_with_their_formulas(void **state)
{
    (void)state;
    const ss_interval law = {0.5, 30, 0.8};
    expect_near(ss_interval_survival(SS_INTERVAL_LOG_NORMAL, &law, 30), 0.5, 1e-12);
    expect_near(ss_interval_survival(SS_INTERVAL_LOG_NORMAL, &law, 30 * exp(0.8)), 0.15865525393145707, 1e-12);
    expect_near(ss_interval_survival(SS_INTERVAL_WEIBULL, &law, 30), 0.5, 1e-12);
    expect_near(ss_interval_survival(SS_INTERVAL_WEIBULL, &law, 60), exp(-M_LN2 * pow(2, 1 / 0.8)), 1e-12);
    for (unsigned f = 0; f < SS_INTERVAL_FAMILY_COUNT; f++) {
        ss_interval_family family = (ss_interval_family)f;
        expect_near(ss_interval_survival(family, &law, 0), 1, 0);
        expect_near(ss_interval_survival(family, &law, -3), 1, 0);
        for (double p = 1e-4; p < 1; p += 0.01)
            expect_near(ss_interval_survival(family, &law, ss_interval_quantile(family, &law, p)), 1 - p, 1e-9);
        assert_non_null(ss_interval_family_name(family));
    }
    expect_near(ss_interval_quantile(SS_INTERVAL_LOG_NORMAL, &law, 0.5), 30, 1e-9);
    assert_null(ss_interval_family_name(SS_INTERVAL_FAMILY_COUNT));
    assert_string_equal(ss_repurchase_class_name(SS_REPURCHASE_DURABLE), "durable");
    assert_null(ss_repurchase_class_name(SS_REPURCHASE_CLASS_COUNT));
}

static void classes_follow_their_thresholds(void **state)
{
    (void)state;
    const ss_interval_family family = SS_INTERVAL_LOG_NORMAL;
    const ss_interval seldom = {0.05, 100, 1}, regular = {0.7, 30, 0.5}, any_time = {0.7, 30, 1.5},
                      rare = {0.2, 30, 0.5}, in_years = {0.9, 3000, 0.3};
    assert_int_equal(ss_repurchase_classify(family, &seldom, 0, 20), SS_REPURCHASE_DURABLE);
    assert_int_equal(ss_repurchase_classify(family, &seldom, 0, 19.9), SS_REPURCHASE_UNKNOWN);
    assert_int_equal(ss_repurchase_classify(family, &in_years, 50, 60), SS_REPURCHASE_DURABLE);
    assert_int_equal(ss_repurchase_classify(family, &regular, 10, 10), SS_REPURCHASE_CONSUMABLE);
    assert_int_equal(ss_repurchase_classify(family, &regular, 9, 10), SS_REPURCHASE_UNKNOWN);
    assert_int_equal(ss_repurchase_classify(family, &any_time, 100, 200), SS_REPURCHASE_UNKNOWN);
    assert_int_equal(ss_repurchase_classify(family, &rare, 100, 500), SS_REPURCHASE_UNKNOWN);
}

/* ---- spells ---- */

/* Customer 0: item 0 on days 1, 1.5 (the same), 11, 11.9 and 12.1 (one a day after 11 is another). Customer 1: day 5. */
static void spells_end_with_the_next_purchase_or_with_the_log(void **state)
{
    (void)state;
    ss_interaction rows[] = {bought(0, 0, 1),    bought(0, 0, 1.5),     bought(0, 0, 11),
                             bought(0, 0, 11.9), bought(0, 0, 12.1),    bought(0, 1, 3),
                             bought(1, 0, 5),    bought(SS_NONE, 0, 6), bought(1, 0, 7)};
    rows[8].event = SS_EVENT_VIEW;
    ss_interactions bought_log = log_of(rows, COUNT(rows), 2, 100);
    ss_spell_table table;
    ss_error error = {0};
    expect_ok(ss_spell_table_make(&bought_log, 3, 1, &table, &error), &error);
    const double days[] = {10, 1.1, 87.9, 95};
    ss_spells spells = ss_spell_table_item(&table, 0);
    assert_int_equal(spells.count, 4);
    assert_int_equal(spells.stride, 1);
    assert_int_equal(table.returns[0], 2);
    for (size_t i = 0; i < COUNT(days); i++) {
        expect_near((double)spells.at[i].log_days, log(days[i]), 1e-6);
        assert_int_equal(spells.at[i].returned, i < 2);
    }
    assert_int_equal(ss_spell_table_item(&table, 1).count, 1);
    assert_int_equal(ss_spell_table_item(&table, 2).count, 0);
    ss_spell_table_release(&table);
}

static void logs_without_times_or_customers_teach_nothing(void **state)
{
    (void)state;
    ss_interaction rows[] = {bought(0, 0, 1), bought(0, 0, 9)};
    ss_interactions bought_log = log_of(rows, COUNT(rows), 1, 9);
    assert_true(ss_repurchase_learns(&bought_log));
    bought_log.has_times = false;
    assert_false(ss_repurchase_learns(&bought_log));
    bought_log = log_of(rows, COUNT(rows), 1, 9), bought_log.has_customers = false;
    assert_false(ss_repurchase_learns(&bought_log));
    bought_log = log_of(rows, COUNT(rows), 1, 9), bought_log.has_purchases = false;
    assert_false(ss_repurchase_learns(&bought_log));
    bought_log = log_of(rows, COUNT(rows), 1, 0);
    assert_false(ss_repurchase_learns(&bought_log));
}

/* ---- fitting ---- */

#define DRAWN 20000u

/* Spells of a known law, watched for up to 300 days. */
static void draw_spells(ss_random *random, ss_interval_family family, const ss_interval *law, ss_spell *spells,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double watched = 1 + 299 * ss_random_unit(random), p = fmax(ss_random_unit(random), 1e-9);
        double days = ss_interval_quantile(family, law, p);
        bool back = ss_random_unit(random) < law->repeat && days < watched;
        spells[i] = (ss_spell){(float)log(back ? days : watched), back, (uint8_t)ss_random_below(random, 5)};
    }
}

static void laws_are_found_again_in_drawn_spells(void **state)
{
    (void)state;
    static ss_spell drawn[DRAWN];
    ss_random random = test_random();
    const ss_interval_prior vague = {{0.5, 60, 1}, 1, 1};
    const ss_interval laws[] = {{0.7, 20, 0.4}, {0.3, 60, 0.9}, {0.95, 90, 0.6}};
    for (size_t i = 0; i < 2 * COUNT(laws); i++) {
        ss_interval_family family = (ss_interval_family)(i % 2);
        const ss_interval *law = &laws[i / 2];
        draw_spells(&random, family, law, drawn, DRAWN);
        ss_spells spells = {drawn, DRAWN, 1, SS_SPELL_ALL_FOLDS};
        ss_interval found = ss_interval_fit(family, &spells, &vague);
        expect_near(found.repeat, law->repeat, 0.03);
        expect_near(log(found.median_days), log(law->median_days), 0.02);
        expect_near(log(found.shape), log(law->shape), 0.05);
        assert_true(ss_interval_likelihood(family, &spells, &found) >=
                    ss_interval_likelihood(family, &spells, law) - 1);
    }
}

/* Whatever the data, the most likely law is no less likely than its neighbours, prior and all. */
static void fits_of_few_spells_stay_sensible(void **state)
{
    (void)state;
    ss_spell drawn[12];
    ss_random random = test_random();
    for (int run = 0; run < 2000; run++) {
        ss_interval_family family = (ss_interval_family)(run % 2);
        const ss_interval_prior prior = {{0.02 + 0.96 * ss_random_unit(&random), exp(6 * ss_random_unit(&random)),
                                          0.1 + 2 * ss_random_unit(&random)},
                                         1 + 20 * ss_random_unit(&random),
                                         1 + 20 * ss_random_unit(&random)};
        size_t count = ss_random_below(&random, COUNT(drawn) + 1);
        for (size_t i = 0; i < count; i++)
            drawn[i] = (ss_spell){(float)(8 * ss_random_unit(&random) - 1), ss_random_below(&random, 2), 0};
        ss_spells spells = {drawn, count, 1, SS_SPELL_ALL_FOLDS};
        ss_interval found = ss_interval_fit(family, &spells, &prior);
        assert_true(found.repeat > 0 && found.repeat < 1);
        assert_true(isfinite(found.median_days) && found.median_days > 0);
        assert_true(found.shape > 0.01 && found.shape < 11);
        if (count == 0)
            assert_memory_equal(&found, &prior.parent, sizeof found);
    }
}

/* ---- training and asking ---- */

#define CUSTOMERS 400u
#define ITEMS     3u

/* Item 0 is bought every 20 days or so, item 1 once in a life, item 2 by four customers only. */
static size_t small_shop(ss_random *random, ss_interaction *rows)
{
    size_t count = 0;
    for (uint32_t c = 0; c < CUSTOMERS; c++) {
        rows[count++] = bought(c, 1, 200 * ss_random_unit(random));
        for (double day = 40 * ss_random_unit(random); day < 300 && ss_random_below(random, 10);
             day += 20 * exp(0.2 * ss_random_normal(random)))
            rows[count++] = bought(c, 0, day);
        if (c < 4)
            rows[count++] = bought(c, 2, 5);
    }
    return count;
}

static void train_and_open(const ss_interactions *log, const ss_repurchase_options *options, ss_repurchase *model)
{
    char folder[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    temporary_folder_make(folder);
    expect_ok(ss_repurchase_train(log, options, NULL, log->item_count, 0, 2, folder, &error), &error);
    expect_ok(ss_repurchase_open(folder, model, &error), &error);
    expect_ok(ss_model_file_verify(model->file, &error), &error);
    temporary_folder_remove(folder); /* the map stays */
}

static void a_small_shop_is_understood(void **state)
{
    (void)state;
    static ss_interaction rows[CUSTOMERS * 40];
    ss_random random = test_random();
    ss_repurchase model;
    ss_interactions bought_log = log_of(rows, small_shop(&random, rows), ITEMS, 300);
    train_and_open(&bought_log, &plain, &model);
    assert_int_equal(model.newest, bought_log.last_time);
    assert_int_equal(ss_repurchase_class_of(&model, 0), SS_REPURCHASE_CONSUMABLE);
    assert_int_equal(ss_repurchase_class_of(&model, 1), SS_REPURCHASE_DURABLE);
    assert_int_equal(ss_repurchase_class_of(&model, 2), SS_REPURCHASE_UNKNOWN);
    assert_int_equal(ss_repurchase_class_of(&model, ITEMS), SS_REPURCHASE_UNKNOWN);
    assert_int_equal(model.spells[1], CUSTOMERS);
    assert_int_equal(model.returns[1], 0);
    expect_near(log((double)model.median_days[0]), log(20), 0.02);
    expect_near((double)model.repeat[0], 0.9, 0.04);
    expect_near(ss_repurchase_interval(&model, ITEMS).median_days, model.shop.median_days, 0);
    ss_repurchase_close(&model);
    ss_repurchase_close(&model);
}

/* Item 0: log-normal, half come back, after 30 days in the median; 1: durable; 2: consumable. */
static const float hand_repeat[] = {0.5F, 0.01F, 0.8F}, hand_median[] = {30, 500, 30}, hand_shape[] = {0.8F, 1, 0.5F};
static const uint8_t hand_classes[] = {0, 1, 2};

static ss_repurchase by_hand(void)
{
    return (ss_repurchase){.family = SS_INTERVAL_LOG_NORMAL,
                           .item_count = 3,
                           .repeat = hand_repeat,
                           .median_days = hand_median,
                           .shape = hand_shape,
                           .classes = hand_classes,
                           .shop = {0.5, 60, 1},
                           .prior_purchases = 2,
                           .durable_days = 365,
                           .newest = 100 * SS_DAY};
}

static ss_own_purchases own(uint32_t item, uint32_t purchases, double last, double now)
{
    return (ss_own_purchases){item, purchases, (int64_t)(last * (double)SS_DAY), (int64_t)(now * (double)SS_DAY)};
}

static void probabilities_agree_with_a_case_worked_by_hand(void **state)
{
    (void)state;
    ss_repurchase model = by_hand();
    ss_own_purchases asked = own(0, 1, 70, 100);
    double after = 0.5 * erfc(log(2) / 0.8 / M_SQRT2);
    expect_near(ss_repurchase_due(&model, &asked, 30), 0.5 * (0.5 - after) / (0.5 + 0.5 * 0.5), 1e-6);
    asked.purchases = 5; /* (2 * 0.5 + 4) / (2 + 4) */
    expect_near(ss_repurchase_due(&model, &asked, 30), 5. / 6 * (0.5 - after) / (1. / 6 + 5. / 6 * 0.5), 1e-6);
    asked.now = INT64_MIN; /* the log's end: day 100 */
    expect_near(ss_repurchase_due(&model, &asked, 30), 5. / 6 * (0.5 - after) / (1. / 6 + 5. / 6 * 0.5), 1e-6);
    asked = own(0, 1, 70, 60); /* bought later than now: just now */
    expect_near(ss_repurchase_due(&model, &asked, 30), 0.25, 1e-6);
    asked.item = 99;
    expect_near(ss_repurchase_due(&model, &asked, 60), 0.25, 1e-6);
    for (int days = 1; days < 4000; days += 7) {
        asked = own((uint32_t)days % 4, 1 + (uint32_t)days % 9, 0, days);
        double due = ss_repurchase_due(&model, &asked, 30);
        assert_true(due >= 0 && due <= 1);
    }
}

static void durables_are_settled_and_consumables_fall_due(void **state)
{
    (void)state;
    ss_repurchase model = by_hand();
    ss_own_purchases durable = own(1, 1, 0, 499), consumable = own(2, 3, 0, 21), other = own(0, 1, 0, 1);
    assert_true(ss_repurchase_is_settled(&model, &durable)); /* its median is 500 */
    durable = own(1, 1, 0, 501);
    assert_false(ss_repurchase_is_settled(&model, &durable));
    model.durable_days = 600;
    assert_true(ss_repurchase_is_settled(&model, &durable));
    assert_false(ss_repurchase_is_due(&model, &durable));
    assert_false(ss_repurchase_is_due(&model, &consumable)); /* 30 exp(-0.674 * 0.5) = 21.4 */
    consumable = own(2, 3, 0, 22);
    assert_true(ss_repurchase_is_due(&model, &consumable));
    assert_false(ss_repurchase_is_settled(&model, &consumable));
    assert_false(ss_repurchase_is_settled(&model, &other));
    assert_false(ss_repurchase_is_due(&model, &other));
    other.item = 7;
    assert_false(ss_repurchase_is_settled(&model, &other));
}

static void asking_allocates_nothing(void **state)
{
    (void)state;
    ss_repurchase model = by_hand();
    ss_own_purchases asked = own(0, 1, 70, 100);
    failing_malloc_start(0);
    ss_repurchase_due(&model, &asked, 30);
    ss_repurchase_is_due(&model, &asked);
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
}

/* ---- the file ---- */

static size_t read_file(const char *folder, char *bytes, size_t size)
{
    char path[TEMPORARY_PATH_MAX];
    FILE *file = fopen(temporary_path(path, folder, SS_REPURCHASE_FILE), "rb");
    assert_non_null(file);
    size_t read = fread(bytes, 1, size, file);
    fclose(file);
    unlink(path);
    return read;
}

static void any_number_of_threads_gives_the_same_bytes(void **state)
{
    (void)state;
    static ss_interaction rows[CUSTOMERS * 40];
    static char one[1 << 16], many[1 << 16];
    char folder[TEMPORARY_PATH_MAX];
    ss_random random = test_random();
    ss_error error = {0};
    const uint32_t categories[ITEMS] = {0, 1, SS_NONE};
    ss_interactions bought_log = log_of(rows, small_shop(&random, rows), ITEMS, 300);
    temporary_folder_make(folder);
    expect_ok(ss_repurchase_train(&bought_log, &plain, categories, ITEMS, 2, 1, folder, &error), &error);
    size_t size = read_file(folder, one, sizeof one);
    for (int threads = 2; threads < 5; threads++) {
        expect_ok(ss_repurchase_train(&bought_log, &plain, categories, ITEMS, 2, threads, folder, &error), &error);
        assert_int_equal(read_file(folder, many, sizeof many), size);
        assert_memory_equal(one, many, size);
    }
    temporary_folder_remove(folder);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    ss_interaction rows[] = {bought(0, 0, 1), bought(0, 0, 9)};
    ss_interactions bought_log = log_of(rows, COUNT(rows), 1, 9);
    ss_repurchase_options options = plain;
    ss_repurchase model;
    ss_error error;
    assert_status(ss_repurchase_open("/nonexistent", &model, &error), SS_E_NOT_FOUND);
    assert_non_null(strstr(error.where, SS_REPURCHASE_FILE));
    options.prior_purchases = 0;
    assert_status(ss_repurchase_train(&bought_log, &options, NULL, 1, 0, 1, "/nonexistent", &error), SS_E_RANGE);
    assert_status(ss_repurchase_train(&bought_log, &plain, NULL, 1, 0, 1, "/nonexistent", &error), SS_E_IO);
}

/* Two items: arrays of a file, to be spoiled. */
typedef struct raw_file {
    float repeat[2], median[2], shape[2], followed[2];
    uint32_t spells[2], returns[2];
    uint8_t classes[2];
    const char *family;
    double shop_repeat, newest;
} raw_file;

static const raw_file good = {{0.5F, 0.1F}, {30, 90}, {1, 2}, {7, 9}, {8, 9}, {4, 0}, {2, 1}, "weibull", 0.4, 1e15};

static ss_status write_and_verify(const char *folder, const raw_file *raw, ss_error *error)
{
    char path[TEMPORARY_PATH_MAX];
    ss_repurchase model;
    unlink(temporary_path(path, folder, SS_REPURCHASE_FILE));
    ss_model_writer *writer = ss_model_writer_new(&ss_repurchase_schema);
    expect_ok(ss_model_writer_add(writer, "items.repeat", SS_F32, raw->repeat, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.median_days", SS_F32, raw->median, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.shape", SS_F32, raw->shape, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.spells", SS_U32, raw->spells, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.returns", SS_U32, raw->returns, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.followed", SS_F32, raw->followed, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.class", SS_U8, raw->classes, 2, 0, error), error);
    expect_ok(ss_model_writer_metadata(writer, "family", raw->family, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "newest", raw->newest, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "repeat", raw->shop_repeat, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "median_days", 60, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "shape", 1, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "prior_purchases", 2, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "durable_days", 0, error), error);
    expect_ok(ss_model_writer_finish(writer, path, error), error);
    ss_model_writer_free(&writer);
    ss_status status = ss_repurchase_open(folder, &model, error);
    if (status != SS_OK)
        return status;
    status = ss_model_file_verify(model.file, error);
    for (uint32_t item = 0; item < 3; item++) { /* even a file that was never verified is read within its bounds */
        ss_own_purchases asked = own(item, 2, 0, 40);
        assert_true(ss_repurchase_due(&model, &asked, 30) >= 0);
        ss_repurchase_is_due(&model, &asked);
        ss_repurchase_is_settled(&model, &asked);
    }
    ss_repurchase_close(&model);
    return status;
}

static void expect_refused(const char *folder, const raw_file *bad, const char *field)
{
    ss_error error = {0};
    assert_status(write_and_verify(folder, bad, &error), SS_E_CORRUPT);
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
    bad = good, bad.repeat[1] = 0, expect_refused(folder, &bad, "items.repeat");
    bad = good, bad.repeat[0] = 1, expect_refused(folder, &bad, "items.repeat");
    bad = good, bad.repeat[0] = NAN, expect_refused(folder, &bad, "items.repeat");
    bad = good, bad.median[1] = 0, expect_refused(folder, &bad, "items.median_days");
    bad = good, bad.median[1] = INFINITY, expect_refused(folder, &bad, "items.median_days");
    bad = good, bad.shape[0] = -1, expect_refused(folder, &bad, "items.shape");
    bad = good, bad.returns[0] = 9, expect_refused(folder, &bad, "items.returns");
    bad = good, bad.followed[0] = 8.5F, expect_refused(folder, &bad, "items.followed");
    bad = good, bad.followed[0] = -1, expect_refused(folder, &bad, "items.followed");
    bad = good, bad.classes[1] = 3, expect_refused(folder, &bad, "items.class");
    bad = good, bad.family = "gamma", expect_refused(folder, &bad, "family");
    bad = good, bad.shop_repeat = 0, expect_refused(folder, &bad, "repeat");
    bad = good, bad.newest = 1e18, expect_refused(folder, &bad, "newest");
    temporary_folder_remove(folder);
}

/* ---- memory ---- */

typedef struct attempt_context {
    ss_interactions log;
    const char *folder;
} attempt_context;

static bool attempt_training(void *context)
{
    attempt_context *with = context;
    char path[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    const uint32_t categories[ITEMS] = {0, 1, SS_NONE};
    ss_status status = ss_repurchase_train(&with->log, &plain, categories, ITEMS, 2, 1, with->folder, &error);
    if (status != SS_OK)
        assert_status(status, SS_E_NOMEM);
    unlink(temporary_path(path, with->folder, SS_REPURCHASE_FILE));
    return status == SS_OK;
}

static void memory_running_out_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    ss_interaction rows[] = {bought(0, 0, 1), bought(0, 0, 9), bought(0, 1, 3), bought(1, 0, 4), bought(1, 2, 9)};
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    attempt_context with = {log_of(rows, COUNT(rows), ITEMS, 30), folder};
    assert_true(failing_malloc_torture(attempt_training, &with) > 10);
    temporary_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survival_and_quantiles_agree_with_their_formulas),
        cmocka_unit_test(classes_follow_their_thresholds),
        cmocka_unit_test(spells_end_with_the_next_purchase_or_with_the_log),
        cmocka_unit_test(logs_without_times_or_customers_teach_nothing),
        cmocka_unit_test(laws_are_found_again_in_drawn_spells),
        cmocka_unit_test(fits_of_few_spells_stay_sensible),
        cmocka_unit_test(a_small_shop_is_understood),
        cmocka_unit_test(probabilities_agree_with_a_case_worked_by_hand),
        cmocka_unit_test(durables_are_settled_and_consumables_fall_due),
        cmocka_unit_test(asking_allocates_nothing),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(memory_running_out_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_segments.c: names and stages of life case by case, birthdays against the calendar walked day by day, a small shop
 * whose facts and lines are worked out by hand, and broken files.
 */
#include "check.h"
#include "failing_malloc.h"
#include "memory_rows.h"
#include "temporary_folder.h"

#include "base/timestamp.h"
#include "log/read_log.h"
#include "models/segments_query.h"
#include "models/segments_train.h"

#include <math.h>
#include <time.h>

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))

/* ---- names ---- */

static void every_segment_is_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned s = 0; s < SS_SEGMENT_COUNT; s++) {
        const char *name = ss_segment_name((ss_segment)s);
        assert_non_null(name);
        assert_int_equal(ss_segment_find(ss_slice_of(name)), s);
    }
    assert_string_equal(ss_segment_name(SS_SEGMENT_AT_RISK), "at_risk");
}

static void what_is_no_segment_has_no_name(void **state)
{
    (void)state;
    assert_null(ss_segment_name(SS_SEGMENT_COUNT));
    assert_null(ss_segment_name((ss_segment)77));
    assert_int_equal(ss_segment_find(ss_slice_of("vip")), SS_SEGMENT_COUNT);
    assert_int_equal(ss_segment_find((ss_slice){0}), SS_SEGMENT_COUNT);
}

/* ---- stages of life ---- */

static const ss_segment_rules some_rules = {.loyal_frequency = 5,
                                            .at_risk_frequency = 3,
                                            .loyal_value = 1000,
                                            .at_risk_value = 500,
                                            .at_risk_intervals = 2,
                                            .lapsed_intervals = 4,
                                            .priced = true};

static void stages_follow_the_rules(void **state)
{
    (void)state;
    static const struct {
        uint32_t orders;
        int64_t value;
        double interval, days; /* since the last order */
        bool unpriced;
        ss_segment wanted;
    } cases[] = {
        {0, 0, 10, 0, false, SS_SEGMENT_NEW},          {0, 9999, 10, 900, false, SS_SEGMENT_NEW},
        {1, 10, 10, 5, false, SS_SEGMENT_RETURNING},   {5, 1000, 10, 20, false, SS_SEGMENT_LOYAL},
        {4, 1000, 10, 5, false, SS_SEGMENT_RETURNING}, {5, 999, 10, 5, false, SS_SEGMENT_RETURNING},
        {5, 0, 10, 5, true, SS_SEGMENT_LOYAL},         {5, 1000, 10, 20.01, false, SS_SEGMENT_AT_RISK},
        {3, 0, 10, 21, false, SS_SEGMENT_AT_RISK},     {1, 500, 10, 21, false, SS_SEGMENT_AT_RISK},
        {2, 499, 10, 21, false, SS_SEGMENT_RETURNING}, {1, 500, 10, 21, true, SS_SEGMENT_RETURNING},
        {9, 9999, 10, 40, false, SS_SEGMENT_AT_RISK},  {9, 9999, 10, 40.01, false, SS_SEGMENT_LAPSED},
        {1, 1, 10, 41, false, SS_SEGMENT_LAPSED},      {5, 1000, 0, 5000, false, SS_SEGMENT_LOYAL},
        {5, 1000, 10, -7, false, SS_SEGMENT_LOYAL},
    };
    const int64_t last = INT64_C(1700000000) * SS_SECOND;
    for (size_t i = 0; i < COUNT(cases); i++) {
        ss_segment_rules rules = some_rules;
        rules.priced = !cases[i].unpriced;
        const ss_customer_facts facts = {last, cases[i].orders, cases[i].value, cases[i].interval};
        ss_segment found = ss_segment_lifecycle(&rules, &facts, last + (int64_t)(cases[i].days * (double)SS_DAY));
        if (found != cases[i].wanted)
            fail_msg("case %zu: %s", i, ss_segment_name(found));
    }
    const ss_customer_facts timeless = {SS_NO_TIME, 5, 1000, 0};
    assert_int_equal(ss_segment_lifecycle(&some_rules, &timeless, last), SS_SEGMENT_LOYAL);
}

/* ---- birthdays ---- */

/* Day of a leap year of a date; March 1 stands for February 29 where there is none. */
static unsigned leap_day_of(const struct tm *date)
{
    struct tm in_leap_year = {.tm_year = 100, .tm_mon = date->tm_mon, .tm_mday = date->tm_mday, .tm_hour = 12};
    timegm(&in_leap_year);
    return (unsigned)in_leap_year.tm_yday + 1;
}

static bool is_it(unsigned birthday, time_t day)
{
    struct tm date;
    gmtime_r(&day, &date);
    int year = date.tm_year + 1900;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return leap_day_of(&date) == birthday || (birthday == 60 && !leap && leap_day_of(&date) == 61);
}

static void birthdays_are_near_on_the_days_around_them(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int i = 0; i < 4000; i++) {
        unsigned birthday = i < 366 ? (unsigned)i + 1 : 1 + ss_random_below(&random, 366);
        int64_t within = ss_random_below(&random, 6);
        time_t day = ((time_t)ss_random_below(&random, 90 * 365) - 5000) * 86400;
        bool wanted = false;
        for (int64_t away = -within; away <= within; away++)
            wanted |= is_it(birthday, day + away * 86400);
        int64_t now = (int64_t)day * SS_SECOND + ss_random_below(&random, 86400) * SS_SECOND + 999999;
        if (ss_birthday_is_near(birthday, now, within) != wanted)
            fail_msg("birthday %u, %lld days, +-%lld", birthday, (long long)day / 86400, (long long)within);
    }
    assert_false(ss_birthday_is_near(0, 0, 180));
}

/* ---- a small shop ---- */

/*
 * ann orders on days 0, 10, 20, 30, 40 and 60; bob on 0 and 30; cid once on day 1, eve on 2, fay on 3. Mean intervals are
 * 12 and 30: the shop's is 12, the lower of two. Gaps, in intervals until then: of ann 10/12, 10/11, 30/32, 40/42, 50/52
 * (10 over (12 + 10 (i - 1)) / i) and then 20 over 52/5; of bob 30/12.
 */
static const char small_log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                                "1,ann,tea,1,3,0\n1,ann,pot,1,9,0\n2,ann,tea,1,3,864000\n3,ann,tea,1,3,1728000\n"
                                "4,ann,tea,1,3,2592000\n5,ann,cup,1,4,3456000\n9,ann,tea,1,3,5184000\n"
                                "6,bob,cup,2,4.50,0\n7,bob,cup,1,4,2592000\n8,cid,tea,1,3,86400\n"
                                "10,eve,pot,1,9,172800\n11,fay,cup,1,1,259200\n";

typedef struct small_shop {
    char folder[TEMPORARY_PATH_MAX];
    ss_interactions log;
    ss_profiles *profiles;
    ss_segments_summary summary;
    ss_segments model;
} small_shop;

static const ss_segments_options plain = {.birthday_days = 3, .affinity_purchases = 3, .affinity_share = 0.4};

static void read_small(small_shop *of, const char *log, const char *profiles)
{
    ss_error error = {0};
    ss_log_options options = ss_log_defaults();
    ss_profiles_options profiles_options = {0};
    ss_table_report table_report;
    ss_log_report report;
    *of = (small_shop){0};
    ss_row_source *source = memory_rows_open(log);
    expect_ok(ss_log_read(source, &options, NULL, NULL, &of->log, &report, &error), &error);
    ss_row_source_close(&source);
    temporary_folder_make(of->folder);
    if (!profiles)
        return;
    source = memory_rows_open(profiles);
    expect_ok(ss_profiles_read_rows(source, &profiles_options, NULL, &of->profiles, &table_report, &error), &error);
    ss_row_source_close(&source);
}

static ss_segments_input input_of(const small_shop *of, uint32_t *category)
{
    for (uint32_t item = 0; item < of->log.item_count; item++) /* drinks: tea, the most bought; the rest is crockery */
        category[item] = ss_slice_equal(ss_dictionary_id(of->log.items, item), ss_slice_of("tea")) ? 1 : 0;
    return (ss_segments_input){&of->log, of->log.customers, of->profiles, category, 2};
}

static void open_small(small_shop *of, const char *log, const char *profiles, const ss_segments_options *options)
{
    uint32_t category[8];
    ss_error error = {0};
    read_small(of, log, profiles);
    const ss_segments_input input = input_of(of, category);
    expect_ok(ss_segments_train(&input, options, of->folder, &of->summary, &error), &error);
    expect_ok(ss_segments_open(of->folder, &of->model, &error), &error);
    expect_ok(ss_model_file_verify(of->model.file, &error), &error);
}

static void close_small(small_shop *of)
{
    ss_segments_close(&of->model);
    ss_interactions_free(&of->log);
    ss_profiles_free(&of->profiles);
    temporary_folder_remove(of->folder);
}

static uint32_t number_of(const small_shop *of, const char *customer)
{
    return ss_dictionary_find(of->log.customers, ss_slice_of(customer));
}

static void expect_facts(const small_shop *of, const char *customer, uint32_t orders, int64_t value, double interval,
                         int64_t day)
{
    ss_customer_facts facts = ss_segments_facts(&of->model, number_of(of, customer));
    assert_int_equal(facts.orders, orders);
    assert_int_equal(facts.value, value);
    assert_true(fabs(facts.interval - interval) < 1e-6 * interval);
    assert_true(facts.newest == day * SS_DAY);
}

static void a_small_shop_is_understood(void **state)
{
    (void)state;
    small_shop of;
    open_small(&of, small_log, NULL, &plain);
    const ss_segment_rules *rules = &of.model.rules;
    expect_facts(&of, "ann", 6, 2800, 72.0 / 6, 60);
    expect_facts(&of, "bob", 2, 1300, 42.0 / 2, 30);
    expect_facts(&of, "cid", 1, 300, 12, 1);
    assert_true(of.model.interval_days == 12 && of.summary.interval_days == 12);
    assert_true(rules->priced && of.model.end == 60 * SS_DAY);
    assert_true(rules->loyal_frequency == 3 && rules->at_risk_frequency == 2);
    assert_true(rules->loyal_value == 1301 && rules->at_risk_value == 901);
    assert_true(fabs(rules->at_risk_intervals - 2.5) < 1e-12); /* of seven gaps the seventh */
    assert_true(fabs(rules->lapsed_intervals - 2.5) < 1e-12);
    assert_int_equal(ss_segments_affinity(&of.model, number_of(&of, "ann")), 1); /* 5 of 7 are tea */
    assert_int_equal(ss_segments_affinity(&of.model, number_of(&of, "bob")), SS_NONE);
    assert_int_equal(ss_segments_affinity(&of.model, SS_NONE), SS_NONE);
    const uint32_t wanted[SS_LIFECYCLE_COUNT] = {0, 1, 1, 0, 3}; /* bob is away for 30/21 intervals */
    assert_memory_equal(of.summary.lifecycle, wanted, sizeof wanted);
    close_small(&of);
}

static void lines_can_be_set(void **state)
{
    (void)state;
    ss_segments_options options = plain;
    small_shop of;
    options.loyal_frequency = 2, options.at_risk_frequency = 4, options.loyal_value = 77, options.at_risk_value = 55;
    options.at_risk_intervals = 1.5, options.lapsed_intervals = 9;
    open_small(&of, small_log, NULL, &options);
    const ss_segment_rules *rules = &of.model.rules;
    assert_true(rules->loyal_frequency == 2 && rules->at_risk_frequency == 4);
    assert_true(rules->loyal_value == 77 && rules->at_risk_value == 55);
    assert_true(rules->at_risk_intervals == 1.5 && rules->lapsed_intervals == 9);
    close_small(&of);
    options.lapsed_intervals = 0, options.at_risk_intervals = 30;
    open_small(&of, small_log, NULL, &options);
    assert_true(of.model.rules.lapsed_intervals == 30);
    close_small(&of);
    options.lapsed_intervals = 2, options.at_risk_intervals = 0;
    open_small(&of, small_log, NULL, &options);
    assert_true(of.model.rules.at_risk_intervals == 2);
    close_small(&of);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    ss_segments_options options = plain;
    uint32_t category[8];
    small_shop of;
    ss_error error = {0};
    read_small(&of, small_log, NULL);
    const ss_segments_input input = input_of(&of, category);
    options.lapsed_intervals = 1, options.at_risk_intervals = 2;
    assert_status(ss_segments_train(&input, &options, of.folder, &of.summary, &error), SS_E_RANGE);
    assert_error_text(error, "segments.lapsed-intervals 1 is below segments.at-risk-intervals 2");
    options = plain, options.affinity_share = 2;
    assert_status(ss_segments_train(&input, &options, of.folder, &of.summary, &error), SS_E_RANGE);
    assert_false(of.summary.trained);
    close_small(&of);
}

static void what_the_shop_says_is_known(void **state)
{
    (void)state;
    small_shop of;
    const int64_t march_1 = 59 * SS_DAY, march_9 = 67 * SS_DAY; /* 1970 */
    const uint32_t birthday = 1u << SS_SEGMENT_BIRTHDAY, referral = 1u << SS_SEGMENT_REFERRAL;
    open_small(&of, small_log, "customer_id,birthday,referral\nann,02-29,0\nbob,12-24,1\nzoe,03-10,1\nyan,,\n", &plain);
    assert_int_equal(ss_segments_of_profile(&of.model, number_of(&of, "ann"), ss_slice_of("ann"), march_1), birthday);
    assert_int_equal(ss_segments_of_profile(&of.model, number_of(&of, "ann"), ss_slice_of("ann"), march_9), 0);
    assert_int_equal(ss_segments_of_profile(&of.model, number_of(&of, "bob"), ss_slice_of("bob"), march_9), referral);
    assert_int_equal(ss_segments_of_profile(&of.model, number_of(&of, "cid"), ss_slice_of("cid"), march_9), 0);
    assert_int_equal(ss_segments_of_profile(&of.model, SS_NONE, ss_slice_of("zoe"), march_9), birthday | referral);
    assert_int_equal(ss_segments_of_profile(&of.model, SS_NONE, ss_slice_of("yan"), march_9), 0);
    assert_int_equal(ss_segments_of_profile(&of.model, SS_NONE, ss_slice_of("nobody"), march_9), 0);
    assert_int_equal(ss_segments_of_profile(&of.model, SS_NONE, (ss_slice){"", 0}, march_9), 0);
    assert_int_equal(of.summary.lifecycle[SS_SEGMENT_NEW], 2);
    assert_int_equal(of.summary.birthdays, 3);
    assert_int_equal(of.summary.referrals, 2);
    close_small(&of);
}

static void live_purchases_are_added(void **state)
{
    (void)state;
    small_shop of;
    open_small(&of, small_log, NULL, &plain);
    ss_customer_facts cid = ss_segments_facts(&of.model, number_of(&of, "cid"));
    ss_customer_facts later = ss_segments_add(&of.model, cid, 61 * SS_DAY);
    ss_customer_facts in_log = ss_segments_add(&of.model, cid, 59 * SS_DAY);
    ss_customer_facts stranger = ss_segments_add(&of.model, ss_segments_facts(&of.model, SS_NONE), 59 * SS_DAY);
    assert_int_equal(ss_segment_lifecycle(&of.model.rules, &cid, 61 * SS_DAY), SS_SEGMENT_LAPSED);
    assert_int_equal(ss_segment_lifecycle(&of.model.rules, &later, 61 * SS_DAY), SS_SEGMENT_RETURNING);
    assert_int_equal(later.orders, 2);
    assert_true(later.interval == (12 + 60) / 2.0 && later.newest == 61 * SS_DAY && later.value == 300);
    assert_memory_equal(&in_log, &cid, sizeof cid);
    assert_int_equal(stranger.orders, 1);
    assert_true(stranger.interval == 12);
    assert_int_equal(ss_segment_lifecycle(&of.model.rules, &stranger, 61 * SS_DAY), SS_SEGMENT_RETURNING);
    close_small(&of);
}

static void without_times_nobody_is_away(void **state)
{
    (void)state;
    small_shop of;
    open_small(&of, "order_id,customer_id,item_id\n1,ann,tea\n2,ann,tea\n3,bob,tea\n", NULL, &plain);
    ss_customer_facts ann = ss_segments_facts(&of.model, 0), more = ss_segments_add(&of.model, ann, SS_DAY);
    assert_int_equal(ann.orders, 2);
    assert_true(ann.newest == SS_NO_TIME && ann.interval == 0 && !of.model.rules.priced);
    assert_int_equal(more.orders, 2);
    assert_int_equal(ss_segment_lifecycle(&of.model.rules, &ann, INT64_MAX), SS_SEGMENT_RETURNING);
    close_small(&of);
}

static void customers_who_only_look_are_new(void **state)
{
    (void)state;
    small_shop of;
    open_small(&of, "session_id,customer_id,item_id,event\n1,ann,tea,view\n2,bob,tea,purchase\n", NULL, &plain);
    ss_customer_facts ann = ss_segments_facts(&of.model, number_of(&of, "ann"));
    assert_int_equal(ann.orders, 0);
    assert_int_equal(ss_segment_lifecycle(&of.model.rules, &ann, 0), SS_SEGMENT_NEW);
    assert_int_equal(of.summary.lifecycle[SS_SEGMENT_NEW], 1);
    close_small(&of);
}

/* ---- broken files ---- */

typedef struct raw_file {
    int64_t newest[2], value[2];
    uint32_t orders[2], affinity[2];
    float interval[2];
    uint16_t birthday[2], others_birthday[1];
    uint8_t referral[2], others_referral[1];
    const char *id;
    double loyal_frequency, birthday_days;
} raw_file;

static const raw_file good = {.value = {5, 0},
                              .orders = {1, 0},
                              .affinity = {0, SS_NONE},
                              .interval = {3, 0},
                              .birthday = {366, 0},
                              .others_birthday = {1},
                              .referral = {1, 0},
                              .id = "zoe",
                              .loyal_frequency = 5};

static void write_raw(const raw_file *raw, const char *path, ss_error *error)
{
    ss_model_writer *writer = ss_model_writer_new(&ss_segments_schema);
    ss_strings_builder *ids = ss_strings_builder_new();
    expect_ok(ss_strings_builder_push(ids, ss_slice_of(raw->id)), error);
    expect_ok(ss_model_writer_add(writer, "newest", SS_I64, raw->newest, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "orders", SS_U32, raw->orders, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "value", SS_I64, raw->value, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "interval", SS_F32, raw->interval, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "affinity", SS_U32, raw->affinity, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "birthday", SS_U16, raw->birthday, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "referral", SS_U8, raw->referral, 2, 0, error), error);
    expect_ok(ss_strings_builder_add(ids, writer, "others.ids", true, error), error);
    expect_ok(ss_model_writer_add(writer, "others.birthday", SS_U16, raw->others_birthday, 1, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "others.referral", SS_U8, raw->others_referral, 1, 0, error), error);
    expect_ok(ss_model_writer_dimension(writer, "categories", 1, error), error);
    static const char *const keys[] = {"loyal_value",      "at_risk_frequency", "at_risk_value", "at_risk_intervals",
                                       "lapsed_intervals", "interval_days",     "priced"};
    for (size_t i = 0; i < COUNT(keys); i++)
        expect_ok(ss_model_writer_metadata_f64(writer, keys[i], 1, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "loyal_frequency", raw->loyal_frequency, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "birthday_days", raw->birthday_days, error), error);
    expect_ok(ss_model_writer_finish(writer, path, error), error);
    ss_strings_builder_free(&ids);
    ss_model_writer_free(&writer);
}

static ss_status write_and_verify(const char *folder, const raw_file *raw, ss_error *error)
{
    char path[TEMPORARY_PATH_MAX];
    ss_segments model;
    unlink(temporary_path(path, folder, SS_SEGMENTS_FILE));
    write_raw(raw, path, error);
    ss_status status = ss_segments_open(folder, &model, error);
    if (status != SS_OK)
        return status;
    status = ss_model_file_verify(model.file, error);
    for (uint32_t customer = 0; customer < 4; customer++) { /* even a file that was never verified is read in bounds */
        ss_customer_facts facts = ss_segments_facts(&model, customer);
        assert_true((unsigned)ss_segment_lifecycle(&model.rules, &facts, 7 * SS_DAY) < SS_LIFECYCLE_COUNT);
        ss_segments_of_profile(&model, customer, ss_slice_of("zoe"), 7 * SS_DAY);
    }
    ss_segments_close(&model);
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
    bad = good, bad.value[1] = -1, expect_refused(folder, &bad, "value");
    bad = good, bad.interval[0] = -1, expect_refused(folder, &bad, "interval");
    bad = good, bad.interval[1] = NAN, expect_refused(folder, &bad, "interval");
    bad = good, bad.affinity[0] = 1, expect_refused(folder, &bad, "affinity");
    bad = good, bad.birthday[1] = 367, expect_refused(folder, &bad, "birthday");
    bad = good, bad.referral[1] = 2, expect_refused(folder, &bad, "referral");
    bad = good, bad.others_birthday[0] = 367, expect_refused(folder, &bad, "others.birthday");
    bad = good, bad.others_referral[0] = 3, expect_refused(folder, &bad, "others.referral");
    bad = good, bad.loyal_frequency = -1, expect_refused(folder, &bad, "loyal_frequency");
    bad = good, bad.birthday_days = NAN, expect_refused(folder, &bad, "birthday_days");
    temporary_folder_remove(folder);
}

/* ---- memory ---- */

static bool attempt_training(void *context)
{
    small_shop *of = context;
    uint32_t category[8];
    char path[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    const ss_segments_input input = input_of(of, category);
    ss_status status = ss_segments_train(&input, &plain, of->folder, &of->summary, &error);
    if (status != SS_OK)
        assert_status(status, SS_E_NOMEM);
    unlink(temporary_path(path, of->folder, SS_SEGMENTS_FILE));
    return status == SS_OK;
}

static void memory_running_out_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    small_shop of;
    read_small(&of, small_log, "customer_id,birthday\nann,02-29\nzoe,03-10\n");
    assert_true(failing_malloc_torture(attempt_training, &of) > 20);
    close_small(&of);
}

static void asking_allocates_nothing(void **state)
{
    (void)state;
    small_shop of;
    open_small(&of, small_log, "customer_id,birthday\nann,02-29\nzoe,03-10\n", &plain);
    failing_malloc_start(0);
    for (uint32_t customer = 0; customer < 7; customer++) {
        ss_customer_facts facts = ss_segments_facts(&of.model, customer);
        facts = ss_segments_add(&of.model, facts, 70 * SS_DAY);
        ss_segment_lifecycle(&of.model.rules, &facts, 80 * SS_DAY);
        ss_segments_of_profile(&of.model, customer, ss_slice_of("zoe"), 80 * SS_DAY);
    }
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    close_small(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_segment_is_found_by_its_name),
        cmocka_unit_test(what_is_no_segment_has_no_name),
        cmocka_unit_test(stages_follow_the_rules),
        cmocka_unit_test(birthdays_are_near_on_the_days_around_them),
        cmocka_unit_test(a_small_shop_is_understood),
        cmocka_unit_test(lines_can_be_set),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(what_the_shop_says_is_known),
        cmocka_unit_test(live_purchases_are_added),
        cmocka_unit_test(without_times_nobody_is_away),
        cmocka_unit_test(customers_who_only_look_are_new),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(memory_running_out_is_an_error_and_leaks_nothing),
        cmocka_unit_test(asking_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

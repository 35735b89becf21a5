/*
 * test_audience.c: which segments a visitor is of: hand-made cases; random visitors of a random shop against the rules
 * told once more; and that asking allocates nothing.
 */
#include "check.h"
#include "failing_malloc.h"
#include "shop.h"

#include "shelf/audience.h"

#include <time.h>

#define NOW  INT64_C(1709000000) /* seconds */
#define HOUR 3600u

static const char small_log[] = "order_id,customer_id,item_id,timestamp\n"
                                "1,ann,tea,2024-01-01\n1,ann,pot,2024-01-01\n2,bob,tea,2024-01-02\n";

static const ss_visitor_view nothing;

typedef struct touch {
    unsigned ago; /* seconds */
    unsigned cart, bought_ago;
} touch;

/* As shop_open, with or without segments, and with a customers file (NULL: none). */
static void open_shop(shop *of, const char *log, const char *customers, unsigned models)
{
    char log_path[TEMPORARY_PATH_MAX], customers_path[TEMPORARY_PATH_MAX];
    ss_input_options input;
    ss_model_options options;
    ss_training_data data = {0};
    ss_train_report report = {0};
    ss_error error = {0};
    temporary_folder_make(of->folder);
    temporary_path(of->store, of->folder, "store");
    shop_write(of, "log.csv", log);
    shop_defaults(&input, &options);
    options.models = models;
    input.logs = (ss_texts){{temporary_path(log_path, of->folder, "log.csv")}, 1};
    if (customers) {
        shop_write(of, "customers.csv", customers);
        input.customers = (ss_texts){{temporary_path(customers_path, of->folder, "customers.csv")}, 1};
    }
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    expect_ok(ss_train(of->store, NOW * SS_SECOND, &data, &options, 1, NULL, &report, &error), &error);
    ss_training_data_free(&data);
    expect_ok(ss_snapshot_open(of->store, NULL, true, &of->snapshot, &error), &error);
    of->answerer = NULL;
}

/* A list of items that were touched so long ago, oldest first; bought_ago 0: not bought. */
static ss_visitor_view view_of(const touch *touches, unsigned count)
{
    ss_visitor_view view = {.count = count};
    for (unsigned i = 0; i < count; i++)
        view.items[i] =
            (ss_visitor_item){.id = i,
                              .item = SS_NONE,
                              .time = (uint32_t)(NOW - touches[i].ago),
                              .cart = (uint16_t)touches[i].cart,
                              .bought = touches[i].bought_ago > 0,
                              .bought_time = touches[i].bought_ago > 0 ? (uint32_t)(NOW - touches[i].bought_ago) : 0,
                              .flags = SS_VISITOR_SEEN};
    return view;
}

static ss_audience ask(const ss_snapshot *snapshot, const char *customer, const ss_visitor_view *session,
                       const ss_visitor_view *known)
{
    return ss_audience_of(snapshot, ss_slice_of(customer), session, known, NOW * SS_SECOND);
}

static bool is_in(const ss_audience *audience, ss_segment segment)
{
    return audience->segments >> segment & 1;
}

static void nobody_is_new(void **state)
{
    (void)state;
    const ss_snapshot snapshot = {.has_customers = false};
    ss_audience audience = ask(&snapshot, "", &nothing, &nothing);
    assert_int_equal(audience.segments, 1u << SS_SEGMENT_NEW);
    assert_int_equal(audience.affinity, SS_NONE);
    assert_int_equal(ss_audience_lifecycle(&audience), SS_SEGMENT_NEW);
}

static void whoever_bought_a_minute_ago_is_returning(void **state)
{
    (void)state;
    const ss_snapshot snapshot = {.has_customers = false};
    const touch bought = {60, 0, 60}, seen = {60, 0, 0};
    ss_visitor_view buyer = view_of(&bought, 1), looker = view_of(&seen, 1);
    ss_audience by_session = ask(&snapshot, "", &buyer, &nothing), by_customer = ask(&snapshot, "x", &nothing, &buyer);
    ss_audience neither = ask(&snapshot, "x", &looker, &looker);
    assert_int_equal(by_session.segments, 1u << SS_SEGMENT_RETURNING);
    assert_int_equal(by_customer.segments, 1u << SS_SEGMENT_RETURNING);
    assert_int_equal(ss_audience_lifecycle(&by_customer), SS_SEGMENT_RETURNING);
    assert_int_equal(neither.segments, 1u << SS_SEGMENT_NEW);
}

static void a_generation_without_segments_knows_who_bought(void **state)
{
    (void)state;
    shop tea;
    open_shop(&tea, small_log, NULL, SS_TRAIN_POPULARITY);
    ss_audience ann = ask(tea.snapshot, "ann", &nothing, &nothing), eve = ask(tea.snapshot, "eve", &nothing, &nothing);
    assert_int_equal(ss_audience_lifecycle(&ann), SS_SEGMENT_RETURNING);
    assert_int_equal(ss_audience_lifecycle(&eve), SS_SEGMENT_NEW);
    shop_close(&tea);
}

static bool abandons(const ss_visitor_view *session, const ss_visitor_view *customer)
{
    const ss_snapshot snapshot = {.has_customers = false};
    ss_audience audience = ask(&snapshot, "x", session, customer);
    return is_in(&audience, SS_SEGMENT_CART_ABANDONER);
}

static void a_cart_is_abandoned_after_an_hour(void **state)
{
    (void)state;
    const touch just[] = {{HOUR, 1, 0}}, long_ago[] = {{HOUR + 1, 1, 0}}, empty[] = {{9 * HOUR, 0, 0}};
    ss_visitor_view fresh = view_of(just, 1), old = view_of(long_ago, 1), without = view_of(empty, 1);
    assert_false(abandons(&fresh, &fresh));
    assert_true(abandons(&old, &nothing));
    assert_true(abandons(&nothing, &old));
    assert_false(abandons(&nothing, &fresh));
    assert_false(abandons(&without, &without));
}

static void a_cart_of_an_earlier_session_is_abandoned_at_once(void **state)
{
    (void)state;
    const touch before[] = {{600, 1, 0}, {300, 0, 0}}, now[] = {{300, 0, 0}}, same[] = {{600, 1, 0}, {300, 0, 0}};
    ss_visitor_view customer = view_of(before, 2), later = view_of(now, 1), session = view_of(same, 2);
    assert_true(abandons(&later, &customer));
    assert_false(abandons(&session, &customer));
    assert_false(abandons(&nothing, &customer));
}

static void a_purchase_settles_what_was_left_before_it(void **state)
{
    (void)state;
    const touch settled[] = {{3 * HOUR, 1, 0}, {2 * HOUR, 0, 2 * HOUR}},
                left[] = {{3 * HOUR, 0, 3 * HOUR}, {2 * HOUR, 1, 0}};
    const touch bought[] = {{60, 0, 60}};
    ss_visitor_view before = view_of(settled, 2), after = view_of(left, 2), elsewhere = view_of(bought, 1);
    assert_false(abandons(&nothing, &before));
    assert_true(abandons(&nothing, &after));
    assert_false(abandons(&elsewhere, &after));
}

/* ---- with segments ---- */

#define DAYS_AGO(DAYS) (NOW - (DAYS)*INT64_C(86400))

/* ann comes every ten days and was here five days ago; bob came so too, until 25 days ago; cid, dan, … once. */
static void write_regulars(ss_buffer *log)
{
    ss_buffer_append_text(log, "order_id,customer_id,item_id,unit_price,timestamp\n");
    for (int order = 0; order < 12; order++) {
        ss_buffer_printf(log, "a%d,ann,tea,50,%lld\n", order, (long long)DAYS_AGO(5 + 10 * order));
        ss_buffer_printf(log, "b%d,bob,tea,50,%lld\n", order, (long long)DAYS_AGO(35 + 10 * order));
    }
    for (int i = 0; i < 8; i++)
        ss_buffer_printf(log, "c%d,once%d,pot,5,%lld\n", i, i, (long long)DAYS_AGO(12 + i));
}

static void expect_stage(const shop *of, const char *customer, const ss_visitor_view *session, ss_segment wanted)
{
    ss_audience audience = ask(of->snapshot, customer, session, &nothing);
    if (ss_audience_lifecycle(&audience) != wanted)
        fail_msg("%s: %s", customer, ss_segment_name(ss_audience_lifecycle(&audience)));
}

static void stages_are_those_of_the_moment(void **state)
{
    (void)state;
    const touch bought[] = {{60, 0, 60}};
    const ss_visitor_view buyer = view_of(bought, 1);
    shop of;
    ss_buffer log;
    ss_buffer_init(&log, 1u << 16);
    write_regulars(&log);
    open_shop(&of, log.data, "customer_id,birthday,referral\nann,02-27,0\nzoe,,1\n", SS_TRAIN_SEGMENTS);
    ss_segment_rules *rules = &of.snapshot->segments.rules;
    rules->at_risk_intervals = 2, rules->lapsed_intervals = 6;
    expect_stage(&of, "ann", &nothing, SS_SEGMENT_LOYAL);
    expect_stage(&of, "bob", &nothing, SS_SEGMENT_AT_RISK);
    expect_stage(&of, "bob", &buyer, SS_SEGMENT_LOYAL);
    expect_stage(&of, "once1", &nothing, SS_SEGMENT_RETURNING);
    expect_stage(&of, "zoe", &nothing, SS_SEGMENT_NEW);
    expect_stage(&of, "zoe", &buyer, SS_SEGMENT_RETURNING);
    expect_stage(&of, "", &nothing, SS_SEGMENT_NEW);
    ss_audience ann = ask(of.snapshot, "ann", &nothing, &nothing), zoe = ask(of.snapshot, "zoe", &nothing, &nothing);
    assert_int_equal(ann.segments, 1u << SS_SEGMENT_LOYAL | 1u << SS_SEGMENT_BIRTHDAY); /* it is February 27, 2024 */
    assert_int_equal(zoe.segments, 1u << SS_SEGMENT_NEW | 1u << SS_SEGMENT_REFERRAL);
    ann = ss_audience_of(of.snapshot, ss_slice_of("ann"), &nothing, &nothing, (NOW + 86400 * 20) * SS_SECOND);
    assert_int_equal(ss_audience_lifecycle(&ann), SS_SEGMENT_AT_RISK);
    ann = ss_audience_of(of.snapshot, ss_slice_of("ann"), &nothing, &nothing, (NOW + 86400 * 70) * SS_SECOND);
    assert_int_equal(ss_audience_lifecycle(&ann), SS_SEGMENT_LAPSED);
    shop_close(&of);
    ss_buffer_release(&log);
}

/* ---- the rules told once more ---- */

typedef struct person { /* what the log and the customers file have of a customer */
    int64_t orders[16], paid;
    int count, month, day; /* month 0: no birthday */
    bool referral;
} person;

enum { PEOPLE = 60, BUYERS = 40 };

static void draw_people(ss_random *random, person *people, ss_buffer *log, ss_buffer *customers)
{
    ss_buffer_append_text(log, "order_id,customer_id,item_id,unit_price,timestamp\n");
    ss_buffer_append_text(customers, "customer_id,birthday,referral\n");
    for (int p = 0; p < PEOPLE; p++) {
        person *of = &people[p];
        *of = (person){.month = (int)ss_random_below(random, 13),
                       .day = 1 + (int)ss_random_below(random, 28),
                       .referral = ss_random_below(random, 3) == 0};
        int64_t time = DAYS_AGO(400) + ss_random_below(random, 200 * 86400), pace = 1 + ss_random_below(random, 60);
        for (int count = p < BUYERS ? 1 + (int)ss_random_below(random, 15) : 0; of->count < count && time < NOW;) {
            unsigned price = 1 + ss_random_below(random, 90);
            of->paid += 100 * price;
            of->orders[of->count++] = time;
            ss_buffer_printf(log, "o%d-%d,p%d,i%u,%u,%lld\n", p, of->count, p, ss_random_below(random, 9), price,
                             (long long)time);
            time += 1 + ss_random_below(random, (uint32_t)(2 * pace * 86400));
        }
        if (of->month > 0)
            ss_buffer_printf(customers, "p%d,%02d-%02d,%d\n", p, of->month, of->day, of->referral);
        else
            ss_buffer_printf(customers, "p%d,,%d\n", p, of->referral);
    }
}

static ss_visitor_view draw_view(ss_random *random)
{
    ss_visitor_view view = {.count = ss_random_below(random, 8)};
    uint32_t time = (uint32_t)(NOW - ss_random_below(random, 3 * 86400));
    for (unsigned i = 0; i < view.count; i++) {
        bool bought = ss_random_below(random, 5) == 0;
        view.items[i] = (ss_visitor_item){.time = time,
                                          .cart = ss_random_below(random, 3) == 0 ? 2 : 0,
                                          .bought = bought,
                                          .bought_time = bought ? time - ss_random_below(random, 600) : 0};
        time += ss_random_below(random, 3 * 3600);
        time = time < NOW ? time : (uint32_t)NOW;
    }
    return view;
}

static int64_t newest_purchase(const ss_visitor_view *view)
{
    int64_t newest = 0;
    for (unsigned i = 0; i < view->count; i++)
        newest = view->items[i].bought && view->items[i].bought_time > newest ? view->items[i].bought_time : newest;
    return newest;
}

static bool abandoned(const ss_visitor_view *view, int64_t session_begins, int64_t bought, int64_t now)
{
    bool any = false;
    for (unsigned i = 0; i < view->count; i++) {
        int64_t touched = view->items[i].time;
        any |= view->items[i].cart && bought < touched && (touched < session_begins || now - touched > 3600);
    }
    return any;
}

static ss_segment stage_of(const ss_segments *model, const person *of, int64_t bought, int64_t end, int64_t now)
{
    const ss_segment_rules *rules = &model->rules;
    int64_t first = of->count ? of->orders[0] : bought, last = of->count ? of->orders[of->count - 1] : bought;
    double orders = of->count;
    if (bought > 0 && (of->count == 0 || bought > end)) {
        orders++;
        last = bought;
    }
    if (orders == 0)
        return SS_SEGMENT_NEW;
    double interval = (model->interval_days + (double)(last - first) / 86400) / orders;
    double away = now > last ? (double)(now - last) / 86400 / interval : 0, paid = (double)of->paid;
    if (away > rules->lapsed_intervals)
        return SS_SEGMENT_LAPSED;
    if (away > rules->at_risk_intervals)
        return orders >= rules->at_risk_frequency || paid >= rules->at_risk_value ? SS_SEGMENT_AT_RISK
                                                                                  : SS_SEGMENT_RETURNING;
    return orders >= rules->loyal_frequency && paid >= rules->loyal_value ? SS_SEGMENT_LOYAL : SS_SEGMENT_RETURNING;
}

static bool has_birthday(const person *of, int64_t now)
{
    for (int64_t day = -3; of->month && day <= 3; day++) {
        time_t seconds = (time_t)(now + day * 86400);
        struct tm date;
        gmtime_r(&seconds, &date);
        if (date.tm_mon + 1 == of->month && date.tm_mday == of->day)
            return true;
    }
    return false;
}

static void check_person(const shop *of, ss_random *random, const person *people, int p, int64_t end, unsigned *counts)
{
    char id[8];
    ss_visitor_view session = draw_view(random), customer = draw_view(random);
    int64_t now = NOW + ss_random_below(random, 200 * 86400) * (int64_t)ss_random_below(random, 2);
    int64_t of_session = newest_purchase(&session), of_customer = newest_purchase(&customer);
    int64_t bought = of_session > of_customer ? of_session : of_customer;
    int64_t begins = session.count ? session.items[0].time : 0;
    ss_segment stage = stage_of(&of->snapshot->segments, &people[p], bought, end, now);
    uint32_t wanted = 1u << stage;
    wanted |= (uint32_t)people[p].referral << SS_SEGMENT_REFERRAL | (uint32_t)has_birthday(&people[p], now)
                                                                        << SS_SEGMENT_BIRTHDAY;
    if (abandoned(&session, 0, bought, now) || abandoned(&customer, begins, bought, now))
        wanted |= 1u << SS_SEGMENT_CART_ABANDONER;
    snprintf(id, sizeof id, "p%d", p);
    failing_malloc_start(0);
    ss_audience audience = ss_audience_of(of->snapshot, ss_slice_of(id), &session, &customer, now * SS_SECOND);
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    if (audience.segments != wanted)
        fail_msg("%s at %lld: found %x, wanted %x", id, (long long)now, audience.segments, wanted);
    assert_int_equal(ss_audience_lifecycle(&audience), stage);
    counts[stage]++;
}

static void random_visitors_are_of_their_segments(void **state)
{
    (void)state;
    ss_random random = test_random();
    unsigned counts[SS_LIFECYCLE_COUNT] = {0};
    for (int round = 0; round < 5; round++) {
        person people[PEOPLE];
        shop of;
        ss_buffer log, customers;
        int64_t end = 0;
        ss_buffer_init(&log, 1u << 20);
        ss_buffer_init(&customers, 1u << 20);
        draw_people(&random, people, &log, &customers);
        open_shop(&of, log.data, customers.data, SS_TRAIN_SEGMENTS);
        for (int p = 0; p < BUYERS; p++)
            end = people[p].orders[people[p].count - 1] > end ? people[p].orders[people[p].count - 1] : end;
        for (int i = 0; i < 20 * PEOPLE; i++)
            check_person(&of, &random, people, i % PEOPLE, end, counts);
        shop_close(&of);
        ss_buffer_release(&log);
        ss_buffer_release(&customers);
    }
    for (unsigned stage = 0; stage < SS_LIFECYCLE_COUNT; stage++)
        assert_true(counts[stage] > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_new),
        cmocka_unit_test(whoever_bought_a_minute_ago_is_returning),
        cmocka_unit_test(a_generation_without_segments_knows_who_bought),
        cmocka_unit_test(a_cart_is_abandoned_after_an_hour),
        cmocka_unit_test(a_cart_of_an_earlier_session_is_abandoned_at_once),
        cmocka_unit_test(a_purchase_settles_what_was_left_before_it),
        cmocka_unit_test(stages_are_those_of_the_moment),
        cmocka_unit_test(random_visitors_are_of_their_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "failing_malloc.h"
#include "job/simulate.h"
#include "log/profiles.h"
#include "temporary_folder.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#define FILE_MAX  ((size_t)256 << 20)
#define FIELD_MAX 12u

static const char *const FILES[] = {"catalog.csv", "planted_pairs.csv", "planted_items.csv", "customers.csv",
                                    "log.csv"};

static ss_simulate_options defaults(const char *out)
{
    ss_simulate_options options;
    ss_option_group group = {NULL, NULL, ss_simulate_option_table, &options};
    ss_options_defaults(&group, 1);
    options.out = out;
    return options;
}

static ss_simulate_options small(const char *out)
{
    ss_simulate_options options = defaults(out);
    options.items = 300;
    options.customers = 200;
    options.orders = 1500;
    options.days = 60;
    return options;
}

static ss_simulate_report run(const ss_simulate_options *options)
{
    ss_simulate_report report;
    ss_error error = {0};
    expect_ok(ss_simulate(options, NULL, &report, &error), &error);
    return report;
}

/* ---- a simple reader ---- */

typedef struct csv {
    ss_buffer data;
    char *at;
    char *fields[FIELD_MAX]; /* of the row last read, terminated in place */
    size_t count;
} csv;

static csv csv_open(const char *folder, const char *name)
{
    csv c = {0};
    char path[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    ss_buffer_init(&c.data, FILE_MAX);
    expect_ok(ss_file_read(temporary_path(path, folder, name), FILE_MAX, &c.data, &error), &error);
    c.at = c.data.data;
    return c;
}

/*
 * The next field; what follows it goes to *end. Only the quoting that names of products need: commas, no quotes
 * within.
 */
static char *csv_field(char *at, char *end)
{
    bool quoted = *at == '"';
    char *stop = quoted ? strchr(at + 1, '"') : at + strcspn(at, ",\n");
    assert_non_null(stop);
    char *next = quoted ? stop + 1 : stop;
    *end = *next;
    assert_true(*next == ',' || *next == '\n');
    *next = '\0';
    *stop = '\0';
    return next + 1;
}

static bool csv_next(csv *c)
{
    if (!*c->at)
        return false;
    char end = ',';
    for (c->count = 0; end == ','; c->count++) {
        assert_true(c->count < FIELD_MAX);
        c->fields[c->count] = *c->at == '"' ? c->at + 1 : c->at;
        c->at = csv_field(c->at, &end);
    }
    return true;
}

static void csv_close(csv *c)
{
    ss_buffer_release(&c->data);
}

/* ---- a shop read back ---- */

typedef struct planted_item {
    char type[48], kind[16];
    double interval;
    uint64_t orders; /* that hold it */
} planted_item;

typedef struct shop {
    ss_dictionary *ids, *types, *customers;
    planted_item *items;
    uint32_t count;
    uint64_t *together; /* count * count: orders that hold both */
    uint64_t orders;
} shop;

static uint32_t number_of(ss_dictionary *ids, const char *id)
{
    uint32_t number;
    assert_status(ss_dictionary_intern(ids, ss_slice_of(id), &number), SS_OK);
    return number;
}

static uint32_t known(const shop *s, const char *item_id)
{
    uint32_t number = ss_dictionary_find(s->ids, ss_slice_of(item_id));
    if (number == SS_NONE)
        fail_msg("item %s is not in the catalogue", item_id);
    return number;
}

static void read_planted_items(shop *s, const char *folder, uint32_t count)
{
    csv c = csv_open(folder, "planted_items.csv");
    s->items = ss_array_zeroed(count, sizeof *s->items);
    assert_true(csv_next(&c));
    while (csv_next(&c)) {
        assert_int_equal(c.count, 8);
        planted_item *item = &s->items[known(s, c.fields[0])];
        snprintf(item->type, sizeof item->type, "%s", c.fields[1]);
        snprintf(item->kind, sizeof item->kind, "%s", c.fields[2]);
        item->interval = atof(c.fields[3]);
        number_of(s->types, item->type);
        s->count++;
    }
    csv_close(&c);
}

static shop read_shop(const char *folder)
{
    shop s = {.ids = ss_dictionary_new(), .types = ss_dictionary_new(), .customers = ss_dictionary_new()};
    csv c = csv_open(folder, "catalog.csv");
    assert_true(csv_next(&c));
    assert_string_equal(c.fields[10], "available_until");
    while (csv_next(&c)) {
        assert_int_equal(c.count, 11);
        uint32_t count = ss_dictionary_count(s.ids);
        assert_int_equal(number_of(s.ids, c.fields[0]), count); /* new */
        assert_true(strlen(c.fields[1]) > 5 && strlen(c.fields[2]) > 2);
        assert_true(atof(c.fields[3]) > atof(c.fields[4]) && atof(c.fields[4]) > 0);
    }
    csv_close(&c);
    read_planted_items(&s, folder, ss_dictionary_count(s.ids));
    s.together = ss_array_zeroed((size_t)s.count * s.count, sizeof *s.together);
    assert_int_equal(s.count, ss_dictionary_count(s.ids));
    return s;
}

static void free_shop(shop *s)
{
    ss_dictionary_free(&s->ids);
    ss_dictionary_free(&s->types);
    ss_dictionary_free(&s->customers);
    free(s->items);
    free(s->together);
}

static void count_basket(shop *s, const uint32_t *basket, size_t size)
{
    s->orders += size > 0;
    for (size_t i = 0; i < size; i++) {
        s->items[basket[i]].orders++;
        for (size_t j = 0; j < size; j++)
            s->together[(size_t)basket[i] * s->count + basket[j]]++;
    }
}

/* One order's rows stand together; returns are left out. */
static void count_orders(shop *s, const char *folder)
{
    csv c = csv_open(folder, "log.csv");
    char last_order[32] = "", last_time[32] = "";
    uint32_t basket[64];
    size_t size = 0;
    assert_true(csv_next(&c));
    while (csv_next(&c)) {
        assert_int_equal(c.count, 6);
        assert_true(strcmp(last_time, c.fields[5]) <= 0);
        snprintf(last_time, sizeof last_time, "%s", c.fields[5]);
        if (c.fields[3][0] == '-')
            continue;
        if (strcmp(last_order, c.fields[0]) != 0) {
            count_basket(s, basket, size);
            size = 0;
            snprintf(last_order, sizeof last_order, "%s", c.fields[0]);
        }
        assert_true(size < 64);
        basket[size++] = known(s, c.fields[2]);
    }
    count_basket(s, basket, size);
    csv_close(&c);
}

static double lift(const shop *s, uint32_t a, uint32_t b)
{
    return (double)s->together[(size_t)a * s->count + b] * (double)s->orders /
           ((double)s->items[a].orders * (double)s->items[b].orders);
}

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_reals);
    return values[count / 2];
}

/* ---- what was planted is there ---- */

static void make_shop(char *folder, uint64_t seed)
{
    temporary_folder_make(folder);
    ss_simulate_options options = defaults(folder);
    options.items = 600;
    options.customers = 2500;
    options.orders = 40000;
    options.seed = (int64_t)(seed >> 12);
    ss_simulate_report report = run(&options);
    assert_int_equal(report.items, 600);
    assert_int_equal(report.orders, 40000);
}

static void pairs_show(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    ss_random random = test_random();
    make_shop(folder, ss_random_u64(&random));
    shop s = read_shop(folder);
    count_orders(&s, folder);
    csv c = csv_open(folder, "planted_pairs.csv");
    uint64_t complements = 0, apart = 0;
    double *lifts = ss_array_new(4000, sizeof *lifts);
    assert_true(csv_next(&c));
    while (csv_next(&c)) {
        uint32_t a = known(&s, c.fields[0]), b = known(&s, c.fields[1]);
        if (strcmp(c.fields[2], "complement") == 0) {
            double expected = (double)s.items[a].orders * atof(c.fields[3]);
            if (expected < 25 || s.items[b].orders < 25)
                continue;
            lifts[complements++] = lift(&s, a, b);
            if (lifts[complements - 1] < 1.5)
                fail_msg("%s + %s: lift %.2f", c.fields[0], c.fields[1], lifts[complements - 1]);
        } else if (strcmp(c.fields[2], "follows") != 0) {
            apart++;
            assert_int_equal(s.together[(size_t)a * s.count + b], 0); /* substitutes, variants */
        }
    }
    assert_true(complements > 20 && apart > 200);
    assert_true(median(lifts, complements) > 8);
    free(lifts);
    csv_close(&c);
    free_shop(&s);
    temporary_folder_remove(folder);
}

static void durables_are_bought_once(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    ss_random random = test_random();
    make_shop(folder, ss_random_u64(&random));
    shop s = read_shop(folder);
    csv c = csv_open(folder, "log.csv");
    uint32_t types = ss_dictionary_count(s.types);
    bool *owned = ss_array_zeroed((size_t)2500 * types, sizeof *owned);
    uint64_t durables = 0;
    assert_true(csv_next(&c));
    while (csv_next(&c)) {
        const planted_item *item = &s.items[known(&s, c.fields[2])];
        if (!c.fields[1][0] || c.fields[3][0] == '-' || strcmp(item->kind, "durable") != 0)
            continue;
        bool *has = &owned[(size_t)number_of(s.customers, c.fields[1]) * types + number_of(s.types, item->type)];
        assert_false(*has);
        *has = true;
        durables++;
    }
    assert_true(durables > 1000);
    free(owned);
    csv_close(&c);
    free_shop(&s);
    temporary_folder_remove(folder);
}

/* The median of the intervals between one customer's purchases of one item, per item with enough of them. */
static void consumables_come_again_in_time(void **state)
{
    (void)state;
    enum { MOST = 6000, ENOUGH = 60, DAYS = 365 };
    char folder[TEMPORARY_PATH_MAX];
    ss_random random = test_random();
    make_shop(folder, ss_random_u64(&random));
    shop s = read_shop(folder);
    csv c = csv_open(folder, "log.csv");
    int64_t *last = ss_array_zeroed((size_t)2500 * s.count, sizeof *last);
    double *gaps = ss_array_new((size_t)s.count * MOST, sizeof *gaps);
    size_t *counts = ss_array_zeroed(s.count, sizeof *counts), checked = 0;
    assert_true(csv_next(&c));
    while (csv_next(&c)) {
        uint32_t item = known(&s, c.fields[2]);
        int64_t time;
        if (!c.fields[1][0] || c.fields[3][0] == '-' || strcmp(s.items[item].kind, "consumable") != 0)
            continue;
        assert_true(ss_timestamp_parse(ss_slice_of(c.fields[5]), &time));
        int64_t *before = &last[(size_t)number_of(s.customers, c.fields[1]) * s.count + item];
        if (*before && counts[item] < MOST)
            gaps[(size_t)item * MOST + counts[item]++] = (double)(time - *before) / SS_DAY;
        *before = time;
    }
    for (uint32_t i = 0; i < s.count; i++) {
        if (counts[i] < ENOUGH || s.items[i].interval > DAYS / 4) /* long ones are cut off by the end of the log */
            continue;
        double found = median(gaps + (size_t)i * MOST, counts[i]), planted = s.items[i].interval;
        checked++;
        if (fabs(found / planted - 1) > .15)
            fail_msg("%s: every %.1f days instead of %.0f", s.items[i].type, found, planted);
    }
    assert_true(checked > 20);
    free(last);
    free(gaps);
    free(counts);
    csv_close(&c);
    free_shop(&s);
    temporary_folder_remove(folder);
}

/* ---- the same seed, the same shop ---- */

static bool same_file(const char *folder, const char *other, const char *name)
{
    csv a = csv_open(folder, name), b = csv_open(other, name);
    bool same = a.data.size == b.data.size && memcmp(a.data.data, b.data.data, a.data.size) == 0;
    csv_close(&a);
    csv_close(&b);
    return same;
}

static void the_seed_decides(void **state)
{
    (void)state;
    char folders[3][TEMPORARY_PATH_MAX];
    for (int i = 0; i < 3; i++) {
        temporary_folder_make(folders[i]);
        ss_simulate_options options = small(folders[i]);
        options.seed = i == 2 ? 43 : 42;
        options.views = true;
        options.dirt = .05;
        run(&options);
    }
    for (size_t f = 0; f < sizeof FILES / sizeof *FILES; f++) {
        assert_true(same_file(folders[0], folders[1], FILES[f]));
        assert_false(same_file(folders[0], folders[2], FILES[f]));
    }
    for (int i = 0; i < 3; i++)
        temporary_folder_remove(folders[i]);
}

static void every_customer_is_told_of(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    ss_simulate_options options = small(folder);
    options.customers = 5000;
    ss_simulate_report report = run(&options);
    const ss_profiles_options strict = {0};
    ss_profiles *profiles = NULL;
    ss_table_report table;
    ss_error error = {0};
    const char *paths[] = {temporary_path(path, folder, "customers.csv")};
    expect_ok(ss_profiles_read(paths, 1, &strict, NULL, &profiles, &table, &error), &error);
    assert_int_equal(ss_profiles_count(profiles), 5000);
    assert_int_equal(table.duplicates, 0);
    uint64_t birthdays = 0, referrals = 0;
    bool seen[SS_YEAR_DAYS + 1] = {false};
    for (uint32_t i = 0; i < 5000; i++) {
        ss_profile profile = ss_profiles_at(profiles, i);
        birthdays += profile.birthday != SS_NO_BIRTHDAY;
        referrals += profile.referral;
        seen[profile.birthday] = true;
    }
    assert_true(birthdays == report.birthdays && birthdays > 3300 && birthdays < 3700);
    assert_true(referrals == report.referrals && referrals > 520 && referrals < 730);
    assert_true(seen[60] && seen[1] && seen[366]); /* February 29 too */
    ss_profiles_free(&profiles);
    temporary_folder_remove(folder);
}

static void appetite_fills_baskets(void **state)
{
    (void)state;
    static const double rows[2][2] = {{1, 2}, {4, 6}}; /* an order, at an appetite of 0 and .8 */
    for (int i = 0; i < 2; i++) {
        char folder[TEMPORARY_PATH_MAX];
        temporary_folder_make(folder);
        ss_simulate_options options = defaults(folder);
        options.items = 20000;
        options.orders = 3000;
        options.appetite = i == 0 ? 0 : .8;
        ss_simulate_report report = run(&options);
        double mean = (double)report.purchases / (double)report.orders;
        assert_true(mean > rows[i][0] && mean < rows[i][1]);
        temporary_folder_remove(folder);
    }
}

static void any_size(void **state)
{
    (void)state;
    static const int64_t items[] = {10, 11, 12, 13, 25, 100, 999, 20000, 100000};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        char folder[TEMPORARY_PATH_MAX];
        temporary_folder_make(folder);
        ss_simulate_options options = small(folder);
        options.items = items[i];
        options.customers = i % 3 == 0 ? 1 : 50;
        options.orders = 300;
        options.days = i % 2 == 0 ? 1 : 400;
        options.guests = i == 3 ? 1 : .1;
        options.returns = .3;
        ss_simulate_report report = run(&options);
        assert_int_equal(report.items, items[i]);
        assert_true(report.orders > 0 && report.orders <= 300);
        assert_true(report.purchases >= report.orders);
        assert_int_equal(report.rows, report.purchases + report.returned);
        temporary_folder_remove(folder);
    }
}

/* ---- rows ---- */

static bool is_fee(const char *item_id)
{
    return strpbrk(item_id, "0123456789") == NULL;
}

static bool is_bad(const csv *c)
{
    int64_t time;
    double number;
    return c->count != 6 || !*c->fields[2] || !ss_slice_to_f64(ss_slice_of(c->fields[3]), &number) ||
           !ss_slice_to_f64(ss_slice_of(c->fields[4]), &number) ||
           !ss_timestamp_parse(ss_slice_of(c->fields[5]), &time);
}

static void dirt_is_as_reported(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    ss_simulate_options options = small(folder);
    options.dirt = .2;
    options.guests = .3;
    ss_simulate_report report = run(&options), found = {0};
    csv c = csv_open(folder, "log.csv");
    assert_true(csv_next(&c));
    while (csv_next(&c)) {
        found.rows++;
        if (is_bad(&c))
            found.bad_rows++;
        else if (is_fee(c.fields[2]))
            found.fees++;
        else if (c.fields[3][0] == '-')
            found.returned++;
        else {
            found.purchases++;
            found.other_case += c.fields[2][0] >= 'a';
        }
        if (c.count > 3 && c.fields[3][0] == '-')
            assert_true(c.fields[0][0] == 'C' && c.fields[1][0] == 'U');
    }
    assert_int_equal(found.rows, report.rows);
    assert_int_equal(found.bad_rows, report.bad_rows);
    assert_int_equal(found.fees, report.fees);
    assert_int_equal(found.returned, report.returned);
    assert_int_equal(found.purchases, report.purchases);
    assert_int_equal(found.other_case, report.other_case);
    assert_true(report.bad_rows > 50 && report.fees > 50 && report.other_case > 50 && report.returned > 10);
    csv_close(&c);
    temporary_folder_remove(folder);
}

static void clean_by_default(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    ss_simulate_options options = small(folder);
    ss_simulate_report report = run(&options);
    assert_int_equal(report.bad_rows + report.fees + report.other_case + report.views + report.carts, 0);
    csv c = csv_open(folder, "log.csv");
    assert_true(csv_next(&c));
    while (csv_next(&c))
        assert_false(is_bad(&c) || is_fee(c.fields[2]));
    csv_close(&c);
    temporary_folder_remove(folder);
}

/* Every bought item has been looked at and put into the cart in the same session before. */
static void sessions(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], last_time[32] = "", key[64];
    temporary_folder_make(folder);
    ss_simulate_options options = small(folder);
    options.views = true;
    options.returns = 0;
    ss_simulate_report report = run(&options), found = {0};
    ss_dictionary *views = ss_dictionary_new(), *carts = ss_dictionary_new();
    csv c = csv_open(folder, "log.csv");
    assert_true(csv_next(&c));
    assert_string_equal(c.fields[6], "event");
    while (csv_next(&c)) {
        assert_int_equal(c.count, 8);
        assert_true(strcmp(last_time, c.fields[5]) <= 0);
        snprintf(last_time, sizeof last_time, "%s", c.fields[5]);
        snprintf(key, sizeof key, "%s/%s", c.fields[7], c.fields[2]);
        if (strcmp(c.fields[6], "view") == 0) {
            found.views++;
            number_of(views, key);
            assert_string_equal(c.fields[0], "");
        } else if (strcmp(c.fields[6], "cart_add") == 0) {
            found.carts++;
            number_of(carts, key);
            assert_true(ss_dictionary_find(views, ss_slice_of(key)) != SS_NONE);
        } else {
            assert_string_equal(c.fields[6], "purchase");
            found.purchases++;
            assert_true(ss_dictionary_find(carts, ss_slice_of(key)) != SS_NONE);
        }
    }
    assert_int_equal(found.views, report.views);
    assert_int_equal(found.carts, report.carts);
    assert_int_equal(found.purchases, report.purchases);
    assert_true(report.views > 2 * report.purchases);
    csv_close(&c);
    ss_dictionary_free(&views);
    ss_dictionary_free(&carts);
    temporary_folder_remove(folder);
}

/* ---- what goes wrong ---- */

static void assert_refused(const ss_simulate_options *options, ss_status wanted, const char *where)
{
    ss_simulate_report report = {.rows = 77};
    ss_error error = {0};
    assert_status(ss_simulate(options, NULL, &report, &error), wanted);
    assert_int_equal(report.rows, 77);
    if (!strstr(error.where, where) && !strstr(error.field, where))
        fail_msg("'%s' is not in '%s' nor in '%s'", where, error.where, error.field);
}

static void wrong_options(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    temporary_path(path, folder, "new");
    ss_simulate_options options = small(NULL);
    assert_refused(&options, SS_E_ARGUMENT, "out");
    options = small(path);
    options.items = 9;
    assert_refused(&options, SS_E_RANGE, "items");
    options = small(path);
    options.dirt = NAN;
    assert_refused(&options, SS_E_RANGE, "dirt");
    options = small(path);
    options.start = "2025-02-30";
    assert_refused(&options, SS_E_ARGUMENT, "start");
    options = small(path);
    options.start = NULL;
    assert_refused(&options, SS_E_ARGUMENT, "start");
    assert_int_equal(rmdir(folder), 0); /* none of them has left a trace */
}

static void wrong_places(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    ss_simulate_options options = small(temporary_path(path, folder, "no/such"));
    assert_refused(&options, SS_E_IO, "no/such");
    options = small(folder);
    run(&options);
    assert_refused(&options, SS_E_ARGUMENT, "catalog.csv");
    options.overwrite = true;
    run(&options);
    temporary_folder_remove(folder);
}

static bool stop_at_once(void *context, const ss_progress *progress)
{
    (void)progress;
    ++*(int *)context;
    return false;
}

static void stopped(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    int calls = 0;
    ss_progress_sink sink = {stop_at_once, &calls, 0};
    ss_error error = {0};
    temporary_folder_make(folder);
    ss_simulate_options options = small(folder);
    assert_status(ss_simulate(&options, &sink, NULL, &error), SS_E_CANCELLED);
    assert_int_equal(calls, 1);
    assert_int_equal(rmdir(folder), 0);
}

static void a_disk_that_fills_up(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    struct rlimit before, tight;
    ss_error error = {0};
    temporary_folder_make(folder);
    ss_simulate_options options = small(temporary_path(path, folder, "new"));
    options.orders = 60000;
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = 1500000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &tight);
    ss_status status = ss_simulate(&options, NULL, NULL, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_status(status, SS_E_IO);
    assert_int_equal(error.os_errno, EFBIG);
    assert_int_equal(rmdir(folder), 0);
}

static bool attempt(void *context)
{
    ss_simulate_options options = small(context);
    ss_simulate_report report = {.rows = 77};
    ss_error error = {0};
    options.items = 10;
    options.customers = 5;
    options.orders = 30;
    options.days = 2;
    options.returns = .5;
    options.overwrite = true;
    if (ss_simulate(&options, NULL, &report, &error) == SS_OK)
        return true;
    assert_status(error.status, SS_E_NOMEM);
    assert_int_equal(report.rows, 77);
    return false;
}

static void without_memory(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    assert_true(failing_malloc_torture(attempt, folder) >= 20);
    temporary_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_show),
        cmocka_unit_test(durables_are_bought_once),
        cmocka_unit_test(consumables_come_again_in_time),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(every_customer_is_told_of),
        cmocka_unit_test(appetite_fills_baskets),
        cmocka_unit_test(any_size),
        cmocka_unit_test(dirt_is_as_reported),
        cmocka_unit_test(clean_by_default),
        cmocka_unit_test(sessions),
        cmocka_unit_test(wrong_options),
        cmocka_unit_test(wrong_places),
        cmocka_unit_test(stopped),
        cmocka_unit_test(a_disk_that_fills_up),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

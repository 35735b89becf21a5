#include "job/simulate.h"

#include "base/clock.h"
#include "base/dictionary.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "job/simulate_log.h"
#include "job/simulate_planted.h"
#include <math.h>
#include <stdlib.h>

#define FIRST_ORDER      500001u
#define RETURN_DAYS      32u /* length of the ring of returns to come: longer than the longest delay */
#define RETURN_EARLIEST  3u
#define RETURN_SPREAD    18u
#define BROWSE_PER_ORDER 1.5 /* sessions without an order */
#define BROWSE_MAX       8u
#define COMPARED_MAX     5u
#define LOOK_SECONDS     20u
#define CUSTOMER_TRIES   8 /* for somebody whom the shop has something left for */

#define MEMBER(NAME) offsetof(ss_simulate_options, NAME)

const ss_option ss_simulate_option_table[] = {
    {"out", SS_OPTION_TEXT, MEMBER(out), 0, 0, NULL, NULL, "FOLDER",
     "Where catalog.csv, customers.csv, planted_pairs.csv, planted_items.csv and log.csv go."},
    {"items", SS_OPTION_INT, MEMBER(items), 10, 5e6, "2000", NULL, NULL, "Items of the catalogue, variants counted."},
    {"customers", SS_OPTION_INT, MEMBER(customers), 1, 1e8, "5000", NULL, NULL, "Customers."},
    {"orders", SS_OPTION_INT, MEMBER(orders), 1, 2e9, "60000", NULL, NULL,
     "Orders, each of about three rows (--appetite)."},
    {"days", SS_OPTION_INT, MEMBER(days), 1, 7300, "365", NULL, NULL, "Length of the log in days."},
    {"start", SS_OPTION_TEXT, MEMBER(start), 0, 0, "2025-01-01", NULL, "DATE", "First day of the log (UTC)."},
    {"seed", SS_OPTION_INT, MEMBER(seed), 0, 9007199254740992.0, "1", NULL, NULL,
     "Another seed makes another shop; the same one the same bytes."},
    {"appetite", SS_OPTION_REAL, MEMBER(appetite), 0, .95, "0.58", NULL, "SHARE",
     "Chance that a basket takes one more item, before what goes with it: 0.8 makes about five rows of an order."},
    {"returns", SS_OPTION_REAL, MEMBER(returns), 0, .5, "0.02", NULL, "SHARE",
     "Share of bought lines that come back within three weeks."},
    {"guests", SS_OPTION_REAL, MEMBER(guests), 0, 1, "0.05", NULL, "SHARE", "Share of orders without a customer."},
    {"dirt", SS_OPTION_REAL, MEMBER(dirt), 0, .5, "0", NULL, "SHARE",
     "Share of lines that bring dirt along: fees, ids in another case, bad rows."},
    {"views", SS_OPTION_FLAG, MEMBER(views), 0, 0, NULL, NULL, NULL,
     "Sessions too: views and carts, with the columns event and session_id."},
    {"overwrite", SS_OPTION_FLAG, MEMBER(overwrite), 0, 0, NULL, NULL, NULL, "Replace the files of an earlier run."},
    {0},
};

static const char *const file_names[] = {"catalog.csv", "planted_pairs.csv", "planted_items.csv", "customers.csv",
                                         "log.csv"};
enum { FILE_CATALOG, FILE_PAIRS, FILE_ITEMS, FILE_CUSTOMERS, FILE_LOG, FILE_COUNT };

/* Goods on their way back. */
typedef struct returned {
    uint32_t customer;
    ss_sim_line line;
    uint32_t price;
} returned;

typedef struct return_list {
    returned *all;
    size_t count, capacity;
} return_list;

typedef struct run {
    const ss_simulate_options *options;
    ss_simulate_report report;
    ss_sim_folder folder;
    ss_sim_catalog catalog;
    ss_sim_customers customers;
    ss_sim_orders orders;
    ss_sim_log log;
    ss_random random; /* who and when; what is bought has its own */
    return_list returns[RETURN_DAYS];
    double *day_sums; /* days: running sum of how busy they are */
    uint64_t orders_begun;
    uint64_t next_order, next_session;
} run;

/* ---- options ---- */

static ss_status check_options(const ss_simulate_options *options, int64_t *start, ss_error *error)
{
    ss_status status = ss_options_check(ss_simulate_option_table, options, error);
    if (status != SS_OK)
        return status;
    if (!options->out || !*options->out) {
        status = ss_error_set(error, SS_E_ARGUMENT, "no folder to write to");
        ss_error_field(error, "out");
        return status;
    }
    ss_slice text = ss_slice_trim(ss_slice_of(options->start));
    if (!ss_timestamp_parse(text, start)) {
        status = ss_error_set(error, SS_E_ARGUMENT, "not a date");
        ss_error_field(error, "start");
        ss_error_found(error, text.data, text.size, "a day such as 2025-01-01");
        return status;
    }
    int64_t days = *start / SS_DAY - (*start % SS_DAY < 0);
    *start = days * SS_DAY;
    return SS_OK;
}

/* ---- when ---- */

/* From Monday to Sunday, and from midnight on: how busy a shop is. */
static const double weekday_share[7] = {1.0, .95, .95, 1.0, 1.05, 1.2, 1.25};
static const double hour_share[24] = {.6,  .3,  .2,  .1,  .1,  .2,  .6,  1.4, 2.2, 3.0, 3.6, 3.8,
                                      4.2, 4.0, 3.8, 3.6, 3.6, 3.8, 4.2, 5.0, 5.6, 5.0, 3.4, 1.6};

static double busy(int64_t start, int32_t day, int32_t days)
{
    int64_t date = start / SS_DAY + day;
    int64_t weekday = ((date + 3) % 7 + 7) % 7; /* the epoch was a Thursday */
    double year = fmod((double)date, 365.2425);
    double christmas = exp(-.5 * (year - 342) * (year - 342) / (14.0 * 14.0));
    double growth = .85 + .3 * day / days;
    return weekday_share[weekday] * (1 + .7 * christmas) * growth;
}

static ss_status plan_days(run *r, int64_t start, ss_error *error)
{
    int32_t days = (int32_t)r->options->days;
    r->day_sums = ss_array_new((size_t)days, sizeof *r->day_sums);
    if (!r->day_sums)
        return ss_error_nomem(error);
    double sum = 0;
    for (int32_t day = 0; day < days; day++) {
        sum += busy(start, day, days);
        r->day_sums[day] = sum;
    }
    return SS_OK;
}

/* How many orders of all are placed by the end of `day`. */
static uint64_t orders_until(const run *r, int32_t day)
{
    if (day + 1 == r->options->days)
        return (uint64_t)r->options->orders;
    return (uint64_t)((double)r->options->orders * (r->day_sums[day] / r->day_sums[r->options->days - 1]));
}

/* The second of the day by which the share `u` of a day's orders is placed. */
static uint32_t second_at(double u)
{
    double sum = 0;
    for (int hour = 0; hour < 24; hour++)
        sum += hour_share[hour];
    double rest = u * sum;
    int hour = 0;
    while (hour < 23 && rest >= hour_share[hour])
        rest -= hour_share[hour++];
    double within = rest / hour_share[hour];
    return (uint32_t)hour * 3600 + (uint32_t)(3599.999 * (within < 1 ? within : 1));
}

/* ---- returns ---- */

static ss_status note_return(run *r, int32_t day, returned back, ss_error *error)
{
    uint32_t delay = RETURN_EARLIEST + ss_random_below(&r->random, RETURN_SPREAD);
    return_list *list = &r->returns[((uint32_t)day + delay) % RETURN_DAYS];
    if (!ss_array_grow(&list->all, &list->capacity, list->count + 1, sizeof *list->all))
        return ss_error_nomem(error);
    list->all[list->count++] = back;
    return SS_OK;
}

static void write_return(run *r, const returned *back)
{
    r->log.session = r->next_session++;
    ss_sim_log_set_head(&r->log, r->next_order++, true, back->customer);
    ss_sim_log_return(&r->log, &back->line, back->price);
}

/* ---- sessions ---- */

/* Somebody looks around, from one second of the day until another. */
static void browse(run *r, uint32_t begin, uint32_t end)
{
    uint32_t items[BROWSE_MAX];
    uint32_t number = ss_sim_customers_draw(&r->customers, r->orders.day, &r->random);
    uint32_t limit = 1 + ss_random_below(&r->random, BROWSE_MAX);
    uint32_t count = ss_sim_orders_browse(&r->orders, &r->customers.all[number], items, limit);
    bool known = ss_random_below(&r->random, 2) == 0;
    r->log.session = r->next_session++;
    ss_sim_log_set_head(&r->log, 0, false, known ? number : SS_NONE);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t second = begin + i * LOOK_SECONDS;
        ss_sim_log_set_second(&r->log, second < end ? second : end);
        ss_sim_log_view(&r->log, items[i], ss_sim_orders_price(&r->orders, items[i]));
    }
}

/* Sessions that come to nothing, one after another within the hour before `end`. */
static void write_browsers(run *r, uint32_t begin, uint32_t end)
{
    uint32_t count = (uint32_t)(BROWSE_PER_ORDER + ss_random_unit(&r->random));
    if (begin + 3600 < end)
        begin = end - 3600;
    for (uint32_t i = 0; i < count; i++)
        browse(r, begin + (end - begin) * i / count, begin + (end - begin) * (i + 1) / count);
}

/* What the buyer looks at before the order: what it is compared with, then the product itself, then the next. */
static void write_looks(run *r, uint32_t customer, const ss_sim_basket *basket, uint32_t begin, uint32_t end)
{
    ss_sim_log_set_head(&r->log, 0, false, customer);
    for (uint32_t i = 0; i < basket->count; i++) {
        const ss_sim_line *line = &basket->lines[i];
        uint32_t price = ss_sim_orders_price(&r->orders, line->item);
        uint32_t others[COMPARED_MAX], count = ss_sim_orders_compare(&r->orders, line->item, others, COMPARED_MAX);
        ss_sim_log_set_second(&r->log, begin + (end - begin) * i / basket->count);
        for (uint32_t other = 0; other < count; other++)
            ss_sim_log_view(&r->log, others[other], ss_sim_orders_price(&r->orders, others[other]));
        ss_sim_log_view(&r->log, line->item, price);
        ss_sim_log_cart(&r->log, line, price);
    }
}

/* ---- orders ---- */

/* Fills the basket of a guest, of somebody whose need is due, or of whoever comes by. */
static uint32_t draw_order(run *r, uint64_t orders_left, ss_sim_basket *basket)
{
    int32_t day = r->orders.day;
    double guests = r->options->guests;
    if (ss_random_unit(&r->random) < guests) {
        ss_sim_orders_fill_guest(&r->orders, basket);
        return SS_NONE;
    }
    basket->count = 0;
    uint32_t number = SS_NONE;
    for (int attempt = 0; attempt < CUSTOMER_TRIES && !basket->count; attempt++) {
        double due = r->customers.waiting[day] / ((double)orders_left * (1 - guests));
        number = ss_random_unit(&r->random) < due ? ss_sim_customers_due(&r->customers, day)
                                                  : ss_sim_customers_draw(&r->customers, day, &r->random);
        ss_sim_orders_fill(&r->orders, number, basket);
    }
    return number;
}

static ss_status write_order(run *r, uint32_t customer, const ss_sim_basket *basket, ss_error *error)
{
    int32_t day = r->orders.day;
    ss_sim_log_set_head(&r->log, r->next_order++, false, customer);
    for (uint32_t i = 0; i < basket->count; i++) {
        const ss_sim_line *line = &basket->lines[i];
        uint32_t price = ss_sim_orders_price(&r->orders, line->item);
        ss_sim_log_purchase(&r->log, line, price);
        if (customer == SS_NONE || ss_random_unit(&r->random) >= r->options->returns)
            continue;
        ss_status status = note_return(r, day, (returned){customer, *line, price}, error);
        if (status != SS_OK)
            return status;
    }
    r->report.orders++;
    return SS_OK;
}

/* One order, and with sessions all that is looked at after the order `before` it. */
static ss_status place_order(run *r, uint32_t before, uint32_t second, uint64_t orders_left, ss_error *error)
{
    ss_sim_basket basket;
    uint32_t arrival = before + LOOK_SECONDS * 10 < second ? second - LOOK_SECONDS * 10 : before;
    if (r->options->views)
        write_browsers(r, before, arrival);
    uint32_t customer = draw_order(r, orders_left, &basket);
    if (!basket.count)
        return SS_OK;
    r->log.session = r->next_session++;
    if (r->options->views)
        write_looks(r, customer, &basket, arrival, second);
    ss_sim_log_set_second(&r->log, second);
    return write_order(r, customer, &basket, error);
}

static void put_off(run *r, int32_t day)
{
    uint32_t number;
    while ((number = ss_sim_customers_due(&r->customers, day)) != SS_NONE)
        ss_sim_customers_schedule(&r->customers, number, day + 1);
}

static ss_status run_day(run *r, int32_t day, ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t until = orders_until(r, day), count = until - r->orders_begun;
    return_list *back = &r->returns[(uint32_t)day % RETURN_DAYS];
    size_t returned_count = 0;
    uint32_t second = 0;
    SS_TRY(ss_sim_orders_begin_day(&r->orders, day, error));
    ss_sim_log_set_day(&r->log, r->catalog.start + day * SS_DAY);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t before = second;
        second = second_at(((double)i + ss_random_unit(&r->random)) / (double)count);
        SS_TRY(place_order(r, before, second, count - i, error));
        ss_sim_log_set_second(&r->log, second);
        while (returned_count * count < back->count * (i + 1) && returned_count < back->count)
            write_return(r, &back->all[returned_count++]);
    }
    while (returned_count < back->count)
        write_return(r, &back->all[returned_count++]);
    back->count = 0;
    r->orders_begun = until;
    put_off(r, day);
out:
    return status;
}

static ss_status run_days(run *r, ss_progress_sink *progress, ss_error *error)
{
    for (int32_t day = 0; day < r->options->days; day++) {
        ss_status status = run_day(r, day, error);
        if (status == SS_OK && r->folder.files[FILE_LOG].os_errno)
            status = ss_sim_file_flush(&r->folder.files[FILE_LOG], error);
        if (status != SS_OK)
            return status;
        ss_progress now = {
            "simulate", r->orders_begun, (uint64_t)r->options->orders, "orders", NAN, day + 1 == r->options->days};
        if (!ss_progress_tell(progress, &now))
            return ss_error_set(error, SS_E_CANCELLED, "stopped");
    }
    return SS_OK;
}

/* ---- the run ---- */

static ss_status set_up(run *r, int64_t start, ss_error *error)
{
    ss_status status = SS_OK;
    const ss_simulate_options *o = r->options;
    SS_TRY(ss_sim_catalog_make((uint32_t)o->items, start, (int32_t)o->days, (uint64_t)o->seed, &r->catalog, error));
    SS_TRY(ss_sim_customers_make((uint32_t)o->customers, &r->catalog, &r->customers, error));
    double a_day = (double)o->orders * (1 - o->guests) / (double)o->days;
    SS_TRY(ss_sim_orders_make(&r->catalog, &r->customers, a_day, r->options->appetite, &r->orders, error));
    SS_TRY(plan_days(r, start, error));
    r->log = (ss_sim_log){.catalog = &r->catalog,
                          .file = &r->folder.files[FILE_LOG],
                          .report = &r->report,
                          .sessions = o->views,
                          .dirt = o->dirt};
    ss_random_seed(&r->log.random, ss_random_mix(r->catalog.seed ^ 0x64697274u));
    ss_random_seed(&r->random, ss_random_mix(r->catalog.seed ^ 0x77686f7768656eu));
    r->next_order = FIRST_ORDER;
    r->next_session = 1;
out:
    return status;
}

static ss_status write_shop(run *r, ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(ss_sim_write_catalog(&r->catalog, r->options->dirt > 0, &r->folder.files[FILE_CATALOG], error));
    SS_TRY(ss_sim_write_pairs(&r->catalog, &r->folder.files[FILE_PAIRS], &r->report, error));
    SS_TRY(ss_sim_write_items(&r->catalog, &r->folder.files[FILE_ITEMS], &r->report, error));
    SS_TRY(ss_sim_write_customers(&r->customers, &r->folder.files[FILE_CUSTOMERS], &r->report, error));
out:
    return status;
}

static void tear_down(run *r)
{
    ss_sim_folder_abandon(&r->folder);
    ss_sim_orders_release(&r->orders);
    ss_sim_customers_release(&r->customers);
    ss_sim_catalog_release(&r->catalog);
    for (size_t i = 0; i < RETURN_DAYS; i++)
        free(r->returns[i].all);
    free(r->day_sums);
    free(r);
}

static ss_status finish(run *r, int64_t begin, ss_simulate_report *report, ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(ss_sim_file_flush(&r->folder.files[FILE_LOG], error));
    r->report.log_bytes = r->folder.files[FILE_LOG].bytes;
    SS_TRY(ss_sim_folder_publish(&r->folder, error));
    r->report.items = r->catalog.item_count;
    r->report.products = r->catalog.group_count;
    r->report.customers = r->customers.count;
    r->report.seconds = (double)(ss_clock_monotonic() - begin) * 1e-9;
    if (report)
        *report = r->report;
out:
    return status;
}

ss_status ss_simulate(const ss_simulate_options *options, ss_progress_sink *progress, ss_simulate_report *report,
                      ss_error *error)
{
    ss_status status = SS_OK;
    int64_t begin = ss_clock_monotonic(), start = 0;
    run *r = ss_array_zeroed(1, sizeof *r);
    if (!r)
        return ss_error_nomem(error);
    r->options = options;
    SS_TRY(check_options(options, &start, error));
    SS_TRY(ss_sim_folder_open(&r->folder, options->out, file_names, FILE_COUNT, options->overwrite, error));
    SS_TRY(set_up(r, start, error));
    SS_TRY(write_shop(r, error));
    ss_sim_log_begin(&r->log);
    SS_TRY(run_days(r, progress, error));
    SS_TRY(finish(r, begin, report, error));
out:
    tear_down(r);
    return status;
}

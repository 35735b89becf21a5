#include "job/retention.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "log/row_prices.h"

#include <math.h>
#include <stdlib.h>

#define YEAR_DAYS 365

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_retention_options, MEMBER)
const ss_option ss_retention_option_table[] = {
    {"window-days", SS_OPTION_INT, OPTION(window_days), 1, 3660, "90", NULL, "DAYS",
     "A customer is active who bought in so many days before."},
    {"horizon-days", SS_OPTION_INT, OPTION(horizon_days), 1, 3660, "365", NULL, "DAYS",
     "What customers will buy is foretold for so many days."},
    {"holdout-days", SS_OPTION_INT, OPTION(holdout_days), 1, 3660, "90", NULL, "DAYS",
     "The same forecast is made so many days before the end and held against what came."},
    {"months", SS_OPTION_INT, OPTION(months), 1, 120, "24", NULL, "N",
     "So many months are shown one by one, and cohorts of as many."},
    {"margin", SS_OPTION_REAL, OPTION(margin), 0, 1, "1", NULL, "SHARE",
     "What is left of revenue; predicted value is this share of it."},
    {"discount", SS_OPTION_REAL, OPTION(discount), 0, 10, "0.1", NULL, "SHARE",
     "What money of next year is worth less than money of today, in predicted value."},
    {"warn-share", SS_OPTION_REAL, OPTION(warn_share), 0, 10, "0.1", NULL, "SHARE",
     "Warn where the forecast held against what came is further off than this."},
    {"returns", SS_OPTION_CHOICE, OPTION(returns), 0, 0, "take-back", "take-back|ignore", NULL,
     "Returns take back the latest earlier purchases of the same customer and item, as training has it; or what was bought "
     "counts, whatever came back."},
    {"time-zone", SS_OPTION_TEXT, OPTION(time_zone), 0, 0, NULL, NULL, "ZONE",
     "Whose days and months they are: Europe/Berlin, +02:00; without it that of the configuration's offers, or UTC."},
    {.name = NULL}};
/* clang-format on */

/* ---- the period ---- */

static int64_t instant_of(const ss_zone *zone, int32_t day)
{
    return zone ? ss_zone_instant(zone, day * SS_DAY) : day * SS_DAY;
}

static ss_status choose_period(const ss_retention_input *input, const ss_purchases *purchases, ss_retention *of,
                               ss_error *error)
{
    int32_t year = purchases->end - YEAR_DAYS, earliest = purchases->first + (int32_t)of->options.window_days;
    of->first = purchases->first;
    of->end = purchases->end;
    of->from = earliest > year ? earliest : year;
    if (of->from >= of->end)
        of->from = of->first;
    if (input->from != INT32_MIN)
        of->from = input->from;
    if (of->from >= of->end)
        return ss_error_set(error, SS_E_ARGUMENT, "--from is not before the end of the log");
    return SS_OK;
}

static ss_status count_months(const ss_purchases *purchases, ss_retention *of, ss_error *error)
{
    int32_t first = ss_month_of(of->first), last = ss_month_of(of->end - 1);
    size_t count = (size_t)(last - first) + 1, most = (size_t)of->options.months;
    count = count < most ? count : most;
    of->months = ss_array_zeroed(count, sizeof *of->months);
    if (!of->months)
        return ss_error_nomem(error);
    for (int32_t month = last - (int32_t)count + 1; month <= last; month++) {
        int32_t from = ss_month_begin(month), to = ss_month_begin(month + 1);
        ss_activity_count(purchases, from < of->first ? of->first : from, to < of->end ? to : of->end,
                          (int32_t)of->options.window_days, &of->months[of->month_count++]);
    }
    return SS_OK;
}

/* ---- what customers have paid ---- */

static int by_falling_value(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a < b) - (a > b);
}

static void add_customer(const ss_purchase *list, size_t count, ss_value *value, int64_t *paid)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = ss_amount_add(sum, list[i].amount);
    value->purchases += count;
    value->repeaters += count > 1;
    value->total = ss_amount_add(value->total, sum);
    paid[value->customers++] = sum;
}

static ss_status sum_value(const ss_purchases *purchases, ss_value *value, ss_error *error)
{
    int64_t *paid = ss_array_new(purchases->count, sizeof *paid);
    if (!paid)
        return ss_error_nomem(error);
    for (uint32_t c = 0; c < purchases->count; c++) {
        size_t from = purchases->offsets[c], end = purchases->offsets[c + 1];
        if (end > from)
            add_customer(purchases->all + from, end - from, value, paid);
    }
    qsort(paid, value->customers, sizeof *paid, by_falling_value);
    for (uint64_t i = 0; i < value->customers; i++) {
        size_t part = (size_t)(i * SS_VALUE_PARTS / value->customers);
        value->parts[part] = ss_amount_add(value->parts[part], paid[i]);
        value->part_customers[part]++;
    }
    if (value->customers) {
        value->highest = paid[0];
        value->median = paid[value->customers / 2];
    }
    free(paid);
    return value->customers ? SS_OK : ss_error_set(error, SS_E_BAD_INPUT, "no order of the log names a customer");
}

static void sum_outlook(const ss_purchases *purchases, ss_retention *of)
{
    for (uint32_t c = 0; c < purchases->count; c++) {
        if (isnan(of->lifetime.purchases[c]))
            continue;
        ss_outlook_sums *sums[] = {&of->outlook[of->movement.after[c]], &of->outlook_all};
        for (size_t i = 0; i < 2; i++) {
            sums[i]->alive += of->lifetime.alive[c];
            sums[i]->purchases += of->lifetime.purchases[c];
            sums[i]->value += of->lifetime.value[c];
        }
    }
}

/* ---- all of it ---- */

static ss_status tell(ss_progress_sink *progress, unsigned step, ss_error *error)
{
    const ss_progress at = {"work out", step, 4, "steps", (double)NAN, step == 4};
    return ss_progress_tell(progress, &at) ? SS_OK : ss_error_set(error, SS_E_CANCELLED, "stopped on request");
}

static void set_totals(const ss_orders *orders, const ss_purchases *purchases, ss_retention *of)
{
    of->priced = orders->priced;
    of->unpriced = orders->unpriced;
    of->gross = orders->gross;
    of->returned = orders->returned;
    for (size_t i = 0; i < purchases->offsets[purchases->count]; i++)
        of->orders += purchases->all[i].orders;
    for (size_t i = 0; i < purchases->rest_count; i++)
        of->rest_orders += purchases->rest[i].orders;
}

static ss_status work_out(const ss_retention_input *input, const ss_purchases *purchases, ss_progress_sink *progress,
                          ss_retention *of, ss_error *error)
{
    ss_status status;
    const ss_lifetime_options lifetime = {(int32_t)of->options.horizon_days,
                                          (int32_t)of->options.holdout_days,
                                          of->options.margin,
                                          of->options.discount,
                                          input->decimals,
                                          input->orders->priced};
    SS_TRY(choose_period(input, purchases, of, error));
    set_totals(input->orders, purchases, of);
    SS_TRY(tell(progress, 0, error));
    ss_activity_count(purchases, of->from, of->end, (int32_t)of->options.window_days, &of->period);
    SS_TRY(count_months(purchases, of, error));
    SS_TRY(ss_returning_make(purchases, of->from, &of->returning, error));
    SS_TRY(ss_cohorts_make(purchases, (size_t)of->options.months, &of->cohorts, error));
    SS_TRY(sum_value(purchases, &of->value, error));
    SS_TRY(tell(progress, 1, error));
    SS_TRY(ss_movement_make(input->orders, instant_of(input->zone, of->from), instant_of(input->zone, of->end),
                            input->segments, &of->movement, error));
    SS_TRY(tell(progress, 2, error));
    SS_TRY(ss_lifetime_make(purchases, &lifetime, &of->lifetime, error));
    sum_outlook(purchases, of);
    SS_TRY(tell(progress, 4, error));
out:
    return status;
}

ss_status ss_retention_make(const ss_retention_input *input, const ss_retention_options *options,
                            ss_progress_sink *progress, ss_retention *retention, ss_error *error)
{
    ss_purchases purchases = {0};
    ss_retention of = {.options = *options, .decimals = input->decimals};
    ss_status status;
    SS_TRY(ss_options_check(ss_retention_option_table, options, error));
    SS_TRY(ss_purchases_make(input->orders, input->zone, input->until, &purchases, error));
    SS_TRY(work_out(input, &purchases, progress, &of, error));
    *retention = of;
    of = (ss_retention){0};
out:
    ss_purchases_release(&purchases);
    ss_retention_release(&of);
    return status;
}

void ss_retention_release(ss_retention *retention)
{
    free(retention->months);
    ss_returning_release(&retention->returning);
    ss_cohorts_release(&retention->cohorts);
    ss_movement_release(&retention->movement);
    ss_lifetime_release(&retention->lifetime);
    *retention = (ss_retention){0};
}

double ss_calibration_ratio(const ss_calibration *calibration, bool of_revenue)
{
    double came = of_revenue ? (double)calibration->revenue : (double)calibration->purchases;
    double foreseen = of_revenue ? calibration->foreseen : calibration->predicted;
    return came > 0 ? foreseen / came : NAN;
}

#include "job/sanity.h"

#include "store/manifest.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define AT(MEMBER)    offsetof(ss_sanity_options, MEMBER)
#define YEAR_1980     (INT64_C(3652) * SS_DAY) /* no shop sold by computer before: what is older is a broken time */
#define ROWS_OF_WORTH 1000.0                   /* fewer new rows are no flood */

const ss_option ss_sanity_option_table[] = {
    {"rows-min", SS_OPTION_INT, AT(rows_min), 1, 1e12, "1000", NULL, "N", "Fewest rows to learn from."},
    {"rows-lost", SS_OPTION_REAL, AT(rows_lost), 0, 1, "0.1", NULL, "SHARE",
     "Most share of the rows of what is served that may be gone."},
    {"rows-gained", SS_OPTION_REAL, AT(rows_gained), 1, 1e9, "10", NULL, "FACTOR",
     "Most rows a day since what is served, as a multiple of those a day before."},
    {"repeats", SS_OPTION_REAL, AT(repeats), 0, 1, "0.2", NULL, "SHARE",
     "Most share of rows that repeat others, above that of what is served."},
    {"bad-rows", SS_OPTION_REAL, AT(bad_rows), 0, 1, "0.01", NULL, "SHARE",
     "Most share of rows that cannot be read, above that of what is served."},
    {"fees", SS_OPTION_REAL, AT(fees), 0, 1, "0.05", NULL, "SHARE",
     "Most share of rows left out as likely fees, above that of what is served."},
    {"age-days", SS_OPTION_REAL, AT(age_days), 0, 100000, "3", NULL, "DAYS",
     "The newest row may be so old; 0: any age."},
    {"future-hours", SS_OPTION_REAL, AT(future_hours), 0, 1e6, "24", NULL, "HOURS",
     "The newest row may lie so far in the future."},
    {"span-changed", SS_OPTION_REAL, AT(span_changed), 1, 1e9, "3", NULL, "FACTOR",
     "By this factor may the time from the oldest row to the newest change."},
    {"items-lost", SS_OPTION_REAL, AT(items_lost), 0, 1, "0.2", NULL, "SHARE",
     "Most share of the catalogue, of the items bought and of those that may be shown that may be gone."},
    {"customers-lost", SS_OPTION_REAL, AT(customers_lost), 0, 1, "0.1", NULL, "SHARE",
     "Most share of the customers that may be gone."},
    {"history-lost", SS_OPTION_REAL, AT(history_lost), 0, 1, "0.2", NULL, "SHARE",
     "Most share of what customers had bought that the log may not have any longer."},
    {"times-changed", SS_OPTION_REAL, AT(times_changed), 0, 1, "0.2", NULL, "SHARE",
     "Most share of what customers had bought that may have another time."},
    {"lists-changed", SS_OPTION_REAL, AT(lists_changed), 0, 1, "0.5", NULL, "SHARE",
     "Most share of the lists of related products of which half may be other products."},
    {"coverage-lost", SS_OPTION_REAL, AT(coverage_lost), 0, 1, "0.2", NULL, "SHARE",
     "Most share of the products with a list of others that may be without one."},
    {"size-changed", SS_OPTION_REAL, AT(size_changed), 1, 1e9, "3", NULL, "FACTOR",
     "By this factor may the size on disk change."},
    {"models-lost", SS_OPTION_INT, AT(models_lost), 0, 100, "0", NULL, "N", "So many models may be missing."},
    {0},
};

typedef struct input_look {
    const ss_training_data *data;
    const ss_manifest *served; /* or NULL */
    const ss_sanity_options *options;
    int64_t now;
    ss_checks *checks;
    ss_error *error;
} input_look;

/* ---- what the served one's manifest tells; false: nothing ---- */

static bool served_count(const input_look *look, const char *path, double *count)
{
    int64_t value;
    if (!look->served || !ss_manifest_int(look->served, path, &value))
        return false;
    *count = (double)value;
    return true;
}

static bool served_time(const input_look *look, const char *path, int64_t *time)
{
    const char *text;
    return look->served && ss_manifest_text(look->served, path, &text) && ss_timestamp_parse(ss_slice_of(text), time);
}

static bool served_times(const input_look *look, int64_t *first, int64_t *last)
{
    return served_time(look, "input.first_time", first) && served_time(look, "input.last_time", last);
}

static ss_status skip(const input_look *look, const char *name)
{
    return ss_checks_add(look->checks, name, NAN, NAN, SS_CHECK_SKIPPED, look->error,
                         look->served ? "what is served does not tell: nothing to compare with"
                                      : "nothing is served yet: nothing to compare with");
}

static double days_between(int64_t from, int64_t to)
{
    return (double)(to - from) / (double)SS_DAY;
}

/* ---- how many rows ---- */

static ss_status look_at_rows(const input_look *look)
{
    double rows = (double)look->data->interactions.count, served = 0;
    double fewest = (double)look->options->rows_min;
    if (rows < fewest)
        return ss_checks_add(
            look->checks, "rows", rows, fewest, SS_CHECK_REFUSED, look->error,
            "the log has %.0f rows to learn from, wanted are %.0f: likely an export that broke off, or "
            "the wrong file; for a shop as small as that, set nightly.sanity.rows-min",
            rows, fewest);
    if (!served_count(look, "counts.rows", &served))
        return ss_checks_add(look->checks, "rows", rows, fewest, SS_CHECK_PASSED, look->error,
                             "the log has %.0f rows to learn from", rows);
    fewest = fmax(fewest, served * (1 - look->options->rows_lost));
    if (rows >= fewest)
        return ss_checks_add(look->checks, "rows", rows, fewest, SS_CHECK_PASSED, look->error,
                             "the log has %.0f rows to learn from, what is served has learned from %.0f", rows, served);
    return ss_checks_add(
        look->checks, "rows", rows, fewest, SS_CHECK_REFUSED, look->error,
        "the log shrank: it has %.0f rows to learn from, what is served has learned from %.0f, and %.3g %% "
        "fewer are borne: likely a file is missing or an export broke off; if old rows were dropped on "
        "purpose, raise nightly.sanity.rows-lost",
        rows, served, 100 * look->options->rows_lost);
}

static ss_status look_at_volume(const input_look *look)
{
    const ss_interactions *log = &look->data->interactions;
    double served;
    int64_t first, last;
    if (!served_count(look, "counts.rows", &served) || !served_times(look, &first, &last) || !log->has_times)
        return skip(look, "volume");
    double usual = served / fmax(1, days_between(first, last)), added = (double)log->count - served;
    double days = fmax(1, days_between(last, log->last_time)), factor = added / days / fmax(usual, 1e-9);
    if (added < ROWS_OF_WORTH || factor <= look->options->rows_gained)
        return ss_checks_add(look->checks, "volume", factor, look->options->rows_gained, SS_CHECK_PASSED, look->error,
                             "%.0f rows more than what is served has learned from, in %.3g days; usual are %.0f a day",
                             added, days, usual);
    return ss_checks_add(
        look->checks, "volume", factor, look->options->rows_gained, SS_CHECK_REFUSED, look->error,
        "%.0f rows more than what is served has learned from, in %.3g days, where %.0f a day are usual: "
        "%.3g times as many, borne are %.3g times: likely an import that repeats old orders under new "
        "ids, or a robot; if older logs were added on purpose, raise nightly.sanity.rows-gained",
        added, days, usual, factor, look->options->rows_gained);
}

/* ---- shares of rows: of one kind, above the served one's ---- */

typedef struct row_share {
    const char *name, *path; /* of the check; of the count in a manifest */
    uint64_t rows;
    double most;
    const char *what;   /* "rows repeat others" */
    const char *advice; /* when there are too many of them */
} row_share;

static ss_status look_at_share(const input_look *look, const row_share *of)
{
    double before = 0, read = 0, rows = (double)look->data->log_report.rows;
    double share = rows > 0 ? (double)of->rows / rows : 0;
    bool known = served_count(look, of->path, &before) && served_count(look, "input.rows_read", &read) && read > 0;
    if (!known)
        return skip(look, of->name);
    before /= read;
    bool too_many = share - before > of->most;
    return ss_checks_add(look->checks, of->name, share, fmin(1, before + of->most),
                         too_many ? SS_CHECK_REFUSED : SS_CHECK_PASSED, look->error,
                         "%" PRIu64 " of %" PRIu64 " %s: %.2f %%, with what is served %.2f %%%s%s", of->rows,
                         look->data->log_report.rows, of->what, 100 * share, 100 * before, too_many ? ": " : "",
                         too_many ? of->advice : "");
}

static uint64_t bad_rows(const ss_log_report *report)
{
    uint64_t bad = 0;
    for (unsigned reason = 0; reason < SS_BAD_COUNT; reason++)
        bad += report->bad[reason];
    return bad;
}

static ss_status look_at_shares(const input_look *look)
{
    const ss_log_report *report = &look->data->log_report;
    char fees[320];
    snprintf(
        fees, sizeof fees,
        "likely products with odd names or ids are taken for fees (most rows: %.63s); see what train says of them, "
        "and set fees: keep, or raise nightly.sanity.fees",
        report->fee_count > 0 ? report->fees[0].item_id : "-");
    const row_share shares[] = {
        {"repeats", "input.rows_merged", report->merged, look->options->repeats, "rows repeat others",
         "likely a file is read twice, or a day was exported twice; if orders are written so now, raise "
         "nightly.sanity.repeats"},
        {"bad-rows", "input.rows_bad", bad_rows(report), look->options->bad_rows, "rows cannot be read",
         "likely the export has changed its format; if they can be spared, raise nightly.sanity.bad-rows"},
        {"fees", "input.rows_fees", report->ignored[SS_IGNORED_FEE], look->options->fees,
         "rows are left out as likely fees", fees}};
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof shares / sizeof *shares && status == SS_OK; i++)
        status = look_at_share(look, &shares[i]);
    return status;
}

/* ---- times ---- */

static ss_status no_times(const input_look *look, const char *name)
{
    return ss_checks_add(look->checks, name, NAN, NAN, SS_CHECK_SKIPPED, look->error, "the log has no times");
}

static ss_status look_at_age(const input_look *look)
{
    char newest[SS_TIMESTAMP_TEXT];
    double age = days_between(look->data->interactions.last_time, look->now), most = look->options->age_days;
    if (!look->data->interactions.has_times)
        return no_times(look, "age");
    ss_timestamp_format(look->data->interactions.last_time, newest);
    if (most <= 0 || age <= most)
        return ss_checks_add(look->checks, "age", age, most > 0 ? most : NAN, SS_CHECK_PASSED, look->error,
                             "the newest row is of %.16s, %.3g days ago", newest, age);
    const char *likely = look->data->interactions.last_time < YEAR_1980
                             ? "likely seconds are taken for milliseconds, or the times are not those of the orders"
                             : "likely the export has stopped, or an old file is read";
    return ss_checks_add(
        look->checks, "age", age, most, SS_CHECK_REFUSED, look->error,
        "the newest row is of %.16s, %.4g days ago, borne are %.3g: %s; if nothing was sold since, raise "
        "nightly.sanity.age-days (0: any age)",
        newest, age, most, likely);
}

static ss_status look_at_future(const input_look *look)
{
    char newest[SS_TIMESTAMP_TEXT];
    double hours = 24 * days_between(look->now, look->data->interactions.last_time);
    if (!look->data->interactions.has_times)
        return no_times(look, "future");
    ss_timestamp_format(look->data->interactions.last_time, newest);
    if (hours <= look->options->future_hours)
        return ss_checks_add(look->checks, "future", hours, look->options->future_hours, SS_CHECK_PASSED, look->error,
                             "no row is later than %.16s", newest);
    return ss_checks_add(
        look->checks, "future", hours, look->options->future_hours, SS_CHECK_REFUSED, look->error,
        "the newest row is of %.16s, which is %.4g days from now: nobody has bought anything then, and all "
        "that is recent would count as old; likely times in milliseconds are taken for seconds, days and "
        "months are exchanged, or this machine's clock is wrong; if delivery dates are meant, raise "
        "nightly.sanity.future-hours",
        newest, hours / 24);
}

/* All rows at one instant, or some from before there were such shops. */
static const char *broken_span(const ss_interactions *log)
{
    if (log->count > 1 && log->last_time == log->first_time)
        return "every row has the same time: likely the export writes its own time instead of the order's";
    if (log->first_time < YEAR_1980)
        return "the oldest rows are from before 1980: likely empty times became 0, or seconds are taken for "
               "milliseconds";
    return NULL;
}

static ss_status compare_span(const input_look *look, int64_t first, int64_t last)
{
    const ss_interactions *log = &look->data->interactions;
    double served = fmax(1, days_between(first, last)), days = fmax(1, days_between(log->first_time, log->last_time));
    double passed = fmax(0, days_between(last, log->last_time)), most = look->options->span_changed;
    double factor = days > served ? fmax(1, (days - passed) / served) : served / days;
    if (factor <= most)
        return ss_checks_add(look->checks, "span", factor, most, SS_CHECK_PASSED, look->error,
                             "the log covers %.4g days, what is served %.4g", days, served);
    return ss_checks_add(
        look->checks, "span", factor, most, SS_CHECK_REFUSED, look->error,
        "the log covers %.4g days, what is served %.4g: likely the times of some rows are broken, or old "
        "rows are missing; if the log was cut or lengthened on purpose, raise nightly.sanity.span-changed",
        days, served);
}

static ss_status look_at_span(const input_look *look)
{
    const ss_interactions *log = &look->data->interactions;
    int64_t first, last;
    bool known = served_times(look, &first, &last);
    if (!log->has_times && known)
        return ss_checks_add(
            look->checks, "span", NAN, look->options->span_changed, SS_CHECK_REFUSED, look->error,
            "the log has no times, and what is served had: likely the column timestamp is missing or has "
            "another name now (columns)");
    if (!log->has_times)
        return no_times(look, "span");
    const char *broken = broken_span(log);
    if (broken)
        return ss_checks_add(look->checks, "span", NAN, look->options->span_changed, SS_CHECK_REFUSED, look->error,
                             "%s; put the times right", broken);
    return known ? compare_span(look, first, last) : skip(look, "span");
}

/* ---- the catalogue ---- */

static ss_status look_at_catalog(const input_look *look)
{
    double served, items = look->data->catalog ? (double)ss_catalog_count(look->data->catalog) : 0;
    double most = look->options->items_lost;
    if (!served_count(look, "counts.catalog", &served) || served <= 0)
        return skip(look, "catalog");
    double lost = fmax(0, 1 - items / served);
    if (lost <= most)
        return ss_checks_add(look->checks, "catalog", lost, most, SS_CHECK_PASSED, look->error,
                             "the catalogue has %.0f products, with what is served %.0f", items, served);
    return ss_checks_add(
        look->checks, "catalog", lost, most, SS_CHECK_REFUSED, look->error,
        "the catalogue has %.0f products, with what is served it had %.0f: %.3g %% fewer, borne are %.3g %%, "
        "and what is not in it is not shown: likely its export broke off; if they were taken out on "
        "purpose, raise nightly.sanity.items-lost",
        items, served, 100 * lost, 100 * most);
}

ss_status ss_sanity_input(const ss_training_data *data, const ss_manifest *served, const ss_sanity_options *options,
                          int64_t now, ss_checks *checks, ss_error *error)
{
    const input_look look = {data, served, options, now, checks, error};
    ss_status status = SS_OK;
    SS_TRY(look_at_rows(&look));
    SS_TRY(look_at_volume(&look));
    SS_TRY(look_at_shares(&look));
    SS_TRY(look_at_age(&look));
    SS_TRY(look_at_future(&look));
    SS_TRY(look_at_span(&look));
    SS_TRY(look_at_catalog(&look));
out:
    return status;
}

#include "log/read_log.h"

#include "base/clock.h"
#include "log/clean.h"
#include "log/clean_orders.h"
#include "log/raw_log.h"

#include <stdio.h>

static const ss_option log_options[] = {
    {"columns", SS_OPTION_TEXT, offsetof(ss_log_options, columns), 0, 0, NULL, NULL, "FIELD=COLUMN,…",
     "where the log's columns have other names: item_id, order_id, customer_id, session_id, quantity, unit_price, "
     "timestamp, event"},
    {"max-bad-rows", SS_OPTION_REAL, offsetof(ss_log_options, max_bad_rows), 0, 1, "0.01", NULL, "SHARE",
     "share of rows that may be unreadable before the run ends with an error"},
    {"exclude-items", SS_OPTION_TEXTS, offsetof(ss_log_options, exclude_items), 0, 0, NULL, NULL, "PATTERN",
     "item ids that are no products, with * ? [ ]; may be given several times"},
    {"cancel-prefix", SS_OPTION_TEXT, offsetof(ss_log_options, cancel_prefix), 0, 0, NULL, NULL, "TEXT",
     "order ids that begin with it cancel; without it: C, where nearly all rows of such orders are negative"},
    {"fold-ids", SS_OPTION_CHOICE, offsetof(ss_log_options, fold_ids), 0, 0, "auto", "auto|no|yes", NULL,
     "join item ids that differ only by case or blanks; auto: when the catalogue shows that they are the same"},
    {"fees", SS_OPTION_CHOICE, offsetof(ss_log_options, fees), 0, 0, "exclude", "exclude|keep|ignore", NULL,
     "likely fees (postage, discounts, bank charges, …): leave them out, keep and name them, or do not look"},
    {"decimals", SS_OPTION_INT, offsetof(ss_log_options, decimals), 0, 4, "2", NULL, "DIGITS",
     "digits after the point of the shop's currency"},
    {NULL, SS_OPTION_FLAG, 0, 0, 0, NULL, NULL, NULL, NULL},
};

size_t ss_log_option_groups(ss_log_options *options, ss_option_group groups[SS_LOG_GROUPS])
{
    groups[0] = (ss_option_group){NULL, NULL, log_options, options};
    groups[1] =
        (ss_option_group){"How the files write numbers and times", NULL, ss_notation_option_table, &options->notation};
    return SS_LOG_GROUPS;
}

ss_log_options ss_log_defaults(void)
{
    ss_log_options options;
    ss_option_group groups[SS_LOG_GROUPS];
    memset(&options, 0, sizeof options);
    ss_options_defaults(groups, ss_log_option_groups(&options, groups));
    options.until = options.events_from = SS_NO_TIME;
    return options;
}

const char *ss_bad_row_name(ss_bad_row reason)
{
    static const char *const names[SS_BAD_COUNT] = {
        [SS_BAD_FIELDS] = "not a row of fields",
        [SS_BAD_ITEM] = "item id",
        [SS_BAD_ID] = "order, customer or session id",
        [SS_BAD_QUANTITY] = "quantity",
        [SS_BAD_PRICE] = "price",
        [SS_BAD_TIMESTAMP] = "timestamp",
        [SS_BAD_EVENT] = "event",
        [SS_BAD_NO_GROUP] = "neither order, customer nor session",
    };
    return (unsigned)reason < SS_BAD_COUNT ? names[reason] : NULL;
}

const char *ss_ignored_row_name(ss_ignored_row rule)
{
    static const char *const names[SS_IGNORED_COUNT] = {
        [SS_IGNORED_PRICE] = "price not above 0",
        [SS_IGNORED_EXCLUDED] = "excluded items",
        [SS_IGNORED_FEE] = "likely fees",
        [SS_IGNORED_ZERO] = "quantity 0",
        [SS_IGNORED_RETURN] = "returns without a purchase",
        [SS_IGNORED_LATER] = "after the end",
        [SS_IGNORED_OVERLAP] = "events that the log holds already",
        [SS_IGNORED_FORGOTTEN] = "forgotten customers",
        [SS_IGNORED_NO_ITEM] = "offers without an item",
    };
    return (unsigned)rule < SS_IGNORED_COUNT ? names[rule] : NULL;
}

/* "12 by timestamp, 3 by quantity" */
static void list_reasons(const ss_log_report *report, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int reason = 0; reason < SS_BAD_COUNT && used < size; reason++) {
        if (report->bad[reason] == 0)
            continue;
        int length = snprintf(text + used, size - used, "%s%llu: %s", used ? ", " : "",
                              (unsigned long long)report->bad[reason], ss_bad_row_name((ss_bad_row)reason));
        used += length > 0 ? (size_t)length : 0;
    }
}

static ss_status check_bad_rows(const ss_log_report *report, double most, ss_error *error)
{
    uint64_t bad = 0;
    for (int reason = 0; reason < SS_BAD_COUNT; reason++)
        bad += report->bad[reason];
    if (report->rows == 0)
        return ss_error_set(error, SS_E_BAD_INPUT, "the log has no rows");
    if ((double)bad <= most * (double)report->rows)
        return SS_OK;
    char reasons[160];
    list_reasons(report, reasons, sizeof reasons);
    return ss_error_set(error, SS_E_BAD_INPUT,
                        "%llu of %llu rows cannot be read (%s), more than --max-bad-rows %g allows; first %s",
                        (unsigned long long)bad, (unsigned long long)report->rows, reasons, most, report->first_bad[0]);
}

static ss_status nothing_left(const ss_log_report *report, const char *what, ss_error *error)
{
    return ss_error_set(error, SS_E_BAD_INPUT, "no %s%s%s", what, report->first_bad_count ? "; cannot be read: " : "",
                        report->first_bad_count ? report->first_bad[0] : "");
}

ss_status ss_log_read(ss_row_source *source, const ss_log_options *options, const ss_catalog *catalog,
                      ss_progress_sink *progress, ss_interactions *out, ss_log_report *report, ss_error *error)
{
    ss_raw_log log = {0};
    ss_interactions result = {0};
    ss_status status;
    int64_t start = ss_clock_monotonic();
    memset(report, 0, sizeof *report);
    SS_TRY(ss_raw_log_read(source, options, progress, &log, report, error));
    SS_TRY(check_bad_rows(report, options->max_bad_rows, error));
    SS_TRY(ss_clean(&log, options, catalog, progress, &result, report, error));
    if (result.count == 0) {
        ss_interactions_free(&result);
        SS_TRY(nothing_left(report, "row of the log is a purchase or event to learn from", error));
    }
    *out = result;
out:
    report->seconds = (double)(ss_clock_monotonic() - start) / 1e9;
    ss_raw_log_free(&log);
    return status;
}

static ss_status make_orders(ss_raw_log *log, const ss_log_options *options, const ss_catalog *catalog,
                             ss_returns_rule returns, ss_orders *out, ss_log_report *report, ss_error *error)
{
    ss_item_rules rules = {0};
    ss_status status = ss_item_rules_make(log->items, log->item_rows, options, catalog, &rules, report, error);
    if (status == SS_OK) {
        status = ss_clean_orders(log, &rules, catalog, returns, out, report);
        if (status == SS_E_LIMIT)
            ss_error_set(error, status, "too many rows, customers and orders to number");
        else if (status != SS_OK)
            ss_error_nomem(error);
    }
    ss_item_rules_free(&rules);
    return status;
}

ss_status ss_log_read_orders(ss_row_source *source, const ss_log_options *options, const ss_catalog *catalog,
                             ss_returns_rule returns, ss_progress_sink *progress, ss_orders *out, ss_log_report *report,
                             ss_error *error)
{
    ss_raw_log log = {0};
    ss_orders result = {0};
    ss_status status;
    int64_t start = ss_clock_monotonic();
    memset(report, 0, sizeof *report);
    SS_TRY(ss_raw_log_read(source, options, progress, &log, report, error));
    SS_TRY(check_bad_rows(report, options->max_bad_rows, error));
    if (!log.has_times)
        SS_TRY(ss_error_set(error, SS_E_BAD_INPUT, "the log has no column timestamp: when orders came cannot be told"));
    SS_TRY(make_orders(&log, options, catalog, returns, &result, report, error));
    if (result.count == 0)
        SS_TRY(nothing_left(report, "row of the log is a purchase", error));
    *out = result;
    result = (ss_orders){0};
out:
    report->seconds = (double)(ss_clock_monotonic() - start) / 1e9;
    ss_orders_free(&result);
    ss_raw_log_free(&log);
    return status;
}

#include "cli/log_report.h"

#include <inttypes.h>

static void print_count(FILE *out, const char *what, uint64_t count)
{
    if (count > 0)
        fprintf(out, "    %-44s%12" PRIu64 "\n", what, count);
}

static uint64_t sum_of(const uint64_t *counts, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += counts[i];
    return sum;
}

static void print_hint(FILE *out, const char *option, const char *hint)
{
    if (hint[0])
        fprintf(out, "    not read, but it looks like it: %s %s\n", option, hint);
}

static void print_bad_rows(FILE *out, const ss_log_report *report)
{
    fprintf(out, "  %-46s%12" PRIu64 "\n", "bad rows (cannot be parsed)", sum_of(report->bad, SS_BAD_COUNT));
    for (unsigned reason = 0; reason < SS_BAD_COUNT; reason++)
        print_count(out, ss_bad_row_name((ss_bad_row)reason), report->bad[reason]);
    for (size_t i = 0; i < report->first_bad_count; i++)
        fprintf(out, "      %s\n", report->first_bad[i]);
}

static void print_fees(FILE *out, const ss_log_report *report)
{
    if (report->fee_count == 0)
        return;
    fprintf(out, "  likely fees (--exclude-items and --fees decide)\n");
    for (size_t i = 0; i < report->fee_count; i++) {
        const ss_likely_fee *fee = &report->fees[i];
        fprintf(out, "    %-14s %-32.32s %8" PRIu64 " rows  %s: %s\n", fee->item_id, fee->name, fee->rows,
                fee->excluded ? "left out" : "kept", fee->why);
    }
}

/* What a table of the shop's came to: always, or only where something is wrong with it. */
static void print_table(FILE *out, const char *name, const char *option, const ss_table_report *report, bool always)
{
    if (report->rows == 0 || (!always && report->bad_rows == 0 && !report->hint[0]))
        return;
    fprintf(out, "%s\n  %-46s%12" PRIu64 "\n", name, "rows read", report->rows);
    print_count(out, "bad rows (cannot be parsed)", report->bad_rows);
    for (size_t i = 0; i < sizeof report->first_bad / sizeof *report->first_bad && i < report->bad_rows; i++)
        fprintf(out, "      %s\n", report->first_bad[i]);
    print_count(out, "later rows of one id (the last counts)", report->duplicates);
    print_hint(out, option, report->hint);
}

void ss_print_log_report(FILE *out, const ss_training_data *data)
{
    const ss_log_report *report = &data->log_report;
    const ss_interactions *log = &data->interactions;
    fprintf(out, "log\n  %-46s%12" PRIu64 "\n  %-46s%12" PRIu64 "\n", "rows read", report->rows, "rows kept",
            report->kept);
    print_count(out, "events of the live store among those read", report->events);
    print_count(out, "repeats added to another row", report->merged);
    fprintf(out, "  %-46s%12" PRIu64 "\n", "returns", report->return_rows);
    print_count(out, "that found earlier purchases", report->returns_matched);
    print_count(out, "purchases taken back or reduced", report->purchases_taken_back);
    fprintf(out, "  %-46s%12" PRIu64 "\n", "rows ignored by rule", sum_of(report->ignored, SS_IGNORED_COUNT));
    for (unsigned rule = 0; rule < SS_IGNORED_COUNT; rule++)
        print_count(out, ss_ignored_row_name((ss_ignored_row)rule), report->ignored[rule]);
    print_bad_rows(out, report);
    print_fees(out, report);
    if (report->folded)
        fprintf(out, "  %-46s%12" PRIu64 "\n", "item ids joined (case or blanks differ)", report->folded_ids);
    if (data->catalog)
        fprintf(out, "  %-46s%12" PRIu64 "\n", "items not in the catalogue (never shown)", report->not_in_catalog);
    fprintf(out, "  %u items, %u customers, %u orders, %.1f s\n", log->item_count, log->customer_count,
            log->basket_count, report->seconds);
    print_hint(out, "--columns", report->hint);
    print_table(out, "catalogue", "--catalog-columns", &data->catalog_report, false);
    print_table(out, "customers file", "--customers-columns", &data->profiles_report, true);
}

static json_t *named_counts(const uint64_t *counts, unsigned count, const char *(*name)(unsigned))
{
    json_t *object = json_object();
    for (unsigned i = 0; object && i < count; i++)
        json_object_set_new(object, name(i), json_integer((json_int_t)counts[i]));
    return object;
}

static const char *bad_name(unsigned reason)
{
    return ss_bad_row_name((ss_bad_row)reason);
}

static const char *ignored_name(unsigned rule)
{
    return ss_ignored_row_name((ss_ignored_row)rule);
}

static json_t *fees_json(const ss_log_report *report)
{
    json_t *fees = json_array();
    for (size_t i = 0; fees && i < report->fee_count; i++)
        json_array_append_new(fees, json_pack("{s:s, s:s, s:I, s:b, s:s}", "item_id", report->fees[i].item_id, "name",
                                              report->fees[i].name, "rows", (json_int_t)report->fees[i].rows,
                                              "excluded", (int)report->fees[i].excluded, "why", report->fees[i].why));
    return fees;
}

json_t *ss_log_report_json(const ss_training_data *data)
{
    const ss_log_report *report = &data->log_report;
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:f}", "rows",
        (json_int_t)report->rows, "events", (json_int_t)report->events, "events_last", (json_int_t)report->events_last,
        "kept", (json_int_t)report->kept, "merged", (json_int_t)report->merged, "return_rows",
        (json_int_t)report->return_rows, "returns_matched", (json_int_t)report->returns_matched, "purchases_taken_back",
        (json_int_t)report->purchases_taken_back, "ignored",
        named_counts(report->ignored, SS_IGNORED_COUNT, ignored_name), "bad",
        named_counts(report->bad, SS_BAD_COUNT, bad_name), "fees", fees_json(report), "folded_ids",
        (json_int_t)report->folded_ids, "not_in_catalog", (json_int_t)report->not_in_catalog, "items",
        (json_int_t)data->interactions.item_count, "customers", (json_int_t)data->interactions.customer_count,
        "baskets", (json_int_t)data->interactions.basket_count, "seconds", report->seconds);
}

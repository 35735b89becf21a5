/*
 * dump_log: reads a log as the program does and writes the cleaned rows as CSV on stdout, the report as lines
 * `name value` on stderr. For tests that clean the same log by other means:
 * `dump_log LOG… [--catalog FILE] [options of the log] [--quiet]`.
 */
#include "base/clock.h"
#include "base/options.h"
#include "log/read_log.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct dump_options {
    const char *catalog;
    bool quiet;
} dump_options;

static const ss_option dump_table[] = {
    {"catalog", SS_OPTION_TEXT, offsetof(dump_options, catalog), 0, 0, NULL, NULL, "FILE", "the shop's catalogue"},
    {"quiet", SS_OPTION_FLAG, offsetof(dump_options, quiet), 0, 0, NULL, NULL, NULL, "no rows"},
    {NULL, SS_OPTION_FLAG, 0, 0, 0, NULL, NULL, NULL, NULL},
};

static void print_report(const ss_log_report *report, const ss_interactions *log)
{
    fprintf(stderr, "rows %" PRIu64 "\nkept %" PRIu64 "\nmerged %" PRIu64 "\n", report->rows, report->kept,
            report->merged);
    for (int i = 0; i < SS_BAD_COUNT; i++)
        fprintf(stderr, "bad:%s %" PRIu64 "\n", ss_bad_row_name((ss_bad_row)i), report->bad[i]);
    for (int i = 0; i < SS_IGNORED_COUNT; i++)
        fprintf(stderr, "ignored:%s %" PRIu64 "\n", ss_ignored_row_name((ss_ignored_row)i), report->ignored[i]);
    fprintf(stderr, "return_rows %" PRIu64 "\nreturns_matched %" PRIu64 "\n", report->return_rows,
            report->returns_matched);
    fprintf(stderr, "purchases_taken_back %" PRIu64 "\npurchases_removed %" PRIu64 "\n", report->purchases_taken_back,
            report->purchases_removed);
    fprintf(stderr, "folded %d\nfolded_ids %" PRIu64 "\nnot_in_catalog %" PRIu64 "\n", report->folded,
            report->folded_ids, report->not_in_catalog);
    for (size_t i = 0; i < report->fee_count; i++)
        fprintf(stderr, "fee:%s %" PRIu64 "  %s (%s)\n", report->fees[i].item_id, report->fees[i].rows,
                report->fees[i].name, report->fees[i].why);
    for (size_t i = 0; i < report->first_bad_count; i++)
        fprintf(stderr, "first_bad %s\n", report->first_bad[i]);
    fprintf(stderr, "hint %s\ndigest %016" PRIx64 "%016" PRIx64 "\nseconds %.3f\n", report->hint, report->digest_high,
            report->digest_low, report->seconds);
    fprintf(stderr, "items %" PRIu32 "\ncustomers %" PRIu32 "\nbaskets %" PRIu32 "\n", log->item_count,
            log->customer_count, log->basket_count);
}

static void print_id(const ss_dictionary *ids, uint32_t number)
{
    if (number == SS_NONE)
        return;
    ss_slice id = ss_dictionary_id(ids, number);
    printf("%.*s", (int)id.size, id.data);
}

static void print_rows(const ss_interactions *log)
{
    printf("customer,basket,item,event,time,quantity\n");
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        print_id(log->customers, row->customer);
        if (row->basket == SS_NONE)
            printf(",,");
        else
            printf(",%" PRIu32 ",", row->basket);
        print_id(log->items, row->item);
        printf(",%s,%" PRId64 ",%.9g\n", ss_event_name((ss_event)row->event), (int64_t)row->time,
               (double)row->quantity);
    }
}

static ss_status read_all(const ss_texts *paths, const dump_options *dump, const ss_log_options *options,
                          ss_interactions *log, ss_log_report *report, ss_error *error)
{
    ss_status status;
    ss_catalog *catalog = NULL;
    ss_catalog_report catalog_report;
    ss_catalog_options catalog_options = ss_catalog_defaults();
    ss_row_source *source = NULL;
    if (dump->catalog)
        SS_TRY(ss_catalog_read(&dump->catalog, 1, &catalog_options, NULL, &catalog, &catalog_report, error));
    SS_TRY(ss_row_source_open_files(paths->text, paths->count, &source, error));
    SS_TRY(ss_log_read(source, options, catalog, NULL, log, report, error));
out:
    ss_row_source_close(&source);
    ss_catalog_free(&catalog);
    return status;
}

int main(int argc, char **argv)
{
    dump_options dump = {0};
    ss_log_options options = ss_log_defaults();
    ss_option_group groups[1 + SS_LOG_GROUPS] = {{.options = dump_table, .target = &dump}};
    ss_texts paths = {0};
    ss_error error;
    ss_interactions log = {0};
    ss_log_report report;
    ss_status status =
        ss_options_parse(groups, 1 + ss_log_option_groups(&options, groups + 1), argc, argv, &paths, &error);
    if (status == SS_OK)
        status = read_all(&paths, &dump, &options, &log, &report, &error);
    if (status != SS_OK) {
        char text[1024];
        ss_error_format(&error, text, sizeof text);
        fprintf(stderr, "%s: %s\n", ss_status_name(status), text);
        return 1;
    }
    print_report(&report, &log);
    if (!dump.quiet)
        print_rows(&log);
    ss_interactions_free(&log);
    return fflush(stdout) == 0 ? 0 : 1;
}

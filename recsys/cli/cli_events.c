#include "cli/command.h"
#include "cli/print_json.h"

#include "job/live_events.h"
#include <inttypes.h>
#include <jansson.h>

#define DAYS_SHOWN 14u

typedef struct events_settings {
    const char *store, *from, *until, *out;
    int64_t format, decimals;
} events_settings;

#define AT(MEMBER) offsetof(events_settings, MEMBER)

static const ss_option events_options[] = {
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "FOLDER", "The store of the server."},
    {"from", SS_OPTION_TEXT, AT(from), 0, 0, NULL, NULL, "TIME", "export: what happened from this time on."},
    {"to", SS_OPTION_TEXT, AT(until), 0, 0, NULL, NULL, "TIME", "export: what happened before this time."},
    {"format", SS_OPTION_CHOICE, AT(format), 0, 0, "csv", "csv|ndjson", NULL, "export: how it is written."},
    {"out", SS_OPTION_TEXT, AT(out), 0, 0, "-", NULL, "FILE",
     "export: where to; the file is there whole or not at all. - is standard output."},
    {"decimals", SS_OPTION_INT, AT(decimals), 0, 4, "2", NULL, "DIGITS",
     "export: digits after the point of the shop's currency."},
    {0},
};

static size_t events_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, events_options, settings};
    return 1;
}

static ss_status run_export(const events_settings *settings, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    uint64_t rows = 0;
    ss_events_export_options options = {
        .out = settings->out, .format = (ss_export_format)settings->format, .decimals = settings->decimals};
    SS_TRY(ss_command_span(settings->from, settings->until, &options.from, &options.until, error));
    SS_TRY(ss_events_export(settings->store, &options, cli->progress, &rows, error));
    if (!cli->quiet)
        fprintf(stderr, "%" PRIu64 " events exported\n", rows);
out:
    return status;
}

static void print_day(FILE *out, const ss_events_day *day)
{
    char text[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(day->day * SS_DAY, text);
    fprintf(out, "  %-46.10s%12" PRIu64 "\n", text, day->count);
}

static void print_time(FILE *out, const char *name, int64_t time)
{
    char text[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(time, text);
    fprintf(out, "  %-34s%24s\n", name, text);
}

static void print_human(const ss_events_stats *stats)
{
    const ss_event_extent *extent = &stats->extent;
    size_t hidden = stats->day_count > DAYS_SHOWN ? stats->day_count - DAYS_SHOWN : 0;
    printf("events\n  %-46s%12" PRIu64 "\n  %-46s%12" PRIu64 "\n", "count", extent->count, "number of the last",
           extent->last);
    if (extent->count) {
        print_time(stdout, "first", stats->first_time);
        print_time(stdout, "last", stats->last_time);
    }
    for (unsigned event = 0; event < SS_EVENT_COUNT; event++)
        if (stats->by_event[event])
            printf("  %-46s%12" PRIu64 "\n", ss_event_name((ss_event)event), stats->by_event[event]);
    printf("  %-46s%12" PRIu64 "\n  %-46s%12" PRIu64 "\n  %-46s%12" PRIu64 "\n", "with a customer",
           stats->with_customer, "bytes of all live state", extent->bytes_used, "and at most", extent->bytes_most);
    printf("days%s\n", hidden ? " (the last)" : "");
    for (size_t i = hidden; i < stats->day_count; i++)
        print_day(stdout, &stats->days[i]);
}

static json_t *days_json(const ss_events_stats *stats)
{
    json_t *days = json_object();
    for (size_t i = 0; days && i < stats->day_count; i++) {
        char text[SS_TIMESTAMP_TEXT];
        ss_timestamp_format(stats->days[i].day * SS_DAY, text);
        text[10] = '\0';
        json_object_set_new(days, text, json_integer((json_int_t)stats->days[i].count));
    }
    return days;
}

static json_t *time_json(int64_t time)
{
    char text[SS_TIMESTAMP_TEXT];
    if (time == SS_NO_TIME)
        return json_null();
    ss_timestamp_format(time, text);
    return json_string(text);
}

static ss_status print_json(const ss_events_stats *stats, ss_error *error)
{
    json_t *by_event = json_object();
    for (unsigned event = 0; by_event && event < SS_EVENT_COUNT; event++)
        json_object_set_new(by_event, ss_event_name((ss_event)event), json_integer((json_int_t)stats->by_event[event]));
    json_t *root =
        json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "count", (json_int_t)stats->extent.count,
                  "first_sequence", (json_int_t)stats->extent.first, "last_sequence", (json_int_t)stats->extent.last,
                  "first", time_json(stats->first_time), "last", time_json(stats->last_time), "by_event", by_event,
                  "with_customer", (json_int_t)stats->with_customer, "bytes_used", (json_int_t)stats->extent.bytes_used,
                  "bytes_most", (json_int_t)stats->extent.bytes_most, "days", days_json(stats));
    return ss_print_json(root, JSON_INDENT(2), error);
}

static ss_status run_stats(const events_settings *settings, const ss_cli *cli, ss_error *error)
{
    ss_events_stats stats = {0};
    ss_status status = ss_events_stats_read(settings->store, cli->progress, &stats, error);
    if (status != SS_OK)
        return status;
    if (cli->json)
        status = print_json(&stats, error);
    else
        print_human(&stats);
    ss_events_stats_release(&stats);
    return status;
}

static ss_status run_events(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const events_settings *settings = memory;
    ss_status status = ss_command_operands(operands, 1, 1, error);
    if (status != SS_OK)
        return status;
    if (!settings->store)
        return ss_error_set(error, SS_E_ARGUMENT, "no store: give --store FOLDER");
    if (strcmp(operands->text[0], "export") == 0)
        return run_export(settings, cli, error);
    if (strcmp(operands->text[0], "stats") == 0)
        return run_stats(settings, cli, error);
    return ss_error_set(error, SS_E_ARGUMENT, "'%s' is neither export nor stats", operands->text[0]);
}

const ss_command ss_command_events = {
    .name = "events",
    .operands = "export|stats",
    .summary = "Write out the live events of a store, or tell how many there are.",
    .description =
        "Works beside a running server: what is on the disk when it begins is read, and nothing is changed. What is\n"
        "exported is a log for train, and leaves out customers who want to be forgotten.\n\n"
        "  smartshelf events export --store /srv/shelf --from 2026-11-01 --to 2026-12-01 --out november.csv\n"
        "  smartshelf events export --store /srv/shelf --format ndjson | zstd > events.ndjson.zst\n"
        "  smartshelf events stats --store /srv/shelf --json",
    .is_job = true,
    .settings_size = sizeof(events_settings),
    .groups = events_groups,
    .run = run_events,
};

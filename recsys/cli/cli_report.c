#include "cli/command.h"
#include "cli/nightly_settings.h"

#include "base/file.h"
#include "job/report_offers.h"
#include "job/report_offers_html.h"
#include "job/report_offers_text.h"
#include "job/report_retention_html.h"
#include "job/retention_sheets.h"
#include "job/train.h"

#include <string.h>
#include <unistd.h>

#define REPORT_MAX (UINT64_C(1) << 28) /* bytes; a row takes a few hundred */

typedef enum report_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_HTML } report_format;

typedef struct report_settings {
    const char *store, *from, *until, *campaign, *out;
    int64_t format;
    ss_input_options input; /* of retention, as are the next; its decimals are those of both */
    ss_retention_options retention;
    ss_segments_options segments;
} report_settings;

#define AT(MEMBER) offsetof(report_settings, MEMBER)

static const ss_option report_options[] = {
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "FOLDER",
     "The store of the server; without it that of train, or of server, in --config. Of retention: whose forgotten "
     "customers are left out."},
    {"from", SS_OPTION_TEXT, AT(from), 0, 0, NULL, NULL, "TIME",
     "What was decided from this time on; of retention, the first day of the period: YYYY-MM-DD."},
    {"to", SS_OPTION_TEXT, AT(until), 0, 0, NULL, NULL, "TIME",
     "What was decided before this time; of retention, the day before which the period ends."},
    {"campaign", SS_OPTION_TEXT, AT(campaign), 0, 0, NULL, NULL, "NAME", "Of offers: only this campaign."},
    {"format", SS_OPTION_CHOICE, AT(format), 0, 0, "table", "table|csv|json|html", NULL,
     "How it is written; html is one page that needs nothing else."},
    {"out", SS_OPTION_TEXT, AT(out), 0, 0, "-", NULL, "FILE",
     "Where to; the file is there whole or not at all. - is standard output."},
    {0},
};

static size_t report_groups(void *memory, ss_option_group *groups)
{
    report_settings *settings = memory;
    size_t count = 0;
    groups[count++] = (ss_option_group){NULL, NULL, report_options, settings};
    groups[count++] = (ss_option_group){"Retention", NULL, ss_retention_option_table, &settings->retention};
    groups[count++] = (ss_option_group){"Input of retention", NULL, ss_input_option_table, &settings->input};
    count += ss_log_option_groups(&settings->input.log, groups + count);
    groups[count++] =
        (ss_option_group){"Segments of retention", "segments", ss_segments_option_table, &settings->segments};
    return count;
}

static void report_defaults(void *memory)
{
    report_settings *settings = memory;
    settings->input.log.until = settings->input.log.events_from = SS_NO_TIME;
}

static ss_status write_out(const char *path, const ss_buffer *text, ss_error *error)
{
    if (strcmp(path, "-") == 0)
        return ss_file_write_all(STDOUT_FILENO, "standard output", text->data, text->size, error);
    return ss_file_write_atomic(path, text->data, text->size, error);
}

/* ---- offers ---- */

static ss_status run_offers(const report_settings *settings, const ss_cli *cli, ss_error *error)
{
    static ss_status (*const formats[])(const ss_offers_report *, int, ss_buffer *) = {
        [FORMAT_TABLE] = ss_offers_report_table,
        [FORMAT_CSV] = ss_offers_report_csv,
        [FORMAT_JSON] = ss_offers_report_json,
        [FORMAT_HTML] = ss_offers_report_html,
    };
    ss_status status;
    ss_buffer text;
    const char *store;
    ss_offers_report *report = NULL;
    ss_report_limits limits = {.campaign = settings->campaign};
    ss_buffer_init(&text, REPORT_MAX);
    SS_TRY(ss_nightly_store(settings->store, cli, &store, error));
    SS_TRY(ss_command_span(settings->from, settings->until, &limits.from, &limits.until, error));
    SS_TRY(ss_offers_report_read(store, &limits, cli->progress, &report, error));
    status = formats[cli->json ? FORMAT_JSON : settings->format](report, (int)settings->input.log.decimals, &text);
    SS_TRY(status == SS_OK ? SS_OK : ss_error_nomem(error));
    SS_TRY(write_out(settings->out, &text, error));
out:
    ss_offers_report_free(&report);
    ss_buffer_release(&text);
    return status;
}

/* ---- retention ---- */

/* A day of the shop's calendar; what was not given stays as it is. */
static ss_status parse_day(const char *option, const char *text, int32_t *day, ss_error *error)
{
    int64_t time;
    if (!text)
        return SS_OK;
    if (strlen(text) != sizeof "2011-12-09" - 1 || !ss_timestamp_parse(ss_slice_of(text), &time) || time % SS_DAY != 0)
        return ss_error_set(error, SS_E_ARGUMENT, "--%s: '%s' is no day: YYYY-MM-DD", option, text);
    *day = (int32_t)(time / SS_DAY);
    return SS_OK;
}

/* That of the options, else of the configuration's offers. *owned: to be freed; NULL: *zone is borrowed. */
static ss_status find_zone(const report_settings *settings, const ss_cli *cli, ss_zone **owned, const ss_zone **zone,
                           ss_error *error)
{
    if (!settings->retention.time_zone && cli->file) {
        *zone = ss_config_file_policy(cli->file)->zone;
        return SS_OK;
    }
    ss_status status = ss_zone_new(settings->retention.time_zone ? settings->retention.time_zone : "UTC", owned, error);
    if (status != SS_OK)
        ss_error_place(error, "--time-zone", 0);
    *zone = *owned;
    return status;
}

static ss_status check_retention(const report_settings *settings, ss_retention_input *input, ss_error *error)
{
    ss_status status;
    if (settings->campaign)
        return ss_error_set(error, SS_E_ARGUMENT, "--campaign goes with the report of offers");
    SS_TRY(parse_day("from", settings->from, &input->from, error));
    SS_TRY(parse_day("to", settings->until, &input->until, error));
    if (input->from >= input->until)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "--from is not before --to"));
out:
    return status;
}

static ss_status write_retention(const report_settings *settings, const ss_cli *cli, const ss_retention *retention,
                                 const char *zone, ss_error *error)
{
    static ss_status (*const formats[])(const ss_sheets *, ss_buffer *) = {
        [FORMAT_TABLE] = ss_sheets_write_table,
        [FORMAT_CSV] = ss_sheets_write_csv,
        [FORMAT_JSON] = ss_sheets_write_json,
    };
    ss_status status;
    ss_buffer text;
    ss_sheets sheets;
    report_format format = cli->json ? FORMAT_JSON : (report_format)settings->format;
    ss_buffer_init(&text, REPORT_MAX);
    status = ss_retention_sheets(retention, zone, &sheets);
    if (status == SS_OK && format == FORMAT_HTML)
        status = ss_retention_html(retention, &sheets, &text);
    else if (status == SS_OK)
        status = formats[format](&sheets, &text);
    SS_TRY(status == SS_OK ? SS_OK : ss_error_nomem(error));
    SS_TRY(write_out(settings->out, &text, error));
out:
    ss_sheets_release(&sheets);
    ss_buffer_release(&text);
    return status;
}

static ss_status run_retention(const report_settings *settings, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    ss_orders orders = {0};
    ss_retention retention = {0};
    ss_log_report log;
    ss_zone *owned = NULL;
    ss_input_options from = settings->input;
    ss_retention_input input = {.orders = &orders,
                                .from = INT32_MIN,
                                .until = INT32_MAX,
                                .decimals = (int)from.log.decimals,
                                .segments = &settings->segments};
    if (settings->store || cli->file)
        ss_nightly_store(settings->store, cli, &from.store, NULL); /* without one nobody is forgotten */
    SS_TRY(check_retention(settings, &input, error));
    SS_TRY(find_zone(settings, cli, &owned, &input.zone, error));
    SS_TRY(ss_orders_read(&from, (ss_returns_rule)settings->retention.returns, cli->progress, &orders, &log, error));
    SS_TRY(ss_retention_make(&input, &settings->retention, cli->progress, &retention, error));
    SS_TRY(write_retention(settings, cli, &retention, ss_zone_name(input.zone), error));
out:
    ss_zone_free(&owned);
    ss_orders_free(&orders);
    ss_retention_release(&retention);
    return status;
}

/* ---- the command ---- */

typedef struct report_kind {
    const char *name;
    ss_status (*run)(const report_settings *settings, const ss_cli *cli, ss_error *error);
} report_kind;

static const report_kind kinds[] = {{"offers", run_offers}, {"retention", run_retention}};

static ss_status run_report(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const report_settings *settings = memory;
    if (operands->count != 1)
        return ss_error_set(error, SS_E_ARGUMENT, "which report? there are offers and retention");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(operands->text[0], kinds[i].name) == 0)
            return kinds[i].run(settings, cli, error);
    return ss_error_set(error, SS_E_ARGUMENT, "no report '%s': there are offers and retention", operands->text[0]);
}

const ss_command ss_command_report = {
    .name = "report",
    .operands = "offers|retention",
    .summary = "Tell what offers did and earned, or who comes back, who leaves and what they are worth.",
    .description =
        "offers: over all, by campaign, and within each by incentive and segment: decisions, offers shown, "
        "accepted, redeemed,\n"
        "what they cost, and the uplift over the holdout by intention to treat, with its 95 % interval. Works "
        "beside a running\n"
        "server: what is on the disk of its store is read, and nothing is changed.\n\n"
        "retention: from the purchase log as `train` reads it: customers kept, lost and won, time between "
        "purchases, cohorts by\n"
        "month, segments and how customers moved between them, what customers have paid and will (BG/NBD with "
        "gamma-gamma),\n"
        "and how far that forecast was off when it was made before.\n\n"
        "No customer is named in either.\n\n"
        "  smartshelf report offers --store /srv/shelf\n"
        "  smartshelf report offers --store /srv/shelf --from 2026-11-01 --to 2026-12-01 --format html "
        "--out offers.html\n"
        "  smartshelf report retention --log orders.csv --format html --out retention.html\n"
        "  smartshelf report retention --config smartshelf.yaml --from 2026-01-01 --to 2026-07-01 --json",
    .takes_config = true,
    .is_job = true,
    .settings_size = sizeof(report_settings),
    .groups = report_groups,
    .defaults = report_defaults,
    .run = run_report,
};

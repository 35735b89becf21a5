#include "cli/command.h"

#include "base/file.h"
#include "job/report_offers.h"
#include "job/report_offers_html.h"
#include "job/report_offers_text.h"

#include <string.h>
#include <unistd.h>

#define REPORT_MAX (UINT64_C(1) << 28) /* bytes; a row takes a few hundred */

typedef enum report_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_HTML } report_format;

typedef struct report_settings {
    const char *store, *from, *until, *campaign, *out;
    int64_t format, decimals;
} report_settings;

#define AT(MEMBER) offsetof(report_settings, MEMBER)

static const ss_option report_options[] = {
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "FOLDER", "The store of the server."},
    {"from", SS_OPTION_TEXT, AT(from), 0, 0, NULL, NULL, "TIME", "What was decided from this time on."},
    {"to", SS_OPTION_TEXT, AT(until), 0, 0, NULL, NULL, "TIME", "What was decided before this time."},
    {"campaign", SS_OPTION_TEXT, AT(campaign), 0, 0, NULL, NULL, "NAME", "Only this campaign."},
    {"format", SS_OPTION_CHOICE, AT(format), 0, 0, "table", "table|csv|json|html", NULL,
     "How it is written; html is one page that needs nothing else."},
    {"out", SS_OPTION_TEXT, AT(out), 0, 0, "-", NULL, "FILE",
     "Where to; the file is there whole or not at all. - is standard output."},
    {"decimals", SS_OPTION_INT, AT(decimals), 0, 4, "2", NULL, "DIGITS",
     "Digits after the point of the shop's currency."},
    {0},
};

static size_t report_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, report_options, settings};
    return 1;
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
    ss_offers_report *report = NULL;
    ss_report_limits limits = {.campaign = settings->campaign};
    ss_buffer_init(&text, REPORT_MAX);
    SS_TRY(ss_command_span(settings->from, settings->until, &limits.from, &limits.until, error));
    SS_TRY(ss_offers_report_read(settings->store, &limits, cli->progress, &report, error));
    status = formats[cli->json ? FORMAT_JSON : settings->format](report, (int)settings->decimals, &text);
    SS_TRY(status == SS_OK ? SS_OK : ss_error_nomem(error));
    SS_TRY(write_out(settings->out, &text, error));
out:
    ss_offers_report_free(&report);
    ss_buffer_release(&text);
    return status;
}

/* ---- the command ---- */

typedef struct report_kind {
    const char *name;
    ss_status (*run)(const report_settings *settings, const ss_cli *cli, ss_error *error);
} report_kind;

static const report_kind kinds[] = {{"offers", run_offers}};

static ss_status run_report(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const report_settings *settings = memory;
    if (operands->count != 1)
        return ss_error_set(error, SS_E_ARGUMENT, "which report? there is offers");
    if (!settings->store)
        return ss_error_set(error, SS_E_ARGUMENT, "no store: give --store FOLDER");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(operands->text[0], kinds[i].name) == 0)
            return kinds[i].run(settings, cli, error);
    return ss_error_set(error, SS_E_ARGUMENT, "no report '%s': there is offers", operands->text[0]);
}

const ss_command ss_command_report = {
    .name = "report",
    .operands = "offers",
    .summary = "Tell what offers did, and what they earned beside the visitors held out.",
    .description = "Works beside a running server: what is on the disk is read, and nothing is changed. Over all, by "
                   "campaign, and\n"
                   "within each by incentive and segment: decisions, offers shown, accepted, redeemed, what they cost, "
                   "and the uplift\n"
                   "over the holdout by intention to treat, with its 95 % interval. No customer is named.\n\n"
                   "  smartshelf report offers --store /srv/shelf\n"
                   "  smartshelf report offers --store /srv/shelf --from 2026-11-01 --to 2026-12-01 --format html "
                   "--out offers.html\n"
                   "  smartshelf report offers --store /srv/shelf --campaign last_chance --json",
    .is_job = true,
    .settings_size = sizeof(report_settings),
    .groups = report_groups,
    .run = run_report,
};

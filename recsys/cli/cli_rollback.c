#include "cli/nightly_settings.h"
#include "cli/print_json.h"

#include "base/clock.h"
#include "job/nightly.h"
#include "job/nightly_rollback.h"

typedef struct rollback_settings {
    const char *store, *reason;
    ss_server_settings servers;
} rollback_settings;

static const ss_option rollback_options[] = {
    {"store", SS_OPTION_TEXT, offsetof(rollback_settings, store), 0, 0, NULL, NULL, "FOLDER",
     "The store; without it that of --config."},
    {"reason", SS_OPTION_TEXT, offsetof(rollback_settings, reason), 0, 0, "taken back by hand", NULL, "WORDS",
     "Why: kept with the generation that is left, and told by the next night."},
    {0},
};

static size_t rollback_groups(void *memory, ss_option_group *groups)
{
    rollback_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, rollback_options, settings};
    groups[1] = (ss_option_group){"Servers", NULL, ss_server_list_table, &settings->servers};
    groups[2] = (ss_option_group){NULL, NULL, ss_server_speak_table, &settings->servers};
    return 3;
}

static size_t told_by_name(const ss_rollback_report *report)
{
    return report->passed_count < SS_ROLLBACK_PASSED_MAX ? report->passed_count : SS_ROLLBACK_PASSED_MAX;
}

static void print_passed(FILE *out, const ss_rollback_report *report)
{
    size_t told = told_by_name(report);
    for (size_t i = 0; i < told; i++)
        fprintf(out, "%s is passed over, it is broken: %s\n", report->passed[i].name, report->passed[i].why);
    if (report->passed_count > told)
        fprintf(out, "and %zu older ones, broken too\n", report->passed_count - told);
}

static json_t *passed_json(const ss_rollback_report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < told_by_name(report); i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s}", "generation", report->passed[i].name, "why", report->passed[i].why));
    return list;
}

static ss_status print_json(const ss_rollback_report *report, size_t servers, ss_error *error)
{
    json_t *root = json_pack("{s:s, s:s*, s:b, s:o, s:o}", "generation", report->now, "left",
                             report->left[0] ? report->left : NULL, "rejected", report->rejected, "passed_over",
                             passed_json(report), "servers", ss_server_reports_json(report->servers, servers));
    return ss_print_json(root, JSON_INDENT(2), error);
}

static void print_human(const ss_rollback_report *report, size_t servers)
{
    print_passed(stdout, report);
    printf("%s is current and whole", report->now);
    if (report->left[0])
        printf("; %s was left%s", report->left, report->rejected ? " and is marked as rejected" : "");
    putchar('\n');
    ss_server_reports_print(stdout, report->servers, servers);
    if (report->rejected)
        puts("The next nightly run publishes nothing until somebody says so: smartshelf nightly --release");
}

static ss_status run_rollback(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    rollback_settings *settings = memory;
    ss_rollback_report report;
    ss_server_keys keys = {0};
    ss_servers servers = {0};
    const char *store;
    ss_status status;
    SS_TRY(ss_command_operands(operands, 0, 1, error));
    SS_TRY(ss_nightly_store(settings->store, cli, &store, error));
    SS_TRY(ss_server_settings_open(&settings->servers, &keys, &servers, error));
    status = ss_rollback(store, operands->count > 0 ? operands->text[0] : NULL, settings->reason, ss_clock_now(),
                         &servers, &report, error);
    if (status == SS_E_NOT_FOUND)
        print_passed(stderr, &report);
    SS_TRY(status);
    if (cli->json)
        SS_TRY(print_json(&report, servers.count, error));
    else
        print_human(&report, servers.count);
    if (ss_servers_serving(report.servers, servers.count, report.now) < servers.count)
        *cli->exit_code = SS_NIGHTLY_SERVERS;
out:
    ss_server_keys_close(&keys);
    return status;
}

const ss_command ss_command_rollback = {
    .name = "rollback",
    .operands = "[GENERATION]",
    .summary = "Go back to the generation before, or to a named one.",
    .description =
        "Checks every byte of it, makes it current and has the servers swap it in. Without a name a broken generation\n"
        "is passed over, with words, for the next older whole one. The one that is left for an older one is marked,\n"
        "and `nightly` publishes nothing new until it is told to with --release. Ends with 69 when a server does not\n"
        "serve it afterwards.\n\n"
        "  smartshelf rollback --config smartshelf.yaml --reason 'prices of the wrong country'\n"
        "  smartshelf rollback 20260131T031500.000Z --store /srv/shelf --server tcp://127.0.0.1:5555",
    .takes_config = true,
    .settings_size = sizeof(rollback_settings),
    .groups = rollback_groups,
    .run = run_rollback,
};

#include "cli/nightly_settings.h"
#include "cli/print_json.h"

#include "base/clock.h"
#include "base/timestamp.h"
#include "cli/table.h"
#include "job/nightly_kept.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct generations_settings {
    const char *store;
    ss_server_settings servers;
} generations_settings;

static const ss_option generations_options[] = {
    {"store", SS_OPTION_TEXT, offsetof(generations_settings, store), 0, 0, NULL, NULL, "FOLDER",
     "The store; without it that of --config."},
    {0},
};

static size_t generations_groups(void *memory, ss_option_group *groups)
{
    generations_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, generations_options, settings};
    groups[1] = (ss_option_group){"Servers", NULL, ss_server_list_table, &settings->servers};
    groups[2] = (ss_option_group){NULL, NULL, ss_server_speak_table, &settings->servers};
    return 3;
}

/* ---- as a table ---- */

#define AGE_TEXT 32

static void format_age(int64_t made, char text[AGE_TEXT])
{
    int64_t seconds = (ss_clock_now() - made) / SS_SECOND;
    if (made == SS_NO_TIME)
        snprintf(text, AGE_TEXT, "?");
    else if (seconds < 3600)
        snprintf(text, AGE_TEXT, "%" PRId64 " min", seconds / 60);
    else if (seconds < 48 * 3600)
        snprintf(text, AGE_TEXT, "%" PRId64 " h", seconds / 3600);
    else
        snprintf(text, AGE_TEXT, "%" PRId64 " days", seconds / 86400);
}

static const char *mark_of(const ss_kept *kept, const ss_kept_generation *of)
{
    return of->current ? "*" : ss_kept_is_rejected(kept, of) ? "!" : " ";
}

static void print_notes(const ss_kept_generation *of, const ss_server_report *reports, size_t server_count)
{
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        if (!isnan(of->quality[task]))
            printf("  %s %.4f", ss_task_name((ss_task)task), of->quality[task]);
    if (of->delta_base[0])
        printf("  delta of %s", of->delta_base);
    if (!of->described)
        printf("  its manifest cannot be read");
    if (of->rejected != SS_REJECTED_NOT) {
        ss_cell reason = ss_cell_of(of->reason, 2 * SS_CELL_NAME_MAX);
        printf("  taken back%s: %s", of->rejected == SS_REJECTED_BY_SERVER ? ", as a server refused it" : "",
               reason.text);
    }
    for (size_t i = 0; i < server_count; i++)
        if (reports[i].state == SS_SERVER_SERVES && strcmp(reports[i].generation, of->name) == 0)
            printf("  served by %s", reports[i].endpoint);
}

static void print_strangers(const ss_kept *kept, const ss_server_report *reports, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (reports[i].state != SS_SERVER_SERVES || !ss_kept_find(kept, reports[i].generation))
            ss_server_reports_print(stdout, &reports[i], 1);
}

static void print_table(const ss_kept *kept, const ss_server_report *reports, size_t server_count)
{
    char age[AGE_TEXT];
    printf("  %-20s  %8s  %9s  %12s  %9s  %10s\n", "generation", "age", "MB", "rows", "items", "customers");
    for (size_t i = 0; i < kept->count; i++) {
        const ss_kept_generation *of = &kept->list[i];
        format_age(of->made, age);
        printf("%s %-20s  %8s  %9.1f  %12" PRId64 "  %9" PRId64 "  %10" PRId64, mark_of(kept, of), of->name, age,
               (double)of->bytes / 1e6, of->rows, of->items, of->customers);
        print_notes(of, reports, server_count);
        putchar('\n');
    }
    print_strangers(kept, reports, server_count);
    if (!ss_kept_current(kept))
        puts("none is current");
}

/* ---- as JSON ---- */

static json_t *quality_json(const ss_kept_generation *of)
{
    json_t *object = json_object();
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        if (!isnan(of->quality[task]))
            json_object_set_new(object, ss_task_name((ss_task)task), json_real(of->quality[task]));
    return object;
}

static json_t *rejected_json(const ss_kept_generation *of)
{
    char at[SS_TIMESTAMP_TEXT];
    if (of->rejected == SS_REJECTED_NOT)
        return json_null();
    ss_timestamp_format(of->rejected_at, at);
    return json_pack("{s:s, s:s, s:s?}", "by", of->rejected == SS_REJECTED_BY_SERVER ? "server" : "rollback", "reason",
                     of->reason, "at", of->rejected_at == SS_NO_TIME ? NULL : at);
}

static json_t *generation_json(const ss_kept_generation *of, const ss_server_report *reports, size_t server_count)
{
    char made[SS_TIMESTAMP_TEXT];
    json_t *served = json_array();
    ss_timestamp_format(of->made, made);
    for (size_t i = 0; i < server_count; i++)
        if (reports[i].state == SS_SERVER_SERVES && strcmp(reports[i].generation, of->name) == 0)
            json_array_append_new(served, json_string(reports[i].endpoint));
    return json_pack("{s:s, s:b, s:s, s:I, s:I, s:I, s:I, s:s?, s:b, s:o, s:o, s:o}", "generation", of->name, "current",
                     of->current, "made", made, "bytes", (json_int_t)of->bytes, "rows", (json_int_t)of->rows, "items",
                     (json_int_t)of->items, "customers", (json_int_t)of->customers, "delta_of",
                     of->delta_base[0] ? of->delta_base : NULL, "night", of->night, "quality", quality_json(of),
                     "rejected", rejected_json(of), "served_by", served);
}

static ss_status print_json(const ss_kept *kept, const ss_server_report *reports, size_t server_count, ss_error *error)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < kept->count; i++)
        json_array_append_new(list, generation_json(&kept->list[i], reports, server_count));
    json_t *root =
        json_pack("{s:o, s:o}", "generations", list, "servers", ss_server_reports_json(reports, server_count));
    return ss_print_json(root, JSON_INDENT(2), error);
}

static ss_status run_generations(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    generations_settings *settings = memory;
    ss_server_report reports[SS_SERVERS_MAX];
    ss_server_keys keys = {0};
    ss_servers servers = {0};
    ss_kept kept = {0};
    const char *store;
    ss_status status;
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(ss_nightly_store(settings->store, cli, &store, error));
    SS_TRY(ss_server_settings_open(&settings->servers, &keys, &servers, error));
    SS_TRY(ss_kept_survey(store, &kept, error));
    SS_TRY(ss_servers_ask(&servers, reports, error));
    if (cli->json)
        SS_TRY(print_json(&kept, reports, servers.count, error));
    else
        print_table(&kept, reports, servers.count);
out:
    ss_kept_free(&kept);
    ss_server_keys_close(&keys);
    return status;
}

const ss_command ss_command_generations = {
    .name = "generations",
    .operands = "",
    .summary = "List the generations of a store, and which server serves which.",
    .description = "Newest first; * is the current one, ! one that was taken back. Quality is what the night that made "
                   "it measured:\n"
                   "of its configuration, trained up to a cut in the past and asked about what came after it.\n\n"
                   "  smartshelf generations --config smartshelf.yaml\n"
                   "  smartshelf generations --store /srv/shelf --server tcp://127.0.0.1:5555",
    .takes_config = true,
    .settings_size = sizeof(generations_settings),
    .groups = generations_groups,
    .run = run_generations,
};

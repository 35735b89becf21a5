#include "cli/command.h"
#include "cli/log_report.h"
#include "cli/print_json.h"
#include "cli/train_delta.h"
#include "cli/train_settings.h"

#include "base/clock.h"
#include <unistd.h>

/* "segments  new 12, returning 1,301, …" and where the lines run. */
static void print_segments(const ss_segments_summary *of)
{
    const ss_segment_rules *rules = &of->rules;
    if (!of->trained)
        return;
    printf("segments\n ");
    for (unsigned stage = 0; stage < SS_LIFECYCLE_COUNT; stage++)
        printf("%s %s %u", stage ? "," : "", ss_segment_name((ss_segment)stage), of->lifecycle[stage]);
    printf("; birthday known of %u, referred %u, prefer a category %u\n", of->birthdays, of->referrals, of->affinities);
    printf("  loyal from %.0f orders", rules->loyal_frequency);
    if (rules->priced)
        printf(" and %.0f minor units", rules->loyal_value);
    if (of->interval_days > 0)
        printf(", at risk after %.1f and lapsed after %.1f intervals, of which the shop's is %.1f days",
               rules->at_risk_intervals, rules->lapsed_intervals, of->interval_days);
    putchar('\n');
}

static void print_human(const ss_train_settings *settings, const ss_training_data *data, const ss_train_report *report)
{
    ss_print_log_report(stdout, data);
    printf(
        "trained\n  items and histories %.1f s, popularity %.1f s, co-occurrence %.1f s, factorization %.1f s, "
        "similar sessions %.1f s, buying again %.1f s, alternatives %.1f s, segments %.1f s, validation and publishing "
        "%.1f s\n",
        report->seconds_items, report->seconds_popularity, report->seconds_cooccurrence, report->seconds_als,
        report->seconds_session_knn, report->seconds_repurchase, report->seconds_alternatives, report->seconds_segments,
        report->seconds_publish);
    print_segments(&report->segments);
    printf("published %s/generations/%s\n", settings->store, report->generation);
}

static json_t *segments_json(const ss_segments_summary *of)
{
    if (!of->trained)
        return json_null();
    json_t *object = json_object();
    for (unsigned stage = 0; object && stage < SS_LIFECYCLE_COUNT; stage++)
        json_object_set_new(object, ss_segment_name((ss_segment)stage), json_integer(of->lifecycle[stage]));
    return object;
}

static ss_status print_json(const ss_training_data *data, const ss_train_report *report, ss_error *error)
{
    json_t *root =
        json_pack("{s:s, s:o, s:o, s:{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}}", "generation", report->generation,
                  "log", ss_log_report_json(data), "segments", segments_json(&report->segments), "seconds", "items",
                  report->seconds_items, "popularity", report->seconds_popularity, "cooccurrence",
                  report->seconds_cooccurrence, "als", report->seconds_als, "session_knn", report->seconds_session_knn,
                  "repurchase", report->seconds_repurchase, "alternatives", report->seconds_alternatives, "segments",
                  report->seconds_segments, "publish", report->seconds_publish);
    return ss_print_json(root, JSON_INDENT(2), error);
}

static ss_status tune_and_train(ss_train_settings *settings, const ss_training_data *data, int threads,
                                const ss_cli *cli, ss_error *error)
{
    ss_status status = SS_OK;
    ss_train_report report = {0};
    SS_TRY(ss_tune_settings_apply(&settings->tune, data, threads, cli, &settings->options, error));
    SS_TRY(ss_train(settings->store, ss_clock_now(), data, &settings->options, threads, cli->progress, &report, error));
    if (cli->json)
        SS_TRY(print_json(data, &report, error));
    else
        print_human(settings, data, &report);
out:
    return status;
}

/* The settings of every training, and what is asked for on a command line alone. */
typedef struct train_memory {
    ss_train_settings settings;
    ss_train_delta delta;
} train_memory;

static size_t train_groups(void *memory, ss_option_group *groups)
{
    train_memory *of = memory;
    size_t count = ss_train_settings_groups(&of->settings, groups);
    groups[count++] = (ss_option_group){NULL, NULL, ss_train_delta_option_table, &of->delta};
    return count;
}

static void train_defaults(void *memory)
{
    ss_train_settings_defaults(&((train_memory *)memory)->settings);
}

static ss_status run_train(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status = SS_OK;
    train_memory *of = memory;
    ss_train_settings *settings = &of->settings;
    ss_training_data data = {0};
    int threads = 1;
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    if (!settings->store)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "no store: give --store FOLDER"));
    SS_TRY(ss_train_settings_threads(settings->background, settings->threads, &threads, error));
    SS_TRY(ss_model_names_parse(settings->models, &settings->options.models, error));
    if (of->delta.delta)
        return ss_train_delta_run(settings, threads, cli, error);
    SS_TRY(ss_file_make_folders(settings->store, error));
    if (access(settings->store, W_OK) != 0)
        SS_TRY(ss_error_io(error, settings->store, "cannot write into the store"));
    settings->input.store = settings->store;
    status = ss_training_data_read(&settings->input, cli->progress, &data, error);
    if (status == SS_E_BAD_INPUT && !cli->quiet)
        ss_print_log_report(stderr, &data);
    if (status == SS_OK)
        status = tune_and_train(settings, &data, threads, cli, error);
out:
    ss_training_data_free(&data);
    return status;
}

const ss_command ss_command_train = {
    .name = "train",
    .operands = "",
    .summary = "Read a purchase log and publish a generation of models.",
    .description =
        "The log's header names its columns: item_id and one of order_id, customer_id, session_id must be there;\n"
        "quantity, unit_price, timestamp and event are used when they are. --columns maps other names.\n\n"
        "  smartshelf train --log orders.csv.gz --catalog items.csv --store /srv/shelf\n"
        "  smartshelf train --log orders.csv.gz --state /srv/shelf --background --store /srv/shelf\n"
        "  smartshelf train --log 'postgresql:///shop' --query 'SELECT ... FROM order_lines' --store /srv/shelf\n"
        "  smartshelf train --log export.csv --columns item_id=StockCode,order_id=Invoice --store /srv/shelf --tune\n\n"
        "Between nights, beside the server, the day's live events are folded into the generation in seconds:\n\n"
        "  smartshelf train --delta --store /srv/shelf\n\n"
        "There --log, --query, --columns, --fees and whatever else says how a log is read, --state-from and --tune with\n"
        "its limits are refused; where the section `train` of --config has them they are what full trainings are made\n"
        "with, and are not read.",
    .is_job = true,
    .takes_config = true,
    .settings_size = sizeof(train_memory),
    .groups = train_groups,
    .defaults = train_defaults,
    .run = run_train,
};

#include "cli/nightly_settings.h"
#include "cli/train_settings.h"

#include "base/clock.h"
#include "store/manifest.h"
#include <math.h>
#include <unistd.h>

typedef struct nightly_settings {
    ss_nightly_settings night;
    ss_train_settings train; /* what the file says of it */
    const char *store;
    int64_t threads;
    bool background, dry_run, release;
} nightly_settings;

#define AT(MEMBER) offsetof(nightly_settings, MEMBER)

static const ss_option run_options[] = {
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "FOLDER",
     "The store; without it that of train, or of server, in --config."},
    {"dry-run", SS_OPTION_FLAG, AT(dry_run), 0, 0, NULL, NULL, NULL,
     "Do everything, and tell it, but publish nothing."},
    {"release", SS_OPTION_FLAG, AT(release), 0, 0, NULL, NULL, NULL,
     "Publish although somebody has gone back to an older generation."},
    {"threads", SS_OPTION_INT, AT(threads), 0, 1024, "0", NULL, NULL,
     "Threads for training; 0: as train in --config, else all cores."},
    {"background", SS_OPTION_FLAG, AT(background), 0, 0, NULL, NULL, NULL,
     "Beside a server: run only where a core is idle, and with one thread."},
    {0},
};

static size_t nightly_groups(void *memory, ss_option_group *groups)
{
    nightly_settings *settings = memory;
    size_t count = 0;
    groups[count++] = (ss_option_group){NULL, NULL, run_options, settings};
    count += ss_nightly_settings_groups(&settings->night, groups + count);
    groups[count++] = (ss_option_group){NULL, NULL, ss_server_list_table, &settings->night.servers};
    return count;
}

/* ---- the candidate's options ---- */

/* Those of what is served now; the defaults stay where nothing is, or it does not say. */
static ss_status take_served_options(const char *store, ss_model_options *options, ss_error *error)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_manifest *manifest = NULL;
    ss_status status = ss_generation_resolve(store, NULL, path, found, error);
    if (status == SS_OK)
        status = ss_manifest_read(path, &manifest, error);
    if (status == SS_OK)
        status = ss_model_options_of_manifest(manifest, options, NULL, error);
    ss_manifest_free(&manifest);
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

/* What the file says of `train`, with the options of the models over the defaults or over those that are served. */
static ss_status read_train(nightly_settings *settings, const char *store, const ss_cli *cli, ss_error *error)
{
    ss_option_group groups[SS_COMMAND_GROUPS_MAX];
    ss_train_settings *train = &settings->train;
    size_t count = ss_train_settings_groups(train, groups);
    ss_status status = SS_OK;
    ss_options_defaults(groups, count);
    ss_train_settings_defaults(train);
    if (settings->night.start == SS_NIGHTLY_FROM_SERVED)
        SS_TRY(take_served_options(store, &train->options, error));
    ss_config_file_apply(cli->file, NULL, groups, count);
    if (settings->night.start == SS_NIGHTLY_FROM_DEFAULTS || ss_config_file_value(cli->file, "train.models"))
        SS_TRY(ss_model_names_parse(train->models, &train->options.models, error));
    train->input.store = store;
out:
    return status;
}

/* ---- telling ---- */

static void print_refusals(FILE *out, const ss_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        if (checks->list[i].verdict == SS_CHECK_REFUSED)
            fprintf(out, "  %s: %s\n", checks->list[i].name, checks->list[i].words);
}

/* What a person who is woken by it has to know: for people, or in the form of the log where the journal reads it. */
static void print_refused(const ss_night *night)
{
    char words[SS_LOG_LINE_MAX / 2];
    ss_logger logger = ss_logger_of(STDERR_FILENO, SS_LOG_ERROR, "nightly");
    if (!logger.journal) {
        fprintf(stderr, "smartshelf: %s\n", night->words);
        print_refusals(stderr, &night->checks);
        return;
    }
    for (size_t i = 0; i < night->checks.count; i++)
        if (night->checks.list[i].verdict == SS_CHECK_REFUSED)
            ss_log(&logger, SS_LOG_ERROR, "refused check=%s reason=%s", night->checks.list[i].name,
                   ss_log_quote(ss_slice_of(night->checks.list[i].words), words, sizeof words));
}

static void print_servers(const ss_night *night)
{
    char words[SS_LOG_LINE_MAX / 2];
    ss_logger logger = ss_logger_of(STDERR_FILENO, SS_LOG_ERROR, "nightly");
    if (!logger.journal) {
        fprintf(stderr, "smartshelf: %s:\n", night->words);
        ss_server_reports_print(stderr, night->servers, night->server_count);
        return;
    }
    for (size_t i = 0; i < night->server_count; i++)
        ss_log(&logger, SS_LOG_ERROR, "server endpoint=%s state=%s generation=%s reason=%s", night->servers[i].endpoint,
               ss_server_state_name(night->servers[i].state), night->servers[i].generation,
               ss_log_quote(ss_slice_of(night->servers[i].words), words, sizeof words));
}

static void print_trouble(const ss_night *night)
{
    char words[SS_LOG_LINE_MAX / 2];
    ss_logger logger = ss_logger_of(STDERR_FILENO, SS_LOG_WARN, "nightly");
    if (logger.journal)
        ss_log(&logger, SS_LOG_WARN, "trouble reason=%s",
               ss_log_quote(ss_slice_of(night->trouble), words, sizeof words));
    else
        fprintf(stderr, "smartshelf: besides, %s\n", night->trouble);
}

static void print_human(const ss_night *night)
{
    puts(night->words);
    for (size_t i = 0; i < night->checks.count; i++)
        printf("  %-8s %-22s %s\n", ss_check_verdict_name(night->checks.list[i].verdict), night->checks.list[i].name,
               night->checks.list[i].words);
    fputs("seconds:", stdout);
    for (unsigned phase = 0; phase < SS_NIGHT_PHASE_COUNT; phase++)
        if (!isnan(night->seconds[phase]))
            printf(" %s %.1f", ss_night_phase_name((ss_night_phase)phase), night->seconds[phase]);
    putchar('\n');
    for (size_t i = 0; i < night->removed.count; i++)
        printf("removed %s\n", night->removed.list[i]);
    if (!night->dry_run)
        ss_server_reports_print(stdout, night->servers, night->server_count);
}

static ss_status print_json(const ss_night *night, ss_error *error)
{
    ss_buffer text;
    ss_buffer_init(&text, (size_t)64 << 20);
    ss_status status = ss_night_render(night, &text, error);
    if (status == SS_OK)
        fwrite(text.data, 1, text.size, stdout);
    ss_buffer_release(&text);
    return status;
}

static ss_status tell(const ss_night *night, ss_status status, const ss_cli *cli, ss_error *error)
{
    *cli->exit_code = (int)night->outcome;
    if (night->trouble[0])
        print_trouble(night);
    if (night->outcome == SS_NIGHTLY_REFUSED && status == SS_OK)
        print_refused(night);
    if (night->outcome == SS_NIGHTLY_SERVERS)
        print_servers(night);
    if (cli->json && night->outcome != SS_NIGHTLY_BUSY)
        return print_json(night, error);
    if (status == SS_OK && night->outcome != SS_NIGHTLY_REFUSED && !cli->quiet)
        print_human(night);
    return SS_OK;
}

/* ---- the command ---- */

static ss_status run_nightly(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    nightly_settings *settings = memory;
    ss_train_settings *train = &settings->train;
    ss_server_keys keys = {0};
    ss_status status;
    ss_night night;
    ss_nightly_job job = {.options = &settings->night.options,
                          .input = &train->input,
                          .candidate = &train->options,
                          .dry_run = settings->dry_run,
                          .release = settings->release};
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    if (!cli->file)
        SS_TRY(
            ss_error_set(error, SS_E_ARGUMENT, "no configuration: give --config FILE, whose train tells what is read"));
    SS_TRY(ss_nightly_store(settings->store, cli, &job.store, error));
    SS_TRY(read_train(settings, job.store, cli, error));
    SS_TRY(ss_train_settings_threads(settings->background || train->background,
                                     settings->background || settings->threads > 0 ? settings->threads : train->threads,
                                     &job.threads, error));
    SS_TRY(ss_server_settings_open(&settings->night.servers, &keys, &job.servers, error));
    settings->night.options.prove.settings = ss_config_file_shelves(cli->file);
    status = ss_nightly(&job, ss_clock_now(), cli->progress, &night, error);
    ss_status told = tell(&night, status, cli, error);
    status = status == SS_OK ? told : status;
    ss_night_release(&night);
out:
    ss_server_keys_close(&keys);
    return status;
}

const ss_command ss_command_nightly = {
    .name = "nightly",
    .operands = "",
    .summary = "Retrain, prove that it is no worse, publish, tell the servers.",
    .description =
        "What is read and how is trained stands in `train` of the configuration, the rest in `nightly` and `servers`.\n"
        "STORE/nightly.json tells how far it is and what became of it, STORE/nightly.prom the same as metrics. Ends "
        "with\n"
        "0: published; 65: a check refused, what was served is served on; 69: published, but a server does not serve "
        "it;\n"
        "75: another run is at work; 1: an error. With --quiet nothing is told but what went wrong.\n\n"
        "  smartshelf nightly --config smartshelf.yaml\n"
        "  smartshelf nightly --config smartshelf.yaml --dry-run\n"
        "  smartshelf nightly --config smartshelf.yaml --release    # after a rollback",
    .is_job = true,
    .takes_config = true,
    .settings_size = sizeof(nightly_settings),
    .groups = nightly_groups,
    .run = run_nightly,
};

#include "cli/command.h"
#include "cli/progress_bar.h"
#include "cli/stop.h"

#include "base/logline.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

const ss_command *const ss_commands[] = {
    &ss_command_train,       &ss_command_nightly,
    &ss_command_generations, &ss_command_rollback,
    &ss_command_serve,       &ss_command_gateway,
    &ss_command_query,       &ss_command_find,
    &ss_command_event,       &ss_command_items,
    &ss_command_visitor,     &ss_command_forget,
    &ss_command_offers,      &ss_command_redeem,
    &ss_command_events,      &ss_command_report,
    &ss_command_lists,       &ss_command_check,
    &ss_command_defaults,    &ss_command_evaluate,
    &ss_command_inspect,     &ss_command_simulate,
    &ss_command_keygen,      &ss_command_top,
    &ss_command_completion,  NULL,
};

static const ss_option common_options[] = {
    {"help", SS_OPTION_FLAG, offsetof(ss_cli, help), 0, 0, NULL, NULL, "[GROUP]",
     "Show this help and leave; of a group: all its options; `--help all`: all options."},
    {"quiet", SS_OPTION_FLAG, offsetof(ss_cli, quiet), 0, 0, NULL, NULL, NULL, "No progress on standard error."},
    {"json", SS_OPTION_FLAG, offsetof(ss_cli, json), 0, 0, NULL, NULL, NULL, "Results as JSON, for machines."},
    {0},
};

static const ss_option config_options[] = {
    {"config", SS_OPTION_TEXT, offsetof(ss_cli, config), 0, 0, NULL, NULL, "FILE",
     "Settings from a file; options given here outrank it. `smartshelf check` and `smartshelf defaults` help with it."},
    {0},
};

static void print_overview(FILE *out)
{
    fputs("smartshelf: product recommendations from a purchase log\n\nUsage: smartshelf COMMAND [OPTION]...\n\n", out);
    for (size_t i = 0; ss_commands[i]; i++)
        fprintf(out, "  %-12s%s\n", ss_commands[i]->name, ss_commands[i]->summary);
    fputs("\nsmartshelf COMMAND --help tells the options of a command, --help all all of them; smartshelf --version "
          "the version.\n",
          out);
}

static const ss_command *find_command(const char *name)
{
    for (size_t i = 0; ss_commands[i]; i++)
        if (strcmp(ss_commands[i]->name, name) == 0)
            return ss_commands[i];
    return NULL;
}

static int refuse_command(const char *name)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; ss_commands[i]; i++) {
        size_t wrong = ss_slice_misspelt(ss_slice_of(name), ss_slice_of(ss_commands[i]->name));
        nearest = wrong < least ? ss_commands[i]->name : nearest;
        least = wrong < least ? wrong : least;
    }
    fprintf(stderr, "smartshelf: no command '%s'", name);
    if (nearest)
        fprintf(stderr, "; did you mean %s?", nearest);
    fputs("\nsmartshelf --help lists the commands.\n", stderr);
    return EXIT_USAGE;
}

/* The word behind --help; NULL: there is none. */
static const char *help_topic(const ss_cli *cli)
{
    int at = 1;
    while (at < cli->argc && strcmp(cli->argv[at], "--help") != 0)
        at++;
    return at + 1 < cli->argc && cli->argv[at + 1][0] != '-' ? cli->argv[at + 1] : NULL;
}

static ss_status print_help(const ss_command *command, const ss_option_group *groups, size_t count, const char *topic,
                            ss_error *error)
{
    ss_buffer text;
    ss_buffer_init(&text, 1u << 20);
    ss_status status = ss_options_help(groups, count, topic, &text);
    bool whole = !topic || strcmp(topic, SS_HELP_ALL) == 0;
    if (status == SS_OK && whole)
        printf("Usage: smartshelf %s [OPTION]...%s%s\n\n%s\n\n%s\n\n", command->name, *command->operands ? " " : "",
               command->operands, command->summary, command->description);
    if (status == SS_OK)
        fputs(text.data, stdout);
    else if (status == SS_E_NOT_FOUND)
        status = ss_error_set(error, SS_E_ARGUMENT, "--help: no group of options is called '%s'", topic);
    else
        ss_error_nomem(error);
    ss_buffer_release(&text);
    return status;
}

/* For people, or in the form of the log where the journal reads it. */
static void print_error(const ss_command *command, const ss_error *error)
{
    char text[1024], quoted[1100];
    ss_logger logger = ss_logger_of(STDERR_FILENO, SS_LOG_ERROR, command->name);
    ss_error_format(error, text, sizeof text);
    if (logger.journal)
        ss_log(&logger, SS_LOG_ERROR, "failed reason=%s", ss_log_quote(ss_slice_of(text), quoted, sizeof quoted));
    else
        fprintf(stderr, "smartshelf: %s\n", text);
}

static ss_status run_parsed(const ss_command *command, void *settings, const ss_texts *operands, ss_cli *cli,
                            ss_error *error)
{
    ss_progress_bar bar;
    ss_progress_sink sink = ss_progress_bar_begin(&bar, command->name, cli->quiet);
    cli->progress = &sink;
    if (command->is_job)
        ss_stop_watch();
    ss_status status = command->run(settings, operands, cli, error);
    ss_progress_bar_end(&bar);
    if (status == SS_OK && fflush(stdout) != 0)
        status = ss_error_io(error, "standard output", "cannot write");
    return status;
}

static void set_defaults(const ss_command *command, void *settings, const ss_option_group *groups, size_t count)
{
    ss_options_defaults(groups, count);
    if (command->defaults)
        command->defaults(settings);
}

/* Defaults, then what the file gives, then again what the command line gives, which was sound the first time. */
static ss_status use_config(const ss_command *command, void *settings, const ss_option_group *groups, size_t count,
                            int argc, char **argv, ss_texts *operands, ss_cli *cli, ss_error *error)
{
    if (!cli->config || cli->help)
        return SS_OK;
    ss_status status = ss_config_file_load(cli->config, &cli->file, error);
    if (status != SS_OK)
        return status;
    set_defaults(command, settings, groups, count);
    ss_config_file_apply(cli->file, command->section, groups, count);
    operands->count = 0;
    status = ss_options_parse(groups, count, argc, argv, operands, error);
    if (status == SS_OK && ss_config_file_override(cli->file, groups, count, argc, argv) != SS_OK)
        status = ss_error_nomem(error);
    return status;
}

static int run_command(const ss_command *command, int argc, char **argv)
{
    ss_error error = {0};
    int wanted = EXIT_SUCCESS, code = EXIT_USAGE;
    ss_cli cli = {.argc = argc, .argv = argv, .exit_code = &wanted};
    ss_texts operands = {0};
    ss_option_group groups[SS_COMMAND_GROUPS_MAX];
    void *settings = ss_array_zeroed(1, command->settings_size + 1);
    if (!settings) {
        fputs("smartshelf: out of memory\n", stderr);
        return EXIT_FAILURE;
    }
    size_t count = command->groups(settings, groups);
    if (command->takes_config)
        groups[count++] = (ss_option_group){"Configuration", NULL, config_options, &cli};
    groups[count++] = (ss_option_group){"Common options", NULL, common_options, &cli};
    set_defaults(command, settings, groups, count);
    ss_status status = ss_options_parse(groups, count, argc, argv, &operands, &error);
    if (status == SS_OK) {
        status = use_config(command, settings, groups, count, argc, argv, &operands, &cli, &error);
        if (status == SS_OK)
            status = cli.help ? print_help(command, groups, count, help_topic(&cli), &error)
                              : run_parsed(command, settings, &operands, &cli, &error);
        code = status == SS_E_ARGUMENT ? EXIT_USAGE : wanted != EXIT_SUCCESS ? wanted : EXIT_FAILURE;
    }
    ss_config_file_free(&cli.file);
    free(settings);
    if (status == SS_OK)
        return wanted;
    print_error(command, &error);
    if (code == EXIT_USAGE)
        fprintf(stderr, "usage: smartshelf %s [OPTION]...%s%s; --help tells the options\n", command->name,
                *command->operands ? " " : "", command->operands);
    return code;
}

ss_status ss_command_operands(const ss_texts *operands, size_t least, size_t most, ss_error *error)
{
    if (operands->count > most)
        return ss_error_set(error, SS_E_ARGUMENT, "unexpected argument: %s", operands->text[most]);
    if (operands->count < least)
        return ss_error_set(error, SS_E_ARGUMENT, "an argument is missing");
    return SS_OK;
}

static ss_status parse_time(const char *option, const char *text, int64_t *time, ss_error *error)
{
    *time = SS_NO_TIME;
    if (!text || ss_timestamp_parse(ss_slice_of(text), time))
        return SS_OK;
    return ss_error_set(error, SS_E_ARGUMENT, "--%s: '%s' is no time: YYYY-MM-DD HH:MM:SS, ISO 8601 or Unix seconds",
                        option, text);
}

ss_status ss_command_span(const char *from, const char *to, int64_t *begin, int64_t *end, ss_error *error)
{
    ss_status status = parse_time("from", from, begin, error);
    if (status == SS_OK)
        status = parse_time("to", to, end, error);
    if (status == SS_OK && *begin != SS_NO_TIME && *end != SS_NO_TIME && *begin >= *end)
        status = ss_error_set(error, SS_E_ARGUMENT, "--from is not before --to");
    return status;
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error of write like any other, not the end */
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_overview(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("smartshelf " SS_VERSION);
        return EXIT_SUCCESS;
    }
    const ss_command *command = find_command(argv[1]);
    return command ? run_command(command, argc - 1, argv + 1) : refuse_command(argv[1]);
}

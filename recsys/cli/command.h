/*
 * command.h: what a subcommand is: a row of main.c's table. Parsing, --help, shell completion, progress and the
 * printing of errors are the same for all; a subcommand's own file holds its options and its run function.
 */
#ifndef SS_CLI_COMMAND_H
#define SS_CLI_COMMAND_H

#include "base/options.h"
#include "base/progress.h"
#include "cli/config_file.h"
#include <stdio.h>

#define SS_COMMAND_GROUPS_MAX 48

/* Options that every subcommand has. */
typedef struct ss_cli {
    bool help, quiet, json;
    ss_progress_sink *progress; /* draws nothing with --quiet */
    const char *config;         /* of a command that takes one: its path, or NULL; */
    ss_config_file *file;       /* and what it says, applied already */
    int argc;
    char **argv;    /* the command line, of which ss_options_given tells what did not come from the file */
    int *exit_code; /* what the program ends with where 0 after success, and 1 after an error, say too little */
} ss_cli;

typedef struct ss_command {
    const char *name;
    const char *operands;    /* "GENERATION|FILE"; "" for none */
    const char *summary;     /* one line */
    const char *description; /* a paragraph or more for --help, with examples */
    bool takes_config;       /* it has --config FILE */
    const char *section;     /* what of the file is for it: NULL, as of most, or a section that is no other's */
    bool is_job;             /* it tells its progress, and stops by it on SIGINT and SIGTERM */
    size_t settings_size;    /* bytes of the settings that the option groups point into */
    /* Fills `groups` with the tables over `settings` (zeroed memory); returns how many. */
    size_t (*groups)(void *settings, ss_option_group *groups);
    /* Defaults that no table can express; called after the tables' own. May be NULL. */
    void (*defaults)(void *settings);
    /* Results go to stdout. Anything but SS_OK is printed from `error` and ends the program with a failure. */
    ss_status (*run)(void *settings, const ss_texts *operands, const ss_cli *cli, ss_error *error);
} ss_command;

extern const ss_command ss_command_train;
extern const ss_command ss_command_evaluate;
extern const ss_command ss_command_nightly;
extern const ss_command ss_command_generations;
extern const ss_command ss_command_rollback;
extern const ss_command ss_command_serve;
extern const ss_command ss_command_gateway;
extern const ss_command ss_command_query;
extern const ss_command ss_command_find;
extern const ss_command ss_command_event;
extern const ss_command ss_command_items;
extern const ss_command ss_command_visitor;
extern const ss_command ss_command_forget;
extern const ss_command ss_command_offers;
extern const ss_command ss_command_redeem;
extern const ss_command ss_command_keygen;
extern const ss_command ss_command_check;
extern const ss_command ss_command_defaults;
extern const ss_command ss_command_inspect;
extern const ss_command ss_command_simulate;
extern const ss_command ss_command_events;
extern const ss_command ss_command_report;
extern const ss_command ss_command_top;
extern const ss_command ss_command_lists;
extern const ss_command ss_command_completion;

/* All of them, NULL-terminated: for help and completion. */
extern const ss_command *const ss_commands[];

/* SS_E_ARGUMENT unless there are between `least` and `most` operands. */
ss_status ss_command_operands(const ss_texts *operands, size_t least, size_t most, ss_error *error);

/* What --from and --to say; NULL: SS_NO_TIME. SS_E_ARGUMENT: no time, or the one is not before the other. */
ss_status ss_command_span(const char *from, const char *to, int64_t *begin, int64_t *end, ss_error *error);

#endif

/* nightly_settings.h: the section `nightly` of a configuration file, which the commands of the night share. */
#ifndef SS_CLI_NIGHTLY_SETTINGS_H
#define SS_CLI_NIGHTLY_SETTINGS_H

#include "cli/command.h"
#include "cli/server_settings.h"
#include "job/nightly.h"

typedef struct ss_nightly_settings {
    ss_nightly_options options;
    int64_t start; /* SS_NIGHTLY_FROM_… */
    ss_server_settings servers;
} ss_nightly_settings;

/* What the section `train` is laid over to become the candidate's options. */
enum { SS_NIGHTLY_FROM_DEFAULTS, SS_NIGHTLY_FROM_SERVED };

/* The groups of the section over `settings` (zeroed), as ss_command has them. */
size_t ss_nightly_settings_groups(void *settings, ss_option_group *groups);

/* `given`, or the store of the file's `train`, or of its `server`, into *store. SS_E_ARGUMENT: there is none. */
ss_status ss_nightly_store(const char *given, const ss_cli *cli, const char **store, ss_error *error);

#endif

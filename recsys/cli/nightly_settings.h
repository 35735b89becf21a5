/* nightly_settings.h: the section `nightly` of a configuration file, which the commands of the night share. */
#ifndef SS_CLI_NIGHTLY_SETTINGS_H
#define SS_CLI_NIGHTLY_SETTINGS_H

#include "cli/command.h"
#include "cli/server_settings.h"

typedef struct ss_nightly_settings {
    ss_server_settings servers;
} ss_nightly_settings;

/* The groups of the section over `settings` (zeroed), as ss_command has them. */
size_t ss_nightly_settings_groups(void *settings, ss_option_group *groups);

/* `given`, or the store of the file's `train`, or of its `server`, into *store. SS_E_ARGUMENT: there is none. */
ss_status ss_nightly_store(const char *given, const ss_cli *cli, const char **store, ss_error *error);

#endif

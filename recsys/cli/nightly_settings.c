#include "cli/nightly_settings.h"

size_t ss_nightly_settings_groups(void *memory, ss_option_group *groups)
{
    ss_nightly_settings *settings = memory;
    groups[0] = (ss_option_group){"Servers", NULL, ss_server_speak_table, &settings->servers};
    return 1;
}

ss_status ss_nightly_store(const char *given, const ss_cli *cli, const char **store, ss_error *error)
{
    *store = given;
    if (!*store && cli->file)
        *store = ss_config_file_value(cli->file, "train.store");
    if (!*store && cli->file)
        *store = ss_config_file_value(cli->file, "server.store");
    return *store ? SS_OK
                  : ss_error_set(error, SS_E_ARGUMENT,
                                 "no store: give --store FOLDER, or --config FILE with train.store or server.store");
}

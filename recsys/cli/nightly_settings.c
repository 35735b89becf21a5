#include "cli/nightly_settings.h"

static const ss_option start_options[] = {
    {"options-from", SS_OPTION_CHOICE, offsetof(ss_nightly_settings, start), 0, 0, "defaults", "defaults|served", NULL,
     "What the settings of `train` are laid over: the defaults, or the options that the served generation was trained "
     "with, such as those that `train --tune` chose."},
    {0},
};

size_t ss_nightly_settings_groups(void *memory, ss_option_group *groups)
{
    ss_nightly_settings *settings = memory;
    size_t count = 0;
    groups[count++] = (ss_option_group){"The night", NULL, ss_nightly_option_table, &settings->options};
    groups[count++] = (ss_option_group){NULL, NULL, start_options, settings};
    groups[count++] = (ss_option_group){"Proof that new options are no worse than those that are served", "prove",
                                        ss_prove_option_table, &settings->options.prove};
    groups[count++] = (ss_option_group){"What the input and the new generation are checked for", "sanity",
                                        ss_sanity_option_table, &settings->options.sanity};
    groups[count++] = (ss_option_group){"Servers", NULL, ss_server_speak_table, &settings->servers};
    return count;
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

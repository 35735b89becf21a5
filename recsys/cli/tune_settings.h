/* tune_settings.h: --tune and its limits, as `train` and `evaluate` share them. */
#ifndef SS_CLI_TUNE_SETTINGS_H
#define SS_CLI_TUNE_SETTINGS_H

#include "cli/command.h"
#include "job/tune.h"

typedef struct ss_tune_settings {
    bool tune;
    const char *tasks; /* "new-items,rest-of-basket" */
    ss_tune_options options;
} ss_tune_settings;

extern const ss_option ss_tune_option_table[];

/* Tunes `options` when asked to, telling each improvement on standard error. */
ss_status ss_tune_settings_apply(const ss_tune_settings *settings, const ss_training_data *data, int threads,
                                 const ss_cli *cli, ss_model_options *options, ss_error *error);

#endif

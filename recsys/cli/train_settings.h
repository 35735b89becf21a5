/* train_settings.h: the options of `train`, which are the section `train` of a configuration file: what is read, and what
 * is trained from it. */
#ifndef SS_CLI_TRAIN_SETTINGS_H
#define SS_CLI_TRAIN_SETTINGS_H

#include "cli/tune_settings.h"
#include "job/train.h"

typedef struct ss_train_settings {
    ss_input_options input;
    const char *store;
    const char *models;
    int64_t threads;
    bool background;
    ss_tune_settings tune;
    ss_model_options options;
} ss_train_settings;

/* The groups over `settings` (ss_train_settings, zeroed), as ss_command has them; and the defaults that no table has. */
size_t ss_train_settings_groups(void *settings, ss_option_group *groups);
void ss_train_settings_defaults(void *settings);

/* To be called before any thread is: with `background`, leaves the machine to others. How many threads are to train,
 * in *threads. SS_E_ARGUMENT: more than one in the background. */
ss_status ss_train_settings_threads(bool background, int64_t wanted, int *threads, ss_error *error);

#endif

/* train_delta.h: `train --delta`: its option, what does not go with it, and what it says. */
#ifndef SS_CLI_TRAIN_DELTA_H
#define SS_CLI_TRAIN_DELTA_H

#include "cli/command.h"
#include "cli/train_settings.h"

typedef struct ss_train_delta {
    bool delta;
} ss_train_delta;

extern const ss_option ss_train_delta_option_table[];

/* Runs it, `settings` being those of `train`, with a store. SS_E_ARGUMENT: what does not go with it. */
ss_status ss_train_delta_run(const ss_train_settings *settings, int threads, const ss_cli *cli, ss_error *error);

#endif

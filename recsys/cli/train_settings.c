#include "cli/train_settings.h"

#include "base/cpu.h"
#include "job/background.h"

static const ss_option train_options[] = {
    {"store", SS_OPTION_TEXT, offsetof(ss_train_settings, store), 0, 0, NULL, NULL, "FOLDER",
     "Where generations are kept; made when missing."},
    {"models", SS_OPTION_TEXT, offsetof(ss_train_settings, models), 0, 0, SS_MODEL_NAMES, NULL, "LIST",
     "The models to train."},
    {"threads", SS_OPTION_INT, offsetof(ss_train_settings, threads), 0, 1024, "0", NULL, NULL,
     "Threads for training; 0: all cores. The result does not depend on it."},
    {"background", SS_OPTION_FLAG, offsetof(ss_train_settings, background), 0, 0, NULL, NULL, NULL,
     "Beside a server: run only where a core is idle, and with one thread."},
    {"keep-log", SS_OPTION_FLAG, offsetof(ss_train_settings, input.keep_log), 0, 0, "true", NULL, NULL,
     "Store the log as it was learned from beside the models, 24 bytes a row and 8 an order: a delta goes on from it."},
    {0},
};

size_t ss_train_settings_groups(void *memory, ss_option_group *groups)
{
    ss_train_settings *settings = memory;
    size_t count = 0;
    groups[count++] = (ss_option_group){NULL, NULL, train_options, settings};
    groups[count++] = (ss_option_group){"Input", NULL, ss_input_option_table, &settings->input};
    count += ss_log_option_groups(&settings->input.log, groups + count);
    groups[count++] = (ss_option_group){"Tuning", NULL, ss_tune_option_table, &settings->tune};
    return count + ss_model_option_groups(&settings->options, groups + count);
}

void ss_train_settings_defaults(void *memory)
{
    ss_train_settings *settings = memory;
    ss_model_options_defaults(&settings->options);
    settings->input.log.until = settings->input.log.events_from = SS_NO_TIME;
}

ss_status ss_train_settings_threads(bool background, int64_t wanted, int *threads, ss_error *error)
{
    if (background && wanted > 1)
        return ss_error_set(error, SS_E_ARGUMENT, "--background trains with one thread: leave --threads out");
    *threads = background ? 1 : wanted > 0 ? (int)wanted : ss_cpu_count();
    return background ? ss_background_enter(error) : SS_OK;
}

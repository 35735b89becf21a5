#include "cli/tune_settings.h"

#include <inttypes.h>

#define TUNE(MEMBER) offsetof(ss_tune_settings, options.MEMBER)

const ss_option ss_tune_option_table[] = {
    {"tune", SS_OPTION_FLAG, offsetof(ss_tune_settings, tune), 0, 0, NULL, NULL, NULL,
     "Choose exponents, decay, list length, regularization and weights on a part of the log that is held out."},
    {"tune-tasks", SS_OPTION_TEXT, offsetof(ss_tune_settings, tasks), 0, 0, NULL, NULL, "LIST",
     "What to tune for: new-items, next-basket, rest-of-basket, session; default: what the log allows."},
    {"tune-seconds", SS_OPTION_REAL, TUNE(budget_seconds), 1, 1e6, "300", NULL, "SECONDS",
     "Time budget of the tuning."},
    {"tune-days", SS_OPTION_REAL, TUNE(days), 0, 10000, "0", NULL, "DAYS",
     "Held out of a log with times; 0: 90, or a fifth of a shorter log."},
    {"tune-share", SS_OPTION_REAL, TUNE(share), 0.01, 0.9, "0.2", NULL, "SHARE",
     "Held out at random of a log without times."},
    {"tune-cases", SS_OPTION_INT, TUNE(max_cases), 10, 1e9, "10000", NULL, "N", "Most questions asked per setting."},
    {"tune-seed", SS_OPTION_INT, TUNE(seed), 0, 9e15, "1", NULL, "N", "Seed of what is held out."},
    {0},
};

static void tell_step(void *context, const ss_tune_step *step)
{
    (void)context;
    if (step->kept)
        fprintf(stderr, "tune %s %s: %s = %.6g gives %.4f\n", ss_task_name(step->task), step->model, step->option,
                step->value, step->score);
}

static ss_status parse_tasks(const char *list, bool tasks[SS_TASK_COUNT], ss_error *error)
{
    for (const char *at = list; *at;) {
        size_t length = strcspn(at, ","), task = 0;
        while (task < SS_TASK_COUNT &&
               !ss_slice_equal(ss_slice_of(ss_task_name((ss_task)task)), (ss_slice){at, length}))
            task++;
        if (task == SS_TASK_COUNT)
            return ss_error_set(error, SS_E_ARGUMENT, "--tune-tasks: no task '%.*s'", (int)length, at);
        tasks[task] = true;
        at += length + (at[length] == ',');
    }
    return SS_OK;
}

ss_status ss_tune_settings_apply(const ss_tune_settings *settings, const ss_training_data *data, int threads,
                                 const ss_cli *cli, ss_model_options *options, ss_error *error)
{
    ss_status status = SS_OK;
    ss_tune_options tune = settings->options;
    ss_tune_report report = {0};
    if (!settings->tune)
        return SS_OK;
    if (settings->tasks)
        SS_TRY(parse_tasks(settings->tasks, tune.tasks, error));
    else {
        tune.tasks[SS_TASK_NEW_ITEMS] = data->interactions.has_customers;
        tune.tasks[SS_TASK_REST_OF_BASKET] = data->interactions.has_baskets;
    }
    SS_TRY(ss_tune(&data->interactions, data->catalog, data->decimals, &tune, threads, cli->progress,
                   cli->quiet ? NULL : tell_step, NULL, options, &report, error));
    if (!cli->quiet)
        fprintf(stderr, "tuned: %" PRIu64 " settings in %.0f s%s\n", report.settings_tried, report.seconds,
                report.out_of_time ? " (the time budget ended it)" : "");
out:
    return status;
}

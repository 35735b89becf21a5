#include "job/measure.h"

#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

ss_status ss_measure_cases(const ss_training_data *data, const ss_measure_options *options, ss_interactions *train,
                           ss_cases *cases, ss_error *error)
{
    *train = (ss_interactions){0};
    if (options->test_path)
        return ss_cases_from_test(options->test_path, options->columns, cases, error);
    if (options->cases_path)
        return ss_cases_from_file(options->cases_path, options->columns, cases, error);
    return ss_cases_split(&data->interactions, options->task, &options->split, train, cases, error);
}

/* The seconds a model took; the blend takes them all. */
static double seconds_of(const ss_train_report *report, const char *model)
{
    if (strcmp(model, "popularity") == 0)
        return report->seconds_popularity;
    if (strcmp(model, "cooccurrence") == 0)
        return report->seconds_cooccurrence;
    if (strcmp(model, "als") == 0)
        return report->seconds_als;
    if (strcmp(model, "session_knn") == 0)
        return report->seconds_session_knn;
    if (strcmp(model, "repurchase") == 0)
        return report->seconds_repurchase;
    if (strcmp(model, "alternatives") == 0)
        return report->seconds_alternatives;
    return report->seconds_items + report->seconds_popularity + report->seconds_cooccurrence + report->seconds_als +
           report->seconds_session_knn + report->seconds_repurchase + report->seconds_alternatives;
}

static ss_status ask_models(ss_snapshot *snapshot, const ss_cases *cases, const ss_measure_options *options,
                            const ss_train_report *report, int threads, ss_progress_sink *progress,
                            ss_evaluation *evaluation, ss_error *error)
{
    const struct {
        const char *name;
        bool present;
    } models[] = {{"popularity", snapshot->has_popularity},
                  {"cooccurrence", snapshot->has_cooccurrence},
                  {"als", snapshot->has_als},
                  {"session_knn", snapshot->has_session_knn},
                  {"repurchase", snapshot->has_repurchase && options->task == SS_TASK_NEXT_BASKET},
                  {"blend", true}};
    const ss_shelf *shelf = &snapshot->shelves[ss_task_shelf(options->task)];
    ss_status status = SS_OK;
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        if (!models[m].present)
            continue;
        ss_shelf only = ss_shelf_of_model(shelf, models[m].name);
        size_t first = evaluation->count;
        SS_TRY(ss_evaluate_shelf(snapshot, &only, models[m].name, options->task, cases, options->cutoffs,
                                 options->cutoff_count, threads, options->answers, options->answers_context, progress,
                                 evaluation, error));
        for (size_t row = first; row < evaluation->count; row++)
            evaluation->rows[row].train_seconds = seconds_of(report, models[m].name);
    }
out:
    return status;
}

static ss_status ask_store(const char *store, ss_cases *cases, const ss_measure_options *options,
                           const ss_train_report *report, int threads, ss_progress_sink *progress,
                           ss_evaluation *evaluation, ss_error *error)
{
    ss_status status = SS_OK;
    ss_snapshot *snapshot = NULL;
    SS_TRY(ss_snapshot_open_configured(store, NULL, false, options->settings, &snapshot, error));
    if (options->test_path || options->cases_path) /* a split's ids are the log's own */
        SS_TRY(ss_case_ids_settle(cases, snapshot, &evaluation->ids, error));
    SS_TRY(ask_models(snapshot, cases, options, report, threads, progress, evaluation, error));
out:
    ss_snapshot_release(&snapshot);
    return status;
}

ss_status ss_measure(const ss_training_data *data, const ss_interactions *train, ss_cases *cases,
                     const ss_measure_options *options, const ss_model_options *model_options, int threads,
                     ss_progress_sink *progress, ss_evaluation *evaluation, ss_error *error)
{
    ss_status status = SS_OK;
    ss_train_report report = {0};
    char folder[SS_PATH_MAX] = "";
    if (cases->count == 0)
        return ss_error_set(error, SS_E_ARGUMENT, "there is nothing to ask: no case for task %s",
                            ss_task_name(options->task));
    if (options->store)
        return ask_store(options->store, cases, options, &report, threads, progress, evaluation, error);
    SS_TRY(ss_temporary_folder(folder, sizeof folder, error));
    SS_TRY(ss_train_into(folder, "evaluation", train->rows ? train : &data->interactions, &data->interactions,
                         data->catalog, data->decimals, model_options, threads, progress, &report, error));
    SS_TRY(ask_store(folder, cases, options, &report, threads, progress, evaluation, error));
out:
    if (*folder)
        ss_file_remove_tree(folder, NULL);
    return status;
}

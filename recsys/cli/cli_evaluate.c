#include "cli/command.h"
#include "cli/print_json.h"
#include "cli/tune_settings.h"

#include "base/cpu.h"
#include "job/measure.h"
#include <jansson.h>
#include <stdlib.h>

typedef struct evaluate_settings {
    ss_input_options input;
    const char *models, *test, *cases, *cutoffs, *answers, *store;
    int64_t split, task, threads, test_seed, max_cases;
    double test_days, test_share;
    ss_tune_settings tune;
    ss_model_options options;
} evaluate_settings;

#define AT(MEMBER) offsetof(evaluate_settings, MEMBER)

static const ss_option evaluate_options[] = {
    {"task", SS_OPTION_CHOICE, AT(task), 0, 0, "new-items", "new-items|next-basket|rest-of-basket|session", NULL,
     "What is asked."},
    {"test", SS_OPTION_TEXT, AT(test), 0, 0, NULL, NULL, "FILE",
     "A fixed split: customer_id and item_id of what was bought afterwards."},
    {"cases", SS_OPTION_TEXT, AT(cases), 0, 0, NULL, NULL, "FILE",
     "Fixed cases: case_id, prefix (item ids separated by blanks), target."},
    {"split", SS_OPTION_CHOICE, AT(split), 0, 0, "time", "time|last-order|random", NULL,
     "Without --test and --cases: what is held out of the log."},
    {"test-days", SS_OPTION_REAL, AT(test_days), 0.001, 10000, "30", NULL, "DAYS", "Held out by --split time."},
    {"test-share", SS_OPTION_REAL, AT(test_share), 0.001, 0.9, "0.2", NULL, "SHARE", "Held out by --split random."},
    {"test-seed", SS_OPTION_INT, AT(test_seed), 0, 9e15, "7", NULL, "N", "Seed of what is drawn."},
    {"max-cases", SS_OPTION_INT, AT(max_cases), 0, 1e9, "0", NULL, "N", "Most cases asked; 0: all."},
    {"k", SS_OPTION_TEXT, AT(cutoffs), 0, 0, "10,20", NULL, "LIST", "Cutoffs of the metrics, each at most 500."},
    {"models", SS_OPTION_TEXT, AT(models), 0, 0, SS_MODEL_NAMES, NULL, "LIST", "The models to train."},
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "STORE|GENERATION",
     "Ask this store as it is instead of training; needs --test or --cases."},
    {"answers", SS_OPTION_TEXT, AT(answers), 0, 0, NULL, NULL, "FILE",
     "Write what was answered as CSV: model, case, rank, item_id."},
    {"threads", SS_OPTION_INT, AT(threads), 0, 1024, "0", NULL, NULL,
     "Threads; 0: all cores. The result does not depend on it."},
    {0},
};

static size_t evaluate_groups(void *memory, ss_option_group *groups)
{
    evaluate_settings *settings = memory;
    size_t count = 0;
    groups[count++] = (ss_option_group){NULL, NULL, evaluate_options, settings};
    groups[count++] = (ss_option_group){"Input", NULL, ss_input_option_table, &settings->input};
    count += ss_log_option_groups(&settings->input.log, groups + count);
    groups[count++] = (ss_option_group){"Tuning", NULL, ss_tune_option_table, &settings->tune};
    return count + ss_model_option_groups(&settings->options, groups + count);
}

static void evaluate_defaults(void *memory)
{
    evaluate_settings *settings = memory;
    ss_model_options_defaults(&settings->options);
    settings->input.log.until = settings->input.log.events_from = SS_NO_TIME;
}

static ss_status parse_cutoffs(const char *list, ss_measure_options *measure, ss_error *error)
{
    for (const char *at = list; *at;) {
        char *end;
        unsigned long k = strtoul(at, &end, 10);
        if (end == at || (*end && *end != ',') || k < 1 || k > SS_LIMIT_MAX || measure->cutoff_count == SS_CUTOFFS_MAX)
            return ss_error_set(error, SS_E_ARGUMENT, "--k: '%s' is no list of up to %u numbers from 1 to %u", list,
                                SS_CUTOFFS_MAX, SS_LIMIT_MAX);
        measure->cutoffs[measure->cutoff_count++] = k;
        at = *end ? end + 1 : end;
    }
    return measure->cutoff_count ? SS_OK : ss_error_set(error, SS_E_ARGUMENT, "--k: no cutoff");
}

static void print_table(const ss_evaluation *evaluation)
{
    printf("%-13s %-14s %4s  %-15s %-15s %-15s %-15s %8s %8s %7s %8s %8s\n", "model", "task", "k", "recall", "ndcg",
           "hr", "mrr", "coverage", "med.rank", "filled", "cases", "train s");
    for (size_t i = 0; i < evaluation->count; i++) {
        const ss_evaluation_row *row = &evaluation->rows[i];
        printf("%-13s %-14s %4zu  %.4f ±%.4f  %.4f ±%.4f  %.4f ±%.4f  %.4f ±%.4f  %7.1f%% %8.0f %6.1f%% %8llu %8.1f\n",
               row->model, ss_task_name(row->task), row->k, row->recall, row->recall_error, row->ndcg, row->ndcg_error,
               row->hr, row->hr_error, row->mrr, row->mrr_error, 100 * row->coverage, row->median_rank,
               100 * row->filled, (unsigned long long)row->customers, row->train_seconds);
    }
    const ss_case_ids *ids = &evaluation->ids;
    if (ids->items_folded)
        printf("%zu of %zu item ids in the cases are spelt otherwise in the training (case or blanks)\n",
               ids->items_folded, ids->items);
    if (ids->items_unknown)
        printf("%zu of %zu item ids in the cases are unknown to the training: never found\n", ids->items_unknown,
               ids->items);
    if (ids->customers_unknown)
        printf("%zu of %zu customers in the cases are unknown to the training: asked as strangers\n",
               ids->customers_unknown, ids->customers);
}

static json_t *row_json(const ss_evaluation_row *row)
{
    return json_pack("{s:s, s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "model",
                     row->model, "task", ss_task_name(row->task), "k", (json_int_t)row->k, "recall", row->recall,
                     "ndcg", row->ndcg, "hr", row->hr, "mrr", row->mrr, "coverage", row->coverage, "customers",
                     (json_int_t)row->customers, "train_seconds", row->train_seconds, "recall_error", row->recall_error,
                     "ndcg_error", row->ndcg_error, "hr_error", row->hr_error, "mrr_error", row->mrr_error,
                     "median_popularity_rank", row->median_rank, "filled", row->filled);
}

static json_t *ids_json(const ss_case_ids *ids)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "items", (json_int_t)ids->items, "items_folded",
                     (json_int_t)ids->items_folded, "items_unknown", (json_int_t)ids->items_unknown, "customers",
                     (json_int_t)ids->customers, "customers_unknown", (json_int_t)ids->customers_unknown);
}

static ss_status print_json(const ss_evaluation *evaluation, ss_error *error)
{
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < evaluation->count; i++)
        json_array_append_new(rows, row_json(&evaluation->rows[i]));
    json_t *root = rows ? json_pack("{s:o, s:o}", "rows", rows, "case_ids", ids_json(&evaluation->ids)) : NULL;
    return ss_print_json(root, JSON_INDENT(2) | JSON_REAL_PRECISION(8), error);
}

/* A field of RFC 4180. */
static void write_field(FILE *file, ss_slice field)
{
    if (!ss_slice_needs_quotes(field)) {
        fwrite(field.data, 1, field.size, file);
        return;
    }
    putc('"', file);
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '"')
            putc('"', file);
        putc(field.data[i], file);
    }
    putc('"', file);
}

static void write_answer(void *context, const char *model, size_t case_index, const ss_slice *ids, size_t count)
{
    for (size_t rank = 0; rank < count; rank++) {
        fprintf(context, "%s,%zu,%zu,", model, case_index, rank + 1);
        write_field(context, ids[rank]);
        putc('\n', context);
    }
}

static ss_status open_answers(const char *path, ss_measure_options *measure, ss_error *error)
{
    if (!path)
        return SS_OK;
    FILE *file = fopen(path, "w");
    if (!file)
        return ss_error_io(error, path, "cannot write");
    fputs("model,case,rank,item_id\n", file);
    measure->answers = write_answer;
    measure->answers_context = file;
    return SS_OK;
}

/* Half a file is taken away again. */
static ss_status close_answers(const char *path, ss_measure_options *measure, ss_status status, ss_error *error)
{
    if (!measure->answers_context)
        return status;
    int failed = ferror(measure->answers_context);
    if ((fclose(measure->answers_context) != 0 || failed) && status == SS_OK)
        status = ss_error_io(error, path, "cannot write");
    if (status != SS_OK)
        remove(path);
    return status;
}

static ss_status check_settings(const evaluate_settings *settings, ss_error *error)
{
    if (settings->test && settings->cases)
        return ss_error_set(error, SS_E_ARGUMENT, "--test and --cases are two ways to say the same: give one");
    if (settings->store && !settings->test && !settings->cases)
        return ss_error_set(error, SS_E_ARGUMENT,
                            "--store needs --test or --cases: a log's own split is trained without it");
    if (settings->store && settings->tune.tune)
        return ss_error_set(error, SS_E_ARGUMENT, "--tune trains; --store does not");
    return SS_OK;
}

/* On what may be learned from: `train`, or all of the log where that is empty. */
static ss_status tune(evaluate_settings *settings, const ss_training_data *data, const ss_interactions *train,
                      int threads, const ss_cli *cli, ss_error *error)
{
    ss_training_data learned = *data;
    if (train->rows) {
        learned.interactions = *train;
        learned.interactions.items = data->interactions.items;
        learned.interactions.customers = data->interactions.customers;
        learned.interactions.set_aside = data->interactions.set_aside;
    }
    if (!settings->tune.tasks)
        settings->tune.tasks = ss_task_name((ss_task)settings->task);
    return ss_tune_settings_apply(&settings->tune, &learned, threads, cli, &settings->options, error);
}

static ss_status run_evaluate(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status = SS_OK;
    evaluate_settings *settings = memory;
    ss_training_data data = {0};
    ss_interactions train = {0};
    ss_cases cases = {0};
    ss_evaluation evaluation = {0};
    bool fixed = settings->test || settings->cases;
    int threads = settings->threads > 0 ? (int)settings->threads : ss_cpu_count();
    ss_measure_options measure = {.task = (ss_task)settings->task,
                                  .test_path = settings->test,
                                  .cases_path = settings->cases,
                                  .columns = settings->input.log.columns,
                                  .store = settings->store,
                                  .settings = cli->file ? ss_config_file_shelves(cli->file) : NULL,
                                  .split = {(ss_split)settings->split, settings->test_days, settings->test_share,
                                            (uint64_t)settings->test_seed, (size_t)settings->max_cases}};
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(check_settings(settings, error));
    SS_TRY(parse_cutoffs(settings->cutoffs, &measure, error));
    SS_TRY(ss_model_names_parse(settings->models, &settings->options.models, error));
    SS_TRY(open_answers(settings->answers, &measure, error));
    if (fixed) /* first: a mistake in there is told before a long log is read */
        SS_TRY(ss_measure_cases(&data, &measure, &train, &cases, error));
    if (!settings->store)
        SS_TRY(ss_training_data_read(&settings->input, cli->progress, &data, error));
    if (!fixed)
        SS_TRY(ss_measure_cases(&data, &measure, &train, &cases, error));
    if (settings->tune.tune)
        SS_TRY(tune(settings, &data, &train, threads, cli, error));
    SS_TRY(ss_measure(&data, &train, &cases, &measure, &settings->options, threads, cli->progress, &evaluation, error));
    if (cli->json)
        SS_TRY(print_json(&evaluation, error));
    else
        print_table(&evaluation);
out:
    ss_cases_free(&cases);
    ss_interactions_free(&train);
    ss_training_data_free(&data);
    return close_answers(settings->answers, &measure, status, error);
}

const ss_command ss_command_evaluate = {
    .name = "evaluate",
    .operands = "",
    .summary = "Measure how good the answers are, through the code that serves them.",
    .description = "Trains on the log (or what a split leaves of it) in a temporary folder and asks every case.\n\n"
                   "  smartshelf evaluate --log orders.csv --split time --test-days 30 --task new-items --tune\n"
                   "  smartshelf evaluate --log train.csv --test test.csv --k 20 --json\n"
                   "  smartshelf evaluate --store /srv/shelf --cases cases.csv --task rest-of-basket",
    .is_job = true,
    .takes_config = true,
    .settings_size = sizeof(evaluate_settings),
    .groups = evaluate_groups,
    .defaults = evaluate_defaults,
    .run = run_evaluate,
};

#include "job/prove_ask.h"

#include "base/memory.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void ss_task_scores_free(ss_task_scores *scores)
{
    if (!scores)
        return;
    free(scores->owners);
    free(scores->candidate);
    free(scores->served);
    *scores = (ss_task_scores){0};
}

bool ss_prove_can_ask(const ss_interactions *log, ss_task task)
{
    switch (task) {
    case SS_TASK_NEW_ITEMS:
        return log->has_customers;
    case SS_TASK_NEXT_BASKET:
        return log->has_customers && log->has_baskets && log->has_purchases;
    case SS_TASK_REST_OF_BASKET:
        return log->has_baskets && log->has_purchases;
    case SS_TASK_SESSION:
        return log->has_baskets && !log->has_purchases;
    case SS_TASK_COUNT:
        break;
    }
    return false;
}

ss_status ss_prove_count(const ss_interactions *log, ss_task task, const ss_split_options *split, size_t *count,
                         ss_error *error)
{
    ss_interactions train = {0};
    ss_cases cases = {0};
    ss_status status = ss_cases_split(log, task, split, &train, &cases, error);
    *count = cases.count;
    ss_cases_free(&cases);
    ss_interactions_free(&train);
    return status;
}

/* ---- questions ---- */

typedef struct asking {
    const ss_training_data *data;
    const ss_prove_question *question;
    ss_interactions train;
    ss_cases cases[SS_TASK_COUNT];
    ss_task_scores *scores;
    ss_error *error;
} asking;

static ss_status new_scores(const ss_cases *cases, bool two, ss_task_scores *scores, ss_error *error)
{
    *scores = (ss_task_scores){.count = cases->count,
                               .owners = ss_array_new(cases->count, sizeof *scores->owners),
                               .candidate = ss_array_zeroed(cases->count, sizeof *scores->candidate),
                               .served = two ? ss_array_zeroed(cases->count, sizeof *scores->served) : NULL};
    if (!scores->owners || !scores->candidate || (two && !scores->served))
        return ss_error_nomem(error);
    for (size_t i = 0; i < cases->count; i++)
        scores->owners[i] = cases->cases[i].owner;
    return SS_OK;
}

/* What is learned from is the same for all tasks asked: the first split's is kept. */
static ss_status split_task(asking *ask, ss_task task, bool two)
{
    ss_status status = SS_OK;
    ss_interactions train = {0};
    SS_TRY(
        ss_cases_split(&ask->data->interactions, task, &ask->question->split, &train, &ask->cases[task], ask->error));
    SS_TRY(new_scores(&ask->cases[task], two, &ask->scores[task], ask->error));
    if (!ask->train.rows) {
        ask->train = train;
        train = (ss_interactions){0};
    }
out:
    ss_interactions_free(&train);
    return status;
}

static ss_status split_tasks(asking *ask, bool two, size_t *cases)
{
    ss_status status = SS_OK;
    *cases = 0;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        if (!ask->question->tasks[task])
            continue;
        SS_TRY(split_task(ask, (ss_task)task, two));
        *cases += ask->cases[task].count;
    }
out:
    return status;
}

/* ---- training: what both have in common stands in the first's folder and is linked into the second's ---- */

static ss_status share_file(const char *from, const char *to, const char *name, ss_error *error)
{
    ss_status status = SS_OK;
    char source[SS_PATH_MAX], target[SS_PATH_MAX];
    SS_TRY(ss_file_join(source, sizeof source, from, name, error));
    SS_TRY(ss_file_join(target, sizeof target, to, name, error));
    if (link(source, target) != 0 && errno != ENOENT) /* the log may give a model nothing to learn */
        status = ss_error_io(error, target, "cannot link");
out:
    return status;
}

static ss_status share_models(const char *from, const char *to, unsigned models, ss_error *error)
{
    static const struct {
        unsigned model;
        const char *file;
    } files[] = {{SS_TRAIN_COOCCURRENCE, SS_COOCCURRENCE_FILE}, {SS_TRAIN_ALS, SS_ALS_FILE},
                 {SS_TRAIN_POPULARITY, SS_POPULARITY_FILE},     {SS_TRAIN_SESSION_KNN, SS_SESSION_KNN_FILE},
                 {SS_TRAIN_REPURCHASE, SS_REPURCHASE_FILE},     {SS_TRAIN_ALTERNATIVES, SS_ALTERNATIVES_FILE}};
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof files / sizeof *files && status == SS_OK; i++)
        if (models & files[i].model)
            status = share_file(from, to, files[i].file, error);
    return status;
}

/* Nothing is asked of segments. */
static ss_status train_side(const asking *ask, const char *folder, const ss_model_options *options, unsigned models)
{
    ss_train_report report = {0};
    ss_model_options trained = *options;
    trained.models = models & ~SS_TRAIN_SEGMENTS;
    return ss_train_into(folder, "proof", &ask->train, &ask->data->interactions, ask->data->catalog,
                         ask->data->decimals, &trained, ask->question->threads, ask->question->progress, &report,
                         ask->error);
}

/* ---- asking ---- */

typedef struct score_sheet {
    const ss_cases *cases;
    size_t k;
    double *scores;
} score_sheet;

static void keep_score(void *context, const char *model, size_t index, const ss_slice *ids, size_t count)
{
    const score_sheet *sheet = context;
    (void)model;
    ss_metrics metrics = ss_case_metrics(&sheet->cases->cases[index], ids, count, sheet->k);
    sheet->scores[index] = (metrics.recall + metrics.ndcg) / 2;
}

static ss_status ask_task(const asking *ask, ss_snapshot *snapshot, ss_task task, double *scores, double *coverage)
{
    const size_t k = task == SS_TASK_REST_OF_BASKET ? 10 : 20;
    score_sheet sheet = {&ask->cases[task], k, scores};
    ss_evaluation evaluation = {0};
    ss_status status =
        ss_evaluate_shelf(snapshot, &snapshot->shelves[ss_task_shelf(task)], "blend", task, &ask->cases[task], &k, 1,
                          ask->question->threads, keep_score, &sheet, ask->question->progress, &evaluation, ask->error);
    *coverage = status == SS_OK ? evaluation.rows[0].coverage : 0;
    return status;
}

static ss_status ask_side(const asking *ask, const char *folder, bool served)
{
    ss_status status = SS_OK;
    ss_snapshot *snapshot = NULL;
    double ignored;
    SS_TRY(ss_snapshot_open_configured(folder, NULL, false, ask->question->settings, &snapshot, ask->error));
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        ss_task_scores *scores = &ask->scores[task];
        if (!ask->question->tasks[task] || scores->count == 0)
            continue;
        SS_TRY(ask_task(ask, snapshot, (ss_task)task, served ? scores->served : scores->candidate,
                        served ? &ignored : &scores->coverage));
    }
out:
    ss_snapshot_release(&snapshot);
    return status;
}

/* ---- both ---- */

static ss_status make_side(const asking *ask, const char *name, char *path)
{
    ss_status status = SS_OK;
    SS_TRY(ss_file_join(path, SS_PATH_MAX, ask->question->folder, name, ask->error));
    SS_TRY(ss_file_remove_tree(path, ask->error));
    SS_TRY(ss_file_make_folders(path, ask->error));
out:
    return status;
}

static ss_status answer(const asking *ask, const ss_model_options *served, const ss_model_options *candidate)
{
    ss_status status = SS_OK;
    char first[SS_PATH_MAX] = "", second[SS_PATH_MAX] = "";
    unsigned differing = 0;
    SS_TRY(make_side(ask, "candidate", first));
    SS_TRY(train_side(ask, first, candidate, candidate->models));
    SS_TRY(ask_side(ask, first, false));
    if (!served)
        goto out;
    SS_TRY(make_side(ask, "served", second));
    status = ss_model_options_differing(served, candidate, &differing);
    if (status != SS_OK)
        SS_TRY(ss_error_nomem(ask->error));
    SS_TRY(train_side(ask, second, served, served->models & differing));
    SS_TRY(share_models(first, second, served->models & ~differing, ask->error));
    SS_TRY(ask_side(ask, second, true));
out:
    if (*first)
        ss_file_remove_tree(first, NULL);
    if (*second)
        ss_file_remove_tree(second, NULL);
    return status;
}

ss_status ss_prove_ask(const ss_training_data *data, const ss_model_options *served, const ss_model_options *candidate,
                       const ss_prove_question *question, ss_task_scores scores[SS_TASK_COUNT], ss_error *error)
{
    ss_status status = SS_OK;
    asking ask = {.data = data, .question = question, .scores = scores, .error = error};
    size_t cases;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        if (question->tasks[task])
            ss_task_scores_free(&scores[task]);
    SS_TRY(split_tasks(&ask, served != NULL, &cases));
    if (cases > 0 && ask.train.count > 0)
        SS_TRY(answer(&ask, served, candidate));
out:
    ss_interactions_free(&ask.train);
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        ss_cases_free(&ask.cases[task]);
    return status;
}

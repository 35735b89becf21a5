#include "job/prove.h"

#include "base/clock.h"
#include "base/memory.h"
#include "job/bootstrap.h"
#include "job/prove_ask.h"
#include "job/prove_words.h"
#include "store/manifest.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RANDOM_SHARE 0.2 /* held out of a log without times */
#define STEP_BACK    1.25
#define SPAN_PARTS   3.0 /* at most one part of so many is asked about: the rest is learned from */

#define AT(MEMBER) offsetof(ss_prove_options, MEMBER)

const ss_option ss_prove_option_table[] = {
    {"days", SS_OPTION_REAL, AT(days), 0.01, 10000, "14", NULL, "DAYS",
     "Both configurations learn from what is older and are asked about what was bought since; at most a third of the "
     "log."},
    {"days-max", SS_OPTION_REAL, AT(days_max), 0.01, 10000, "90", NULL, "DAYS",
     "As far back does the cut move where the customers of fewer days are too few to tell a loss of the margin."},
    {"margin", SS_OPTION_REAL, AT(margin), 0, 1, "0.05", NULL, "SHARE",
     "The loss, relative to what is served, that new options may bring."},
    {"level", SS_OPTION_REAL, AT(level), 0.5001, 0.9999, "0.95", NULL, "PROBABILITY",
     "How sure it must be that they do not bring more."},
    {"power", SS_OPTION_REAL, AT(power), 0.5, 0.999, "0.98", NULL, "PROBABILITY",
     "How often options that are as good must pass."},
    {"drop", SS_OPTION_REAL, AT(drop), 0, 1, "0.3", NULL, "SHARE",
     "What is served may find so much less than in the nights before; 1: anything."},
    {"resamples", SS_OPTION_INT, AT(resamples), SS_RESAMPLES_MIN, SS_RESAMPLES_MAX, "2000", NULL, "N",
     "Resamples of the bootstrap."},
    {"cases-max", SS_OPTION_INT, AT(cases_max), 10, 1e9, "20000", NULL, "N", "Most questions asked per task."},
    {"seed", SS_OPTION_INT, AT(seed), 0, 9e15, "1", NULL, "N", "Seed of what is drawn."},
    {"new-items", SS_OPTION_FLAG, AT(tasks[SS_TASK_NEW_ITEMS]), 0, 0, "true", NULL, NULL,
     "Ask what customers buy for the first time, where the log has customers."},
    {"next-basket", SS_OPTION_FLAG, AT(tasks[SS_TASK_NEXT_BASKET]), 0, 0, "true", NULL, NULL,
     "Ask what is in their next order."},
    {"rest-of-basket", SS_OPTION_FLAG, AT(tasks[SS_TASK_REST_OF_BASKET]), 0, 0, "true", NULL, NULL,
     "Ask what goes with a product in the cart, where the log has orders."},
    {"session", SS_OPTION_FLAG, AT(tasks[SS_TASK_SESSION]), 0, 0, "true", NULL, NULL,
     "Ask what a session looks at next, where the log has no purchases."},
    {0},
};

typedef struct proving {
    const ss_training_data *data;
    const ss_model_options *served, *candidate; /* served: NULL also where it is the same */
    const ss_prove_options *options;
    ss_prove_question question;
    bool tasks[SS_TASK_COUNT]; /* wanted, and the log can ask them */
    ss_task_scores scores[SS_TASK_COUNT];
    ss_bootstrap_mean difference[SS_TASK_COUNT];
    ss_bootstrap_mean first[SS_TASK_COUNT]; /* the served configuration on the first cut; without one, the candidate */
    ss_proof *proof;
    ss_error *error;
} proving;

/* ---- asking ---- */

static ss_status ask(proving *of, const bool tasks[SS_TASK_COUNT], ss_split_options split)
{
    bool any = false;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        any |= of->question.tasks[task] = tasks[task];
    of->question.split = split;
    return any ? ss_prove_ask(of->data, of->served, of->candidate, &of->question, of->scores, of->error) : SS_OK;
}

static ss_split_options split_of(const proving *of, double days)
{
    return (ss_split_options){.split = days > 0 ? SS_SPLIT_TIME : SS_SPLIT_RANDOM,
                              .days = days,
                              .share = RANDOM_SHARE,
                              .seed = (uint64_t)of->options->seed,
                              .max_cases = (size_t)of->options->cases_max};
}

/* Days 0: at random, when what customers are asked about and what baskets are is held out apart. */
static ss_status ask_at(proving *of, double days)
{
    ss_status status = SS_OK;
    const ss_interactions *log = &of->data->interactions;
    bool customers[SS_TASK_COUNT] = {false}, baskets[SS_TASK_COUNT] = {false};
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        (days <= 0 && task >= SS_TASK_REST_OF_BASKET ? baskets : customers)[task] = of->tasks[task];
    SS_TRY(ask(of, customers, split_of(of, days)));
    SS_TRY(ask(of, baskets, split_of(of, days)));
    of->proof->days = days;
    of->proof->cut = days > 0 ? log->last_time - (int64_t)(days * (double)SS_DAY) : SS_NO_TIME;
out:
    return status;
}

/* ---- figures ---- */

static ss_bootstrap_options bootstrap_options(const proving *of, unsigned task)
{
    return (ss_bootstrap_options){of->options->level, of->options->resamples, (uint64_t)of->options->seed + task,
                                  of->question.threads};
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return count > 0 ? sum / (double)count : 0;
}

static ss_status find_difference(proving *of, unsigned task)
{
    const ss_task_scores *scores = &of->scores[task];
    ss_bootstrap_options options = bootstrap_options(of, task);
    double *differences = ss_array_new(scores->count, sizeof *differences);
    if (!differences)
        return ss_error_nomem(of->error);
    for (size_t i = 0; i < scores->count; i++)
        differences[i] = scores->candidate[i] - scores->served[i];
    ss_status status =
        ss_bootstrap(differences, scores->owners, scores->count, &options, &of->difference[task], of->error);
    free(differences);
    return status;
}

/* The power is spread over the tasks in which the two answer differently. */
static double power_each(const proving *of)
{
    unsigned differing = 0;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        differing += of->scores[task].count > 0 && of->difference[task].error > 0;
    return differing > 1 ? pow(of->options->power, 1.0 / differing) : of->options->power;
}

static void settle(const proving *of, unsigned task, double power)
{
    const ss_task_scores *scores = &of->scores[task];
    const ss_bootstrap_mean *difference = &of->difference[task];
    ss_proof_task *found = &of->proof->tasks[task];
    found->asked = scores->count > 0;
    found->cases = scores->count;
    found->coverage = scores->coverage;
    found->candidate = mean_of(scores->candidate, scores->count);
    found->served = of->served ? mean_of(scores->served, scores->count) : of->proof->same ? found->candidate : NAN;
    found->owners = of->served ? difference->owners : of->first[task].owners;
    found->difference = difference->mean;
    found->low = difference->low;
    double loss = difference->error > 0 ? ss_detectable_loss(difference->error, of->options->level, power) : 0;
    found->detectable = found->served > 0 ? loss / found->served : NAN;
    found->borne = fmax(of->options->margin, found->detectable); /* fmax passes over NaN */
}

static ss_status find_differences(proving *of)
{
    ss_status status = SS_OK;
    for (unsigned task = 0; task < SS_TASK_COUNT && of->served; task++)
        SS_TRY(find_difference(of, task));
    double power = power_each(of);
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        settle(of, task, power);
out:
    return status;
}

/* How good is what is served, on the first cut: what nights are compared by, since it is the same every night. */
static ss_status find_quality(proving *of)
{
    ss_status status = SS_OK;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        const ss_task_scores *scores = &of->scores[task];
        ss_bootstrap_options options = bootstrap_options(of, task);
        SS_TRY(ss_bootstrap(scores->served ? scores->served : scores->candidate, scores->owners, scores->count,
                            &options, &of->first[task], of->error));
        of->proof->tasks[task].quality = mean_of(scores->candidate, scores->count);
    }
out:
    return status;
}

/* ---- how far back ---- */

/* Would more cases help this task, and how many are needed in all? What is surely worse already needs no more. */
static bool lacks_power(const proving *of, unsigned task, double *needed)
{
    const ss_proof_task *found = &of->proof->tasks[task];
    double times = found->detectable / of->options->margin, most = (double)of->options->cases_max;
    *needed = fmin((double)found->cases * times * times, most);
    return found->asked && found->detectable > of->options->margin && (double)found->cases < most &&
           of->difference[task].high >= -of->options->margin * found->served;
}

/* Moves *days back until the task has as many cases. */
static ss_status go_back(const proving *of, unsigned task, double needed, double most, double *days)
{
    ss_status status = SS_OK;
    size_t count = 0;
    for (;;) {
        ss_split_options split = split_of(of, *days);
        SS_TRY(ss_prove_count(&of->data->interactions, (ss_task)task, &split, &count, of->error));
        if ((double)count >= needed || *days >= most)
            break;
        *days = fmin(*days * STEP_BACK, most);
    }
out:
    return status;
}

static ss_status find_days(proving *of, double most, double *days)
{
    ss_status status = SS_OK;
    double needed;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        if (lacks_power(of, task, &needed))
            SS_TRY(go_back(of, task, needed, most, days));
out:
    return status;
}

/* ---- the whole ---- */

static ss_status prove_cuts(proving *of)
{
    ss_status status = SS_OK;
    const ss_interactions *log = &of->data->interactions;
    double third = log->has_times ? (double)(log->last_time - log->first_time) / (double)SS_DAY / SPAN_PARTS : 0;
    double days = fmin(of->options->days, third), most = fmin(of->options->days_max, third), back = days;
    SS_TRY(ask_at(of, days));
    SS_TRY(find_quality(of));
    SS_TRY(find_differences(of));
    if (!of->served || days <= 0)
        goto out;
    SS_TRY(find_days(of, most, &back));
    if (back > days) {
        SS_TRY(ask_at(of, back));
        SS_TRY(find_differences(of));
    }
out:
    return status;
}

static ss_status count_difference(void *context, const char *name, const char *first, const char *second)
{
    (void)name;
    (void)first;
    (void)second;
    ++*(size_t *)context;
    return SS_OK;
}

static ss_status begin(proving *of, const ss_model_options *served, char *temporary)
{
    ss_status status = SS_OK;
    size_t differences = 0;
    const ss_option_group group = {NULL, NULL, ss_prove_option_table, (void *)(uintptr_t)of->options};
    SS_TRY(ss_options_check(group.options, group.target, of->error));
    if (served && ss_model_options_compare(served, of->candidate, count_difference, &differences) != SS_OK)
        SS_TRY(ss_error_nomem(of->error));
    of->proof->same = served && differences == 0;
    of->served = of->proof->same ? NULL : served;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        of->proof->tasks[task].task = (ss_task)task;
        of->tasks[task] = of->options->tasks[task] && ss_prove_can_ask(&of->data->interactions, (ss_task)task);
    }
    of->question.folder = of->options->folder ? of->options->folder : temporary;
    if (of->options->folder)
        status = ss_file_make_folders(of->options->folder, of->error);
    else
        status = ss_temporary_folder(temporary, SS_PATH_MAX, of->error);
out:
    return status;
}

static void compare_nights(const proving *of, const double before[SS_TASK_COUNT], ss_prove_findings *findings)
{
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        of->proof->tasks[task].before = before[task];
        findings->quality[task] = of->first[task].mean;
        findings->quality_high[task] = of->first[task].high;
    }
}

ss_status ss_prove(const ss_training_data *data, const ss_model_options *served, const ss_model_options *candidate,
                   const double before[SS_TASK_COUNT], const ss_prove_options *options, int threads,
                   ss_progress_sink *progress, ss_proof *proof, ss_checks *checks, ss_error *error)
{
    ss_status status = SS_OK;
    char temporary[SS_PATH_MAX] = "";
    int64_t start = ss_clock_monotonic();
    *proof = (ss_proof){.cut = SS_NO_TIME};
    proving of = {.data = data, .candidate = candidate, .options = options, .proof = proof, .error = error};
    of.question = (ss_prove_question){.settings = options->settings, .threads = threads, .progress = progress};
    ss_prove_findings findings = {.proof = proof, .options = options, .served = served, .candidate = candidate};
    SS_TRY(begin(&of, served, temporary));
    SS_TRY(prove_cuts(&of));
    compare_nights(&of, before, &findings);
    SS_TRY(ss_prove_tell(&findings, checks, error));
out:
    if (*temporary)
        ss_file_remove_tree(temporary, NULL);
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        ss_task_scores_free(&of.scores[task]);
    proof->seconds = (double)(ss_clock_monotonic() - start) / 1e9;
    return status;
}

/* ---- in manifests ---- */

static void figure_path(unsigned task, const char *figure, char *path, size_t size)
{
    snprintf(path, size, "night.prove.%s.%s", ss_task_name((ss_task)task), figure);
}

static ss_status put_task(ss_manifest *manifest, const ss_proof_task *task)
{
    const struct {
        const char *name;
        double value;
    } figures[] = {{"served", task->served},     {"candidate", task->candidate},   {"difference", task->difference},
                   {"low", task->low},           {"detectable", task->detectable}, {"borne", task->borne},
                   {"coverage", task->coverage}, {"quality", task->quality},       {"before", task->before}};
    ss_status status = SS_OK;
    char path[96];
    figure_path(task->task, "cases", path, sizeof path);
    SS_TRY(ss_manifest_set_int(manifest, path, (int64_t)task->cases));
    figure_path(task->task, "customers", path, sizeof path);
    SS_TRY(ss_manifest_set_int(manifest, path, (int64_t)task->owners));
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        figure_path(task->task, figures[i].name, path, sizeof path);
        if (isfinite(figures[i].value))
            SS_TRY(ss_manifest_set_real(manifest, path, figures[i].value));
    }
out:
    return status;
}

ss_status ss_proof_to_manifest(const ss_proof *proof, ss_manifest *manifest, ss_error *error)
{
    ss_status status = SS_OK;
    char text[SS_TIMESTAMP_TEXT];
    if (proof->cut != SS_NO_TIME) {
        ss_timestamp_format(proof->cut, text);
        SS_TRY(ss_manifest_set_text(manifest, "night.prove.cut", text));
        SS_TRY(ss_manifest_set_real(manifest, "night.prove.days", proof->days));
    }
    SS_TRY(ss_manifest_set_flag(manifest, "night.prove.same", proof->same));
    SS_TRY(ss_manifest_set_real(manifest, "night.prove.seconds", proof->seconds));
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        if (proof->tasks[task].asked)
            SS_TRY(put_task(manifest, &proof->tasks[task]));
    return SS_OK;
out:
    return ss_error_set(error, status, "the proof cannot be put into the manifest: %s", ss_status_name(status));
}

static void insert(double *ascending, size_t count, double value)
{
    for (; count > 0 && ascending[count - 1] > value; count--)
        ascending[count] = ascending[count - 1];
    ascending[count] = value;
}

static double median_quality(const ss_manifest *const *nights, size_t count, unsigned task)
{
    double found[SS_PROVE_NIGHTS], quality;
    size_t known = 0;
    char path[96];
    figure_path(task, "quality", path, sizeof path);
    for (size_t i = 0; i < count && known < SS_PROVE_NIGHTS; i++)
        if (nights[i] && ss_manifest_real(nights[i], path, &quality))
            insert(found, known++, quality);
    return known > 0 ? (found[(known - 1) / 2] + found[known / 2]) / 2 : NAN;
}

void ss_proof_before(const ss_manifest *const *nights, size_t count, double before[SS_TASK_COUNT])
{
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        before[task] = median_quality(nights, count, task);
}

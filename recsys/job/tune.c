#include "job/tune.h"

#include "base/clock.h"
#include "base/random.h"
#include "job/evaluate.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TUNE_ALS_ITERATIONS 8
#define GRID_MAX            12
#define DEFAULT_DAYS        90
#define FACTOR_CASES        3000 /* the factorization is slower to ask: a sample has to do */
#define COVERAGE_ENOUGH     0.3

/* What has to be made anew when an option changes. */
typedef enum ss_tune_stage { TUNE_PAIRS, TUNE_FACTORS, TUNE_SHELF } ss_tune_stage;

/*
 * An option and the values to try. "%R" stands for the task's relation, "%S" for its shelf. `margin`: by how much,
 * relative, a value must beat the best so far: what costs time or memory has to earn it. `tied` gets 1 - value:
 * exponents that sum to 1 leave a score alone when all counts grow, so what is chosen on a part of the log holds for
 * the whole of it.
 */
typedef struct ss_knob {
    ss_tune_stage stage;
    const char *option;
    const char *tied;
    bool needs_times;
    double margin;
    double grid[GRID_MAX];
    size_t count;
} ss_knob;

/* clang-format off */
#define TRY_VALUES(...) {__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double)

/*
 * A log without times is held out at random, which favours other exponents than the future does: only the tied one is
 * safe then.
 */
static const ss_knob pair_knobs[] = {
    {TUNE_PAIRS, "%R.c", "%R.b", false, 0.002, TRY_VALUES(0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)},
    {TUNE_PAIRS, "%R.recency", NULL, true, 0.001, TRY_VALUES(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)},
    {TUNE_PAIRS, "%R.recency-half-life", NULL, true, 0.001, TRY_VALUES(3, 7, 15, 30, 60, 120)},
    {TUNE_PAIRS, "%R.a", NULL, true, 0.001, TRY_VALUES(0, 0.25, 0.5, 0.7, 0.9, 1, 1.1)},
    {TUNE_PAIRS, "%R.b", NULL, true, 0.001, TRY_VALUES(0, 0.25, 0.4, 0.5, 0.6, 0.75, 1)},
    {TUNE_PAIRS, "%R.half-life", NULL, true, 0.001, TRY_VALUES(0, 90, 180, 365)},
    {TUNE_PAIRS, "%R.min-customers", NULL, false, 0.001, TRY_VALUES(1, 2, 3)},
    {TUNE_PAIRS, "%R.list-length", NULL, true, 0.005, TRY_VALUES(100, 200, 300, 500)},
    {TUNE_SHELF, "shelf.%S.history-half-life", NULL, true, 0.001, TRY_VALUES(0, 30, 60, 120, 240)},
    {TUNE_SHELF, "shelf.%S.repeat-exponent", NULL, true, 0.001, TRY_VALUES(0, 0.25, 0.5, 0.75)},
};

static const ss_knob factor_knobs[] = {
    {TUNE_FACTORS, "als.factors", NULL, false, 0.02, TRY_VALUES(128, 192)},
    {TUNE_FACTORS, "als.unobserved", NULL, false, 0.001, TRY_VALUES(0.003, 0.01, 0.03, 0.1, 0.2, 0.3)},
    {TUNE_FACTORS, "als.regularization", NULL, false, 0.001, TRY_VALUES(0.001, 0.003, 0.01)},
    {TUNE_FACTORS, "als.half-life", NULL, true, 0.001, TRY_VALUES(0, 90, 180, 365)},
    {TUNE_SHELF, "shelf.%S.freshness-exponent", NULL, true, 0.001, TRY_VALUES(0, 0.1, 0.2, 0.3, 0.4, 0.5)},
};

static const ss_knob blend_knobs[] = {
    {TUNE_SHELF, "shelf.%S.weight.als", NULL, false, 0.001, TRY_VALUES(0, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2)},
    {TUNE_SHELF, "shelf.%S.weight.bought-together", NULL, false, 0.001, TRY_VALUES(0, 0.1, 0.25, 0.5, 1)},
    {TUNE_SHELF, "shelf.%S.weight.bought-next", NULL, false, 0.001, TRY_VALUES(0, 0.1, 0.25, 0.5, 1)},
    {TUNE_SHELF, "shelf.%S.weight.related", NULL, false, 0.001, TRY_VALUES(0, 0.1, 0.25, 0.5, 1)},
    {TUNE_SHELF, "shelf.%S.weight.history", NULL, false, 0.001, TRY_VALUES(0, 0.25, 0.5, 1, 2, 4)},
};

/* Of the next basket: what was bought before, by when it is wanted again; the models keep the options given. */
static const ss_knob again_knobs[] = {
    {TUNE_SHELF, "shelf.%S.popularity-exponent", NULL, true, 0.001, TRY_VALUES(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)},
    {TUNE_SHELF, "shelf.%S.repeat-exponent", NULL, true, 0.001, TRY_VALUES(0, 0.25, 0.5, 0.75, 1)},
    {TUNE_SHELF, "shelf.%S.repurchase-days", NULL, true, 0.001, TRY_VALUES(7, 14, 30, 60, 90)},
    {TUNE_SHELF, "shelf.%S.history-half-life", NULL, true, 0.001, TRY_VALUES(0, 180, 365, 730)},
    {TUNE_SHELF, "shelf.%S.weight.related", NULL, false, 0.001, TRY_VALUES(0, 0.05, 0.1, 0.2, 0.3, 0.5)},
    {TUNE_SHELF, "shelf.%S.weight.als", NULL, false, 0.001, TRY_VALUES(0, 0.05, 0.1, 0.2, 0.3, 0.5)},
    {TUNE_SHELF, "shelf.%S.weight.history", NULL, false, 0.001, TRY_VALUES(0, 0.25, 0.5, 1, 2, 4)},
};
/* clang-format on */

#define COUNT_OF(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))

typedef struct ss_tuner {
    const ss_interactions *log;
    const ss_tune_options *limits;
    ss_interactions train;
    ss_cases cases;
    ss_task task;
    double wanted_coverage, sample_coverage; /* share of the items that all cases want, and the first FACTOR_CASES */
    char folder[SS_PATH_MAX];
    ss_model_options best;
    double best_score;
    bool in_blend; /* best_score is that of the blend */
    bool has_factors;
    ss_als_options factors; /* of the file that stands in the folder */
    int threads;
    int64_t start, budget; /* of the task, in monotonic nanoseconds */
    int64_t deadline;      /* of the phase */
    ss_progress_sink *progress;
    ss_tune_sink sink;
    void *sink_context;
    ss_tune_report *report;
    ss_error *error;
} ss_tuner;

static ss_relation task_relation(ss_task task)
{
    if (task == SS_TASK_REST_OF_BASKET)
        return SS_BOUGHT_TOGETHER;
    return task == SS_TASK_SESSION ? SS_BOUGHT_NEXT : SS_RELATED;
}

static void option_name(const ss_tuner *tuner, const char *pattern, char *name, size_t size)
{
    static const char *const relations[SS_RELATION_COUNT] = {"bought-together", "related", "bought-next"};
    size_t at = 0;
    for (; *pattern && at + 1 < size; pattern++) {
        if (*pattern != '%') {
            name[at++] = *pattern;
            continue;
        }
        pattern++;
        at += (size_t)snprintf(name + at, size - at, "%s",
                               *pattern == 'R' ? relations[task_relation(tuner->task)]
                                               : ss_shelf_name(ss_task_shelf(tuner->task)));
    }
    name[at] = '\0';
}

/* ---- making what a setting needs ---- */

static ss_status remove_file(ss_tuner *tuner, const char *file)
{
    char path[SS_PATH_MAX];
    ss_status status = ss_file_join(path, sizeof path, tuner->folder, file, tuner->error);
    if (status == SS_OK)
        unlink(path);
    return status;
}

/* `only`: the task's relation and no other: those that a blend may add are counted once, before blending. */
static ss_status train_pairs(ss_tuner *tuner, const ss_model_options *options, bool only)
{
    ss_status status = SS_OK;
    ss_cooccurrence_options pairs = options->cooccurrence;
    for (unsigned r = 0; only && r < SS_RELATION_COUNT; r++)
        if (r != (unsigned)task_relation(tuner->task))
            pairs.relations[r].max_group = 1; /* no group of one item has a pair */
    SS_TRY(remove_file(tuner, SS_COOCCURRENCE_FILE));
    SS_TRY(ss_cooccurrence_train(&tuner->train, &pairs, tuner->threads, NULL, tuner->folder, tuner->error));
out:
    return status;
}

static ss_status train_factors(ss_tuner *tuner, const ss_model_options *options)
{
    ss_status status = SS_OK;
    ss_als_options als = options->als;
    als.iterations = als.iterations < TUNE_ALS_ITERATIONS ? als.iterations : TUNE_ALS_ITERATIONS;
    if (tuner->has_factors && memcmp(&als, &tuner->factors, sizeof als) == 0)
        return SS_OK;
    tuner->has_factors = false;
    SS_TRY(remove_file(tuner, SS_ALS_FILE));
    SS_TRY(ss_als_train(&tuner->train, &als, tuner->threads, NULL, tuner->folder, tuner->error));
    tuner->factors = als;
    tuner->has_factors = true;
out:
    return status;
}

/* ---- asking ---- */

/*
 * Mean of recall and NDCG. Answers that show everybody the same few products are worth less: where the first ten of
 * all answers cover less than COVERAGE_ENOUGH of what the same customers really wanted, in proportion. One model
 * among several need not cover much.
 */
static double score_of(const ss_tuner *tuner, const ss_evaluation_row *at_10, const ss_evaluation_row *row, bool alone)
{
    bool sample = at_10->customers < tuner->cases.count;
    double enough = COVERAGE_ENOUGH * (sample ? tuner->sample_coverage : tuner->wanted_coverage);
    return (row->recall + row->ndcg) / 2 * (alone ? 1 : fmin(1, at_10->coverage / enough));
}

static ss_status ask(ss_tuner *tuner, const ss_model_options *options, const char *model, double *score)
{
    ss_status status = SS_OK;
    ss_snapshot *snapshot = NULL;
    ss_evaluation evaluation = {0};
    ss_shelf shelf = ss_shelf_of_model(&options->shelves[ss_task_shelf(tuner->task)], model);
    const size_t cutoffs[] = {10, 20};
    ss_cases cases = tuner->cases;
    if (strcmp(model, "cooccurrence") != 0 && cases.count > FACTOR_CASES)
        cases.count = FACTOR_CASES;
    SS_TRY(ss_snapshot_open(tuner->folder, NULL, false, &snapshot, tuner->error));
    SS_TRY(ss_evaluate_shelf(snapshot, &shelf, model, tuner->task, &cases, cutoffs, 2, tuner->threads, NULL, NULL, NULL,
                             &evaluation, tuner->error));
    *score = score_of(tuner, &evaluation.rows[0], &evaluation.rows[tuner->task == SS_TASK_REST_OF_BASKET ? 0 : 1],
                      strcmp(model, "als") == 0);
    tuner->report->settings_tried++;
out:
    ss_snapshot_release(&snapshot);
    return status;
}

static void tell(const ss_tuner *tuner, const char *model, const char *option, double value, double score, bool kept)
{
    ss_tune_step step = {tuner->task, model, option, value, score, kept};
    if (tuner->sink)
        tuner->sink(tuner->sink_context, &step);
}

static bool go_on(ss_tuner *tuner, ss_status *status)
{
    ss_progress step = {.phase = "tune", .done = tuner->report->settings_tried, .unit = "settings"};
    if (!ss_progress_tell(tuner->progress, &step))
        *status = ss_error_set(tuner->error, SS_E_CANCELLED, "tuning was stopped");
    bool late = ss_clock_monotonic() >= tuner->deadline;
    tuner->report->out_of_time |= late;
    return *status == SS_OK && !late;
}

static ss_status make_stage(ss_tuner *tuner, ss_tune_stage stage, const ss_model_options *options)
{
    if (stage == TUNE_PAIRS)
        return train_pairs(tuner, options, true);
    return stage == TUNE_FACTORS ? train_factors(tuner, options) : SS_OK;
}

/* ---- the search ---- */

typedef struct ss_trial {
    ss_model_options options;
    ss_option_group groups[SS_MODEL_GROUPS_MAX];
    size_t group_count;
} ss_trial;

static ss_status set_value(ss_trial *trial, const char *name, double value, ss_error *error)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return ss_options_set(trial->groups, trial->group_count, name, text, error);
}

static ss_status set_trial(const ss_tuner *tuner, ss_trial *trial, const ss_knob *knob, double value, bool *changed)
{
    ss_status status = SS_OK;
    char name[96];
    trial->options = tuner->best;
    trial->group_count = ss_model_option_groups(&trial->options, trial->groups);
    option_name(tuner, knob->option, name, sizeof name);
    SS_TRY(set_value(trial, name, value, tuner->error));
    if (knob->tied) {
        option_name(tuner, knob->tied, name, sizeof name);
        SS_TRY(set_value(trial, name, 1 - value, tuner->error));
    }
    *changed = memcmp(&trial->options, &tuner->best, sizeof tuner->best) != 0;
out:
    return status;
}

/* One value: trained, asked, and kept if it is better by the knob's margin. */
static ss_status try_value(ss_tuner *tuner, const ss_knob *knob, double value, const char *model, bool *kept)
{
    ss_status status = SS_OK;
    ss_trial trial;
    double score;
    bool changed;
    char name[96];
    *kept = false;
    SS_TRY(set_trial(tuner, &trial, knob, value, &changed));
    if (!changed)
        return SS_OK;
    SS_TRY(make_stage(tuner, knob->stage, &trial.options));
    SS_TRY(ask(tuner, &trial.options, model, &score));
    *kept = score > tuner->best_score * (1 + knob->margin);
    option_name(tuner, knob->option, name, sizeof name);
    tell(tuner, model, name, value, score, *kept);
    if (*kept) {
        tuner->best = trial.options;
        tuner->best_score = score;
    }
out:
    return status;
}

/* The place of the current value on the grid: the nearest. */
static ss_status find_place(const ss_tuner *tuner, const ss_knob *knob, size_t *place)
{
    char name[96];
    double value;
    ss_trial trial = {.options = tuner->best};
    trial.group_count = ss_model_option_groups(&trial.options, trial.groups);
    option_name(tuner, knob->option, name, sizeof name);
    ss_status status = ss_options_number(trial.groups, trial.group_count, name, &value, tuner->error);
    *place = 0;
    for (size_t g = 1; status == SS_OK && g < knob->count; g++)
        if (fabs(knob->grid[g] - value) < fabs(knob->grid[*place] - value))
            *place = g;
    return status;
}

/* Climbs from where the option stands: up the grid as long as that helps; if it never did, down. */
static ss_status try_knob(ss_tuner *tuner, const ss_knob *knob, const char *model, bool *improved)
{
    ss_status status = SS_OK;
    size_t start;
    bool kept, moved = false;
    SS_TRY(find_place(tuner, knob, &start));
    SS_TRY(try_value(tuner, knob, knob->grid[start], model, &kept));
    moved |= kept;
    for (size_t g = start + 1; g < knob->count && go_on(tuner, &status); g++) {
        SS_TRY(try_value(tuner, knob, knob->grid[g], model, &kept));
        if (!kept)
            break;
        moved = true;
    }
    for (size_t g = start; g-- > 0 && !moved && go_on(tuner, &status);) {
        SS_TRY(try_value(tuner, knob, knob->grid[g], model, &kept));
        if (!kept)
            break;
        *improved = true;
    }
    *improved |= moved;
out:
    return status;
}

/*
 * A tied exponent climbs from its least value: of settings that are equally good, the one that bends the counts least
 * is kept.
 */
static ss_status begin_with(ss_tuner *tuner, const ss_knob *knob, double value)
{
    ss_trial trial;
    bool changed;
    ss_status status = set_trial(tuner, &trial, knob, value, &changed);
    if (status == SS_OK)
        tuner->best = trial.options;
    return status;
}

/*
 * Rounds over the options, one at a time, until a round finds nothing better or `share` of the task's time is over;
 * leaves the files of the best behind.
 */
static ss_status search(ss_tuner *tuner, const ss_knob *knobs, size_t count, const char *model, double share)
{
    ss_status status = SS_OK;
    bool improved = true;
    tuner->deadline = tuner->start + (int64_t)(share * (double)tuner->budget);
    if (knobs[0].tied)
        SS_TRY(begin_with(tuner, &knobs[0], knobs[0].grid[0]));
    SS_TRY(make_stage(tuner, knobs[0].stage, &tuner->best));
    SS_TRY(ask(tuner, &tuner->best, model, &tuner->best_score));
    tell(tuner, model, "start", 0, tuner->best_score, true);
    while (improved && go_on(tuner, &status)) {
        improved = false;
        for (size_t k = 0; k < count && go_on(tuner, &status); k++)
            if (tuner->log->has_times || !knobs[k].needs_times)
                SS_TRY(try_knob(tuner, &knobs[k], model, &improved));
    }
    if (status == SS_OK)
        status = make_stage(tuner, knobs[0].stage, &tuner->best);
out:
    return status;
}

/* The blend of the options as they were given: what tuning has to beat. */
static ss_status ask_start(ss_tuner *tuner, bool pairs, bool factors)
{
    ss_status status = SS_OK;
    if (pairs)
        SS_TRY(train_pairs(tuner, &tuner->best, false));
    if (factors)
        SS_TRY(train_factors(tuner, &tuner->best));
    SS_TRY(ask(tuner, &tuner->best, "blend", &tuner->report->start[tuner->task]));
out:
    return status;
}

static ss_status search_models(ss_tuner *tuner, bool pairs, bool factors)
{
    ss_status status = SS_OK;
    if (pairs)
        SS_TRY(search(tuner, pair_knobs, COUNT_OF(pair_knobs), "cooccurrence", 0.45));
    if (factors)
        SS_TRY(search(tuner, factor_knobs, COUNT_OF(factor_knobs), "als", 0.8));
    if (pairs)
        SS_TRY(train_pairs(tuner, &tuner->best, false));
    tuner->in_blend = true;
    tuner->best_score = 0;
    SS_TRY(search(tuner, blend_knobs, COUNT_OF(blend_knobs), "blend", 1));
out:
    return status;
}

/*
 * The models are searched one by one, so that only the blend at the end tells whether they are better together than
 * those given.
 */
static ss_status search_task(ss_tuner *tuner)
{
    ss_status status = SS_OK;
    const ss_model_options given = tuner->best;
    double *start = &tuner->report->start[tuner->task], *best = &tuner->report->best[tuner->task];
    bool pairs = tuner->best.models & SS_TRAIN_COOCCURRENCE;
    bool factors =
        (tuner->best.models & SS_TRAIN_ALS) && tuner->train.has_customers && tuner->task <= SS_TASK_NEXT_BASKET;
    SS_TRY(ask_start(tuner, pairs, factors));
    tuner->in_blend = tuner->task == SS_TASK_NEXT_BASKET;
    if (tuner->in_blend)
        status = search(tuner, again_knobs, COUNT_OF(again_knobs), "blend", 1);
    else
        status = search_models(tuner, pairs, factors);
    *best = tuner->in_blend ? tuner->best_score : 0;
    if (*best < *start) {
        tuner->best = given;
        *best = *start;
    }
out:
    return status;
}

/* ---- a task: hold out, make the part that no option changes, search ---- */

static ss_split_options split_of(const ss_tuner *tuner)
{
    const ss_interactions *log = tuner->log;
    double span = log->has_times ? (double)(log->last_time - log->first_time) / (double)SS_DAY : 0;
    double days = tuner->limits->days > 0 ? tuner->limits->days : DEFAULT_DAYS;
    if (tuner->limits->days <= 0 && days > span / 5)
        days = span / 5;
    return (ss_split_options){.split = span > 0 ? SS_SPLIT_TIME : SS_SPLIT_RANDOM,
                              .days = days,
                              .share = tuner->limits->share,
                              .seed = (uint64_t)tuner->limits->seed,
                              .max_cases = (size_t)tuner->limits->max_cases};
}

/* In random order, so that the first n are a fair sample. */
static void shuffle(ss_cases *cases, uint64_t seed)
{
    ss_random random;
    ss_random_seed(&random, seed);
    for (size_t i = cases->count; i > 1; i--) {
        size_t j = ss_random_below(&random, (uint32_t)i);
        ss_case moved = cases->cases[j];
        cases->cases[j] = cases->cases[i - 1];
        cases->cases[i - 1] = moved;
    }
}

static ss_status measure_wanted(ss_tuner *tuner)
{
    ss_status status = SS_OK;
    uint32_t number;
    ss_dictionary *wanted = ss_dictionary_new();
    if (!wanted)
        return ss_error_nomem(tuner->error);
    for (size_t c = 0; c < tuner->cases.count; c++) {
        for (size_t w = 0; w < tuner->cases.cases[c].wanted_count; w++)
            SS_TRY(ss_dictionary_intern(wanted, tuner->cases.cases[c].wanted[w], &number));
        if (c < FACTOR_CASES)
            tuner->sample_coverage = (double)ss_dictionary_count(wanted) / tuner->train.item_count;
    }
    tuner->wanted_coverage = (double)ss_dictionary_count(wanted) / tuner->train.item_count;
out:
    ss_dictionary_free(&wanted);
    return status;
}

static ss_status tune_task(ss_tuner *tuner, const ss_catalog *catalog, int64_t decimals)
{
    ss_status status = SS_OK;
    ss_train_report trained = {0};
    ss_model_options base = tuner->best;
    ss_split_options split = split_of(tuner);
    base.models &= SS_TRAIN_POPULARITY | SS_TRAIN_SESSION_KNN | SS_TRAIN_ALTERNATIVES | SS_TRAIN_REPURCHASE;
    SS_TRY(ss_cases_split(tuner->log, tuner->task, &split, &tuner->train, &tuner->cases, tuner->error));
    if (tuner->cases.count == 0)
        SS_TRY(ss_error_set(tuner->error, SS_E_ARGUMENT, "the log has nothing to hold out for task %s",
                            ss_task_name(tuner->task)));
    shuffle(&tuner->cases, split.seed);
    SS_TRY(measure_wanted(tuner));
    SS_TRY(ss_temporary_folder(tuner->folder, sizeof tuner->folder, tuner->error));
    SS_TRY(ss_train_into(tuner->folder, "tuning", &tuner->train, tuner->log, catalog, decimals, &base, tuner->threads,
                         NULL, &trained, tuner->error));
    SS_TRY(search_task(tuner));
out:
    if (*tuner->folder)
        ss_file_remove_tree(tuner->folder, NULL);
    *tuner->folder = '\0';
    tuner->has_factors = false;
    ss_cases_free(&tuner->cases);
    ss_interactions_free(&tuner->train);
    return status;
}

ss_status ss_tune(const ss_interactions *log, const ss_catalog *catalog, int64_t decimals, const ss_tune_options *tune,
                  int threads, ss_progress_sink *progress, ss_tune_sink sink, void *context, ss_model_options *options,
                  ss_tune_report *report, ss_error *error)
{
    ss_status status = SS_OK;
    int64_t start = ss_clock_monotonic();
    int tasks = 0;
    *report = (ss_tune_report){0};
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        tasks += tune->tasks[task];
    ss_tuner tuner = {.log = log,
                      .limits = tune,
                      .best = *options,
                      .threads = threads,
                      .progress = progress,
                      .sink = sink,
                      .sink_context = context,
                      .report = report,
                      .error = error};
    for (unsigned task = 0; task < SS_TASK_COUNT && status == SS_OK; task++) {
        if (!tune->tasks[task])
            continue;
        tuner.task = (ss_task)task;
        tuner.start = ss_clock_monotonic();
        tuner.budget = (int64_t)(tune->budget_seconds / tasks * 1e9);
        status = tune_task(&tuner, catalog, decimals);
    }
    *options = tuner.best;
    report->seconds = (double)(ss_clock_monotonic() - start) / 1e9;
    ss_progress_tell(
        progress,
        &(ss_progress){.phase = "tune", .done = report->settings_tried, .unit = "settings", .finished = true});
    return status;
}

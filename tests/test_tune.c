/* Tuning on a small simulated shop: never worse on what was held out, within ranges and budget, stopped on request. */
#include "check.h"
#include "temporary_folder.h"

#include "job/measure.h"
#include "job/simulate.h"

#include <string.h>
#include <time.h>

#define STEPS_MAX 512

typedef struct tuning {
    char folder[TEMPORARY_PATH_MAX], log[TEMPORARY_PATH_MAX];
    ss_training_data data;
    ss_model_options options;
    ss_tune_options tune;
    ss_tune_report report;
    ss_tune_step steps[STEPS_MAX];
    char names[STEPS_MAX][96]; /* of the steps' options */
    size_t step_count;
    bool slow; /* the first change takes longer than the budget */
} tuning;

static void simulate(tuning *of)
{
    char shop[TEMPORARY_PATH_MAX];
    ss_simulate_options options;
    ss_option_group group = {NULL, NULL, ss_simulate_option_table, &options};
    ss_error error = {0};
    temporary_folder_make(of->folder);
    ss_options_defaults(&group, 1);
    options.out = temporary_path(shop, of->folder, "shop");
    options.items = 200;
    options.customers = 400;
    options.orders = 2500;
    options.days = 200;
    expect_ok(ss_simulate(&options, NULL, NULL, &error), &error);
    temporary_path(of->log, shop, "log.csv");
}

static int set_up(void **state)
{
    tuning *of = calloc(1, sizeof *of);
    ss_input_options input = {.log = ss_log_defaults()};
    ss_error error = {0};
    simulate(of);
    input.logs = (ss_texts){{of->log}, 1};
    expect_ok(ss_training_data_read(&input, NULL, &of->data, &error), &error);
    *state = of;
    return 0;
}

static int tear_down(void **state)
{
    tuning *of = *state;
    ss_training_data_free(&of->data);
    temporary_folder_remove(of->folder);
    free(of);
    return 0;
}

/* Options far from good, and off every grid. */
static void begin(tuning *of, double seconds)
{
    ss_model_options_defaults(&of->options);
    of->options.als.factors = 8;
    of->options.als.iterations = 2;
    of->options.cooccurrence.relations[SS_RELATED].recency = 1.9;
    of->options.cooccurrence.relations[SS_RELATED].a = 0.31;
    of->options.cooccurrence.relations[SS_RELATED].half_life_days = 1.5;
    of->tune = (ss_tune_options){
        .tasks = {[SS_TASK_NEW_ITEMS] = true}, .budget_seconds = seconds, .share = 0.2, .max_cases = 200, .seed = 1};
    of->step_count = 0;
    of->slow = false;
}

static void keep_step(void *context, const ss_tune_step *step)
{
    tuning *of = context;
    assert_in_range(of->step_count, 0, STEPS_MAX - 1);
    snprintf(of->names[of->step_count], sizeof of->names[0], "%s", step->option);
    of->steps[of->step_count++] = *step;
    if (of->slow && strcmp(step->option, "start") != 0)
        nanosleep(&(struct timespec){.tv_sec = (time_t)of->tune.budget_seconds + 1}, NULL);
}

static ss_status run(tuning *of, ss_progress_sink *progress, ss_error *error)
{
    return ss_tune(&of->data.interactions, NULL, of->data.decimals, &of->tune, 2, progress, keep_step, of, &of->options,
                   &of->report, error);
}

/* Every group as its trainer would check it before training. */
static void check_ranges(ss_model_options *options)
{
    ss_option_group groups[SS_MODEL_GROUPS_MAX];
    size_t count = ss_model_option_groups(options, groups);
    for (size_t g = 0; g < count; g++) {
        ss_error error = {0};
        expect_ok(ss_options_check(groups[g].options, groups[g].target, &error), &error);
    }
}

/* Recall and NDCG of the blend on the same held-out rows, trained anew by the code that publishes. */
static double held_out_score(const tuning *of, const ss_model_options *options)
{
    ss_split_options split = {SS_SPLIT_TIME, 40, 0, 1, 0};
    ss_interactions train;
    ss_cases cases;
    ss_evaluation evaluation = {0};
    ss_error error = {0};
    ss_measure_options measure = {.task = SS_TASK_NEW_ITEMS, .cutoffs = {20}, .cutoff_count = 1};
    expect_ok(ss_cases_split(&of->data.interactions, SS_TASK_NEW_ITEMS, &split, &train, &cases, &error), &error);
    expect_ok(ss_measure(&of->data, &train, &cases, &measure, options, 2, NULL, &evaluation, &error), &error);
    ss_evaluation_row last = evaluation.rows[evaluation.count - 1];
    ss_cases_free(&cases);
    ss_interactions_free(&train);
    assert_string_equal(last.model, "blend");
    return last.recall + last.ndcg;
}

static void better_on_what_was_held_out(void **state)
{
    tuning *of = *state;
    ss_error error = {0};
    ss_model_options given;
    double seconds = 3;
    do { /* a slow machine has longer */
        begin(of, seconds);
        given = of->options;
        expect_ok(run(of, NULL, &error), &error);
        seconds *= 4;
    } while (of->report.best[SS_TASK_NEW_ITEMS] <= of->report.start[SS_TASK_NEW_ITEMS] && seconds < 100);
    assert_true(of->report.start[SS_TASK_NEW_ITEMS] > 0);
    assert_true(of->report.best[SS_TASK_NEW_ITEMS] > of->report.start[SS_TASK_NEW_ITEMS]);
    assert_true(of->report.settings_tried > of->step_count); /* the start, and every step */
    assert_true(held_out_score(of, &of->options) > held_out_score(of, &given));
    check_ranges(&of->options);
    assert_int_equal(of->options.models, SS_TRAIN_ALL);
}

/* A kept step is better than all before it of its model; one that is not kept is not better by much. */
static void steps_climb(void **state)
{
    tuning *of = *state;
    ss_error error = {0};
    begin(of, 2);
    of->tune.tasks[SS_TASK_REST_OF_BASKET] = true;
    expect_ok(run(of, NULL, &error), &error);
    double best = 0;
    unsigned starts = 0;
    for (size_t s = 0; s < of->step_count; s++) {
        const ss_tune_step *step = &of->steps[s];
        if (strcmp(of->names[s], "start") == 0) {
            starts++;
            best = step->score;
        } else if (step->kept) {
            assert_true(step->score > best);
            best = step->score;
        } else
            assert_true(step->score <= best * 1.03);
    }
    assert_int_equal(starts, 5); /* pairs, factors, blend; and no factors for baskets */
    assert_true(of->report.start[SS_TASK_REST_OF_BASKET] > 0);
    check_ranges(&of->options);
}

/* Counted, not timed: after the setting during which the time ran out no other is tried. */
static void the_budget_ends_the_search(void **state)
{
    tuning *of = *state;
    ss_error error = {0};
    begin(of, 1e-6);
    expect_ok(run(of, NULL, &error), &error);
    assert_true(of->report.out_of_time);
    assert_int_equal(of->step_count, 3); /* the start of pairs, factors, blend: nothing was changed */
    assert_true(of->report.best[SS_TASK_NEW_ITEMS] >= of->report.start[SS_TASK_NEW_ITEMS]);
    begin(of, 1);
    of->slow = true;
    expect_ok(run(of, NULL, &error), &error);
    assert_true(of->report.out_of_time);
    assert_in_range(of->step_count, 3, 4);
}

static void out_of_time_leaves_the_options_or_better_ones(void **state)
{
    tuning *of = *state;
    ss_error error = {0};
    begin(of, 1e-6);
    ss_model_options_defaults(&of->options);
    of->options.als.factors = 8;
    of->options.als.iterations = 2;
    ss_model_options given = of->options;
    expect_ok(run(of, NULL, &error), &error);
    if (of->report.best[SS_TASK_NEW_ITEMS] <= of->report.start[SS_TASK_NEW_ITEMS])
        assert_memory_equal(&of->options, &given, sizeof given);
}

static bool stop(void *context, const ss_progress *progress)
{
    (void)context;
    return progress->finished;
}

static void stops_on_request(void **state)
{
    tuning *of = *state;
    ss_error error = {0};
    ss_progress_sink sink = {.report = stop};
    begin(of, 60);
    ss_model_options given = of->options;
    assert_status(run(of, &sink, &error), SS_E_CANCELLED);
    assert_int_equal(error.status, SS_E_CANCELLED);
    assert_true(strlen(error.message) > 0);
    assert_int_equal(of->step_count, 1);
    assert_memory_equal(&of->options, &given, sizeof given);
}

static void nothing_to_hold_out_is_an_error(void **state)
{
    tuning *of = *state;
    ss_error error = {0};
    begin(of, 1);
    of->tune.days = 9999;
    assert_status(run(of, NULL, &error), SS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "new-items"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(better_on_what_was_held_out),
        cmocka_unit_test(steps_climb),
        cmocka_unit_test(the_budget_ends_the_search),
        cmocka_unit_test(out_of_time_leaves_the_options_or_better_ones),
        cmocka_unit_test(stops_on_request),
        cmocka_unit_test(nothing_to_hold_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

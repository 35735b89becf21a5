/*
 * test_prove.c: what is compared with what, how often is trained, what a small shop is told, and what the verdicts follow
 * from. test_nights.c counts them; test_bootstrap_oracle.py holds the interval and the power against numpy.
 */
#include "nights.h"

#include "check.h"
#include "shelf/shelf_settings.h"

static const double unknown[SS_TASK_COUNT] = {NAN, NAN, NAN, NAN};

/* One shop for all tests, and what became of the last proof. */
typedef struct proving {
    nights shop;
    ss_training_data data;
    ss_proof proof;
    ss_checks checks;
    unsigned factorizations; /* the last proof made */
    const char *cancel_at;   /* phase */
} proving;

static ss_model_options small_options(void)
{
    ss_model_options options;
    ss_model_options_defaults(&options);
    options.als.factors = 8;
    options.als.iterations = 4;
    return options;
}

static int set_up(void **state)
{
    proving *of = calloc(1, sizeof *of);
    ss_model_options options = small_options();
    nights_make(&of->shop,
                &(ss_simulate_options){.items = 100, .customers = 800, .orders = 4000, .days = 150, .seed = 5},
                &options);
    night_data(&of->shop, &of->shop.log, SS_NO_TIME, &of->data);
    *state = of;
    return 0;
}

static int tear_down(void **state)
{
    proving *of = *state;
    ss_checks_free(&of->checks);
    ss_training_data_free(&of->data);
    nights_close(&of->shop);
    free(of);
    return 0;
}

static bool watch(void *context, const ss_progress *progress)
{
    proving *of = context;
    of->factorizations += progress->finished && strcmp(progress->phase, "als") == 0;
    return !of->cancel_at || strcmp(progress->phase, of->cancel_at) != 0;
}

static ss_status attempt(proving *of, const ss_training_data *data, const ss_model_options *served,
                         const ss_model_options *candidate, const double *before, const ss_prove_options *options,
                         int threads, ss_error *error)
{
    ss_progress_sink sink = {.report = watch, .context = of};
    ss_checks_free(&of->checks);
    of->factorizations = 0;
    return ss_prove(data, served, candidate, before, options, threads, &sink, &of->proof, &of->checks, error);
}

static void prove(proving *of, const ss_model_options *served, const ss_model_options *candidate, const double *before)
{
    ss_error error = {0};
    expect_ok(attempt(of, &of->data, served, candidate, before, &of->shop.prove, 1, &error), &error);
}

static void expect_verdict(const proving *of, const char *name, ss_check_verdict verdict, const char *words)
{
    const ss_check *check = ss_checks_find(&of->checks, name);
    assert_non_null(check);
    if (check->verdict != verdict || !strstr(check->words, words))
        fail_msg("%s: %s: %s, expected %s: %s", name, ss_check_verdict_name(check->verdict), check->words,
                 ss_check_verdict_name(verdict), words);
}

/* ---- what is trained and compared ---- */

static void equal_options_are_trained_once(void **state)
{
    proving *of = *state;
    ss_model_options served = of->shop.options, candidate = of->shop.options;
    prove(of, &served, &candidate, of->shop.before);
    assert_true(of->proof.same);
    assert_int_equal(of->factorizations, 1);
    assert_int_equal(of->checks.refused, 0);
    assert_true(of->proof.days == 14);
    assert_int_equal(of->data.interactions.last_time - of->proof.cut, 14 * SS_DAY);
    for (unsigned task = 0; task < SS_TASK_SESSION; task++) {
        const ss_proof_task *found = &of->proof.tasks[task];
        assert_true(found->asked && found->cases > 50 && found->served > 0 && found->coverage > 0);
        assert_true(found->difference == 0 && found->low == 0 && found->served == found->candidate);
        assert_true(found->borne == 0.05 && found->detectable == 0 && found->quality == found->candidate);
    }
    assert_false(of->proof.tasks[SS_TASK_SESSION].asked);
    expect_verdict(of, "prove.options", SS_CHECK_PASSED, "the options are those that are served");
    expect_verdict(of, "prove.new-items", SS_CHECK_PASSED, "over the last 14 days");
    expect_verdict(of, "prove.session", SS_CHECK_SKIPPED, "no questions of this kind");
    expect_verdict(of, "quality.next-basket", SS_CHECK_PASSED, "in the nights before");
}

static void models_without_a_difference_are_trained_once(void **state)
{
    proving *of = *state;
    ss_model_options served = of->shop.options, candidate = of->shop.options;
    of->shop.prove.days_max = 14;
    candidate.shelves[SS_SHELF_CART].weights[SS_SOURCE_RELATED] += 0.1;
    prove(of, &served, &candidate, unknown);
    assert_false(of->proof.same);
    assert_int_equal(of->factorizations, 1);
    assert_true(of->proof.tasks[SS_TASK_NEW_ITEMS].difference == 0);
    assert_true(of->proof.tasks[SS_TASK_REST_OF_BASKET].difference != 0);
    expect_verdict(of, "prove.options", SS_CHECK_PASSED, "1 option is not as served: shelf.cart.weight.related ");
    candidate.als.seed = 77;
    prove(of, &served, &candidate, unknown);
    assert_int_equal(of->factorizations, 2);
    assert_true(of->proof.tasks[SS_TASK_NEW_ITEMS].difference != 0);
    expect_verdict(of, "prove.options", SS_CHECK_PASSED, "2 options are not as served");
    of->shop.prove.days_max = 90;
}

/* What evaluate measures from a training of its own is what the proof has. */
static double measured_score(const proving *of, const ss_model_options *options, ss_task task, double days, size_t k)
{
    ss_measure_options measure = {
        .task = task,
        .split = {.split = SS_SPLIT_TIME, .days = days, .seed = (uint64_t)of->shop.prove.seed},
        .cutoffs = {k},
        .cutoff_count = 1};
    ss_interactions train;
    ss_cases cases;
    ss_evaluation evaluation = {0};
    ss_error error = {0};
    expect_ok(ss_measure_cases(&of->data, &measure, &train, &cases, &error), &error);
    expect_ok(ss_measure(&of->data, &train, &cases, &measure, options, 1, NULL, &evaluation, &error), &error);
    const ss_evaluation_row *blend = &evaluation.rows[evaluation.count - 1];
    double score = (blend->recall + blend->ndcg) / 2;
    ss_cases_free(&cases);
    ss_interactions_free(&train);
    return score;
}

static void scores_are_those_of_evaluate(void **state)
{
    proving *of = *state;
    ss_model_options served = of->shop.options, candidate = of->shop.options;
    of->shop.prove.days_max = 14;
    candidate.als.iterations = 1;
    candidate.cooccurrence.relations[SS_BOUGHT_TOGETHER].c += 0.1;
    prove(of, &served, &candidate, unknown);
    of->shop.prove.days_max = 90;
    for (unsigned task = 0; task < SS_TASK_SESSION; task++) {
        size_t k = task == SS_TASK_REST_OF_BASKET ? 10 : 20;
        const ss_proof_task *found = &of->proof.tasks[task];
        assert_true(fabs(measured_score(of, &served, (ss_task)task, 14, k) - found->served) < 1e-12);
        assert_true(fabs(measured_score(of, &candidate, (ss_task)task, 14, k) - found->candidate) < 1e-12);
        assert_true(fabs(found->candidate - found->served - found->difference) < 1e-12);
        assert_true(found->quality == found->candidate);
    }
}

static void nothing_served_is_no_reason_to_refuse(void **state)
{
    proving *of = *state;
    prove(of, NULL, &of->shop.options, unknown);
    assert_int_equal(of->checks.refused, 0);
    assert_int_equal(of->factorizations, 1);
    assert_true(isnan(of->proof.tasks[0].served) && of->proof.tasks[0].quality > 0);
    assert_false(of->proof.same);
    expect_verdict(of, "prove.options", SS_CHECK_SKIPPED, "nothing is served yet");
    expect_verdict(of, "prove.new-items", SS_CHECK_SKIPPED, "nothing is served yet");
    expect_verdict(of, "quality.new-items", SS_CHECK_SKIPPED, "no night before");
}

static void threads_make_no_difference(void **state)
{
    proving *of = *state;
    ss_model_options served = of->shop.options, candidate = of->shop.options;
    ss_proof first;
    candidate.als.seed = 4;
    prove(of, &served, &candidate, of->shop.before);
    first = of->proof;
    for (int threads = 2; threads <= 3; threads++) {
        ss_error error = {0};
        expect_ok(attempt(of, &of->data, &served, &candidate, of->shop.before, &of->shop.prove, threads, &error),
                  &error);
        assert_memory_equal(first.tasks, of->proof.tasks, sizeof first.tasks);
        assert_int_equal(first.cut, of->proof.cut);
    }
}

/* ---- power ---- */

static void the_cut_moves_back_for_power(void **state)
{
    proving *of = *state;
    ss_model_options served = of->shop.options, candidate = of->shop.options;
    candidate.als.seed = 9;
    prove(of, &served, &candidate, unknown);
    ss_proof_task far = of->proof.tasks[SS_TASK_NEW_ITEMS];
    assert_true(of->proof.days > 14 && of->proof.days <= 50); /* a third of 150 */
    of->shop.prove.days_max = 14;
    prove(of, &served, &candidate, unknown);
    ss_proof_task near = of->proof.tasks[SS_TASK_NEW_ITEMS];
    of->shop.prove.days_max = 90;
    assert_true(near.cases < far.cases && near.detectable > far.detectable && near.detectable > 0.05);
    assert_true(near.borne == near.detectable);
    assert_true(near.quality == far.quality); /* nights are compared on the first cut */
    expect_verdict(of, "prove.new-items", SS_CHECK_PASSED, "too few questions to tell a loss of 5 %");
}

static void what_is_surely_worse_needs_no_more_cases(void **state)
{
    proving *of = *state;
    ss_model_options served = of->shop.options, candidate = of->shop.options;
    candidate.shelves[SS_SHELF_FOR_YOU].max_per_category = 1;
    prove(of, &served, &candidate, unknown);
    assert_true(of->proof.days == 14);
    expect_verdict(of, "prove.new-items", SS_CHECK_REFUSED, "shelf.for_you.max-per-category 0 → 1");
    expect_verdict(of, "prove.new-items", SS_CHECK_REFUSED, "nightly.prove.margin");
}

/* Every verdict is what the header says, for options of any kind and whatever is left of the shop. */
static void verdicts_follow_from_the_figures(void **state)
{
    proving *of = *state;
    ss_random random = test_random();
    unsigned refused = 0, passed = 0;
    for (int round = 0; round < 8; round++) {
        ss_model_options served = of->shop.options, candidate = of->shop.options;
        candidate.als.seed = 100 + round;
        candidate.shelves[SS_SHELF_FOR_YOU].max_per_category = ss_random_below(&random, 12);
        candidate.shelves[SS_SHELF_BUY_AGAIN].repeat_exponent = 2 * ss_random_unit(&random);
        of->shop.prove.days_max = 14 + 10 * round;
        of->shop.prove.cases_max = round % 2 ? 40 : 20000;
        prove(of, &served, &candidate, unknown);
        for (unsigned task = 0; task < SS_TASK_SESSION; task++) {
            const ss_proof_task *found = &of->proof.tasks[task];
            char name[64];
            snprintf(name, sizeof name, "prove.%s", ss_task_name((ss_task)task));
            bool worse = found->low < -found->borne * found->served ||
                         (found->difference < 0 && found->difference <= -0.1 * found->served);
            assert_int_equal(ss_checks_find(&of->checks, name)->verdict, worse ? SS_CHECK_REFUSED : SS_CHECK_PASSED);
            assert_true(found->low <= found->difference && found->borne >= 0.05);
            *(worse ? &refused : &passed) += 1;
        }
    }
    of->shop.prove.days_max = 90;
    of->shop.prove.cases_max = 20000;
    assert_true(refused > 0 && passed > 0);
}

/* ---- a very small shop: some forty questions ---- */

static void a_small_shop_is_neither_shut_out_nor_blind(void **state)
{
    proving *of = *state;
    night_log few = night_copy(&of->shop.log);
    ss_model_options served = of->shop.options, candidate = of->shop.options;
    ss_training_data data;
    ss_error error = {0};
    size_t kept = 0;
    for (size_t i = 0; i < few.count; i++)
        if (ss_random_mix((uint64_t)atoll(few.rows[i].customer + 1)) % 12 == 0)
            few.rows[kept++] = few.rows[i];
    few.count = kept;
    night_data(&of->shop, &few, SS_NO_TIME, &data);
    expect_ok(attempt(of, &data, &served, &candidate, unknown, &of->shop.prove, 1, &error), &error);
    assert_in_range(of->proof.tasks[SS_TASK_NEXT_BASKET].cases, 1, 60);
    assert_int_equal(of->checks.refused, 0);
    candidate.shelves[SS_SHELF_BUY_AGAIN].weights[SS_SOURCE_RELATED] += 0.01;
    expect_ok(attempt(of, &data, &served, &candidate, unknown, &of->shop.prove, 1, &error), &error);
    assert_int_equal(of->checks.refused, 0);
    candidate.shelves[SS_SHELF_FOR_YOU].max_per_category = 1;
    expect_ok(attempt(of, &data, &served, &candidate, unknown, &of->shop.prove, 1, &error), &error);
    expect_verdict(of, "prove.new-items", SS_CHECK_REFUSED, "put them back");
    ss_training_data_free(&data);
    night_log_free(&few);
}

/* ---- other logs, other questions ---- */

static void a_log_without_times_is_split_at_random(void **state)
{
    proving *of = *state;
    char path[TEMPORARY_PATH_MAX];
    ss_input_options input = {.log = ss_log_defaults()};
    ss_model_options candidate = of->shop.options;
    ss_training_data data;
    ss_error error = {0};
    temporary_path(path, of->shop.folder, "untimed.csv");
    FILE *file = fopen(path, "w");
    fputs("order_id,customer_id,item_id\n", file);
    for (size_t i = 0; i < of->shop.log.count; i++)
        fprintf(file, "%s,%s,%s\n", of->shop.log.rows[i].order, of->shop.log.rows[i].customer,
                of->shop.log.rows[i].item);
    assert_int_equal(fclose(file), 0);
    input.logs = (ss_texts){{path}, 1};
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    candidate.als.seed = 3;
    expect_ok(attempt(of, &data, &of->shop.options, &candidate, unknown, &of->shop.prove, 1, &error), &error);
    assert_true(of->proof.cut == SS_NO_TIME && of->proof.days == 0);
    assert_true(of->proof.tasks[SS_TASK_NEW_ITEMS].asked && of->proof.tasks[SS_TASK_REST_OF_BASKET].asked);
    assert_int_equal(of->factorizations, 4); /* what is held out of customers and of baskets is not the same */
    ss_training_data_free(&data);
}

static void what_is_not_wanted_is_not_asked(void **state)
{
    proving *of = *state;
    of->shop.prove.tasks[SS_TASK_NEW_ITEMS] = false;
    prove(of, NULL, &of->shop.options, unknown);
    of->shop.prove.tasks[SS_TASK_NEW_ITEMS] = true;
    assert_false(of->proof.tasks[SS_TASK_NEW_ITEMS].asked);
    assert_true(of->proof.tasks[SS_TASK_NEXT_BASKET].asked);
    expect_verdict(of, "prove.new-items", SS_CHECK_SKIPPED, "as configured");
}

/* A server's file outranks what either was trained with. */
static void the_servers_shelves_are_asked(void **state)
{
    proving *of = *state;
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_shelf_settings *settings = NULL;
    ss_yaml_node *root;
    ss_model_options candidate = of->shop.options;
    ss_error error = {0};
    expect_ok(ss_yaml_read(ss_slice_of("for_you: {max-per-category: 3}\n"), arena, mistakes, &root, &error), &error);
    expect_ok(ss_shelf_settings_read(root, mistakes, &settings, &error), &error);
    assert_int_equal(ss_mistakes_kept(mistakes), 0);
    candidate.shelves[SS_SHELF_FOR_YOU].max_per_category = 1;
    of->shop.prove.settings = settings;
    prove(of, &of->shop.options, &candidate, unknown);
    of->shop.prove.settings = NULL;
    assert_true(of->proof.tasks[SS_TASK_NEW_ITEMS].difference == 0);
    assert_int_equal(of->checks.refused, 0);
    ss_shelf_settings_release(&settings);
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
}

/* ---- against the nights before ---- */

static void a_drop_against_the_nights_before_is_refused(void **state)
{
    proving *of = *state;
    double before[SS_TASK_COUNT] = {NAN, NAN, NAN, NAN};
    prove(of, &of->shop.options, &of->shop.options, before);
    expect_verdict(of, "quality.new-items", SS_CHECK_SKIPPED, "no night before");
    before[SS_TASK_NEW_ITEMS] = 3 * of->proof.tasks[SS_TASK_NEW_ITEMS].candidate;
    before[SS_TASK_NEXT_BASKET] = 1.1 * of->proof.tasks[SS_TASK_NEXT_BASKET].candidate;
    prove(of, &of->shop.options, &of->shop.options, before);
    expect_verdict(of, "quality.new-items", SS_CHECK_REFUSED, "likely the log is broken");
    expect_verdict(of, "quality.next-basket", SS_CHECK_PASSED, "in the nights before");
    assert_int_equal(of->checks.refused, 1);
    assert_true(of->proof.tasks[SS_TASK_NEW_ITEMS].before == before[SS_TASK_NEW_ITEMS]);
    of->shop.prove.drop = 1;
    prove(of, &of->shop.options, &of->shop.options, before);
    of->shop.prove.drop = 0.3;
    assert_int_equal(of->checks.refused, 0);
}

static ss_manifest *night_of(double quality)
{
    ss_manifest *manifest = ss_manifest_new();
    ss_proof proof = {.cut = SS_NO_TIME};
    ss_error error = {0};
    proof.tasks[SS_TASK_NEXT_BASKET] = (ss_proof_task){
        .task = SS_TASK_NEXT_BASKET, .asked = true, .cases = 7, .served = NAN, .before = NAN, .quality = quality};
    expect_ok(ss_proof_to_manifest(&proof, manifest, &error), &error);
    return manifest;
}

static void nights_before_are_their_median(void **state)
{
    (void)state;
    ss_manifest *past[] = {night_of(0.4), ss_manifest_new(), night_of(0.1), NULL, night_of(0.2)};
    double before[SS_TASK_COUNT], value;
    int64_t cases;
    ss_proof_before((const ss_manifest *const *)past, 5, before);
    assert_true(before[SS_TASK_NEXT_BASKET] == 0.2);
    assert_true(isnan(before[SS_TASK_NEW_ITEMS]));
    ss_proof_before((const ss_manifest *const *)past, 3, before);
    assert_true(before[SS_TASK_NEXT_BASKET] == 0.25);
    ss_proof_before(NULL, 0, before);
    assert_true(isnan(before[SS_TASK_NEXT_BASKET]));
    assert_true(ss_manifest_int(past[0], "night.prove.next-basket.cases", &cases) && cases == 7);
    assert_false(ss_manifest_real(past[0], "night.prove.next-basket.served", &value));
    assert_false(ss_manifest_int(past[0], "night.prove.new-items.cases", &cases));
    for (size_t i = 0; i < 5; i++)
        if (past[i])
            ss_manifest_free(&past[i]);
}

/* ---- what may go wrong ---- */

static void stopped_it_leaves_nothing_behind(void **state)
{
    proving *of = *state;
    char folder[TEMPORARY_PATH_MAX], left[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    of->shop.prove.folder = temporary_path(folder, of->shop.folder, "proof");
    prove(of, NULL, &of->shop.options, unknown);
    assert_int_equal(access(folder, F_OK), 0);
    assert_int_not_equal(access(temporary_path(left, folder, "candidate"), F_OK), 0);
    of->cancel_at = "als";
    assert_status(attempt(of, &of->data, NULL, &of->shop.options, unknown, &of->shop.prove, 1, &error), SS_E_CANCELLED);
    of->cancel_at = NULL;
    of->shop.prove.folder = NULL;
    assert_int_not_equal(access(left, F_OK), 0);
    assert_int_equal(of->checks.count, 0);
}

static void options_out_of_range_are_named(void **state)
{
    proving *of = *state;
    ss_prove_options wrong = of->shop.prove;
    ss_error error = {0};
    wrong.margin = 1.5;
    assert_status(attempt(of, &of->data, NULL, &of->shop.options, unknown, &wrong, 1, &error), SS_E_RANGE);
    assert_int_equal(of->factorizations, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_options_are_trained_once),
        cmocka_unit_test(models_without_a_difference_are_trained_once),
        cmocka_unit_test(scores_are_those_of_evaluate),
        cmocka_unit_test(nothing_served_is_no_reason_to_refuse),
        cmocka_unit_test(threads_make_no_difference),
        cmocka_unit_test(the_cut_moves_back_for_power),
        cmocka_unit_test(what_is_surely_worse_needs_no_more_cases),
        cmocka_unit_test(verdicts_follow_from_the_figures),
        cmocka_unit_test(a_small_shop_is_neither_shut_out_nor_blind),
        cmocka_unit_test(a_log_without_times_is_split_at_random),
        cmocka_unit_test(what_is_not_wanted_is_not_asked),
        cmocka_unit_test(the_servers_shelves_are_asked),
        cmocka_unit_test(a_drop_against_the_nights_before_is_refused),
        cmocka_unit_test(nights_before_are_their_median),
        cmocka_unit_test(stopped_it_leaves_nothing_behind),
        cmocka_unit_test(options_out_of_range_are_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

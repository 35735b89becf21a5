/*
 * Cases from files: their ids are brought to the spelling that training knows, or stay where ids were not joined;
 * what is not known is counted; what is wanted is found under either spelling.
 */
#include "check.h"
#include "failing_malloc.h"
#include "shop.h"

#include "job/measure.h"

/* The catalogue shows that case means nothing: it does not know the log's 85123a as such. */
static const char log_text[] = "order_id,customer_id,item_id,timestamp\n"
                               "1,ann,85123A,2024-01-01\n1,ann,cup,2024-01-01\n"
                               "2,bob,85123a,2024-01-01\n2,bob,pot,2024-01-01\n"
                               "3,cid,85123A,2024-01-02\n3,cid,cup,2024-01-02\n"
                               "4,dan,pot,2024-01-02\n4,dan,cup,2024-01-02\n";
static const char catalog_text[] = "item_id,name\n85123A,Lantern\ncup,Cup\npot,Pot\n";
static const char test_text[] = "customer_id,item_id\ndan,85123a\ndan,85123A\ndan,85123b\nzoe,85123a\n";
static const char cases_text[] = "case_id,prefix,target\n1,CUP 85123a nowhere,Pot\n2,85123A,cup\n";

static ss_cases read_cases(const shop *of, const char *text)
{
    char path[TEMPORARY_PATH_MAX];
    ss_cases cases = {0};
    ss_error error = {0};
    shop_write(of, "cases.csv", text);
    temporary_path(path, of->folder, "cases.csv");
    expect_ok((text == test_text ? ss_cases_from_test : ss_cases_from_file)(path, NULL, &cases, &error), &error);
    return cases;
}

static ss_case_ids settle(const shop *of, ss_cases *cases)
{
    ss_case_ids found = {0};
    ss_error error = {0};
    expect_ok(ss_case_ids_settle(cases, of->snapshot, &found, &error), &error);
    return found;
}

static void other_spellings_become_that_of_training(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, log_text, catalog_text);
    assert_true(of.snapshot->ids_folded);
    ss_cases cases = read_cases(&of, test_text);
    ss_case_ids found = settle(&of, &cases);
    assert_int_equal(cases.cases[0].wanted_count, 2);
    assert_slice_equal(cases.cases[0].wanted[0], "85123A");
    assert_slice_equal(cases.cases[0].wanted[1], "85123b");
    assert_slice_equal(cases.cases[1].wanted[0], "85123A");
    assert_int_equal(found.items, 3);
    assert_int_equal(found.items_folded, 1);
    assert_int_equal(found.items_unknown, 1);
    assert_int_equal(found.customers, 2);
    assert_int_equal(found.customers_unknown, 1);
    ss_cases_free(&cases);
    shop_close(&of);
}

static void prefixes_and_targets_too(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, log_text, catalog_text);
    ss_cases cases = read_cases(&of, cases_text);
    ss_case_ids found = settle(&of, &cases);
    assert_int_equal(cases.cases[0].context_count, 3);
    assert_slice_equal(cases.cases[0].context[0], "cup");
    assert_slice_equal(cases.cases[0].context[1], "85123A");
    assert_slice_equal(cases.cases[0].context[2], "nowhere");
    assert_slice_equal(cases.cases[0].wanted[0], "pot");
    assert_int_equal(found.items, 6);
    assert_int_equal(found.items_folded, 3);
    assert_int_equal(found.items_unknown, 1);
    assert_int_equal(found.customers, 0);
    ss_cases_free(&cases);
    shop_close(&of);
}

static void spellings_stay_apart_where_training_keeps_them_apart(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, log_text, NULL);
    assert_false(of.snapshot->ids_folded);
    ss_cases cases = read_cases(&of, test_text);
    ss_case_ids found = settle(&of, &cases);
    assert_int_equal(cases.cases[0].wanted_count, 3);
    assert_slice_equal(cases.cases[0].wanted[0], "85123a");
    assert_int_equal(found.items_folded, 0);
    assert_int_equal(found.items_unknown, 1);
    ss_cases_free(&cases);
    shop_close(&of);
}

/* The lantern is what dan and zoe want: the first or second that popularity shows dan, of what he does not have. */
static void evaluation_finds_what_is_wanted_under_either_spelling(void **state)
{
    (void)state;
    shop of;
    ss_error error = {0};
    static const char wants[] = "customer_id,item_id\ndan,85123a\n";
    char path[TEMPORARY_PATH_MAX];
    ss_cases cases = {0};
    ss_interactions all = {0};
    ss_training_data none = {0};
    ss_model_options options = {0};
    ss_evaluation evaluation = {0};
    ss_measure_options measure = {.task = SS_TASK_NEW_ITEMS, .cutoffs = {1}, .cutoff_count = 1};
    shop_open(&of, log_text, catalog_text);
    shop_write(&of, "test.csv", wants);
    measure.test_path = temporary_path(path, of.folder, "test.csv");
    measure.store = of.store;
    expect_ok(ss_measure_cases(&none, &measure, &all, &cases, &error), &error);
    expect_ok(ss_measure(&none, &all, &cases, &measure, &options, 1, NULL, &evaluation, &error), &error);
    assert_string_equal(evaluation.rows[0].model, "popularity");
    assert_true(evaluation.rows[0].recall == 1);
    assert_int_equal(evaluation.ids.items_folded, 1);
    assert_int_equal(evaluation.ids.items_unknown, 0);
    ss_cases_free(&cases);
    shop_close(&of);
}

static bool settle_torture(void *context)
{
    const shop *of = context;
    ss_case_ids found = {0};
    ss_cases cases = {0};
    ss_error error = {0};
    char path[TEMPORARY_PATH_MAX];
    temporary_path(path, of->folder, "cases.csv");
    ss_status status = ss_cases_from_test(path, NULL, &cases, &error);
    if (status == SS_OK)
        status = ss_case_ids_settle(&cases, of->snapshot, &found, &error);
    assert_int_equal(found.items, status == SS_OK ? 3 : 0);
    ss_cases_free(&cases);
    return status == SS_OK;
}

static void running_out_of_memory_is_survived(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, log_text, catalog_text);
    shop_write(&of, "cases.csv", test_text);
    assert_true(failing_malloc_torture(settle_torture, &of) > 5);
    shop_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_spellings_become_that_of_training),
        cmocka_unit_test(prefixes_and_targets_too),
        cmocka_unit_test(spellings_stay_apart_where_training_keeps_them_apart),
        cmocka_unit_test(evaluation_finds_what_is_wanted_under_either_spelling),
        cmocka_unit_test(running_out_of_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Evaluation: rows of a shop worked by hand, the same for any number of threads, answers handed out in order, models
 * told apart, a stop on request.
 */
#include "check.h"
#include "shop.h"

#include "base/buffer.h"
#include "job/evaluate.h"
#include <math.h>

#define SECOND 0.6309297535714575 /* 1 / log2(3): a hit at rank 2 */

/* By falling popularity: a 4, b 3, c 2, d 1. */
static const char four_items[] = "order_id,customer_id,item_id,timestamp\n"
                                 "1,ann,a,2024-01-01\n1,ann,b,2024-01-01\n"
                                 "2,bob,a,2024-01-01\n2,bob,c,2024-01-01\n"
                                 "3,cid,a,2024-01-01\n3,cid,b,2024-01-01\n3,cid,c,2024-01-01\n"
                                 "4,dan,a,2024-01-01\n4,dan,b,2024-01-01\n4,dan,d,2024-01-01\n";

static ss_cases cases_of(const shop *of, const char *text)
{
    char path[TEMPORARY_PATH_MAX];
    ss_cases cases = {0};
    ss_error error = {0};
    shop_write(of, "cases.csv", text);
    temporary_path(path, of->folder, "cases.csv");
    bool test = strncmp(text, "customer_id", 11) == 0;
    expect_ok((test ? ss_cases_from_test : ss_cases_from_file)(path, NULL, &cases, &error), &error);
    return cases;
}

static void near(double value, double wanted)
{
    if (fabs(value - wanted) > 1e-9)
        fail_msg("%.12f, wanted %.12f", value, wanted);
}

static void check_quality(const ss_evaluation_row *row, double recall, double ndcg, double hr, double mrr)
{
    near(row->recall, recall);
    near(row->ndcg, ndcg);
    near(row->hr, hr);
    near(row->mrr, mrr);
}

static void check_spread(const ss_evaluation_row *row, double coverage, double median_rank, double filled)
{
    near(row->coverage, coverage);
    near(row->median_rank, median_rank);
    near(row->filled, filled);
}

static void keep_answer(void *context, const char *model, size_t case_index, const ss_slice *ids, size_t count)
{
    ss_buffer_printf(context, "%s %zu:", model, case_index);
    for (size_t i = 0; i < count; i++)
        ss_buffer_printf(context, " %.*s", (int)ids[i].size, ids[i].data);
    ss_buffer_append_text(context, "\n");
}

/*
 * What popularity shows of what they do not have: ann c d, bob b d, dan c, zoe (whom nobody knows) a b. Hits: ann at 2;
 * bob at 1, of two wanted; dan none; zoe at 2.
 */
static void rows_are_what_a_hand_computes(void **state)
{
    (void)state;
    shop of;
    ss_error error = {0};
    ss_evaluation evaluation = {0};
    const size_t cutoffs[] = {1, 2};
    ss_buffer answers;
    ss_buffer_init(&answers, 4096);
    shop_open(&of, four_items, NULL);
    ss_cases cases = cases_of(&of, "customer_id,item_id\nann,d\nbob,b\nbob,nowhere\ndan,nowhere\nzoe,b\n");
    ss_shelf shelf = ss_shelf_of_model(&of.snapshot->shelves[SS_SHELF_FOR_YOU], "popularity");
    expect_ok(ss_evaluate_shelf(of.snapshot, &shelf, "popularity", SS_TASK_NEW_ITEMS, &cases, cutoffs, 2, 1,
                                keep_answer, &answers, NULL, &evaluation, &error),
              &error);
    assert_string_equal(answers.data, "popularity 0: c d\npopularity 1: b d\npopularity 2: c\npopularity 3: a b\n");
    assert_int_equal(evaluation.count, 2);
    assert_int_equal(evaluation.rows[0].k, 1);
    assert_int_equal(evaluation.rows[0].customers, 4);
    assert_string_equal(evaluation.rows[1].model, "popularity");
    check_quality(&evaluation.rows[0], 0.125, 0.25, 0.25, 0.25);
    near(evaluation.rows[0].hr_error, 0.25); /* of 0 1 0 0: sqrt(1/4) / sqrt(4) */
    check_spread(&evaluation.rows[0], 0.75, 2, 1);
    check_quality(&evaluation.rows[1], 0.625, (2 * SECOND + 1 / (1 + SECOND)) / 4, 0.75, 0.5);
    check_spread(&evaluation.rows[1], 1, 3, 0.875);
    ss_cases_free(&cases);
    ss_buffer_release(&answers);
    shop_close(&of);
}

static void bought_items_count_again_for_the_next_basket(void **state)
{
    (void)state;
    shop of;
    ss_error error = {0};
    ss_evaluation evaluation = {0};
    const size_t cutoffs[] = {1};
    shop_open(&of, four_items, NULL);
    ss_cases cases = cases_of(&of, "customer_id,item_id\nann,a\nbob,d\n");
    ss_shelf shelf = ss_shelf_of_model(&of.snapshot->shelves[SS_SHELF_FOR_YOU], "popularity");
    expect_ok(ss_evaluate_shelf(of.snapshot, &shelf, "popularity", SS_TASK_NEXT_BASKET, &cases, cutoffs, 1, 1, NULL,
                                NULL, NULL, &evaluation, &error),
              &error);
    check_quality(&evaluation.rows[0], 0.5, 0.5, 0.5, 0.5);
    check_spread(&evaluation.rows[0], 0.25, 1, 1);
    ss_cases_free(&cases);
    shop_close(&of);
}

/* c stands in two baskets, both times beside a; b and d are never in one basket with it but once, and never. */
static void a_cart_is_asked_as_a_cart(void **state)
{
    (void)state;
    shop of;
    ss_error error = {0};
    ss_evaluation evaluation = {0};
    const size_t cutoffs[] = {1, 4};
    shop_open(&of, four_items, NULL);
    ss_cases cases = cases_of(&of, "case_id,prefix,target\n1,c,a\n2,c a,b\n3,c nowhere,d\n");
    ss_shelf shelf = ss_shelf_of_model(&of.snapshot->shelves[SS_SHELF_CART], "cooccurrence");
    expect_ok(ss_evaluate_shelf(of.snapshot, &shelf, "cooccurrence", SS_TASK_REST_OF_BASKET, &cases, cutoffs, 2, 1,
                                NULL, NULL, NULL, &evaluation, &error),
              &error);
    check_quality(&evaluation.rows[0], 2.0 / 3, 2.0 / 3, 2.0 / 3, 2.0 / 3);
    near(evaluation.rows[1].recall, 2.0 / 3);            /* d and c never met: no fallback steps in */
    near(evaluation.rows[1].filled, (2 + 2 + 2) / 12.0); /* a b; b d; a b */
    ss_cases_free(&cases);
    shop_close(&of);
}

/* ---- more cases than one thread takes at a time ---- */

static ss_buffer random_rows(ss_random *random, const char *header, uint32_t customers, uint32_t rows, bool orders)
{
    ss_buffer text;
    ss_buffer_init(&text, (size_t)1 << 20);
    ss_buffer_append_text(&text, header);
    for (uint32_t row = 0; row < rows; row++) {
        uint32_t customer = ss_random_below(random, customers);
        uint32_t item = ss_random_below(random, 1 + ss_random_below(random, 60));
        if (orders)
            ss_buffer_printf(&text, "%u,", row / 3);
        ss_buffer_printf(&text, "c%u,i%u\n", orders ? row / 3 % customers : customer, item);
    }
    return text;
}

static void print_rows(const ss_evaluation *evaluation, ss_buffer *text)
{
    for (size_t i = 0; i < evaluation->count; i++) {
        const ss_evaluation_row *row = &evaluation->rows[i];
        ss_buffer_printf(text, "%s %zu %a %a %a %a %a %a %a %a %a %a %a\n", row->model, row->k, row->recall, row->ndcg,
                         row->hr, row->mrr, row->recall_error, row->ndcg_error, row->hr_error, row->mrr_error,
                         row->coverage, row->median_rank, row->filled);
    }
}

static bool refuse(void *context, const ss_progress *progress)
{
    (void)context;
    return progress->done == 0;
}

static void threads_do_not_show(void **state)
{
    (void)state;
    static const char *const models[] = {"popularity", "cooccurrence", "als", "blend"};
    shop of;
    ss_random random = test_random();
    const size_t cutoffs[] = {3, 10, 20};
    ss_buffer log = random_rows(&random, "order_id,customer_id,item_id\n", 200, 3000, true);
    ss_buffer test = random_rows(&random, "customer_id,item_id\n", 250, 600, false);
    shop_open(&of, log.data, NULL);
    ss_cases cases = cases_of(&of, test.data);
    for (size_t m = 0; m < 4; m++) {
        ss_evaluation runs[2] = {0};
        ss_buffer answers[2];
        ss_error error = {0};
        ss_shelf shelf = ss_shelf_of_model(&of.snapshot->shelves[SS_SHELF_FOR_YOU], models[m]);
        for (int t = 0; t < 2; t++) {
            ss_buffer_init(&answers[t], (size_t)1 << 20);
            expect_ok(ss_evaluate_shelf(of.snapshot, &shelf, models[m], SS_TASK_NEW_ITEMS, &cases, cutoffs, 3, t + 1,
                                        keep_answer, &answers[t], NULL, &runs[t], &error),
                      &error);
        }
        assert_int_equal(runs[0].count, 3);
        assert_true(runs[0].rows[2].recall > 0);
        for (int t = 0; t < 2; t++)
            print_rows(&runs[t], &answers[t]);
        assert_string_equal(answers[0].data, answers[1].data);
        ss_buffer_release(&answers[0]);
        ss_buffer_release(&answers[1]);
    }
    ss_progress_sink sink = {.report = refuse};
    ss_evaluation evaluation = {0};
    ss_error error = {0};
    assert_status(ss_evaluate_shelf(of.snapshot, &of.snapshot->shelves[SS_SHELF_FOR_YOU], "blend", SS_TASK_NEW_ITEMS,
                                    &cases, cutoffs, 3, 1, NULL, NULL, &sink, &evaluation, &error),
                  SS_E_CANCELLED);
    assert_int_equal(evaluation.count, 0);
    ss_cases_free(&cases);
    shop_close(&of);
    ss_buffer_release(&log);
    ss_buffer_release(&test);
}

static void a_model_alone_is_its_sources_without_fallbacks(void **state)
{
    (void)state;
    for (ss_task task = 0; task < SS_TASK_COUNT; task++) {
        ss_shelf shelf = ss_shelf_default(ss_task_shelf(task)), blend = ss_shelf_of_model(&shelf, "blend");
        assert_memory_equal(&blend, &shelf, sizeof shelf);
        ss_shelf pairs = ss_shelf_of_model(&shelf, "cooccurrence"), factors = ss_shelf_of_model(&shelf, "als"),
                 sessions = ss_shelf_of_model(&shelf, "session_knn");
        assert_true(pairs.weights[SS_SOURCE_BOUGHT_TOGETHER] + pairs.weights[SS_SOURCE_RELATED] +
                        pairs.weights[SS_SOURCE_BOUGHT_NEXT] >
                    0);
        assert_true(factors.weights[SS_SOURCE_ALS] > 0);
        assert_true(sessions.weights[SS_SOURCE_SESSION_KNN] > 0);
        for (unsigned source = 0; source < SS_SOURCE_COUNT; source++) {
            if (source != SS_SOURCE_ALS)
                assert_true(factors.weights[source] == 0);
            if (source != SS_SOURCE_SESSION_KNN)
                assert_true(sessions.weights[source] == 0);
            if (source > SS_SOURCE_BOUGHT_NEXT)
                assert_true(pairs.weights[source] == 0);
        }
        assert_int_equal(pairs.fallback_count + factors.fallback_count + sessions.fallback_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_a_hand_computes),
        cmocka_unit_test(bought_items_count_again_for_the_next_basket),
        cmocka_unit_test(a_cart_is_asked_as_a_cart),
        cmocka_unit_test(threads_do_not_show),
        cmocka_unit_test(a_model_alone_is_its_sources_without_fallbacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

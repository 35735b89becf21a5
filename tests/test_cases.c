/*
 * Questions with known answers: files, the three splits and the four tasks against logs worked by hand, and properties
 * of random ones: what is held out is never learned from.
 */
#include "check.h"
#include "memory_rows.h"
#include "temporary_folder.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "job/cases.h"

#define TEXT_MAX ((size_t)1 << 20)

static ss_interactions read_text(const char *text)
{
    ss_interactions log = {0};
    ss_log_report report;
    ss_error error = {0};
    ss_log_options options = ss_log_defaults();
    options.fees = SS_FEES_IGNORE;
    ss_row_source *source = memory_rows_open(text);
    expect_ok(ss_log_read(source, &options, NULL, NULL, &log, &report, &error), &error);
    ss_row_source_close(&source);
    return log;
}

/* "ann: a b > c d" a line: customer, context, wanted. */
static void cases_text(const ss_cases *cases, ss_buffer *text)
{
    for (size_t c = 0; c < cases->count; c++) {
        const ss_case *question = &cases->cases[c];
        ss_buffer_append(text, question->customer_id.data, question->customer_id.size);
        ss_buffer_append_text(text, ":");
        for (size_t i = 0; i < question->context_count; i++)
            ss_buffer_printf(text, " %.*s", (int)question->context[i].size, question->context[i].data);
        ss_buffer_append_text(text, " >");
        for (size_t i = 0; i < question->wanted_count; i++)
            ss_buffer_printf(text, " %.*s", (int)question->wanted[i].size, question->wanted[i].data);
        ss_buffer_append_text(text, "\n");
    }
}

static void expect_cases(const ss_cases *cases, const char *wanted)
{
    ss_buffer text;
    ss_buffer_init(&text, TEXT_MAX);
    ss_buffer_append_text(&text, "");
    cases_text(cases, &text);
    assert_string_equal(text.size ? text.data : "", wanted);
    ss_buffer_release(&text);
}

static void expect_split(const ss_interactions *log, ss_task task, const ss_split_options *options, const char *wanted,
                         size_t learned)
{
    ss_interactions train = {0};
    ss_cases cases = {0};
    ss_error error = {0};
    expect_ok(ss_cases_split(log, task, options, &train, &cases, &error), &error);
    expect_cases(&cases, wanted);
    assert_int_equal(train.count, learned);
    ss_interactions_free(&train);
    ss_cases_free(&cases);
}

/*
 * Items by falling popularity: a 5, b 4, c 3, d 1, e 1. The cut, 15 days before the newest row, is the instant of order
 * 6: ann has bought a and b before it, bob a and c, cid nothing; d and e are unknown before it.
 */
static const char worked[] = "order_id,customer_id,item_id,timestamp\n"
                             "1,ann,a,2024-01-01\n1,ann,b,2024-01-01\n"
                             "2,bob,a,2024-01-02\n2,bob,c,2024-01-02\n"
                             "6,bob,b,2024-01-15\n"
                             "3,ann,a,2024-01-20\n3,ann,c,2024-01-20\n3,ann,d,2024-01-20\n"
                             "4,cid,a,2024-01-21\n4,cid,b,2024-01-22\n4,cid,c,2024-01-23\n"
                             "7,,a,2024-01-24\n7,,b,2024-01-24\n"
                             "5,ann,e,2024-01-30\n";

static void by_time(void **state)
{
    (void)state;
    ss_interactions log = read_text(worked);
    ss_split_options split = {.split = SS_SPLIT_TIME, .days = 15, .seed = 3};
    expect_split(&log, SS_TASK_NEW_ITEMS, &split, "ann: > c d e\nbob: > b\n", 4);
    expect_split(&log, SS_TASK_NEXT_BASKET, &split, "ann: > a c d\nbob: > b\n", 4);
    expect_split(&log, SS_TASK_SESSION, &split, ": a > c\n: a > b\n: a b > c\n: a > b\n", 4);
    split.days = 14.5; /* order 6 is learned from now */
    expect_split(&log, SS_TASK_NEW_ITEMS, &split, "ann: > c d e\n", 5);
    ss_interactions_free(&log);
}

static void by_last_order(void **state)
{
    (void)state;
    ss_interactions log = read_text(worked);
    ss_split_options split = {.split = SS_SPLIT_LAST_ORDER};
    expect_split(&log, SS_TASK_NEW_ITEMS, &split, "ann: > e\nbob: > b\n", 12);
    expect_split(&log, SS_TASK_NEXT_BASKET, &split, "ann: > e\nbob: > b\n", 12);
    expect_split(&log, SS_TASK_REST_OF_BASKET, &split, "", 12);
    ss_interactions_free(&log);
    log = read_text("order_id,customer_id,item_id,timestamp\n"
                    "1,ann,a,2024-01-01\n1,ann,b,2024-01-01\n"
                    "2,ann,a,2024-01-02\n2,ann,b,2024-01-03\n2,ann,c,2024-01-04\n3,bob,c,2024-01-04\n");
    expect_split(&log, SS_TASK_NEW_ITEMS, &split, "ann: > c\n", 3);
    expect_split(&log, SS_TASK_NEXT_BASKET, &split, "ann: > a b c\n", 3);
    expect_split(&log, SS_TASK_SESSION, &split, ": a > b\n: a b > c\n", 3);
    ss_interactions_free(&log);
}

static void rest_of_basket_draws_one_and_another(void **state)
{
    (void)state;
    static const char *const baskets[] = {"ac", "abc", "ab"}; /* orders 3 (d is unknown), 4 and 7 */
    ss_interactions log = read_text(worked), train;
    ss_cases cases;
    ss_error error = {0};
    unsigned asked_a = 0, wanted_a = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        ss_split_options split = {.split = SS_SPLIT_TIME, .days = 15, .seed = seed};
        expect_ok(ss_cases_split(&log, SS_TASK_REST_OF_BASKET, &split, &train, &cases, &error), &error);
        assert_int_equal(cases.count, 3);
        for (size_t c = 0; c < 3; c++) {
            const ss_case *question = &cases.cases[c];
            assert_int_equal(question->customer_id.size, 0);
            assert_int_equal(question->context_count, 1);
            assert_int_equal(question->wanted_count, 1);
            assert_false(ss_slice_equal(question->context[0], question->wanted[0]));
            assert_non_null(strchr(baskets[c], question->context[0].data[0]));
            assert_non_null(strchr(baskets[c], question->wanted[0].data[0]));
            asked_a += question->context[0].data[0] == 'a';
            wanted_a += question->wanted[0].data[0] == 'a';
        }
        ss_interactions_free(&train);
        ss_cases_free(&cases);
    }
    assert_in_range(asked_a, 30, 70); /* of 120 draws (1/2 + 1/3 + 1/2) / 3 = 53 expected */
    assert_in_range(wanted_a, 30, 70);
    ss_interactions_free(&log);
}

static void no_times_no_split_by_time(void **state)
{
    (void)state;
    ss_interactions log = read_text("customer_id,item_id\nann,a\nann,b\nbob,a\n"), train = {0};
    ss_split_options split = {.split = SS_SPLIT_TIME, .days = 1};
    ss_cases cases = {0};
    ss_error error = {0};
    assert_status(ss_cases_split(&log, SS_TASK_NEW_ITEMS, &split, &train, &cases, &error), SS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "timestamps"));
    assert_null(train.rows);
    assert_null(cases.arena);
    ss_interactions_free(&log);
}

/* ---- random logs ---- */

static ss_interactions random_log(ss_random *random)
{
    ss_buffer text;
    ss_buffer_init(&text, TEXT_MAX);
    ss_buffer_append_text(&text, "order_id,customer_id,item_id,timestamp\n");
    for (uint32_t order = 0; order < 300; order++) {
        uint32_t customer = ss_random_below(random, 45), day = ss_random_below(random, 28) + 1;
        for (uint32_t row = ss_random_below(random, 5) + 1; row-- > 0;) {
            ss_buffer_printf(&text, "o%u,", order);
            if (customer < 40)
                ss_buffer_printf(&text, "c%u", customer);
            ss_buffer_printf(&text, ",i%u,2024-02-%02u\n", ss_random_below(random, 30), day);
        }
    }
    ss_interactions log = read_text(text.data);
    ss_buffer_release(&text);
    return log;
}

/* held[i]: row i of the log is not in `train`, which must hold the others in their order. */
static uint8_t *held_rows(const ss_interactions *log, const ss_interactions *train)
{
    uint8_t *held = ss_array_zeroed(log->count, 1);
    size_t at = 0;
    assert_non_null(held);
    for (size_t i = 0; i < log->count; i++) {
        held[i] = at == train->count || memcmp(&log->rows[i], &train->rows[at], sizeof *log->rows) != 0;
        at += !held[i];
    }
    assert_int_equal(at, train->count);
    return held;
}

/* Rows of a customer (SS_NONE: of anybody) and an item that are held out, or that are not. */
static size_t rows_with(const ss_interactions *log, const uint8_t *held, bool held_ones, uint32_t customer,
                        uint32_t item)
{
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++)
        count += held[i] == held_ones && log->rows[i].item == item &&
                 (customer == SS_NONE || log->rows[i].customer == customer);
    return count;
}

static void check_case(const ss_interactions *log, const uint8_t *held, ss_task task, const ss_case *question)
{
    bool of_customer = task <= SS_TASK_NEXT_BASKET;
    uint32_t customer = of_customer ? ss_dictionary_find(log->customers, question->customer_id) : SS_NONE;
    assert_int_equal(of_customer, customer != SS_NONE);
    assert_true(question->wanted_count > 0);
    assert_int_equal(question->context_count > 0, !of_customer);
    for (size_t w = 0; w < question->wanted_count; w++) {
        uint32_t item = ss_dictionary_find(log->items, question->wanted[w]);
        assert_true(rows_with(log, held, true, customer, item) > 0);
        if (task == SS_TASK_NEW_ITEMS)
            assert_int_equal(rows_with(log, held, false, customer, item), 0);
        if (!of_customer)
            assert_true(rows_with(log, held, false, SS_NONE, item) > 0);
        for (size_t other = 0; other < w; other++)
            assert_false(ss_slice_equal(question->wanted[w], question->wanted[other]));
        for (size_t c = 0; c < question->context_count; c++)
            assert_false(ss_slice_equal(question->wanted[w], question->context[c]));
    }
}

/* A basket is held out whole by the splits that hold out baskets. */
static void check_held(const ss_interactions *log, const uint8_t *held, const ss_split_options *split, ss_task task)
{
    int64_t cut = log->last_time - (int64_t)split->days * SS_DAY;
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        if (split->split == SS_SPLIT_TIME)
            assert_int_equal(held[i], row->time >= cut);
        for (size_t j = i + 1; j < log->count && log->rows[j].customer == row->customer; j++) {
            if (split->split == SS_SPLIT_LAST_ORDER && row->customer != SS_NONE)
                assert_true(held[j] >= held[i] && (held[i] == held[j]) >= (row->basket == log->rows[j].basket));
            if (split->split == SS_SPLIT_RANDOM && task >= SS_TASK_REST_OF_BASKET && row->basket == log->rows[j].basket)
                assert_int_equal(held[i], held[j]);
        }
    }
}

static void check_split(const ss_interactions *log, ss_task task, const ss_split_options *split)
{
    ss_interactions train = {0};
    ss_cases cases = {0};
    ss_error error = {0};
    expect_ok(ss_cases_split(log, task, split, &train, &cases, &error), &error);
    assert_true(cases.count > 0 && train.count > 0 && train.count < log->count);
    uint8_t *held = held_rows(log, &train);
    check_held(log, held, split, task);
    for (size_t c = 0; c < cases.count; c++)
        check_case(log, held, task, &cases.cases[c]);
    free(held);
    ss_interactions_free(&train);
    ss_cases_free(&cases);
}

static void what_is_held_out_is_never_learned_from(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int round = 0; round < 3; round++) {
        ss_interactions log = random_log(&random);
        for (ss_task task = 0; task < SS_TASK_COUNT; task++)
            for (ss_split split = SS_SPLIT_TIME; split <= SS_SPLIT_RANDOM; split++) {
                ss_split_options options = {.split = split, .days = 7, .share = 0.3, .seed = ss_random_u64(&random)};
                check_split(&log, task, &options);
            }
        ss_interactions_free(&log);
    }
}

static void split_text(const ss_interactions *log, ss_task task, const ss_split_options *split, ss_buffer *text)
{
    ss_interactions train = {0};
    ss_cases cases = {0};
    ss_error error = {0};
    ss_buffer_init(text, TEXT_MAX);
    expect_ok(ss_cases_split(log, task, split, &train, &cases, &error), &error);
    ss_buffer_printf(text, "%zu\n", train.count);
    cases_text(&cases, text);
    ss_interactions_free(&train);
    ss_cases_free(&cases);
}

static void a_seed_gives_the_same_split_and_another_seed_another(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_interactions log = random_log(&random);
    for (ss_task task = 0; task < SS_TASK_COUNT; task++) {
        ss_split_options split = {.split = SS_SPLIT_RANDOM, .share = 0.3, .seed = 11};
        ss_buffer first, again, other;
        split_text(&log, task, &split, &first);
        split_text(&log, task, &split, &again);
        split.seed = 12;
        split_text(&log, task, &split, &other);
        assert_string_equal(first.data, again.data);
        assert_string_not_equal(first.data, other.data);
        ss_buffer_release(&first);
        ss_buffer_release(&again);
        ss_buffer_release(&other);
    }
    ss_interactions_free(&log);
}

static void at_most_so_many_cases_spread_evenly(void **state)
{
    (void)state;
    ss_interactions log = read_text(worked);
    ss_split_options split = {.split = SS_SPLIT_TIME, .days = 15, .max_cases = 2};
    expect_split(&log, SS_TASK_SESSION, &split, ": a > c\n: a b > c\n", 4);
    split.max_cases = 100;
    expect_split(&log, SS_TASK_SESSION, &split, ": a > c\n: a > b\n: a b > c\n: a > b\n", 4);
    ss_interactions_free(&log);
}

/* ---- files ---- */

typedef ss_status (*case_reader)(const char *path, const char *mapping, ss_cases *cases, ss_error *error);

static ss_status read_file(void **state, case_reader reader, const char *mapping, const char *text, ss_cases *cases,
                           ss_error *error)
{
    char path[TEMPORARY_PATH_MAX];
    *error = (ss_error){0};
    expect_ok(ss_file_write_atomic(temporary_path(path, *state, "cases.csv"), text, strlen(text), error), error);
    return reader(path, mapping, cases, error);
}

static void expect_file(void **state, case_reader reader, const char *mapping, const char *text, const char *wanted)
{
    ss_cases cases = {0};
    ss_error error;
    expect_ok(read_file(state, reader, mapping, text, &cases, &error), &error);
    expect_cases(&cases, wanted);
    ss_cases_free(&cases);
}

/* The error names the line, the column, and the file by its whole path. */
static void expect_refused(void **state, case_reader reader, const char *text, uint64_t line, const char *field)
{
    ss_cases cases = {0};
    ss_error error;
    char place[TEMPORARY_PATH_MAX];
    assert_status(read_file(state, reader, NULL, text, &cases, &error), SS_E_FORMAT);
    assert_string_equal(error.where, temporary_path(place, *state, "cases.csv"));
    assert_int_equal(error.line, line);
    assert_true(strcmp(error.field, field) == 0 || strstr(error.message, field));
    assert_null(cases.cases);
    assert_null(cases.arena);
}

static void test_files(void **state)
{
    expect_file(state, ss_cases_from_test, NULL, "item_id,customer_id\nx,bob\ny,ann\n z ,bob\nx,bob\n\"w w\",ann\n",
                "bob: > x z\nann: > y w w\n");
    expect_file(state, ss_cases_from_test, "order_id=o,customer_id=user_id,item_id=thing", "user_id\tthing\n1\t2\n",
                "1: > 2\n");
    expect_file(state, ss_cases_from_test, NULL, "customer_id,item_id\n", "");
    expect_refused(state, ss_cases_from_test, "customer_id,thing\na,b\n", 1, "item_id");
    expect_refused(state, ss_cases_from_test, "customer_id,item_id\na,b\na,c\n ,d\n", 4, "customer_id");
    expect_refused(state, ss_cases_from_test, "customer_id,item_id\na,b\na,\n", 3, "item_id");
    expect_refused(state, ss_cases_from_test, "customer_id,item_id\na,b\na,b,c\n", 3, "fields");
}

static void case_files(void **state)
{
    expect_file(state, ss_cases_from_file, NULL, "case_id,prefix,target\n1,a,b\n2,a  b c,d\n2,\" b \",d\n",
                ": a > b\n: a b c > d\n: b > d\n");
    expect_file(state, ss_cases_from_file, "prefix=so_far", "target,case_id,so_far\nb,1,a\n", ": a > b\n");
    expect_refused(state, ss_cases_from_file, "case_id,prefix\n1,a\n", 1, "target");
    expect_refused(state, ss_cases_from_file, "case_id,prefix,target\n1,a,b\n2, ,b\n", 3, "prefix");
    expect_refused(state, ss_cases_from_file, "case_id,prefix,target\n1,a,b\n2,a,\n", 3, "target");
}

static void a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    ss_cases cases = {0};
    ss_error error = {0};
    assert_status(ss_cases_from_test("/nowhere/test.csv", NULL, &cases, &error), SS_E_NOT_FOUND);
    assert_string_equal(error.where, "/nowhere/test.csv");
    assert_null(cases.arena);
}

static void tasks_have_names(void **state)
{
    (void)state;
    assert_string_equal(ss_task_name(SS_TASK_NEW_ITEMS), "new-items");
    assert_string_equal(ss_task_name(SS_TASK_SESSION), "session");
    assert_null(ss_task_name(SS_TASK_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_time),
        cmocka_unit_test(by_last_order),
        cmocka_unit_test(rest_of_basket_draws_one_and_another),
        cmocka_unit_test(no_times_no_split_by_time),
        cmocka_unit_test(what_is_held_out_is_never_learned_from),
        cmocka_unit_test(a_seed_gives_the_same_split_and_another_seed_another),
        cmocka_unit_test(at_most_so_many_cases_spread_evenly),
        cmocka_unit_test_setup_teardown(test_files, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(case_files, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(tasks_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_row_chain.c: one source after the other, each with its own columns; errors and ends pass through. */
#include "testing.h"

#include "log/row_chain.h"

static ss_row_source *source_of(const char *text, bool live)
{
    ss_row_source *source = NULL;
    ss_error error;
    expect_ok(ss_row_source_open_memory(ss_slice_of(text), live ? "second" : "first", 0, &source, &error), &error);
    source->live = live;
    return source;
}

static void expect_row(ss_row_source *chain, const char *place, const char *first_field)
{
    ss_row row;
    ss_error error;
    expect_ok(chain->next(chain, &row, &error), &error);
    assert_int_equal(row.kind, SS_ROW_FIELDS);
    assert_string_equal(row.place, place);
    assert_true(ss_slice_equal(row.fields[0], ss_slice_of(first_field)));
}

static void expect_end(ss_row_source *chain)
{
    ss_row row;
    ss_error error;
    expect_ok(chain->next(chain, &row, &error), &error);
    assert_int_equal(row.kind, SS_ROW_END);
}

static ss_row_source *chain_of(const char *first, const char *second)
{
    ss_row_source *one = source_of(first, false), *two = source_of(second, true), *chain = NULL;
    ss_error error;
    expect_ok(ss_row_chain_open(&one, &two, &chain, &error), &error);
    assert_null(one);
    assert_null(two);
    return chain;
}

static void columns_change_with_the_source(void **state)
{
    (void)state;
    ss_row_source *chain = chain_of("a,b\n1,2\n", "c\n3\n4\n");
    uint64_t generation = chain->generation;
    assert_int_equal(chain->column_count, 2);
    assert_false(chain->live);
    expect_row(chain, "first", "1");
    assert_int_equal(chain->generation, generation);
    expect_row(chain, "second", "3");
    assert_true(chain->live);
    assert_int_not_equal(chain->generation, generation);
    assert_int_equal(chain->column_count, 1);
    generation = chain->generation;
    expect_row(chain, "second", "4");
    assert_int_equal(chain->generation, generation);
    expect_end(chain);
    ss_row_source_close(&chain);
}

static void either_may_be_empty(void **state)
{
    (void)state;
    ss_row_source *chain = chain_of("a\n", "c\n3\n");
    expect_row(chain, "second", "3");
    expect_end(chain);
    ss_row_source_close(&chain);
    chain = chain_of("a\n1\n", "c\n");
    expect_row(chain, "first", "1");
    expect_end(chain);
    assert_true(chain->live);
    ss_row_source_close(&chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_change_with_the_source),
        cmocka_unit_test(either_may_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

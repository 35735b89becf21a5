/* test_strings.c: text columns and the lookup of ids against plain arrays. */
#include "testing.h"

#include "failing_malloc.h"
#include "sample_model.h"
#include "temporary_folder.h"

static const ss_tensor_rule column_rules[] = {
    SS_STRINGS_RULES("ids", "rows", true),
    SS_LOOKUP_RULE("ids", false),
    {.name = NULL},
};
static const ss_schema column_schema = {"column", 1, column_rules, NULL};

typedef struct fixture {
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    ss_model_file *file;
    ss_strings column;
} fixture;

static int set_up(void **state)
{
    fixture *fix = calloc(1, sizeof *fix);
    temporary_folder_make(fix->folder);
    temporary_path(fix->path, fix->folder, "column.safetensors");
    *state = fix;
    return 0;
}

static int tear_down(void **state)
{
    fixture *fix = *state;
    ss_model_file_close(&fix->file);
    temporary_folder_remove(fix->folder);
    free(fix);
    return 0;
}

/* Writes the builder's rows as the column "ids" and opens them again. */
static ss_status round_trip(fixture *fix, ss_strings_builder *builder, bool lookup, ss_error *error)
{
    ss_status status;
    ss_model_writer *writer = ss_model_writer_new(&column_schema);
    if (!writer)
        return SS_E_NOMEM;
    ss_model_file_close(&fix->file);
    unlink(fix->path);
    SS_TRY(ss_strings_builder_add(builder, writer, "ids", lookup, error));
    SS_TRY(ss_model_writer_finish(writer, fix->path, error));
    SS_TRY(ss_model_file_open(fix->path, &column_schema, &fix->file, error));
    SS_TRY(ss_model_file_verify(fix->file, error));
    status = ss_strings_view(fix->file, "ids", &fix->column) ? SS_OK : SS_E_CORRUPT;
out:
    ss_model_writer_free(&writer);
    return status;
}

static void rows_come_back(void **state)
{
    fixture *fix = *state;
    ss_strings_builder *builder = ss_strings_builder_new();
    assert_int_equal(ss_strings_builder_push(builder, SS_SLICE_LITERAL("tea")), SS_OK);
    assert_int_equal(ss_strings_builder_push(builder, (ss_slice){NULL, 0}), SS_OK);
    assert_int_equal(ss_strings_builder_push(builder, SS_SLICE_LITERAL("gr\xc3\xbcn")), SS_OK);
    assert_int_equal(round_trip(fix, builder, false, NULL), SS_OK);
    assert_int_equal(fix->column.count, 3);
    assert_true(ss_slice_equal(ss_strings_at(&fix->column, 0), SS_SLICE_LITERAL("tea")));
    assert_int_equal(ss_strings_at(&fix->column, 1).size, 0);
    assert_true(ss_slice_equal(ss_strings_at(&fix->column, 2), SS_SLICE_LITERAL("gr\xc3\xbcn")));
    assert_int_equal(ss_strings_at(&fix->column, 3).size, 0);
    assert_int_equal(ss_strings_at(&fix->column, SS_NONE).size, 0);
    assert_null(fix->column.lookup);
    assert_int_equal(ss_strings_find(&fix->column, SS_SLICE_LITERAL("tea")), SS_NONE);
    ss_strings_builder_free(&builder);
    assert_null(builder);
    ss_strings_builder_free(&builder);
}

static void no_rows_are_fine(void **state)
{
    fixture *fix = *state;
    ss_strings_builder *builder = ss_strings_builder_new();
    assert_int_equal(round_trip(fix, builder, true, NULL), SS_OK);
    assert_int_equal(fix->column.count, 0);
    assert_int_equal(ss_strings_find(&fix->column, SS_SLICE_LITERAL("tea")), SS_NONE);
    assert_int_equal(ss_strings_find(&fix->column, (ss_slice){NULL, 0}), SS_NONE);
    ss_strings_builder_free(&builder);
}

static void every_id_is_found_and_no_other(void **state)
{
    fixture *fix = *state;
    char id[32];
    for (uint32_t count = 1; count <= 5000; count = count * 3 + 1) {
        ss_strings_builder *builder = ss_strings_builder_new();
        for (uint32_t row = 0; row < count; row++)
            assert_int_equal(
                ss_strings_builder_push(builder, (ss_slice){id, (size_t)snprintf(id, sizeof id, "item-%x", row * 7)}),
                SS_OK);
        assert_int_equal(round_trip(fix, builder, true, NULL), SS_OK);
        assert_int_equal(fix->column.slot_count & (fix->column.slot_count - 1), 0);
        assert_true(fix->column.slot_count >= 2 * count);
        for (uint32_t number = 0; number < 7 * count; number++) {
            snprintf(id, sizeof id, "item-%x", number);
            uint32_t expected = number % 7 == 0 ? number / 7 : SS_NONE;
            assert_int_equal(ss_strings_find(&fix->column, ss_slice_of(id)), expected);
        }
        ss_strings_builder_free(&builder);
    }
}

static void the_lookup_is_laid_out_as_described(void **state)
{
    fixture *fix = *state;
    ss_strings_builder *builder = ss_strings_builder_new();
    assert_int_equal(ss_strings_builder_push(builder, SS_SLICE_LITERAL("a")), SS_OK);
    assert_int_equal(ss_strings_builder_push(builder, SS_SLICE_LITERAL("b")), SS_OK);
    assert_int_equal(round_trip(fix, builder, true, NULL), SS_OK);
    assert_int_equal(fix->column.slot_count, 4);
    uint64_t hash = ss_hash("a", 1);
    assert_true(fix->column.lookup[hash & 3] == ((hash >> 32) << 32));
    ss_strings_builder_free(&builder);
}

static void a_repeated_id_is_refused(void **state)
{
    fixture *fix = *state;
    ss_error error;
    ss_strings_builder *builder = ss_strings_builder_new();
    assert_int_equal(ss_strings_builder_push(builder, SS_SLICE_LITERAL("tea")), SS_OK);
    assert_int_equal(ss_strings_builder_push(builder, SS_SLICE_LITERAL("cup")), SS_OK);
    assert_int_equal(ss_strings_builder_push(builder, SS_SLICE_LITERAL("tea")), SS_OK);
    assert_int_equal(round_trip(fix, builder, true, &error), SS_E_ARGUMENT);
    assert_string_equal(error.field, "ids");
    assert_string_equal(error.found, "tea");
    assert_int_equal(round_trip(fix, builder, false, &error), SS_OK);
    ss_strings_builder_free(&builder);
}

static void a_missing_column_has_no_view(void **state)
{
    fixture *fix = *state;
    ss_strings strings;
    ss_strings_builder *builder = ss_strings_builder_new();
    assert_int_equal(round_trip(fix, builder, false, NULL), SS_OK);
    assert_false(ss_strings_view(fix->file, "names", &strings));
    assert_false(ss_strings_view(
        fix->file, "a name that is far too long for any tensor in any model file of this world", &strings));
    ss_strings_builder_free(&builder);
}

/* Whatever the tensors hold, reading stays inside them. */
static void broken_tensors_are_read_within_bounds(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int round = 0; round < 20000; round++) {
        uint64_t offsets[5], lookup[8];
        char bytes[16];
        for (size_t i = 0; i < 5; i++)
            offsets[i] = ss_random_below(&random, 2) ? ss_random_below(&random, 20) : ss_random_u64(&random);
        for (size_t i = 0; i < 8; i++)
            lookup[i] = (ss_hash("a", 1) & ~UINT64_C(0xffffffff)) | ss_random_below(&random, 8);
        memset(bytes, 'a', sizeof bytes);
        ss_strings strings = {offsets, bytes, sizeof bytes, lookup, 8, 4};
        for (uint32_t row = 0; row < 6; row++) {
            ss_slice text = ss_strings_at(&strings, row);
            assert_true(text.size == 0 || (text.data >= bytes && text.data + text.size <= bytes + sizeof bytes));
        }
        uint32_t found = ss_strings_find(&strings, SS_SLICE_LITERAL("a"));
        assert_true(found == SS_NONE || ss_slice_equal(ss_strings_at(&strings, found), SS_SLICE_LITERAL("a")));
    }
}

static bool build_once(void *context)
{
    fixture *fix = context;
    ss_status status = SS_E_NOMEM;
    ss_strings_builder *builder = ss_strings_builder_new();
    if (!builder)
        goto out;
    for (uint32_t row = 0; row < 40; row++)
        SS_TRY(ss_strings_builder_push(builder, (ss_slice){(const char *)&row, 1}));
    SS_TRY(round_trip(fix, builder, true, NULL));
out:
    ss_model_file_close(&fix->file);
    ss_strings_builder_free(&builder);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(build_once, *state), 5, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_rows_are_fine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_id_is_found_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_lookup_is_laid_out_as_described, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_repeated_id_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_column_has_no_view, set_up, tear_down),
        cmocka_unit_test(broken_tensors_are_read_within_bounds),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

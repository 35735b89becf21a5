/* test_quiet_verify.c: whoever does it, in whatever time: the validation finds what it always finds. */
#include "check.h"

#include "sample_model.h"
#include "server/quiet_verify.h"
#include "temporary_folder.h"

static const ss_schema *const schemas[] = {&sample_schema, NULL};

static const uint64_t sizes[] = {0, SS_QUIET_BYTES_MIN}; /* at once; by a thread */
static const unsigned patience[] = {0, 60};              /* the thread is hardly done; it surely is */
#define CASES 4

static ss_status verify(const char *path, int number, ss_error *error)
{
    return ss_quiet_verify(path, sizes[number % 2], schemas, patience[number / 2], error);
}

static void what_is_whole_passes(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    expect_ok(sample_write(temporary_path(path, *state, "sample.safetensors"), &error), &error);
    for (int number = 0; number < CASES; number++)
        expect_ok(verify(*state, number, &error), &error);
}

static void what_is_broken_is_named(void **state)
{
    char path[TEMPORARY_PATH_MAX], expected[1024], found[1024];
    ss_error error;
    expect_ok(sample_write(temporary_path(path, *state, "sample.safetensors"), &error), &error);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, -1, SEEK_END), 0);
    fputc(0x7f, file);
    fclose(file);
    assert_status(ss_generation_verify(*state, schemas, &error), SS_E_CORRUPT);
    ss_error_format(&error, expected, sizeof expected);
    for (int number = 0; number < CASES; number++) {
        assert_status(verify(*state, number, &error), SS_E_CORRUPT);
        ss_error_format(&error, found, sizeof found);
        assert_string_equal(found, expected);
        assert_status(verify(*state, number, NULL), SS_E_CORRUPT);
    }
}

static void what_is_missing_is_an_error(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    for (int number = 0; number < CASES; number++)
        assert_status(verify(temporary_path(path, *state, "nowhere"), number, &error), SS_E_NOT_FOUND);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_whole_passes),
        TEST(what_is_broken_is_named),
        TEST(what_is_missing_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

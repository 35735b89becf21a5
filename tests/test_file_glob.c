/* test_file_glob.c: patterns of file names, and names that only look like some. */
#include "check.h"

#include "failing_malloc.h"
#include "log/file_glob.h"
#include "temporary_folder.h"
#include <string.h>
#include <sys/stat.h>

static void touch(const char *folder, const char *name)
{
    char path[TEMPORARY_PATH_MAX];
    FILE *file = fopen(temporary_path(path, folder, name), "w");
    assert_non_null(file);
    fclose(file);
}

/* The names that `pattern`, inside the folder, stands for, one after another. */
static void expect_names(const char *folder, const char *pattern, const char *expected)
{
    char path[TEMPORARY_PATH_MAX], text[1024] = "";
    const char *names[] = {temporary_path(path, folder, pattern)};
    ss_file_glob found = {0};
    ss_error error;
    expect_ok(ss_file_glob_expand(names, 1, &found, &error), &error);
    for (size_t i = 0; i < found.count; i++) {
        strcat(text, i > 0 ? " " : "");
        strcat(text, found.paths[i] + strlen(folder) + 1);
    }
    assert_string_equal(text, expected);
    ss_file_glob_free(&found);
}

static ss_status expand_two(const char *folder, const char *first, const char *second, ss_error *error)
{
    char paths[2][TEMPORARY_PATH_MAX];
    const char *names[] = {temporary_path(paths[0], folder, first), temporary_path(paths[1], folder, second)};
    ss_file_glob found = {0};
    ss_status status = ss_file_glob_expand(names, 2, &found, error);
    ss_file_glob_free(&found);
    return status;
}

static void patterns_give_files_by_name(void **state)
{
    touch(*state, "b-10.csv");
    touch(*state, "b-2.csv");
    touch(*state, "a-1.csv");
    touch(*state, "c.txt");
    touch(*state, "odd[1].csv");
    char folder[TEMPORARY_PATH_MAX];
    assert_int_equal(mkdir(temporary_path(folder, *state, "b-0.csv"), 0755), 0);
    expect_names(*state, "b-*.csv", "b-10.csv b-2.csv"); /* no folder among them */
    expect_names(*state, "[ab]-?.csv", "a-1.csv b-2.csv");
    expect_names(*state, "c.txt", "c.txt");
    expect_names(*state, "not-there.csv", "not-there.csv"); /* who opens it says so */
    expect_names(*state, "odd[1].csv", "odd[1].csv");
}

static void what_cannot_be_meant_is_refused(void **state)
{
    ss_error error;
    touch(*state, "a.csv");
    assert_int_equal(expand_two(*state, "a.csv", "nothing-*.csv", &error), SS_E_NOT_FOUND);
    assert_non_null(strstr(error.where, "nothing-*.csv"));
    assert_int_equal(expand_two(*state, "a.csv", "*.csv", &error), SS_E_ARGUMENT);
    assert_non_null(strstr(error.where, "a.csv"));
    assert_non_null(strstr(error.message, "*.csv"));
    expect_ok(expand_two(*state, "a.csv", "a.csv", &error), &error); /* asked for by name, it is as it was asked for */
}

static bool expand_once(void *context)
{
    ss_error error;
    return expand_two(context, "other", "*.csv", &error) == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    touch(*state, "a.csv");
    touch(*state, "other");
    assert_in_range(failing_malloc_torture(expand_once, *state), 1, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(patterns_give_files_by_name, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_meant_is_refused, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, temporary_folder_set_up, temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

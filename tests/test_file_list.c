/* test_file_list.c: the files of a generation as its manifest lists them: gone, exchanged, added by hand; lists of other formats. */
#include "check.h"

#include "failing_malloc.h"
#include "sample_model.h"
#include "store/file_list.h"
#include "store/generation.h"
#include "temporary_folder.h"
#include <string.h>
#include <unistd.h>

static const ss_schema *const schemas[] = {&sample_schema, NULL};

static const char *model_path(const char *folder)
{
    static char path[TEMPORARY_PATH_MAX];
    return temporary_path(path, folder, "sample.safetensors");
}

/* A folder with one good file that its manifest lists. */
static int set_up(void **state)
{
    ss_manifest *manifest = ss_manifest_new();
    temporary_folder_set_up(state);
    sample_must(sample_write(model_path(*state), NULL));
    sample_must(ss_manifest_set_int(manifest, "counts.rows", 3));
    sample_must(ss_manifest_write(manifest, *state, NULL));
    ss_manifest_free(&manifest);
    sample_must(ss_generation_verify_and_list(*state, schemas, NULL));
    return 0;
}

static void put_manifest(const char *folder, const char *text)
{
    char path[TEMPORARY_PATH_MAX];
    sample_must(ss_file_write_atomic(temporary_path(path, folder, SS_MANIFEST_FILE), text, strlen(text), NULL));
}

static void expect_corrupt(const char *folder, const char *where, const char *says)
{
    ss_error error;
    char text[1024];
    assert_status(ss_generation_verify(folder, schemas, &error), SS_E_CORRUPT);
    ss_error_format(&error, text, sizeof text);
    if (!strstr(text, where) || !strstr(text, says))
        fail_msg("not '%s' and '%s' in: %s", where, says, text);
    assert_status(ss_generation_check(folder, schemas, NULL), SS_E_CORRUPT);
}

static void files_are_listed(void **state)
{
    ss_manifest *manifest = NULL;
    ss_error error;
    int64_t bytes, format, rows;
    const char *digest;
    expect_ok(ss_generation_verify(*state, schemas, &error), &error);
    expect_ok(ss_manifest_read(*state, &manifest, &error), &error);
    assert_true(ss_manifest_int(manifest, "format", &format));
    assert_true(ss_manifest_int(manifest, "counts.rows", &rows));
    assert_true(ss_manifest_int(manifest, "files.sample\\.safetensors.bytes", &bytes));
    assert_true(ss_manifest_text(manifest, "files.sample\\.safetensors.xxh3", &digest));
    assert_int_equal(format, SS_MANIFEST_FORMAT);
    assert_int_equal(rows, 3);
    assert_int_equal(bytes, 2432);
    assert_int_equal(strspn(digest, "0123456789abcdef"), 16);
    ss_manifest_free(&manifest);
}

static void a_file_that_is_gone_is_named(void **state)
{
    assert_int_equal(unlink(model_path(*state)), 0);
    expect_corrupt(*state, model_path(*state), "lists this file, but it is not there");
}

/* Good by itself, of the same size, and with other scores: another generation's. */
static void a_file_of_another_generation_is_named(void **state)
{
    static const float other = 7;
    ss_error error;
    sample_bytes bytes = sample_load(model_path(*state));
    sample_poke(&bytes, "scores", 0, &other, sizeof other, true);
    assert_int_equal(bytes.size, 2432);
    expect_ok(ss_model_validate(bytes.data, bytes.size, &sample_schema, &error), &error);
    sample_must(ss_file_write_atomic(model_path(*state), bytes.data, bytes.size, NULL));
    free(bytes.data);
    expect_corrupt(*state, model_path(*state), "its header's checksum is not the one that the manifest lists");
}

static void a_file_of_another_size_is_named(void **state)
{
    put_manifest(*state, "{\"format\": 2, \"files\": {\"sample.safetensors\": {\"bytes\": 2433, \"xxh3\": \"\"}}}");
    expect_corrupt(*state, model_path(*state), "found '2432', expected 2433");
}

static void a_file_put_there_by_hand_is_named(void **state)
{
    put_manifest(*state, "{\"format\": 2, \"files\": {}}");
    expect_corrupt(*state, model_path(*state), "does not list this file");
    put_manifest(*state, "{\"format\": 2, \"files\": {\"sample.safetensors\": true}}");
    expect_corrupt(*state, model_path(*state), "does not list this file");
}

static void formats_are_told_apart(void **state)
{
    ss_error error;
    put_manifest(*state, "{}"); /* of before there were lists */
    expect_ok(ss_generation_verify(*state, schemas, &error), &error);
    put_manifest(*state, "{\"format\": 2, \"files\": 7}");
    expect_corrupt(*state, SS_MANIFEST_FILE, "no list of files");
    put_manifest(*state, "{\"format\": 3, \"files\": {}}");
    assert_status(ss_generation_verify(*state, schemas, &error), SS_E_UNSUPPORTED);
    assert_non_null(strstr(error.where, SS_MANIFEST_FILE));
}

static void an_old_list_is_replaced(void **state)
{
    ss_error error;
    put_manifest(*state, "{\"format\": 2, \"files\": {\"gone.safetensors\": {\"bytes\": 1, \"xxh3\": \"\"}}}");
    expect_corrupt(*state, model_path(*state), "does not list");
    expect_ok(ss_generation_verify_and_list(*state, schemas, &error), &error);
    expect_ok(ss_generation_verify(*state, schemas, &error), &error);
}

static bool list_once(void *context)
{
    ss_status status = ss_generation_verify_and_list(context, schemas, NULL);
    if (status == SS_OK)
        status = ss_generation_verify(context, schemas, NULL);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(list_once, *state), 3, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_listed, set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_gone_is_named, set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_another_generation_is_named, set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_another_size_is_named, set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_file_put_there_by_hand_is_named, set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(formats_are_told_apart, set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(an_old_list_is_replaced, set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

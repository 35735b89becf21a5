/* test_inspect.c: what is printed about a generation or a file, whole or broken. */
#include "check.h"

#include "failing_malloc.h"
#include "sample_model.h"
#include "store/generation.h"
#include "store/inspect.h"
#include "store/manifest.h"
#include "temporary_folder.h"
#include <string.h>

static const ss_schema *const schemas[] = {&sample_schema, NULL};

typedef struct fixture {
    char folder[TEMPORARY_PATH_MAX], model[SS_PATH_MAX];
    ss_buffer out;
    ss_error error;
} fixture;

static int set_up(void **state)
{
    fixture *fix = calloc(1, sizeof *fix);
    ss_generation_draft *draft = NULL;
    ss_manifest *manifest = ss_manifest_new();
    char path[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    temporary_folder_make(fix->folder);
    ss_buffer_init(&fix->out, 1 << 20);
    sample_must(ss_generation_begin(fix->folder, 0, &draft, NULL));
    sample_must(ss_file_join(path, sizeof path, ss_generation_draft_path(draft), "sample.safetensors", NULL));
    sample_must(sample_write(path, NULL));
    sample_must(ss_manifest_set_int(manifest, "counts.rows", 541909));
    sample_must(ss_manifest_set_real(manifest, "metrics.recall", 0.0663));
    sample_must(ss_manifest_write(manifest, ss_generation_draft_path(draft), NULL));
    sample_must(ss_generation_publish(&draft, schemas, true, NULL));
    ss_manifest_free(&manifest);
    sample_must(ss_generation_resolve(fix->folder, NULL, path, name, NULL));
    sample_must(ss_file_join(fix->model, sizeof fix->model, path, "sample.safetensors", NULL));
    *state = fix;
    return 0;
}

static int tear_down(void **state)
{
    fixture *fix = *state;
    ss_buffer_release(&fix->out);
    temporary_folder_remove(fix->folder);
    free(fix);
    return 0;
}

static ss_status inspect(fixture *fix, const char *path, ss_inspect_options options)
{
    ss_buffer_clear(&fix->out);
    return ss_inspect(path, schemas, &options, &fix->out, &fix->error);
}

static void expect_text(const fixture *fix, const char *text)
{
    if (!fix->out.data || !strstr(fix->out.data, text))
        fail_msg("no '%s' in:\n%s", text, fix->out.data ? fix->out.data : "");
}

static void flip_bit(fixture *fix, size_t from_end)
{
    sample_bytes bytes = sample_load(fix->model);
    bytes.data[bytes.size - from_end] ^= 1;
    sample_must(ss_file_write_atomic(fix->model, bytes.data, bytes.size, NULL));
    free(bytes.data);
}

static void a_generation_is_shown(void **state)
{
    fixture *fix = *state;
    expect_ok(inspect(fix, fix->folder, (ss_inspect_options){.verify = false}), &fix->error);
    expect_text(fix, "generation 19700101T000000.000Z\n");
    expect_text(fix, "counts.rows                              541909\n");
    expect_text(fix, "metrics.recall                           0.0663\n");
    expect_text(fix, "sample.safetensors: 2432 bytes, kind sample, version 3\n");
    expect_text(fix, "alpha                                    \"0.10000000000000001\"\n");
    expect_text(fix, "factors                                  F32                 3 x 4               48 bytes\n");
    assert_null(strstr(fix->out.data, "xxh3."));
    assert_null(strstr(fix->out.data, ": ok\n"));
    expect_ok(inspect(fix, fix->folder, (ss_inspect_options){.verify = true}), &fix->error);
    expect_text(fix, "version 3: ok\n");
    expect_ok(inspect(fix, fix->folder, (ss_inspect_options){.generation = "19700101T000000.000Z"}), &fix->error);
    assert_status(inspect(fix, fix->folder, (ss_inspect_options){.generation = "19700101T000000.001Z"}),
                  SS_E_NOT_FOUND);
}

static void the_json_form_holds_the_same(void **state)
{
    fixture *fix = *state;
    expect_ok(inspect(fix, fix->folder, (ss_inspect_options){.verify = true, .json = true}), &fix->error);
    json_t *report = json_loadb(fix->out.data, fix->out.size, 0, NULL);
    assert_non_null(report);
    assert_string_equal(json_string_value(json_object_get(report, "generation")), "19700101T000000.000Z");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(json_object_get(report, "manifest"), "counts"), "rows")),
        541909);
    json_t *files = json_object_get(report, "files"), *file = json_array_get(files, 0);
    assert_int_equal(json_array_size(files), 1);
    assert_string_equal(json_string_value(json_object_get(file, "file")), "sample.safetensors");
    assert_int_equal(json_integer_value(json_object_get(file, "bytes")), 2432);
    assert_true(json_is_true(json_object_get(file, "verified")));
    assert_null(json_object_get(file, "error"));
    json_t *factors = json_array_get(json_object_get(file, "tensors"), 4);
    assert_string_equal(json_string_value(json_object_get(factors, "name")), "factors");
    assert_int_equal(json_array_size(json_object_get(factors, "shape")), 2);
    json_decref(report);
}

static void a_single_file_is_shown(void **state)
{
    fixture *fix = *state;
    expect_ok(inspect(fix, fix->model, (ss_inspect_options){.verify = true}), &fix->error);
    expect_text(fix, "sample.safetensors: 2432 bytes, kind sample, version 3: ok\n");
    assert_null(strstr(fix->out.data, "generation"));
}

static void broken_contents_are_named(void **state)
{
    fixture *fix = *state;
    flip_bit(fix, 64);
    expect_ok(inspect(fix, fix->folder, (ss_inspect_options){.verify = false}), &fix->error);
    assert_status(inspect(fix, fix->folder, (ss_inspect_options){.verify = true}), SS_E_CORRUPT);
    assert_string_equal(fix->error.field, "names.lookup");
    assert_string_equal(fix->error.where, fix->model);
    expect_text(fix, "  error: ");
    expect_text(fix, "checksum mismatch (names.lookup");
    expect_text(fix, "names.lookup  "); /* the table all the same */
}

static void broken_headers_are_named(void **state)
{
    fixture *fix = *state;
    flip_bit(fix, 2432); /* the lowest byte of the header's length */
    assert_status(inspect(fix, fix->folder, (ss_inspect_options){.verify = false}), SS_E_CORRUPT);
    expect_text(fix, "sample.safetensors: 0 bytes, kind unknown");
    expect_text(fix, "counts.rows");
}

static void unknown_kinds_are_shown_but_not_verified(void **state)
{
    fixture *fix = *state;
    char path[TEMPORARY_PATH_MAX];
    temporary_path(path, fix->folder, "other.safetensors");
    sample_must(sample_write(path, NULL));
    expect_ok(inspect(fix, path, (ss_inspect_options){.verify = false}), &fix->error);
    expect_text(fix, "other.safetensors: 2432 bytes, kind sample");
    assert_status(inspect(fix, path, (ss_inspect_options){.verify = true}), SS_E_CORRUPT);
    expect_text(fix, "does not know");
    expect_text(fix, "factors");
}

static void a_broken_manifest_is_named(void **state)
{
    fixture *fix = *state;
    char *slash = strrchr(fix->model, '/');
    strcpy(slash + 1, SS_MANIFEST_FILE);
    sample_must(ss_file_write_atomic(fix->model, "{", 1, NULL));
    assert_status(inspect(fix, fix->folder, (ss_inspect_options){.verify = false}), SS_E_CORRUPT);
    expect_text(fix, "error: ");
    expect_text(fix, "factors");
}

static void nothing_to_show_is_not_found(void **state)
{
    fixture *fix = *state;
    assert_status(inspect(fix, "/nonexistent", (ss_inspect_options){.verify = false}), SS_E_NOT_FOUND);
    assert_string_equal(fix->error.where, "/nonexistent");
}

static void the_report_has_a_ceiling(void **state)
{
    fixture *fix = *state;
    ss_buffer_release(&fix->out);
    ss_buffer_init(&fix->out, 100);
    assert_status(inspect(fix, fix->folder, (ss_inspect_options){.verify = false}), SS_E_LIMIT);
    assert_status(inspect(fix, fix->folder, (ss_inspect_options){.json = true}), SS_E_LIMIT);
}

static bool inspect_once(void *context)
{
    fixture *fix = context;
    ss_buffer_release(&fix->out);
    ss_status status = inspect(fix, fix->folder, (ss_inspect_options){.verify = true});
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    if (status != SS_OK)
        assert_int_equal(fix->error.status, SS_E_NOMEM);
    ss_buffer_release(&fix->out);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(inspect_once, *state), 3, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_generation_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_json_form_holds_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_single_file_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_contents_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_headers_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_kinds_are_shown_but_not_verified, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_manifest_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_to_show_is_not_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_report_has_a_ceiling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

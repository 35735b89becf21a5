/* test_manifest.c: dotted paths, order, and what comes back from the file. */
#include "check.h"

#include "failing_malloc.h"
#include "store/generation.h"
#include "store/manifest.h"
#include "temporary_folder.h"
#include <math.h>
#include <string.h>

static ss_status fill(ss_manifest *manifest)
{
    ss_status status;
    SS_TRY(ss_manifest_set_text(manifest, "program", "smartshelf 0.1.0"));
    SS_TRY(ss_manifest_set_int(manifest, "counts.rows", INT64_C(1067371)));
    SS_TRY(ss_manifest_set_real(manifest, "options.als.alpha", 0.1));
    SS_TRY(ss_manifest_set_text(manifest, "options.als.factors", "64"));
    SS_TRY(ss_manifest_set_text(manifest, "options.columns", "item_id=Stock\"Code"));
    SS_TRY(ss_manifest_set_text(manifest, "inputs.a\\.csv", "00ff"));
    SS_TRY(ss_manifest_set_flag(manifest, "tuned", false));
    SS_TRY(ss_manifest_set_int(manifest, "counts.rows", 7));
out:
    return status;
}

static void values_come_back(void **state)
{
    ss_manifest *manifest = ss_manifest_new(), *read = NULL;
    ss_error error;
    const char *text = NULL;
    int64_t number = 0;
    double real = 0;
    bool flag = true;
    assert_status(fill(manifest), SS_OK);
    expect_ok(ss_manifest_write(manifest, *state, &error), &error);
    expect_ok(ss_manifest_read(*state, &read, &error), &error);
    assert_true(ss_manifest_text(read, "program", &text));
    assert_string_equal(text, "smartshelf 0.1.0");
    assert_true(ss_manifest_int(read, "counts.rows", &number) && number == 7);
    assert_true(ss_manifest_real(read, "counts.rows", &real) && real == 7);
    assert_true(ss_manifest_real(read, "options.als.alpha", &real) && real == 0.1);
    assert_true(ss_manifest_text(read, "inputs.a\\.csv", &text));
    assert_string_equal(text, "00ff");
    assert_true(ss_manifest_flag(read, "tuned", &flag) && !flag);
    assert_false(ss_manifest_int(read, "options.als.alpha", &number));
    assert_false(ss_manifest_text(read, "options.als", &text));
    assert_false(ss_manifest_text(read, "program.name", &text));
    assert_false(ss_manifest_text(read, "absent", &text));
    assert_false(ss_manifest_flag(read, "", &flag));
    assert_int_equal(number, 7);
    ss_manifest_free(&manifest);
    ss_manifest_free(&read);
    assert_null(read);
    ss_manifest_free(&read);
}

static void keys_keep_their_order(void **state)
{
    (void)state;
    static const char expected[] = "{\n"
                                   "  \"program\": \"smartshelf 0.1.0\",\n"
                                   "  \"counts\": {\n"
                                   "    \"rows\": 7\n"
                                   "  },\n"
                                   "  \"options\": {\n"
                                   "    \"als\": {\n"
                                   "      \"alpha\": 0.10000000000000001,\n"
                                   "      \"factors\": \"64\"\n"
                                   "    },\n"
                                   "    \"columns\": \"item_id=Stock\\\"Code\"\n"
                                   "  },\n"
                                   "  \"inputs\": {\n"
                                   "    \"a.csv\": \"00ff\"\n"
                                   "  },\n"
                                   "  \"tuned\": false\n"
                                   "}\n";
    ss_manifest *manifest = ss_manifest_new();
    ss_buffer text;
    ss_buffer_init(&text, SS_MANIFEST_MAX);
    assert_status(fill(manifest), SS_OK);
    assert_status(ss_manifest_render(manifest, &text), SS_OK);
    assert_string_equal(text.data, expected);
    ss_buffer_release(&text);
    ss_buffer_init(&text, 10);
    assert_status(ss_manifest_render(manifest, &text), SS_E_LIMIT);
    ss_buffer_release(&text);
    ss_manifest_free(&manifest);
}

static void what_cannot_be_set_is_refused(void **state)
{
    (void)state;
    char long_path[400];
    ss_manifest *manifest = ss_manifest_new();
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = 0;
    assert_status(ss_manifest_set_int(manifest, "a", 1), SS_OK);
    assert_status(ss_manifest_set_int(manifest, "a.b", 1), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_int(manifest, "", 1), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_int(manifest, "b..c", 1), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_int(manifest, "b.", 1), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_int(manifest, long_path, 1), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_real(manifest, "c", NAN), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_real(manifest, "c", INFINITY), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_text(manifest, "c", "\xff"), SS_E_ARGUMENT);
    assert_status(ss_manifest_set_text(manifest, "\xff", "c"), SS_E_ARGUMENT);
    ss_manifest_free(&manifest);
}

typedef struct visited {
    char text[256];
    size_t stop_after;
} visited;

static ss_status visit(void *context, const char *key, const char *text)
{
    visited *seen = context;
    strcat(strcat(strcat(strcat(seen->text, key), "="), text), ";");
    return --seen->stop_after == 0 ? SS_E_CANCELLED : SS_OK;
}

static void texts_are_visited_in_order(void **state)
{
    (void)state;
    ss_manifest *manifest = ss_manifest_new();
    visited all = {"", 100}, first = {"", 1}, none = {"", 100};
    assert_status(fill(manifest), SS_OK);
    assert_status(ss_manifest_each_text(manifest, "options", visit, &all), SS_OK);
    assert_string_equal(all.text, "columns=item_id=Stock\"Code;");
    assert_status(ss_manifest_each_text(manifest, "options.als", visit, &first), SS_E_CANCELLED);
    assert_string_equal(first.text, "factors=64;");
    assert_status(ss_manifest_each_text(manifest, "absent", visit, &none), SS_OK);
    assert_string_equal(none.text, "");
    ss_manifest_free(&manifest);
}

static void broken_manifests_are_refused(void **state)
{
    static const struct {
        const char *text;
        uint64_t line;
    } broken[] = {{"", 1}, {"[]", 0}, {"{", 1}, {"{}\n{}", 2}, {"{\n\"a\": 1,\n\"a\": 2}", 3}, {"{\"a\": \xff}", 1}};
    char path[TEMPORARY_PATH_MAX];
    ss_manifest *manifest = NULL;
    ss_error error;
    temporary_path(path, *state, SS_MANIFEST_FILE);
    assert_status(ss_manifest_read(*state, &manifest, &error), SS_E_NOT_FOUND);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        expect_ok(ss_file_write_atomic(path, broken[i].text, strlen(broken[i].text), &error), &error);
        assert_status(ss_manifest_read(*state, &manifest, &error), SS_E_CORRUPT);
        assert_string_equal(error.where, path);
        assert_int_equal(error.line, broken[i].line);
        assert_null(manifest);
    }
}

static bool write_and_read(void *context)
{
    ss_manifest *manifest = ss_manifest_new(), *read = NULL;
    ss_status status = SS_E_NOMEM;
    if (!manifest)
        goto out;
    SS_TRY(ss_manifest_set_int(manifest, "counts.rows", 1));
    SS_TRY(ss_manifest_write(manifest, context, NULL));
    SS_TRY(ss_manifest_read(context, &read, NULL));
out:
    ss_manifest_free(&manifest);
    ss_manifest_free(&read);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(write_and_read, *state), 2, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_come_back, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test(keys_keep_their_order),
        cmocka_unit_test(what_cannot_be_set_is_refused),
        cmocka_unit_test(texts_are_visited_in_order),
        cmocka_unit_test_setup_teardown(broken_manifests_are_refused, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, temporary_folder_set_up, temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

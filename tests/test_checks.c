/* test_checks.c: a list of findings, and how a manifest keeps it. */
#include "check.h"

#include "failing_malloc.h"
#include "job/checks.h"
#include "store/manifest.h"

#include <math.h>
#include <string.h>

static ss_status fill(ss_checks *checks, ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(ss_checks_add(checks, "rows", 12, 1000, SS_CHECK_REFUSED, error, "%d rows of %s", 12, "log.csv"));
    SS_TRY(ss_checks_add(checks, "age", NAN, NAN, SS_CHECK_SKIPPED, error, "no times"));
    SS_TRY(ss_checks_add(checks, "prove.new-items", -0.02, -0.05, SS_CHECK_PASSED, error, "%s", "€ fine"));
out:
    return status;
}

static void checks_are_kept_in_order(void **state)
{
    (void)state;
    ss_checks checks = {0};
    ss_error error = {0};
    expect_ok(fill(&checks, &error), &error);
    assert_int_equal(checks.count, 3);
    assert_int_equal(checks.refused, 1);
    assert_string_equal(checks.list[0].words, "12 rows of log.csv");
    assert_string_equal(checks.list[1].name, "age");
    assert_ptr_equal(ss_checks_find(&checks, "prove.new-items"), &checks.list[2]);
    assert_null(ss_checks_find(&checks, "prove"));
    ss_checks_free(&checks);
    assert_true(checks.count == 0 && checks.refused == 0 && !checks.list && !checks.arena);
    ss_checks_free(&checks);
    ss_checks_free(NULL);
}

static void words_may_be_long(void **state)
{
    (void)state;
    char text[20000];
    ss_checks checks = {0};
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 10; i++)
        assert_int_equal(ss_checks_add(&checks, "rows", 0, 0, SS_CHECK_PASSED, NULL, "%s%d", text, i), SS_OK);
    assert_int_equal(strlen(checks.list[9].words), sizeof text);
    ss_checks_free(&checks);
}

static void verdicts_have_names(void **state)
{
    (void)state;
    assert_string_equal(ss_check_verdict_name(SS_CHECK_PASSED), "passed");
    assert_string_equal(ss_check_verdict_name(SS_CHECK_SKIPPED), "skipped");
    assert_string_equal(ss_check_verdict_name(SS_CHECK_REFUSED), "refused");
    assert_null(ss_check_verdict_name((ss_check_verdict)3));
}

static void a_manifest_keeps_them(void **state)
{
    (void)state;
    ss_checks checks = {0};
    ss_error error = {0};
    ss_manifest *manifest = ss_manifest_new();
    const char *text;
    double value;
    expect_ok(fill(&checks, &error), &error);
    expect_ok(ss_checks_to_manifest(&checks, manifest, &error), &error);
    assert_true(ss_manifest_real(manifest, "night.checks.rows.value", &value) && value == 12);
    assert_true(ss_manifest_text(manifest, "night.checks.rows.verdict", &text) && strcmp(text, "refused") == 0);
    assert_false(ss_manifest_real(manifest, "night.checks.age.value", &value));
    assert_true(ss_manifest_text(manifest, "night.checks.age.words", &text) && strcmp(text, "no times") == 0);
    assert_true(ss_manifest_real(manifest, "night.checks.prove\\.new-items.limit", &value) && value == -0.05);
    ss_manifest_free(&manifest);
    ss_checks_free(&checks);
}

static void words_that_are_no_text_are_an_error(void **state)
{
    (void)state;
    ss_checks checks = {0};
    ss_error error = {0};
    ss_manifest *manifest = ss_manifest_new();
    assert_int_equal(ss_checks_add(&checks, "rows", 0, 0, SS_CHECK_PASSED, NULL, "%s", "\xff"), SS_OK);
    assert_status(ss_checks_to_manifest(&checks, manifest, &error), SS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "manifest"));
    ss_manifest_free(&manifest);
    ss_checks_free(&checks);
}

static bool attempt(void *context)
{
    ss_checks checks = {0};
    (void)context;
    bool done = fill(&checks, NULL) == SS_OK;
    assert_true(done ? checks.count == 3 : checks.count < 3);
    ss_checks_free(&checks);
    return done;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_are_kept_in_order),
        cmocka_unit_test(words_may_be_long),
        cmocka_unit_test(verdicts_have_names),
        cmocka_unit_test(a_manifest_keeps_them),
        cmocka_unit_test(words_that_are_no_text_are_an_error),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

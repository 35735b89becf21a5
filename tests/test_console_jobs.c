/* test_console_jobs.c: what is made aside: once for all who ask, again when it is old, by its argument; failures in words; many at once. */
#include "check.h"
#include "http/console_jobs.h"
#include "temporary_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNTED, FAILING, GIVEN, FILE_OF, FOREVER, STALE };

/* A script of its own stands in for the program: it says its argument, and notes each run. */
typedef struct workshop {
    char folder[TEMPORARY_PATH_MAX], script[TEMPORARY_PATH_MAX], runs[TEMPORARY_PATH_MAX];
    ss_job_kind kinds[6];
    ss_jobs *jobs;
    ss_buffer out;
} workshop;

static int set_up(void **state)
{
    static workshop w;
    ss_error error = {0};
    temporary_folder_make(w.folder);
    temporary_path(w.script, w.folder, "script");
    temporary_path(w.runs, w.folder, "runs");
    FILE *script = fopen(w.script, "w");
    assert_non_null(script);
    fputs("#!/bin/sh\necho run >>\"$2\"\ncase $1 in\nfail) echo why >&2; exit 1 ;;\nforever) sleep 1000 ;;\nesac\n"
          "printf 'said %s' \"$3\"\n",
          script);
    fclose(script);
    const ss_job_kind kinds[] = {
        [COUNTED] = {{"say", w.runs, "hello"}, 60, 600},       [FAILING] = {{"fail", w.runs}, 60, 600},
        [GIVEN] = {{"say", w.runs, ss_job_argument}, 60, 600}, [FILE_OF] = {{NULL}, 60, 600},
        [FOREVER] = {{"forever", w.runs}, 600, 600},           [STALE] = {{"say", w.runs, "again"}, 60, 0}};
    memcpy(w.kinds, kinds, sizeof kinds);
    assert_int_equal(chmod(w.script, 0700), 0);
    ss_buffer_init(&w.out, 1u << 20);
    expect_ok(ss_jobs_new(w.kinds, 6, w.script, &w.jobs, &error), &error);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    workshop *w = *state;
    ss_jobs_free(&w->jobs);
    ss_jobs_free(&w->jobs);
    ss_buffer_release(&w->out);
    temporary_folder_remove(w->folder);
    return 0;
}

static ss_job_state ask(workshop *w, size_t kind, const char *argument)
{
    ss_job_state now;
    ss_buffer_clear(&w->out);
    assert_status(ss_jobs_ask(w->jobs, kind, ss_slice_of(argument), &now, &w->out), SS_OK);
    return now;
}

static ss_job_state wait_for(workshop *w, size_t kind, const char *argument)
{
    ss_job_state now;
    while ((now = ask(w, kind, argument)) == SS_JOB_WORKING)
        usleep(2000);
    return now;
}

static size_t count_runs(const workshop *w)
{
    size_t runs = 0;
    char line[16];
    FILE *file = fopen(w->runs, "r");
    while (file && fgets(line, sizeof line, file))
        runs++;
    if (file)
        fclose(file);
    return runs;
}

static void what_is_made_is_kept(void **state)
{
    workshop *w = *state;
    assert_int_equal(ask(w, COUNTED, ""), SS_JOB_WORKING);
    assert_int_equal(wait_for(w, COUNTED, ""), SS_JOB_DONE);
    assert_string_equal(w->out.data, "said hello");
    for (int i = 0; i < 100; i++)
        assert_int_equal(ask(w, COUNTED, ""), SS_JOB_DONE);
    assert_int_equal(count_runs(w), 1);
}

static void each_argument_is_another(void **state)
{
    workshop *w = *state;
    assert_int_equal(wait_for(w, GIVEN, "one"), SS_JOB_DONE);
    assert_string_equal(w->out.data, "said one");
    assert_int_equal(wait_for(w, GIVEN, "two; touch x"), SS_JOB_DONE); /* no shell reads it */
    assert_string_equal(w->out.data, "said two; touch x");
    assert_int_equal(ask(w, GIVEN, "one"), SS_JOB_DONE);
    assert_int_equal(count_runs(w), 2);
    for (int i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof name, "many %d", i);
        assert_int_equal(wait_for(w, GIVEN, name), SS_JOB_DONE); /* in the place of what nobody asks for */
    }
}

static void a_failure_says_why(void **state)
{
    workshop *w = *state;
    assert_int_equal(wait_for(w, FAILING, ""), SS_JOB_FAILED);
    assert_non_null(strstr(w->out.data, "why"));
    assert_int_equal(ask(w, FAILING, ""), SS_JOB_FAILED);
}

static void files_are_read(void **state)
{
    workshop *w = *state;
    assert_int_equal(wait_for(w, FILE_OF, w->script), SS_JOB_DONE);
    assert_non_null(strstr(w->out.data, "#!/bin/sh"));
    assert_int_equal(wait_for(w, FILE_OF, "/nowhere/nothing"), SS_JOB_DONE);
    assert_string_equal(w->out.data, "null");
    assert_int_equal(wait_for(w, FILE_OF, w->folder), SS_JOB_FAILED);
}

static void what_is_old_is_made_anew(void **state)
{
    workshop *w = *state;
    for (int i = 0; i < 20 || count_runs(w) < 2; i++)
        assert_int_equal(ask(w, STALE, ""), SS_JOB_WORKING);
}

static void too_many_at_once_are_told_so(void **state)
{
    workshop *w = *state;
    char name[16];
    assert_int_equal(ask(w, FOREVER, ""), SS_JOB_WORKING);
    for (unsigned i = 0; i + 1 < SS_JOBS_KEPT; i++) {
        snprintf(name, sizeof name, "many %u", i);
        assert_int_equal(ask(w, GIVEN, name), SS_JOB_WORKING);
    }
    assert_int_equal(ask(w, GIVEN, "one more"), SS_JOB_BUSY);
    assert_int_equal(ask(w, GIVEN, "many 1"), SS_JOB_WORKING);
} /* and the one that is under way is killed with the jobs */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_made_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_argument_is_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_old_is_made_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_at_once_are_told_so, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

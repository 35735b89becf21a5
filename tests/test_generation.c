/* test_generation.c: drafts, publishing, the link, and what is left when the process is killed at any moment. */
#include "check.h"

#include "failing_malloc.h"
#include "sample_model.h"
#include "store/generation.h"
#include "store/items.h"
#include "store/manifest.h"
#include "temporary_folder.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NOON INT64_C(1323435000000000) /* 2011-12-09T12:50:00Z */

static const ss_schema *const sample_schemas[] = {&sample_schema, NULL};
static const ss_schema *const schemas[] = {&sample_schema, &ss_items_schema, NULL};

static ss_status write_sample(const ss_generation_draft *draft, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_status status = ss_file_join(path, sizeof path, ss_generation_draft_path(draft), "sample.safetensors", error);
    return status == SS_OK ? sample_write(path, error) : status;
}

static ss_generation_draft *begin(const char *store, int64_t now)
{
    ss_generation_draft *draft = NULL;
    ss_error error;
    expect_ok(ss_generation_begin(store, now, &draft, &error), &error);
    return draft;
}

/* A generation with a single good file. */
static void publish(const char *store, int64_t now, bool make_current)
{
    ss_error error;
    ss_generation_draft *draft = begin(store, now);
    expect_ok(write_sample(draft, &error), &error);
    expect_ok(ss_generation_publish(&draft, sample_schemas, make_current, &error), &error);
    assert_null(draft);
}

static void expect_current(const char *store, const char *name)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_error error;
    expect_ok(ss_generation_resolve(store, NULL, path, found, &error), &error);
    assert_string_equal(found, name);
    expect_ok(ss_generation_verify(path, sample_schemas, &error), &error);
}

/* Entries of STORE/generations whose names begin with a dot. */
static size_t count_partials(const char *store)
{
    char path[TEMPORARY_PATH_MAX];
    size_t count = 0;
    DIR *entries = opendir(temporary_path(path, store, "generations"));
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        count += entry->d_name[0] == '.' && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(entries);
    return count;
}

static void a_store_grows(void **state)
{
    char store[TEMPORARY_PATH_MAX], path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    char(*names)[SS_GENERATION_NAME_MAX] = NULL;
    size_t count = 0;
    ss_error error;
    temporary_path(store, *state, "deep/down/store");
    publish(store, NOON, true);
    expect_current(store, "20111209T125000.000Z");
    publish(store, NOON, true); /* the name is taken: one millisecond on */
    expect_current(store, "20111209T125000.001Z");
    publish(store, NOON + SS_DAY, false);
    expect_current(store, "20111209T125000.001Z");
    expect_ok(ss_generation_list(store, &names, &count, &error), &error);
    assert_int_equal(count, 3);
    assert_string_equal(names[0], "20111210T125000.000Z");
    assert_string_equal(names[1], "20111209T125000.001Z");
    assert_string_equal(names[2], "20111209T125000.000Z");
    free(names);

    expect_ok(ss_generation_make_current(store, "20111210T125000.000Z", &error), &error);
    expect_current(store, "20111210T125000.000Z");
    expect_ok(ss_generation_make_current(store, "20111209T125000.000Z", &error), &error);
    expect_current(store, "20111209T125000.000Z");
    expect_ok(ss_generation_resolve(store, "20111209T125000.001Z", path, found, &error), &error);
    assert_string_equal(found, "20111209T125000.001Z");
    assert_non_null(strstr(path, "deep/down/store/generations/20111209T125000.001Z"));
    assert_int_equal(count_partials(store), 0);
}

static void a_draft_is_invisible_until_published(void **state)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    char(*names)[SS_GENERATION_NAME_MAX] = NULL;
    size_t count = 7;
    ss_error error;
    ss_generation_draft *draft = begin(*state, NOON);
    assert_string_equal(ss_generation_draft_name(draft), "20111209T125000.000Z");
    assert_status(ss_generation_resolve(*state, NULL, path, found, &error), SS_E_NOT_FOUND);
    assert_status(ss_generation_resolve(*state, "20111209T125000.000Z", path, found, &error), SS_E_NOT_FOUND);
    expect_ok(ss_generation_list(*state, &names, &count, &error), &error);
    assert_int_equal(count, 0);
    free(names);
    assert_int_equal(count_partials(*state), 1);
    ss_generation_abandon(&draft);
    assert_null(draft);
    assert_int_equal(count_partials(*state), 0);
    ss_generation_abandon(&draft);
}

static void drafts_live_side_by_side(void **state)
{
    ss_error error;
    ss_generation_draft *one = begin(*state, NOON), *two = begin(*state, NOON), *three = begin(*state, NOON);
    assert_int_equal(count_partials(*state), 3);
    expect_ok(write_sample(three, &error), &error);
    expect_ok(write_sample(one, &error), &error);
    expect_ok(ss_generation_publish(&three, sample_schemas, true, &error), &error);
    expect_current(*state, "20111209T125000.002Z");
    expect_ok(ss_generation_publish(&one, sample_schemas, true, &error), &error);
    expect_current(*state, "20111209T125000.000Z");
    ss_generation_abandon(&two);
    assert_int_equal(count_partials(*state), 0);
}

/* ---- what is refused ---- */

typedef void (*spoiler)(const char *folder);

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[SS_PATH_MAX];
    ss_error error;
    expect_ok(ss_file_join(path, sizeof path, folder, name, &error), &error);
    expect_ok(ss_file_write_atomic(path, text, strlen(text), &error), &error);
}

static void add_garbage(const char *folder)
{
    put_file(folder, "sample.safetensors.safetensors", "garbage");
}

static void add_truncated(const char *folder)
{
    char path[SS_PATH_MAX];
    ss_error error;
    expect_ok(ss_file_join(path, sizeof path, folder, "sample.safetensors", &error), &error);
    assert_int_equal(truncate(path, 1000), 0);
}

static void add_flipped_bit(const char *folder)
{
    char path[SS_PATH_MAX], byte = 1;
    ss_error error;
    expect_ok(ss_file_join(path, sizeof path, folder, "sample.safetensors", &error), &error);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, &byte, 1, lseek(fd, 0, SEEK_END) - 64), 1);
    close(fd);
}

static void add_folder(const char *folder)
{
    char path[SS_PATH_MAX];
    assert_int_equal(ss_file_join(path, sizeof path, folder, "inner", NULL), SS_OK);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void add_bad_manifest(const char *folder)
{
    put_file(folder, SS_MANIFEST_FILE, "{\n\"rows\": }");
}

/* An items file with no items beside a sample that points at ten. */
static void add_items_that_do_not_fit(const char *folder)
{
    ss_error error;
    ss_items_content nothing = {0};
    expect_ok(ss_items_write(folder, &nothing, &error), &error);
}

static void broken_drafts_are_not_published(void **state)
{
    static const struct {
        spoiler spoil;
        const ss_schema *const *schemas;
        ss_status status;
        const char *where, *says;
    } cases[] = {
        {add_garbage, sample_schemas, SS_E_CORRUPT, "sample.safetensors.safetensors", "does not know"},
        {add_truncated, sample_schemas, SS_E_CORRUPT, "sample.safetensors", "header longer than the file"},
        {add_flipped_bit, sample_schemas, SS_E_CORRUPT, "sample.safetensors", "checksum mismatch"},
        {add_folder, sample_schemas, SS_E_ARGUMENT, "inner", "plain files"},
        {add_bad_manifest, sample_schemas, SS_E_CORRUPT, SS_MANIFEST_FILE ":2", "unexpected token"},
        {add_items_that_do_not_fit, schemas, SS_E_CORRUPT, "sample.safetensors",
         "10 items, but 0 in items.safetensors"},
        {NULL, schemas, SS_E_NOT_FOUND, "", "no items.safetensors"},
    };
    publish(*state, NOON - SS_DAY, true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        ss_error error;
        ss_generation_draft *draft = begin(*state, NOON);
        expect_ok(write_sample(draft, &error), &error);
        if (cases[i].spoil)
            cases[i].spoil(ss_generation_draft_path(draft));
        assert_status(ss_generation_publish(&draft, cases[i].schemas, true, &error), cases[i].status);
        ss_error_format(&error, text, sizeof text);
        if (!strstr(text, cases[i].says) || !strstr(text, cases[i].where))
            fail_msg("case %zu: %s", i, text);
        assert_non_null(draft);
        ss_generation_abandon(&draft);
        expect_current(*state, "20111208T125000.000Z");
        assert_int_equal(count_partials(*state), 0);
    }
}

static void bad_names_lead_nowhere(void **state)
{
    static const char *const names[] = {"",
                                        ".",
                                        "..",
                                        "../generations",
                                        "20111209T125000.000",
                                        "x",
                                        "/etc",
                                        ".20111209T125000.000Z.partial",
                                        "20111209T125000.000Z/"};
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_error error;
    publish(*state, NOON, true);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_status(ss_generation_resolve(*state, names[i], path, found, &error), SS_E_NOT_FOUND);
        assert_status(ss_generation_make_current(*state, names[i], &error), SS_E_NOT_FOUND);
    }
    assert_status(ss_generation_make_current(*state, "20111209T125000.001Z", &error), SS_E_NOT_FOUND);
    assert_string_equal(error.found, "20111209T125000.001Z");
    expect_current(*state, "20111209T125000.000Z");
}

static void a_link_that_leads_elsewhere_is_corrupt(void **state)
{
    char link[TEMPORARY_PATH_MAX], path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_error error;
    temporary_path(link, *state, "current");
    assert_int_equal(symlink("/etc", link), 0);
    assert_status(ss_generation_resolve(*state, NULL, path, found, &error), SS_E_CORRUPT);
    assert_string_equal(error.where, link);
}

static void what_is_missing_is_named(void **state)
{
    char store[TEMPORARY_PATH_MAX], path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    char(*names)[SS_GENERATION_NAME_MAX] = NULL;
    size_t count;
    ss_error error;
    temporary_path(store, *state, "absent");
    assert_status(ss_generation_resolve(store, NULL, path, found, &error), SS_E_NOT_FOUND);
    assert_string_equal(error.where, store);
    assert_status(ss_generation_list(store, &names, &count, &error), SS_E_NOT_FOUND);
    assert_status(ss_generation_verify(store, sample_schemas, &error), SS_E_NOT_FOUND);
    assert_status(ss_generation_resolve(*state, NULL, path, found, &error), SS_E_NOT_FOUND);
    temporary_path(store, *state, "a-file");
    put_file(*state, "a-file", "");
    ss_generation_draft *draft = NULL;
    assert_status(ss_generation_begin(store, NOON, &draft, &error), SS_E_IO);
    assert_null(draft);
}

static void a_folder_with_items_is_a_generation(void **state)
{
    char folder[TEMPORARY_PATH_MAX], path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_error error;
    ss_items_content nothing = {0};
    temporary_path(folder, *state, "alone");
    assert_int_equal(mkdir(folder, 0700), 0);
    expect_ok(ss_items_write(folder, &nothing, &error), &error);
    expect_ok(ss_generation_resolve(folder, NULL, path, found, &error), &error);
    assert_string_equal(found, "alone");
    assert_string_equal(path, folder);
}

/* ---- killed at any moment ---- */

/* Tells `progress` of every step. */
static void publish_forever(const char *store, int64_t now, int progress)
{
    for (;; now += SS_SECOND) {
        ss_generation_draft *draft = NULL;
        ss_manifest *manifest = ss_manifest_new();
        sample_must(ss_manifest_set_int(manifest, "now", now));
        sample_must(ss_generation_begin(store, now, &draft, NULL));
        sample_must(write(progress, "b", 1) == 1 ? SS_OK : SS_E_IO);
        sample_must(write_sample(draft, NULL));
        sample_must(ss_manifest_write(manifest, ss_generation_draft_path(draft), NULL));
        sample_must(write(progress, "w", 1) == 1 ? SS_OK : SS_E_IO);
        sample_must(ss_generation_publish(&draft, sample_schemas, true, NULL));
        sample_must(write(progress, "p", 1) == 1 ? SS_OK : SS_E_IO);
        ss_manifest_free(&manifest);
    }
}

/* Kills the publisher some steps on, and then some time into the next one, however slow the machine is. */
static void kill_one(const char *store, int64_t now, uint32_t steps, uint32_t microseconds)
{
    int result, progress[2];
    char step;
    assert_int_equal(pipe(progress), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        publish_forever(store, now, progress[1]);
        _exit(1);
    }
    close(progress[1]);
    for (uint32_t i = 0; i < steps; i++)
        assert_int_equal(read(progress[0], &step, 1), 1);
    usleep(microseconds);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result) && WTERMSIG(result) == SIGKILL); /* it had not failed before */
    close(progress[0]);
}

static void a_kill_at_any_moment_leaves_a_whole_store(void **state)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX], last[SS_GENERATION_NAME_MAX] = "";
    size_t published = 0;
    ss_error error;
    ss_random random = test_random();
    for (int round = 0; round < 60; round++) {
        kill_one(*state, NOON + round * SS_DAY, ss_random_below(&random, 7), ss_random_below(&random, 6000));
        ss_status status = ss_generation_resolve(*state, NULL, path, found, &error);
        if (status != SS_OK && last[0] == 0)
            continue; /* killed before it ever published */
        expect_ok(status, &error);
        expect_ok(ss_generation_verify(path, sample_schemas, &error), &error);
        assert_true(strcmp(found, last) >= 0);
        published += strcmp(found, last) != 0;
        memcpy(last, found, sizeof last);
        ss_generation_draft *draft = begin(*state, NOON);
        assert_int_equal(count_partials(*state), 1); /* its own */
        ss_generation_abandon(&draft);
    }
    char(*names)[SS_GENERATION_NAME_MAX] = NULL;
    size_t count = 0;
    expect_ok(ss_generation_list(*state, &names, &count, &error), &error);
    for (size_t i = 0; i < count; i++) {
        expect_ok(ss_generation_resolve(*state, names[i], path, found, &error), &error);
        expect_ok(ss_generation_verify(path, sample_schemas, &error), &error);
    }
    assert_in_range(published, 1, 60);
    print_message("%zu of 60 rounds published, %zu generations, all whole\n", published, count);
    free(names);
}

static void processes_do_not_disturb_each_other(void **state)
{
    enum { PROCESSES = 4, EACH = 5 };
    pid_t children[PROCESSES];
    char(*names)[SS_GENERATION_NAME_MAX] = NULL;
    size_t count = 0;
    ss_error error;
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            for (int j = 0; j < EACH; j++) {
                ss_generation_draft *draft = NULL;
                sample_must(ss_generation_begin(*state, NOON, &draft, NULL));
                sample_must(write_sample(draft, NULL));
                sample_must(ss_generation_publish(&draft, sample_schemas, true, NULL));
            }
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int result;
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    }
    expect_ok(ss_generation_list(*state, &names, &count, &error), &error);
    assert_int_equal(count, PROCESSES * EACH);
    assert_int_equal(count_partials(*state), 0);
    free(names);
}

static bool publish_once(void *context)
{
    ss_generation_draft *draft = NULL;
    ss_status status;
    SS_TRY(ss_generation_begin(context, NOON, &draft, NULL));
    SS_TRY(write_sample(draft, NULL));
    SS_TRY(ss_generation_publish(&draft, sample_schemas, true, NULL));
out:
    ss_generation_abandon(&draft);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(publish_once, *state), 5, 1000);
    expect_current(*state, "20111209T125000.000Z");
    assert_int_equal(count_partials(*state), 0);
}

static void only_the_expected_one_is_replaced(void **state)
{
    ss_error error;
    publish(*state, NOON, false);
    publish(*state, NOON + SS_DAY, false);
    assert_status(ss_generation_replace_current(*state, "20111209T125000.000Z", "20111210T125000.000Z", &error),
                  SS_E_BUSY);
    expect_ok(ss_generation_replace_current(*state, "20111209T125000.000Z", "", &error), &error);
    expect_current(*state, "20111209T125000.000Z");
    assert_status(ss_generation_replace_current(*state, "20111210T125000.000Z", "", &error), SS_E_BUSY);
    assert_non_null(strstr(error.message, "20111209T125000.000Z"));
    expect_current(*state, "20111209T125000.000Z");
    expect_ok(ss_generation_replace_current(*state, "20111210T125000.000Z", "20111209T125000.000Z", &error), &error);
    expect_current(*state, "20111210T125000.000Z");
}

static void a_link_whose_folder_is_gone_is_as_good_as_none(void **state)
{
    ss_error error;
    char path[SS_PATH_MAX];
    publish(*state, NOON, true);
    publish(*state, NOON + SS_DAY, false);
    ss_file_remove_tree(temporary_path(path, *state, "generations/20111209T125000.000Z"), NULL);
    assert_status(ss_generation_replace_current(*state, "20111210T125000.000Z", "20111209T125000.000Z", &error),
                  SS_E_BUSY);
    expect_ok(ss_generation_replace_current(*state, "20111210T125000.000Z", "", &error), &error);
    expect_current(*state, "20111210T125000.000Z");
}

static void what_is_current_is_not_removed(void **state)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_error error;
    publish(*state, NOON, true);
    publish(*state, NOON + SS_DAY, true);
    assert_status(ss_generation_remove(*state, "20111210T125000.000Z", &error), SS_E_BUSY);
    assert_status(ss_generation_remove(*state, "20111211T125000.000Z", &error), SS_E_NOT_FOUND);
    expect_ok(ss_generation_remove(*state, "20111209T125000.000Z", &error), &error);
    assert_status(ss_generation_resolve(*state, "20111209T125000.000Z", path, found, &error), SS_E_NOT_FOUND);
    expect_current(*state, "20111210T125000.000Z");
    assert_int_equal(count_partials(*state), 0);
}

static void what_the_dead_left_is_cleaned_away(void **state)
{
    char dead[TEMPORARY_PATH_MAX], missing[TEMPORARY_PATH_MAX];
    ss_error error;
    publish(*state, NOON, true);
    ss_generation_draft *alive = begin(*state, NOON + SS_DAY);
    assert_int_equal(mkdir(temporary_path(dead, *state, "generations/.20111201T125000.000Z.partial"), 0755), 0);
    assert_int_equal(count_partials(*state), 2);
    expect_ok(ss_generation_clean(*state, &error), &error);
    assert_int_equal(count_partials(*state), 1);
    ss_generation_abandon(&alive);
    expect_ok(ss_generation_clean(temporary_path(missing, *state, "not/there"), &error), &error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_store_grows, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_draft_is_invisible_until_published, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(drafts_live_side_by_side, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(broken_drafts_are_not_published, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(bad_names_lead_nowhere, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_link_that_leads_elsewhere_is_corrupt, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(what_is_missing_is_named, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_folder_with_items_is_a_generation, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_kill_at_any_moment_leaves_a_whole_store, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(processes_do_not_disturb_each_other, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(only_the_expected_one_is_replaced, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_link_whose_folder_is_gone_is_as_good_as_none, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(what_is_current_is_not_removed, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(what_the_dead_left_is_cleaned_away, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, temporary_folder_set_up, temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

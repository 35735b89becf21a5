/* test_nightly_kept.c: what a store keeps, what was taken back, what a killed night left, and what may go. */
#include "check.h"

#include "failing_malloc.h"
#include "job/nightly_kept.h"
#include "sample_model.h"
#include "store/manifest.h"
#include "temporary_folder.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define NOON  INT64_C(1323435000000000) /* 2011-12-09T12:50:00Z */
#define NIGHT "2011-12-09T03:15:00.000Z"

static const ss_schema *const schemas[] = {&sample_schema, NULL};

/* Publishes the generation of day `day`: 20111209T125000.000Z is day 0. */
static void publish(const char *store, int day, const char *night, const char *base, bool make_current)
{
    char path[SS_PATH_MAX];
    ss_error error;
    ss_generation_draft *draft = NULL;
    ss_manifest *manifest = ss_manifest_new();
    expect_ok(ss_generation_begin(store, NOON + day * SS_DAY, &draft, &error), &error);
    expect_ok(ss_file_join(path, sizeof path, ss_generation_draft_path(draft), "sample.safetensors", &error), &error);
    expect_ok(sample_write(path, &error), &error);
    ss_manifest_set_int(manifest, "counts.rows", 1000 + day);
    if (night)
        ss_manifest_set_text(manifest, "night.started", night);
    if (night)
        ss_manifest_set_real(manifest, "night.prove.new-items.candidate", 0.25);
    if (base)
        ss_manifest_set_text(manifest, "delta.base", base);
    expect_ok(ss_manifest_write(manifest, ss_generation_draft_path(draft), &error), &error);
    expect_ok(ss_generation_publish(&draft, schemas, make_current, &error), &error);
    ss_manifest_free(&manifest);
}

static const char *name_of(int day)
{
    static const char *const names[] = {"20111209T125000.000Z", "20111210T125000.000Z", "20111211T125000.000Z",
                                        "20111212T125000.000Z", "20111213T125000.000Z", "20111214T125000.000Z"};
    return names[day];
}

/* The days of the generations that are left, newest first: "310". */
static void expect_days(const char *store, const char *days)
{
    char text[16] = "";
    ss_kept kept = {0};
    ss_error error;
    expect_ok(ss_kept_survey(store, &kept, &error), &error);
    for (size_t i = 0; i < kept.count; i++)
        snprintf(text + i, sizeof text - i, "%d", (int)((kept.list[i].made - NOON) / SS_DAY));
    assert_string_equal(text, days);
    ss_kept_free(&kept);
}

static void a_survey_tells_what_manifests_say(void **state)
{
    ss_kept kept = {0};
    ss_error error;
    publish(*state, 0, NULL, NULL, false);
    publish(*state, 1, NIGHT, NULL, true);
    publish(*state, 2, NULL, name_of(1), false);
    expect_ok(ss_kept_survey(*state, &kept, &error), &error);
    assert_int_equal(kept.count, 3);
    const ss_kept_generation *current = ss_kept_current(&kept), *delta = ss_kept_find(&kept, name_of(2));
    assert_string_equal(current->name, name_of(1));
    assert_string_equal(current->night_started, NIGHT);
    assert_true(current->night);
    assert_int_equal(current->rows, 1001);
    assert_int_equal(current->made, NOON + SS_DAY);
    assert_true(current->bytes > 100);
    assert_float_equal(current->quality[SS_TASK_NEW_ITEMS], 0.25, 0);
    assert_true(isnan(delta->quality[SS_TASK_NEW_ITEMS]));
    assert_false(delta->night);
    assert_string_equal(ss_kept_root(delta), name_of(1));
    assert_string_equal(ss_kept_root(current), name_of(1));
    assert_null(ss_kept_find(&kept, "20111209T125000.001Z"));
    assert_string_equal(ss_kept_previous(&kept, current)->name, name_of(0));
    assert_string_equal(ss_kept_previous(&kept, delta)->name, name_of(1));
    assert_null(ss_kept_previous(&kept, NULL));
    assert_null(ss_kept_objection(&kept));
    ss_kept_free(&kept);
}

static void what_was_taken_back_stays_marked(void **state)
{
    ss_kept kept = {0};
    ss_error error;
    for (int day = 0; day < 4; day++)
        publish(*state, day, NULL, day == 2 ? name_of(1) : NULL, day == 3);
    expect_ok(ss_kept_reject(*state, name_of(1), SS_REJECTED_BY_PERSON, NOON, "wrong \"prices\"", &error), &error);
    expect_ok(ss_kept_survey(*state, &kept, &error), &error);
    const ss_kept_generation *marked = ss_kept_find(&kept, name_of(1));
    assert_int_equal(marked->rejected, SS_REJECTED_BY_PERSON);
    assert_int_equal(marked->rejected_at, NOON);
    assert_string_equal(marked->reason, "wrong \"prices\"");
    assert_true(ss_kept_is_rejected(&kept, ss_kept_find(&kept, name_of(2)))); /* a delta of it */
    assert_string_equal(ss_kept_previous(&kept, ss_kept_current(&kept))->name, name_of(0));
    assert_null(ss_kept_objection(&kept)); /* it is older than what is current */
    ss_kept_free(&kept);
    expect_ok(ss_generation_make_current(*state, name_of(0), &error), &error);
    expect_ok(ss_kept_survey(*state, &kept, &error), &error);
    assert_string_equal(ss_kept_objection(&kept)->name, name_of(1));
    assert_null(ss_kept_previous(&kept, ss_kept_current(&kept)));
    ss_kept_free(&kept);
    expect_ok(ss_kept_accept(*state, name_of(1), &error), &error);
    expect_ok(ss_kept_accept(*state, name_of(1), &error), &error);
    expect_ok(ss_kept_survey(*state, &kept, &error), &error);
    assert_null(ss_kept_objection(&kept));
    ss_kept_free(&kept);
    assert_status(ss_kept_reject(*state, "20111209T125000.001Z", SS_REJECTED_BY_PERSON, NOON, "", &error),
                  SS_E_NOT_FOUND);
}

static void a_mark_that_cannot_be_read_counts(void **state)
{
    char path[TEMPORARY_PATH_MAX], name[96];
    ss_kept kept = {0};
    ss_error error;
    publish(*state, 0, NULL, NULL, false);
    snprintf(name, sizeof name, "generations/%s/" SS_REJECTED_FILE, name_of(0));
    FILE *file = fopen(temporary_path(path, *state, name), "w");
    fputs("{\"at\": 3", file);
    fclose(file);
    expect_ok(ss_kept_survey(*state, &kept, &error), &error);
    assert_int_equal(kept.list[0].rejected, SS_REJECTED_BY_PERSON);
    ss_kept_free(&kept);
}

static void only_what_that_night_left_is_cleaned_away(void **state)
{
    ss_kept_names removed = {0};
    ss_error error;
    publish(*state, 0, NIGHT, NULL, false); /* older than what is current: it was current once */
    publish(*state, 1, NULL, NULL, true);
    publish(*state, 2, NULL, NULL, false);                       /* trained by hand */
    publish(*state, 3, NIGHT, NULL, false);                      /* that night's */
    publish(*state, 4, "2011-12-08T03:15:00.000Z", NULL, false); /* of another one */
    publish(*state, 5, NIGHT, NULL, false);
    expect_ok(ss_kept_reject(*state, name_of(5), SS_REJECTED_BY_SERVER, NOON, "", &error), &error);
    expect_ok(ss_kept_clean(*state, NULL, &removed, &error), &error);
    expect_days(*state, "543210");
    expect_ok(ss_kept_clean(*state, NIGHT, &removed, &error), &error);
    expect_days(*state, "54210");
    assert_int_equal(removed.count, 1);
    assert_string_equal(removed.list[0], name_of(3));
    ss_kept_names_free(&removed);
}

static void prune(const char *store, size_t keep, const char *served, const char *left)
{
    char names[1][SS_GENERATION_NAME_MAX] = {""};
    ss_kept_names removed = {0};
    ss_error error;
    snprintf(names[0], sizeof names[0], "%s", served);
    expect_ok(
        ss_kept_prune(store, keep, (const char(*)[SS_GENERATION_NAME_MAX])names, *served ? 1 : 0, &removed, &error),
        &error);
    expect_days(store, left);
    ss_kept_names_free(&removed);
}

static void what_somebody_needs_stays(void **state)
{
    ss_error error;
    for (int day = 0; day < 6; day++)
        publish(*state, day, NULL, day == 4 ? name_of(2) : NULL, day == 3);
    prune(*state, 6, "", "543210");
    prune(*state, 2, name_of(0), "54320"); /* 4 is a delta of 2, 3 is current, 0 is served */
    expect_ok(ss_kept_reject(*state, name_of(5), SS_REJECTED_BY_PERSON, NOON, "", &error), &error);
    prune(*state, 1, "", "5432"); /* 5 is an objection and not counted; 4 is the newest, and needs 2 */
    expect_ok(ss_kept_accept(*state, name_of(5), &error), &error);
    prune(*state, 1, "", "53");
}

static void the_newest_full_one_stays(void **state)
{
    for (int day = 0; day < 4; day++)
        publish(*state, day, NULL, day >= 2 ? name_of(0) : NULL, day == 3);
    prune(*state, 1, "", "310"); /* 3 is current and a delta of 0; 1 is the newest full one */
}

static void deltas_take_no_full_ones_place(void **state)
{
    for (int day = 0; day < 6; day++)
        publish(*state, day, NULL, day >= 3 ? name_of(2) : NULL, day == 5);
    prune(*state, 2, "", "5421"); /* 5 and 4 are the newest, 2 and 1 the newest full ones */
}

static void a_delta_of_what_a_person_chose_is_no_answer_to_them(void **state)
{
    ss_kept kept = {0};
    ss_error error;
    for (int day = 0; day < 2; day++)
        publish(*state, day, NULL, NULL, false);
    publish(*state, 2, NULL, name_of(0), true);
    expect_ok(ss_kept_reject(*state, name_of(1), SS_REJECTED_BY_PERSON, NOON, "", &error), &error);
    expect_ok(ss_kept_survey(*state, &kept, &error), &error);
    assert_string_equal(ss_kept_objection(&kept)->name, name_of(1));
    ss_kept_free(&kept);
    publish(*state, 3, NULL, NULL, true);
    expect_ok(ss_kept_survey(*state, &kept, &error), &error);
    assert_null(ss_kept_objection(&kept));
    ss_kept_free(&kept);
}

static bool survey_and_mark(void *context)
{
    ss_kept kept = {0};
    ss_error error;
    bool done = ss_kept_reject(context, name_of(0), SS_REJECTED_BY_PERSON, NOON, "", &error) == SS_OK &&
                ss_kept_survey(context, &kept, &error) == SS_OK;
    ss_kept_free(&kept);
    return done;
}

static void memory_may_run_out(void **state)
{
    publish(*state, 0, NULL, NULL, true);
    publish(*state, 1, NULL, NULL, true);
    for (size_t nth = 1; nth < 60; nth++) { /* a manifest that there is no memory for is one that cannot be read */
        failing_malloc_start(nth);
        survey_and_mark(*state);
        failing_malloc_stop();
        assert_int_equal(failing_malloc_live(), 0);
    }
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_survey_tells_what_manifests_say),
        TEST(what_was_taken_back_stays_marked),
        TEST(a_mark_that_cannot_be_read_counts),
        TEST(only_what_that_night_left_is_cleaned_away),
        TEST(what_somebody_needs_stays),
        TEST(the_newest_full_one_stays),
        TEST(deltas_take_no_full_ones_place),
        TEST(a_delta_of_what_a_person_chose_is_no_answer_to_them),
        TEST(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

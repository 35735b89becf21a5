/* test_live_events.c: what the live store holds as a file, whole or not at all, and in figures. */
#include "event_sample.h"

#include "job/live_events.h"
#include "temporary_folder.h"
#include <sys/stat.h>

#define DAY_AGO (SAMPLE_NOW - SS_DAY)

static void store_some(const char *folder)
{
    ss_event_store *store = sample_open(folder, NULL);
    for (int i = 0; i < 5; i++) {
        ss_live_event event = sample_event(NULL, "tea");
        event.time = i < 2 ? DAY_AGO + i : SAMPLE_NOW;
        event.event = i == 4 ? SS_EVENT_PURCHASE : SS_EVENT_VIEW;
        event.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(i == 4 ? "ann" : "");
        sample_append(store, event, SAMPLE_NOW);
    }
    sample_close(&store);
}

static uint64_t lines_of(const char *path)
{
    ss_buffer text;
    ss_error error;
    uint64_t lines = 0;
    ss_buffer_init(&text, 1u << 20);
    expect_ok(ss_file_read(path, 1u << 20, &text, &error), &error);
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    ss_buffer_release(&text);
    return lines;
}

static void exports_what_happened_in_between(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    uint64_t rows = 0;
    ss_error error;
    ss_events_export_options options = {
        .out = temporary_path(path, *state, "out.csv"), .from = SS_NO_TIME, .until = SS_NO_TIME, .decimals = 2};
    store_some(*state);
    expect_ok(ss_events_export(*state, &options, NULL, &rows, &error), &error);
    assert_int_equal(rows, 5);
    assert_int_equal(lines_of(path), 6);
    options.from = DAY_AGO + 1;
    options.until = SAMPLE_NOW;
    options.format = SS_EXPORT_NDJSON;
    expect_ok(ss_events_export(*state, &options, NULL, &rows, &error), &error);
    assert_int_equal(rows, 1);
    assert_int_equal(lines_of(path), 1);
}

static bool stop(void *context, const ss_progress *progress)
{
    (void)context, (void)progress;
    return false;
}

static size_t entries_of(const char *folder)
{
    char command[TEMPORARY_PATH_MAX + 32];
    size_t count = 0;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%zu", &count), 1);
    pclose(pipe);
    return count;
}

static void a_file_is_there_whole_or_not_at_all(void **state)
{
    char path[TEMPORARY_PATH_MAX], folder[TEMPORARY_PATH_MAX];
    uint64_t rows = 77;
    ss_error error;
    ss_progress_sink sink = {stop, NULL, 0};
    store_some(*state);
    assert_int_equal(mkdir(temporary_path(folder, *state, "out"), 0755), 0);
    ss_events_export_options options = {
        .out = temporary_path(path, folder, "out.csv"), .from = SS_NO_TIME, .until = SS_NO_TIME, .decimals = 2};
    assert_int_equal(ss_events_export(*state, &options, &sink, &rows, &error), SS_E_CANCELLED);
    assert_int_equal(rows, 77);
    assert_int_equal(entries_of(folder), 0);
    options.out = folder;
    assert_int_equal(ss_events_export(*state, &options, NULL, &rows, &error), SS_E_ARGUMENT);
    assert_string_equal(error.where, folder);
    options.out = "/no/such/folder/out.csv";
    assert_int_equal(ss_events_export(*state, &options, NULL, &rows, &error), SS_E_IO);
}

static void figures(void **state)
{
    ss_events_stats stats;
    ss_error error;
    store_some(*state);
    expect_ok(ss_events_stats_read(*state, NULL, &stats, &error), &error);
    assert_int_equal(stats.extent.count, 5);
    assert_int_equal(stats.extent.first, 1);
    assert_int_equal(stats.extent.last, 5);
    assert_int_equal(stats.first_time, DAY_AGO);
    assert_int_equal(stats.last_time, SAMPLE_NOW);
    assert_int_equal(stats.by_event[SS_EVENT_VIEW], 4);
    assert_int_equal(stats.by_event[SS_EVENT_PURCHASE], 1);
    assert_int_equal(stats.with_customer, 1);
    assert_int_equal(stats.day_count, 2);
    assert_int_equal(stats.days[0].count, 2);
    assert_int_equal(stats.days[1].count, 3);
    assert_int_equal(stats.days[1].day, SAMPLE_NOW / SS_DAY);
    ss_events_stats_release(&stats);
}

static void an_empty_store_has_figures_too(void **state)
{
    ss_events_stats stats;
    ss_error error;
    ss_event_store *store = sample_open(*state, NULL);
    sample_close(&store);
    expect_ok(ss_events_stats_read(*state, NULL, &stats, &error), &error);
    assert_int_equal(stats.extent.count, 0);
    assert_true(stats.first_time == SS_NO_TIME);
    assert_int_equal(stats.day_count, 0);
    ss_events_stats_release(&stats);
}

static void a_store_without_events_says_so(void **state)
{
    ss_events_stats stats;
    ss_error error;
    assert_int_equal(ss_events_stats_read(*state, NULL, &stats, &error), SS_E_NOT_FOUND);
    assert_non_null(strstr(error.where, *state));
}

int main(void)
{
#define IN_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(exports_what_happened_in_between), IN_FOLDER(a_file_is_there_whole_or_not_at_all), IN_FOLDER(figures),
        IN_FOLDER(an_empty_store_has_figures_too),   IN_FOLDER(a_store_without_events_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

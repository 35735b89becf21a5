/* test_event_reader.c: events in their order over many chunks, while others are appended and pruned. */
#include "event_sample.h"

#include "failing_malloc.h"
#include "temporary_folder.h"

#define COUNT 5000

static void fill(ss_event_store *store, size_t count)
{
    static ss_live_event batch[COUNT];
    static ss_event_result results[COUNT];
    ss_error error;
    for (size_t i = 0; i < count; i++)
        batch[i] = sample_event(NULL, "a product with a long name, so that a chunk does not hold them all");
    expect_ok(ss_event_store_append(store, batch, count, SAMPLE_NOW, SS_DURABLE, results, &error), &error);
}

/* Reads on; how many events there were. Their numbers must be from, from + 1, … */
static uint64_t read_on(ss_event_reader *reader, uint64_t from, uint64_t most)
{
    ss_live_event event;
    ss_error error;
    for (uint64_t count = 0; count < most; count++) {
        bool found = false;
        expect_ok(ss_event_reader_next(reader, &event, &found, &error), &error);
        if (!found)
            return count;
        assert_int_equal(event.sequence, from + count);
    }
    return most;
}

static ss_event_reader *reader_of(const ss_event_store *store, uint64_t from, uint64_t last)
{
    ss_event_reader *reader = NULL;
    ss_error error;
    expect_ok(ss_event_reader_new(store, from, last, &reader, &error), &error);
    return reader;
}

static void bounds_are_kept(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_event_reader *reader = reader_of(store, 0, SS_EVENTS_ALL);
    assert_int_equal(read_on(reader, 1, UINT64_MAX), 0);
    ss_event_reader_free(&reader);
    fill(store, COUNT);
    reader = reader_of(store, 17, 4017);
    assert_int_equal(ss_event_reader_last(reader), 4017);
    assert_int_equal(read_on(reader, 17, UINT64_MAX), 4001);
    assert_int_equal(read_on(reader, 17, UINT64_MAX), 0);
    ss_event_reader_free(&reader);
    ss_event_reader_free(&reader);
    reader = reader_of(store, 5, 4);
    assert_int_equal(read_on(reader, 5, UINT64_MAX), 0);
    ss_event_reader_free(&reader);
    reader = reader_of(store, COUNT, COUNT + 100);
    assert_int_equal(read_on(reader, COUNT, UINT64_MAX), 1);
    ss_event_reader_free(&reader);
    sample_close(&store);
}

static void what_comes_or_goes_meanwhile_disturbs_nobody(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    size_t removed;
    ss_error error;
    fill(store, COUNT);
    ss_event_reader *reader = reader_of(store, 1, SS_EVENTS_ALL);
    assert_int_equal(read_on(reader, 1, 10), 10);
    fill(store, COUNT);
    assert_int_equal(read_on(reader, 11, UINT64_MAX), COUNT - 10);
    ss_event_reader_free(&reader);
    reader = reader_of(store, 4000, SS_EVENTS_ALL);
    expect_ok(ss_event_store_prune(store, INT64_MAX, UINT64_MAX, 6000, &removed, &error), &error);
    assert_int_equal(read_on(reader, 6001, UINT64_MAX), 2 * COUNT - 6000);
    ss_event_reader_free(&reader);
    sample_close(&store);
}

static bool attempt(void *store)
{
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found = true;
    ss_status status = ss_event_reader_new(store, 1, SS_EVENTS_ALL, &reader, NULL);
    while (status == SS_OK && found)
        status = ss_event_reader_next(reader, &event, &found, NULL);
    ss_event_reader_free(&reader);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    fill(store, 1000);
    assert_in_range(failing_malloc_torture(attempt, store), 2, 100);
    sample_close(&store);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(bounds_are_kept),
        WITH_FOLDER(what_comes_or_goes_meanwhile_disturbs_nobody),
        WITH_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_event_crash.c: a process that appends events is killed at a random moment, again and again over one store: what
 * it acknowledged as durable is there, once, and what it sends again after the crash is not stored twice.
 *
 * 30 crashes; 200 with SMARTSHELF_LONG=1.
 */
#include "event_sample.h"

#include "killed_child.h"
#include "temporary_folder.h"

#define BATCH_MAX    64
#define EVENTS_MAX   4000000
#define LIFETIME_MAX 62000u /* microseconds */

/* What a child begins with. */
typedef struct begun {
    const char *folder;
    uint64_t number;
} begun;

static void name_event(uint64_t number, char text[24])
{
    snprintf(text, 24, "event-%llu", (unsigned long long)number);
}

/* One append of events numbered from `number` on; how many, or 0 when it failed. */
static size_t append_some(ss_event_store *store, uint64_t number, ss_random *random, ss_durability durability)
{
    static char texts[BATCH_MAX][24];
    ss_live_event batch[BATCH_MAX];
    ss_event_result results[BATCH_MAX];
    size_t count = 1 + ss_random_below(random, BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        name_event(number + i, texts[i]);
        batch[i] = sample_event(texts[i], texts[i]);
    }
    ss_status status = ss_event_store_append(store, batch, count, SAMPLE_NOW, durability, results, NULL);
    for (size_t i = 0; i < count; i++)
        if (status != SS_OK || results[i].refused != SS_CHECK_FINE || results[i].sequence == 0)
            return 0;
    return count;
}

/* Never returns but by an error. */
static int child(void *context, ss_random *random, int pipe_end)
{
    const begun *at = context;
    ss_event_store_options options = ss_event_store_defaults();
    ss_event_store *store = NULL;
    uint64_t number = at->number;
    if (sample_try_open(at->folder, SAMPLE_MAP, &options, &store, NULL) != SS_OK)
        return 3;
    for (;;) {
        bool relaxed = ss_random_below(random, 4) == 0;
        size_t count = append_some(store, number, random, relaxed ? SS_RELAXED : SS_DURABLE);
        if (count == 0)
            return 4;
        number += count;
        size_t removed;
        if (ss_random_below(random, 50) == 0 &&
            ss_event_store_prune(store, SAMPLE_NOW, UINT64_MAX, 10, &removed, NULL) != SS_OK)
            return 5; /* of which nothing is old enough: it must remove none */
        if (!relaxed && !killed_tell(pipe_end, number, UINT64_MAX))
            return 6;
    }
}

/* Every event below `below` is there exactly once, and none twice. */
static void check(const ss_event_store *store, uint64_t below)
{
    unsigned char *seen = calloc(EVENTS_MAX, 1);
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found = true;
    unsigned long long number;
    uint64_t there = 0;
    ss_error error;
    assert_non_null(seen);
    assert_true(below < EVENTS_MAX);
    expect_ok(ss_event_reader_new(store, 1, SS_EVENTS_ALL, &reader, &error), &error);
    for (;;) {
        char text[32];
        expect_ok(ss_event_reader_next(reader, &event, &found, &error), &error);
        if (!found)
            break;
        ss_slice id = event.texts[SS_TEXT_EVENT_ID];
        snprintf(text, sizeof text, "%.*s", (int)id.size, id.data);
        assert_int_equal(sscanf(text, "event-%llu", &number), 1);
        assert_true(number < EVENTS_MAX && !seen[number]);
        assert_true(ss_slice_equal(id, event.texts[SS_TEXT_ITEM_ID]));
        seen[number] = 1;
        there += number < below;
    }
    assert_int_equal(there, below);
    ss_event_reader_free(&reader);
    free(seen);
}

static void what_is_acknowledged_survives(void **state)
{
    ss_random random = test_random();
    killed_report last = {0, UINT64_MAX};
    int crashes = getenv("SMARTSHELF_LONG") ? 200 : 30;
    for (int i = 0; i < crashes || (last.below == 0 && i < 100 * crashes); i++) {
        begun at = {*state, last.below};
        killed_run(child, &at, LIFETIME_MAX, &random, &last);
        ss_event_store *store = sample_open(*state, NULL);
        check(store, last.below);
        sample_close(&store);
    }
    print_message("%llu events acknowledged\n", (unsigned long long)last.below);
    assert_true(last.below > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_acknowledged_survives, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

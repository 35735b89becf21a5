/*
 * test_event_crash.c: a process that appends events is killed at a random moment, again and again over one store: what
 * it acknowledged as durable is there, once, and what it sends again after the crash is not stored twice.
 *
 * 30 crashes; 200 with SMARTSHELF_LONG=1.
 */
#include "event_sample.h"

#include "temporary_folder.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define BATCH_MAX  64
#define EVENTS_MAX 4000000

/* What the child reports: all events numbered below `below` are acknowledged as durable. */
typedef struct report {
    uint64_t below;
} report;

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
static int child(const char *folder, uint64_t number, uint64_t seed, int pipe_end)
{
    ss_event_store_options options = ss_event_store_defaults();
    ss_event_store *store = NULL;
    ss_random random;
    ss_random_seed(&random, seed);
    if (sample_try_open(folder, SAMPLE_MAP, &options, &store, NULL) != SS_OK)
        return 3;
    for (;;) {
        bool relaxed = ss_random_below(&random, 4) == 0;
        size_t count = append_some(store, number, &random, relaxed ? SS_RELAXED : SS_DURABLE);
        if (count == 0)
            return 4;
        number += count;
        size_t removed;
        if (ss_random_below(&random, 50) == 0 &&
            ss_event_store_prune(store, SAMPLE_NOW, UINT64_MAX, 10, &removed, NULL) != SS_OK)
            return 5; /* of which nothing is old enough: it must remove none */
        report told = {number};
        if (!relaxed && write(pipe_end, &told, sizeof told) != sizeof told)
            return 6;
    }
}

static uint64_t last_report(int pipe_end, uint64_t below)
{
    report told;
    while (read(pipe_end, &told, sizeof told) == sizeof told)
        below = told.below;
    return below;
}

/* Reads what is there already, so that the child does not wait for the pipe, until it is time to kill. */
static uint64_t listen_for(int pipe_end, int64_t microseconds, uint64_t below)
{
    struct timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        report told;
        if (read(pipe_end, &told, sizeof told) == sizeof told)
            below = told.below;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000000 + (now.tv_nsec - begin.tv_nsec) / 1000 < microseconds);
    return below;
}

/* Runs a child that begins with event `below` and kills it; the number below which all are acknowledged. */
static uint64_t run_and_kill(const char *folder, uint64_t below, ss_random *random)
{
    int ends[2], code;
    int64_t lifetime = 2000 + ss_random_below(random, 60000);
    uint64_t seed = ss_random_u64(random);
    assert_int_equal(pipe2(ends, 0), 0);
    pid_t process = fork();
    if (process == 0) {
        close(ends[0]);
        _exit(child(folder, below, seed, ends[1]));
    }
    assert_true(process > 0);
    close(ends[1]);
    below = listen_for(ends[0], lifetime, below);
    kill(process, SIGKILL);
    below = last_report(ends[0], below);
    assert_int_equal(waitpid(process, &code, 0), process);
    assert_true(WIFSIGNALED(code));
    close(ends[0]);
    return below;
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
    uint64_t below = 0;
    int crashes = getenv("SMARTSHELF_LONG") ? 200 : 30;
    for (int i = 0; i < crashes; i++) {
        below = run_and_kill(*state, below, &random);
        ss_event_store *store = sample_open(*state, NULL);
        check(store, below);
        sample_close(&store);
    }
    print_message("%llu events acknowledged\n", (unsigned long long)below);
    assert_true(below > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_acknowledged_survives, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

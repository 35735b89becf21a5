/*
 * test_event_store.c: the store of events beside a model in memory; repeated delivery; what is relaxed; pruning; a full
 * map, a full disk and damaged pages.
 */
#include "event_sample.h"

#include "failing_malloc.h"
#include "temporary_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define MEGABYTE UINT64_C(1048576)

static void what_is_appended_is_there_in_order(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_event_extent extent;
    ss_event_reader *reader = NULL;
    ss_live_event event = sample_event("a", "milk"), got;
    bool found;
    ss_error error;
    assert_int_equal(sample_append(store, event, SAMPLE_NOW).sequence, 1);
    assert_int_equal(sample_append(store, sample_event("b", "bread"), SAMPLE_NOW + 1).sequence, 2);
    sample_close(&store);
    store = sample_open(*state, NULL);
    expect_ok(ss_event_store_extent(store, &extent, &error), &error);
    assert_true(extent.first == 1 && extent.last == 2 && extent.count == 2);
    assert_true(extent.bytes_used > 0 && extent.bytes_most >= extent.bytes_used);
    expect_ok(ss_event_reader_new(store, 1, SS_EVENTS_ALL, &reader, &error), &error);
    expect_ok(ss_event_reader_next(reader, &got, &found, &error), &error);
    event.received = SAMPLE_NOW;
    event.quantity = 1;
    assert_true(found && got.sequence == 1);
    assert_events_equal(&got, &event);
    expect_ok(ss_event_reader_next(reader, &got, &found, &error), &error);
    assert_true(found && got.sequence == 2 && got.time == SAMPLE_NOW && got.received == SAMPLE_NOW + 1);
    expect_ok(ss_event_reader_next(reader, &got, &found, &error), &error);
    assert_false(found);
    ss_event_reader_free(&reader);
    sample_close(&store);
    sample_close(&store);
}

static void a_repeated_event_counts_once(void **state)
{
    ss_event_store_options options = ss_event_store_defaults();
    options.repeat_window = 3;
    options.repeat_hours = 1;
    ss_event_store *store = sample_open(*state, &options);
    int64_t later = SAMPLE_NOW + 3600 * SS_SECOND;
    assert_int_equal(sample_append(store, sample_event("a", "milk"), SAMPLE_NOW).sequence, 1);
    ss_event_result result = sample_append(store, sample_event(" a ", "bread"), later);
    assert_true(result.repeated && result.sequence == 1);
    sample_close(&store);
    store = sample_open(*state, &options); /* the window is rebuilt */
    result = sample_append(store, sample_event("a", "bread"), later);
    assert_true(result.repeated && result.sequence == 1);
    result = sample_append(store, sample_event("a", "milk"), later + 1); /* too long ago */
    assert_true(!result.repeated && result.sequence == 2);
    for (int i = 3; i <= 4; i++)
        sample_append(store, sample_event(NULL, "milk"), later);
    assert_true(sample_append(store, sample_event("a", "milk"), later).repeated);
    sample_append(store, sample_event(NULL, "milk"), later);
    assert_int_equal(sample_append(store, sample_event("a", "milk"), later).sequence, 6); /* too many since */
    ss_event_counts counts = ss_event_store_counts(store);
    assert_true(counts.stored == 5 && counts.repeated == 2 && counts.refused == 0);
    sample_close(&store);
}

static void a_batch_tells_what_became_of_each(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_live_event batch[4] = {sample_event("a", "milk"), sample_event("b", ""), sample_event("a", "milk"),
                              sample_event("c", "bread")};
    ss_event_result results[4];
    ss_error error;
    batch[3].quantity = 1e8f;
    expect_ok(ss_event_store_append(store, batch, 4, SAMPLE_NOW, SS_DURABLE, results, &error), &error);
    assert_true(results[0].sequence == 1 && !results[0].repeated);
    assert_true(results[1].sequence == 0 && results[1].refused == SS_CHECK_ITEM);
    assert_true(results[2].sequence == 1 && results[2].repeated);
    assert_true(results[3].sequence == 2 && results[3].mended == 1u << SS_CHECK_LARGE);
    ss_event_counts counts = ss_event_store_counts(store);
    assert_true(counts.stored == 2 && counts.repeated == 1 && counts.refused == 1);
    assert_true(counts.checks[SS_CHECK_ITEM] == 1 && counts.checks[SS_CHECK_LARGE] == 1);
    sample_close(&store);
}

static void wrong_arguments_are_refused(void **state)
{
    ss_event_store_options options = ss_event_store_defaults();
    ss_event_store *store = NULL;
    ss_live_event event = sample_event("a", "milk");
    ss_event_result result;
    size_t removed;
    ss_error error;
    assert_status(sample_try_open_reader(*state, &store, &error), SS_E_NOT_FOUND);
    options.rules.late_days = 0;
    assert_status(sample_try_open(*state, SAMPLE_MAP, &options, &store, &error), SS_E_RANGE);
    store = sample_open(*state, NULL);
    assert_status(ss_event_store_append(store, &event, 1, -1, SS_DURABLE, &result, &error), SS_E_ARGUMENT);
    assert_status(ss_event_store_append(store, &event, 1, SS_EVENT_INSTANT_MAX, SS_DURABLE, &result, &error),
                  SS_E_ARGUMENT);
    assert_status(ss_event_store_append(store, &event, SS_EVENT_BATCH_MAX + 1, 0, SS_DURABLE, &result, &error),
                  SS_E_LIMIT);
    sample_close(&store);
    expect_ok(sample_try_open_reader(*state, &store, &error), &error);
    assert_status(ss_event_store_append(store, &event, 1, 0, SS_DURABLE, &result, &error), SS_E_ARGUMENT);
    assert_status(ss_event_store_prune(store, 0, 0, 1, &removed, &error), SS_E_ARGUMENT);
    sample_close(&store);
}

static ss_event_result append_relaxed(ss_event_store *store, ss_live_event event)
{
    ss_event_result result;
    ss_error error;
    expect_ok(ss_event_store_append(store, &event, 1, SAMPLE_NOW, SS_RELAXED, &result, &error), &error);
    return result;
}

static void what_is_relaxed_waits_for_a_sync(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    assert_int_equal(append_relaxed(store, sample_event("a", "milk")).sequence, 1);
    assert_int_equal(append_relaxed(store, sample_event("b", "milk")).sequence, 2);
    assert_true(append_relaxed(store, sample_event("a", "milk")).repeated);
    assert_int_equal(sample_count(store), 0);
    sample_sync(store);
    assert_int_equal(sample_count(store), 2);
    append_relaxed(store, sample_event("c", "milk"));
    assert_true(
        sample_append(store, sample_event("c", "milk"), SAMPLE_NOW).repeated); /* durable: so it must be there */
    assert_int_equal(sample_count(store), 3);
    append_relaxed(store, sample_event("d", "milk"));
    sample_close(&store);
    store = sample_open(*state, NULL);
    assert_int_equal(sample_count(store), 4);
    sample_close(&store);
}

/* A batch that fails takes nothing with it of what waits beside it. */
static void a_batch_fails_alone(void **state)
{
    enum { BATCH = 70 }; /* more ids than the window has room for at first */
    ss_event_store *store = sample_open(*state, NULL);
    ss_live_event batch[BATCH];
    ss_event_result results[BATCH];
    char texts[BATCH][16];
    ss_error error;
    append_relaxed(store, sample_event("a", "milk"));
    for (int i = 0; i < BATCH; i++) {
        snprintf(texts[i], sizeof texts[i], "id-%d", i);
        batch[i] = sample_event(texts[i], "milk");
    }
    failing_malloc_start(1);
    ss_status status = ss_event_store_append(store, batch, BATCH, SAMPLE_NOW, SS_DURABLE, results, &error);
    failing_malloc_stop();
    assert_status(status, SS_E_NOMEM);
    assert_int_equal(ss_event_store_counts(store).stored, 1);
    assert_true(append_relaxed(store, sample_event("a", "milk")).repeated);
    assert_int_equal(append_relaxed(store, sample_event("id-3", "milk")).sequence, 2);
    sample_sync(store);
    assert_int_equal(sample_count(store), 2);
    expect_ok(ss_event_store_append(store, batch, BATCH, SAMPLE_NOW, SS_DURABLE, results, &error), &error);
    assert_true(results[3].repeated && results[3].sequence == 2 && results[BATCH - 1].sequence == BATCH + 1);
    sample_close(&store);
}

static size_t prune(ss_event_store *store, int64_t before, uint64_t keep, size_t step)
{
    size_t removed = SIZE_MAX;
    ss_error error;
    expect_ok(ss_event_store_prune(store, before, keep, step, &removed, &error), &error);
    return removed;
}

static void pruning_goes_in_steps_and_never_gives_a_number_twice(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_event_extent extent;
    ss_error error;
    for (int i = 0; i < 10; i++)
        sample_append(store, sample_event(NULL, "milk"), SAMPLE_NOW + i);
    assert_int_equal(prune(store, SAMPLE_NOW, UINT64_MAX, 100), 0);
    assert_int_equal(prune(store, SAMPLE_NOW + 5, UINT64_MAX, 3), 3);
    assert_int_equal(prune(store, SAMPLE_NOW + 5, UINT64_MAX, 3), 2);
    assert_int_equal(prune(store, 0, 3, 100), 2);
    expect_ok(ss_event_store_extent(store, &extent, &error), &error);
    assert_true(extent.first == 8 && extent.last == 10 && extent.count == 3);
    assert_int_equal(prune(store, INT64_MAX, 0, 100), 3);
    assert_int_equal(prune(store, INT64_MAX, 0, 100), 0);
    assert_int_equal(ss_event_store_counts(store).pruned, 10);
    sample_close(&store);
    store = sample_open(*state, NULL);
    assert_int_equal(sample_append(store, sample_event(NULL, "milk"), SAMPLE_NOW).sequence, 11);
    sample_close(&store);
}

/* ---- the model ---- */

#define MODEL_MAX 20000

typedef struct model_event {
    unsigned id; /* 0: none */
    unsigned item;
    int64_t received;
} model_event;

typedef struct model {
    ss_event_store *store;
    ss_event_store_options options;
    const char *folder;
    ss_random random;
    model_event events[MODEL_MAX]; /* by number */
    uint64_t first, next, synced;
    int64_t now;
    char texts[200][2][24];
} model;

static uint64_t model_find(const model *m, unsigned id)
{
    uint64_t size = (uint64_t)m->options.repeat_window, oldest = m->next > size ? m->next - size : 1;
    for (uint64_t i = m->next; id && i-- > oldest;)
        if (m->events[i].id == id && m->events[i].received >= m->now - m->options.repeat_hours * 3600 * SS_SECOND)
            return i;
    return 0;
}

/* A random event; what the store must say to it. */
static ss_event_result model_append(model *m, size_t place, ss_live_event *event)
{
    unsigned id = ss_random_below(&m->random, 4) ? 1 + ss_random_below(&m->random, 300) : 0;
    unsigned item = ss_random_below(&m->random, 50);
    char(*text)[24] = m->texts[place];
    snprintf(text[0], sizeof text[0], "event-%u", id);
    snprintf(text[1], sizeof text[1], "item-%u", item);
    *event = sample_event(id ? text[0] : "", ss_random_below(&m->random, 20) ? text[1] : "");
    event->time = m->now;
    if (!event->texts[SS_TEXT_ITEM_ID].size)
        return (ss_event_result){.refused = SS_CHECK_ITEM};
    uint64_t repeats = model_find(m, id);
    if (repeats)
        return (ss_event_result){.sequence = repeats, .repeated = true};
    m->events[m->next] = (model_event){id, item, m->now};
    return (ss_event_result){.sequence = m->next++};
}

static void random_append(model *m)
{
    ss_live_event batch[200];
    ss_event_result wanted[200], results[200];
    ss_error error;
    size_t count = ss_random_below(&m->random, ss_random_below(&m->random, 10) ? 8 : 200);
    ss_durability durability = ss_random_below(&m->random, 2) ? SS_DURABLE : SS_RELAXED;
    for (size_t i = 0; i < count; i++)
        wanted[i] = model_append(m, i, &batch[i]);
    expect_ok(ss_event_store_append(m->store, batch, count, m->now, durability, results, &error), &error);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(results[i].sequence, wanted[i].sequence);
        assert_int_equal(results[i].refused, wanted[i].refused);
        assert_int_equal(results[i].repeated, wanted[i].repeated);
    }
    m->synced = durability == SS_DURABLE ? m->next : m->synced;
}

static void random_prune(model *m)
{
    size_t step = ss_random_below(&m->random, 40), wanted = 0;
    int64_t before = m->now - (int64_t)ss_random_below(&m->random, 48) * 3600 * SS_SECOND;
    uint64_t keep = ss_random_below(&m->random, 3) ? UINT64_MAX : ss_random_below(&m->random, 400);
    for (; wanted < step && m->first < m->next; m->first++, wanted++)
        if (m->events[m->first].received >= before && m->next - m->first <= keep)
            break;
    assert_int_equal(prune(m->store, before, keep, step), wanted);
    m->synced = m->next;
}

static void compare(const model *m)
{
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found;
    char text[24];
    ss_error error;
    expect_ok(ss_event_reader_new(m->store, 1, SS_EVENTS_ALL, &reader, &error), &error);
    for (uint64_t i = m->first; i < m->synced; i++) {
        expect_ok(ss_event_reader_next(reader, &event, &found, &error), &error);
        assert_true(found && event.sequence == i && event.received == m->events[i].received);
        snprintf(text, sizeof text, "item-%u", m->events[i].item);
        assert_slice_equal(event.texts[SS_TEXT_ITEM_ID], text);
        snprintf(text, sizeof text, "event-%u", m->events[i].id);
        assert_slice_equal(event.texts[SS_TEXT_EVENT_ID], m->events[i].id ? text : "");
    }
    expect_ok(ss_event_reader_next(reader, &event, &found, &error), &error);
    assert_false(found);
    ss_event_reader_free(&reader);
}

static void random_step(model *m)
{
    uint32_t dice = ss_random_below(&m->random, 100);
    m->now += (int64_t)ss_random_below(&m->random, 600) * SS_SECOND;
    if (dice < 80)
        random_append(m);
    else if (dice < 90)
        random_prune(m);
    else if (dice < 95)
        sample_sync(m->store);
    if (dice >= 97) {
        sample_close(&m->store);
        m->store = sample_open(m->folder, &m->options);
    }
    if (dice >= 97 || (dice >= 90 && dice < 95))
        m->synced = m->next;
    if (dice >= 85)
        compare(m);
}

static void it_agrees_with_a_model(void **state)
{
    model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->random = test_random();
    m->options = ss_event_store_defaults();
    m->options.repeat_window = 150;
    m->options.repeat_hours = 5;
    m->folder = *state;
    m->first = m->next = m->synced = 1;
    m->now = SAMPLE_NOW;
    m->store = sample_open(*state, &m->options);
    for (int step = 0; step < 600 && m->next + 200 < MODEL_MAX; step++)
        random_step(m);
    assert_true(m->next > 1000);
    sample_close(&m->store);
    free(m);
}

/* ---- full and damaged ---- */

/* Appends until an error; everything acknowledged is there afterwards. The number of the last acknowledged. */
static uint64_t append_until(ss_event_store *store, ss_status wanted, ss_error *error)
{
    static char text[SS_ID_MAX];
    ss_live_event batch[64];
    ss_event_result results[64];
    ss_status status = SS_OK;
    uint64_t last = 0, count = 0;
    ss_error other;
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 64; i++) {
        batch[i] = sample_event(NULL, "milk");
        batch[i].texts[SS_TEXT_CUSTOMER_ID] = (ss_slice){text, sizeof text};
    }
    for (int round = 0; round < 100000 && status == SS_OK; round++) {
        status = ss_event_store_append(store, batch, 64, SAMPLE_NOW, SS_DURABLE, results, error);
        last = status == SS_OK ? results[63].sequence : last;
    }
    assert_status(status, wanted);
    expect_ok(sample_read_all(store, &count, &other), &other);
    assert_int_equal(count, last);
    return last;
}

static void a_full_map_is_an_error_that_loses_nothing(void **state)
{
    uint64_t count;
    ss_error error;
    ss_event_store *store = sample_open_sized(*state, MEGABYTE, NULL);
    uint64_t last = append_until(store, SS_E_LIMIT, &error);
    assert_true(last > 1000);
    assert_int_equal(ss_event_store_counts(store).stored, last);
    sample_close(&store);
    store = sample_open_sized(*state, 4 * MEGABYTE, NULL);
    assert_int_equal(sample_append(store, sample_event("new", "milk"), SAMPLE_NOW).sequence, last + 1);
    expect_ok(sample_read_all(store, &count, &error), &error);
    assert_int_equal(count, last + 1);
    sample_close(&store);
}

static void pruning_makes_room_for_ever(void **state)
{
    ss_live_event batch[100];
    ss_event_result results[100];
    uint64_t count;
    ss_error error;
    ss_event_store *store = sample_open_sized(*state, MEGABYTE, NULL);
    for (size_t i = 0; i < 100; i++)
        batch[i] = sample_event(NULL, "a product with a name of some length, so that pages are filled");
    for (int round = 0; round < 100; round++) {
        expect_ok(ss_event_store_append(store, batch, 100, SAMPLE_NOW, SS_DURABLE, results, &error), &error);
        prune(store, 0, 500, 1000);
    }
    expect_ok(sample_read_all(store, &count, &error), &error);
    assert_int_equal(count, 500);
    sample_close(&store);
}

static void data_path(const char *folder, char path[TEMPORARY_PATH_MAX])
{
    temporary_path(path, folder, "state/data.mdb");
}

/* A limit on the size of files stands for a disk that is full. */
static void a_full_disk_is_an_error_that_loses_nothing(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    struct stat about;
    struct rlimit before, limit;
    uint64_t count;
    ss_error error, other;
    ss_event_store *store = sample_open(*state, NULL);
    sample_append(store, sample_event("a", "milk"), SAMPLE_NOW);
    data_path(*state, path);
    assert_int_equal(stat(path, &about), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)about.st_size + 200000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ss_live_event batch[64];
    ss_event_result results[64];
    ss_status status = SS_OK;
    uint64_t last = 1;
    for (int i = 0; i < 64; i++)
        batch[i] = sample_event(NULL, "milk");
    for (int round = 0; round < 100000 && status == SS_OK; round++) {
        status = ss_event_store_append(store, batch, 64, SAMPLE_NOW, SS_DURABLE, results, &error);
        last = status == SS_OK ? results[63].sequence : last;
    }
    ss_status again = ss_event_store_append(store, batch, 64, SAMPLE_NOW, SS_DURABLE, results, &other);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_status(status, SS_E_IO);
    assert_status(again, SS_E_IO);
    assert_true(error.os_errno == EFBIG || error.os_errno == EIO);
    expect_ok(sample_read_all(store, &count, &error), &error);
    assert_int_equal(count, last);
    assert_int_equal(sample_append(store, sample_event("b", "milk"), SAMPLE_NOW).sequence, last + 1);
    assert_true(sample_append(store, sample_event("a", "milk"), SAMPLE_NOW).repeated);
    sample_close(&store);
    store = sample_open(*state, NULL);
    expect_ok(sample_read_all(store, &count, &error), &error);
    assert_int_equal(count, last + 1);
    sample_close(&store);
}

static off_t fill_some(const char *folder)
{
    char path[TEMPORARY_PATH_MAX];
    struct stat about;
    ss_event_result results[64];
    ss_live_event batch[64];
    ss_error error;
    ss_event_store *store = sample_open(folder, NULL);
    for (int i = 0; i < 64; i++)
        batch[i] = sample_event(NULL, "an-item-to-be-found-in-the-file");
    for (int i = 0; i < 800; i++)
        expect_ok(
            ss_event_store_append(store, batch, 64, SAMPLE_NOW, i % 64 ? SS_RELAXED : SS_DURABLE, results, &error),
            &error);
    sample_close(&store);
    data_path(folder, path);
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

static void a_damaged_record_is_named(void **state)
{
    char path[TEMPORARY_PATH_MAX], *found;
    ss_buffer bytes;
    ss_event_store *store = NULL;
    uint64_t count;
    ss_error error;
    fill_some(*state);
    data_path(*state, path);
    ss_buffer_init(&bytes, 1u << 26);
    expect_ok(ss_file_read(path, 1u << 26, &bytes, &error), &error);
    for (char *at = bytes.data; (found = memmem(at, bytes.size - (size_t)(at - bytes.data), "an-item", 7));
         at = found + 1)
        found[3] = 'X';
    expect_ok(ss_file_write_atomic(path, bytes.data, bytes.size, &error), &error);
    ss_buffer_release(&bytes);
    expect_ok(sample_try_open_reader(*state, &store, &error), &error);
    assert_status(sample_read_all(store, &count, &error), SS_E_CORRUPT);
    assert_int_equal(error.line, 1);
    assert_string_equal(error.field, "checksum");
    sample_close(&store);
    ss_event_store_options options = ss_event_store_defaults();
    assert_status(sample_try_open(*state, SAMPLE_MAP, &options, &store, &error), SS_E_CORRUPT);
    assert_null(store);
}

/* Cut short, or with pages of zeros or of noise in place of the last ones: errors, or what is left, but no crash. */
static void damaged_files_are_errors(void **state)
{
    char path[TEMPORARY_PATH_MAX], page[4096] = {0};
    ss_event_store *store = NULL;
    ss_error error;
    uint64_t count;
    off_t size = fill_some(*state);
    assert_true(size > (2 << 20));
    data_path(*state, path);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    for (off_t at = 8192; at < size; at += 4096)
        assert_int_equal(pwrite(fd, page, sizeof page, at), sizeof page);
    close(fd);
    ss_status status = sample_try_open_reader(*state, &store, &error);
    assert_true(status == SS_E_CORRUPT || (status == SS_OK && sample_read_all(store, &count, &error) == SS_E_CORRUPT));
    sample_close(&store);
    assert_int_equal(truncate(path, size / 3), 0);
    assert_status(sample_try_open_reader(*state, &store, &error), SS_E_CORRUPT);
    ss_event_store_options options = ss_event_store_defaults();
    assert_status(sample_try_open(*state, SAMPLE_MAP, &options, &store, &error), SS_E_CORRUPT);
}

#define SOME 640

static void append_in_ten(ss_event_store *store)
{
    ss_live_event batch[SOME / 10];
    ss_event_result results[SOME / 10];
    ss_error error;
    for (int i = 0; i < SOME / 10; i++)
        batch[i] = sample_event(NULL, "a product with a name of some length, so that pages are filled");
    for (int i = 0; i < 10; i++)
        expect_ok(ss_event_store_append(store, batch, SOME / 10, SAMPLE_NOW, SS_DURABLE, results, &error), &error);
}

/* What blocks that were never written, or not given back, look like. */
static void any_page_of_zeros_is_an_error(void **state)
{
    static char zeros[65536], page[65536];
    char path[TEMPORARY_PATH_MAX];
    size_t size = (size_t)sysconf(_SC_PAGESIZE); /* which LMDB takes for its own */
    ss_event_store *store = NULL;
    ss_error error;
    uint64_t count = 0;
    int corrupt = 0;
    store = sample_open(*state, NULL);
    append_in_ten(store);
    sample_close(&store);
    data_path(*state, path);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0 && size <= sizeof page);
    for (off_t at = 2 * (off_t)size; pread(fd, page, size, at) == (ssize_t)size; at += (off_t)size) {
        assert_int_equal(pwrite(fd, zeros, size, at), size);
        ss_status status = sample_try_open_reader(*state, &store, &error);
        if (status == SS_OK)
            status = sample_read_all(store, &count, &error);
        sample_close(&store);
        assert_true(status == SS_E_CORRUPT || (status == SS_OK && count == SOME)); /* OK: a page not in use */
        corrupt += status == SS_E_CORRUPT;
        assert_int_equal(pwrite(fd, page, size, at), size);
    }
    close(fd);
    assert_true(corrupt > 3);
}

static bool attempt(void *folder)
{
    ss_event_store_options options = ss_event_store_defaults();
    ss_event_store *store = NULL;
    ss_event_result result;
    uint64_t count;
    ss_live_event event = sample_event("once", "milk");
    ss_status status;
    SS_TRY(sample_try_open(folder, SAMPLE_MAP, &options, &store, NULL));
    SS_TRY(ss_event_store_append(store, &event, 1, SAMPLE_NOW, SS_DURABLE, &result, NULL));
    SS_TRY(sample_read_all(store, &count, NULL));
    assert_int_equal(count, 1);
out:
    sample_close(&store);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(attempt, *state), 5, 1000);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_is_appended_is_there_in_order),
        WITH_FOLDER(a_repeated_event_counts_once),
        WITH_FOLDER(a_batch_tells_what_became_of_each),
        WITH_FOLDER(wrong_arguments_are_refused),
        WITH_FOLDER(what_is_relaxed_waits_for_a_sync),
        WITH_FOLDER(a_batch_fails_alone),
        WITH_FOLDER(pruning_goes_in_steps_and_never_gives_a_number_twice),
        WITH_FOLDER(it_agrees_with_a_model),
        WITH_FOLDER(a_full_map_is_an_error_that_loses_nothing),
        WITH_FOLDER(pruning_makes_room_for_ever),
        WITH_FOLDER(a_full_disk_is_an_error_that_loses_nothing),
        WITH_FOLDER(a_damaged_record_is_named),
        WITH_FOLDER(damaged_files_are_errors),
        WITH_FOLDER(any_page_of_zeros_is_an_error),
        WITH_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* event_sample.h: events for tests of live state, and what a store holds. */
#ifndef SS_TESTS_EVENT_SAMPLE_H
#define SS_TESTS_EVENT_SAMPLE_H

#include "check.h"
#include "log/catalog.h"
#include "state/event_reader.h"
#include "state/event_store.h"
#include <math.h>

#define SAMPLE_NOW INT64_C(1700000000000000)

/* A view of `item` in session "s"; an empty or NULL `id`: without event_id. Borrows the texts. */
static inline ss_live_event sample_event(const char *id, const char *item)
{
    ss_live_event event = {.time = SAMPLE_NOW, .event = SS_EVENT_VIEW, .unit_price = SS_NO_MONEY};
    event.texts[SS_TEXT_EVENT_ID] = ss_slice_of(id);
    event.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    event.texts[SS_TEXT_SESSION_ID] = SS_SLICE_LITERAL("s");
    return event;
}

static inline void assert_events_equal(const ss_live_event *a, const ss_live_event *b)
{
    assert_int_equal(a->received, b->received);
    assert_int_equal(a->time, b->time);
    assert_int_equal(a->event, b->event);
    assert_true(fabsf(a->quantity - b->quantity) <= 0);
    assert_int_equal(a->unit_price, b->unit_price);
    for (int t = 0; t < SS_EVENT_TEXTS; t++)
        assert_true(ss_slice_equal(a->texts[t], b->texts[t]));
}

#define SAMPLE_MAP (UINT64_C(1) << 36)

/* Opens environment and events to write; outputs untouched on an error. */
static inline ss_status sample_try_open(const char *folder, uint64_t map_bytes, const ss_event_store_options *options,
                                        ss_event_store **store, ss_error *error)
{
    ss_environment *environment = NULL;
    ss_status status = ss_environment_open(folder, map_bytes, &environment, error);
    if (status != SS_OK)
        return status;
    status = ss_event_store_open(environment, options, store, error);
    if (status != SS_OK)
        ss_environment_close(&environment);
    return status;
}

/* The same to read. */
static inline ss_status sample_try_open_reader(const char *folder, ss_event_store **store, ss_error *error)
{
    ss_environment *environment = NULL;
    ss_status status = ss_environment_open(folder, 0, &environment, error);
    if (status != SS_OK)
        return status;
    status = ss_event_store_open_reader(environment, store, error);
    if (status != SS_OK)
        ss_environment_close(&environment);
    return status;
}

static inline ss_event_store *sample_open_sized(const char *folder, uint64_t map_bytes,
                                                const ss_event_store_options *options)
{
    ss_event_store_options defaults = ss_event_store_defaults();
    ss_event_store *store = NULL;
    ss_error error;
    expect_ok(sample_try_open(folder, map_bytes, options ? options : &defaults, &store, &error), &error);
    return store;
}

static inline ss_event_store *sample_open(const char *folder, const ss_event_store_options *options)
{
    return sample_open_sized(folder, SAMPLE_MAP, options);
}

/* The events and their environment. */
static inline void sample_close(ss_event_store **store)
{
    ss_environment *environment = *store ? ss_event_store_environment(*store) : NULL;
    ss_event_store_close(store);
    ss_environment_close(&environment);
}

static inline void sample_sync(ss_event_store *store)
{
    ss_error error;
    expect_ok(ss_environment_sync(ss_event_store_environment(store), &error), &error);
}

/* Appends one event as durable; its result. */
static inline ss_event_result sample_append(ss_event_store *store, ss_live_event event, int64_t now)
{
    ss_event_result result;
    ss_error error;
    expect_ok(ss_event_store_append(store, &event, 1, now, SS_DURABLE, &result, &error), &error);
    return result;
}

static inline uint64_t sample_count(const ss_event_store *store)
{
    ss_event_extent extent;
    ss_error error;
    expect_ok(ss_event_store_extent(store, &extent, &error), &error);
    return extent.count;
}

/* Reads all events; OK, or the first error. */
static inline ss_status sample_read_all(const ss_event_store *store, uint64_t *count, ss_error *error)
{
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found = true;
    *count = 0;
    ss_status status = ss_event_reader_new(store, 1, SS_EVENTS_ALL, &reader, error);
    while (status == SS_OK && found) {
        status = ss_event_reader_next(reader, &event, &found, error);
        *count += status == SS_OK && found;
    }
    ss_event_reader_free(&reader);
    return status;
}

#endif

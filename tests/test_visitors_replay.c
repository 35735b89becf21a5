/*
 * test_visitors_replay.c: what is read again after a start beside what was known before it; how far back it reads; a
 * damaged store.
 */
#include "check.h"
#include "event_sample.h"
#include "temporary_folder.h"

#include "base/dictionary.h"
#include "base/timestamp.h"
#include "state/environment.h"
#include "state/visitors_replay.h"

#include <string.h>

#define EVENTS 20000
#define HOUR   (3600 * SS_SECOND)

static uint32_t no_number(const void *context, ss_slice id)
{
    (void)context;
    (void)id;
    return SS_NONE;
}

static const ss_item_numbers numbers = {1, 0, no_number, NULL};

typedef struct fixture {
    char *folder;
    ss_environment *environment;
    ss_event_store *events;
} fixture;

static void open_events(fixture *f)
{
    ss_event_store_options options = ss_event_store_defaults();
    ss_error error;
    expect_ok(ss_environment_open(f->folder, 1u << 28, &f->environment, &error), &error);
    expect_ok(ss_event_store_open(f->environment, &options, &f->events, &error), &error);
}

static void close_events(fixture *f)
{
    ss_event_store_close(&f->events);
    ss_environment_close(&f->environment);
}

static ss_visitors *new_visitors(ss_visitors_options options)
{
    ss_visitors *visitors = NULL;
    ss_error error;
    expect_ok(ss_visitors_new(&options, &visitors, &error), &error);
    return visitors;
}

static ss_visitors *replayed(const fixture *f, ss_visitors_options options, int64_t now, uint64_t *applied)
{
    ss_visitors *visitors = new_visitors(options);
    ss_error error;
    expect_ok(ss_visitors_replay(visitors, f->events, now, applied, &error), &error);
    return visitors;
}

static ss_slice name(char text[16], char letter, uint32_t number)
{
    return (ss_slice){text, (size_t)snprintf(text, 16, "%c%u", letter, number)};
}

/* Appends an event and has it happen, as the server does. */
static void record(fixture *f, ss_visitors *visitors, ss_live_event event, int64_t now)
{
    ss_event_result result;
    ss_error error;
    expect_ok(ss_event_store_append(f->events, &event, 1, now, SS_RELAXED, &result, &error), &error);
    event.received = now;
    if (result.refused == SS_CHECK_FINE && !result.repeated && visitors)
        assert_status(ss_visitors_apply(visitors, &event), SS_OK);
}

/* Sessions of an hour or so, one after another; customers come back. */
static int64_t live_through(fixture *f, ss_visitors *visitors, ss_random *random)
{
    int64_t now = SAMPLE_NOW;
    ss_error error;
    for (uint32_t i = 0; i < EVENTS; i++) {
        char item[16], session[16], customer[16], id[16];
        now += ss_random_below(random, 60) * SS_SECOND;
        uint32_t visitor = i / 50 + ss_random_below(random, 8);
        ss_live_event event = sample_event(NULL, NULL);
        event.texts[SS_TEXT_EVENT_ID] = name(id, 'e', ss_random_below(random, 30) ? i : i / 2);
        event.texts[SS_TEXT_ITEM_ID] = name(item, 'i', ss_random_below(random, 90));
        event.texts[SS_TEXT_SESSION_ID] = name(session, 's', visitor);
        if (visitor % 2)
            event.texts[SS_TEXT_CUSTOMER_ID] = name(customer, 'c', visitor % 40);
        event.event = (ss_event)ss_random_below(random, SS_EVENT_COUNT);
        event.quantity = (float)ss_random_below(random, 3);
        event.time = now - (int64_t)ss_random_below(random, 30) * SS_SECOND;
        record(f, visitors, event, now);
    }
    expect_ok(ss_environment_sync(f->environment, &error), &error);
    return now;
}

static void assert_same(ss_visitors *a, ss_visitors *b, ss_visitor_kind kind, uint32_t number, int64_t now,
                        unsigned *known)
{
    char text[16];
    ss_visitor_view first, second;
    ss_slice id = name(text, kind == SS_VISITOR_SESSION ? 's' : 'c', number);
    bool found = ss_visitors_read(a, kind, id, now, &numbers, &first);
    assert_int_equal(ss_visitors_read(b, kind, id, now, &numbers, &second), found);
    assert_int_equal(first.count, second.count);
    for (unsigned i = 0; i < first.count; i++) {
        first.items[i].id = second.items[i].id = 0; /* numbers of its own */
        assert_memory_equal(&first.items[i], &second.items[i], sizeof first.items[i]);
    }
    *known += found;
}

static void sessions_and_customers_survive_a_restart(void **state)
{
    ss_random random = test_random();
    fixture f = {.folder = *state};
    ss_visitors_options options = ss_visitors_defaults();
    unsigned sessions = 0, customers = 0;
    uint64_t applied = 0;
    options.hours = 6;
    open_events(&f);
    ss_visitors *before = new_visitors(options);
    int64_t now = live_through(&f, before, &random);
    close_events(&f);
    open_events(&f);
    ss_visitors *after = replayed(&f, options, now, &applied);
    assert_true(applied > EVENTS / 2);
    for (uint32_t number = 0; number < EVENTS / 50 + 8; number++)
        assert_same(before, after, SS_VISITOR_SESSION, number, now, &sessions);
    for (uint32_t number = 0; number < 40; number++)
        assert_same(before, after, SS_VISITOR_CUSTOMER, number, now, &customers);
    print_message("%u sessions, %u customers, from %llu events\n", sessions, customers, (unsigned long long)applied);
    assert_true(sessions > 3 && customers >= 20);
    ss_visitors_free(&before);
    ss_visitors_free(&after);
    close_events(&f);
}

/* One event an hour, of one session and its customer. */
static void it_reads_no_further_back_than_it_must(void **state)
{
    enum { HOURS = 100 };
    fixture f = {.folder = *state};
    ss_error error;
    ss_visitor_view view;
    uint64_t applied;
    open_events(&f);
    ss_visitors_options options = {.memory_megabytes = 1, .hours = 3, .customer_days = 0.5, .replay_events = 1000};
    ss_visitors *visitors = replayed(&f, options, SAMPLE_NOW, &applied);
    assert_int_equal(applied, 0); /* an empty store */
    ss_visitors_free(&visitors);
    for (int hour = 1; hour <= HOURS; hour++) {
        char item[16];
        ss_live_event event = sample_event(NULL, NULL);
        event.time = SAMPLE_NOW + hour * HOUR;
        event.texts[SS_TEXT_ITEM_ID] = name(item, 'i', (uint32_t)hour);
        event.texts[SS_TEXT_CUSTOMER_ID] = SS_SLICE_LITERAL("c");
        record(&f, NULL, event, SAMPLE_NOW + hour * HOUR);
    }
    expect_ok(ss_environment_sync(f.environment, &error), &error);
    int64_t now = SAMPLE_NOW + HOURS * HOUR;
    visitors = replayed(&f, options, now, &applied);
    assert_int_equal(applied, 13);
    assert_true(ss_visitors_read(visitors, SS_VISITOR_SESSION, ss_slice_of("s"), now, &numbers, &view));
    assert_int_equal(view.count, 4);
    assert_true(ss_visitors_read(visitors, SS_VISITOR_CUSTOMER, ss_slice_of("c"), now, &numbers, &view));
    assert_int_equal(view.count, 13);
    ss_visitors_free(&visitors);
    options.replay_events = 2;
    visitors = replayed(&f, options, now, &applied);
    assert_int_equal(applied, 2);
    ss_visitors_free(&visitors);
    options.replay_events = 0;
    visitors = replayed(&f, options, now, &applied);
    assert_int_equal(applied, 0);
    ss_visitors_free(&visitors);
    visitors = replayed(
        &f, (ss_visitors_options){.memory_megabytes = 1, .hours = 8000, .customer_days = 1, .replay_events = 1000}, now,
        &applied);
    assert_int_equal(applied, HOURS);
    ss_visitors_free(&visitors);
    visitors = replayed(&f, options, now + 1000 * HOUR, &applied); /* all is over */
    assert_int_equal(applied, 0);
    ss_visitors_free(&visitors);
    close_events(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sessions_and_customers_survive_a_restart, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(it_reads_no_further_back_than_it_must, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

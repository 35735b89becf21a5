/*
 * test_feed.c: training from the live store: alone, after logs without counting twice, without who is forgotten, and
 * beside a process that goes on writing.
 */
#include "event_sample.h"

#include "job/feed.h"
#include "job/live_events.h"
#include "shop.h"
#include "state/forgotten.h"
#include "store/manifest.h"
#include <signal.h>
#include <sys/wait.h>

#define HOUR (INT64_C(3600) * SS_SECOND)
#define NOON (SAMPLE_NOW - 24 * HOUR)

#define LOG                                                                                                            \
    "order_id,customer_id,item_id,quantity,timestamp\n"                                                                \
    "1,ann,tea,1,2023-11-13T10:00:00Z\n"                                                                               \
    "1,ann,pot,1,2023-11-13T10:00:00Z\n"                                                                               \
    "2,bob,tea,2,2023-11-13T22:13:20Z\n" /* NOON: 24 hours before SAMPLE_NOW */

static ss_live_event happened(ss_event what, const char *customer, const char *order, const char *item, int64_t time)
{
    ss_live_event event = sample_event(NULL, item);
    event.event = what;
    event.time = time;
    event.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(customer);
    event.texts[SS_TEXT_ORDER_ID] = ss_slice_of(order);
    return event;
}

static void store_events(const char *folder, const ss_live_event *events, size_t count)
{
    ss_event_store *store = sample_open(folder, NULL);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sample_append(store, events[i], SAMPLE_NOW).refused, SS_CHECK_FINE);
    sample_close(&store);
}

static void begin_input(const char *folder, const char *log, ss_input_options *input, char path[TEMPORARY_PATH_MAX])
{
    ss_model_options unused;
    shop_defaults(input, &unused);
    input->state = folder;
    temporary_path(path, folder, "log.csv");
    if (!log)
        return;
    assert_int_equal(ss_file_write_atomic(path, log, strlen(log), NULL), SS_OK);
    input->logs = (ss_texts){{path}, 1};
}

/* The data's purchases of an item, in pieces; -1: no such item. */
static int bought(const ss_training_data *data, const char *item)
{
    uint32_t number = ss_dictionary_find(data->interactions.items, ss_slice_of(item));
    float sum = 0;
    for (size_t i = 0; i < data->interactions.count; i++) {
        const ss_interaction *row = &data->interactions.rows[i];
        sum += row->item == number && row->event == SS_EVENT_PURCHASE ? row->quantity : 0;
    }
    return number == SS_NONE ? -1 : (int)sum;
}

static void events_alone_are_enough(void **state)
{
    const ss_live_event events[] = {
        happened(SS_EVENT_PURCHASE, "ann", "9", "tea", NOON), happened(SS_EVENT_VIEW, "ann", NULL, "cup", NOON + HOUR),
        happened(SS_EVENT_PURCHASE, NULL, NULL, "pot", NOON + HOUR), /* by its session */
    };
    ss_input_options input;
    ss_training_data data = {0};
    ss_error error;
    char path[TEMPORARY_PATH_MAX];
    store_events(*state, events, 3);
    begin_input(*state, NULL, &input, path);
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.log_report.events, 3);
    assert_int_equal(data.log_report.events_last, 3);
    assert_int_equal(data.interactions.count, 3);
    assert_int_equal(bought(&data, "tea"), 1);
    assert_int_equal(bought(&data, "pot"), 1);
    assert_int_equal(bought(&data, "cup"), 0);
    ss_training_data_free(&data);
    input.state = temporary_path(path, *state, "state"); /* the folder itself does as well */
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.interactions.count, 3);
    ss_training_data_free(&data);
}

static void nothing_is_counted_twice(void **state)
{
    ss_live_event events[] = {
        happened(SS_EVENT_PURCHASE, "bob", "2", "tea", NOON - SS_SECOND),   /* the log's own */
        happened(SS_EVENT_PURCHASE, "bob", "2", "tea", NOON + HOUR),        /* the same by a clock that is wrong */
        happened(SS_EVENT_PURCHASE, "cid", NULL, "pot", NOON - SS_SECOND),  /* before the log's end */
        happened(SS_EVENT_PURCHASE, "cid", "3", "pot", NOON + SS_SECOND),   /* new */
        happened(SS_EVENT_PURCHASE, "bob", "2", "tea", NOON + 2 * HOUR),    /* a return of the log's purchase */
        happened(SS_EVENT_VIEW, "ann", NULL, "cup", NOON - 100 * SS_SECOND) /* of which the log says nothing */
    };
    ss_input_options input;
    ss_training_data data = {0};
    ss_error error;
    char path[TEMPORARY_PATH_MAX];
    events[4].quantity = -1;
    store_events(*state, events, 6);
    begin_input(*state, LOG, &input, path);
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.log_report.rows, 9);
    assert_int_equal(data.log_report.events, 6);
    assert_int_equal(data.log_report.ignored[SS_IGNORED_OVERLAP], 3);
    assert_int_equal(data.log_report.newest, NOON);
    assert_int_equal(bought(&data, "tea"), 2); /* 1 + 2 - 1 */
    assert_int_equal(bought(&data, "pot"), 2);
    assert_int_equal(bought(&data, "cup"), 0);
    ss_training_data_free(&data);
    input.state_from = "2023-11-13T22:13:19Z"; /* NOON - 1 second */
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.log_report.ignored[SS_IGNORED_OVERLAP], 3); /* the order of the log twice, and the view */
    assert_int_equal(bought(&data, "pot"), 3);
    assert_int_equal(bought(&data, "cup"), -1);
    ss_training_data_free(&data);
}

static void the_forgotten_are_left_out(void **state)
{
    const ss_live_event events[] = {happened(SS_EVENT_PURCHASE, "ann", "8", "cup", NOON + HOUR),
                                    happened(SS_EVENT_PURCHASE, "cid", "9", "cup", NOON + HOUR)};
    ss_input_options input;
    ss_training_data data = {0};
    ss_error error;
    char path[TEMPORARY_PATH_MAX];
    ss_left_out *forgotten = ss_left_out_new();
    assert_int_equal(ss_left_out_add(forgotten, SS_SLICE_LITERAL("ann"), SAMPLE_NOW), SS_OK);
    store_events(*state, events, 2);
    begin_input(*state, LOG, &input, path);
    input.log.forgotten = forgotten;
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.log_report.ignored[SS_IGNORED_FORGOTTEN], 3);
    assert_int_equal(bought(&data, "tea"), 2);
    assert_int_equal(bought(&data, "pot"), -1);
    assert_int_equal(bought(&data, "cup"), 1);
    assert_int_equal(ss_dictionary_find(data.interactions.customers, SS_SLICE_LITERAL("ann")), SS_NONE);
    ss_training_data_free(&data);
    ss_left_out_free(&forgotten);
}

/* The customer asks at `time` to be forgotten. */
static void forget(const char *folder, const char *customer, int64_t time)
{
    ss_event_store *store = sample_open(folder, NULL);
    ss_forgotten *forgotten = NULL;
    ss_error error;
    const ss_forgotten_customer who = {.customer_id = ss_slice_of(customer), .time = time};
    expect_ok(ss_forgotten_open(ss_event_store_environment(store), &forgotten, &error), &error);
    expect_ok(ss_forgotten_put(forgotten, &who, 1, &error), &error);
    sample_sync(store);
    ss_forgotten_close(&forgotten);
    sample_close(&store);
}

static void who_asked_is_on_the_list_of_the_store(void **state)
{
    const ss_live_event events[] = {happened(SS_EVENT_PURCHASE, "ann", "8", "cup", NOON + HOUR),
                                    happened(SS_EVENT_PURCHASE, "ann", "9", "cup", NOON + 3 * HOUR)};
    ss_input_options input;
    ss_training_data data = {0};
    ss_error error;
    char path[TEMPORARY_PATH_MAX], out[TEMPORARY_PATH_MAX];
    uint64_t rows = 0;
    store_events(*state, events, 2);
    forget(*state, "ann", NOON + 2 * HOUR);
    begin_input(*state, LOG, &input, path);
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.log_report.ignored[SS_IGNORED_FORGOTTEN], 3);
    assert_int_equal(bought(&data, "cup"), 1); /* what came after */
    ss_training_data_free(&data);
    input.state = NULL;
    input.store = *state; /* the list counts for the log alone as well */
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.log_report.ignored[SS_IGNORED_FORGOTTEN], 2);
    assert_int_equal(data.log_report.events, 0);
    ss_training_data_free(&data);
    const ss_events_export_options options = {
        .out = temporary_path(out, *state, "out.csv"), .from = SS_NO_TIME, .until = SS_NO_TIME};
    expect_ok(ss_events_export(*state, &options, NULL, &rows, &error), &error);
    assert_int_equal(rows, 1);
}

static void a_store_without_live_state_forgets_nobody(void **state)
{
    ss_input_options input;
    ss_training_data data = {0};
    ss_error error;
    char path[TEMPORARY_PATH_MAX];
    begin_input(*state, LOG, &input, path);
    input.state = NULL;
    input.store = *state;
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_int_equal(data.interactions.count, 3);
    ss_training_data_free(&data);
}

static void refuses(const char *folder, const char *log, const char *from, const char *wanted)
{
    ss_input_options input;
    ss_training_data data = {0};
    ss_error error = {0};
    char path[TEMPORARY_PATH_MAX], text[512];
    begin_input(folder, log, &input, path);
    input.state_from = from;
    assert_int_not_equal(ss_training_data_read(&input, NULL, &data, &error), SS_OK);
    ss_error_format(&error, text, sizeof text);
    if (!strstr(text, wanted))
        fail_msg("'%s' does not say '%s'", text, wanted);
    ss_training_data_free(&data);
}

static void what_is_ambiguous_is_refused_with_words(void **state)
{
    const ss_live_event event = happened(SS_EVENT_PURCHASE, "ann", "8", "cup", NOON + HOUR);
    refuses(*state, NULL, NULL, "state");
    store_events(*state, &event, 1);
    refuses(*state, "order_id,item_id\n1,tea\n", NULL, "the log has no column timestamp");
    refuses(*state, "order_id,item_id,timestamp\n1,tea,2190-01-01\n", NULL, "later than now");
    refuses(*state, LOG, "yesterday", "--state-from: 'yesterday' is no time");
}

/* ---- beside a process that writes ---- */

/* Event number i is a view of item i % 7 in session i / 5. */
static int write_on(const char *folder, int started)
{
    ss_event_store *store = sample_open(folder, NULL);
    for (uint64_t number = 1;; number++) {
        char item[8], session[24];
        ss_event_result result;
        snprintf(item, sizeof item, "i%u", (unsigned)(number % 7));
        snprintf(session, sizeof session, "s%llu", (unsigned long long)(number / 5));
        ss_live_event event = sample_event(NULL, item);
        event.texts[SS_TEXT_SESSION_ID] = ss_slice_of(session);
        event.time = SAMPLE_NOW + (int64_t)number; /* repeats of a session are merged by basket, item and event */
        bool sync = number % 50 == 0;
        if (ss_event_store_append(store, &event, 1, SAMPLE_NOW + HOUR, sync ? SS_DURABLE : SS_RELAXED, &result, NULL))
            return 1;
        if (number == 5000 && write(started, "!", 1) != 1)
            return 2;
    }
}

static void expect_exactly(const ss_training_data *data, uint64_t last)
{
    uint64_t counts[7] = {0}, found[7] = {0};
    for (uint64_t number = 1; number <= last; number++)
        counts[number % 7]++;
    for (size_t i = 0; i < data->interactions.count; i++) {
        ss_slice id = ss_dictionary_id(data->interactions.items, data->interactions.rows[i].item);
        found[id.data[1] - '0']++;
    }
    assert_memory_equal(counts, found, sizeof counts);
}

static void train_and_check(const char *folder)
{
    ss_input_options input;
    ss_model_options options;
    ss_training_data data = {0};
    ss_train_report report = {0};
    ss_manifest *manifest = NULL;
    ss_error error;
    int64_t last = 0, rows = 0;
    char path[TEMPORARY_PATH_MAX], generation[TEMPORARY_PATH_MAX];
    shop_defaults(&input, &options);
    input.state = folder;
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    assert_true(data.log_report.events_last >= 5000);
    assert_int_equal(data.log_report.events, data.log_report.events_last);
    expect_exactly(&data, data.log_report.events_last);
    expect_ok(ss_train(folder, SAMPLE_NOW, &data, &options, 1, NULL, &report, &error), &error);
    temporary_path(path, folder, "generations");
    expect_ok(ss_manifest_read(temporary_path(generation, path, report.generation), &manifest, &error), &error);
    assert_true(ss_manifest_int(manifest, "input.events.last_sequence", &last));
    assert_true(ss_manifest_int(manifest, "counts.rows", &rows));
    assert_int_equal(last, data.log_report.events_last);
    assert_int_equal(rows, last);
    ss_manifest_free(&manifest);
    ss_training_data_free(&data);
}

static void reading_stops_where_it_began(void **state)
{
    int started[2];
    char byte;
    assert_int_equal(pipe(started), 0);
    pid_t writer = fork();
    if (writer == 0)
        _exit(write_on(*state, started[1]));
    assert_true(writer > 0);
    assert_int_equal(read(started[0], &byte, 1), 1);
    train_and_check(*state);
    kill(writer, SIGKILL);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    close(started[0]);
    close(started[1]);
}

int main(void)
{
#define IN_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(events_alone_are_enough),
        IN_FOLDER(nothing_is_counted_twice),
        IN_FOLDER(the_forgotten_are_left_out),
        IN_FOLDER(who_asked_is_on_the_list_of_the_store),
        IN_FOLDER(a_store_without_live_state_forgets_nobody),
        IN_FOLDER(what_is_ambiguous_is_refused_with_words),
        IN_FOLDER(reading_stops_where_it_began),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

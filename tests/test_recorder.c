/*
 * test_recorder.c: the recorder without sockets: what waits together shares one sync; relaxed requests; bounded queues;
 * full disks and maps; retention; what takes longer; stopping.
 */
#include "event_sample.h"

#include "failing_malloc.h"
#include "server/live_state.h"
#include "server/reply.h"
#include "temporary_folder.h"
#include "wire_text.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define WAIT_MS 20000

/* ---- a recorder and a writer of our own ---- */

typedef struct slow_writer {
    sem_t go; /* taken by each `stage` when `blocks` */
    atomic_bool blocks;
    atomic_int staged;    /* calls of `stage` */
    atomic_int refuses;   /* ss_status: what `stage` returns */
    atomic_int work_left; /* steps until its requests are finished */
} slow_writer;

typedef struct harness {
    const char *folder;
    ss_logger logger; /* to a pipe */
    int log;          /* its other end */
    ss_live_options options;
    ss_live_state *state;
    ss_recorder *recorder;
    ss_stats stats;
    slow_writer slow;
    int done;
} harness;

static void slow_begin(void *context)
{
    (void)context;
}

static bool slow_decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    (void)context;
    if (params.size == 1 && params.data[0] == '\x80')
        return true;
    request->relaxed = false;
    *fault = (ss_fault){SS_FAULT_WRONG_TYPE, "x", "no map"};
    return false;
}

static ss_status slow_stage(void *context, int64_t now, ss_error *error)
{
    slow_writer *slow = context;
    (void)now;
    atomic_fetch_add(&slow->staged, 1);
    if (atomic_load(&slow->blocks))
        while (sem_wait(&slow->go) != 0)
            continue;
    ss_status refuses = (ss_status)atomic_load(&slow->refuses);
    return refuses == SS_OK ? SS_OK : ss_error_set(error, refuses, "refused");
}

static ss_status slow_finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    slow_writer *slow = context;
    return atomic_load(&slow->work_left) > 0 ? SS_OK : ss_reply_begin(request->msgid, 0, out);
}

static ss_status slow_work(void *context, bool *more, ss_error *error)
{
    slow_writer *slow = context;
    (void)error;
    int left = atomic_load(&slow->work_left);
    if (left > 0)
        left = atomic_fetch_sub(&slow->work_left, 1) - 1;
    *more = left > 0;
    return SS_OK;
}

static void start(harness *h)
{
    ss_error error;
    ss_writer writers[2];
    expect_ok(ss_live_state_open(h->folder, &h->options, &h->state, &error), &error);
    writers[0] = h->state->writers[0];
    assert_int_equal(writers[0].method, SS_METHOD_EVENT);
    writers[1] =
        (ss_writer){SS_METHOD_RELOAD, &h->slow, slow_begin, slow_decode, slow_stage, slow_finish, slow_work, NULL};
    ss_recorder_setting setting = {.options = &h->options.recorder,
                                   .events = h->state->events,
                                   .writers = writers,
                                   .writer_count = 2,
                                   .logger = &h->logger,
                                   .stats = &h->stats,
                                   .done = h->done};
    expect_ok(ss_recorder_start(&setting, &h->recorder, &error), &error);
    assert_true(ss_recorder_has(h->recorder, SS_METHOD_EVENT) && !ss_recorder_has(h->recorder, SS_METHOD_STATS));
}

static void stop(harness *h)
{
    ss_recorder_free(&h->recorder);
    ss_live_state_close(&h->state);
}

static int set_up(void **state)
{
    static harness h;
    ss_option_group groups[SS_LIVE_GROUPS];
    h = (harness){0};
    temporary_folder_set_up((void **)(uintptr_t)&h.folder);
    ss_options_defaults(groups, ss_live_groups(&h.options, groups));
    sem_init(&h.slow.go, 0, 0);
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    h.log = ends[0];
    h.logger = ss_logger_of(ends[1], SS_LOG_INFO, "test");
    h.done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    *state = &h;
    return 0;
}

static int tear_down(void **state)
{
    harness *h = *state;
    close(h->done);
    close(h->log);
    close(h->logger.fd);
    sem_destroy(&h->slow.go);
    return temporary_folder_tear_down((void **)(uintptr_t)&h->folder);
}

/* ---- asking ---- */

/* `text` as params (wire_text.h) from a caller who is called after the msgid. */
static bool submit(harness *h, ss_method method, uint32_t msgid, const char *text)
{
    static _Thread_local uint8_t bytes[WIRE_TEXT_MAX];
    ss_envelope envelope;
    size_t size = wire_text(text, bytes);
    ss_envelope_init(&envelope);
    envelope.delimiter = msgid % 2;
    zmq_msg_init_size(&envelope.identity, sizeof msgid);
    memcpy(zmq_msg_data(&envelope.identity), &msgid, sizeof msgid);
    zmq_msg_init_size(&envelope.body, size + 3);
    memcpy((char *)zmq_msg_data(&envelope.body) + 3, bytes, size);
    bool taken = ss_recorder_submit(h->recorder, &envelope, method, msgid, 3);
    ss_recorder_wake(h->recorder);
    assert_int_equal(zmq_msg_size(&envelope.body), taken ? 0 : size + 3);
    ss_envelope_close(&envelope);
    return taken;
}

static void submit_event(harness *h, uint32_t msgid, const char *durability)
{
    char text[256];
    snprintf(text, sizeof text, "84 <event> <view> <item_id> <item-%u> <session_id> <s> <durability> <%s>", msgid,
             durability);
    assert_true(submit(h, SS_METHOD_EVENT, msgid, text));
}

/* Waits for one reply; its error's code or 0. The envelope is as it was. */
static unsigned take_reply(harness *h, uint32_t *msgid)
{
    ss_envelope reply;
    struct pollfd wait = {h->done, POLLIN, 0};
    uint64_t count;
    ss_envelope_init(&reply);
    while (ss_recorder_collect(h->recorder, &reply, 1) == 0) {
        assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
        (void)!read(h->done, &count, sizeof count);
    }
    memcpy(msgid, zmq_msg_data(&reply.identity), sizeof *msgid);
    assert_int_equal(reply.delimiter, *msgid % 2);
    ss_wire_reader reader = {zmq_msg_data(&reply.body),
                             (uint8_t *)zmq_msg_data(&reply.body) + zmq_msg_size(&reply.body)};
    ss_wire_token token[6];
    for (int i = 0; i < 4; i++)
        assert_true(ss_wire_next(&reader, &token[i]));
    assert_int_equal(token[2].number, *msgid);
    bool error = token[3].kind == SS_WIRE_MAP;
    assert_true(!error || (ss_wire_next(&reader, &token[4]) && ss_wire_next(&reader, &token[5])));
    unsigned code = error ? (unsigned)token[5].number : 0;
    ss_envelope_close(&reply);
    return code;
}

/* An event of nearly the largest size. */
static void submit_large(harness *h, uint32_t msgid)
{
    assert_true(submit(h, SS_METHOD_EVENT, msgid,
                       "85 <event> <view> <item_id> (255) <session_id> (255) <customer_id> (255) <order_id> (255)"));
}

/* What was logged since the last look. */
static const char *logged(const harness *h)
{
    static char text[4 * SS_LOG_LINE_MAX];
    ssize_t size = read(h->log, text, sizeof text - 1);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

static uint64_t stored(const char *folder)
{
    ss_event_store *events = sample_open(folder, NULL);
    uint64_t count = sample_count(events);
    sample_close(&events);
    return count;
}

/* ---- tests ---- */

static void every_caller_gets_their_reply(void **state)
{
    enum { COUNT = 500 };
    static bool seen[COUNT];
    harness *h = *state;
    uint32_t msgid;
    start(h);
    for (uint32_t i = 0; i < COUNT; i++)
        submit_event(h, i, i % 3 ? "durable" : "relaxed");
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(take_reply(h, &msgid), 0);
        assert_true(msgid < COUNT && !seen[msgid]);
        seen[msgid] = true;
    }
    assert_int_equal(ss_recorder_outstanding(h->recorder), 0);
    assert_true(submit(h, SS_METHOD_EVENT, 7, "81 <event> 07"));
    assert_int_equal(take_reply(h, &msgid), SS_FAULT_WRONG_TYPE);
    assert_int_equal(ss_counted(&h->stats.faults[SS_FAULT_WRONG_TYPE]), 1);
    stop(h);
    assert_int_equal(stored(h->folder), COUNT);
}

/* What comes while a cycle runs is the next one, whatever it asks for. */
static void what_waits_together_is_one_cycle(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    start(h);
    const ss_recorder_counts *counts = ss_recorder_counted(h->recorder);
    atomic_store(&h->slow.blocks, true);
    assert_true(submit(h, SS_METHOD_RELOAD, 0, "80"));
    while (atomic_load(&h->slow.staged) == 0)
        usleep(100);
    for (uint32_t i = 1; i <= 100; i++)
        submit_event(h, i, "durable");
    assert_true(submit(h, SS_METHOD_RELOAD, 101, "80"));
    submit_event(h, 102, "durable");
    atomic_store(&h->slow.blocks, false);
    sem_post(&h->slow.go);
    for (uint32_t i = 0; i <= 102; i++) {
        assert_int_equal(take_reply(h, &msgid), 0);
        assert_int_equal(msgid, i);
    }
    ss_recorder_stop(h->recorder);
    assert_true(ss_counted(&counts->cycles) == 2 && ss_counted(&counts->syncs) == 1);
    assert_true(ss_counted(&counts->queued_most) == 102 && ss_counted(&counts->stored) == 101);
    stop(h);
}

static void relaxed_is_answered_before_the_sync(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    ss_event_extent extent;
    ss_error error;
    h->options.recorder.sync_ms = 60000;
    h->options.recorder.retention_days = 0; /* looking for old events syncs */
    start(h);
    const ss_recorder_counts *counts = ss_recorder_counted(h->recorder);
    submit_event(h, 1, "relaxed");
    assert_int_equal(take_reply(h, &msgid), 0);
    expect_ok(ss_event_store_extent(h->state->events, &extent, &error), &error);
    assert_true(extent.count == 0 && ss_counted(&counts->syncs) == 0);
    submit_event(h, 2, "durable");
    assert_int_equal(take_reply(h, &msgid), 0);
    expect_ok(ss_event_store_extent(h->state->events, &extent, &error), &error);
    assert_int_equal(extent.count, 2);
    submit_event(h, 3, "relaxed");
    assert_int_equal(take_reply(h, &msgid), 0);
    stop(h); /* syncs */
    assert_int_equal(stored(h->folder), 3);
}

static void relaxed_is_synced_by_itself(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    h->options.recorder.sync_ms = 1;
    start(h);
    submit_event(h, 1, "relaxed");
    assert_int_equal(take_reply(h, &msgid), 0);
    for (int wait = 0; ss_counted(&ss_recorder_counted(h->recorder)->last) == 0; wait++) {
        assert_true(wait < WAIT_MS);
        usleep(1000);
    }
    assert_int_equal(ss_counted(&ss_recorder_counted(h->recorder)->waiting), 0);
    stop(h);
}

static void the_queue_is_bounded(void **state)
{
    harness *h = *state;
    uint32_t msgid, taken = 1;
    start(h);
    atomic_store(&h->slow.blocks, true);
    assert_true(submit(h, SS_METHOD_RELOAD, 0, "80"));
    while (atomic_load(&h->slow.staged) == 0)
        usleep(100);
    while (submit(h, SS_METHOD_RELOAD, taken, "80"))
        taken++;
    assert_int_equal(taken, SS_RECORDER_QUEUE_MAX);
    atomic_store(&h->slow.blocks, false);
    sem_post(&h->slow.go);
    for (uint32_t i = 0; i < taken; i++)
        assert_int_equal(take_reply(h, &msgid), 0);
    assert_true(submit(h, SS_METHOD_RELOAD, 0, "80")); /* there is room again */
    take_reply(h, &msgid);
    stop(h);
}

static void the_bytes_that_wait_are_bounded(void **state)
{
    harness *h = *state;
    uint32_t msgid, taken = 1;
    start(h);
    atomic_store(&h->slow.blocks, true);
    assert_true(submit(h, SS_METHOD_RELOAD, 0, "80"));
    while (atomic_load(&h->slow.staged) == 0)
        usleep(100);
    while (submit(h, SS_METHOD_RELOAD, taken, "(500000)"))
        taken++;
    assert_int_equal(taken - 1, SS_RECORDER_BYTES_MAX / 500008);
    atomic_store(&h->slow.blocks, false);
    sem_post(&h->slow.go);
    for (uint32_t i = 0; i < taken; i++)
        assert_int_equal(take_reply(h, &msgid), i == 0 ? 0 : SS_FAULT_WRONG_TYPE);
    stop(h);
}

/* The order of methods in a cycle is kept, and a stage that fails is the answer to its own requests. */
static void a_stage_that_fails_is_answered(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    start(h);
    atomic_store(&h->slow.refuses, SS_E_LIMIT);
    submit_event(h, 1, "durable");
    assert_true(submit(h, SS_METHOD_RELOAD, 2, "80"));
    submit_event(h, 3, "durable");
    for (uint32_t i = 1; i <= 3; i++) {
        unsigned code = take_reply(h, &msgid);
        assert_int_equal(code, msgid == 2 ? SS_FAULT_NOT_STORED : 0);
    }
    assert_int_equal(ss_counted(&ss_recorder_counted(h->recorder)->failures), 1);
    stop(h);
    assert_int_equal(stored(h->folder), 2);
}

static void longer_work_is_answered_when_it_is_done(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    start(h);
    atomic_store(&h->slow.work_left, 50);
    assert_true(submit(h, SS_METHOD_RELOAD, 1, "80"));
    submit_event(h, 2, "durable");
    assert_int_equal(take_reply(h, &msgid) + take_reply(h, &msgid), 0);
    assert_int_equal(ss_recorder_outstanding(h->recorder), 0);
    atomic_store(&h->slow.work_left, 1 << 30);
    assert_true(submit(h, SS_METHOD_RELOAD, 3, "80"));
    submit_event(h, 4, "durable");
    assert_true(take_reply(h, &msgid) == 0 && msgid == 4);
    ss_recorder_stop(h->recorder);
    assert_true(take_reply(h, &msgid) == SS_FAULT_SHUTTING_DOWN && msgid == 3);
    stop(h);
}

static void stopping_records_what_waits(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    start(h);
    for (uint32_t i = 0; i < 1000; i++)
        submit_event(h, i, i % 2 ? "durable" : "relaxed");
    ss_recorder_stop(h->recorder);
    assert_false(submit(h, SS_METHOD_RELOAD, 0, "80"));
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(take_reply(h, &msgid), 0);
    stop(h);
    assert_int_equal(stored(h->folder), 1000);
}

static void a_full_map_is_answered_and_survived(void **state)
{
    harness *h = *state;
    uint32_t msgid, acknowledged = 0;
    h->options.map_megabytes = 1;
    start(h);
    for (;; acknowledged++) {
        submit_large(h, acknowledged);
        unsigned code = take_reply(h, &msgid);
        if (code == SS_FAULT_NOT_STORED)
            break;
        assert_int_equal(code, 0);
    }
    submit_large(h, 1);
    assert_int_equal(take_reply(h, &msgid), SS_FAULT_NOT_STORED);
    stop(h);
    assert_true(acknowledged > 100);
    assert_int_equal(stored(h->folder), acknowledged);
    h->options.map_megabytes = 64;
    start(h);
    submit_event(h, 1, "durable");
    assert_int_equal(take_reply(h, &msgid), 0);
    stop(h);
}

/* A limit on the size of files stands for a disk that is full. */
static void a_full_disk_is_answered_and_survived(void **state)
{
    harness *h = *state;
    char path[TEMPORARY_PATH_MAX];
    struct stat about;
    struct rlimit before, limit;
    uint32_t msgid, acknowledged = 0;
    start(h);
    temporary_path(path, h->folder, "state/data.mdb");
    assert_int_equal(stat(path, &about), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)about.st_size + 100000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    unsigned code = 0;
    for (; code == 0; acknowledged += code == 0) {
        submit_large(h, acknowledged);
        code = take_reply(h, &msgid);
    }
    submit_large(h, acknowledged);
    unsigned again = take_reply(h, &msgid);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(ss_counted(&ss_recorder_counted(h->recorder)->failing), 1);
    assert_true(code == SS_FAULT_NOT_STORED && again == SS_FAULT_NOT_STORED);
    const char *trouble = logged(h);
    assert_non_null(strstr(trouble, "level=error"));
    assert_null(strstr(trouble, "kept again"));
    submit_large(h, acknowledged);
    assert_int_equal(take_reply(h, &msgid), 0);
    assert_non_null(strstr(logged(h), "level=info area=test msg=\"changes are kept again\" milliseconds="));
    assert_int_equal(ss_counted(&ss_recorder_counted(h->recorder)->failing), 0);
    assert_int_equal(ss_counted(&ss_recorder_counted(h->recorder)->stored), acknowledged + 1);
    submit_event(h, 1, "durable");
    assert_int_equal(take_reply(h, &msgid), 0);
    assert_string_equal(logged(h), ""); /* once */
    stop(h);
    assert_int_equal(stored(h->folder), acknowledged + 2);
}

static void the_oldest_are_removed(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    start(h);
    for (uint32_t i = 0; i < 3000; i++)
        submit_event(h, i, "relaxed");
    for (uint32_t i = 0; i < 3000; i++)
        take_reply(h, &msgid);
    stop(h);
    h->options.recorder.retention_events = 10;
    start(h);
    for (int wait = 0; ss_counted(&ss_recorder_counted(h->recorder)->pruned) < 2990; wait++) {
        assert_true(wait < WAIT_MS);
        usleep(1000);
    }
    stop(h);
    assert_int_equal(stored(h->folder), 10);
}

/* ---- from several threads ---- */

static void *submit_many(void *argument)
{
    harness *h = argument;
    for (uint32_t i = 0; i < 1000; i++)
        submit_event(h, i, i % 5 ? "relaxed" : "durable");
    return NULL;
}

static void several_threads_hand_over(void **state)
{
    harness *h = *state;
    pthread_t threads[4];
    uint32_t msgid;
    start(h);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, h), 0);
    for (int i = 0; i < 4000; i++)
        assert_int_equal(take_reply(h, &msgid), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    stop(h);
    assert_int_equal(stored(h->folder), 4000);
}

static void wrong_options_are_refused(void **state)
{
    harness *h = *state;
    ss_live_state *live = NULL;
    ss_recorder *recorder = NULL;
    ss_error error;
    h->options.map_megabytes = 0;
    assert_status(ss_live_state_open(h->folder, &h->options, &live, &error), SS_E_RANGE);
    h->options.map_megabytes = 16;
    expect_ok(ss_live_state_open(h->folder, &h->options, &live, &error), &error);
    ss_live_state *second = NULL;
    assert_status(ss_live_state_open(h->folder, &h->options, &second, &error), SS_E_BUSY);
    assert_non_null(strstr(error.message, "--state=false"));
    h->options.recorder.sync_ms = 0;
    ss_recorder_setting setting = {.options = &h->options.recorder, .events = live->events};
    assert_status(ss_recorder_start(&setting, &recorder, &error), SS_E_RANGE);
    ss_live_state_close(&live);
}

static bool open_live(void *context)
{
    harness *h = context;
    ss_live_state *live = NULL;
    ss_status status = ss_live_state_open(h->folder, &h->options, &live, NULL);
    assert_true((status == SS_OK) == (live != NULL));
    ss_live_state_close(&live);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_of_the_state_may_fail(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    start(h); /* so that there is something to read */
    submit_event(h, 1, "durable");
    assert_int_equal(take_reply(h, &msgid), 0);
    stop(h);
    h->options.visitors.memory_megabytes = 1;
    assert_in_range(failing_malloc_torture(open_live, h), 10, 1000);
}

static bool is_told(const harness *h)
{
    struct pollfd look = {h->done, POLLIN, 0};
    return poll(&look, 1, 0) == 1;
}

static void wait_until_ready(const harness *h, uint64_t replies)
{
    for (int i = 0; i < WAIT_MS && ss_counted(&ss_recorder_counted(h->recorder)->ready) < replies; i++)
        usleep(1000);
    assert_int_equal(ss_counted(&ss_recorder_counted(h->recorder)->ready), replies);
}

static void who_attends_is_not_told(void **state)
{
    harness *h = *state;
    uint32_t msgid;
    start(h);
    assert_false(ss_recorder_attend(h->recorder, true));
    submit_event(h, 1, "durable");
    wait_until_ready(h, 1);
    assert_true(ss_recorder_attend(h->recorder, false)); /* it may not wait, and attends as before */
    assert_int_equal(take_reply(h, &msgid), 0);
    submit_event(h, 2, "durable");
    wait_until_ready(h, 1);
    assert_int_equal(take_reply(h, &msgid), 0);
    assert_false(is_told(h));
    assert_false(ss_recorder_attend(h->recorder, false));
    submit_event(h, 3, "durable");
    wait_until_ready(h, 1);
    submit_event(h, 4, "durable");
    wait_until_ready(h, 2);
    assert_true(ss_recorder_attend(h->recorder, true)); /* what was written stays */
    assert_int_equal(take_reply(h, &msgid), 0);
    assert_int_equal(take_reply(h, &msgid), 0);
    assert_int_equal(msgid, 4);
    stop(h);
}

/* An owner that attends, looks, and waits only when it may, as the server's does: none of its replies is ever left. */
static void no_reply_is_missed_by_who_comes_and_goes(void **state)
{
    enum { ROUNDS = 3000 };
    harness *h = *state;
    uint32_t asked = 0, taken = 0;
    struct pollfd wait = {h->done, POLLIN, 0};
    ss_envelope reply;
    uint64_t count;
    start(h);
    ss_envelope_init(&reply);
    while (taken < ROUNDS) {
        for (; asked < ROUNDS && asked - taken < 1 + asked % 3; asked++)
            submit_event(h, asked, "relaxed");
        if (!ss_recorder_attend(h->recorder, false)) {
            assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
            (void)!read(h->done, &count, sizeof count);
        }
        ss_recorder_attend(h->recorder, true);
        while (ss_recorder_collect(h->recorder, &reply, 1) == 1)
            taken++;
    }
    ss_envelope_close(&reply);
    stop(h);
}

#define WITH_RECORDER(TEST) cmocka_unit_test_setup_teardown(TEST, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RECORDER(every_caller_gets_their_reply),
        WITH_RECORDER(what_waits_together_is_one_cycle),
        WITH_RECORDER(relaxed_is_answered_before_the_sync),
        WITH_RECORDER(relaxed_is_synced_by_itself),
        WITH_RECORDER(the_queue_is_bounded),
        WITH_RECORDER(the_bytes_that_wait_are_bounded),
        WITH_RECORDER(a_stage_that_fails_is_answered),
        WITH_RECORDER(longer_work_is_answered_when_it_is_done),
        WITH_RECORDER(stopping_records_what_waits),
        WITH_RECORDER(a_full_map_is_answered_and_survived),
        WITH_RECORDER(a_full_disk_is_answered_and_survived),
        WITH_RECORDER(the_oldest_are_removed),
        WITH_RECORDER(several_threads_hand_over),
        WITH_RECORDER(who_attends_is_not_told),
        WITH_RECORDER(no_reply_is_missed_by_who_comes_and_goes),
        WITH_RECORDER(wrong_options_are_refused),
        WITH_RECORDER(every_allocation_of_the_state_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

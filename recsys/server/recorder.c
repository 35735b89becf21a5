#include "server/recorder.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/wake.h"
#include "server/reply.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MILLISECOND    INT64_C(1000000)               /* in nanoseconds */
#define DAY            (INT64_C(86400) * 1000000)     /* in microseconds */
#define PRUNE_STEP     1000u                          /* events of one step */
#define PRUNE_EVERY    (INT64_C(10000) * MILLISECOND) /* between two looks whether something is too old */
#define COMPLAIN_EVERY (INT64_C(10000) * MILLISECOND) /* between two log lines about the same trouble */
#define TIMED_EVERY    16u
#define NEVER          INT64_MAX
#define PIECE          2048u /* of SS_WRITER_CYCLE_MAX: relaxed requests of so much are answered together */

#define AT(MEMBER) offsetof(ss_recorder_options, MEMBER)
const ss_option ss_recorder_option_table[] = {
    {"retention-days", SS_OPTION_INT, AT(retention_days), 0, 36500, "400", NULL, "DAYS",
     "Events that arrived longer ago, and decisions about offers that closed as long ago, are removed; 0: none are."},
    {"retention-events", SS_OPTION_INT, AT(retention_events), 0, 1e15, "0", NULL, "EVENTS",
     "Beyond so many the oldest are removed; 0: any number is kept."},
    {"sync-ms", SS_OPTION_INT, AT(sync_ms), 1, 60000, "100", NULL, "MS",
     "Within this time relaxed events are on the disk."},
    {0},
};

struct ss_recorder {
    ss_recorder_setting setting;
    ss_environment *environment;
    ss_writer writers[SS_WRITERS_MAX];
    size_t writer_count;
    ss_recorder_counts counts;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;

    /* under the lock: */
    ss_recorded *incoming; /* SS_RECORDER_QUEUE_MAX */
    size_t incoming_count, incoming_bytes;
    ss_envelope *outgoing; /* a ring of SS_RECORDER_QUEUE_MAX */
    size_t outgoing_head, outgoing_count;
    size_t outstanding; /* taken over, and not yet collected */
    unsigned countdown; /* requests until one is timed */
    bool sleeping, urged, stop, started;
    bool attended; /* the owner looks for replies by itself */

    /* the thread's: */
    ss_recorded *working; /* changes places with `incoming` */
    size_t working_count;
    ss_recorded deferred[SS_WRITER_DEFERRED_MAX];
    size_t deferred_count;
    ss_buffer reply;
    bool lost;             /* what was staged is gone: a sync failed */
    int64_t waiting_since; /* when the first change came that is not synced */
    int64_t prune_at, complain_at;
    int64_t failing_since; /* the first failure that the log tells of and whose end it does not; NEVER: none */
    bool more_work;
};

/* ---- the callers' side ---- */

bool ss_recorder_has(const ss_recorder *recorder, ss_method method)
{
    for (size_t i = 0; i < recorder->writer_count; i++)
        if (recorder->writers[i].method == method)
            return true;
    return false;
}

static void move_envelope(ss_envelope *to, ss_envelope *from)
{
    zmq_msg_move(&to->identity, &from->identity);
    zmq_msg_move(&to->body, &from->body);
    to->delimiter = from->delimiter;
    ss_blanks_copy(&to->blanks, &from->blanks);
}

/* Under the lock. Timed are the first after a pause and every so many after it. */
static int64_t arrival(ss_recorder *recorder)
{
    bool timed = recorder->countdown == 0 || recorder->outstanding == 0;
    recorder->countdown = timed ? TIMED_EVERY - 1 : recorder->countdown - 1;
    return timed ? ss_clock_monotonic() : 0;
}

bool ss_recorder_submit(ss_recorder *recorder, ss_envelope *envelope, ss_method method, uint32_t msgid, size_t params)
{
    size_t size = zmq_msg_size(&envelope->body);
    pthread_mutex_lock(&recorder->lock);
    bool room = !recorder->stop && recorder->outstanding < SS_RECORDER_QUEUE_MAX &&
                recorder->incoming_bytes + size <= SS_RECORDER_BYTES_MAX;
    if (room) {
        ss_recorded *request = &recorder->incoming[recorder->incoming_count++];
        move_envelope(&request->envelope, envelope);
        request->method = method;
        request->msgid = msgid;
        request->params = (uint32_t)params;
        request->arrived = arrival(recorder);
        recorder->incoming_bytes += size;
        ss_count_set(&recorder->counts.outstanding, ++recorder->outstanding);
    }
    pthread_mutex_unlock(&recorder->lock);
    return room;
}

void ss_recorder_wake(ss_recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    bool wake = recorder->sleeping;
    recorder->sleeping = false;
    pthread_mutex_unlock(&recorder->lock);
    if (wake)
        pthread_cond_signal(&recorder->wanted);
}

void ss_recorder_urge(ss_recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->urged = true;
    pthread_mutex_unlock(&recorder->lock);
    pthread_cond_signal(&recorder->wanted);
}

/* Under the lock; told to those who do not take it. */
static void count_waiting(ss_recorder *recorder)
{
    ss_count_set(&recorder->counts.outstanding, recorder->outstanding);
    ss_count_set(&recorder->counts.ready, recorder->outgoing_count);
}

size_t ss_recorder_collect(ss_recorder *recorder, ss_envelope *replies, size_t most)
{
    pthread_mutex_lock(&recorder->lock);
    size_t count = recorder->outgoing_count < most ? recorder->outgoing_count : most;
    for (size_t i = 0; i < count; i++) {
        move_envelope(&replies[i], &recorder->outgoing[recorder->outgoing_head]);
        recorder->outgoing_head = (recorder->outgoing_head + 1) % SS_RECORDER_QUEUE_MAX;
    }
    recorder->outgoing_count -= count;
    recorder->outstanding -= count;
    count_waiting(recorder);
    pthread_mutex_unlock(&recorder->lock);
    for (size_t i = 0; i < count; i++)
        ss_blanks_fill(&replies[i].blanks, zmq_msg_data(&replies[i].body));
    return count;
}

bool ss_recorder_attend(ss_recorder *recorder, bool attend)
{
    pthread_mutex_lock(&recorder->lock);
    bool ready = recorder->outgoing_count > 0;
    recorder->attended = attend || ready;
    pthread_mutex_unlock(&recorder->lock);
    return ready;
}

size_t ss_recorder_outstanding(ss_recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    size_t outstanding = recorder->outstanding;
    pthread_mutex_unlock(&recorder->lock);
    return outstanding;
}

const ss_recorder_counts *ss_recorder_counted(const ss_recorder *recorder)
{
    return &recorder->counts;
}

/* ---- replies ---- */

/* The body becomes the reply; without memory for it nothing is sent. */
static void set_reply(ss_recorder *recorder, ss_recorded *request)
{
    zmq_msg_t *body = &request->envelope.body;
    request->envelope.blanks.count = 0;
    zmq_msg_close(body);
    if (zmq_msg_init_size(body, recorder->reply.size) == 0)
        memcpy(zmq_msg_data(body), recorder->reply.data, recorder->reply.size);
    else
        zmq_msg_init(body);
    if (request->arrived)
        ss_stats_latency(recorder->setting.stats, request->method, ss_clock_monotonic() - request->arrived);
    request->state = SS_RECORDED_ANSWERED;
}

static void set_fault(ss_recorder *recorder, ss_recorded *request, const ss_fault *fault)
{
    ss_count(&recorder->setting.stats->faults[fault->code]);
    if (ss_reply_fault(true, request->msgid, fault, &recorder->reply) != SS_OK)
        ss_buffer_clear(&recorder->reply);
    set_reply(recorder, request);
}

static void fail(ss_recorder *recorder, ss_recorded *request, ss_fault_code code, const char *message)
{
    ss_fault fault = {.code = code};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    set_fault(recorder, request, &fault);
}

static const ss_writer *writer_of(const ss_recorder *recorder, ss_method method)
{
    size_t i = 0;
    while (recorder->writers[i].method != method)
        i++;
    return &recorder->writers[i];
}

static void leave_blanks(const ss_writer *writer, ss_recorded *request)
{
    if (writer->blanks && zmq_msg_size(&request->envelope.body) > 0) /* else there was no memory */
        ss_blanks_copy(&request->envelope.blanks, writer->blanks(writer->context, request));
}

/* Leaves it as it is where the writer has not finished it. */
static void finish(ss_recorder *recorder, ss_recorded *request)
{
    const ss_writer *writer = writer_of(recorder, request->method);
    ss_buffer_clear(&recorder->reply);
    ss_status status = writer->finish(writer->context, request, &recorder->reply);
    if (status != SS_OK)
        fail(recorder, request, SS_FAULT_INTERNAL, "the change is kept, but there is no memory for the reply");
    else if (recorder->reply.size > 0) {
        set_reply(recorder, request);
        leave_blanks(writer, request);
    }
}

/* Gives the owner those that are answered; how many. */
static size_t publish(ss_recorder *recorder, ss_recorded *requests, size_t count)
{
    size_t given = 0;
    pthread_mutex_lock(&recorder->lock);
    bool asleep = recorder->outgoing_count == 0 && !recorder->attended;
    for (size_t i = 0; i < count; i++) {
        if (requests[i].state != SS_RECORDED_ANSWERED)
            continue;
        size_t end = (recorder->outgoing_head + recorder->outgoing_count + given++) % SS_RECORDER_QUEUE_MAX;
        move_envelope(&recorder->outgoing[end], &requests[i].envelope);
        requests[i].state = SS_RECORDED_GIVEN;
    }
    recorder->outgoing_count += given;
    count_waiting(recorder);
    pthread_mutex_unlock(&recorder->lock);
    if (asleep && given > 0)
        ss_wake(recorder->setting.done);
    return given;
}

/* ---- the environment ---- */

static void complain(ss_recorder *recorder, const char *what, const ss_error *error)
{
    char text[SS_ERROR_TEXT_MAX + 256], quoted[SS_ERROR_TEXT_MAX + 300];
    int64_t now = ss_clock_monotonic();
    ss_count(&recorder->counts.failures);
    ss_count_set(&recorder->counts.failing, 1);
    if (now < recorder->complain_at)
        return;
    recorder->complain_at = now + COMPLAIN_EVERY;
    if (recorder->failing_since == NEVER)
        recorder->failing_since = now;
    ss_error_format(error, text, sizeof text);
    ss_log(recorder->setting.logger, SS_LOG_ERROR, "%s reason=%s", what,
           ss_log_quote(ss_slice_of(text), quoted, sizeof quoted));
}

/* Once for all that was complained of, whose end this is. */
static void log_recovery(ss_recorder *recorder)
{
    if (recorder->failing_since == NEVER)
        return;
    ss_log(recorder->setting.logger, SS_LOG_INFO, "changes are kept again milliseconds=%lld",
           (long long)((ss_clock_monotonic() - recorder->failing_since) / MILLISECOND));
    recorder->failing_since = NEVER;
}

static void note_waiting(ss_recorder *recorder)
{
    if (recorder->waiting_since == NEVER && ss_environment_waits(recorder->environment))
        recorder->waiting_since = ss_clock_monotonic();
}

static ss_status sync_all(ss_recorder *recorder)
{
    ss_error error;
    ss_status status = ss_environment_sync(recorder->environment, &error);
    if (status != SS_OK)
        complain(recorder, "changes are lost: cannot write them to the disk", &error);
    return status;
}

static void count_events(ss_recorder *recorder)
{
    ss_event_counts counts = ss_event_store_counts(recorder->setting.events);
    ss_count_set(&recorder->counts.stored, counts.stored);
    ss_count_set(&recorder->counts.repeated, counts.repeated);
    ss_count_set(&recorder->counts.refused, counts.refused);
    ss_count_set(&recorder->counts.pruned, counts.pruned);
    ss_count_set(&recorder->counts.waiting, ss_event_store_waiting(recorder->setting.events));
}

static void count_bytes(ss_recorder *recorder)
{
    ss_event_extent extent;
    if (ss_event_store_extent(recorder->setting.events, &extent, NULL) != SS_OK)
        return;
    ss_count_set(&recorder->counts.first, extent.first);
    ss_count_set(&recorder->counts.last, extent.last);
    ss_count_set(&recorder->counts.kept, extent.count);
    ss_count_set(&recorder->counts.bytes, extent.bytes_used);
    ss_count_set(&recorder->counts.bytes_most, extent.bytes_most);
}

/* What a sync made of all that waited. */
static void settle(void *context, bool kept)
{
    ss_recorder *recorder = context;
    recorder->lost = recorder->lost || !kept;
    recorder->waiting_since = NEVER;
    ss_count_many(&recorder->counts.syncs, kept);
    ss_count_set(&recorder->counts.failing, !kept);
    if (kept)
        log_recovery(recorder);
    count_events(recorder);
    count_bytes(recorder);
}

/* ---- a cycle ---- */

static void fail_staged(ss_recorder *recorder, ss_recorded *requests, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (requests[i].state == SS_RECORDED_STAGED)
            fail(recorder, &requests[i], SS_FAULT_NOT_STORED, "nothing of the request could be written to the disk");
}

static void decode(ss_recorder *recorder, ss_recorded *request)
{
    const ss_writer *writer = writer_of(recorder, request->method);
    const zmq_msg_t *body = &request->envelope.body;
    ss_slice params = {(const char *)zmq_msg_data((zmq_msg_t *)(uintptr_t)body) + request->params,
                       zmq_msg_size(body) - request->params};
    ss_fault fault = {0};
    request->relaxed = false;
    request->count = 0;
    request->state = SS_RECORDED_STAGED;
    if (!writer->decode(writer->context, params, request, &fault))
        set_fault(recorder, request, &fault);
}

/* Requests of one method in a row. */
static void stage(ss_recorder *recorder, ss_recorded *requests, size_t count, int64_t now)
{
    const ss_writer *writer = writer_of(recorder, requests[0].method);
    ss_error error;
    ss_status status = writer->stage(writer->context, now, &error);
    note_waiting(recorder);
    if (status == SS_OK)
        return;
    complain(recorder, "a change cannot be kept", &error);
    fail_staged(recorder, requests, count);
}

/* Decodes and stages as many as fill the cycle up to `most`, of which *sum is taken; how many. */
static size_t stage_some(ss_recorder *recorder, ss_recorded *requests, size_t count, size_t most, size_t *sum)
{
    size_t run = 0, taken = 0;
    int64_t now = ss_clock_now();
    for (; taken < count && *sum < most; taken++) {
        if (requests[taken].method != requests[run].method) {
            stage(recorder, requests + run, taken - run, now);
            run = taken;
        }
        decode(recorder, &requests[taken]);
        *sum += requests[taken].count;
    }
    stage(recorder, requests + run, taken - run, now);
    return taken;
}

/* Finishes those that may be answered now; true: others wait for the disk. */
static bool finish_staged(ss_recorder *recorder, ss_recorded *requests, size_t count, bool synced)
{
    bool others = false;
    for (size_t i = 0; i < count; i++) {
        if (requests[i].state != SS_RECORDED_STAGED)
            continue;
        if (synced || requests[i].relaxed)
            finish(recorder, &requests[i]);
        else
            others = true;
    }
    return others;
}

/* Keeps those that their writers have not finished. A slot whose request was given is free. */
static void defer(ss_recorder *recorder, ss_recorded *requests, size_t count)
{
    for (size_t i = 0, slot = 0; i < count; i++) {
        const ss_recorded *request = &requests[i];
        if (request->state != SS_RECORDED_STAGED)
            continue;
        while (recorder->deferred[slot].state == SS_RECORDED_STAGED)
            slot++;
        ss_recorded *kept = &recorder->deferred[slot];
        move_envelope(&kept->envelope, &requests[i].envelope);
        kept->method = request->method;
        kept->msgid = request->msgid;
        kept->arrived = request->arrived;
        kept->first = request->first;
        kept->count = request->count;
        kept->state = SS_RECORDED_STAGED;
        recorder->deferred_count++;
    }
}

/*
 * Stages what a cycle takes, piece by piece: relaxed replies are under way while the next piece is staged. Sets *durable:
 * others wait for the disk. How many requests.
 */
static size_t stage_all(ss_recorder *recorder, ss_recorded *requests, size_t count, bool *durable)
{
    size_t taken = 0, sum = 0;
    while (taken < count && sum < SS_WRITER_CYCLE_MAX) {
        ss_recorded *piece = requests + taken;
        size_t most = sum + PIECE < SS_WRITER_CYCLE_MAX ? sum + PIECE : SS_WRITER_CYCLE_MAX;
        size_t size = stage_some(recorder, piece, count - taken, most, &sum);
        taken += size;
        if (recorder->lost) /* with what was staged before, too */
            fail_staged(recorder, requests, taken);
        *durable = finish_staged(recorder, piece, size, false) || *durable;
        publish(recorder, piece, size);
    }
    return taken;
}

/* One group commit; how many requests were in it. */
static size_t run_cycle(ss_recorder *recorder, ss_recorded *requests, size_t count)
{
    bool durable = false;
    for (size_t i = 0; i < recorder->writer_count; i++)
        recorder->writers[i].begin(recorder->writers[i].context);
    recorder->lost = false;
    size_t taken = stage_all(recorder, requests, count, &durable);
    ss_count(&recorder->counts.cycles);
    ss_count(&recorder->counts.rounds);
    count_events(recorder);
    if (durable && sync_all(recorder) != SS_OK)
        fail_staged(recorder, requests, taken);
    if (durable)
        finish_staged(recorder, requests, taken, true);
    publish(recorder, requests, taken);
    defer(recorder, requests, taken);
    return taken;
}

/* ---- between cycles ---- */

static void sync_when_due(ss_recorder *recorder, int64_t now)
{
    if (recorder->waiting_since == NEVER ||
        now - recorder->waiting_since < recorder->setting.options->sync_ms * MILLISECOND)
        return;
    sync_all(recorder);
}

static void prune_when_due(ss_recorder *recorder, int64_t now)
{
    const ss_recorder_options *options = recorder->setting.options;
    size_t removed = 0;
    ss_error error;
    if (now < recorder->prune_at)
        return;
    recorder->prune_at = now + PRUNE_EVERY;
    if (options->retention_days == 0 && options->retention_events == 0)
        return;
    int64_t before = options->retention_days > 0 ? ss_clock_now() - options->retention_days * DAY : INT64_MIN;
    uint64_t keep = options->retention_events > 0 ? (uint64_t)options->retention_events : UINT64_MAX;
    ss_status status = ss_event_store_prune(recorder->setting.events, before, keep, PRUNE_STEP, &removed, &error);
    if (status != SS_OK)
        complain(recorder, "cannot remove old events", &error);
    if (removed == PRUNE_STEP) /* there may be more */
        recorder->prune_at = now;
    count_events(recorder);
}

/* Answers those of the deferred that their writers have finished meanwhile. */
static void finish_deferred(ss_recorder *recorder)
{
    if (recorder->deferred_count == 0)
        return;
    finish_staged(recorder, recorder->deferred, SS_WRITER_DEFERRED_MAX, true);
    recorder->deferred_count -= publish(recorder, recorder->deferred, SS_WRITER_DEFERRED_MAX);
}

static void work_some(ss_recorder *recorder)
{
    recorder->more_work = false;
    for (size_t i = 0; i < recorder->writer_count; i++) {
        const ss_writer *writer = &recorder->writers[i];
        bool more = false;
        ss_error error;
        if (!writer->work)
            continue;
        if (writer->work(writer->context, &more, &error) != SS_OK)
            complain(recorder, "cannot go on with what was asked", &error);
        recorder->more_work = recorder->more_work || more;
    }
    note_waiting(recorder);
    finish_deferred(recorder);
}

/* ---- the thread ---- */

static int64_t next_duty(const ss_recorder *recorder)
{
    int64_t due = recorder->prune_at;
    if (recorder->more_work)
        return 0;
    if (recorder->waiting_since != NEVER) {
        int64_t sync = recorder->waiting_since + recorder->setting.options->sync_ms * MILLISECOND;
        due = sync < due ? sync : due;
    }
    return due;
}

/* Waits for requests until the next duty and takes them all. False: the thread is to end, and nothing waits. */
static bool take_all(ss_recorder *recorder)
{
    int64_t due = next_duty(recorder);
    struct timespec until = {due / 1000000000, due % 1000000000};
    int code = 0;
    pthread_mutex_lock(&recorder->lock);
    while (recorder->incoming_count == 0 && !recorder->stop && !recorder->urged && code == 0) {
        recorder->sleeping = true;
        code = pthread_cond_timedwait(&recorder->wanted, &recorder->lock, &until);
    }
    recorder->sleeping = recorder->urged = false;
    ss_recorded *taken = recorder->incoming;
    recorder->incoming = recorder->working;
    recorder->working = taken;
    recorder->working_count = recorder->incoming_count;
    recorder->incoming_count = recorder->incoming_bytes = 0;
    bool go_on = !recorder->stop || recorder->working_count > 0;
    pthread_mutex_unlock(&recorder->lock);
    return go_on;
}

static void count_queue(ss_recorder *recorder)
{
    ss_count_set(&recorder->counts.queued, recorder->working_count);
    if (recorder->working_count > ss_counted(&recorder->counts.queued_most))
        ss_count_set(&recorder->counts.queued_most, recorder->working_count);
}

static void end_deferred(ss_recorder *recorder)
{
    for (size_t i = 0; i < SS_WRITER_DEFERRED_MAX; i++)
        if (recorder->deferred[i].state == SS_RECORDED_STAGED)
            fail(recorder, &recorder->deferred[i], SS_FAULT_SHUTTING_DOWN,
                 "the server is shutting down; what was begun goes on when it starts again");
    publish(recorder, recorder->deferred, SS_WRITER_DEFERRED_MAX);
}

static void *run(void *argument)
{
    ss_recorder *recorder = argument;
    pthread_setname_np(pthread_self(), "recorder");
    while (take_all(recorder)) {
        count_queue(recorder);
        ss_count(&recorder->counts.rounds);
        for (size_t at = 0; at < recorder->working_count;)
            at += run_cycle(recorder, recorder->working + at, recorder->working_count - at);
        int64_t now = ss_clock_monotonic();
        sync_when_due(recorder, now);
        prune_when_due(recorder, now);
        work_some(recorder);
    }
    sync_all(recorder);
    end_deferred(recorder);
    return NULL;
}

/* ---- starting and stopping ---- */

static ss_recorded *new_requests(size_t count)
{
    ss_recorded *requests = ss_array_zeroed(count, sizeof *requests);
    for (size_t i = 0; requests && i < count; i++)
        ss_envelope_init(&requests[i].envelope);
    return requests;
}

static void free_requests(ss_recorded *requests, size_t count)
{
    for (size_t i = 0; requests && i < count; i++)
        ss_envelope_close(&requests[i].envelope);
    free(requests);
}

static bool make_queues(ss_recorder *recorder)
{
    recorder->incoming = new_requests(SS_RECORDER_QUEUE_MAX);
    recorder->working = new_requests(SS_RECORDER_QUEUE_MAX);
    recorder->outgoing = ss_array_zeroed(SS_RECORDER_QUEUE_MAX, sizeof *recorder->outgoing);
    for (size_t i = 0; recorder->outgoing && i < SS_RECORDER_QUEUE_MAX; i++)
        ss_envelope_init(&recorder->outgoing[i]);
    for (size_t i = 0; i < SS_WRITER_DEFERRED_MAX; i++)
        ss_envelope_init(&recorder->deferred[i].envelope);
    return recorder->incoming && recorder->working && recorder->outgoing;
}

static void free_queues(ss_recorder *recorder)
{
    free_requests(recorder->incoming, SS_RECORDER_QUEUE_MAX);
    free_requests(recorder->working, SS_RECORDER_QUEUE_MAX);
    for (size_t i = 0; recorder->outgoing && i < SS_RECORDER_QUEUE_MAX; i++)
        ss_envelope_close(&recorder->outgoing[i]);
    free(recorder->outgoing);
    for (size_t i = 0; i < SS_WRITER_DEFERRED_MAX; i++)
        ss_envelope_close(&recorder->deferred[i].envelope);
}

static void init_lock(ss_recorder *recorder)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&recorder->wanted, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&recorder->lock, NULL);
}

static ss_status start(ss_recorder *recorder, ss_error *error)
{
    ss_status status;
    SS_TRY(make_queues(recorder) ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_environment_follow(recorder->environment, settle, recorder, error));
    count_bytes(recorder);
    errno = pthread_create(&recorder->thread, NULL, run, recorder);
    recorder->started = errno == 0;
    SS_TRY(recorder->started ? SS_OK : ss_error_io(error, "recorder", "cannot start a thread"));
out:
    return status;
}

ss_status ss_recorder_start(const ss_recorder_setting *setting, ss_recorder **recorder, ss_error *error)
{
    ss_status status = ss_options_check(ss_recorder_option_table, setting->options, error);
    if (status != SS_OK)
        return status;
    ss_recorder *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->setting = *setting;
    made->environment = ss_event_store_environment(setting->events);
    made->writer_count = setting->writer_count;
    memcpy(made->writers, setting->writers, setting->writer_count * sizeof *made->writers);
    made->waiting_since = made->failing_since = NEVER;
    made->more_work = true; /* a writer may have something left from before */
    ss_buffer_init(&made->reply, SS_REPLY_MAX);
    init_lock(made);
    status = start(made, error);
    if (status == SS_OK)
        *recorder = made;
    else
        ss_recorder_free(&made);
    return status;
}

void ss_recorder_stop(ss_recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->stop = true;
    pthread_cond_signal(&recorder->wanted);
    pthread_mutex_unlock(&recorder->lock);
    if (recorder->started)
        pthread_join(recorder->thread, NULL);
    recorder->started = false;
}

void ss_recorder_free(ss_recorder **recorder)
{
    ss_recorder *old = *recorder;
    *recorder = NULL;
    if (!old)
        return;
    ss_recorder_stop(old);
    ss_environment_unfollow(old->environment, old);
    free_queues(old);
    ss_buffer_release(&old->reply);
    pthread_cond_destroy(&old->wanted);
    pthread_mutex_destroy(&old->lock);
    free(old);
}

#include "server/dispatch.h"

#include "base/memory.h"
#include "base/wake.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OUTSTANDING_MAX 256u /* requests that one worker may hold */
#define ROUND_MAX       64u  /* requests that a worker answers before it looks around */

typedef struct worker_channel {
    ss_worker *worker;
    void *near, *far; /* the owner's and the worker's end of the pair */
    size_t outstanding;
    pthread_t thread;
    bool started;
    atomic_bool stop;
} worker_channel;

struct ss_dispatch {
    void *router; /* borrowed */
    ss_stats *stats;
    ss_envelope envelope;
    worker_channel *channels;
    size_t count;
};

/* ---- the worker's thread ---- */

static void *serve(void *argument)
{
    worker_channel *channel = argument;
    ss_worker *worker = channel->worker;
    pthread_setname_np(pthread_self(), "worker");
    while (!atomic_load(&channel->stop)) {
        zmq_pollitem_t items[] = {{worker->socket, 0, ZMQ_POLLIN, 0}, {NULL, worker->swap.wake, ZMQ_POLLIN, 0}};
        zmq_poll(items, 2, -1);
        ss_wake_clear(worker->swap.wake);
        do
            ss_count(&worker->rounds);
        while (ss_worker_run(worker, ROUND_MAX) == ROUND_MAX);
    }
    return NULL;
}

/* ---- starting and stopping ---- */

static ss_status open_pair(void *context, worker_channel *channel, size_t index, ss_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "inproc://smartshelf.worker.%zu", index);
    channel->near = zmq_socket(context, ZMQ_PAIR);
    channel->far = zmq_socket(context, ZMQ_PAIR);
    if (!channel->near || !channel->far || zmq_bind(channel->near, name) != 0 || zmq_connect(channel->far, name) != 0)
        return ss_error_set(error, SS_E_NETWORK, "%s: %s", name, zmq_strerror(zmq_errno()));
    channel->worker->socket = channel->far;
    channel->worker->paired = true;
    return SS_OK;
}

static ss_status start_thread(worker_channel *channel, ss_error *error)
{
    errno = pthread_create(&channel->thread, NULL, serve, channel);
    channel->started = errno == 0;
    return channel->started ? SS_OK : ss_error_io(error, "worker", "cannot start a thread");
}

ss_status ss_dispatch_start(void *zmq_context, void *router, ss_worker *workers, size_t count, ss_stats *stats,
                            ss_dispatch **dispatch, ss_error *error)
{
    ss_status status = SS_OK;
    ss_dispatch *new = calloc(1, sizeof *new);
    worker_channel *channels = ss_array_zeroed(count, sizeof *channels);
    if (!new || !channels) {
        free(new);
        free(channels);
        return ss_error_nomem(error);
    }
    *new = (ss_dispatch){.router = router, .stats = stats, .channels = channels, .count = count};
    ss_envelope_init(&new->envelope);
    for (size_t i = 0; i < count; i++) {
        channels[i].worker = &workers[i];
        SS_TRY(open_pair(zmq_context, &channels[i], i, error));
        SS_TRY(start_thread(&channels[i], error));
    }
    *dispatch = new;
    new = NULL;
out:
    ss_dispatch_stop(&new);
    return status;
}

static void stop_channel(worker_channel *channel)
{
    if (channel->started) {
        atomic_store(&channel->stop, true);
        ss_swap_wake(&channel->worker->swap);
        pthread_join(channel->thread, NULL);
    }
    if (channel->near)
        zmq_close(channel->near);
    if (channel->far)
        zmq_close(channel->far);
}

void ss_dispatch_stop(ss_dispatch **dispatch)
{
    ss_dispatch *old = *dispatch;
    *dispatch = NULL;
    if (!old)
        return;
    for (size_t i = 0; i < old->count; i++)
        stop_channel(&old->channels[i]);
    ss_envelope_close(&old->envelope);
    free(old->channels);
    free(old);
}

/* ---- the owner's side ---- */

static size_t return_replies(ss_dispatch *dispatch, worker_channel *channel, size_t most)
{
    for (size_t count = 0; count < most; count++) {
        ss_received received = ss_envelope_receive(&dispatch->envelope, channel->near);
        if (received == SS_RECEIVED_NOTHING)
            return count;
        channel->outstanding--;
        if (received == SS_RECEIVED_REQUEST && !ss_envelope_send(&dispatch->envelope, dispatch->router))
            ss_count(&dispatch->stats->dropped_replies);
    }
    return most;
}

/* The worker with the fewest requests, or NULL when none has room. */
static worker_channel *least_busy(const ss_dispatch *dispatch)
{
    worker_channel *least = &dispatch->channels[0];
    for (size_t i = 1; i < dispatch->count; i++)
        if (dispatch->channels[i].outstanding < least->outstanding)
            least = &dispatch->channels[i];
    return least->outstanding < OUTSTANDING_MAX ? least : NULL;
}

static size_t hand_out(ss_dispatch *dispatch, size_t most)
{
    for (size_t count = 0; count < most; count++) {
        worker_channel *channel = least_busy(dispatch);
        ss_received received =
            channel ? ss_envelope_receive(&dispatch->envelope, dispatch->router) : SS_RECEIVED_NOTHING;
        if (received == SS_RECEIVED_NOTHING)
            return count;
        if (received == SS_RECEIVED_REQUEST && ss_envelope_send(&dispatch->envelope, channel->near))
            channel->outstanding++;
        else
            ss_count(&dispatch->stats->dropped_messages);
    }
    return most;
}

size_t ss_dispatch_run(ss_dispatch *dispatch, size_t most, bool closed)
{
    size_t moved = 0;
    for (size_t i = 0; i < dispatch->count; i++)
        moved += return_replies(dispatch, &dispatch->channels[i], most);
    return closed ? moved : moved + hand_out(dispatch, most);
}

void ss_dispatch_wake(ss_dispatch *dispatch)
{
    for (size_t i = 0; i < dispatch->count; i++)
        ss_swap_wake(&dispatch->channels[i].worker->swap);
}

size_t ss_dispatch_outstanding(const ss_dispatch *dispatch)
{
    size_t outstanding = 0;
    for (size_t i = 0; i < dispatch->count; i++)
        outstanding += dispatch->channels[i].outstanding;
    return outstanding;
}

size_t ss_dispatch_poll(const ss_dispatch *dispatch, zmq_pollitem_t *items)
{
    size_t count = 0;
    if (least_busy(dispatch))
        items[count++] = (zmq_pollitem_t){dispatch->router, 0, ZMQ_POLLIN, 0};
    for (size_t i = 0; i < dispatch->count; i++)
        items[count++] = (zmq_pollitem_t){dispatch->channels[i].near, 0, ZMQ_POLLIN, 0};
    return count;
}

#include "server/server.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/wake.h"
#include "server/access.h"
#include "server/dispatch.h"
#include "server/metrics_port.h"
#include "server/router.h"
#include "server/signals.h"
#include "server/supervisor.h"
#include "server/watchdog.h"
#include "server/zap.h"
#include "server/zmq_error.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BURST         256u /* messages between two looks at signals and the loader */
#define DRAIN_LOOK_MS 25   /* a stopping server waits for messages at a time; */
#define DRAIN_LOOKS   4 /* after so many without one it has said all it has to; time passes while it stands still, too */
#define REPLIES_MAX   64u /* of the recorder, collected together */

struct ss_server {
    const ss_server_options *options;
    const ss_logger *logger;
    char generation[SS_GENERATION_NAME_MAX]; /* that it began with, and how many items that has */
    uint32_t items;
    ss_service service;
    ss_stats stats, loader_stats, recorder_stats;
    ss_live_state *state; /* NULL: none is kept; and what answerers know of it: */
    ss_live live;
    ss_policy *policy; /* of offers, as it was at the start; owned: a reference */
    ss_recorder *recorder;
    ss_envelope recorded[REPLIES_MAX];
    void *context;
    ss_router router;
    ss_zap *zap;
    ss_access *access;
    ss_worker *workers;
    size_t worker_count; /* initialised */
    ss_seat *seats;      /* of threads that are not the server's */
    size_t seat_count;   /* initialised */
    ss_swap *swaps[SS_WORKERS_MAX + SS_SEATS_MAX];
    ss_loader *loader;
    ss_dispatch *dispatch; /* NULL with one worker */
    ss_buffer reply;
    ss_metrics_port *metrics; /* NULL: none */
    ss_signals signals;
    ss_supervisor supervisor;
    ss_watchdog watchdog;
    int wake; /* a reload is done, or `stop` is set */
    atomic_bool stop;
    bool stopping, leave;
    int64_t deadline, last_message; /* of stopping: ss_clock_monotonic() */
    unsigned quiet;                 /* looks without a message since then */
};

/* ---- setting up ---- */

static ss_status open_descriptors(ss_server *server, ss_error *error)
{
    if (server->options->signals) {
        ss_status status = ss_signals_open(&server->signals, error);
        if (status != SS_OK)
            return status;
    }
    return ss_wake_open(&server->wake, error);
}

static int64_t milliseconds_since(int64_t then)
{
    return (ss_clock_monotonic() - then) / 1000000;
}

/* As the file had it at the start, or without one the default. */
static ss_status take_policy(ss_server *server, ss_error *error)
{
    const ss_configuration *configuration = &server->options->configuration;
    if (!configuration->policy)
        return ss_policy_read(NULL, NULL, &server->policy, error);
    server->policy = ss_policy_retain(configuration->policy);
    return SS_OK;
}

static ss_status open_state(ss_server *server, ss_snapshot *snapshot, ss_error *error)
{
    if (!server->options->live.state)
        return SS_OK;
    int64_t begun = ss_clock_monotonic();
    ss_log(server->logger, SS_LOG_INFO, "reading live state");
    ss_status status = ss_live_state_open(server->options->store, &server->options->live, &server->state, error);
    if (status != SS_OK)
        return status;
    ss_log(server->logger, SS_LOG_INFO, "live state is read milliseconds=%lld", (long long)milliseconds_since(begun));
    ss_known_items_use(server->state->known, snapshot);
    server->live = server->state->live;
    return ss_live_state_start_offers(server->state, snapshot, server->policy, &server->options->live.recorder,
                                      &server->recorder_stats, error);
}

static ss_status init_workers(ss_server *server, ss_snapshot *snapshot, ss_error *error)
{
    size_t count = (size_t)server->options->workers;
    server->workers = ss_array_zeroed(count, sizeof *server->workers);
    if (!server->workers)
        return ss_error_nomem(error);
    for (size_t i = 0; i < count; i++) {
        ss_worker *worker = &server->workers[i];
        ss_answerer *answerer = NULL;
        ss_status status = ss_answerer_new(snapshot, &server->live, &answerer, error);
        if (status != SS_OK)
            return status;
        server->worker_count++;
        status = ss_worker_init(worker, answerer, &server->service, server->access ? ss_envelope_role : NULL, error);
        if (status != SS_OK)
            return status;
        server->swaps[i] = &worker->swap;
        server->service.stats[server->service.stats_count++] = &worker->stats;
    }
    return SS_OK;
}

static ss_status init_seats(ss_server *server, ss_snapshot *snapshot, ss_error *error)
{
    size_t count = server->options->seats;
    server->seats = ss_array_zeroed(count, sizeof *server->seats);
    if (!server->seats)
        return ss_error_nomem(error);
    for (size_t i = 0; i < count; i++) {
        ss_seat *seat = &server->seats[i];
        ss_answerer *answerer = NULL;
        ss_status status = ss_answerer_new(snapshot, &server->live, &answerer, error);
        if (status != SS_OK)
            return status;
        server->seat_count++;
        status = ss_seat_init(seat, answerer, &server->service, error);
        if (status != SS_OK)
            return status;
        server->swaps[server->worker_count + i] = &seat->swap;
        server->service.stats[server->service.stats_count++] = &seat->stats;
        server->service.http[server->service.http_count++] = &seat->counts;
    }
    return SS_OK;
}

static ss_status start_loader(ss_server *server, ss_snapshot *snapshot, ss_error *error)
{
    ss_loader_options options = {.store = server->options->store,
                                 .logger = server->logger,
                                 .service = &server->service,
                                 .stats = &server->loader_stats,
                                 .swaps = server->swaps,
                                 .swap_count = server->worker_count + server->seat_count,
                                 .snapshot = snapshot,
                                 .live = &server->live,
                                 .known = server->state ? server->state->known : NULL,
                                 .configuration = &server->options->configuration,
                                 .policy = server->policy,
                                 .offers = server->state ? &server->state->offers_swap : NULL,
                                 .recorder = server->recorder,
                                 .supervisor = &server->supervisor,
                                 .done = server->wake};
    server->service.stats[server->service.stats_count++] = &server->stats;
    server->service.stats[server->service.stats_count++] = &server->loader_stats;
    ss_service_serve(&server->service, snapshot->name);
    ss_status status = ss_loader_start(&options, &server->loader, error);
    for (size_t i = 0; i < server->worker_count; i++)
        server->workers[i].loader = server->loader;
    return status;
}

static ss_status start_recorder(ss_server *server, ss_error *error)
{
    if (!server->state)
        return SS_OK;
    ss_recorder_setting setting = {.options = &server->options->live.recorder,
                                   .events = server->state->events,
                                   .writers = server->state->writers,
                                   .writer_count = server->state->writer_count,
                                   .logger = server->logger,
                                   .stats = &server->recorder_stats,
                                   .done = server->wake};
    server->service.stats[server->service.stats_count++] = &server->recorder_stats;
    ss_status status = ss_recorder_start(&setting, &server->recorder, error);
    if (status != SS_OK)
        return status;
    server->service.recorded = ss_recorder_counted(server->recorder);
    server->service.visitors = server->state->visitors;
    server->service.offers = &server->state->offer_counts;
    for (size_t i = 0; i < server->worker_count; i++)
        server->workers[i].recorder = server->recorder;
    return SS_OK;
}

static ss_status start_access(ss_server *server, ss_error *error)
{
    const ss_server_options *options = server->options;
    if (!options->curve_key)
        return SS_OK;
    ss_status status = ss_access_read(options->allow, &server->access, error);
    return status == SS_OK ? ss_zap_start(server->context, server->access, server->logger, &server->zap, error)
                           : status;
}

static ss_status open_router(ss_server *server, ss_error *error)
{
    ss_status status = ss_router_open(server->context, (int)server->options->queue, &server->router, error);
    if (status == SS_OK && server->access)
        status = ss_access_secure(server->router.socket, server->options->curve_key, error);
    return status;
}

/* Inside too, for those who have a seat: what they may not answer themselves comes this way. */
static ss_status bind_endpoints(ss_server *server, ss_error *error)
{
    const ss_texts *binds = &server->options->binds;
    ss_status status =
        server->seat_count > 0 ? ss_router_bind_inside(&server->router, SS_ENDPOINT_INSIDE, error) : SS_OK;
    for (size_t i = 0; i < binds->count && status == SS_OK; i++)
        status = ss_router_bind(&server->router, binds->text[i], error);
    return status;
}

static ss_status start_answering(ss_server *server, ss_error *error)
{
    if (server->worker_count > 1)
        return ss_dispatch_start(server->context, server->router.socket, server->workers, server->worker_count,
                                 &server->stats, &server->dispatch, error);
    server->workers[0].socket = server->router.socket;
    return SS_OK;
}

/* Threads take it over from the one that starts them. */
static ss_status set_scheduling(const ss_server *server, ss_error *error)
{
    struct sched_param none = {0};
    if (server->options->scheduling == SS_SCHEDULING_NORMAL || sched_setscheduler(0, SCHED_BATCH, &none) == 0)
        return SS_OK;
    return ss_error_io(error, "scheduling", "batch is not allowed here");
}

static ss_status open_context(ss_server *server, ss_error *error)
{
    server->context = zmq_ctx_new();
    if (!server->context || zmq_ctx_set(server->context, ZMQ_BLOCKY, 0) != 0 ||
        zmq_ctx_set(server->context, ZMQ_IO_THREADS, (int)server->options->io_threads) != 0)
        return ss_zmq_error(error, "server");
    return SS_OK;
}

static ss_status open_metrics(ss_server *server, ss_error *error)
{
    ss_address address;
    if (!server->options->metrics)
        return SS_OK;
    ss_status status = ss_address_read(server->options->metrics, "metrics", &address, error);
    if (status == SS_OK)
        status = ss_metrics_port_open(&address, &server->service, &server->metrics, error);
    if (status == SS_OK)
        ss_log(server->logger, SS_LOG_INFO, "metrics are served url=http://%s/metrics",
               ss_metrics_port_address(server->metrics));
    return status;
}

static void announce(ss_server *server)
{
    ss_buffer list;
    ss_buffer_init(&list, SS_LOG_LINE_MAX);
    for (size_t i = 0; i < server->router.endpoint_count; i++)
        ss_buffer_printf(&list, "%s%s", i ? "," : "", server->router.endpoints[i]);
    ss_log(server->logger, SS_LOG_INFO, "serving generation=%s endpoints=%s items=%u workers=%zu access=%s state=%s",
           server->generation, list.data, server->items, server->worker_count, server->access ? "curve" : "open",
           server->state ? "kept" : "none");
    ss_buffer_release(&list);
    ss_supervisor_ready(&server->supervisor, server->generation, NULL);
}

/* The threads that answer beside the main loop's own. */
static void start_watchdog(ss_server *server)
{
    ss_watchdog_init(&server->watchdog, ss_supervisor_patience(&server->supervisor), ss_clock_monotonic());
    for (size_t i = 0; server->dispatch && i < server->worker_count; i++)
        ss_watchdog_follow(&server->watchdog, &server->workers[i].rounds);
    for (size_t i = 0; i < server->seat_count; i++)
        ss_watchdog_follow(&server->watchdog, &server->seats[i].rounds);
    if (server->recorder)
        ss_watchdog_follow(&server->watchdog, &ss_recorder_counted(server->recorder)->rounds);
}

/* What is taken is told of before live state is read, which may take half a minute. */
static ss_status try_ports(const ss_server_options *options, ss_error *error)
{
    ss_status status;
    ss_address metrics;
    for (size_t i = 0; i < options->binds.count; i++)
        SS_TRY(ss_router_try(options->binds.text[i], error));
    if (!options->metrics)
        return SS_OK;
    SS_TRY(ss_address_read(options->metrics, "metrics", &metrics, error));
    SS_TRY(ss_address_try(&metrics, "metrics", error));
out:
    return status;
}

static ss_status set_up(ss_server *server, ss_snapshot *snapshot, ss_error *error)
{
    ss_status status;
    SS_TRY(open_descriptors(server, error));
    SS_TRY(set_scheduling(server, error));
    SS_TRY(open_context(server, error));
    SS_TRY(start_access(server, error));
    SS_TRY(open_router(server, error));
    SS_TRY(try_ports(server->options, error));
    SS_TRY(take_policy(server, error));
    SS_TRY(open_state(server, snapshot, error));
    SS_TRY(init_workers(server, snapshot, error));
    SS_TRY(init_seats(server, snapshot, error));
    SS_TRY(start_recorder(server, error));
    SS_TRY(start_loader(server, snapshot, error));
    SS_TRY(start_answering(server, error));
    SS_TRY(bind_endpoints(server, error));
    SS_TRY(open_metrics(server, error));
    start_watchdog(server);
    snprintf(server->generation, sizeof server->generation, "%s", snapshot->name);
    server->items = snapshot->items.count;
out:
    return status;
}

ss_status ss_server_new(const ss_server_options *options, const ss_logger *logger, ss_server **server, ss_error *error)
{
    ss_snapshot *snapshot = NULL;
    ss_status status = ss_server_check_options(options, error);
    if (status != SS_OK)
        return status;
    status = ss_snapshot_open_configured(options->store, NULL, false, options->configuration.shelves, &snapshot, error);
    if (status != SS_OK)
        return status;
    ss_server *new = calloc(1, sizeof *new);
    if (new) {
        *new = (ss_server){.options = options, .logger = logger, .signals = {-1, -1}, .wake = -1};
        ss_service_init(&new->service);
        ss_supervisor_init(&new->supervisor, options->supervised);
        ss_buffer_init(&new->reply, SS_REPLY_MAX);
        for (size_t i = 0; i < REPLIES_MAX; i++)
            ss_envelope_init(&new->recorded[i]);
        status = set_up(new, snapshot, error);
    } else
        status = ss_error_nomem(error);
    ss_snapshot_release(&snapshot);
    if (status == SS_OK)
        *server = new;
    else
        ss_server_free(&new);
    return status;
}

/* ---- taking down ---- */

/* Replies on their way have what is left of the time for stopping. */
static void close_router(ss_server *server)
{
    int64_t left = server->stopping && !server->leave ? (server->deadline - ss_clock_monotonic()) / 1000000 : 0;
    ss_router_close(&server->router, left > 0 ? (int)left : 0);
}

static void deliver_recorded(ss_server *server)
{
    size_t count;
    while ((count = ss_recorder_collect(server->recorder, server->recorded, REPLIES_MAX)) > 0)
        for (size_t i = 0; i < count; i++)
            if (!ss_envelope_send(&server->recorded[i], server->router.socket))
                ss_count(&server->stats.dropped_replies);
}

/* What was read is recorded, and who asked is told so as far as the time goes. */
static void stop_recorder(ss_server *server)
{
    if (!server->recorder)
        return;
    ss_recorder_stop(server->recorder);
    deliver_recorded(server);
    ss_recorder_free(&server->recorder);
}

void ss_server_free(ss_server **server)
{
    ss_server *old = *server;
    *server = NULL;
    if (!old)
        return;
    ss_metrics_port_close(&old->metrics);
    ss_loader_stop(&old->loader);
    ss_dispatch_stop(&old->dispatch);
    stop_recorder(old);
    for (size_t i = 0; i < old->worker_count; i++)
        ss_worker_release(&old->workers[i]);
    free(old->workers);
    for (size_t i = 0; i < old->seat_count; i++)
        ss_seat_release(&old->seats[i]);
    free(old->seats);
    ss_live_state_close(&old->state);
    ss_policy_release(&old->policy);
    for (size_t i = 0; i < REPLIES_MAX; i++)
        ss_envelope_close(&old->recorded[i]);
    close_router(old);
    ss_zap_stop(&old->zap);
    if (old->context)
        zmq_ctx_term(old->context);
    ss_access_free(&old->access);
    ss_signals_close(&old->signals);
    ss_wake_close(&old->wake);
    ss_buffer_release(&old->reply);
    ss_supervisor_release(&old->supervisor);
    free(old);
}

/* ---- the loop ---- */

static void begin_stopping(ss_server *server)
{
    if (server->stopping) {
        server->leave = true;
        return;
    }
    server->stopping = true;
    server->last_message = ss_clock_monotonic();
    server->deadline = server->last_message + server->options->drain_ms * 1000000;
    /*
     * The endpoints stay bound: libzmq takes the connections down together with their listener, and what they still
     * hold is lost.
     */
    ss_supervisor_stopping(&server->supervisor);
    ss_log(server->logger, SS_LOG_INFO, "stopping drain_ms=%lld", (long long)server->options->drain_ms);
}

static size_t outstanding(const ss_server *server)
{
    return server->dispatch ? ss_dispatch_outstanding(server->dispatch) : 0;
}

/* What was read before the stop is answered before anything new is read and turned away. */
static void turn_to_draining(ss_server *server)
{
    if (server->stopping && outstanding(server) == 0)
        atomic_store(&server->service.draining, true);
}

static bool is_draining(const ss_server *server)
{
    return atomic_load_explicit(&server->service.draining, memory_order_relaxed);
}

static bool finished(ss_server *server)
{
    if (!server->stopping)
        return false;
    if (server->leave || ss_clock_monotonic() > server->deadline)
        return true;
    return is_draining(server) && server->quiet > DRAIN_LOOKS &&
           milliseconds_since(server->last_message) >= DRAIN_LOOKS * DRAIN_LOOK_MS && outstanding(server) == 0 &&
           !ss_loader_busy(server->loader) && (!server->recorder || ss_recorder_outstanding(server->recorder) == 0);
}

static void note_messages(ss_server *server, size_t moved)
{
    if (!server->stopping)
        return;
    server->quiet = moved > 0 ? 0 : server->quiet + 1;
    if (moved > 0)
        server->last_message = ss_clock_monotonic();
}

static void read_signals(ss_server *server)
{
    for (int signal; (signal = ss_signals_next(&server->signals)) != 0;) {
        if (signal == SIGHUP)
            ss_loader_request(server->loader, NULL);
        else
            begin_stopping(server);
    }
}

static void deliver_reloads(ss_server *server)
{
    ss_caller caller;
    while (ss_loader_collect(server->loader, &caller, &server->reply))
        if (!ss_caller_reply(&caller, server->router.socket, (ss_slice){server->reply.data, server->reply.size}))
            ss_count(&server->stats.dropped_replies);
}

static void read_wake(ss_server *server)
{
    ss_wake_clear(server->wake);
    if (atomic_exchange(&server->stop, false))
        begin_stopping(server);
    deliver_reloads(server);
}

/* May it wait until something happens? Not while the recorder has replies: it is asked last, and writes to `wake` from then on. */
static bool may_wait(const ss_server *server, bool idle)
{
    return idle && (!server->recorder || !ss_recorder_attend(server->recorder, false));
}

/* The recorder's replies go out whatever else has happened, and need not be told of until this thread waits again. */
static void attend_to_recorder(ss_server *server)
{
    if (!server->recorder)
        return;
    ss_recorder_attend(server->recorder, true);
    deliver_recorded(server);
}

static void ask_for_rounds(ss_server *server)
{
    if (server->dispatch)
        ss_dispatch_wake(server->dispatch);
    if (server->recorder)
        ss_recorder_urge(server->recorder);
    for (size_t i = 0; i < server->seat_count; i++)
        ss_swap_wake(&server->seats[i].swap);
}

static void show_life(ss_server *server)
{
    if (server->watchdog.interval == 0 || !ss_watchdog_is_due(&server->watchdog, ss_clock_monotonic()))
        return;
    if (ss_watchdog_look(&server->watchdog, ss_clock_monotonic()))
        ss_supervisor_alive(&server->supervisor);
    ask_for_rounds(server);
}

static size_t answer_by_workers(ss_server *server)
{
    size_t moved = ss_dispatch_run(server->dispatch, BURST, server->stopping && !is_draining(server));
    ss_count_set(&server->service.at_workers, ss_dispatch_outstanding(server->dispatch));
    return moved;
}

/* How many messages moved. */
static size_t answer(ss_server *server)
{
    if (server->dispatch)
        return answer_by_workers(server);
    return ss_worker_run(&server->workers[0], BURST);
}

/* Sees to everything but requests; waits until something happens unless there is something to do anyway. */
static void look_around(ss_server *server, bool idle)
{
    zmq_pollitem_t items[SS_WORKERS_MAX + 3] = {{NULL, server->signals.read_end, ZMQ_POLLIN, 0},
                                                {NULL, server->wake, ZMQ_POLLIN, 0}};
    size_t count = 2;
    ss_swap *own_swap = server->dispatch ? NULL : &server->workers[0].swap;
    if (own_swap) {
        items[count++] = (zmq_pollitem_t){NULL, own_swap->wake, ZMQ_POLLIN, 0};
        items[count++] = (zmq_pollitem_t){server->router.socket, 0, ZMQ_POLLIN, 0};
    } else
        count += ss_dispatch_poll(server->dispatch, items + count);
    long timeout = server->stopping ? DRAIN_LOOK_MS : -1;
    timeout = ss_watchdog_timeout(&server->watchdog, timeout);
    zmq_poll(items, (int)count, may_wait(server, idle) ? timeout : 0);
    attend_to_recorder(server);
    if (items[0].revents)
        read_signals(server);
    if (items[1].revents)
        read_wake(server);
    if (own_swap && items[2].revents)
        ss_wake_clear(own_swap->wake);
}

void ss_server_run(ss_server *server)
{
    announce(server);
    for (;;) {
        size_t moved = answer(server);
        note_messages(server, moved);
        if (finished(server))
            break;
        look_around(server, moved < BURST);
        show_life(server);
        turn_to_draining(server);
    }
    ss_log(server->logger, SS_LOG_INFO, "stopped");
}

void ss_server_stop(ss_server *server)
{
    atomic_store(&server->stop, true);
    ss_wake(server->wake);
}

ss_seat *ss_server_seat(ss_server *server, size_t index)
{
    return index < server->seat_count ? &server->seats[index] : NULL;
}

void *ss_server_context(const ss_server *server)
{
    return server->context;
}

const atomic_bool *ss_server_draining(const ss_server *server)
{
    return &server->service.draining;
}

int64_t ss_server_deadline(const ss_server *server)
{
    return server->stopping ? server->deadline : ss_clock_monotonic();
}

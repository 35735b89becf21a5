#include "http/port.h"

#include "base/clock.h"
#include "http/connections.h"
#include "http/exchange.h"
#include "http/gate.h"
#include "server/address.h"
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BACKLOG     1024
#define ACCEPT_MAX  64  /* connections taken between two looks at the others */
#define FILES_SPARE 256 /* descriptors for everything else */

#define DISMISS_RUNS 4 /* of libmicrohttpd, for the last replies: one takes up what was suspended, one writes */

#define MILLISECOND INT64_C(1000000)
#define SWEEP_MS    250 /* between two looks at who has waited too long */
#define PAUSE_MS    100 /* without descriptors for more connections */

/* One thread, and what belongs to it. */
typedef struct thread {
    ss_http_port *port;
    struct MHD_Daemon *daemon;
    int epoll;    /* the daemon's */
    int inbox[2]; /* a pipe of sockets that the first thread has accepted */
    ss_backend backend;
    ss_connections *connections;
    ss_exchanges *exchanges;
    int64_t swept, accept_from;
    pthread_t id;
    bool started;
} thread;

struct ss_http_port {
    ss_http_setting setting;
    ss_gate *gate;
    int listener; /* the first thread's */
    char address[SS_ADDRESS_TEXT_MAX];
    unsigned thread_count, next;
    atomic_bool stop;
    _Atomic int64_t deadline; /* of stopping */
    thread threads[SS_HTTP_THREADS_MAX];
};

/* ---- connections come and go ---- */

static void follow(void *context, struct MHD_Connection *connection, void **own,
                   enum MHD_ConnectionNotificationCode code)
{
    thread *of = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*own)
            ss_connections_remove(of->connections, *own);
        *own = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *own = ss_connections_add(of->connections, connection, info ? info->client_addr : NULL, ss_clock_monotonic());
}

/* The daemon closes what it does not take. */
static void add_connection(thread *to, int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getpeername(fd, (struct sockaddr *)&address, &size) != 0) {
        close(fd);
        return;
    }
    MHD_add_connection(to->daemon, fd, (struct sockaddr *)&address, size);
}

static void hand_out(ss_http_port *port, int fd)
{
    thread *to = &port->threads[port->next++ % port->thread_count];
    if (to == port->threads)
        add_connection(to, fd);
    else if (write(to->inbox[1], &fd, sizeof fd) != sizeof fd)
        close(fd);
}

/* Without descriptors, of which the system may allow fewer than there may be connections, who has been silent for longest gives way, or the new ones wait. */
static void make_room(thread *first)
{
    if (!ss_connections_give_way(first->connections))
        first->accept_from = ss_clock_monotonic() + PAUSE_MS * MILLISECOND;
}

static void accept_some(thread *first)
{
    ss_http_port *port = first->port;
    for (unsigned i = 0; i < ACCEPT_MAX; i++) {
        int fd = accept4(port->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            hand_out(port, fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            make_room(first);
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

static void take_handed(thread *of)
{
    int fd;
    while (read(of->inbox[0], &fd, sizeof fd) == sizeof fd)
        add_connection(of, fd);
}

/* ---- the loop ---- */

static long least(long a, long b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static long timeout_of(const thread *of, long backend)
{
    unsigned long long daemon;
    long own = MHD_get_timeout(of->daemon, &daemon) == MHD_YES ? (long)daemon : -1;
    return least(SWEEP_MS, least(own, backend));
}

static bool is_accepting(const thread *of)
{
    const ss_http_port *port = of->port;
    return of == port->threads && !atomic_load_explicit(&port->stop, memory_order_relaxed) &&
           (of->accept_from == 0 || ss_clock_monotonic() >= of->accept_from);
}

static void sweep(thread *of)
{
    int64_t now = ss_clock_monotonic();
    if (now - of->swept < SWEEP_MS * MILLISECOND)
        return;
    of->swept = now;
    ss_exchanges_sweep(of->exchanges, now);
    ss_connections_sweep(of->connections, now);
}

/*
 * Whoever was answered, and shares this processor, goes on at once instead of at the end of this thread's time slice, which
 * the next requests of others would fill: with callers on the same two processors p99 falls by a third.
 */
static void give_way(void)
{
    sched_yield();
}

static void run_round(thread *of)
{
    long wait;
    zmq_pollitem_t items[SS_BACKEND_POLL_MAX + 3] = {{NULL, of->epoll, ZMQ_POLLIN, 0},
                                                     {NULL, of->inbox[0], ZMQ_POLLIN, 0}};
    size_t count = 2, listener = 0;
    if (is_accepting(of)) {
        listener = count++;
        items[listener] = (zmq_pollitem_t){NULL, of->port->listener, ZMQ_POLLIN, 0};
    }
    count += of->backend.poll(of->backend.self, items + count, &wait);
    zmq_poll(items, (int)count, timeout_of(of, wait));
    if (items[1].revents)
        take_handed(of);
    if (listener && items[listener].revents)
        accept_some(of);
    of->backend.run(of->backend.self, ss_exchange_answered, of->exchanges);
    MHD_run(of->daemon);
    give_way();
    sweep(of);
}

static bool is_over(const thread *of)
{
    const ss_http_port *port = of->port;
    return atomic_load_explicit(&port->stop, memory_order_relaxed) &&
           (ss_exchanges_count(of->exchanges) == 0 || ss_clock_monotonic() >= atomic_load(&port->deadline));
}

/* Who waits for a backend still is told that no answer came: libmicrohttpd must not be stopped while a connection is suspended. */
static void dismiss(thread *of)
{
    ss_exchanges_dismiss(of->exchanges);
    for (unsigned i = 0; i < DISMISS_RUNS && ss_exchanges_count(of->exchanges) > 0; i++)
        MHD_run(of->daemon);
}

static void *serve(void *argument)
{
    thread *of = argument;
    pthread_setname_np(pthread_self(), "http");
    while (!is_over(of))
        run_round(of);
    dismiss(of);
    return NULL;
}

/* ---- opening ---- */

static ss_status open_inbox(thread *new, ss_error *error)
{
    return pipe2(new->inbox, O_NONBLOCK | O_CLOEXEC) == 0 ? SS_OK : ss_error_io(error, "http", "cannot make a pipe");
}

static ss_status start_daemon(thread *new, unsigned most, ss_error *error)
{
    new->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, ss_exchange_step,
        new->exchanges, MHD_OPTION_CONNECTION_LIMIT, SS_CONNECTIONS_HARD(most), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)SS_HTTP_HEAD_MAX, MHD_OPTION_NOTIFY_CONNECTION, follow, new, MHD_OPTION_NOTIFY_COMPLETED,
        ss_exchange_end, new->exchanges, MHD_OPTION_URI_LOG_CALLBACK, ss_exchange_begin, new->exchanges,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_END);
    if (!new->daemon)
        return ss_error_io(error, "http", "cannot start");
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(new->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    new->epoll = info ? info->epoll_fd : -1;
    return SS_OK;
}

static ss_status open_thread(ss_http_port *port, unsigned number, ss_error *error)
{
    ss_status status;
    thread *new = &port->threads[number];
    const ss_http_options *options = port->setting.options;
    unsigned most = (unsigned)options->connections / port->thread_count;
    ss_http_counts *counts = port->setting.counts[number];
    new->port = port;
    SS_TRY(open_inbox(new, error));
    SS_TRY(ss_connections_new(most, options->timeout_s * 1000 * MILLISECOND, counts, &new->connections, error));
    SS_TRY(port->setting.backend(port->setting.context, number, &new->backend, error));
    const ss_exchange_setting setting = {&port->setting, port->gate, &new->backend, new->connections, counts};
    SS_TRY(ss_exchanges_new(&setting, &new->exchanges, error));
    SS_TRY(start_daemon(new, most, error));
out:
    return status;
}

static ss_status start_thread(thread *new, ss_error *error)
{
    errno = pthread_create(&new->id, NULL, serve, new);
    new->started = errno == 0;
    return new->started ? SS_OK : ss_error_io(error, "http", "cannot start a thread");
}

/* As many descriptors as connections may want, as far as the system allows. */
static void allow_files(const ss_http_options *options)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)(SS_CONNECTIONS_HARD(options->connections) + FILES_SPARE);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static ss_status listen_at(ss_http_port *port, ss_error *error)
{
    ss_address address;
    ss_status status;
    const ss_http_options *options = port->setting.options;
    SS_TRY(ss_address_read(options->http, "http", &address, error));
    SS_TRY(ss_gate_new(options, port->setting.keys, address.public, &port->gate, error));
    SS_TRY(ss_address_listen(&address, "http", BACKLOG, &port->listener, error));
    ss_address_of(port->listener, port->address);
    port->setting.site_count += ss_gate_sites(port->gate, port->setting.sites + port->setting.site_count);
out:
    return status;
}

ss_status ss_http_port_open(const ss_http_setting *setting, ss_http_port **port, ss_error *error)
{
    ss_status status;
    ss_http_port *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->setting = *setting;
    new->listener = -1;
    for (unsigned i = 0; i < SS_HTTP_THREADS_MAX; i++)
        new->threads[i].inbox[0] = new->threads[i].inbox[1] = -1;
    new->thread_count = (unsigned)setting->options->threads;
    allow_files(setting->options);
    SS_TRY(listen_at(new, error));
    for (unsigned i = 0; i < new->thread_count; i++)
        SS_TRY(open_thread(new, i, error));
    for (unsigned i = 0; i < new->thread_count; i++)
        SS_TRY(start_thread(&new->threads[i], error));
    ss_log(setting->logger, SS_LOG_INFO, "http is served url=http://%s/", new->address);
    *port = new;
    new = NULL;
out:
    ss_http_port_close(&new, 0);
    return status;
}

/* ---- closing ---- */

static void close_thread(thread *old)
{
    if (old->daemon)
        MHD_stop_daemon(old->daemon);
    ss_exchanges_free(&old->exchanges);
    ss_connections_free(&old->connections);
    if (old->backend.free)
        old->backend.free(old->backend.self);
    for (unsigned i = 0; i < 2; i++)
        if (old->inbox[i] >= 0)
            close(old->inbox[i]);
}

void ss_http_port_close(ss_http_port **port, int64_t deadline)
{
    ss_http_port *old = *port;
    *port = NULL;
    if (!old)
        return;
    atomic_store(&old->deadline, deadline);
    atomic_store(&old->stop, true);
    for (unsigned i = 0; i < old->thread_count; i++)
        if (old->threads[i].started)
            pthread_join(old->threads[i].id, NULL);
    for (unsigned i = 0; i < old->thread_count; i++)
        close_thread(&old->threads[i]);
    if (old->listener >= 0)
        close(old->listener);
    ss_gate_free(&old->gate);
    free(old);
}

const char *ss_http_port_address(const ss_http_port *port)
{
    return port->address;
}

#include "server/metrics_port.h"

#include "server/metrics_text.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define TIMEOUT_S  10u                          /* of silence */
#define MEMORY_MAX (16u << 10)                  /* bytes of one connection */
#define BACKLOG    64                           /* connections that the system keeps until they are taken */
#define HARD_LIMIT (2 * SS_METRICS_CONNECTIONS) /* with those that are being closed */
#define NICE       10                           /* of the thread */

struct ss_metrics_port {
    ss_service *service; /* borrowed */
    struct MHD_Daemon *daemon;
    char address[SS_ADDRESS_TEXT_MAX];
    /* the thread's: */
    ss_buffer page;
    struct MHD_Connection *open[HARD_LIMIT]; /* oldest first */
    size_t open_count;
    bool stepped_back;
};

/* ---- answering: all of it in the port's thread ---- */

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned code, const char *type, ss_slice text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(text.size, (void *)(uintptr_t)text.data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (code == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_words(struct MHD_Connection *connection, unsigned code, const char *words)
{
    return send_text(connection, code, "text/plain; charset=utf-8", ss_slice_of(words));
}

static enum MHD_Result send_metrics(ss_metrics_port *port, struct MHD_Connection *connection)
{
    if (ss_metrics_write(port->service, &port->page) != SS_OK)
        return send_words(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
    return send_text(connection, MHD_HTTP_OK, SS_METRICS_TEXT_TYPE, (ss_slice){port->page.data, port->page.size});
}

static enum MHD_Result send_health(const ss_metrics_port *port, struct MHD_Connection *connection)
{
    if (atomic_load_explicit(&port->service->draining, memory_order_relaxed))
        return send_words(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "stopping\n");
    return send_words(connection, MHD_HTTP_OK, "ok\n");
}

static enum MHD_Result answer_path(ss_metrics_port *port, struct MHD_Connection *connection, const char *url,
                                   const char *method)
{
    bool metrics = strcmp(url, "/metrics") == 0, health = strcmp(url, "/healthz") == 0;
    if (!metrics && !health)
        return send_words(connection, MHD_HTTP_NOT_FOUND, "there are /metrics and /healthz\n");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return send_words(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    return metrics ? send_metrics(port, connection) : send_health(port, connection);
}

static bool has_body(struct MHD_Connection *connection)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

/*
 * Called for a request's head, then for its end. Answered at its end a connection stays open for the next; a body, which
 * nobody wants, is not waited for.
 */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **seen)
{
    (void)version;
    (void)upload;
    (void)upload_size;
    if (!*seen && !has_body(connection)) {
        *seen = context;
        return MHD_YES;
    }
    return answer_path(context, connection, url, method);
}

/* Its thread finds the socket at its end, and closes it. */
static void shut(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        shutdown(info->connect_fd, SHUT_RDWR);
}

static void forget(ss_metrics_port *port, const struct MHD_Connection *connection)
{
    size_t at = 0;
    while (at < port->open_count && port->open[at] != connection)
        at++;
    if (at == port->open_count)
        return;
    port->open_count--;
    memmove(&port->open[at], &port->open[at + 1], (port->open_count - at) * sizeof *port->open);
}

/* Where processors are scarce, those that answer go first. */
static void step_back(ss_metrics_port *port)
{
    if (!port->stepped_back)
        setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    port->stepped_back = true;
}

/* Who keeps connections open without asking keeps nobody else out. */
static void follow(void *context, struct MHD_Connection *connection, void **own,
                   enum MHD_ConnectionNotificationCode code)
{
    ss_metrics_port *port = context;
    (void)own;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        forget(port, connection);
        return;
    }
    step_back(port);
    if (port->open_count < HARD_LIMIT)
        port->open[port->open_count++] = connection;
    if (port->open_count > SS_METRICS_CONNECTIONS)
        shut(port->open[port->open_count - SS_METRICS_CONNECTIONS - 1]);
}

/* ---- opening and closing ---- */

ss_status ss_metrics_port_open(const ss_address *address, ss_service *service, ss_metrics_port **port, ss_error *error)
{
    int fd = -1;
    ss_status status;
    ss_metrics_port *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->service = service;
    ss_buffer_init(&new->page, SS_METRICS_TEXT_MAX);
    SS_TRY(ss_address_listen(address, "metrics", BACKLOG, &fd, error));
    ss_address_of(fd, new->address);
    new->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, new, MHD_OPTION_LISTEN_SOCKET,
                                   fd, MHD_OPTION_CONNECTION_LIMIT, HARD_LIMIT, MHD_OPTION_CONNECTION_TIMEOUT,
                                   TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX,
                                   MHD_OPTION_NOTIFY_CONNECTION, follow, new, MHD_OPTION_END);
    if (!new->daemon)
        SS_TRY(ss_error_io(error, "metrics", "cannot start the thread"));
    fd = -1; /* the daemon's */
    *port = new;
    new = NULL;
out:
    if (fd >= 0)
        close(fd);
    ss_metrics_port_close(&new);
    return status;
}

void ss_metrics_port_close(ss_metrics_port **port)
{
    ss_metrics_port *old = *port;
    *port = NULL;
    if (!old)
        return;
    if (old->daemon)
        MHD_stop_daemon(old->daemon);
    ss_buffer_release(&old->page);
    free(old);
}

const char *ss_metrics_port_address(const ss_metrics_port *port)
{
    return port->address;
}

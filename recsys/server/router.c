#include "server/router.h"

#include "server/address.h"
#include "server/protocol.h"
#include "server/zmq_error.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#define LOCAL "ipc://"

static bool set_number(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

ss_status ss_router_open(void *zmq_context, int queue, ss_router *router, ss_error *error)
{
    int64_t message_max = SS_MESSAGE_MAX;
    void *socket = zmq_socket(zmq_context, ZMQ_ROUTER);
    router->socket = socket;
    router->endpoint_count = 0;
    if (!socket || !set_number(socket, ZMQ_ROUTER_MANDATORY, 1) || !set_number(socket, ZMQ_SNDHWM, queue) ||
        !set_number(socket, ZMQ_RCVHWM, queue) || !set_number(socket, ZMQ_BACKLOG, 1024) ||
        !set_number(socket, ZMQ_LINGER, 0) ||
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max) != 0)
        return ss_zmq_error(error, "server");
    return SS_OK;
}

void ss_router_close(ss_router *router, int linger_ms)
{
    if (!router->socket)
        return;
    set_number(router->socket, ZMQ_LINGER, linger_ms);
    zmq_close(router->socket);
    router->socket = NULL;
}

/* Does a program answer at the path of an ipc endpoint? What one that is gone has left there does not matter. */
static bool answers(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(path);
    if (size >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, size);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    bool connected = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
    close(fd);
    return connected;
}

/* libzmq would take the path from whoever is bound to it, whom nobody could reach any more, and who would not know. */
static ss_status try_local(const char *endpoint, ss_error *error)
{
    if (strncmp(endpoint, LOCAL, sizeof LOCAL - 1) != 0 || !answers(endpoint + sizeof LOCAL - 1))
        return SS_OK;
    return ss_error_set(error, SS_E_NETWORK, "bind: cannot listen at %s: %s", endpoint, strerror(EADDRINUSE));
}

ss_status ss_router_try(const char *endpoint, ss_error *error)
{
    static const char tcp[] = "tcp://";
    ss_address address;
    const char *host = endpoint + sizeof tcp - 1, *port = strrchr(endpoint, ':');
    if (strncmp(endpoint, tcp, sizeof tcp - 1) != 0)
        return try_local(endpoint, error);
    if (strcmp(port, ":*") == 0)
        return SS_OK;
    if (*host != '[' && host + strspn(host, "*.0123456789") != port)
        return SS_OK; /* an interface by its name */
    ss_status status = ss_address_read(host, "bind", &address, error);
    return status == SS_OK ? ss_address_try(&address, "bind", error) : status;
}

ss_status ss_router_bind(ss_router *router, const char *endpoint, ss_error *error)
{
    char *real = router->endpoints[router->endpoint_count];
    size_t size = SS_ROUTER_ENDPOINT_MAX;
    ss_status status = try_local(endpoint, error);
    if (status != SS_OK)
        return status;
    set_number(router->socket, ZMQ_IPV6, strchr(endpoint, '[') != NULL);
    if (zmq_bind(router->socket, endpoint) != 0 || zmq_getsockopt(router->socket, ZMQ_LAST_ENDPOINT, real, &size) != 0)
        return ss_zmq_error(error, endpoint);
    router->endpoint_count++;
    return SS_OK;
}

ss_status ss_router_bind_inside(ss_router *router, const char *endpoint, ss_error *error)
{
    return zmq_bind(router->socket, endpoint) == 0 ? SS_OK : ss_zmq_error(error, endpoint);
}

#include "http/upstream.h"

#include "server/protocol.h"
#include <errno.h>
#include <stdlib.h>

#define HEARTBEAT_MS          1000 /* between two signs of life that are asked for */
#define HEARTBEAT_PATIENCE_MS 3000
#define RECONNECT_MS          20 /* after a connection is lost; then longer, up to the next */
#define RECONNECT_MOST_MS     500

struct ss_upstream {
    void *context;               /* borrowed */
    ss_upstream_options options; /* likewise */
    void *socket;
    zmq_msg_t message; /* the last one received */
};

static bool set_number(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_key(void *socket, int option, const char *key)
{
    return zmq_setsockopt(socket, option, key, strlen(key) + 1) == 0;
}

static bool set_up(void *socket, const ss_upstream_options *options)
{
    int64_t longest = SS_REPLY_MAX;
    bool keys = !options->server_key || (set_key(socket, ZMQ_CURVE_SERVERKEY, options->server_key) &&
                                         set_key(socket, ZMQ_CURVE_PUBLICKEY, options->public_key) &&
                                         set_key(socket, ZMQ_CURVE_SECRETKEY, options->secret_key));
    return keys && set_number(socket, ZMQ_LINGER, 0) && set_number(socket, ZMQ_IMMEDIATE, 1) &&
           set_number(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
           set_number(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_PATIENCE_MS) &&
           set_number(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
           set_number(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MOST_MS) &&
           set_number(socket, ZMQ_SNDHWM, options->queue) && set_number(socket, ZMQ_RCVHWM, options->queue) &&
           zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &longest, sizeof longest) == 0 &&
           zmq_connect(socket, options->endpoint) == 0;
}

/* NULL, with zmq_errno() set: it cannot be. */
static void *connect_socket(void *context, const ss_upstream_options *options)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    if (!socket || set_up(socket, options))
        return socket;
    int reason = zmq_errno();
    zmq_close(socket);
    errno = reason;
    return NULL;
}

ss_status ss_upstream_open(void *zmq_context, const ss_upstream_options *options, ss_upstream **upstream,
                           ss_error *error)
{
    ss_upstream *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    *new = (ss_upstream){.context = zmq_context, .options = *options};
    zmq_msg_init(&new->message);
    new->socket = connect_socket(zmq_context, options);
    if (new->socket) {
        *upstream = new;
        return SS_OK;
    }
    ss_error_set(error, SS_E_NETWORK, "not an endpoint or key that can be used: %s", zmq_strerror(zmq_errno()));
    ss_error_place(error, options->endpoint, 0);
    ss_upstream_close(&new);
    return SS_E_NETWORK;
}

void ss_upstream_close(ss_upstream **upstream)
{
    ss_upstream *old = *upstream;
    *upstream = NULL;
    if (!old)
        return;
    zmq_msg_close(&old->message);
    if (old->socket)
        zmq_close(old->socket);
    free(old);
}

void ss_upstream_renew(ss_upstream *upstream)
{
    if (upstream->socket)
        zmq_close(upstream->socket);
    upstream->socket = connect_socket(upstream->context, &upstream->options);
}

bool ss_upstream_send(ss_upstream *upstream, ss_slice message)
{
    return upstream->socket && zmq_send(upstream->socket, message.data, message.size, ZMQ_DONTWAIT) >= 0;
}

ss_upstream_received ss_upstream_receive(ss_upstream *upstream, ss_slice *message)
{
    if (!upstream->socket || zmq_msg_recv(&upstream->message, upstream->socket, ZMQ_DONTWAIT) < 0)
        return SS_UPSTREAM_NOTHING;
    bool several = zmq_msg_more(&upstream->message) != 0;
    while (zmq_msg_more(&upstream->message))
        if (zmq_msg_recv(&upstream->message, upstream->socket, ZMQ_DONTWAIT) < 0)
            break;
    if (several)
        return SS_UPSTREAM_GARBAGE;
    *message = (ss_slice){zmq_msg_data(&upstream->message), zmq_msg_size(&upstream->message)};
    return SS_UPSTREAM_MESSAGE;
}

void *ss_upstream_socket(const ss_upstream *upstream)
{
    return upstream->socket;
}

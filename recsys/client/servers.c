#include "client/servers.h"

#include "client/codec.h"
#include "client/connection.h"
#include "client/home.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define HEARTBEAT_MS          1000 /* between two signs of life that are asked for */
#define HEARTBEAT_PATIENCE_MS 3000 /* without one for so long, a server is gone */

struct ss_client_server {
    void *socket;
    const char *endpoint;
    const smartshelf_options *options;
    int64_t moved_at;          /* when it last took or sent something, or was connected to */
    int64_t passed_over_until; /* 0: nothing is held against it */
};

struct ss_servers {
    const smartshelf_options *options;
    void *context;
    size_t count, turn;
    zmq_pollitem_t *items; /* room for `count`, as the next two */
    ss_home_server *names;
    size_t *order; /* whom a request is given to, one after the other */
    ss_client_server all[];
};

/* ---- one server ---- */

static bool set_number(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_key(void *socket, int option, const char *key)
{
    return zmq_setsockopt(socket, option, key, strlen(key) + 1) == 0;
}

static bool set_keys(void *socket, const smartshelf_options *options)
{
    return !options->server_key || (set_key(socket, ZMQ_CURVE_SERVERKEY, options->server_key) &&
                                    set_key(socket, ZMQ_CURVE_PUBLICKEY, options->public_key) &&
                                    set_key(socket, ZMQ_CURVE_SECRETKEY, options->secret_key));
}

static bool set_up(void *socket, const smartshelf_options *options)
{
    int64_t longest = SMARTSHELF_REPLY_MAX;
    /*
     * IMMEDIATE and the heartbeats: requests go only to a server that is there, and it does not go on being there without a
     * sign of it.
     */
    return set_number(socket, ZMQ_LINGER, 0) && set_number(socket, ZMQ_IMMEDIATE, 1) &&
           set_number(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
           set_number(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_PATIENCE_MS) &&
           set_number(socket, ZMQ_SNDHWM, options->queue) && set_number(socket, ZMQ_RCVHWM, options->queue) &&
           zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &longest, sizeof longest) == 0 && set_keys(socket, options);
}

/* In place of the socket that it has, if any, which stays when this fails. */
static smartshelf_status server_connect(ss_client_server *server, void *context)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    if (!socket)
        return SMARTSHELF_NETWORK;
    bool ready = set_up(socket, server->options) && zmq_connect(socket, server->endpoint) == 0;
    void *unwanted = ready ? server->socket : socket;
    if (ready)
        server->socket = socket;
    if (unwanted)
        zmq_close(unwanted);
    server->moved_at = smartshelf_now_ms();
    return ready ? SMARTSHELF_OK : SMARTSHELF_NETWORK;
}

void ss_client_server_missed(ss_client_server *server)
{
    server->passed_over_until = smartshelf_now_ms() + server->options->pass_over_ms;
}

void ss_client_server_answered(ss_client_server *server)
{
    server->passed_over_until = 0;
}

/* Of a server that missed, one request is tried each time when it has been passed over long enough. */
static bool may_have_turn(ss_client_server *server)
{
    if (server->passed_over_until == 0)
        return true;
    if (smartshelf_now_ms() < server->passed_over_until)
        return false;
    ss_client_server_missed(server);
    return true;
}

/* TIMEOUT: it is not there, or has enough to do. */
static smartshelf_status give(ss_client_server *server, const void *bytes, size_t size)
{
    if (zmq_send(server->socket, bytes, size, ZMQ_DONTWAIT) < 0)
        return zmq_errno() == EAGAIN || zmq_errno() == EINTR ? SMARTSHELF_TIMEOUT : SMARTSHELF_NETWORK;
    server->moved_at = smartshelf_now_ms();
    return SMARTSHELF_OK;
}

static bool receive_last(ss_client_server *server, zmq_msg_t *message)
{
    do {
        if (zmq_msg_recv(message, server->socket, ZMQ_DONTWAIT) < 0)
            return false;
    } while (zmq_msg_more(message));
    server->moved_at = smartshelf_now_ms();
    return true;
}

/* ---- all of them ---- */

smartshelf_status ss_servers_open(const smartshelf_options *options, void *context, ss_servers **servers)
{
    size_t count = options->endpoint_count;
    ss_servers *new = calloc(1, sizeof *new + count * sizeof new->all[0]);
    if (!new)
        return SMARTSHELF_NOMEM;
    new->options = options;
    new->context = context;
    new->items = calloc(count, sizeof *new->items);
    new->names = calloc(count, sizeof *new->names);
    new->order = calloc(count, sizeof *new->order);
    smartshelf_status status = new->items &&new->names &&new->order ? SMARTSHELF_OK : SMARTSHELF_NOMEM;
    for (size_t i = 0; status == SMARTSHELF_OK && i < count; i++) {
        new->all[i] = (ss_client_server){.endpoint = options->endpoints[i], .options = options};
        new->names[i] = ss_home_server_of(options->endpoints[i]);
        status = server_connect(&new->all[i], context);
        new->count++;
    }
    if (status == SMARTSHELF_OK)
        *servers = new;
    else
        ss_servers_close(&new);
    return status;
}

void ss_servers_close(ss_servers **servers)
{
    ss_servers *old = *servers;
    *servers = NULL;
    if (!old)
        return;
    for (size_t i = 0; i < old->count; i++)
        if (old->all[i].socket)
            zmq_close(old->all[i].socket);
    free(old->items);
    free(old->names);
    free(old->order);
    free(old);
}

/* libzmq gives a connection up for good when the peer sends too much or refuses the key: that need not stay so. */
static void connect_stuck_anew(ss_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        if (smartshelf_now_ms() - servers->all[i].moved_at >= servers->options->reconnect_ms)
            server_connect(&servers->all[i], servers->context);
}

/* Is something there for one of them, a message or room, by then? */
static bool wait_for(ss_servers *servers, short events, int64_t deadline)
{
    int64_t left = deadline - smartshelf_now_ms();
    for (size_t i = 0; i < servers->count; i++)
        servers->items[i] = (zmq_pollitem_t){servers->all[i].socket, 0, events, 0};
    return zmq_poll(servers->items, (int)servers->count, left > 0 ? (long)left : 0) > 0;
}

/* From whose turn it is on. */
static void order_by_turn(ss_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        servers->order[i] = (servers->turn + i) % servers->count;
}

/* One round of the first `count`: those that may have their turn, or those that are passed over. */
static smartshelf_status give_to_one(ss_servers *servers, size_t count, bool passed_over, const void *bytes,
                                     size_t size, ss_client_server **taken_by)
{
    smartshelf_status status = SMARTSHELF_TIMEOUT;
    for (size_t i = 0; status == SMARTSHELF_TIMEOUT && i < count; i++) {
        ss_client_server *server = &servers->all[servers->order[i]];
        if (!passed_over && !may_have_turn(server))
            continue;
        status = give(server, bytes, size);
        if (status == SMARTSHELF_OK)
            *taken_by = server;
    }
    return status;
}

smartshelf_status ss_servers_send(ss_servers *servers, const void *bytes, size_t size, int64_t deadline,
                                  ss_client_server **taken_by)
{
    ss_home home = servers->count > 1 ? ss_request_home(bytes, size) : (ss_home){0};
    size_t count = home.alone ? 1 : servers->count;
    servers->turn = (servers->turn + 1) % servers->count;
    if (home.somebody)
        ss_home_order(home.visitor, servers->names, servers->count, servers->order);
    else
        order_by_turn(servers);
    for (;;) {
        smartshelf_status status = give_to_one(servers, count, false, bytes, size, taken_by);
        if (status == SMARTSHELF_TIMEOUT)
            status = give_to_one(servers, count, true, bytes, size, taken_by);
        if (status != SMARTSHELF_TIMEOUT)
            return status;
        if (smartshelf_now_ms() >= deadline) {
            connect_stuck_anew(servers);
            return SMARTSHELF_TIMEOUT;
        }
        wait_for(servers, ZMQ_POLLOUT, deadline);
    }
}

static bool receive_any(ss_servers *servers, zmq_msg_t *message, ss_client_server **from)
{
    for (size_t i = 0; i < servers->count; i++) {
        *from = &servers->all[(servers->turn + i) % servers->count];
        if (receive_last(*from, message))
            return true;
    }
    return false;
}

bool ss_servers_receive(ss_servers *servers, int64_t deadline, void *message, ss_client_server **from)
{
    bool received = receive_any(servers, message, from);
    while (!received && deadline > 0 && smartshelf_now_ms() < deadline) {
        wait_for(servers, ZMQ_POLLIN, deadline);
        received = receive_any(servers, message, from);
    }
    return received;
}

#include "client/smartshelf.h"

#include "client/codec.h"
#include "client/connection.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#define CONNECT_PATIENCE_MS   3000 /* with no server for so long, connections are made anew */
#define HEARTBEAT_MS          1000 /* between two signs of life that are asked for */
#define HEARTBEAT_PATIENCE_MS 3000 /* without one for so long, a server is gone */

const char *smartshelf_status_name(smartshelf_status status)
{
    static const char *const names[SMARTSHELF_STATUS_COUNT] = {
        [SMARTSHELF_OK] = "ok",
        [SMARTSHELF_TIMEOUT] = "timeout",
        [SMARTSHELF_ERROR] = "error",
        [SMARTSHELF_BAD_REPLY] = "bad_reply",
        [SMARTSHELF_ARGUMENT] = "argument",
        [SMARTSHELF_NETWORK] = "network",
        [SMARTSHELF_NOMEM] = "nomem",
    };
    return (unsigned)status < SMARTSHELF_STATUS_COUNT ? names[status] : "unknown";
}

/* ---- a connection ---- */

smartshelf_options smartshelf_options_default(void)
{
    return (smartshelf_options){.timeout_ms = 50, .change_timeout_ms = 1000, .change_attempts = 3, .queue = 1000};
}

int64_t smartshelf_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

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
     * IMMEDIATE and the heartbeats: requests go only to servers that are there, and do not go on being there without a
     * sign of it.
     */
    if (!set_number(socket, ZMQ_LINGER, 0) || !set_number(socket, ZMQ_IMMEDIATE, 1) ||
        !set_number(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) ||
        !set_number(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_PATIENCE_MS) ||
        !set_number(socket, ZMQ_SNDHWM, options->queue) || !set_number(socket, ZMQ_RCVHWM, options->queue) ||
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &longest, sizeof longest) != 0 || !set_keys(socket, options))
        return false;
    for (size_t i = 0; i < options->endpoint_count; i++)
        if (zmq_connect(socket, options->endpoints[i]) != 0)
            return false;
    return true;
}

/* In place of the socket that the client has, if any, which stays when it fails. */
static smartshelf_status open_socket(smartshelf_client *client)
{
    void *context = client->own_context ? client->own_context : client->options.zmq_context;
    void *socket = context ? zmq_socket(context, ZMQ_DEALER) : NULL;
    if (!socket)
        return SMARTSHELF_NETWORK;
    bool ready = set_up(socket, &client->options);
    void *unwanted = ready ? client->socket : socket;
    if (ready)
        client->socket = socket;
    if (unwanted)
        zmq_close(unwanted);
    client->connected_at = smartshelf_now_ms();
    return ready ? SMARTSHELF_OK : SMARTSHELF_NETWORK;
}

/* libzmq gives a connection up for good when the peer sends too much or refuses the key: that need not stay so. */
static void connect_anew(smartshelf_client *client)
{
    if (smartshelf_now_ms() - client->connected_at >= CONNECT_PATIENCE_MS)
        open_socket(client);
}

smartshelf_status smartshelf_open(const smartshelf_options *options, smartshelf_client **client)
{
    bool any_key = options->server_key || options->public_key || options->secret_key;
    bool all_keys = options->server_key && options->public_key && options->secret_key;
    if (options->endpoint_count == 0 || options->timeout_ms < 0 || options->change_timeout_ms < 0 ||
        options->change_attempts < 1 || options->queue < 1 || any_key != all_keys)
        return SMARTSHELF_ARGUMENT;
    smartshelf_client *new = calloc(1, sizeof *new);
    if (!new)
        return SMARTSHELF_NOMEM;
    new->options = *options;
    new->own_context = options->zmq_context ? NULL : zmq_ctx_new();
    smartshelf_status status = open_socket(new);
    if (status == SMARTSHELF_OK)
        *client = new;
    else
        smartshelf_close(&new);
    return status;
}

void smartshelf_close(smartshelf_client **client)
{
    smartshelf_client *old = *client;
    *client = NULL;
    if (!old)
        return;
    if (old->socket)
        zmq_close(old->socket);
    if (old->own_context)
        zmq_ctx_term(old->own_context);
    free(old->request);
    free(old);
}

/* ---- sending and receiving ---- */

/* Is the socket ready for `events` within the time? */
static bool wait_for(smartshelf_client *client, short events, int64_t milliseconds)
{
    zmq_pollitem_t item = {client->socket, 0, events, 0};
    return zmq_poll(&item, 1, milliseconds > 0 ? (long)milliseconds : 0) > 0;
}

uint32_t smartshelf_next_msgid(smartshelf_client *client)
{
    client->last_msgid = client->last_msgid == UINT32_MAX ? 1 : client->last_msgid + 1; /* 0: replies that name none */
    return client->last_msgid;
}

smartshelf_status smartshelf_send_request(smartshelf_client *client, size_t size, int64_t deadline)
{
    while (zmq_send(client->socket, client->request, size, ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() != EAGAIN && zmq_errno() != EINTR)
            return SMARTSHELF_NETWORK;
        if (smartshelf_now_ms() >= deadline) {
            connect_anew(client);
            return SMARTSHELF_TIMEOUT;
        }
        wait_for(client, ZMQ_POLLOUT, deadline - smartshelf_now_ms());
    }
    return SMARTSHELF_OK;
}

smartshelf_status smartshelf_send(smartshelf_client *client, const smartshelf_query *query, uint32_t *msgid)
{
    size_t size;
    uint32_t number = smartshelf_next_msgid(client);
    int64_t deadline = smartshelf_now_ms() + client->options.timeout_ms;
    smartshelf_status status =
        smartshelf_query_encode(query, number, &client->request, &client->request_capacity, &size);
    if (status == SMARTSHELF_OK)
        status = smartshelf_send_request(client, size, deadline);
    if (status == SMARTSHELF_OK)
        *msgid = number;
    return status;
}

/* The last part of a message; a delimiter before it is passed over. */
static bool receive_last(void *socket, zmq_msg_t *message)
{
    do {
        if (zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0)
            return false;
    } while (zmq_msg_more(message));
    return true;
}

smartshelf_status smartshelf_receive(smartshelf_client *client, int timeout_ms, smartshelf_answer *answer)
{
    zmq_msg_t message;
    smartshelf_status status = SMARTSHELF_TIMEOUT;
    int64_t deadline = timeout_ms > 0 ? smartshelf_now_ms() + timeout_ms : 0;
    *answer = (smartshelf_answer){0};
    zmq_msg_init(&message);
    bool received = receive_last(client->socket, &message);
    while (!received && timeout_ms > 0 && smartshelf_now_ms() < deadline) {
        wait_for(client, ZMQ_POLLIN, deadline - smartshelf_now_ms());
        received = receive_last(client->socket, &message);
    }
    if (received)
        status = smartshelf_answer_decode(zmq_msg_data(&message), zmq_msg_size(&message), answer);
    zmq_msg_close(&message);
    return status;
}

smartshelf_status smartshelf_receive_reply(smartshelf_client *client, uint32_t msgid, int64_t deadline,
                                           smartshelf_answer *answer)
{
    smartshelf_status in_vain = SMARTSHELF_TIMEOUT;
    int64_t left = deadline - smartshelf_now_ms();
    do {
        smartshelf_status status = smartshelf_receive(client, left > 0 ? (int)left : 0, answer);
        bool is_reply = status == SMARTSHELF_OK || status == SMARTSHELF_ERROR;
        if (status == SMARTSHELF_NOMEM || (is_reply && answer->msgid == msgid))
            return status;
        if (status == SMARTSHELF_BAD_REPLY)
            in_vain = status;
        smartshelf_answer_release(answer);
        left = deadline - smartshelf_now_ms();
    } while (left > 0);
    return in_vain;
}

static void fall_back(const smartshelf_client *client, const smartshelf_query *query, smartshelf_answer *answer)
{
    const smartshelf_options *options = &client->options;
    if (query->shelf_count > 0)
        smartshelf_answer_fall_back_page(answer, options->fallback, options->fallback_count, query);
    else
        smartshelf_answer_fall_back(answer, options->fallback, options->fallback_count, query->limit);
}

smartshelf_status smartshelf_ask(smartshelf_client *client, const smartshelf_query *query, smartshelf_answer *answer)
{
    uint32_t msgid;
    int64_t deadline = smartshelf_now_ms() + client->options.timeout_ms;
    *answer = (smartshelf_answer){0};
    smartshelf_status status = smartshelf_send(client, query, &msgid);
    if (status == SMARTSHELF_OK)
        status = smartshelf_receive_reply(client, msgid, deadline, answer);
    if (status != SMARTSHELF_OK && client->options.fallback_count > 0)
        fall_back(client, query, answer);
    if (status != SMARTSHELF_OK && query->offers)
        smartshelf_answer_show_nothing(answer);
    return status;
}

smartshelf_status smartshelf_offers(smartshelf_client *client, const smartshelf_offers_query *query,
                                    smartshelf_answer *answer)
{
    size_t size = 0;
    uint32_t msgid = smartshelf_next_msgid(client);
    int64_t deadline = smartshelf_now_ms() + client->options.timeout_ms;
    *answer = (smartshelf_answer){0};
    smartshelf_status status =
        smartshelf_offers_encode(query, msgid, &client->request, &client->request_capacity, &size);
    if (status == SMARTSHELF_OK)
        status = smartshelf_send_request(client, size, deadline);
    if (status == SMARTSHELF_OK)
        status = smartshelf_receive_reply(client, msgid, deadline, answer);
    if (status == SMARTSHELF_OK && !answer->decision)
        status = SMARTSHELF_BAD_REPLY;
    if (status != SMARTSHELF_OK)
        smartshelf_answer_show_nothing(answer);
    return status;
}

smartshelf_status smartshelf_page(smartshelf_client *client, const smartshelf_query *query,
                                  const smartshelf_wish *shelves, size_t count, smartshelf_answer *answer)
{
    smartshelf_query page = *query;
    page.method = "page";
    page.shelves = shelves;
    page.shelf_count = count;
    return smartshelf_ask(client, &page, answer);
}

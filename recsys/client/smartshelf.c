#include "client/smartshelf.h"

#include "client/codec.h"
#include "client/connection.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

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
    return (smartshelf_options){.timeout_ms = 50,
                                .change_timeout_ms = 1000,
                                .change_attempts = 3,
                                .pass_over_ms = 1000,
                                .reconnect_ms = 3000,
                                .queue = 1000};
}

int64_t smartshelf_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

smartshelf_status smartshelf_open(const smartshelf_options *options, smartshelf_client **client)
{
    bool any_key = options->server_key || options->public_key || options->secret_key;
    bool all_keys = options->server_key && options->public_key && options->secret_key;
    if (options->endpoint_count == 0 || options->timeout_ms < 0 || options->change_timeout_ms < 0 ||
        options->change_attempts < 1 || options->pass_over_ms < 0 || options->reconnect_ms < 0 || options->queue < 1 ||
        any_key != all_keys)
        return SMARTSHELF_ARGUMENT;
    smartshelf_client *new = calloc(1, sizeof *new);
    if (!new)
        return SMARTSHELF_NOMEM;
    new->options = *options;
    new->own_context = options->zmq_context ? NULL : zmq_ctx_new();
    void *context = options->zmq_context ? options->zmq_context : new->own_context;
    smartshelf_status status = context ? ss_servers_open(&new->options, context, &new->servers) : SMARTSHELF_NETWORK;
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
    ss_servers_close(&old->servers);
    if (old->own_context)
        zmq_ctx_term(old->own_context);
    free(old->request);
    free(old);
}

/* ---- sending and receiving ---- */

uint32_t smartshelf_next_msgid(smartshelf_client *client)
{
    client->last_msgid = client->last_msgid == UINT32_MAX ? 1 : client->last_msgid + 1; /* 0: replies that name none */
    return client->last_msgid;
}

smartshelf_status smartshelf_send_request(smartshelf_client *client, size_t size, int64_t deadline)
{
    client->asked = NULL;
    return ss_servers_send(client->servers, client->request, size, deadline, &client->asked);
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

static smartshelf_status receive(smartshelf_client *client, int64_t deadline, smartshelf_answer *answer,
                                 ss_client_server **from)
{
    zmq_msg_t message;
    smartshelf_status status = SMARTSHELF_TIMEOUT;
    *answer = (smartshelf_answer){0};
    zmq_msg_init(&message);
    if (ss_servers_receive(client->servers, deadline, &message, from))
        status = smartshelf_answer_decode(zmq_msg_data(&message), zmq_msg_size(&message), answer);
    zmq_msg_close(&message);
    return status;
}

static bool is_reply(smartshelf_status status)
{
    return status == SMARTSHELF_OK || status == SMARTSHELF_ERROR;
}

/* A server that says it is stopping has answered, but is not to be asked for a while. */
static void note_reply(ss_client_server *from, const smartshelf_answer *answer)
{
    if (answer->error_name && strcmp(answer->error_name, "shutting_down") == 0)
        ss_client_server_missed(from);
    else
        ss_client_server_answered(from);
}

smartshelf_status smartshelf_receive(smartshelf_client *client, int timeout_ms, smartshelf_answer *answer)
{
    ss_client_server *from;
    int64_t deadline = timeout_ms > 0 ? smartshelf_now_ms() + timeout_ms : 0;
    smartshelf_status status = receive(client, deadline, answer, &from);
    if (is_reply(status))
        note_reply(from, answer);
    return status;
}

smartshelf_status smartshelf_receive_reply(smartshelf_client *client, uint32_t msgid, int64_t deadline,
                                           smartshelf_answer *answer)
{
    smartshelf_status in_vain = SMARTSHELF_TIMEOUT;
    do {
        ss_client_server *from;
        smartshelf_status status = receive(client, deadline, answer, &from);
        bool is_the_one = is_reply(status) && answer->msgid == msgid;
        if (is_the_one)
            note_reply(from, answer);
        if (is_the_one || status == SMARTSHELF_NOMEM)
            return status;
        if (status == SMARTSHELF_BAD_REPLY)
            in_vain = status;
        smartshelf_answer_release(answer);
    } while (smartshelf_now_ms() < deadline);
    if (client->asked)
        ss_client_server_missed(client->asked);
    return in_vain;
}

/* ---- asking ---- */

static bool is_shelf(const char *method)
{
    static const char *const shelves[] = {"related", "bought_together", "bought_next",  "for_you",      "cart",
                                          "popular", "trending",        "new_arrivals", "alternatives", "buy_again"};
    for (size_t i = 0; i < sizeof shelves / sizeof shelves[0]; i++)
        if (strcmp(method, shelves[i]) == 0)
            return true;
    return false;
}

/* What callers rely on without looking. */
static bool has_shape(const char *method, const smartshelf_answer *answer)
{
    for (size_t i = 0; i < answer->shelf_count; i++)
        if (!answer->shelves[i].products)
            return false;
    return (!is_shelf(method) || answer->products) && (strcmp(method, "page") != 0 || answer->shelves);
}

/* The request that stands in client->request. */
static smartshelf_status exchange(smartshelf_client *client, const char *method, size_t size, uint32_t msgid,
                                  int64_t deadline, smartshelf_answer *answer)
{
    smartshelf_status status = smartshelf_send_request(client, size, deadline);
    if (status == SMARTSHELF_OK)
        status = smartshelf_receive_reply(client, msgid, deadline, answer);
    if (status != SMARTSHELF_OK || has_shape(method, answer))
        return status;
    smartshelf_answer_release(answer);
    ss_client_server_missed(client->asked);
    return SMARTSHELF_BAD_REPLY;
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
    size_t size = 0;
    uint32_t msgid = smartshelf_next_msgid(client);
    int64_t deadline = smartshelf_now_ms() + client->options.timeout_ms;
    *answer = (smartshelf_answer){0};
    smartshelf_status status =
        smartshelf_query_encode(query, msgid, &client->request, &client->request_capacity, &size);
    if (status == SMARTSHELF_OK)
        status = exchange(client, query->method, size, msgid, deadline, answer);
    if (status != SMARTSHELF_OK && client->options.fallback_count > 0)
        fall_back(client, query, answer);
    if (status != SMARTSHELF_OK && query->offers)
        smartshelf_answer_show_nothing(answer);
    return status;
}

smartshelf_status smartshelf_call(smartshelf_client *client, const char *method, const void *params, size_t params_size,
                                  int timeout_ms, smartshelf_answer *answer)
{
    size_t size = 0;
    uint32_t msgid = smartshelf_next_msgid(client);
    int64_t deadline = smartshelf_now_ms() + (timeout_ms < 0 ? client->options.timeout_ms : timeout_ms);
    *answer = (smartshelf_answer){0};
    smartshelf_status status =
        smartshelf_call_encode(method, params, params_size, msgid, &client->request, &client->request_capacity, &size);
    if (status == SMARTSHELF_OK)
        status = exchange(client, method, size, msgid, deadline, answer);
    if (status != SMARTSHELF_OK && method && is_shelf(method) && client->options.fallback_count > 0)
        smartshelf_answer_fall_back(answer, client->options.fallback, client->options.fallback_count, 0);
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
        status = exchange(client, "offers", size, msgid, deadline, answer);
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

/*
 * peer.h: a server that the test plays itself, so that it can be silent, late or wrong at will. It needs no thread:
 * message numbers are known beforehand, so what it has to say is sent before the question is asked.
 */
#ifndef SS_TESTS_PEER_H
#define SS_TESTS_PEER_H

#include "check.h"
#include "temporary_folder.h"

#include "client/smartshelf.h"
#include <zmq.h>

#define PEER_PATIENCE_MS 20000 /* for what must come */
#define PEER_MESSAGE_MAX 4096u

typedef struct peer {
    char folder[TEMPORARY_PATH_MAX], endpoint[TEMPORARY_PATH_MAX + 8];
    const char *endpoints[1];
    void *context, *router;
    char identity[256];
    size_t identity_size;
} peer;

static inline int peer_set_up(void **state)
{
    static peer other;
    int patience = PEER_PATIENCE_MS, none = 0, must = 1;
    other = (peer){0};
    temporary_folder_make(other.folder);
    snprintf(other.endpoint, sizeof other.endpoint, "ipc://%s/peer.ipc", other.folder);
    other.endpoints[0] = other.endpoint;
    other.context = zmq_ctx_new();
    other.router = zmq_socket(other.context, ZMQ_ROUTER);
    zmq_setsockopt(other.router, ZMQ_RCVTIMEO, &patience, sizeof patience);
    zmq_setsockopt(other.router, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(other.router, ZMQ_ROUTER_MANDATORY, &must, sizeof must);
    assert_int_equal(zmq_bind(other.router, other.endpoint), 0);
    *state = &other;
    return 0;
}

static inline int peer_tear_down(void **state)
{
    peer *other = *state;
    zmq_close(other->router);
    zmq_ctx_term(other->context);
    temporary_folder_remove(other->folder);
    return 0;
}

/* Takes a request in and learns whom it is from; returns its size. `bytes`: room for PEER_MESSAGE_MAX. */
static inline size_t peer_hear(peer *other, char *bytes)
{
    int size = zmq_recv(other->router, other->identity, sizeof other->identity, 0);
    assert_true(size > 0);
    other->identity_size = (size_t)size;
    size = zmq_recv(other->router, bytes, PEER_MESSAGE_MAX, 0);
    assert_true(size > 0 && (size_t)size <= PEER_MESSAGE_MAX);
    return (size_t)size;
}

/* Sends a question once somebody is there to take it; returns its number. */
static inline uint32_t peer_await_sending(smartshelf_client *client)
{
    smartshelf_query query = smartshelf_query_of("popular");
    smartshelf_status status = SMARTSHELF_TIMEOUT;
    uint32_t msgid = 0;
    for (int attempt = 0; attempt < 100 && status == SMARTSHELF_TIMEOUT; attempt++)
        status = smartshelf_send(client, &query, &msgid);
    assert_int_equal(status, SMARTSHELF_OK);
    return msgid;
}

/* So that the peer knows to whom it speaks: a question, number 1, that nobody waits for. */
static inline void peer_introduce(peer *other, smartshelf_client *client)
{
    char bytes[PEER_MESSAGE_MAX];
    assert_int_equal(peer_await_sending(client), 1);
    peer_hear(other, bytes);
}

/* Has something more come? */
static inline bool peer_hears_more(peer *other)
{
    zmq_pollitem_t item = {other->router, 0, ZMQ_POLLIN, 0};
    return zmq_poll(&item, 1, 50) > 0;
}

static inline void peer_say(peer *other, const void *bytes, size_t size)
{
    assert_true(zmq_send(other->router, other->identity, other->identity_size, ZMQ_SNDMORE) >= 0);
    assert_int_equal(zmq_send(other->router, bytes, size, 0), size);
}

#endif

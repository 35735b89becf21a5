/*
 * echo.h: what ZeroMQ and the machine cost by themselves: a process with a bare ROUTER on a port that replies with as
 * many bytes as the server would, in the same kind of loop: receives until nothing waits, then waits.
 */
#ifndef SS_BENCH_ECHO_H
#define SS_BENCH_ECHO_H

#include "serving.h"

/* [1, msgid in five bytes, nil, …: requests have their msgid in the same place. */
#define ECHO_HEAD 8u

/* A reply is a copy, as the server's is. */
static inline void echo_one(void *router, zmq_msg_t *identity, zmq_msg_t *body, const uint8_t *reply, size_t size)
{
    zmq_msg_t out;
    zmq_msg_recv(body, router, 0);
    zmq_msg_init_size(&out, size);
    uint8_t *bytes = zmq_msg_data(&out);
    memcpy(bytes, reply, size);
    memcpy(bytes + 3, (uint8_t *)zmq_msg_data(body) + 3, 4);
    zmq_msg_send(identity, router, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    zmq_msg_send(&out, router, ZMQ_DONTWAIT);
}

static inline void echo_loop(int port, size_t size)
{
    static const uint8_t head[ECHO_HEAD] = {0x94, 1, 0xce, 0, 0, 0, 0, 0xc0};
    char endpoint[64];
    int on = 1;
    void *router = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
    set_queue(router);
    zmq_setsockopt(router, ZMQ_ROUTER_MANDATORY, &on, sizeof on);
    address(endpoint, sizeof endpoint, port);
    check(zmq_bind(router, endpoint) == 0, "cannot bind the echo");
    uint8_t *reply = calloc(1, size);
    memcpy(reply, head, sizeof head);
    zmq_msg_t identity, body;
    zmq_msg_init(&identity);
    zmq_msg_init(&body);
    for (;;) {
        while (zmq_msg_recv(&identity, router, ZMQ_DONTWAIT) >= 0)
            echo_one(router, &identity, &body, reply, size);
        zmq_pollitem_t item = {router, 0, ZMQ_POLLIN, 0};
        zmq_poll(&item, 1, -1);
    }
}

/* size: of a reply, at least ECHO_HEAD; core: -1 for any. */
static inline pid_t start_echo(int port, size_t size, int core)
{
    pid_t child = begin_child(core);
    if (child != 0)
        return child;
    echo_loop(port, size);
    _exit(1);
}

#endif

/*
 * peers_sample.h: three of a gateway's servers that are up, of which the test reads what they were sent; one of them, or all,
 * can be where nobody listens. Everything happens at once and at times that the test makes up: nothing waits.
 */
#ifndef SS_TESTS_PEERS_SAMPLE_H
#define SS_TESTS_PEERS_SAMPLE_H

#include "check.h"
#include "http/peers.h"

#define PEERS      3u
#define PEERS_MS   INT64_C(1000000)
#define PEERS_NOW  (1000 * PEERS_MS) /* when they were opened */
#define PEERS_TIME (400 * PEERS_MS)  /* of an errand */

typedef struct peers_sample {
    void *context, *routers[PEERS];
    char endpoints[PEERS][40];
    ss_upstream_options upstreams[PEERS];
    ss_gateway_counts counts;
    ss_peers peers;
    ss_errands *errands;
} peers_sample;

/* `gone`: as bits, who is not there. */
static inline void peers_sample_open(peers_sample *self, unsigned gone)
{
    ss_error error;
    *self = (peers_sample){.context = zmq_ctx_new(), .peers.count = PEERS};
    expect_ok(ss_errands_new(8, &self->errands, &error), &error);
    for (uint32_t i = 0; i < PEERS; i++) {
        bool here = !(gone >> i & 1);
        snprintf(self->endpoints[i], sizeof self->endpoints[i], here ? "inproc://peer-%u" : "ipc:///nowhere/peer-%u",
                 i);
        self->routers[i] = zmq_socket(self->context, ZMQ_ROUTER);
        if (here)
            assert_int_equal(zmq_bind(self->routers[i], self->endpoints[i]), 0);
        self->upstreams[i] = (ss_upstream_options){.endpoint = self->endpoints[i], .queue = 100};
        const ss_peer_setting setting = {
            .zmq_context = self->context,
            .upstream = &self->upstreams[i],
            .rules = {20 * PEERS_MS, 3, 20 * PEERS_MS, 100 * PEERS_MS, 100 * PEERS_MS},
            .seed = i,
            .counts = &self->counts.servers[i],
        };
        expect_ok(ss_peer_open(&setting, PEERS_NOW, &self->peers.all[i], &error), &error);
        self->peers.all[i].fitness.state = SS_FITNESS_UP;
        self->peers.all[i].fitness.probing = false;
    }
}

static inline void peers_sample_close(peers_sample *self)
{
    for (uint32_t i = 0; i < PEERS; i++) {
        ss_peer_close(&self->peers.all[i]);
        zmq_close(self->routers[i]);
    }
    ss_errands_free(&self->errands);
    zmq_ctx_term(self->context);
}

/* One with the message "?". */
static inline ss_errand *peers_sample_errand(peers_sample *self, ss_way_kind kind, uint32_t home)
{
    ss_errand *errand = ss_errands_begin(self->errands, 7);
    assert_non_null(errand);
    assert_status(ss_buffer_append_text(&errand->message, "?"), SS_OK);
    errand->way = (ss_way){.kind = kind, .home = home};
    errand->began = PEERS_NOW;
    errand->deadline = PEERS_NOW + PEERS_TIME;
    return errand;
}

/* How many messages that server was sent since it was last asked; the last of them into `text`. */
static inline unsigned peers_sample_sent(peers_sample *self, uint32_t number, char text[64], size_t *size)
{
    unsigned sent = 0;
    char identity[64];
    while (zmq_recv(self->routers[number], identity, sizeof identity, ZMQ_DONTWAIT) >= 0) {
        int length = zmq_recv(self->routers[number], text, 64, 0);
        assert_in_range(length, 0, 64);
        *size = (size_t)length;
        sent++;
    }
    return sent;
}

static inline void peers_sample_expect(peers_sample *self, unsigned first, unsigned second, unsigned third)
{
    const unsigned wanted[PEERS] = {first, second, third};
    char text[64];
    size_t size = 0;
    for (uint32_t i = 0; i < PEERS; i++)
        assert_int_equal(peers_sample_sent(self, i, text, &size), wanted[i]);
}

#endif

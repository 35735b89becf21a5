/*
 * backend.h: what answers the requests that come over HTTP: the server in this process (local.h), or several servers over
 * ZeroMQ (gateway.h). Both take and give the protocol's own bytes (server/PROTOCOL.md), so that the port (port.h) is
 * one and the same before either.
 *
 * Each thread of the port has a backend of its own; all its functions belong to that thread. None waits.
 */
#ifndef SS_HTTP_BACKEND_H
#define SS_HTTP_BACKEND_H

#include "base/slice.h"
#include "server/protocol.h"
#include <zmq.h>

#define SS_BACKEND_POLL_MAX 64u /* most descriptors that one backend waits for */

/* One request. Slices are borrowed for the call of `ask`. */
typedef struct ss_backend_request {
    uint64_t ticket; /* who asked: the port's own number, given back with the reply; never used twice */
    ss_method method;
    ss_slice params;     /* a whole MessagePack map, well formed */
    ss_slice visitor;    /* session_id, or else customer_id: who is to find what they did; empty: nobody */
    ss_slice request_id; /* empty: none */
    bool recorded;       /* it changes live state */
    bool idempotent;     /* asking twice does no harm, also elsewhere */
} ss_backend_request;

/* The reply to a ticket: a whole reply message, [1, msgid, error, result], borrowed for the call; empty: no answer came in time (504). */
typedef void (*ss_backend_answered)(void *port, uint64_t ticket, ss_slice reply);

typedef struct ss_backend {
    void *self;

    /*
     * True: *reply is the reply message, borrowed until the next call of any function. False: it comes later, by `answered` out of `run`.
     * A backend that cannot ask says so with an error reply of its own (SS_FAULT_BUSY, SS_FAULT_SHUTTING_DOWN).
     */
    bool (*ask)(void *self, const ss_backend_request *question, ss_slice *reply);

    /* Nobody waits for the reply to this ticket any more. */
    void (*forget)(void *self, uint64_t ticket);

    /* Fills `items` (room for SS_BACKEND_POLL_MAX) with what `run` should be called for, sets *wait_ms to the most milliseconds until it
     * should be called in any case (-1: none), and returns how many items. */
    size_t (*poll)(void *self, zmq_pollitem_t *items, long *wait_ms);

    /* Takes what has come and what is overdue. */
    void (*run)(void *self, ss_backend_answered answered, void *port);

    void (*free)(void *self);
} ss_backend;

#endif

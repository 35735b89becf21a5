/*
 * upstream.h: the connection to one of the gateway's servers: a DEALER that can be renewed, so that nothing which waits in it
 * reaches a server that has not taken it yet, and no reply to it ever comes. Belongs to the thread that uses it.
 *
 * It sends only over connections that are there (ZMQ_IMMEDIATE); those that are lost are made anew in the background, and
 * what was under way in them is lost.
 */
#ifndef SS_HTTP_UPSTREAM_H
#define SS_HTTP_UPSTREAM_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <zmq.h>

typedef struct ss_upstream_options { /* borrowed for the upstream's life */
    const char *endpoint;
    const char *server_key, *public_key, *secret_key; /* CURVE, in Z85; all three or none */
    int queue;                                        /* most requests, and replies, that wait in it */
} ss_upstream_options;

typedef struct ss_upstream ss_upstream;

/* Connects in the background. SS_E_NOMEM; SS_E_NETWORK: an endpoint or keys that libzmq refuses, no socket left. */
ss_status ss_upstream_open(void *zmq_context, const ss_upstream_options *options, ss_upstream **upstream,
                           ss_error *error);
void ss_upstream_close(ss_upstream **upstream); /* drops what waits in it */

/* Drops the connection with all that waits in it, and connects anew. Where that cannot be, there is none until it is next
 * renewed: then nothing can be sent. */
void ss_upstream_renew(ss_upstream *upstream);

/* Without waiting; a copy is sent. False: no connection is there, or its queue is full. */
bool ss_upstream_send(ss_upstream *upstream, ss_slice message);

typedef enum ss_upstream_received {
    SS_UPSTREAM_NOTHING,
    SS_UPSTREAM_MESSAGE, /* a single frame: *message, borrowed until the next call */
    SS_UPSTREAM_GARBAGE  /* several frames, all of them taken */
} ss_upstream_received;
ss_upstream_received ss_upstream_receive(ss_upstream *upstream, ss_slice *message);

/* For polling; NULL: there is none now. Another one after renewing. */
void *ss_upstream_socket(const ss_upstream *upstream);

#endif

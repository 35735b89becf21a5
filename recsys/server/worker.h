/*
 * worker.h: what answers: a socket's messages, through a handler, so many together as wait and have room. With one
 * worker the socket is the ROUTER itself; with more it is one end of an inproc pair whose other end the ROUTER's
 * owner holds.
 *
 * All functions belong to the worker's thread but those said to be safe from any.
 */
#ifndef SS_SERVER_WORKER_H
#define SS_SERVER_WORKER_H

#include "server/envelope.h"
#include "server/handler.h"
#include "server/loader.h"
#include "server/recorder.h"

typedef struct ss_worker {
    ss_handler *handler;
    ss_stats stats;
    ss_swap swap;
    ss_envelope envelopes[SS_HANDLER_PLACES]; /* of the requests being answered together */
    void *socket;                             /* borrowed */
    bool paired;           /* the socket is not the ROUTER: what gets no reply is acknowledged with an empty frame */
    ss_loader *loader;     /* borrowed: takes the requests for a reload */
    ss_recorder *recorder; /* borrowed: takes those that change live state; NULL: the server keeps none */
    ss_role_of role_of;    /* NULL without access control */
    ss_counter rounds;     /* of its thread, where it has one of its own (watchdog.h) */
    size_t handed;         /* to the recorder since it was woken */
} ss_worker;

/* Takes ownership of `answerer`, also on failure. The worker must stay where it is: the loader knows its swap.
 * SS_E_NOMEM, SS_E_IO. */
ss_status ss_worker_init(ss_worker *worker, ss_answerer *answerer, const ss_service *service, ss_role_of role_of,
                         ss_error *error);
void ss_worker_release(ss_worker *worker);

/* Answers what waits, at most `most` messages, after taking a generation that the loader offers; returns how many
 * messages. */
size_t ss_worker_run(ss_worker *worker, size_t most);

#endif

/*
 * dispatch.h: several workers: the thread that owns the ROUTER hands each request to the worker with the fewest, over
 * an inproc pair, and sends back what comes out. Belongs to that thread.
 */
#ifndef SS_SERVER_DISPATCH_H
#define SS_SERVER_DISPATCH_H

#include "server/worker.h"

typedef struct ss_dispatch ss_dispatch;

/*
 * Starts a thread for each worker (initialised; borrowed until stop) with its end of a pair. SS_E_NOMEM, SS_E_NETWORK,
 * SS_E_IO. `stats`: of the ROUTER's owner.
 */
ss_status ss_dispatch_start(void *zmq_context, void *router, ss_worker *workers, size_t count, ss_stats *stats,
                            ss_dispatch **dispatch, ss_error *error);

/* Ends the threads after the requests they hold. */
void ss_dispatch_stop(ss_dispatch **dispatch);

/* Sends replies that are ready, at most `most` of each worker, and hands out at most `most` requests unless `closed`.
 * Returns how many messages moved. */
size_t ss_dispatch_run(ss_dispatch *dispatch, size_t most, bool closed);

/* Has every worker make a round, which it counts. */
void ss_dispatch_wake(ss_dispatch *dispatch);

/* Requests handed out and not yet answered. */
size_t ss_dispatch_outstanding(const ss_dispatch *dispatch);

/* Fills `items` (room for 1 + SS_WORKERS_MAX) with what to wait for: the ROUTER while a worker has room, and the
 * workers. */
size_t ss_dispatch_poll(const ss_dispatch *dispatch, zmq_pollitem_t *items);

#endif

/*
 * seat.h: a place for a thread that is not the server's own (that of the HTTP port) to answer from the server's generation itself, as
 * a worker does: a handler with a swap that the loader knows, and what it counts.
 *
 * Belongs to that thread but `swap.wake`, `counts` and `rounds`, which others look at.
 */
#ifndef SS_SERVER_SEAT_H
#define SS_SERVER_SEAT_H

#include "server/handler.h"
#include "server/http_counts.h"
#include "server/loader.h"

typedef struct ss_seat {
    ss_handler *handler;
    ss_stats stats;
    ss_swap swap; /* swap.wake is to be waited for: a generation is offered, or a sign of life wanted */
    ss_http_counts counts;
    ss_counter rounds; /* of the thread (watchdog.h) */
} ss_seat;

/* Takes ownership of `answerer`, also on failure. The seat must stay where it is. SS_E_NOMEM, SS_E_IO. */
ss_status ss_seat_init(ss_seat *seat, ss_answerer *answerer, const ss_service *service, ss_error *error);
void ss_seat_release(ss_seat *seat);

/* A round of the thread begins: takes a generation that is offered, reads the clock. */
void ss_seat_round(ss_seat *seat);

/*
 * The reply to a request message, borrowed until the next call; the caller may call anything (role admin). False: it is for the server's
 * ROUTER, because it changes live state or reloads, or because memory ran out even for an error reply.
 */
bool ss_seat_answer(ss_seat *seat, ss_slice message, ss_slice *reply);

#endif

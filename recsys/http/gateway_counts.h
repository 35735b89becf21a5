/*
 * gateway_counts.h: what one thread of a gateway counts. One writer; read by any thread, as ss_counter is.
 */
#ifndef SS_HTTP_GATEWAY_COUNTS_H
#define SS_HTTP_GATEWAY_COUNTS_H

#include "http/homes.h"
#include "server/stats.h"

typedef struct ss_gateway_server_counts {
    ss_counter asked;    /* requests sent, with those sent again; without probes */
    ss_counter answered; /* of them, in time: what the caller was told */
    ss_counter failed;   /* replies that are none, or say that the server cannot */
    ss_counter late;     /* replies that nobody waits for any more, or that nobody asked for */
    ss_counter ejections;
    ss_counter state;       /* ss_fitness_state */
    ss_counter outstanding; /* requests that it may still answer */
} ss_gateway_server_counts;

typedef struct ss_gateway_counts {
    ss_counter rounds;       /* of the thread: it has looked around */
    ss_counter requests;     /* of the port */
    ss_counter second_tries; /* asked elsewhere too, for want of an answer */
    ss_counter repeats;      /* sent once more to the same server */
    ss_counter waited;       /* for the return of their server */
    ss_counter overdue;      /* ended without an answer */
    ss_counter refused;      /* too many were under way */
    ss_stats stats;          /* of the replies that were given, as a server counts its own */
    ss_gateway_server_counts servers[SS_HOMES_MAX];
} ss_gateway_counts;

#endif

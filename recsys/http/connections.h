/*
 * connections.h: the open connections of one thread of the port, in the order of when they last completed a request, so that those who
 * cost most and give least go first. Belongs to that thread. After it is made nothing allocates.
 */
#ifndef SS_HTTP_CONNECTIONS_H
#define SS_HTTP_CONNECTIONS_H

#include "server/http_counts.h"
#include <microhttpd.h>
#include <sys/socket.h>

typedef struct ss_connections ss_connections;

typedef struct ss_connection {
    struct MHD_Connection *mhd;
    struct ss_connection *before, *after; /* older and younger */
    int64_t since;                        /* last completed a request, or came: ss_clock_monotonic() */
    uint64_t address;                     /* whose it is; 0: the machine's own */
    int64_t look;                         /* when is looked whether the caller is still there */
    bool waits;                           /* for us: a backend has not answered */
    bool proven;                          /* it has completed a request */
    bool shut;
} ss_connection;

/* The most that libmicrohttpd may hold, with those that are being closed. */
#define SS_CONNECTIONS_HARD(MOST) (2 * (MOST))

/* Room for `most` of them; who completes no request for `timeout` nanoseconds is cut. `counts` is borrowed. SS_E_NOMEM. */
ss_status ss_connections_new(size_t most, int64_t timeout, ss_http_counts *counts, ss_connections **connections,
                             ss_error *error);
void ss_connections_free(ss_connections **connections);

/*
 * A new one. Where there are too many, or too many from this address (a quarter, unless it is this machine's own: there may stand a proxy),
 * the one of these that has been
 * silent for longest gives way; of those that have not completed a request yet, where they are more than half. NULL: there are SS_CONNECTIONS_HARD, all being closed.
 */
ss_connection *ss_connections_add(ss_connections *all, struct MHD_Connection *mhd, const struct sockaddr *address,
                                  int64_t now);

/* The one that has been silent for longest is cut, chosen as above, because there is no room for a new one. False: none can be. */
bool ss_connections_give_way(ss_connections *all);

void ss_connections_remove(ss_connections *all, ss_connection *one);

/* It has completed a request. */
void ss_connections_done(ss_connections *all, ss_connection *one, int64_t now);

/* Cuts those whose time is over, or whose caller has gone: libmicrohttpd does not notice an end that came together with bytes. */
void ss_connections_sweep(ss_connections *all, int64_t now);

size_t ss_connections_count(const ss_connections *all);

#endif

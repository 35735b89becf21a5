/*
 * router.h: the socket at which a server is asked: a ROUTER that is bound to any number of endpoints. A message longer than
 * SS_MESSAGE_MAX ends its connection, and a reply that a connection has no room for is refused, not dropped in silence
 * (ZMQ_ROUTER_MANDATORY). Belongs to one thread.
 */
#ifndef SS_SERVER_ROUTER_H
#define SS_SERVER_ROUTER_H

#include "base/options.h"
#include "base/status.h"

#define SS_ROUTER_ENDPOINT_MAX 256u

typedef struct ss_router {
    void *socket;                                         /* owned; NULL: not open */
    char endpoints[SS_TEXTS_MAX][SS_ROUTER_ENDPOINT_MAX]; /* as they are bound: a wildcard port resolved */
    size_t endpoint_count;
} ss_router;

/* Bound nowhere yet. `queue`: most messages that wait for one connection, each way. SS_E_NETWORK. To be closed even when it failed. */
ss_status ss_router_open(void *zmq_context, int queue, ss_router *router, ss_error *error);

/* Drops replies that are not sent within `linger_ms`. Also one that is not open. */
void ss_router_close(ss_router *router, int linger_ms);

/*
 * Could it be bound now? Looks at tcp ports that are given as numbers, at addresses so given, and whether a program answers at the path
 * of ipc; what else there is shows when it is bound.
 * SS_E_NETWORK, SS_E_ARGUMENT. Safe from any thread.
 */
ss_status ss_router_try(const char *endpoint, ss_error *error);

/* One more endpoint, at most SS_TEXTS_MAX. SS_E_NETWORK names it: also a path of ipc at which a program answers, which keeps it. */
ss_status ss_router_bind(ss_router *router, const char *endpoint, ss_error *error);

/* One that is not told of, for threads of this process. */
ss_status ss_router_bind_inside(ss_router *router, const char *endpoint, ss_error *error);

#endif

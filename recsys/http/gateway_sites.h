/*
 * gateway_sites.h: the paths that a gateway answers beside those of every port (sites.h), before which they are to stand:
 * /healthz says 200 as long as a server is asked, and /metrics (for a secret key, where there are keys) the gateway's page for
 * Prometheus. Safe from any thread.
 */
#ifndef SS_HTTP_GATEWAY_SITES_H
#define SS_HTTP_GATEWAY_SITES_H

#include "http/gateway.h"
#include "http/site.h"
#include <stdatomic.h>

#define SS_SITES_GATEWAY 2u

/* What they look at. Borrowed for the sites' life. */
typedef struct ss_gateway_seen {
    const ss_gateway *gateway;
    const atomic_bool *draining; /* while true /healthz says 503 */
} ss_gateway_seen;

/* Fills `sites` (room for SS_SITES_GATEWAY) and returns how many. */
size_t ss_sites_gateway(const ss_gateway_seen *seen, ss_http_site *sites);

#endif

/*
 * port.h: the HTTP port: /v1/METHOD in JSON before a backend (backend.h), and sites (site.h).
 *
 * It has threads of its own, each with a share of the connections, a backend and a libmicrohttpd daemon; a connection stays with
 * its thread. Who is slow, silent or broken costs a connection, of which there is a fixed number: each thread takes
 * connections / threads, the one that has waited longest for its caller gives way to a new one, an address other than
 * the machine's own has a quarter of them at most, and what has not completed a request for `timeout_s` is cut. A request's line and headers have
 * SS_HTTP_HEAD_MAX bytes (431), its body SS_MESSAGE_MAX (413).
 *
 * All functions belong to one thread.
 */
#ifndef SS_HTTP_PORT_H
#define SS_HTTP_PORT_H

#include "base/logline.h"
#include "http/backend.h"
#include "http/key_ring.h"
#include "http/options.h"
#include "http/site.h"
#include "server/http_counts.h"

#define SS_HTTP_HEAD_MAX  (16u << 10)
#define SS_HTTP_SITES_MAX 16u /* with those of the gate */

typedef struct ss_http_port ss_http_port;

/* What it is before. Borrowed for the port's life, but the struct itself. */
typedef struct ss_http_setting {
    const ss_http_options *options;
    ss_key_ring *keys; /* of options->keys; NULL: none are needed */
    const ss_logger *logger;
    ss_http_site sites[SS_HTTP_SITES_MAX];
    size_t site_count;
    /* Makes the backend of thread number `thread`; called in the opening thread, before that one starts. */
    ss_status (*backend)(void *context, unsigned thread, ss_backend *backend, ss_error *error);
    void *context;
    ss_http_counts *counts[SS_HTTP_THREADS_MAX]; /* of each thread */
    const atomic_bool *draining; /* while true /healthz says 503 and no connection is kept; NULL: never */
} ss_http_setting;

/* Listens and answers from now on, and logs where. SS_E_ARGUMENT, SS_E_ACCESS (a public address without keys), SS_E_NETWORK, SS_E_IO,
 * SS_E_NOMEM. */
ss_status ss_http_port_open(const ss_http_setting *setting, ss_http_port **port, ss_error *error);

/* Takes no new connections, has until `deadline` (ss_clock_monotonic()) for replies that are on their way, and closes. */
void ss_http_port_close(ss_http_port **port, int64_t deadline);

/* The real address, "127.0.0.1:8080". Borrowed. */
const char *ss_http_port_address(const ss_http_port *port);

#endif

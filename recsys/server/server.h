/*
 * server.h: the server: sockets, workers, the loader, signals, and the loop that ties them together.
 *
 * All functions belong to one thread but ss_server_stop.
 */
#ifndef SS_SERVER_SERVER_H
#define SS_SERVER_SERVER_H

#include "base/logline.h"
#include "base/options.h"
#include "server/configuration.h"
#include "server/live_state.h"
#include "server/seat.h"

#define SS_ENDPOINT_DEFAULT "tcp://127.0.0.1:5555"
#define SS_ENDPOINT_INSIDE  "inproc://smartshelf.server" /* in the server's own context; who calls there is an admin */

/* How the system lets the server's threads take turns: batch is SCHED_BATCH (sched(7)), also for the calling thread. */
typedef enum ss_scheduling { SS_SCHEDULING_NORMAL, SS_SCHEDULING_BATCH } ss_scheduling;

typedef struct ss_server_options {
    const char *store;
    ss_texts binds; /* none: SS_ENDPOINT_DEFAULT */
    int64_t workers, io_threads, queue, drain_ms;
    int64_t scheduling;    /* ss_scheduling */
    const char *curve_key; /* file of the server's secret key (keys.h); NULL: no access control */
    const char *allow;     /* file of the allow-list (access.h); needed with a key */
    const char *metrics;   /* HOST:PORT of metrics_port.h; NULL: none */
    bool insecure_public_bind;
    ss_live_options live;
    ss_configuration configuration; /* no option: the shelves' settings, and where a reload reads them anew */
    bool supervised;                /* no option: systemd is told how it goes (supervisor.h) */
    size_t seats;                   /* no option: for how many threads of others (seat.h), at most SS_SEATS_MAX */
    bool signals;                   /* no option: SIGTERM, SIGINT and SIGHUP are for this server (signals.h) */
} ss_server_options;

extern const ss_option ss_server_option_table[]; /* target: ss_server_options; without those of `live` */

/* What ss_server_new refuses of the options, found without starting: SS_E_ARGUMENT, SS_E_ACCESS (public without access control). */
ss_status ss_server_check_bind(const ss_server_options *options, const char *endpoint, ss_error *error);
ss_status ss_server_check_access(const ss_server_options *options, ss_error *error);
ss_status ss_server_check_metrics(const ss_server_options *options, ss_error *error);

typedef struct ss_server ss_server;

/*
 * Opens the store's current generation, reads the keys and binds every endpoint. `options` and `logger` are borrowed for the server's life. SS_E_ARGUMENT, SS_E_NOT_FOUND,
 * SS_E_CORRUPT, SS_E_ACCESS (a public endpoint without access control), SS_E_NETWORK, SS_E_IO, SS_E_NOMEM.
 */
ss_status ss_server_new(const ss_server_options *options, const ss_logger *logger, ss_server **server, ss_error *error);

/* Stops at once what still runs and frees. */
void ss_server_free(ss_server **server);

/*
 * Logs that it serves, with the generation and the endpoints, tells systemd, and
 * answers until it is told to stop: by SIGTERM, SIGINT or ss_server_stop. Then new requests get shutting_down while
 * what was read before is answered, until nothing more comes or drain_ms are over; a second SIGTERM or SIGINT ends
 * that. SIGHUP: reload.
 */
void ss_server_run(ss_server *server);

void ss_server_stop(ss_server *server); /* safe from any thread */

/* The real address of the metrics' port, or NULL. Borrowed. */
const char *ss_server_metrics(const ss_server *server);

/* The real address of the bind number `index` (a wildcard port resolved), or NULL. Borrowed. */
const char *ss_server_endpoint(const ss_server *server, size_t index);

/*
 * For threads that answer beside the server's own (the HTTP port): a seat of each, NULL behind the last; the context in which the
 * server listens at SS_ENDPOINT_INSIDE; whether new requests are turned away; until when, after ss_server_run, replies may still
 * be sent (ss_clock_monotonic()). Borrowed: they must be gone before the server is freed. From the start every seat must be used, for a
 * reload waits for it.
 */
ss_seat *ss_server_seat(ss_server *server, size_t index);
void *ss_server_context(const ss_server *server);
const atomic_bool *ss_server_draining(const ss_server *server);
int64_t ss_server_deadline(const ss_server *server);

#endif

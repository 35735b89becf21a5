/*
 * server.h: the server: sockets, workers, the loader, signals, and the loop that ties them together.
 *
 * All functions belong to one thread but ss_server_stop.
 */
#ifndef SS_SERVER_SERVER_H
#define SS_SERVER_SERVER_H

#include "base/logline.h"
#include "server/seat.h"
#include "server/server_options.h"

#define SS_ENDPOINT_INSIDE "inproc://smartshelf.server" /* in the server's own context; who calls there is an admin */

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

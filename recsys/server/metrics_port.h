/*
 * metrics_port.h: the local HTTP port of `serve --metrics`, by libmicrohttpd: GET /metrics gives metrics_text.h's page,
 * GET /healthz 200 as long as the server answers (503 while it stops); HEAD as GET; anything else 404 or 405.
 *
 * It has one thread of its own, which steps back where processors are scarce (nice 10), so that whoever reads slowly, too
 * often, or not at all, costs those that answer little or nothing. At most
 * SS_METRICS_CONNECTIONS are open: a new one takes the place of the oldest. Who is silent for ten seconds is cut off;
 * a request's line and headers have 16 KiB.
 */
#ifndef SS_SERVER_METRICS_PORT_H
#define SS_SERVER_METRICS_PORT_H

#include "server/address.h"
#include "server/service.h"

#define SS_METRICS_CONNECTIONS 32u

typedef struct ss_metrics_port ss_metrics_port;

/* Listens and answers from now on. `service` is borrowed until it is closed. SS_E_NETWORK (the address is taken, or not
 * this machine's), SS_E_IO, SS_E_NOMEM. */
ss_status ss_metrics_port_open(const ss_address *address, ss_service *service, ss_metrics_port **port, ss_error *error);
void ss_metrics_port_close(ss_metrics_port **port);

/* The real address, as text. Borrowed. */
const char *ss_metrics_port_address(const ss_metrics_port *port);

#endif

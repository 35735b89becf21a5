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

#include "server/service.h"
#include <netinet/in.h>

#define SS_METRICS_CONNECTIONS 32u
#define SS_METRICS_ADDRESS_MAX 80u /* bytes of a real address and port as text, with the zero */

typedef struct ss_metrics_port ss_metrics_port;

/* Where to listen. */
typedef struct ss_metrics_address {
    struct sockaddr_storage socket;
    socklen_t size;
    bool public; /* other machines may reach it: no loopback address */
} ss_metrics_address;

/* HOST:PORT, the host a name, an address (IPv6 in brackets) or * for all; port 0 takes a free one. SS_E_ARGUMENT. */
ss_status ss_metrics_address_read(const char *text, ss_metrics_address *address, ss_error *error);

/* Listens and answers from now on. `service` is borrowed until it is closed. SS_E_NETWORK (the address is taken, or not
 * this machine's), SS_E_IO, SS_E_NOMEM. */
ss_status ss_metrics_port_open(const ss_metrics_address *address, ss_service *service, ss_metrics_port **port,
                               ss_error *error);
void ss_metrics_port_close(ss_metrics_port **port);

/* The real address, as text. Borrowed. */
const char *ss_metrics_port_address(const ss_metrics_port *port);

#endif

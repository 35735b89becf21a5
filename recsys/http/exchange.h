/*
 * exchange.h: the requests that one thread of the port has in hand, each from its line to the last byte of its reply, as libmicrohttpd's
 * callbacks and the backend bring it on. Belongs to that thread. What a request needs is kept for the next one: after warm-up nothing
 * of ours allocates.
 */
#ifndef SS_HTTP_EXCHANGE_H
#define SS_HTTP_EXCHANGE_H

#include "http/connections.h"
#include "http/gate.h"
#include "http/port.h"

#define SS_HTTP_HELD_MAX                                                                                               \
    (64u << 20) /* bytes of bodies and replies that one thread holds; beyond, requests get `busy` */

typedef struct ss_exchanges ss_exchanges;

/* Borrowed for the life of the exchanges. */
typedef struct ss_exchange_setting {
    const ss_http_setting *port;
    ss_gate *gate;
    ss_backend *backend;
    ss_connections *connections;
    ss_http_counts *counts;
} ss_exchange_setting;

ss_status ss_exchanges_new(const ss_exchange_setting *setting, ss_exchanges **exchanges,
                           ss_error *error); /* SS_E_NOMEM */
void ss_exchanges_free(ss_exchanges **exchanges);

/* libmicrohttpd's callbacks, with the exchanges as context: a request's line is there; its head, each part of its body, its end, and
 * that a backend has answered; it is over. */
void *ss_exchange_begin(void *exchanges, const char *uri, struct MHD_Connection *connection);
enum MHD_Result ss_exchange_step(void *exchanges, struct MHD_Connection *connection, const char *url, const char *verb,
                                 const char *version, const char *upload, size_t *upload_size, void **exchange);
void ss_exchange_end(void *exchanges, struct MHD_Connection *connection, void **exchange,
                     enum MHD_RequestTerminationCode code);

/* The backend's: an ss_backend_answered. */
void ss_exchange_answered(void *exchanges, uint64_t ticket, ss_slice reply);

/* Gives up what has waited too long for a backend. */
void ss_exchanges_sweep(ss_exchanges *exchanges, int64_t now);

/* Gives up all that wait for a backend, and what would from now on. */
void ss_exchanges_dismiss(ss_exchanges *exchanges);

/* Requests in hand. */
size_t ss_exchanges_count(const ss_exchanges *exchanges);

#endif

/*
 * local.h: the server in this process as a backend: shelves, pages, health and stats are answered at once on the asking thread from
 * a seat of its own (server/seat.h); what changes live state, or reloads, goes to the server's ROUTER, and its reply comes later.
 */
#ifndef SS_HTTP_LOCAL_H
#define SS_HTTP_LOCAL_H

#include "http/backend.h"
#include "server/server.h"

#define SS_LOCAL_WAITING_MAX 1024u /* most requests of one thread that wait for the ROUTER; further ones get `busy` */

/* The backend of one thread, from the server's seat of that number. The server is borrowed until it is freed. SS_E_NOMEM, SS_E_NETWORK. */
ss_status ss_local_open(ss_server *server, unsigned seat, ss_backend *backend, ss_error *error);

#endif

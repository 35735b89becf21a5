/*
 * servers.h: the servers of a client: a socket for each, whose turn it is, who is passed over. One thread at a time, as the
 * client.
 *
 * Requests about a visitor go to their home (home.h) while it is there, for what a visitor did is known where it was told, and
 * then to the next nearest; other requests take turns. A server that misses a request is passed over for a while, unless there is no other; then one request
 * is tried on it.
 */
#ifndef SS_CLIENT_SERVERS_H
#define SS_CLIENT_SERVERS_H

#include "client/smartshelf.h"

typedef struct ss_servers ss_servers;
typedef struct ss_client_server ss_client_server;

/* Connects in the background. `options` and `context` are borrowed for the life of the result, which the caller owns. NETWORK,
 * NOMEM. */
smartshelf_status ss_servers_open(const smartshelf_options *options, void *context, ss_servers **servers);
void ss_servers_close(ss_servers **servers); /* drops what is under way */

/*
 * Hands a request to a server, by `deadline` (smartshelf_now_ms) at the latest; *taken_by is who has it. TIMEOUT: nobody took
 * it; what has been stuck for long is connected to anew. NETWORK.
 */
smartshelf_status ss_servers_send(ss_servers *servers, const void *bytes, size_t size, int64_t deadline,
                                  ss_client_server **taken_by);

/*
 * The next message's last part, so that a delimiter before it is passed over, of whichever server; waits until `deadline` (0:
 * not at all). `message` is a zmq_msg_t that has been initialized. False: none came.
 */
bool ss_servers_receive(ss_servers *servers, int64_t deadline, void *message, ss_client_server **from);

/* What is held against a server: it missed a request; it has answered one. */
void ss_client_server_missed(ss_client_server *server);
void ss_client_server_answered(ss_client_server *server);

typedef struct ss_home {
    bool somebody;    /* the request is about a visitor */
    bool alone;       /* only the visitor's own server can answer: another one does not know its codes */
    uint32_t visitor; /* ss_home_hash of its name */
} ss_home;

/* Whose request it is: session_id, or else customer_id, of an event or else order_id; of several events the first's. */
ss_home ss_request_home(const void *bytes, size_t size);

#endif

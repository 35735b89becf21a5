/*
 * connection.h: a client from inside: what asking and telling share. One thread at a time, as the client.
 */
#ifndef SS_CLIENT_CONNECTION_H
#define SS_CLIENT_CONNECTION_H

#include "client/servers.h"
#include "client/smartshelf.h"

struct smartshelf_client {
    smartshelf_options options;
    void *own_context; /* NULL: somebody else's */
    ss_servers *servers;
    ss_client_server *asked; /* who took the last request; NULL: nobody */
    uint32_t last_msgid;
    char *request; /* reused */
    size_t request_capacity;
};

int64_t smartshelf_now_ms(void); /* of a clock that only goes forward */

/* A number for the next request, never 0. */
uint32_t smartshelf_next_msgid(smartshelf_client *client);

/* Sends the first `size` bytes of client->request. TIMEOUT: no server took it by the deadline. NETWORK. */
smartshelf_status smartshelf_send_request(smartshelf_client *client, size_t size, int64_t deadline);

/*
 * Waits until the reply to `msgid` or the deadline, however much comes. What else comes answers questions that were
 * given up; so may bytes that are no reply: they do not end the waiting, but are the better reason when it was in vain.
 */
smartshelf_status smartshelf_receive_reply(smartshelf_client *client, uint32_t msgid, int64_t deadline,
                                           smartshelf_answer *answer);

#endif

/* address.h: ADDRESS:PORT of what listens, as an option gives it. Safe from any thread. */
#ifndef SS_SERVER_ADDRESS_H
#define SS_SERVER_ADDRESS_H

#include "base/status.h"
#include <netinet/in.h>
#include <stdbool.h>

#define SS_ADDRESS_TEXT_MAX 80u /* bytes of a real address and port as text, with the zero */

typedef struct ss_address {
    struct sockaddr_storage socket;
    socklen_t size;
    bool public; /* other machines may reach it: no loopback address */
} ss_address;

/* HOST:PORT, the host a name, an address (IPv6 in brackets) or * for all; port 0 takes a free one. SS_E_ARGUMENT names `option`. */
ss_status ss_address_read(const char *text, const char *option, ss_address *address, ss_error *error);

/* Is it this machine's own (127.0.0.0/8, ::1, also as an IPv4 address within IPv6)? */
bool ss_address_is_loopback(const struct sockaddr_storage *socket);

/* Listens there: *fd does not block. SS_E_NETWORK (the address is taken, or not this machine's) names `option`. */
ss_status ss_address_listen(const ss_address *address, const char *option, int backlog, int *fd, ss_error *error);

/* Could one listen there now? Who comes meanwhile is refused, as before. As ss_address_listen. */
ss_status ss_address_try(const ss_address *address, const char *option, ss_error *error);

/* Where a socket really listens, as text. */
void ss_address_of(int fd, char text[SS_ADDRESS_TEXT_MAX]);

#endif

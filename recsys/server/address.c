#include "server/address.h"

#include "base/slice.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_MAX 65535
#define HOST_MAX 255

static ss_status no_address(const char *text, const char *option, ss_error *error)
{
    ss_error_set(error, SS_E_ARGUMENT, "not an address");
    ss_error_field(error, option);
    ss_error_found(error, text, strlen(text), "ADDRESS:PORT, such as 127.0.0.1:8080");
    return SS_E_ARGUMENT;
}

bool ss_address_is_loopback(const struct sockaddr_storage *socket)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)socket;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)socket;
    if (socket->ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    if (socket->ss_family != AF_INET6)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && v6->sin6_addr.s6_addr[12] == IN_LOOPBACKNET);
}

ss_status ss_address_read(const char *text, const char *option, ss_address *address, ss_error *error)
{
    char host[HOST_MAX + 1];
    long long number;
    struct addrinfo *found = NULL;
    const char *port = strrchr(text, ':'), *begin = text, *end = port;
    if (!port || port == text || !ss_slice_to_i64(ss_slice_of(port + 1), &number) || number < 0 || number > PORT_MAX)
        return no_address(text, option, error);
    bool bracketed = *begin == '[' && end[-1] == ']';
    begin += bracketed;
    end -= bracketed;
    if (end <= begin || end - begin > HOST_MAX || (!bracketed && memchr(begin, ':', (size_t)(end - begin))))
        return no_address(text, option, error);
    snprintf(host, sizeof host, "%.*s", (int)(end - begin), begin);
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    if (getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port + 1, &hints, &found) != 0)
        return no_address(text, option, error);
    *address = (ss_address){.size = found->ai_addrlen};
    memcpy(&address->socket, found->ai_addr, found->ai_addrlen);
    address->public = !ss_address_is_loopback(&address->socket);
    freeaddrinfo(found);
    return SS_OK;
}

static void write_text(const struct sockaddr_storage *socket, socklen_t size, char text[SS_ADDRESS_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "", port[8] = "";
    getnameinfo((const struct sockaddr *)socket, size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(text, SS_ADDRESS_TEXT_MAX, socket->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static void cannot(const ss_address *address, const char *option, const char *what, ss_error *error)
{
    int reason = errno;
    char text[SS_ADDRESS_TEXT_MAX];
    write_text(&address->socket, address->size, text);
    ss_error_set(error, SS_E_NETWORK, "%s: cannot %s at %s: %s%s", option, what, text, strerror(reason),
                 reason == EADDRINUSE ? " (port 0 takes a free one)" : "");
}

/* Bound, not listening; -1: refused with SS_E_NETWORK. */
static int bind_socket(const ss_address *address, const char *option, ss_error *error)
{
    int yes = 1, fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        cannot(address, option, "make a socket", error);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)&address->socket, address->size) == 0)
        return fd;
    cannot(address, option, "listen", error);
    close(fd);
    return -1;
}

ss_status ss_address_listen(const ss_address *address, const char *option, int backlog, int *fd, ss_error *error)
{
    int new = bind_socket(address, option, error);
    if (new < 0)
        return SS_E_NETWORK;
    if (listen(new, backlog) != 0) {
        cannot(address, option, "listen", error);
        close(new);
        return SS_E_NETWORK;
    }
    *fd = new;
    return SS_OK;
}

ss_status ss_address_try(const ss_address *address, const char *option, ss_error *error)
{
    int fd = bind_socket(address, option, error);
    if (fd < 0)
        return SS_E_NETWORK;
    close(fd);
    return SS_OK;
}

void ss_address_of(int fd, char text[SS_ADDRESS_TEXT_MAX])
{
    struct sockaddr_storage real = {0};
    socklen_t size = sizeof real;
    getsockname(fd, (struct sockaddr *)&real, &size);
    write_text(&real, size, text);
}

/*
 * zmtp.h: a client that costs little: a DEALER of ZMTP 3.0 (https://rfc.zeromq.org/spec/23/) over one blocking socket
 * and in the thread that measures. What is put goes out in one write, what has arrived comes in by one read. A client of
 * libzmq has a second thread, which takes from a server on the same few cores about as much time as the server's own.
 */
#ifndef SS_BENCH_ZMTP_H
#define SS_BENCH_ZMTP_H

#include "serving.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define ZMTP_ROOM     (1u << 20) /* bytes on their way out, and in */
#define ZMTP_GREETING 64u
#define ZMTP_LONG     2u
#define ZMTP_COMMAND  4u

typedef struct zmtp {
    int socket;
    size_t begin, end, put; /* of what came in; of what is to go out */
    uint8_t in[ZMTP_ROOM], out[ZMTP_ROOM];
} zmtp;

static inline void zmtp_flush(zmtp *peer)
{
    for (size_t sent = 0; sent < peer->put;) {
        ssize_t some = send(peer->socket, peer->out + sent, peer->put - sent, MSG_NOSIGNAL);
        check(some > 0, "cannot send");
        sent += (size_t)some;
    }
    peer->put = 0;
}

static inline void zmtp_put_frame(zmtp *peer, uint8_t flags, const void *bytes, size_t size)
{
    uint64_t length = htobe64(size);
    check(peer->put + size + 9 <= ZMTP_ROOM, "too much to send at once");
    uint8_t *at = peer->out + peer->put;
    if (size > 255) {
        *at++ = (uint8_t)(flags | ZMTP_LONG);
        memcpy(at, &length, 8);
        at += 8;
    } else {
        *at++ = flags;
        *at++ = (uint8_t)size;
    }
    memcpy(at, bytes, size);
    peer->put = (size_t)(at - peer->out) + size;
}

/* Goes out with the next flush. */
static inline void zmtp_put(zmtp *peer, const void *bytes, size_t size)
{
    zmtp_put_frame(peer, 0, bytes, size);
}

/* Waits for more. */
static inline void zmtp_read(zmtp *peer)
{
    memmove(peer->in, peer->in + peer->begin, peer->end - peer->begin);
    peer->end -= peer->begin;
    peer->begin = 0;
    ssize_t some = recv(peer->socket, peer->in + peer->end, ZMTP_ROOM - peer->end, 0);
    check(some > 0, "the server has hung up");
    peer->end += (size_t)some;
}

/* A frame that has arrived whole, borrowed until the next read; false: none has. */
static inline bool zmtp_frame(zmtp *peer, uint8_t *flags, const uint8_t **bytes, size_t *size)
{
    const uint8_t *at = peer->in + peer->begin;
    size_t here = peer->end - peer->begin, head = here > 0 && (at[0] & ZMTP_LONG) ? 9 : 2;
    uint64_t length = 0;
    if (here < head)
        return false;
    if (head == 9)
        memcpy(&length, at + 1, 8);
    *size = head == 9 ? (size_t)be64toh(length) : at[1];
    if (here - head < *size)
        return false;
    *flags = at[0];
    *bytes = at + head;
    peer->begin += head + *size;
    return true;
}

/* A message that has arrived, as zmtp_frame; commands are passed over. */
static inline bool zmtp_next(zmtp *peer, const uint8_t **bytes, size_t *size)
{
    uint8_t flags = ZMTP_COMMAND;
    while (flags & ZMTP_COMMAND)
        if (!zmtp_frame(peer, &flags, bytes, size))
            return false;
    return true;
}

static inline int zmtp_dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int tries = 0; tries < 1000; tries++) { /* it may not listen yet */
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        check(fd >= 0, "no socket");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
            return fd;
        close(fd);
        usleep(10000);
    }
    die("cannot connect");
    return -1;
}

static inline zmtp *zmtp_connect(int port)
{
    static const uint8_t greeting[ZMTP_GREETING] = {[0] = 0xff, [9] = 0x7f, [10] = 3, [12] = 'N', 'U', 'L', 'L'};
    static const char ready[] = "\5READY\13Socket-Type\0\0\0\6DEALER";
    uint8_t flags;
    const uint8_t *bytes;
    size_t size;
    zmtp *peer = calloc(1, sizeof *peer);
    check(peer != NULL, "out of memory");
    peer->socket = zmtp_dial(port);
    memcpy(peer->out, greeting, sizeof greeting);
    peer->put = sizeof greeting;
    zmtp_put_frame(peer, ZMTP_COMMAND, ready, sizeof ready - 1);
    zmtp_flush(peer);
    while (peer->end < ZMTP_GREETING)
        zmtp_read(peer);
    peer->begin = ZMTP_GREETING;
    while (!zmtp_frame(peer, &flags, &bytes, &size))
        zmtp_read(peer);
    check(flags & ZMTP_COMMAND, "the server is not ready");
    return peer;
}

static inline void zmtp_close(zmtp *peer)
{
    close(peer->socket);
    free(peer);
}

#endif

/*
 * home.h: which of several servers a visitor's live state is kept at, their home: the same in every client library and in the
 * gateway (server/PROTOCOL.md, "Several servers"). Pure: safe from any thread.
 *
 * Rendezvous hashing (Thaler and Ravishankar, Using name-based mappings to increase hit rates, 1998): each server weighs what
 * the visitor's and its endpoint's hash give together, and the heaviest is the home, the next one comes next. The order in which
 * servers are named does not matter, their texts do; with a server more or less only its own visitors move.
 */
#ifndef SS_CLIENT_HOME_H
#define SS_CLIENT_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC-32 (ISO-HDLC, as zlib's and PHP's crc32): of a visitor's name, and of an endpoint. */
uint32_t ss_home_hash(const void *bytes, size_t size);

typedef struct ss_home_server {
    const char *endpoint; /* as it is named; borrowed */
    uint32_t hash;
} ss_home_server;

ss_home_server ss_home_server_of(const char *endpoint);

/* Is `one` nearer to being the visitor's home than `other`? Of equal weights the endpoint that is less as bytes is. */
bool ss_home_is_nearer(uint32_t visitor, const ss_home_server *one, const ss_home_server *other);

/* Fills `order` with the numbers 0 to count - 1 of the servers: the visitor's home first, then the next nearest. */
void ss_home_order(uint32_t visitor, const ss_home_server *servers, size_t count, size_t *order);

#endif

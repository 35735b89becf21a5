/*
 * caller.h: who is at the other end: the address of a connection, or, where that is a proxy of ours, the one that the proxy tells of. Pure
 * once made: safe from any thread.
 */
#ifndef SS_HTTP_CALLER_H
#define SS_HTTP_CALLER_H

#include "base/options.h"
#include "base/slice.h"
#include "base/status.h"
#include <sys/socket.h>

#define SS_PROXIES_MAX SS_TEXTS_MAX

/* An address, or all whose first `bits` are the same. IPv4 stands in its form of IPv6 (RFC 4291, 2.5.5.2). */
typedef struct ss_network {
    unsigned char bytes[16];
    unsigned bits;
} ss_network;

typedef struct ss_proxies {
    ss_network networks[SS_PROXIES_MAX];
    size_t count;
} ss_proxies;

/* "127.0.0.1", "10.0.0.0/8", "2001:db8::/32". SS_E_ARGUMENT names the option and what was found. */
ss_status ss_proxies_read(const ss_texts *texts, ss_proxies *proxies, ss_error *error);

/* What callers are told apart by: the address of IPv4, the first 64 bits of IPv6 (a household has so many addresses). */
typedef struct ss_caller_name {
    unsigned char bytes[16];
    size_t size;
} ss_caller_name;

/*
 * `address`: of the connection. `forwarded`: X-Forwarded-For, empty when there is none: believed only of a proxy, and from its end on: each
 * proxy adds whom it was called by, so the last that is no proxy of ours is the caller; what stands before it anybody can
 * have written. Where the header stands several times, that is its last line, which the nearest proxy has added. An address that cannot be read ends the walk at the one behind it.
 */
ss_caller_name ss_caller_find(const ss_proxies *proxies, const struct sockaddr *address, ss_slice forwarded);

#endif

#include "http/connections.h"

#include "base/hash.h"
#include "base/memory.h"
#include "server/address.h"
#include <stdlib.h>

#define SHARE 4 /* of all, that one address may have */

struct ss_connections {
    size_t most, count;
    int64_t timeout;
    ss_http_counts *counts; /* borrowed */
    ss_connection ends;     /* before the oldest is the youngest */
    ss_connection *free;    /* chained by `after` */
    ss_connection places[]; /* SS_CONNECTIONS_HARD(most) */
};

ss_status ss_connections_new(size_t most, int64_t timeout, ss_http_counts *counts, ss_connections **connections,
                             ss_error *error)
{
    size_t places = SS_CONNECTIONS_HARD(most);
    ss_connections *new = calloc(1, sizeof *new + places * sizeof *new->places);
    if (!new)
        return ss_error_nomem(error);
    new->most = most;
    new->timeout = timeout;
    new->counts = counts;
    new->ends.before = new->ends.after = &new->ends;
    for (size_t i = 0; i < places; i++) {
        new->places[i].after = new->free;
        new->free = &new->places[i];
    }
    *connections = new;
    return SS_OK;
}

void ss_connections_free(ss_connections **connections)
{
    free(*connections);
    *connections = NULL;
}

/* ---- the order ---- */

static void unlink_one(ss_connection *one)
{
    one->before->after = one->after;
    one->after->before = one->before;
}

static void link_youngest(ss_connections *all, ss_connection *one)
{
    one->before = all->ends.before;
    one->after = &all->ends;
    one->before->after = one;
    all->ends.before = one;
}

/* Its thread finds the socket at its end, and closes it. */
static void shut(ss_connections *all, ss_connection *one)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(one->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    one->shut = true;
    ss_count(&all->counts->cut);
    if (info)
        shutdown(info->connect_fd, SHUT_RDWR);
}

/* ---- addresses ---- */

/* An IPv4 address, or the 64 bits of an IPv6 address that one customer of a network has. */
static uint64_t address_of(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
    if (!address || ss_address_is_loopback((const struct sockaddr_storage *)(const void *)address))
        return 0;
    if (address->sa_family == AF_INET)
        return ss_hash(&v4->sin_addr, sizeof v4->sin_addr) | 1;
    bool mapped = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
    return (mapped ? ss_hash(&v6->sin6_addr.s6_addr[12], 4) : ss_hash(&v6->sin6_addr, 8)) | 1;
}

static size_t count_of(const ss_connections *all, uint64_t address)
{
    size_t count = 0;
    for (const ss_connection *one = all->ends.after; one != &all->ends; one = one->after)
        count += one->address == address && !one->shut;
    return count;
}

/* `address` 0: of any. */
static void cut_oldest(ss_connections *all, uint64_t address)
{
    for (ss_connection *one = all->ends.after; one != &all->ends; one = one->after) {
        if (one->shut || one->waits || (address && one->address != address))
            continue;
        shut(all, one);
        return;
    }
}

/* ---- coming and going ---- */

ss_connection *ss_connections_add(ss_connections *all, struct MHD_Connection *mhd, const struct sockaddr *address,
                                  int64_t now)
{
    ss_connection *new = all->free;
    uint64_t whose = address_of(address);
    if (!new)
        return NULL;
    if (whose && count_of(all, whose) >= all->most / SHARE)
        cut_oldest(all, whose);
    else if (all->count >= all->most)
        cut_oldest(all, 0);
    all->free = new->after;
    *new = (ss_connection){.mhd = mhd, .since = now, .address = whose};
    link_youngest(all, new);
    all->count++;
    ss_count(&all->counts->accepted);
    ss_count_set(&all->counts->connections, all->count);
    return new;
}

void ss_connections_remove(ss_connections *all, ss_connection *one)
{
    unlink_one(one);
    one->after = all->free;
    all->free = one;
    all->count--;
    ss_count_set(&all->counts->connections, all->count);
}

void ss_connections_done(ss_connections *all, ss_connection *one, int64_t now)
{
    one->since = now;
    unlink_one(one);
    link_youngest(all, one);
}

void ss_connections_sweep(ss_connections *all, int64_t now)
{
    for (ss_connection *one = all->ends.after; one != &all->ends && now - one->since > all->timeout; one = one->after)
        if (!one->waits && !one->shut)
            shut(all, one);
}

size_t ss_connections_count(const ss_connections *all)
{
    return all->count;
}

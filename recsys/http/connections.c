#include "http/connections.h"

#include "base/hash.h"
#include "base/memory.h"
#include "server/address.h"
#include <stdlib.h>

/*
 * Those that have completed a request and those that have not yet are two rings, each in the order of `since`. Where there are too many, those
 * that have not go first as long as they are more than half: however many come to say nothing, who asks keeps a
 * connection, and a new one has the time in which half of all come.
 */
#define NEW_SHARE 2

#define SHARE      4                  /* of all, that one address may have */
#define FIRST_LOOK INT64_C(500000000) /* nanoseconds of silence */

struct ss_connections {
    size_t most, count;
    int64_t timeout;
    ss_http_counts *counts;      /* borrowed */
    ss_connection fresh, proven; /* rings: behind them the oldest, before them the youngest */
    size_t fresh_count;
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
    new->fresh.before = new->fresh.after = &new->fresh;
    new->proven.before = new->proven.after = &new->proven;
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

static void link_youngest(ss_connection *ring, ss_connection *one)
{
    one->before = ring->before;
    one->after = ring;
    one->before->after = one;
    ring->before = one;
}

static int socket_of(const ss_connection *one)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(one->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Its thread finds the socket at its end, and closes it. */
static void shut(ss_connection *one)
{
    one->shut = true;
    shutdown(socket_of(one), SHUT_RDWR);
}

static void cut(ss_connections *all, ss_connection *one)
{
    ss_count(&all->counts->cut);
    shut(one);
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

static size_t count_of(const ss_connection *ring, uint64_t address)
{
    size_t count = 0;
    for (const ss_connection *one = ring->after; one != ring; one = one->after)
        count += one->address == address && !one->shut;
    return count;
}

/* `address` 0: of any. False: there is none that could be. */
static bool cut_oldest(ss_connections *all, ss_connection *ring, uint64_t address)
{
    for (ss_connection *one = ring->after; one != ring; one = one->after) {
        if (one->shut || one->waits || (address && one->address != address))
            continue;
        cut(all, one);
        return true;
    }
    return false;
}

bool ss_connections_give_way(ss_connections *all)
{
    size_t together = all->count < all->most ? all->count : all->most;
    bool of_fresh = all->fresh_count > together / NEW_SHARE;
    return cut_oldest(all, of_fresh ? &all->fresh : &all->proven, 0) ||
           cut_oldest(all, of_fresh ? &all->proven : &all->fresh, 0);
}

static void make_room(ss_connections *all, uint64_t whose)
{
    if (whose && count_of(&all->fresh, whose) + count_of(&all->proven, whose) >= all->most / SHARE) {
        if (!cut_oldest(all, &all->fresh, whose))
            cut_oldest(all, &all->proven, whose);
        return;
    }
    if (all->count < all->most)
        return;
    ss_connections_give_way(all);
}

/* ---- coming and going ---- */

ss_connection *ss_connections_add(ss_connections *all, struct MHD_Connection *mhd, const struct sockaddr *address,
                                  int64_t now)
{
    ss_connection *new = all->free;
    uint64_t whose = address_of(address);
    if (!new)
        return NULL;
    make_room(all, whose);
    all->free = new->after;
    *new = (ss_connection){.mhd = mhd, .since = now, .look = now + FIRST_LOOK, .address = whose};
    link_youngest(&all->fresh, new);
    all->fresh_count++;
    all->count++;
    ss_count(&all->counts->accepted);
    ss_count_set(&all->counts->connections, all->count);
    return new;
}

void ss_connections_remove(ss_connections *all, ss_connection *one)
{
    unlink_one(one);
    all->fresh_count -= !one->proven;
    one->after = all->free;
    all->free = one;
    all->count--;
    ss_count_set(&all->counts->connections, all->count);
}

void ss_connections_done(ss_connections *all, ss_connection *one, int64_t now)
{
    one->since = now;
    one->look = now + FIRST_LOOK;
    unlink_one(one);
    all->fresh_count -= !one->proven;
    one->proven = true;
    link_youngest(&all->proven, one);
}

static bool is_gone(const ss_connection *one)
{
    char byte;
    return recv(socket_of(one), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* More and more seldom. */
static void look(ss_connection *one, int64_t now)
{
    if (one->look > now)
        return;
    one->look = now + (now - one->since);
    if (is_gone(one))
        shut(one);
}

static void sweep(ss_connections *all, ss_connection *ring, int64_t now)
{
    for (ss_connection *one = ring->after; one != ring && now - one->since >= FIRST_LOOK; one = one->after) {
        if (one->waits || one->shut)
            continue;
        if (now - one->since > all->timeout)
            cut(all, one);
        else
            look(one, now);
    }
}

void ss_connections_sweep(ss_connections *all, int64_t now)
{
    sweep(all, &all->fresh, now);
    sweep(all, &all->proven, now);
}

size_t ss_connections_count(const ss_connections *all)
{
    return all->count;
}

#include "client/home.h"

#include <string.h>

uint32_t ss_home_hash(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint32_t rest = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        rest ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            rest = (rest >> 1) ^ (UINT32_C(0xedb88320) & (0u - (rest & 1u)));
    }
    return ~rest;
}

ss_home_server ss_home_server_of(const char *endpoint)
{
    return (ss_home_server){endpoint, ss_home_hash(endpoint, strlen(endpoint))};
}

/* The finalizer of MurmurHash3 (Appleby): a CRC alone is linear, and would send visitors to some pairs of servers in step. */
static uint32_t weight_of(uint32_t visitor, uint32_t server)
{
    uint32_t mixed = visitor ^ server;
    mixed = (mixed ^ (mixed >> 16)) * UINT32_C(0x85ebca6b);
    mixed = (mixed ^ (mixed >> 13)) * UINT32_C(0xc2b2ae35);
    return mixed ^ (mixed >> 16);
}

bool ss_home_is_nearer(uint32_t visitor, const ss_home_server *one, const ss_home_server *other)
{
    uint32_t ones = weight_of(visitor, one->hash), others = weight_of(visitor, other->hash);
    return ones != others ? ones > others : strcmp(one->endpoint, other->endpoint) < 0;
}

void ss_home_order(uint32_t visitor, const ss_home_server *servers, size_t count, size_t *order)
{
    for (size_t i = 0; i < count; i++) {
        size_t place = i;
        for (; place > 0 && ss_home_is_nearer(visitor, &servers[i], &servers[order[place - 1]]); place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
}

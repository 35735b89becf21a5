#include "http/caller.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define BITS       128u
#define BITS_V4    96u /* before an IPv4 address in its form of IPv6 */
#define BYTES_NAME 8u  /* of an IPv6 address */

static const unsigned char head_v4[BITS_V4 / 8] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* ---- addresses ---- */

static bool read_plain(ss_slice text, unsigned char bytes[16])
{
    char copy[INET6_ADDRSTRLEN + 1];
    if (text.size == 0 || text.size >= sizeof copy || memchr(text.data, '\0', text.size))
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    memcpy(bytes, head_v4, sizeof head_v4);
    return inet_pton(AF_INET, copy, bytes + sizeof head_v4) == 1 || inet_pton(AF_INET6, copy, bytes) == 1;
}

/* As proxies write it: with or without a port, IPv6 in brackets or not. */
static bool read_address(ss_slice text, unsigned char bytes[16])
{
    const char *close = text.size > 1 && text.data[0] == '[' ? memchr(text.data, ']', text.size) : NULL;
    if (close)
        return read_plain((ss_slice){text.data + 1, (size_t)(close - text.data) - 1}, bytes);
    const char *colon = text.size ? memchr(text.data, ':', text.size) : NULL;
    bool port = colon && !memchr(colon + 1, ':', text.size - (size_t)(colon - text.data) - 1);
    return read_plain(port ? (ss_slice){text.data, (size_t)(colon - text.data)} : text, bytes);
}

static void take_address(const struct sockaddr *address, unsigned char bytes[16])
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memset(bytes, 0, 16);
    if (address && address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        memcpy(bytes, head_v4, sizeof head_v4);
        memcpy(bytes + sizeof head_v4, &v4.sin_addr, 4);
    } else if (address && address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        memcpy(bytes, &v6.sin6_addr, 16);
    }
}

static bool is_in(const ss_network *network, const unsigned char bytes[16])
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;
    unsigned char mask = (unsigned char)(0xff00 >> rest);
    return memcmp(network->bytes, bytes, whole) == 0 &&
           (rest == 0 || ((network->bytes[whole] ^ bytes[whole]) & mask) == 0);
}

static bool is_proxy(const ss_proxies *proxies, const unsigned char bytes[16])
{
    for (size_t i = 0; i < proxies->count; i++)
        if (is_in(&proxies->networks[i], bytes))
            return true;
    return false;
}

/* ---- what is set ---- */

static bool read_network(ss_slice text, ss_network *network)
{
    const char *slash = text.size ? memchr(text.data, '/', text.size) : NULL;
    ss_slice address = {text.data, slash ? (size_t)(slash - text.data) : text.size};
    long long bits;
    if (!read_plain(address, network->bytes))
        return false;
    unsigned least =
        memcmp(network->bytes, head_v4, sizeof head_v4) == 0 && !memchr(address.data, ':', address.size) ? BITS_V4 : 0;
    network->bits = BITS;
    if (!slash)
        return true;
    if (!ss_slice_to_i64((ss_slice){slash + 1, text.size - address.size - 1}, &bits) || bits < 0 || bits > BITS - least)
        return false;
    network->bits = (unsigned)bits + least;
    return true;
}

ss_status ss_proxies_read(const ss_texts *texts, ss_proxies *proxies, ss_error *error)
{
    proxies->count = 0;
    for (size_t i = 0; i < texts->count; i++) {
        if (read_network(ss_slice_of(texts->text[i]), &proxies->networks[proxies->count++]))
            continue;
        ss_error_set(error, SS_E_ARGUMENT, "not the address of a proxy");
        ss_error_field(error, "http-proxy");
        ss_error_found(error, texts->text[i], strlen(texts->text[i]), "an address, or a network such as 10.0.0.0/8");
        return SS_E_ARGUMENT;
    }
    return SS_OK;
}

/* ---- who it is ---- */

/* The last of a list with commas, which is made shorter by it. */
static ss_slice take_last(ss_slice *list)
{
    size_t begin = list->size;
    while (begin > 0 && list->data[begin - 1] != ',')
        begin--;
    ss_slice last = {list->data + begin, list->size - begin};
    list->size = begin > 0 ? begin - 1 : 0;
    return ss_slice_trim(last);
}

ss_caller_name ss_caller_find(const ss_proxies *proxies, const struct sockaddr *address, ss_slice forwarded)
{
    ss_caller_name name;
    unsigned char next[16];
    take_address(address, name.bytes);
    while (forwarded.size > 0 && is_proxy(proxies, name.bytes) && read_address(take_last(&forwarded), next))
        memcpy(name.bytes, next, sizeof next);
    name.size = memcmp(name.bytes, head_v4, sizeof head_v4) == 0 ? sizeof name.bytes : BYTES_NAME;
    return name;
}

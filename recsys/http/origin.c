#include "http/origin.h"

#include <arpa/inet.h>

#define PORT_MAX 65535

static bool starts_with(ss_slice text, ss_slice head)
{
    return text.size >= head.size && memcmp(text.data, head.data, head.size) == 0;
}

/* What is behind the scheme; an empty slice: neither http nor https. */
static ss_slice authority_of(ss_slice origin, const char **own_port)
{
    static const struct {
        ss_slice scheme;
        const char *port;
    } rows[] = {{SS_SLICE_LITERAL("https://"), ":443"}, {SS_SLICE_LITERAL("http://"), ":80"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (starts_with(origin, rows[i].scheme)) {
            *own_port = rows[i].port;
            return (ss_slice){origin.data + rows[i].scheme.size, origin.size - rows[i].scheme.size};
        }
    return (ss_slice){"", 0};
}

/* Host and port apart, the port with its colon; an IPv6 address stays in its brackets. */
static ss_slice split_port(ss_slice *authority)
{
    size_t at = authority->size;
    while (at > 0 && authority->data[at - 1] >= '0' && authority->data[at - 1] <= '9')
        at--;
    if (at == 0 || authority->data[at - 1] != ':')
        return (ss_slice){"", 0};
    ss_slice port = {authority->data + at - 1, authority->size - at + 1};
    authority->size = at - 1;
    return port;
}

static bool is_address(ss_slice host, int family)
{
    char text[INET6_ADDRSTRLEN + 1];
    unsigned char bytes[16];
    if (host.size >= sizeof text)
        return false;
    memcpy(text, host.data, host.size);
    text[host.size] = '\0';
    return strlen(text) == host.size && inet_pton(family, text, bytes) == 1;
}

static bool is_bracketed_address(ss_slice host)
{
    return host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']' &&
           is_address((ss_slice){host.data + 1, host.size - 2}, AF_INET6);
}

static bool is_name(ss_slice host)
{
    for (size_t i = 0; i < host.size; i++) {
        char c = host.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
            return false;
    }
    return host.size > 0 && host.size <= 253 && host.data[0] != '.' && host.data[0] != '-';
}

static bool is_port(ss_slice port, const char *own_port)
{
    long long number;
    if (port.size == 0)
        return true;
    return !ss_slice_equal(port, ss_slice_of(own_port)) && port.data[port.size > 1] != '0' &&
           ss_slice_to_i64((ss_slice){port.data + 1, port.size - 1}, &number) && number > 0 && number <= PORT_MAX;
}

bool ss_origin_is_valid(ss_slice origin)
{
    const char *own_port = "";
    ss_slice host = authority_of(origin, &own_port), port = split_port(&host);
    return origin.size <= SS_ORIGIN_MAX && (is_name(host) || is_bracketed_address(host)) && is_port(port, own_port);
}

bool ss_origin_is_host(ss_slice origin, ss_slice host)
{
    const char *own_port = "";
    ss_slice page = authority_of(origin, &own_port), asked = host;
    ss_slice page_port = split_port(&page), asked_port = split_port(&asked);
    if (ss_slice_equal(asked_port, ss_slice_of(own_port)))
        asked_port.size = 0;
    return page.size > 0 && ss_slice_equal(page_port, asked_port) && ss_slice_equal_nocase(page, asked);
}

static bool is_localhost(ss_slice host)
{
    static const ss_slice name = SS_SLICE_LITERAL("localhost"), below = SS_SLICE_LITERAL(".localhost");
    return ss_slice_equal_nocase(host, name) ||
           (host.size > below.size &&
            ss_slice_equal_nocase((ss_slice){host.data + host.size - below.size, below.size}, below));
}

bool ss_origin_is_loopback(ss_slice origin)
{
    const char *own_port = "";
    ss_slice host = authority_of(origin, &own_port);
    split_port(&host);
    return is_localhost(host) || ss_slice_equal(host, SS_SLICE_LITERAL("[::1]")) ||
           (starts_with(host, SS_SLICE_LITERAL("127.")) && is_address(host, AF_INET));
}

bool ss_host_is_own(ss_slice host)
{
    split_port(&host);
    return is_localhost(host) || is_address(host, AF_INET) || is_bracketed_address(host);
}

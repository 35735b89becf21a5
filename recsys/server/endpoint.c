#include "server/endpoint.h"

#include "base/slice.h"

#define PORT_MAX 65535

static bool begins_with(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

/* libzmq keeps the lowest 16 bits of a larger number and binds to a port that nobody meant. */
static bool is_port(const char *text)
{
    long long number;
    return strcmp(text, "*") == 0 || (ss_slice_to_i64(ss_slice_of(text), &number) && number >= 0 && number <= PORT_MAX);
}

ss_status ss_endpoint_check(const char *endpoint, ss_error *error)
{
    const char *tcp = "tcp://", *ipc = "ipc://";
    const char *port = strrchr(endpoint, ':');
    if (begins_with(endpoint, ipc) && endpoint[strlen(ipc)] != '\0')
        return SS_OK;
    if (begins_with(endpoint, tcp) && port > endpoint + strlen(tcp) && is_port(port + 1))
        return SS_OK;
    ss_error_set(error, SS_E_ARGUMENT, "not an endpoint");
    ss_error_field(error, "bind");
    ss_error_found(error, endpoint, strlen(endpoint), "tcp://ADDRESS:PORT or ipc://PATH");
    return SS_E_ARGUMENT;
}

/* 127.0.0.0/8, written in full. */
static bool is_loopback_v4(ss_slice host)
{
    unsigned dots = 0;
    if (host.size < 4 || memcmp(host.data, "127.", 4) != 0)
        return false;
    for (size_t i = 0; i < host.size; i++) {
        dots += host.data[i] == '.';
        if (host.data[i] != '.' && (host.data[i] < '0' || host.data[i] > '9'))
            return false;
    }
    return dots == 3;
}

bool ss_endpoint_is_public(const char *endpoint)
{
    if (begins_with(endpoint, "ipc://"))
        return false;
    if (!begins_with(endpoint, "tcp://"))
        return true;
    const char *host = endpoint + strlen("tcp://"), *port = strrchr(host, ':');
    ss_slice name = {host, port ? (size_t)(port - host) : strlen(host)};
    return !is_loopback_v4(name) && !ss_slice_equal(name, SS_SLICE_LITERAL("localhost")) &&
           !ss_slice_equal(name, SS_SLICE_LITERAL("[::1]")) && !ss_slice_equal(name, SS_SLICE_LITERAL("lo"));
}

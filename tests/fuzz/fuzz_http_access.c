/*
 * What says who asks over HTTP, by its first byte: a file of keys, origins and hosts, the addresses that proxies tell of, a visitor's token,
 * and what a caller takes for a reply.
 */
#include "http/accept.h"
#include "http/api_keys.h"
#include "http/caller.h"
#include "http/origin.h"
#include "http/visitor_token.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

/* Keys from a file in memory. */
static ss_status read_keys(ss_slice text, ss_api_keys **keys, ss_error *error)
{
    char path[64];
    int file = memfd_create("keys", 0);
    check(file >= 0 && fchmod(file, 0600) == 0 && write(file, text.data, text.size) == (ssize_t)text.size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    ss_status status = ss_api_keys_read(path, keys, error);
    close(file);
    return status;
}

static void read_file_of_keys(ss_slice text)
{
    ss_api_keys *keys = NULL;
    ss_error error = {0};
    ss_status status = read_keys(text, &keys, &error);
    check((status == SS_OK) == (keys != NULL));
    if (status != SS_OK) {
        check(error.message[0]);
        return;
    }
    check(!ss_api_keys_find(keys, text) || text.size == SS_API_KEY_SIZE);
    check(!ss_api_keys_allow_origin(keys, SS_SLICE_LITERAL("null")));
    for (size_t i = 0; i <= SS_API_TOKENS_MAX; i++)
        check(!ss_api_keys_token_secret(keys, i) || i < SS_API_TOKENS_MAX);
    ss_api_keys_free(&keys);
}

/* An origin, a line's end, a host. */
static void read_origin(ss_slice text)
{
    ss_slice origin = text;
    ss_slice_take_line(&text, &origin);
    bool own = ss_origin_is_host(origin, text);
    check(!ss_origin_is_valid(origin) || (origin.size > 7 && origin.size <= SS_ORIGIN_MAX));
    check(!own || (origin.size > text.size / 2 && memcmp(origin.data, "http", 4) == 0));
    ss_origin_is_loopback(origin);
    ss_host_is_own(text);
}

static void read_forwarded(ss_slice text)
{
    static const ss_texts networks = {.count = 2, .text = {"10.0.0.0/8", "2001:db8::/32"}};
    struct sockaddr_in proxy = {.sin_family = AF_INET}, stranger = proxy;
    ss_proxies proxies;
    proxy.sin_addr.s_addr = htonl(0x0a000001);
    stranger.sin_addr.s_addr = htonl(0x0b000001);
    check(ss_proxies_read(&networks, &proxies, NULL) == SS_OK);
    ss_caller_name alone = ss_caller_find(&proxies, (struct sockaddr *)&stranger, (ss_slice){NULL, 0}),
                   told = ss_caller_find(&proxies, (struct sockaddr *)&stranger, text);
    check(alone.size == told.size && memcmp(alone.bytes, told.bytes, told.size) == 0); /* no proxy of ours */
    told = ss_caller_find(&proxies, (struct sockaddr *)&proxy, text);
    check(told.size == 16 || told.size == 8);
}

static void read_network(ss_slice text)
{
    char copy[128];
    ss_proxies proxies;
    snprintf(copy, sizeof copy, "%.*s", (int)(text.size < sizeof copy ? text.size : sizeof copy - 1), text.data);
    const ss_texts networks = {.count = 1, .text = {copy}};
    if (ss_proxies_read(&networks, &proxies, NULL) == SS_OK)
        check(proxies.count == 1 && proxies.networks[0].bits <= 128);
}

static void read_token(ss_slice text)
{
    static const char lines[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff tokens\n"
                                "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff secret\n";
    static ss_api_keys *keys;
    char customer[SS_ID_MAX];
    size_t size = 0;
    ss_slice session = text;
    if (!keys)
        check(read_keys(ss_slice_of(lines), &keys, NULL) == SS_OK);
    ss_slice_take_line(&text, &session);
    check(ss_visitor_token_read(keys, text, session, 0, customer, &size) !=
          SS_TOKEN_GOOD); /* it was sealed by nobody */
}

static void read_accepted(ss_slice text)
{
    ss_accepts_gzip(text);
    check(ss_names_tag(text, SS_SLICE_LITERAL("\"0123\"")) ==
          (memmem(text.data, text.size, "\"0123\"", 6) || ss_slice_equal(ss_slice_trim(text), SS_SLICE_LITERAL("*"))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(ss_slice) = {read_file_of_keys, read_origin, read_forwarded,
                                                read_network,      read_token,  read_accepted};
    char *bytes = size > 1 ? malloc(size - 1) : NULL;
    if (!bytes)
        return 0;
    memcpy(bytes, data + 1, size - 1);
    readers[data[0] % (sizeof readers / sizeof *readers)]((ss_slice){bytes, size - 1});
    free(bytes);
    return 0;
}

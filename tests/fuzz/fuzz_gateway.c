/* What a gateway reads of a server's reply (the first byte is even) and of a request's params: whatever comes, all that was read lies within it,
 * and an `event` is called repeatable only when its bytes are whole. */
#include "client/wire.h"
#include "http/homes.h"
#include "http/upstream_reply.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_reply(ss_slice bytes)
{
    ss_upstream_reply reply;
    if (!ss_upstream_reply_read(bytes, &reply))
        return;
    ss_slice generation = reply.generation; /* of NULL bytes where there is none */
    if (generation.size > 0 &&
        (generation.data < bytes.data || generation.data + generation.size > bytes.data + bytes.size))
        abort();
    if (reply.failed != (reply.code != 0) || reply.code >= SS_FAULT_COUNT)
        abort();
}

static void find_ways(ss_slice params)
{
    static const char *const endpoints[] = {"tcp://a:1", "tcp://b:1", "tcp://c:1"};
    ss_homes homes;
    ss_homes_init(&homes, endpoints, 3, true);
    for (unsigned method = 0; method < SS_METHOD_COUNT; method++) {
        ss_backend_request request = {.method = (ss_method)method, .params = params};
        ss_way way;
        ss_fault fault;
        if (!ss_homes_way(&homes, &request, &way, &fault))
            continue;
        if (way.home >= 3)
            abort();
        if (method == SS_METHOD_EVENT && way.again && !ss_wire_check(params.data, params.size, params.size, 32))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ss_slice bytes = {(const char *)data + 1, size - 1};
    if (data[0] % 2 == 0)
        read_reply(bytes);
    else
        find_ways(bytes);
    return 0;
}

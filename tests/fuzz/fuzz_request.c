/* A request's bytes: the decoder and the walk before unpacking. Whatever is decoded points into the message and keeps the maxima. */
#include "client/wire.h"
#include "server/call.h"

#include "base/dictionary.h"
#include <stdlib.h>

static void check_inside(ss_slice text, const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    if (text.size > 0 && (text.data < begin || text.data + text.size > begin + size || text.size > SS_ID_MAX))
        abort();
}

static void check_ids(const ss_slice *ids, size_t count, size_t most, const uint8_t *data, size_t size)
{
    if (count > most)
        abort();
    for (size_t i = 0; i < count; i++)
        check_inside(ids[i], data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ss_call call; /* large */
    ss_fault fault;
    ss_wire_check(data, size, 1000, 16);
    if (!ss_call_decode((ss_slice){(const char *)data, size}, &call, &fault)) {
        if (!ss_fault_name(fault.code) || !fault.message[0])
            abort();
        return 0;
    }
    if (ss_method_is_recorded(call.method) ? call.params > size
                                           : !ss_wire_check(data, size, size + 1, SS_WIRE_DEPTH_MAX))
        abort(); /* it is one whole value; of what is recorded the recorder reads the params (fuzz_event and others) */
    if (call.shelf_count > SS_SHELVES_MAX || (call.shelf_count > 0) != (call.method == SS_METHOD_PAGE))
        abort();
    for (size_t i = 0; i < call.shelf_count; i++)
        if (call.shelves[i].kind >= SS_SHELF_COUNT || call.shelves[i].limit > SS_LIMIT_MAX)
            abort();
    check_inside(call.find.text, data, size);
    check_inside(call.find.after, data, size);
    if ((unsigned)call.method < SS_SHELF_COUNT || call.method == SS_METHOD_PAGE || call.method == SS_METHOD_FIND) {
        if (call.request.limit < 1 || call.request.limit > SS_LIMIT_MAX)
            abort();
        check_inside(call.request.item_id, data, size);
        check_inside(call.request.customer_id, data, size);
        check_inside(call.request.session_id, data, size);
        check_ids(call.request.items, call.request.item_count, SS_CONTEXT_MAX, data, size);
        check_ids(call.request.cart, call.request.cart_count, SS_CONTEXT_MAX, data, size);
        check_ids(call.request.exclude, call.request.exclude_count, SS_EXCLUDE_MAX, data, size);
    }
    return 0;
}

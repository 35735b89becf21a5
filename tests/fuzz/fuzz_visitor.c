/* The params of `visitor`: whatever is decoded points into the message and keeps its ranges. */
#include "server/call_visitor.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_id(ss_slice text, const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    if (text.size > 0 && (text.data < begin || text.data + text.size > begin + size || text.size > 255))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_visitor_call call;
    ss_fault fault = {0};
    if (!ss_visitor_call_decode((ss_slice){(const char *)data, size}, &call, &fault)) {
        if (!ss_fault_name(fault.code) || !fault.message[0])
            abort();
        return 0;
    }
    check_id(call.session_id, data, size);
    check_id(call.customer_id, data, size);
    if (call.session_id.size + call.customer_id.size == 0 || call.limit < 1 || call.limit > SS_LIMIT_MAX)
        abort();
    return 0;
}

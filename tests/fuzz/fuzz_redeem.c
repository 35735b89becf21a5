/* The params of `redeem`: whatever is decoded points into the message and keeps the ranges of the engine. */
#include "server/call_redeem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(ss_slice text, size_t longest, const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    if (text.size > 0 && (text.data < begin || text.data + text.size > begin + size || text.size > longest))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ss_redeem_call call;
    const ss_redeem_request *request = &call.request;
    ss_fault fault = {0};
    if (!ss_redeem_call_decode((ss_slice){(const char *)data, size}, &call, &fault)) {
        if (!ss_fault_name(fault.code) || !fault.message[0])
            abort();
        return 0;
    }
    if (request->code.size == 0 || request->order_id.size == 0 || request->cart_count > SS_CART_LINES_MAX)
        abort();
    if (!request->undo &&
        (request->cart_count == 0 || (request->customer_id.size == 0 && request->session_id.size == 0)))
        abort();
    check_text(request->code, SS_CODE_TYPED_MAX, data, size);
    check_text(request->order_id, SS_ID_MAX, data, size);
    check_text(request->customer_id, SS_ID_MAX, data, size);
    check_text(request->session_id, SS_ID_MAX, data, size);
    check_text(request->request_id, SS_ID_MAX, data, size);
    for (size_t i = 0; i < request->cart_count; i++) {
        check_text(request->cart[i].item_id, SS_ID_MAX, data, size);
        if (request->cart[i].quantity < 1 || request->cart[i].quantity > 10000)
            abort();
    }
    return 0;
}

/* The params of `offers`: whatever is decoded points into the message and keeps the ranges of the engine. */
#include "log/values.h"
#include "server/call_offers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_id(ss_slice id, const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    if (id.size > 0 && (id.data < begin || id.data + id.size > begin + size || id.size > SS_ID_MAX))
        abort();
}

static void check_kept_id(ss_slice id, const uint8_t *data, size_t size)
{
    check_id(id, data, size);
    if (id.size > 0 && ss_value_id(&id) != SS_ID_FINE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ss_offers_call call;
    const ss_offer_request *request = &call.request;
    ss_fault fault = {0};
    if (!ss_offers_call_decode((ss_slice){(const char *)data, size}, &call, &fault)) {
        if (!ss_fault_name(fault.code) || !fault.message[0])
            abort();
        return 0;
    }
    if ((unsigned)request->page >= SS_PAGE_COUNT || request->limit > SS_OFFERS_MAX ||
        request->cart_count > SS_CONTEXT_MAX || request->exclude_count > SS_EXCLUDE_MAX ||
        (!request->cart && request->cart_count > 0))
        abort();
    if (request->customer_id.size == 0 && request->session_id.size == 0 && !request->no_consent)
        abort();
    check_id(request->item_id, data, size);
    check_kept_id(request->customer_id, data, size);
    check_kept_id(request->session_id, data, size);
    check_kept_id(request->request_id, data, size);
    for (size_t i = 0; i < request->exclude_count; i++)
        check_id(request->exclude[i], data, size);
    for (size_t i = 0; i < request->cart_count; i++) {
        check_id(request->cart[i].item_id, data, size);
        if (request->cart[i].quantity < 1 || request->cart[i].quantity > 10000 || request->cart[i].item_id.size == 0)
            abort();
    }
    return 0;
}

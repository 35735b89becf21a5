/*
 * The params of `items`: whatever is decoded points into the message and keeps the maxima; what passes the rules has a
 * record.
 */
#include "log/catalog.h"
#include "server/call_items.h"

#include <stdlib.h>

#define NOW INT64_C(1767225600000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const ss_item_change *change, const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    for (int text = -1; text < (int)SS_LIVE_TEXTS; text++) {
        ss_slice at = text < 0 ? change->item_id : change->texts[text];
        if (at.size > 0 && (at.data < begin || at.data + at.size > begin + size))
            abort();
    }
}

static void check_record(ss_item_change *change)
{
    const ss_item_base base = {true, 500};
    unsigned char bytes[SS_ITEM_RECORD_MAX];
    ss_price_step steps[SS_PRICE_STEPS_MAX], decoded_steps[SS_PRICE_STEPS_MAX];
    ss_item_record record, again;
    unsigned mended;
    if (ss_item_admit(change, &mended) != SS_ITEM_CHECK_FINE ||
        ss_item_merge(NULL, change, &base, NOW, steps, &record) != SS_ITEM_CHECK_FINE)
        return;
    size_t record_size = ss_item_record_size(&record);
    if (record_size > sizeof bytes)
        abort();
    ss_item_record_encode(&record, bytes);
    if (ss_item_record_decode(record.item_id, (ss_slice){(char *)bytes, record_size}, decoded_steps, &again, NULL) !=
        SS_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ss_item_change changes[SS_ITEMS_MAX];
    size_t count = 0;
    ss_fault fault = {0};
    if (!ss_items_call_decode((ss_slice){(const char *)data, size}, changes, &count, &fault)) {
        if (!ss_fault_name(fault.code) || !fault.message[0])
            abort();
        return 0;
    }
    if (count < 1 || count > SS_ITEMS_MAX)
        abort();
    for (size_t i = 0; i < count; i++) {
        check_inside(&changes[i], data, size);
        check_record(&changes[i]);
    }
    return 0;
}

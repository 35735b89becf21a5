/*
 * fuzz_live_event.c: any bytes as the record of an event. What decodes is within its ranges and encodes to the same
 * bytes. If the first byte is odd, the checksum is made to agree before, so that the fuzzer gets past it.
 */
#include "base/hash.h"
#include "log/catalog.h"
#include "log/values.h"
#include "require.h"
#include "state/live_event.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ranges(const ss_live_event *event)
{
    REQUIRE((unsigned)event->event < SS_EVENT_COUNT);
    REQUIRE(event->time > -SS_EVENT_INSTANT_MAX && event->time < SS_EVENT_INSTANT_MAX);
    REQUIRE(event->received > -SS_EVENT_INSTANT_MAX && event->received < SS_EVENT_INSTANT_MAX);
    REQUIRE((double)event->quantity >= -SS_QUANTITY_MAX && (double)event->quantity <= SS_QUANTITY_MAX);
    REQUIRE(event->unit_price == SS_NO_MONEY ||
            (event->unit_price >= -SS_EVENT_PRICE_MAX && event->unit_price <= SS_EVENT_PRICE_MAX));
    for (int t = 0; t < SS_EVENT_TEXTS; t++)
        REQUIRE(event->texts[t].size <= SS_ID_MAX && ss_slice_is_utf8(event->texts[t]));
    REQUIRE(event->texts[SS_TEXT_ITEM_ID].size > 0 || !ss_live_event_needs_item(event));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char again[SS_EVENT_RECORD_MAX];
    ss_live_event event;
    ss_error error = {0};
    if (size == 0)
        return 0;
    size_t record_size = size - 1;
    char *record = malloc(record_size ? record_size : 1);
    REQUIRE(record);
    memcpy(record, data + 1, record_size);
    if (data[0] % 2 == 1 && record_size > 4) {
        uint32_t checksum = (uint32_t)ss_hash(record, record_size - 4);
        memcpy(record + record_size - 4, &checksum, 4);
    }
    ss_status status = ss_live_event_decode((ss_slice){record, record_size}, &event, &error);
    REQUIRE(status == error.status && (status == SS_OK || error.message[0]));
    if (status == SS_OK) {
        check_ranges(&event);
        REQUIRE(ss_live_event_size(&event) == record_size);
        ss_live_event_encode(&event, again);
        REQUIRE(memcmp(again, record, record_size) == 0);
    }
    free(record);
    return 0;
}

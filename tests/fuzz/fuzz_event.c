/*
 * The params of `event`: whatever is decoded points into the message and keeps the maxima; what passes the rules has a
 * record.
 */
#include "server/call_event.h"
#include "state/event_store.h"

#include <stdlib.h>

#define NOW INT64_C(1767225600000000)

static void check_inside(const ss_live_event *event, const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    for (int text = 0; text < SS_EVENT_TEXTS; text++) {
        ss_slice at = event->texts[text];
        if (at.size > 0 && (at.data < begin || at.data + at.size > begin + size))
            abort();
    }
}

static void check_record(const ss_event_rules *rules, ss_live_event *event)
{
    unsigned char record[SS_EVENT_RECORD_MAX];
    ss_live_event again;
    unsigned mended;
    if (ss_event_admit(rules, NOW, event, &mended) != SS_CHECK_FINE)
        return;
    size_t size = ss_live_event_size(event);
    if (size > sizeof record)
        abort();
    ss_live_event_encode(event, record);
    if (ss_live_event_decode((ss_slice){(const char *)record, size}, &again, NULL) != SS_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ss_live_event events[SS_EVENTS_MAX];
    const ss_event_store_options options = ss_event_store_defaults();
    ss_event_call call;
    ss_fault fault;
    if (!ss_event_call_decode((ss_slice){(const char *)data, size}, events, &call, &fault)) {
        if (!ss_fault_name(fault.code) || !fault.message[0])
            abort();
        return 0;
    }
    if (call.count < 1 || call.count > SS_EVENTS_MAX)
        abort();
    for (size_t i = 0; i < call.count; i++) {
        check_inside(&events[i], data, size);
        check_record(&options.rules, &events[i]);
    }
    return 0;
}

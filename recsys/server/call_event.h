/*
 * call_event.h: the params of `event` become events. One pass over the bytes; nothing is copied or allocated. What the
 * values may be is for the rules of state/event_rules.h, event by event; here the whole request is refused where a name
 * is unknown, missing or given twice, or a value is of another type.
 */
#ifndef SS_SERVER_CALL_EVENT_H
#define SS_SERVER_CALL_EVENT_H

#include "server/protocol.h"
#include "state/live_event.h"

#define SS_EVENTS_MAX 1000u /* most events of a request */

typedef struct ss_event_call {
    size_t count;
    bool relaxed;    /* acknowledge before the sync */
    bool no_consent; /* nothing may be kept */
} ss_event_call;

/*
 * Reads `params` (the last element of the request) into events[0 .. call->count); `events` has room for SS_EVENTS_MAX.
 * The texts are borrowed from the bytes. False: `fault` says why, with a field such as "events[3].item_id". Safe from
 * any thread.
 */
bool ss_event_call_decode(ss_slice params, ss_live_event *events, ss_event_call *call, ss_fault *fault);

#endif

#include "state/visitors_replay.h"

#include "base/timestamp.h"
#include "state/event_reader.h"

/* The arrival of the first event numbered `from` or above, and its number; `from` is at most the last one's. */
static ss_status read_arrival(const ss_event_store *events, uint64_t from, ss_buffer *record, uint64_t *sequence,
                              int64_t *received, ss_error *error)
{
    ss_live_event event;
    ss_record_frame frame;
    ss_buffer_clear(record);
    ss_status status = ss_event_store_fetch(events, from, SS_EVENTS_ALL, 1, record, error);
    if (status != SS_OK)
        return status;
    memcpy(&frame, record->data, sizeof frame);
    ss_slice bytes = {record->data + sizeof frame, (size_t)frame.size};
    status = ss_event_store_decode(events, frame.number, bytes, &event, error);
    *sequence = frame.number;
    *received = event.received;
    return status;
}

/* The number of the first event that arrived at `since` or later, as far as arrivals rise with the numbers. */
static ss_status find_since(const ss_event_store *events, const ss_event_extent *extent, int64_t since,
                            uint64_t *number, ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t low = extent->first, high = extent->last + 1;
    ss_buffer record;
    ss_buffer_init(&record, 2 * SS_EVENT_RECORD_MAX);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2, sequence;
        int64_t received;
        SS_TRY(read_arrival(events, middle, &record, &sequence, &received, error));
        if (received < since)
            low = sequence + 1;
        else
            high = middle;
    }
    *number = low;
out:
    ss_buffer_release(&record);
    return status;
}

/* Before `sessions` events count for customers only. */
static ss_status apply_all(ss_visitors *visitors, ss_event_reader *reader, uint64_t sessions, uint64_t *applied,
                           ss_error *error)
{
    ss_live_event event;
    bool found = true;
    for (;;) {
        ss_status status = ss_event_reader_next(reader, &event, &found, error);
        if (status != SS_OK || !found)
            return status;
        if (event.sequence < sessions)
            event.texts[SS_TEXT_SESSION_ID] = (ss_slice){"", 0};
        status = ss_visitors_apply(visitors, &event);
        if (status != SS_OK)
            return ss_error_set(error, status, "no memory for sessions and customers");
        ++*applied;
    }
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

ss_status ss_visitors_replay(ss_visitors *visitors, const ss_event_store *events, int64_t now, uint64_t *applied,
                             ss_error *error)
{
    ss_status status;
    ss_event_reader *reader = NULL;
    ss_event_extent extent;
    uint64_t sessions, customers, count = 0;
    const ss_visitors_options *options = ss_visitors_settings(visitors);
    SS_TRY(ss_event_store_extent(events, &extent, error));
    if (extent.count > 0 && options->replay_events > 0) {
        uint64_t most = (uint64_t)options->replay_events;
        uint64_t least = extent.last > most ? extent.last - most + 1 : 1;
        int64_t session_span = (int64_t)(2 * options->hours * 3600) * SS_SECOND;
        int64_t customer_span = (int64_t)(options->customer_days * 86400) * SS_SECOND;
        SS_TRY(find_since(events, &extent, now - session_span, &sessions, error));
        SS_TRY(find_since(events, &extent, now - customer_span, &customers, error));
        uint64_t from = larger(least, sessions < customers ? sessions : customers);
        SS_TRY(ss_event_reader_new(events, from, extent.last, &reader, error));
        SS_TRY(apply_all(visitors, reader, sessions, &count, error));
    }
    if (applied)
        *applied = count;
out:
    ss_event_reader_free(&reader);
    return status;
}

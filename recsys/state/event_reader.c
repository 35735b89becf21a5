#include "state/event_reader.h"

#include "base/memory.h"

#include <stdlib.h>

#define CHUNK_BYTES 65536u

struct ss_event_reader {
    const ss_event_store *events; /* borrowed */
    uint64_t next, last;
    ss_buffer chunk; /* frames and their records */
    size_t at;       /* of the next frame */
};

ss_status ss_event_reader_new(const ss_event_store *events, uint64_t from, uint64_t last, ss_event_reader **reader,
                              ss_error *error)
{
    ss_event_extent extent = {0};
    ss_status status = last == SS_EVENTS_ALL ? ss_event_store_extent(events, &extent, error) : SS_OK;
    if (status != SS_OK)
        return status;
    ss_event_reader *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->events = events;
    made->next = from ? from : 1;
    made->last = last == SS_EVENTS_ALL ? extent.last : last;
    ss_buffer_init(&made->chunk, 2 * CHUNK_BYTES);
    *reader = made;
    return SS_OK;
}

void ss_event_reader_free(ss_event_reader **reader)
{
    if (*reader)
        ss_buffer_release(&(*reader)->chunk);
    free(*reader);
    *reader = NULL;
}

static ss_status fill(ss_event_reader *reader, ss_error *error)
{
    ss_buffer_clear(&reader->chunk);
    reader->at = 0;
    if (reader->next > reader->last)
        return SS_OK;
    return ss_event_store_fetch(reader->events, reader->next, reader->last, CHUNK_BYTES, &reader->chunk, error);
}

ss_status ss_event_reader_next(ss_event_reader *reader, ss_live_event *event, bool *found, ss_error *error)
{
    ss_record_frame frame;
    ss_status status = SS_OK;
    if (reader->at == reader->chunk.size)
        status = fill(reader, error);
    if (status != SS_OK)
        return status;
    *found = reader->at < reader->chunk.size;
    if (!*found)
        return SS_OK;
    memcpy(&frame, reader->chunk.data + reader->at, sizeof frame);
    ss_slice record = {reader->chunk.data + reader->at + sizeof frame, (size_t)frame.size};
    reader->at += sizeof frame + record.size;
    reader->next = frame.number + 1;
    return ss_event_store_decode(reader->events, frame.number, record, event, error);
}

uint64_t ss_event_reader_last(const ss_event_reader *reader)
{
    return reader->last;
}

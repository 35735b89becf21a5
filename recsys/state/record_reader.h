/* record_reader.h: the bytes of a record, taken part by part, with errors that name the part and its offset. Each
 * reader belongs to one thread. */
#ifndef SS_STATE_RECORD_READER_H
#define SS_STATE_RECORD_READER_H

#include "base/slice.h"
#include "base/status.h"

typedef struct ss_record_reader {
    const char *what; /* "record of an event" */
    const char *data; /* borrowed */
    size_t size, at;  /* size: what may be taken */
    ss_error *error;
} ss_record_reader;

/* SS_E_CORRUPT at the reader's place. */
static inline ss_status ss_record_corrupt(const ss_record_reader *reader, const char *field, const char *message)
{
    ss_error_set(reader->error, SS_E_CORRUPT, "%s: %s", reader->what, message);
    ss_error_field(reader->error, field);
    ss_error_offset(reader->error, reader->at);
    return SS_E_CORRUPT;
}

/* Copies the next `size` bytes; SS_E_CORRUPT when there are fewer. */
static inline ss_status ss_record_take(ss_record_reader *reader, const char *field, void *value, size_t size)
{
    if (reader->size - reader->at < size)
        return ss_record_corrupt(reader, field, "ends early");
    if (size)
        memcpy(value, reader->data + reader->at, size);
    reader->at += size;
    return SS_OK;
}

/* Writing: copies `size` bytes to `at`; returns the place behind them. */
static inline unsigned char *ss_record_put(unsigned char *at, const void *data, size_t size)
{
    if (size)
        memcpy(at, data, size);
    return at + size;
}

#endif

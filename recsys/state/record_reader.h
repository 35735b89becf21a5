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

/*
 * A number takes as few bytes as it can: seven bits a byte, the lowest first, the highest bit of a byte says that
 * another follows; the sign is the lowest bit (zigzag).
 */
#define SS_RECORD_NUMBER_MAX 10u /* bytes */

/* SS_E_CORRUPT where it ends early, takes a byte too many, or is no number of 64 bits. */
static inline ss_status ss_record_take_number(ss_record_reader *reader, const char *field, int64_t *number)
{
    uint64_t bits = 0;
    unsigned char byte = 0x80;
    for (unsigned shift = 0; byte & 0x80; shift += 7) {
        if (reader->at == reader->size)
            return ss_record_corrupt(reader, field, "ends early");
        byte = (unsigned char)reader->data[reader->at];
        if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
            return ss_record_corrupt(reader, field, "no number");
        reader->at++;
        bits |= (uint64_t)(byte & 0x7F) << shift;
    }
    *number = (int64_t)(bits >> 1 ^ (0 - (bits & 1)));
    return SS_OK;
}

/* Writing: at most SS_RECORD_NUMBER_MAX bytes; returns the place behind them. */
static inline unsigned char *ss_record_put_number(unsigned char *at, int64_t number)
{
    uint64_t bits = (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
    for (; bits > 0x7F; bits >>= 7)
        *at++ = (unsigned char)(bits | 0x80);
    *at++ = (unsigned char)bits;
    return at;
}

/* Writing: copies `size` bytes to `at`; returns the place behind them. */
static inline unsigned char *ss_record_put(unsigned char *at, const void *data, size_t size)
{
    if (size)
        memcpy(at, data, size);
    return at + size;
}

#endif

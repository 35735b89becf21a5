/*
 * buffer.h: a growable run of bytes with a ceiling. Not thread-safe; one owner.
 *
 * Errors: SS_E_NOMEM, and SS_E_LIMIT when growth would pass the ceiling; the contents are untouched then.
 * The bytes are always followed by a zero byte that does not count in `size`.
 */
#ifndef SS_BASE_BUFFER_H
#define SS_BASE_BUFFER_H

#include "base/slice.h"
#include "base/status.h"

typedef struct ss_buffer {
    char *data;
    size_t size;
    size_t capacity;
    size_t ceiling; /* most bytes it may ever hold */
} ss_buffer;

void ss_buffer_init(ss_buffer *buffer, size_t ceiling);
void ss_buffer_release(ss_buffer *buffer); /* frees the bytes; the buffer is empty and usable again */
void ss_buffer_clear(ss_buffer *buffer);   /* empties it and keeps the memory */
ss_status ss_buffer_reserve(ss_buffer *buffer, size_t more);
ss_status ss_buffer_append(ss_buffer *buffer, const void *data, size_t size);
ss_status ss_buffer_append_text(ss_buffer *buffer, const char *text);
/* A field of a CSV file, in quotes where RFC 4180 wants them. On an error a part of it may be there. */
ss_status ss_buffer_append_csv(ss_buffer *buffer, ss_slice field);
ss_status ss_buffer_printf(ss_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

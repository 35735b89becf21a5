#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY ((size_t)64)

/* What an empty buffer without memory points to; capacity 0 says that nothing may be written there. */
static const char EMPTY[1] = "";

void ss_buffer_init(ss_buffer *buffer, size_t ceiling)
{
    *buffer = (ss_buffer){(char *)(uintptr_t)EMPTY, 0, 0, ceiling};
}

void ss_buffer_release(ss_buffer *buffer)
{
    if (buffer->capacity)
        free(buffer->data);
    ss_buffer_init(buffer, buffer->ceiling);
}

void ss_buffer_clear(ss_buffer *buffer)
{
    buffer->size = 0;
    if (buffer->capacity)
        buffer->data[0] = '\0';
}

/* By half again, so that appending is linear in all, but never above the ceiling (and the zero byte). */
static size_t next_capacity(const ss_buffer *buffer, size_t need)
{
    size_t capacity = buffer->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buffer->capacity;
    if (__builtin_add_overflow(capacity, capacity / 2, &capacity) || capacity > buffer->ceiling)
        capacity = buffer->ceiling < SIZE_MAX ? buffer->ceiling + 1 : SIZE_MAX;
    return capacity < need ? need : capacity;
}

ss_status ss_buffer_reserve(ss_buffer *buffer, size_t more)
{
    size_t need;
    if (__builtin_add_overflow(buffer->size, more, &need) || need > buffer->ceiling || need == SIZE_MAX)
        return SS_E_LIMIT;
    need++;
    if (need <= buffer->capacity)
        return SS_OK;
    size_t capacity = next_capacity(buffer, need);
    char *data = realloc(buffer->capacity ? buffer->data : NULL, capacity);
    if (!data)
        return SS_E_NOMEM;
    data[buffer->size] = '\0';
    buffer->data = data;
    buffer->capacity = capacity;
    return SS_OK;
}

ss_status ss_buffer_append(ss_buffer *buffer, const void *data, size_t size)
{
    if (size == 0)
        return SS_OK;
    ss_status status = ss_buffer_reserve(buffer, size);
    if (status != SS_OK)
        return status;
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
    return SS_OK;
}

ss_status ss_buffer_append_text(ss_buffer *buffer, const char *text)
{
    return text ? ss_buffer_append(buffer, text, strlen(text)) : SS_OK;
}

static ss_status append_formatted(ss_buffer *buffer, size_t length, const char *format, va_list arguments)
{
    ss_status status = ss_buffer_reserve(buffer, length);
    if (status != SS_OK)
        return status;
    vsnprintf(buffer->data + buffer->size, length + 1, format, arguments);
    buffer->size += length;
    return SS_OK;
}

ss_status ss_buffer_append_csv(ss_buffer *buffer, ss_slice field)
{
    if (!ss_slice_needs_quotes(field))
        return ss_buffer_append(buffer, field.data, field.size);
    ss_status status = ss_buffer_append(buffer, "\"", 1);
    for (size_t i = 0; i < field.size && status == SS_OK; i++) {
        bool quote = field.data[i] == '"';
        status = ss_buffer_append(buffer, quote ? "\"\"" : &field.data[i], quote ? 2 : 1);
    }
    return status == SS_OK ? ss_buffer_append(buffer, "\"", 1) : status;
}

ss_status ss_buffer_printf(ss_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    ss_status status = length < 0 ? SS_E_FORMAT : append_formatted(buffer, (size_t)length, format, again);
    va_end(again);
    va_end(arguments);
    return status;
}

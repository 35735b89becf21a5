/*
 * rows_text.h: all that a row source yields as one text, for tests that compare: `[a|b]` for columns whenever they
 * change, `3:x|y` for the row of line 3, `4!why` for a broken one, and last `.` or `error not_found at
 * PLACE:LINE@OFFSET: why`. Newlines, NULs and bars inside fields stand as \n, \0 and \|.
 */
#ifndef SS_TESTS_ROWS_TEXT_H
#define SS_TESTS_ROWS_TEXT_H

#include "testing.h"

#include "base/buffer.h"
#include "log/row_source.h"
#include <string.h>

#define ROWS_TEXT_MAX ((size_t)64 << 20)

static inline void rows_text_fields(const ss_slice *fields, size_t count, ss_buffer *text)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            ss_buffer_append(text, "|", 1);
        for (size_t j = 0; j < fields[i].size; j++) {
            char byte = fields[i].data[j];
            const char *escape = byte == '\n' ? "\\n" : byte == '\0' ? "\\0" : byte == '|' ? "\\|" : NULL;
            ss_buffer_append(text, escape ? escape : &byte, escape ? 2 : 1);
        }
    }
}

static inline void rows_text_error(ss_status status, const ss_error *error, ss_buffer *text)
{
    assert_int_equal(error->status, status);
    ss_buffer_printf(text, "error %s", ss_status_name(status));
    if (error->where[0])
        ss_buffer_printf(text, " at %s", error->where);
    if (error->line)
        ss_buffer_printf(text, ":%llu", (unsigned long long)error->line);
    if (error->has_offset)
        ss_buffer_printf(text, "@%llu", (unsigned long long)error->offset);
    ss_buffer_printf(text, ": %s", error->message);
    if (error->found[0])
        ss_buffer_printf(text, " (%s)", error->found);
    ss_buffer_append_text(text, "\n");
}

/* Reads an open source (whose opening ended with `status` and `error`) to its end and closes it. */
static inline void rows_text_read(ss_status status, ss_error *error, ss_row_source *source, ss_buffer *text)
{
    uint64_t generation = 0;
    bool more = status == SS_OK;
    while (more) {
        ss_row row;
        status = source->next(source, &row, error);
        more = status == SS_OK && row.kind != SS_ROW_END;
        if (status == SS_OK && source->generation != generation) {
            ss_buffer_append_text(text, "[");
            rows_text_fields(source->columns, source->column_count, text);
            ss_buffer_append_text(text, "]\n");
            generation = source->generation;
        }
        if (!more)
            break;
        ss_buffer_printf(text, "%llu%s", (unsigned long long)row.line, row.kind == SS_ROW_BROKEN ? "!" : ":");
        if (row.kind == SS_ROW_BROKEN)
            ss_buffer_append_text(text, row.problem);
        else
            rows_text_fields(row.fields, row.field_count, text);
        ss_buffer_append_text(text, "\n");
        if (row.kind == SS_ROW_FIELDS)
            assert_int_equal(row.field_count, source->column_count);
    }
    if (status == SS_OK)
        ss_buffer_append_text(text, ".\n");
    else
        rows_text_error(status, error, text);
    ss_row_source_close(&source);
}

/* The rows of `bytes`, read `chunk` bytes at a time. Caller releases the result. */
static inline ss_buffer rows_text_of(ss_slice bytes, size_t chunk)
{
    ss_buffer text;
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    ss_status status = ss_row_source_open_memory(bytes, "log", chunk, &source, &error);
    rows_text_read(status, &error, source, &text);
    return text;
}

#endif

/*
 * memory_rows.h: a row source over a text in memory, for tests of what stands above the sources: lines end with '\n',
 * fields are split at ',' (no quoting). Further files of the same log begin after a line "----" with a header of their
 * own. A line that begins with '!' is a broken row, the rest of it the problem.
 */
#ifndef SS_TESTS_MEMORY_ROWS_H
#define SS_TESTS_MEMORY_ROWS_H

#include "log/row_source.h"

#include <stdlib.h>

#define MEMORY_ROWS_FILE "memory.csv"
#define MEMORY_FIELDS    16

typedef struct memory_rows {
    ss_row_source base;
    const char *text, *at; /* borrowed */
    ss_slice columns[MEMORY_FIELDS], fields[MEMORY_FIELDS];
    char problem[64];
    uint64_t line;
    ss_status fail; /* what next() returns at the end in place of the end */
} memory_rows;

/* The next line without its end; false at the end of the text. */
static inline bool memory_rows_line(memory_rows *rows, ss_slice *line)
{
    if (!*rows->at)
        return false;
    size_t size = strcspn(rows->at, "\n");
    *line = (ss_slice){rows->at, size};
    rows->at += size + (rows->at[size] == '\n');
    rows->line++;
    return true;
}

static inline size_t memory_rows_split(ss_slice line, ss_slice *fields)
{
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= line.size && count < MEMORY_FIELDS; i++) {
        if (i < line.size && line.data[i] != ',')
            continue;
        fields[count++] = (ss_slice){line.data + start, i - start};
        start = i + 1;
    }
    return count;
}

static inline void memory_rows_header(memory_rows *rows)
{
    ss_slice line;
    rows->line = 0;
    if (!memory_rows_line(rows, &line))
        return;
    rows->base.column_count = memory_rows_split(line, rows->columns);
    rows->base.columns = rows->columns;
    rows->base.generation++;
}

static inline ss_status memory_rows_next(ss_row_source *source, ss_row *row, ss_error *error)
{
    memory_rows *rows = (memory_rows *)source;
    ss_slice line = {"", 0};
    *row = (ss_row){.kind = SS_ROW_END, .place = MEMORY_ROWS_FILE};
    bool more = memory_rows_line(rows, &line);
    if (more && ss_slice_equal(line, SS_SLICE_LITERAL("----"))) {
        memory_rows_header(rows);
        more = memory_rows_line(rows, &line);
    }
    if (!more)
        return rows->fail == SS_OK ? SS_OK : ss_error_set(error, rows->fail, "the source failed");
    rows->base.bytes_done = (uint64_t)(rows->at - rows->text);
    row->line = rows->line;
    if (line.size && line.data[0] == '!') {
        size_t size = line.size - 1 < sizeof rows->problem - 1 ? line.size - 1 : sizeof rows->problem - 1;
        memcpy(rows->problem, line.data + 1, size);
        rows->problem[size] = '\0';
        row->kind = SS_ROW_BROKEN;
        row->problem = rows->problem;
        return SS_OK;
    }
    row->kind = SS_ROW_FIELDS;
    row->field_count = memory_rows_split(line, rows->fields);
    row->fields = rows->fields;
    return SS_OK;
}

static inline void memory_rows_close(ss_row_source *source)
{
    free(source);
}

/* NULL when out of memory. Borrows `text`. */
static inline ss_row_source *memory_rows_open(const char *text)
{
    memory_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return NULL;
    rows->base.next = memory_rows_next;
    rows->base.close = memory_rows_close;
    rows->base.bytes_total = strlen(text);
    rows->text = rows->at = text;
    memory_rows_header(rows);
    return &rows->base;
}

#endif

/*
 * row_source.h: where rows come from: files, standard input, PostgreSQL, the live store, or any callback.
 *
 * A source yields rows of text fields under named columns, one after another. Everything above it (column mapping,
 * value parsing, rules) is the same for all sources. Not thread-safe; one reader.
 */
#ifndef SS_LOG_ROW_SOURCE_H
#define SS_LOG_ROW_SOURCE_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_COLUMNS_MAX 256u       /* most columns of a row */
#define SS_ROW_MAX     (1u << 20) /* longest row in bytes */

typedef struct ss_row_source ss_row_source;

/* A row that could not be split into fields: counted as bad, reading goes on. */
typedef enum ss_row_kind { SS_ROW_END, SS_ROW_FIELDS, SS_ROW_BROKEN } ss_row_kind;

typedef struct ss_row {
    ss_row_kind kind;
    const ss_slice *fields; /* borrowed until the next call; field_count of them */
    size_t
        field_count; /* SS_ROW_BROKEN: of a row with more or fewer than its header, as many as it has; of one broken by its quotes,
                           where rows are lines, as many as stand before the fault; else 0 */
    const char *place;   /* file name or "query": borrowed until the next file */
    uint64_t line;       /* line (file) or row (query) number, from 1 */
    const char *problem; /* SS_ROW_BROKEN: why, as a constant text */
} ss_row;

struct ss_row_source {
    /* The names of the columns of the file being read; may change when the next file begins (`generation` moves). */
    const ss_slice *columns;
    size_t column_count;
    uint64_t generation;
    /* Bytes read of bytes in all (compressed size for compressed files); total 0 = unknown. For progress. */
    uint64_t bytes_done, bytes_total;
    bool
        live; /* its rows are events of the live store (from the same moment as `generation` moves, if they become so) */
    ss_status (*next)(ss_row_source *source, ss_row *row, ss_error *error);
    void (*close)(ss_row_source *source); /* frees the source */
};

static inline void ss_row_source_close(ss_row_source **source)
{
    if (*source)
        (*source)->close(*source);
    *source = NULL;
}

/*
 * Files read one after another as one log; "-" is standard input. Separator (comma, tab, semicolon, bar), compression (gzip,
 * zstd) and format (CSV with RFC 4180 quoting, NDJSON), BOM and CRLF are recognised from the content of each. Opens
 * every file at once, so that a missing one fails before any work, and reads the header of the first. Errors:
 * SS_E_NOT_FOUND, SS_E_IO, SS_E_FORMAT (no header, duplicate column, damaged compressed data), SS_E_UNSUPPORTED
 * (another format, recognised), SS_E_ARGUMENT (no file, "-" twice), SS_E_NOMEM; `next` gives them too, when it comes to
 * the next file. After an error only `close` may follow.
 */
ss_status ss_row_source_open_files(const char *const *paths, size_t path_count, ss_row_source **source,
                                   ss_error *error);

/* Of a source of files: from the next row on a row of CSV is one line, whatever quotes are open (csv.h). */
void ss_row_source_rows_are_lines(ss_row_source *source);

/*
 * The same as ss_row_source_open_files over `bytes`, borrowed until the source is closed, as if they were a file called `name`. At most `chunk`
 * bytes are taken at a time (0: as from a file); the rows do not depend on it.
 */
ss_status ss_row_source_open_memory(ss_slice bytes, const char *name, size_t chunk, ss_row_source **source,
                                    ss_error *error);

/*
 * The rows of one SQL query, streamed in single-row mode: memory does not grow with their number. `uri`: postgresql://…
 * or a libpq connection string; what it leaves out comes from libpq's environment (PGPASSWORD, PGPASSFILE, …), and
 * without connect_timeout it waits 10 seconds. The query is one statement and must return rows; NULL is an empty
 * field, instants are in UTC. Passwords never appear in an error. Errors: SS_E_ARGUMENT (connection string),
 * SS_E_NETWORK (no connection, or lost), SS_E_FORMAT (the server's message, with the place in the query; duplicate
 * column), SS_E_NOMEM; `next` gives them too.
 */
ss_status ss_row_source_open_postgres(const char *uri, const char *query, ss_row_source **source, ss_error *error);

#endif

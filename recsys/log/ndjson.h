/*
 * ndjson.h: one JSON object (RFC 8259) a line → rows of fields.
 *
 * - Columns are the union of the keys in order of appearance; a key never seen before appends a column. A missing key
 * is an empty field.
 * - Strings as they are, numbers and true/false as text (a number with a fraction in the shortest form that reads back
 *   as the same number), null as an empty field. Empty lines are passed over.
 * - Broken rows: not one JSON object; a key twice; a value that is an object or array; an integer outside int64; a NUL;
 * not UTF-8; longer than SS_ROW_MAX bytes; more than SS_COLUMNS_MAX different keys so far.
 *
 * What comes out does not depend on how the input is cut into reads. One reader, not thread-safe.
 */
#ifndef SS_LOG_NDJSON_H
#define SS_LOG_NDJSON_H

#include "log/columns.h"
#include "log/window.h"

typedef struct ss_ndjson ss_ndjson;

ss_ndjson *ss_ndjson_new(void); /* NULL when out of memory */
void ss_ndjson_free(ss_ndjson **ndjson);

/*
 * Begins at a started window; `window` and `columns` (cleared) are borrowed until the next start or free.
 */
void ss_ndjson_start(ss_ndjson *ndjson, ss_window *window, ss_columns *columns);

/* The next row, as wide as the columns known by now; its fields are borrowed until the next call. Errors: SS_E_NOMEM,
 * as ss_window_more. */
ss_status ss_ndjson_next(ss_ndjson *ndjson, ss_row *row, ss_error *error);

#endif

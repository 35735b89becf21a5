/*
 * columns.h: the names of the columns of a row source, copied and kept. Not thread-safe; one owner.
 */
#ifndef SS_LOG_COLUMNS_H
#define SS_LOG_COLUMNS_H

#include "log/row_source.h"

#define SS_COLUMN_NAME_MAX 1024u /* longest name in bytes */

typedef struct ss_columns {
    ss_slice names[SS_COLUMNS_MAX]; /* owned copies */
    size_t count;
} ss_columns;

/*
 * Appends a copy of `name` without the blanks around it. Errors: SS_E_FORMAT (the name stands there already; several
 * empty ones are fine, as spreadsheets write them; longer than
 * SS_COLUMN_NAME_MAX; not UTF-8; more than SS_COLUMNS_MAX), SS_E_NOMEM.
 */
ss_status ss_columns_add(ss_columns *columns, ss_slice name, ss_error *error);

/* The column called `name`, or `count`. Looks at column `guess` first. */
size_t ss_columns_find(const ss_columns *columns, ss_slice name, size_t guess);

void ss_columns_clear(ss_columns *columns); /* frees the names */

#endif

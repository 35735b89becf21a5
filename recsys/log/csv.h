/*
 * csv.h: CSV text → rows of fields (RFC 4180, and what is met in the wild).
 *
 * - The first line that is not empty names the columns. Separator: whichever of comma, tab, semicolon and bar stands there
 *   most often outside quotes; without any, the file has one column.
 * - Lines end in LF or CR LF; empty lines are passed over. A field that begins with a quote ends with a quote; inside,
 *   separators and newlines are text and a doubled quote is one quote. Elsewhere a quote is an ordinary byte (3.5"
 * disk).
 * - Broken rows: another number of fields than the header has; a quote that is not closed, or followed by text; a NUL;
 * longer than SS_ROW_MAX bytes; more than SS_COLUMNS_MAX fields. Where the end of a row is in doubt reading goes on at
 * the line after its first.
 *
 * What comes out does not depend on how the input is cut into reads. One reader, not thread-safe.
 */
#ifndef SS_LOG_CSV_H
#define SS_LOG_CSV_H

#include "log/columns.h"
#include "log/window.h"

typedef struct ss_csv ss_csv;

ss_csv *ss_csv_new(void); /* NULL when out of memory */
void ss_csv_free(ss_csv **csv);

/*
 * Reads the header of a started window (borrowed until the next start or free) and puts the names into `columns`
 * (cleared first). Errors: SS_E_FORMAT (no header, broken header, as ss_columns_add) with file and line; as
 * ss_window_more.
 */
ss_status ss_csv_start(ss_csv *csv, ss_window *window, ss_columns *columns, ss_error *error);

/*
 * From the next row on: is a row one line, so that a quote that is open at its end is not closed? Where no field holds a newline that is
 * the safer way to read: a stray quote never swallows what follows. A row that is broken by its quotes has the fields that stand before
 * the fault (with `lines` only). Otherwise false.
 */
void ss_csv_set_lines(ss_csv *csv, bool lines);

/* The next row; its fields are borrowed until the next call. Errors: as ss_window_more. */
ss_status ss_csv_next(ss_csv *csv, ss_row *row, ss_error *error);

#endif

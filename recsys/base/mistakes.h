/*
 * mistakes.h: all that is wrong in a file that people write, each with its place, so that one look mends it all.
 *
 * Not thread-safe; one owner. Adding never fails: what no memory or room is left for is counted all the same.
 */
#ifndef SS_BASE_MISTAKES_H
#define SS_BASE_MISTAKES_H

#include "base/logline.h"
#include "base/slice.h"
#include "base/status.h"
#include <stdint.h>

/* A place in a text, as editors count: from 1, columns in characters. Line 0: the whole file. */
typedef struct ss_mark {
    uint32_t line, column;
} ss_mark;

#define SS_MISTAKES_MAX     500u /* that are kept; more are only counted */
#define SS_MISTAKE_TEXT_MAX 448u

typedef struct ss_mistakes ss_mistakes;

/* `file` is copied. NULL when out of memory. */
ss_mistakes *ss_mistakes_new(const char *file);
void ss_mistakes_free(ss_mistakes **mistakes);

/* `path` ("shelves.related.pins") stands before the text; empty: none. What comes from outside is made printable. */
void ss_mistakes_add(ss_mistakes *mistakes, ss_mark at, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for what is odd but allowed. */
void ss_mistakes_warn(ss_mistakes *mistakes, ss_mark at, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

size_t ss_mistakes_errors(const ss_mistakes *mistakes);   /* warnings apart; also those that were not kept */
size_t ss_mistakes_warnings(const ss_mistakes *mistakes); /* likewise */
size_t ss_mistakes_kept(const ss_mistakes *mistakes);     /* of both */

/* Orders them by their place; those of one place stay in the order in which they were added. */
void ss_mistakes_sort(ss_mistakes *mistakes);

typedef struct ss_mistake {
    ss_mark at;
    bool warning;
    char text[SS_MISTAKE_TEXT_MAX]; /* with the path, without the place */
} ss_mistake;

/* `index` below ss_mistakes_kept. Borrowed until the next one is added. */
const ss_mistake *ss_mistakes_at(const ss_mistakes *mistakes, size_t index);

/* One line for people, without a newline: `FILE:LINE:COLUMN: PATH: TEXT`; warnings with `warning: ` before the path. */
#define SS_MISTAKE_LINE_MAX (SS_MISTAKE_TEXT_MAX + SS_ERROR_TEXT_MAX + 48u)
void ss_mistakes_format(const ss_mistakes *mistakes, size_t index, char *text, size_t size);

/* One log line for each that was kept. */
void ss_mistakes_log(const ss_mistakes *mistakes, const ss_logger *logger);

/*
 * SS_OK without errors. Else SS_E_FORMAT, with the first error as the message and its place; "(and 3 more)" when there
 * are several.
 */
ss_status ss_mistakes_status(ss_mistakes *mistakes, ss_error *error);

#endif

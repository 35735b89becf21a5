/*
 * logline.h: log lines of the server and of jobs in one structured form on one stream:
 * `2026-01-31T10:00:00.000Z info serve: generation published generation=… items=12`.
 * Whole lines (at most SS_LOG_LINE_MAX bytes, longer ones are cut and end in "...") are written by one write(2): safe
 * from any thread. Control characters and bytes that are not UTF-8 are escaped, so that no value can forge a line; a
 * value from outside goes through ss_log_quote, so that it cannot forge a `key=value` pair either. Secrets are never
 * passed here. errno is kept.
 */
#ifndef SS_BASE_LOGLINE_H
#define SS_BASE_LOGLINE_H

#include "base/slice.h"

#define SS_LOG_LINE_MAX 4096 /* what a pipe takes in one piece */

typedef enum ss_log_level { SS_LOG_ERROR, SS_LOG_WARN, SS_LOG_INFO, SS_LOG_DEBUG } ss_log_level;

typedef struct ss_logger {
    int fd;             /* usually 2 */
    ss_log_level level; /* less important lines are dropped */
    const char *area;   /* "serve", "train" */
} ss_logger;

/* A NULL logger drops everything. `format` gives the message; end it with `key=value` pairs. */
void ss_log(const ss_logger *logger, ss_log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * `value` as the right-hand side of `key=value` into `text` of `size` bytes (at least 3; cut to fit): as it is when it
 * is plain, else in double quotes, with \ before quotes and backslashes. Returns `text`.
 */
const char *ss_log_quote(ss_slice value, char *text, size_t size);

#endif

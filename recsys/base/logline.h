/*
 * logline.h: log lines of the server and of jobs, in the one form that all have (logfmt):
 *
 *     time=2026-01-31T10:00:00.000Z level=info area=serve msg="generation swapped in" generation=… milliseconds=12
 *
 * Where the stream is systemd's journal (sd-daemon(3), JOURNAL_STREAM in systemd.exec(5)) the line begins with the
 * priority that the journal files it under, as <6>, and leaves the time out, which the journal has.
 *
 * Whole lines are written by one write(2): safe from any thread. They have at most SS_LOG_LINE_MAX bytes; longer ones
 * are cut and end in cut=true. Control characters and bytes that are not UTF-8 are escaped, so that no value can forge a
 * line; a value from outside goes through ss_log_quote, so that it cannot forge a pair either. Secrets are never passed
 * here. errno is kept.
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
    bool journal;       /* the stream is systemd's journal */
} ss_logger;

/* A logger that writes to `fd` in the form its stream takes. `area` is borrowed for the logger's life. */
ss_logger ss_logger_of(int fd, ss_log_level level, const char *area);

/* Has systemd connected `fd` to its journal? */
bool ss_log_is_journal(int fd);

/*
 * A NULL logger drops everything. `format` begins with the message, in words, and ends with `key=value` pairs, if there
 * are any: the message, which may have values in it, goes up to the first word of `format` that has a "=".
 */
void ss_log(const ss_logger *logger, ss_log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * `value` as the right-hand side of `key=value` into `text` of `size` bytes (at least 3; cut to fit): as it is when it
 * is plain, else in double quotes, with \ before quotes and backslashes. Returns `text`.
 */
const char *ss_log_quote(ss_slice value, char *text, size_t size);

#endif

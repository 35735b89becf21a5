/*
 * logline.h: log lines of the server and of jobs in one structured form on one stream:
 * `2026-01-31T10:00:00.000Z info serve: generation published generation=… items=12`.
 * Whole lines are written by one write(2): safe from any thread. Values are quoted and made printable; secrets are never passed here.
 */
#ifndef SS_BASE_LOGLINE_H
#define SS_BASE_LOGLINE_H

typedef enum ss_log_level { SS_LOG_ERROR, SS_LOG_WARN, SS_LOG_INFO, SS_LOG_DEBUG } ss_log_level;

typedef struct ss_logger {
    int fd;               /* usually 2 */
    ss_log_level level;   /* less important lines are dropped */
    const char *area;     /* "serve", "train" */
} ss_logger;

/* A NULL logger drops everything. `format` gives the message; end it with `key=value` pairs. */
void ss_log(const ss_logger *logger, ss_log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

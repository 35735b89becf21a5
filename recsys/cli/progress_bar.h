/*
 * progress_bar.h: draws progress on standard error: a bar that is redrawn on a terminal, a log line per phase where
 * systemd's journal reads it, a plain line elsewhere; and passes on that somebody wants the work to stop (stop.h). One thread.
 */
#ifndef SS_CLI_PROGRESS_BAR_H
#define SS_CLI_PROGRESS_BAR_H

#include "base/logline.h"
#include "base/progress.h"

typedef struct ss_progress_bar {
    bool quiet; /* draw nothing */
    bool terminal;
    ss_logger logger; /* of the journal */
    bool drawn;       /* a line stands unfinished on the terminal */
    const char *phase;
    int64_t phase_start; /* monotonic nanoseconds */
    int64_t next_line;   /* off a terminal: when the next line is due */
} ss_progress_bar;

/* The sink to hand down; it points into `bar`. `area`: of log lines, borrowed. */
ss_progress_sink ss_progress_bar_begin(ss_progress_bar *bar, const char *area, bool quiet);
void ss_progress_bar_end(ss_progress_bar *bar);

#endif

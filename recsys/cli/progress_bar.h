/*
 * progress_bar.h: draws progress on standard error: a bar that is redrawn on a terminal, a plain line per phase
 * elsewhere; and passes on that somebody wants the work to stop (stop.h). One thread.
 */
#ifndef SS_CLI_PROGRESS_BAR_H
#define SS_CLI_PROGRESS_BAR_H

#include "base/progress.h"

typedef struct ss_progress_bar {
    bool quiet; /* draw nothing */
    bool terminal;
    bool drawn; /* a line stands unfinished on the terminal */
    const char *phase;
    int64_t phase_start; /* monotonic nanoseconds */
    int64_t next_line;   /* off a terminal: when the next line is due */
} ss_progress_bar;

/* The sink to hand down; it points into `bar`. */
ss_progress_sink ss_progress_bar_begin(ss_progress_bar *bar, bool quiet);
void ss_progress_bar_end(ss_progress_bar *bar);

#endif

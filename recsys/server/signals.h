/*
 * signals.h: SIGTERM, SIGINT and SIGHUP as bytes of a pipe, to be read in a poll loop.
 *
 * A pipe and not a signalfd: libraries may have started threads that do not block signals before main began (OpenBLAS
 * does), and a signalfd sees only what every thread blocks. The pipe's end is the program's one mutable global. One
 * owner at a time.
 */
#ifndef SS_SERVER_SIGNALS_H
#define SS_SERVER_SIGNALS_H

#include "base/status.h"

typedef struct ss_signals {
    int read_end; /* poll it */
    int write_end;
} ss_signals;

/* SS_E_BUSY when somebody has them already, SS_E_IO. */
ss_status ss_signals_open(ss_signals *signals, ss_error *error);

/* The signals do again what they did at the start of a program. */
void ss_signals_close(ss_signals *signals);

/* The next signal that came, or 0. Never waits. */
int ss_signals_next(const ss_signals *signals);

#endif

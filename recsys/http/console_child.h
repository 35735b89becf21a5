/*
 * console_child.h: one run of a program, with a bound on its time and on what it says. It inherits the priority of the calling thread and
 * nothing else: no descriptor but its own three, no blocked signal.
 */
#ifndef SS_HTTP_CONSOLE_CHILD_H
#define SS_HTTP_CONSOLE_CHILD_H

#include "base/buffer.h"
#include "base/status.h"

typedef struct ss_child {
    const char *program;      /* path */
    const char *const *words; /* with the program's name first, NULL behind the last */
    int64_t milliseconds;     /* most time */
    int stop;                 /* a descriptor: readable as soon as the run is to end at once */
} ss_child;

/*
 * Waits for its end; what it said on standard output is in `out` (emptied first), whose ceiling is the most that it may say. SS_E_IO
 * (it cannot be run), SS_E_BUSY (its time was over, or it was stopped), SS_E_LIMIT (too much), SS_E_CORRUPT (it failed: the error's message
 * is the last that it said on standard error), SS_E_NOMEM.
 */
ss_status ss_child_run(const ss_child *child, ss_buffer *out, ss_error *error);

#endif

/*
 * stop.h: SIGINT and SIGTERM ask a job to stop where it next tells its progress, so that it takes away what is half
 * finished. A second signal of the same kind ends the program at once. `serve` reads signals by itself.
 */
#ifndef SS_CLI_STOP_H
#define SS_CLI_STOP_H

#include <stdbool.h>

void ss_stop_watch(void); /* from now on; once, before threads start */
bool ss_stop_wanted(void);

#endif

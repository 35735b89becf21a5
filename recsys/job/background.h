/* background.h: a job that leaves the machine to others: it runs where a core would be idle, and reads when no one else
 * does. */
#ifndef SS_JOB_BACKGROUND_H
#define SS_JOB_BACKGROUND_H

#include "base/status.h"

/*
 * SCHED_IDLE (sched(7)) and, where the disk's scheduler knows it, the idle class of reading and writing (ioprio_set(2))
 * for the calling thread and those that it starts: call it before any other thread is. There is no way back. SS_E_IO.
 */
ss_status ss_background_enter(ss_error *error);

#endif

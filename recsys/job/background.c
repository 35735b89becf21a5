#include "job/background.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ioprio_set(2) has no header of its own. */
#define PRIORITY_OF_PROCESS 1
#define CLASS_IDLE          3
#define CLASS_SHIFT         13

ss_status ss_background_enter(ss_error *error)
{
    const struct sched_param none = {0};
    if (sched_setscheduler(0, SCHED_IDLE, &none) != 0)
        return ss_error_io(error, "SCHED_IDLE", "cannot run in the background");
    syscall(SYS_ioprio_set, PRIORITY_OF_PROCESS, 0,
            CLASS_IDLE << CLASS_SHIFT); /* where it is not known it is not missed */
    return SS_OK;
}

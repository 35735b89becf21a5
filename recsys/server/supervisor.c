#include "server/supervisor.h"

#include "base/clock.h"
#include "base/slice.h"
#include <inttypes.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#define STATUS_MAX 1024u

void ss_supervisor_init(ss_supervisor *supervisor, bool wanted)
{
    *supervisor = (ss_supervisor){.wanted = wanted};
    pthread_mutex_init(&supervisor->lock, NULL);
}

void ss_supervisor_release(ss_supervisor *supervisor)
{
    pthread_mutex_destroy(&supervisor->lock);
}

/* A supervisor who cannot be told has other ways to see. */
static void tell(ss_supervisor *supervisor, const char *state)
{
    pthread_mutex_lock(&supervisor->lock);
    if (supervisor->wanted && !supervisor->stopping)
        sd_notify(0, state);
    pthread_mutex_unlock(&supervisor->lock);
}

void ss_supervisor_answering(ss_supervisor *supervisor, const char *status)
{
    char state[STATUS_MAX];
    snprintf(state, sizeof state, "READY=1\nSTATUS=%s", status);
    tell(supervisor, state);
}

void ss_supervisor_ready(ss_supervisor *supervisor, const char *generation, const char *trouble)
{
    char status[STATUS_MAX - 32], reason[STATUS_MAX / 2] = "";
    if (trouble)
        ss_slice_printable(ss_slice_of(trouble), reason, sizeof reason);
    snprintf(status, sizeof status, "serving generation %s%s%s", generation,
             trouble ? "; the last reload was refused: " : "", reason);
    ss_supervisor_answering(supervisor, status);
}

void ss_supervisor_reloading(ss_supervisor *supervisor)
{
    char state[128];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=reloading",
             ss_clock_monotonic() / 1000);
    tell(supervisor, state);
}

void ss_supervisor_stopping(ss_supervisor *supervisor)
{
    tell(supervisor, "STOPPING=1\nSTATUS=answering what was asked before");
    pthread_mutex_lock(&supervisor->lock);
    supervisor->stopping = true;
    pthread_mutex_unlock(&supervisor->lock);
}

void ss_supervisor_alive(ss_supervisor *supervisor)
{
    if (supervisor->wanted)
        sd_notify(0, "WATCHDOG=1");
}

int64_t ss_supervisor_patience(const ss_supervisor *supervisor)
{
    uint64_t microseconds;
    if (!supervisor->wanted || sd_watchdog_enabled(0, &microseconds) <= 0)
        return 0;
    return microseconds < INT64_MAX / 1000 ? (int64_t)microseconds * 1000 : 0;
}

/*
 * supervisor.h: what a server or gateway tells systemd, or whoever else started it with NOTIFY_SOCKET set, by sd_notify(3): that
 * it is ready, reloads, stops, is alive, and which generation it serves (the status line of `systemctl status`).
 * Without NOTIFY_SOCKET, or unless it is wanted, nothing happens. All functions are safe from any thread.
 */
#ifndef SS_SERVER_SUPERVISOR_H
#define SS_SERVER_SUPERVISOR_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ss_supervisor {
    pthread_mutex_t lock;
    bool wanted;
    bool stopping; /* from then on nothing else is told but that it is alive */
} ss_supervisor;

void ss_supervisor_init(ss_supervisor *supervisor, bool wanted);
void ss_supervisor_release(ss_supervisor *supervisor);

/* It answers from `generation`. `trouble`: why the last reload was refused; NULL: it was not. */
void ss_supervisor_ready(ss_supervisor *supervisor, const char *generation, const char *trouble);

/* It answers; `status` says from what. */
void ss_supervisor_answering(ss_supervisor *supervisor, const char *status);

/* Between this and the next `ready` it looks for a new generation, and answers all the same. */
void ss_supervisor_reloading(ss_supervisor *supervisor);

void ss_supervisor_stopping(ss_supervisor *supervisor);

/* It makes progress; see watchdog.h. */
void ss_supervisor_alive(ss_supervisor *supervisor);

/* Nanoseconds after which a server that has not said that it is alive is taken for stuck; 0: nobody waits for it. */
int64_t ss_supervisor_patience(const ss_supervisor *supervisor);

#endif

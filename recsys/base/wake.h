/*
 * wake.h: how one thread is woken by another while it waits in poll: a descriptor that is readable from the waking on until it is
 * cleared, however often it was woken (eventfd(2)). Waking is safe from any thread and from a signal handler; errno is kept.
 */
#ifndef SS_BASE_WAKE_H
#define SS_BASE_WAKE_H

#include "base/status.h"

/* *wake: the descriptor, not readable yet; -1 on an error. SS_E_IO. */
ss_status ss_wake_open(int *wake, ss_error *error);
void ss_wake_close(int *wake); /* also -1, which it is from then on */

void ss_wake(int wake);
void ss_wake_clear(int wake); /* by who waits; at once, also where nobody woke it */

#endif

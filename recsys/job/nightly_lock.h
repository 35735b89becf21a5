/*
 * nightly_lock.h: one nightly run of a store at a time: an flock on STORE/nightly.lock, which says who holds it. The
 * kernel lets go of it when the process dies, however it dies.
 */
#ifndef SS_JOB_NIGHTLY_LOCK_H
#define SS_JOB_NIGHTLY_LOCK_H

#include "base/status.h"

#define SS_NIGHTLY_LOCK "nightly.lock"

/* `now`: microseconds, told to whom comes later. *lock: for ss_nightly_unlock. SS_E_BUSY names process and time of who
 * holds it. SS_E_IO, SS_E_LIMIT. */
ss_status ss_nightly_lock(const char *store, int64_t now, int *lock, ss_error *error);
void ss_nightly_unlock(int *lock); /* -1 is fine; sets it to -1 */

#endif

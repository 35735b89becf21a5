/* nightly_space.h: is there room for another generation, before anything of it is written? Safe from any thread. */
#ifndef SS_JOB_NIGHTLY_SPACE_H
#define SS_JOB_NIGHTLY_SPACE_H

#include "job/checks.h"

/* Has `folder`'s file system at least `bytes` x `factor` free for others than root? Also where that cannot be told. */
bool ss_space_suffices(const char *folder, uint64_t bytes, double factor);

/* The check "disk": the same, in words. SS_E_IO, SS_E_NOMEM. */
ss_status ss_space_check(const char *folder, uint64_t bytes, double factor, ss_checks *checks, ss_error *error);

#endif

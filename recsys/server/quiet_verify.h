/*
 * quiet_verify.h: the full validation of a generation beside a thread that answers: with SCHED_IDLE (sched(7)), so that it
 * runs where a core would be idle, and the answers of those moments are as fast as ever. Safe from any thread.
 *
 * On a machine whose cores are all taken that could last for ever. After some patience it is done at the caller's own
 * priority instead; what the quiet thread still finds is dropped. Small generations, which take a few milliseconds, are
 * validated by the caller at once.
 */
#ifndef SS_SERVER_QUIET_VERIFY_H
#define SS_SERVER_QUIET_VERIFY_H

#include "store/generation.h"

#define SS_QUIET_BYTES_MIN  ((uint64_t)8 << 20) /* smaller generations do not disturb */
#define SS_QUIET_PATIENCE_S 10                  /* seconds; a gigabyte takes about half a second of processor time */

/* As ss_generation_verify, with a generation of `bytes`; waits at most `patience` seconds for idle moments. */
ss_status ss_quiet_verify(const char *path, uint64_t bytes, const ss_schema *const *schemas, unsigned patience,
                          ss_error *error);

#endif

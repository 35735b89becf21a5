/*
 * rate_limit.h: how often somebody may: the generic cell rate algorithm (ITU-T I.371, annex A) in its form of a virtual schedule: of each
 * one time is kept, that at which all they have taken will be paid back at `rate` a second; who is ahead of the clock by more than
 * `burst` has to wait. That is a bucket of `burst` tokens into which `rate` a second drop.
 *
 * A table of a fixed number of entries in sets of eight: where a set is full, the one that has the least to pay back makes room. Who can
 * choose names cannot choose sets: names are hashed with a key of the process's own (SipHash-2-4). Safe from any thread; no locks.
 */
#ifndef SS_HTTP_RATE_LIMIT_H
#define SS_HTTP_RATE_LIMIT_H

#include "base/slice.h"
#include "base/status.h"

typedef struct ss_rate_limit ss_rate_limit;

/* `entries`: rounded up to a power of two, at least 8. rate > 0 tokens a second; burst >= 1. SS_E_NOMEM; SS_E_UNSUPPORTED: libsodium cannot start. */
ss_status ss_rate_limit_new(size_t entries, double rate, double burst, ss_rate_limit **limit, ss_error *error);
void ss_rate_limit_free(ss_rate_limit **limit);

/*
 * Takes `tokens` (1 .. burst) of `name`'s, at `now` (nanoseconds, ss_clock_monotonic()). 0: they were there. Else none is taken, and it is so
 * many nanoseconds until they will be. NULL limit: there are always enough.
 */
int64_t ss_rate_limit_take(ss_rate_limit *limit, ss_slice name, unsigned tokens, int64_t now);

#endif

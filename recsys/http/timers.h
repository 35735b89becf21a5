/*
 * timers.h: which of many numbered things is due next: a binary heap over numbers 0 to count - 1, each of which has one
 * moment or none. Setting, clearing and taking cost the logarithm of how many are set; nothing allocates after the making.
 * Times are the caller's own, say of ss_clock_monotonic(). One thread.
 */
#ifndef SS_HTTP_TIMERS_H
#define SS_HTTP_TIMERS_H

#include "base/status.h"
#include <stdint.h>

#define SS_TIMERS_NONE  UINT32_MAX
#define SS_TIMERS_NEVER INT64_MAX

typedef struct ss_timers ss_timers;

/* Caller owns the result. SS_E_NOMEM. */
ss_status ss_timers_new(uint32_t count, ss_timers **timers, ss_error *error);
void ss_timers_free(ss_timers **timers);

/* In place of the moment that the number had, if any. SS_TIMERS_NEVER: it has none. */
void ss_timers_set(ss_timers *timers, uint32_t number, int64_t due);

/* The earliest moment; SS_TIMERS_NEVER: none is set. */
int64_t ss_timers_first(const ss_timers *timers);

/* A number whose moment has come, the earliest first; its moment is cleared. SS_TIMERS_NONE: none is due. */
uint32_t ss_timers_take(ss_timers *timers, int64_t now);

#endif

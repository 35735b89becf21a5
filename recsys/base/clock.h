/* clock.h: the machine's clocks. Safe from any thread. */
#ifndef SS_BASE_CLOCK_H
#define SS_BASE_CLOCK_H

#include <stdint.h>

int64_t ss_clock_now(void);       /* microseconds since 1970, UTC */
int64_t ss_clock_monotonic(void); /* nanoseconds, never backwards; for durations */

#endif

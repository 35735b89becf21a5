/*
 * tally.h: counts the replies that a thread of the gateway gives as a server counts its own (server/stats.h), by what stands in them: errors by
 * their code; of shelves and pages the products shown, those of later stages, and what was missing. Pure but for the counters; one writer.
 */
#ifndef SS_HTTP_TALLY_H
#define SS_HTTP_TALLY_H

#include "base/slice.h"
#include "server/stats.h"

/* `reply`: a whole reply message; of bytes that are none only the request is counted. `nanoseconds`: from the question to this reply. */
void ss_tally(ss_stats *stats, ss_method method, ss_slice reply, int64_t nanoseconds);

#endif

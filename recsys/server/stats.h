/*
 * stats.h: what one thread of the server counts, and the sum over all threads.
 *
 * Each ss_stats has one writer; anybody may read it at any time (each number by itself is whole). Nothing allocates.
 */
#ifndef SS_SERVER_STATS_H
#define SS_SERVER_STATS_H

#include "server/protocol.h"
#include <stdatomic.h>

/* Latencies by their logarithm: 8 buckets for each doubling, so that a percentile is within 12.5 % of the truth. */
#define SS_LATENCY_BUCKETS      256u
#define SS_LATENCY_PER_DOUBLING 8u

typedef atomic_uint_fast64_t ss_counter;

typedef struct ss_stats {
    ss_counter requests[SS_METHOD_COUNT];
    ss_counter latency[SS_METHOD_COUNT][SS_LATENCY_BUCKETS]; /* of the requests that were timed */
    ss_counter latency_sum[SS_METHOD_COUNT];                 /* of the same, nanoseconds */
    ss_counter faults[SS_FAULT_COUNT];
    ss_counter shorts[SS_SHORT_COUNT];
    ss_counter answers;                     /* lists of products: of a shelf, or of each shelf of a page */
    ss_counter products, fallback_products; /* shown in all; shown by a later stage than the first */
    ss_counter missing;                     /* products asked for that no answer had */
    ss_counter dropped_messages;            /* frames that are no request: answered by nobody */
    ss_counter dropped_replies;             /* the caller is gone, or does not read */
} ss_stats;

/* For the one writer. */
static inline void ss_count_many(ss_counter *counter, uint64_t count)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + count, memory_order_relaxed);
}

static inline void ss_count(ss_counter *counter)
{
    ss_count_many(counter, 1);
}

/* Of what goes up and down, likewise. */
static inline void ss_count_set(ss_counter *counter, uint64_t value)
{
    atomic_store_explicit(counter, value, memory_order_relaxed);
}

static inline uint64_t ss_counted(const ss_counter *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void ss_stats_latency(ss_stats *stats, ss_method method, int64_t nanoseconds);

/*
 * The largest number of nanoseconds that falls into a bucket; the last bucket takes all that is longer, too. The bucket
 * 8 (k - 2) - 1 ends at 2^k - 1 ns.
 */
uint64_t ss_latency_bucket_end(unsigned bucket);

/* Adds `stats` to `sum`, which only the caller knows. */
void ss_stats_add(ss_stats *sum, const ss_stats *stats);

/*
 * The latency in nanoseconds that `share` (0..1) of the timed requests did not exceed: the upper end of its bucket; 0
 * when none was timed.
 */
uint64_t ss_stats_percentile(const ss_stats *stats, ss_method method, double share);

#endif

#include "server/stats.h"

#define SUB_BITS 3u
_Static_assert(1u << SUB_BITS == SS_LATENCY_PER_DOUBLING, "buckets for each doubling");

static unsigned bucket_of(uint64_t value)
{
    if (value < 1u << SUB_BITS)
        return (unsigned)value;
    unsigned exponent = 63u - (unsigned)__builtin_clzll(value);
    unsigned bucket =
        ((exponent - SUB_BITS + 1) << SUB_BITS) | (unsigned)(value >> (exponent - SUB_BITS) & ((1u << SUB_BITS) - 1));
    return bucket < SS_LATENCY_BUCKETS ? bucket : SS_LATENCY_BUCKETS - 1;
}

uint64_t ss_latency_bucket_end(unsigned bucket)
{
    if (bucket < 1u << SUB_BITS)
        return bucket;
    unsigned shift = (bucket >> SUB_BITS) - 1;
    uint64_t first = (UINT64_C(1) << SUB_BITS | (bucket & ((1u << SUB_BITS) - 1))) << shift;
    return first + (UINT64_C(1) << shift) - 1;
}

void ss_stats_latency(ss_stats *stats, ss_method method, int64_t nanoseconds)
{
    uint64_t time = nanoseconds > 0 ? (uint64_t)nanoseconds : 0;
    ss_count(&stats->latency[method][bucket_of(time)]);
    ss_count_many(&stats->latency_sum[method], time);
}

static void add(ss_counter *sum, const ss_counter *counters, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ss_count_many(&sum[i], ss_counted(&counters[i]));
}

void ss_stats_add(ss_stats *sum, const ss_stats *stats)
{
    _Static_assert(sizeof(ss_stats) % sizeof(ss_counter) == 0, "nothing but counters");
    add((ss_counter *)sum, (const ss_counter *)stats, sizeof *stats / sizeof(ss_counter));
}

uint64_t ss_stats_percentile(const ss_stats *stats, ss_method method, double share)
{
    uint64_t total = 0, seen = 0;
    for (unsigned bucket = 0; bucket < SS_LATENCY_BUCKETS; bucket++)
        total += ss_counted(&stats->latency[method][bucket]);
    for (unsigned bucket = 0; bucket < SS_LATENCY_BUCKETS && total > 0; bucket++) {
        seen += ss_counted(&stats->latency[method][bucket]);
        if ((double)seen >= share * (double)total)
            return ss_latency_bucket_end(bucket);
    }
    return 0;
}

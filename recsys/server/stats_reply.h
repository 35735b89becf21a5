/*
 * stats_reply.h: the entries of `stats` that a server and a gateway have alike: what they were asked, how long it took, what went wrong, and how
 * many of the products asked for were shown. Each is appended to a reply whose map has been begun with room for it. SS_E_NOMEM, SS_E_LIMIT.
 */
#ifndef SS_SERVER_STATS_REPLY_H
#define SS_SERVER_STATS_REPLY_H

#include "base/buffer.h"
#include "server/stats.h"

/* Requests of all methods. */
uint64_t ss_stats_requests(const ss_stats *sum);

/* resident_bytes, mapped_bytes, cpu_ms: of this process. */
#define SS_STATS_PROCESS_ENTRIES 3u
ss_status ss_stats_reply_process(ss_buffer *out);

/* answers, products, missing, fill_rate, fallback_products, fallback_share. */
#define SS_STATS_PRODUCT_ENTRIES 6u
ss_status ss_stats_reply_products(const ss_stats *sum, ss_buffer *out);

/* methods, errors, short; buckets: with all latencies. */
#define SS_STATS_METHOD_ENTRIES 3u
ss_status ss_stats_reply_methods(const ss_stats *sum, bool buckets, ss_buffer *out);

#endif

/*
 * gateway_report.h: what a gateway tells about itself and its servers: the replies to `health` and `stats`, and metrics.
 * Reads counters that others go on counting. Safe from any thread, each with its own buffer.
 *
 * `health`: status (ok: all servers are up; degraded: some; down: none), generation (the keeper's, as last heard), uptime_ms,
 * version, and servers: for each its endpoint, state (up, returning, ejected: the best that a thread has it in) and generation.
 *
 * `stats`: as a server has them, but of the replies that the gateway gave: generation, generation_age_s, uptime_ms, requests, those of
 * server/stats_reply.h; its own: second_tries, repeats, waited, overdue, refused, and servers: besides those of `health` outstanding, asked,
 * answered, failed, late, ejections (gateway_counts.h).
 */
#ifndef SS_HTTP_GATEWAY_REPORT_H
#define SS_HTTP_GATEWAY_REPORT_H

#include "base/buffer.h"
#include "http/gateway_counts.h"
#include "store/generation.h"

typedef struct ss_gateway_view { /* all borrowed */
    const char *const *endpoints;
    uint32_t servers;
    const ss_gateway_counts *counts; /* of each thread */
    unsigned threads;
    const char (*generations)[SS_GENERATION_NAME_MAX]; /* of each server; empty: not heard */
    int64_t uptime_ms;
} ss_gateway_view;

/* How many servers are not ejected, as the threads have it together. */
uint32_t ss_gateway_view_fit(const ss_gateway_view *view);

/* Whole replies with msgid 0 into `out`; buckets: with all latencies. SS_E_NOMEM, SS_E_LIMIT. */
ss_status ss_gateway_reply_health(const ss_gateway_view *view, ss_buffer *out);
ss_status ss_gateway_reply_stats(const ss_gateway_view *view, bool buckets, ss_buffer *out);

/* Appended to `out`, in the text form of Prometheus: each family with its help and type. */
ss_status ss_gateway_write_metrics(const ss_gateway_view *view, ss_buffer *out);

#endif

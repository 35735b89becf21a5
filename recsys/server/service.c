#include "server/service.h"

#include "base/clock.h"
#include "base/timestamp.h"
#include "server/reply.h"
#include "server/reply_writer.h"
#include "server/stats_reply.h"
#include <stdio.h>

void ss_service_init(ss_service *service)
{
    *service = (ss_service){
        .started = ss_clock_monotonic(), .started_at = ss_clock_now(), .naming = PTHREAD_MUTEX_INITIALIZER};
}

/* ---- what the threads share ---- */

void ss_service_serve(ss_service *service, const char *generation)
{
    pthread_mutex_lock(&service->naming);
    snprintf(service->generation, sizeof service->generation, "%s", generation);
    pthread_mutex_unlock(&service->naming);
}

void ss_service_generation(ss_service *service, char generation[SS_GENERATION_NAME_MAX])
{
    pthread_mutex_lock(&service->naming);
    memcpy(generation, service->generation, SS_GENERATION_NAME_MAX);
    pthread_mutex_unlock(&service->naming);
}

int64_t ss_service_age(const char *generation)
{
    int64_t now = ss_clock_now(), made = now;
    ss_timestamp_of_compact(ss_slice_of(generation), &made);
    return now > made ? now - made : 0;
}

void ss_service_sum(const ss_service *service, ss_stats *sum)
{
    *sum = (ss_stats){0};
    for (size_t i = 0; i < service->stats_count; i++)
        ss_stats_add(sum, service->stats[i]);
}

const char *ss_queue_name(ss_queue queue)
{
    static const char *const names[SS_QUEUES] = {[SS_QUEUE_WORKERS] = "workers",
                                                 [SS_QUEUE_RECORDER] = "recorder",
                                                 [SS_QUEUE_REPLIES] = "replies",
                                                 [SS_QUEUE_DISK] = "disk",
                                                 [SS_QUEUE_RELOADS] = "reloads"};
    return (unsigned)queue < SS_QUEUES ? names[queue] : NULL;
}

/* Two counters are read one after the other: the later may be ahead. */
static uint64_t less(uint64_t all, uint64_t part)
{
    return all > part ? all - part : 0;
}

uint64_t ss_service_waiting(const ss_service *service, ss_queue queue)
{
    const ss_recorder_counts *recorded = service->recorded;
    if (queue == SS_QUEUE_WORKERS)
        return ss_counted(&service->at_workers);
    if (queue == SS_QUEUE_RELOADS)
        return ss_counted(&service->reloads);
    if (!recorded)
        return 0;
    if (queue == SS_QUEUE_RECORDER)
        return less(ss_counted(&recorded->outstanding), ss_counted(&recorded->ready));
    return ss_counted(queue == SS_QUEUE_REPLIES ? &recorded->ready : &recorded->waiting);
}

/* ---- health ---- */

static uint64_t uptime_ms(const ss_service *service)
{
    return (uint64_t)(ss_clock_monotonic() - service->started) / 1000000;
}

static const char *state_of(const ss_service *service)
{
    if (!service->recorded)
        return "none";
    return ss_counted(&service->recorded->failing) ? "failing" : "good";
}

ss_status ss_service_reply_health(const ss_service *service, uint32_t msgid, const char *generation, ss_buffer *out)
{
    ss_status status;
    static const char *const files[] = {
        [SS_VERIFIED_PENDING] = "checking", [SS_VERIFIED_GOOD] = "good", [SS_VERIFIED_BROKEN] = "broken"};
    SS_TRY(ss_reply_begin(msgid, 6, out));
    SS_TRY(ss_reply_text(out, "status", "ok"));
    SS_TRY(ss_reply_text(out, "model_files", files[atomic_load(&service->verified)]));
    SS_TRY(ss_reply_text(out, "state", state_of(service)));
    SS_TRY(ss_reply_text(out, "generation", generation));
    SS_TRY(ss_reply_uint(out, "uptime_ms", uptime_ms(service)));
    SS_TRY(ss_reply_text(out, "version", SS_VERSION));
out:
    return status;
}

/* ---- stats ---- */

#define TOTAL_ENTRIES (7u + SS_STATS_PROCESS_ENTRIES)

static ss_status reply_totals(const ss_service *service, const ss_stats *sum, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_uint(out, "uptime_ms", uptime_ms(service)));
    SS_TRY(ss_reply_uint(out, "requests", ss_stats_requests(sum)));
    SS_TRY(ss_reply_uint(out, "dropped_messages", ss_counted(&sum->dropped_messages)));
    SS_TRY(ss_reply_uint(out, "dropped_replies", ss_counted(&sum->dropped_replies)));
    SS_TRY(ss_reply_uint(out, "swaps", ss_counted(&service->swaps)));
    SS_TRY(ss_reply_uint(out, "refused_swaps", ss_counted(&service->refused_swaps)));
    SS_TRY(ss_reply_uint(out, "refused_configurations", ss_counted(&service->refused_configurations)));
    SS_TRY(ss_stats_reply_process(out));
out:
    return status;
}

static ss_status reply_queues(const ss_service *service, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "queues", SS_QUEUES));
    for (unsigned i = 0; i < SS_QUEUES; i++)
        SS_TRY(ss_reply_uint(out, ss_queue_name((ss_queue)i), ss_service_waiting(service, (ss_queue)i)));
out:
    return status;
}

static ss_status reply_events(const ss_recorder_counts *counts, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "events", 8));
    SS_TRY(ss_reply_uint(out, "stored", ss_counted(&counts->stored)));
    SS_TRY(ss_reply_uint(out, "repeated", ss_counted(&counts->repeated)));
    SS_TRY(ss_reply_uint(out, "refused", ss_counted(&counts->refused)));
    SS_TRY(ss_reply_uint(out, "removed", ss_counted(&counts->pruned)));
    SS_TRY(ss_reply_uint(out, "waiting", ss_counted(&counts->waiting)));
    SS_TRY(ss_reply_uint(out, "kept", ss_counted(&counts->kept)));
    SS_TRY(ss_reply_uint(out, "first", ss_counted(&counts->first)));
    SS_TRY(ss_reply_uint(out, "last", ss_counted(&counts->last)));
out:
    return status;
}

static ss_status reply_state(const ss_recorder_counts *counts, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "state", 7));
    SS_TRY(ss_reply_uint(out, "cycles", ss_counted(&counts->cycles)));
    SS_TRY(ss_reply_uint(out, "syncs", ss_counted(&counts->syncs)));
    SS_TRY(ss_reply_uint(out, "failures", ss_counted(&counts->failures)));
    SS_TRY(ss_reply_uint(out, "queued", ss_counted(&counts->queued)));
    SS_TRY(ss_reply_uint(out, "queued_most", ss_counted(&counts->queued_most)));
    SS_TRY(ss_reply_uint(out, "bytes", ss_counted(&counts->bytes)));
    SS_TRY(ss_reply_uint(out, "bytes_most", ss_counted(&counts->bytes_most)));
out:
    return status;
}

static ss_status reply_visitors(const ss_visitors *visitors, ss_buffer *out)
{
    ss_status status;
    ss_visitors_counts counts = ss_visitors_count(visitors);
    SS_TRY(ss_reply_map(out, "visitors", 7));
    SS_TRY(ss_reply_uint(out, "sessions", counts.visitors[SS_VISITOR_SESSION]));
    SS_TRY(ss_reply_uint(out, "customers", counts.visitors[SS_VISITOR_CUSTOMER]));
    SS_TRY(ss_reply_uint(out, "bytes", counts.bytes));
    SS_TRY(ss_reply_uint(out, "evicted", counts.evicted));
    SS_TRY(ss_reply_uint(out, "expired", counts.expired));
    SS_TRY(ss_reply_uint(out, "forgotten", counts.forgotten));
    SS_TRY(ss_reply_uint(out, "failed", counts.failed));
out:
    return status;
}

#define STATS_ENTRIES (2u + TOTAL_ENTRIES + SS_STATS_PRODUCT_ENTRIES + SS_STATS_METHOD_ENTRIES + 1u)

ss_status ss_service_reply_stats(const ss_service *service, uint32_t msgid, const char *generation, bool buckets,
                                 ss_buffer *out)
{
    ss_status status;
    ss_stats sum;
    ss_service_sum(service, &sum);
    SS_TRY(ss_reply_begin(msgid,
                          STATS_ENTRIES + (service->recorded ? 2u : 0u) + (service->visitors ? 1u : 0u) +
                              (service->offers ? 1u : 0u),
                          out));
    SS_TRY(ss_reply_text(out, "generation", generation));
    SS_TRY(ss_reply_uint(out, "generation_age_s", (uint64_t)(ss_service_age(generation) / SS_SECOND)));
    SS_TRY(reply_totals(service, &sum, out));
    SS_TRY(ss_stats_reply_products(&sum, out));
    SS_TRY(ss_stats_reply_methods(&sum, buckets, out));
    SS_TRY(reply_queues(service, out));
    if (service->recorded) {
        SS_TRY(reply_events(service->recorded, out));
        SS_TRY(reply_state(service->recorded, out));
    }
    if (service->visitors)
        SS_TRY(reply_visitors(service->visitors, out));
    if (service->offers)
        SS_TRY(ss_offer_counts_reply(service->offers, out));
out:
    return status;
}

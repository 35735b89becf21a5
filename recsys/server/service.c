#include "server/service.h"

#include "base/clock.h"
#include "server/reply.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void ss_service_init(ss_service *service)
{
    *service = (ss_service){.started = ss_clock_monotonic()};
}

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

/* Bytes of memory resident in all and shared with files (the mapped generation); 0 where the system does not tell. */
static void resident_bytes(uint64_t *resident, uint64_t *shared)
{
    char text[128];
    unsigned long long size, in_all, of_files;
    *resident = *shared = 0;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%llu %llu %llu", &size, &in_all, &of_files) == 3) {
        uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
        *resident = in_all * page;
        *shared = of_files * page;
    }
}

static ss_status reply_methods(const ss_stats *sum, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "methods", SS_METHOD_COUNT));
    for (unsigned i = 0; i < SS_METHOD_COUNT; i++) {
        ss_method method = (ss_method)i;
        SS_TRY(ss_reply_map(out, ss_method_name(method), 5));
        SS_TRY(ss_reply_uint(out, "requests", ss_counted(&sum->requests[method])));
        SS_TRY(ss_reply_real(out, "p50_us", (double)ss_stats_percentile(sum, method, 0.5) * 1e-3));
        SS_TRY(ss_reply_real(out, "p90_us", (double)ss_stats_percentile(sum, method, 0.9) * 1e-3));
        SS_TRY(ss_reply_real(out, "p99_us", (double)ss_stats_percentile(sum, method, 0.99) * 1e-3));
        SS_TRY(ss_reply_real(out, "p999_us", (double)ss_stats_percentile(sum, method, 0.999) * 1e-3));
    }
out:
    return status;
}

static ss_status reply_errors(const ss_stats *sum, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "errors", SS_FAULT_COUNT - 1));
    for (unsigned code = 1; code < SS_FAULT_COUNT; code++)
        SS_TRY(ss_reply_uint(out, ss_fault_name((ss_fault_code)code), ss_counted(&sum->faults[code])));
out:
    return status;
}

static ss_status reply_shorts(const ss_stats *sum, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "short", SS_SHORT_COUNT - 1));
    for (unsigned code = 1; code < SS_SHORT_COUNT; code++)
        SS_TRY(ss_reply_uint(out, ss_short_name((ss_short)code), ss_counted(&sum->shorts[code])));
out:
    return status;
}

static ss_status reply_totals(const ss_service *service, const ss_stats *sum, ss_buffer *out)
{
    ss_status status;
    uint64_t requests = 0, products = ss_counted(&sum->products), resident, shared;
    for (unsigned method = 0; method < SS_METHOD_COUNT; method++)
        requests += ss_counted(&sum->requests[method]);
    resident_bytes(&resident, &shared);
    SS_TRY(ss_reply_uint(out, "uptime_ms", uptime_ms(service)));
    SS_TRY(ss_reply_uint(out, "requests", requests));
    SS_TRY(ss_reply_uint(out, "products", products));
    SS_TRY(ss_reply_real(out, "fallback_share",
                         products ? (double)ss_counted(&sum->fallback_products) / (double)products : 0));
    SS_TRY(ss_reply_uint(out, "dropped_messages", ss_counted(&sum->dropped_messages)));
    SS_TRY(ss_reply_uint(out, "dropped_replies", ss_counted(&sum->dropped_replies)));
    SS_TRY(ss_reply_uint(out, "swaps", ss_counted(&service->swaps)));
    SS_TRY(ss_reply_uint(out, "refused_swaps", ss_counted(&service->refused_swaps)));
    SS_TRY(ss_reply_uint(out, "refused_configurations", ss_counted(&service->refused_configurations)));
    SS_TRY(ss_reply_uint(out, "resident_bytes", resident));
    SS_TRY(ss_reply_uint(out, "mapped_bytes", shared));
out:
    return status;
}

static ss_status reply_events(const ss_recorder_counts *counts, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "events", 7));
    SS_TRY(ss_reply_uint(out, "stored", ss_counted(&counts->stored)));
    SS_TRY(ss_reply_uint(out, "repeated", ss_counted(&counts->repeated)));
    SS_TRY(ss_reply_uint(out, "refused", ss_counted(&counts->refused)));
    SS_TRY(ss_reply_uint(out, "removed", ss_counted(&counts->pruned)));
    SS_TRY(ss_reply_uint(out, "waiting", ss_counted(&counts->waiting)));
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

ss_status ss_service_reply_stats(const ss_service *service, uint32_t msgid, const char *generation, ss_buffer *out)
{
    ss_status status;
    ss_stats sum = {0};
    for (size_t i = 0; i < service->stats_count; i++)
        ss_stats_add(&sum, service->stats[i]);
    SS_TRY(ss_reply_begin(
        msgid, 15u + (service->recorded ? 2u : 0u) + (service->visitors ? 1u : 0u) + (service->offers ? 1u : 0u), out));
    SS_TRY(ss_reply_text(out, "generation", generation));
    SS_TRY(reply_totals(service, &sum, out));
    SS_TRY(reply_methods(&sum, out));
    SS_TRY(reply_errors(&sum, out));
    SS_TRY(reply_shorts(&sum, out));
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

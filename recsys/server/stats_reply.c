#include "server/stats_reply.h"

#include "server/process.h"
#include "server/reply.h"
#include "server/reply_writer.h"

uint64_t ss_stats_requests(const ss_stats *sum)
{
    uint64_t requests = 0;
    for (unsigned method = 0; method < SS_METHOD_COUNT; method++)
        requests += ss_counted(&sum->requests[method]);
    return requests;
}

ss_status ss_stats_reply_process(ss_buffer *out)
{
    ss_status status;
    const ss_process process = ss_process_now();
    SS_TRY(ss_reply_uint(out, "resident_bytes", process.resident));
    SS_TRY(ss_reply_uint(out, "mapped_bytes", process.mapped));
    SS_TRY(ss_reply_uint(out, "cpu_ms", process.cpu_us / 1000));
out:
    return status;
}

/* [[longest nanoseconds of a bucket, requests in it], …], without those that are empty. */
static ss_status reply_buckets(const ss_counter *latency, ss_buffer *out)
{
    uint8_t *at;
    uint32_t used = 0;
    for (unsigned i = 0; i < SS_LATENCY_BUCKETS; i++)
        used += ss_counted(&latency[i]) > 0;
    ss_status status = ss_reply_reserve(out, sizeof "buckets" + (used + 1) * 3 * SS_WIRE_NUMBER_MAX, &at);
    if (status != SS_OK)
        return status;
    at = ss_wire_put_array(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "buckets")), used);
    for (unsigned i = 0; i < SS_LATENCY_BUCKETS; i++) {
        uint64_t count = ss_counted(&latency[i]);
        if (count == 0)
            continue;
        at = ss_wire_put_uint(ss_wire_put_array(at, 2), ss_latency_bucket_end(i));
        at = ss_wire_put_uint(at, count);
    }
    ss_reply_commit(out, at);
    return SS_OK;
}

static ss_status reply_latencies(const ss_stats *sum, bool buckets, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "methods", SS_METHOD_COUNT));
    for (unsigned i = 0; i < SS_METHOD_COUNT; i++) {
        ss_method method = (ss_method)i;
        SS_TRY(ss_reply_map(out, ss_method_name(method), 5u + buckets));
        SS_TRY(ss_reply_uint(out, "requests", ss_counted(&sum->requests[method])));
        SS_TRY(ss_reply_real(out, "p50_us", (double)ss_stats_percentile(sum, method, 0.5) * 1e-3));
        SS_TRY(ss_reply_real(out, "p90_us", (double)ss_stats_percentile(sum, method, 0.9) * 1e-3));
        SS_TRY(ss_reply_real(out, "p99_us", (double)ss_stats_percentile(sum, method, 0.99) * 1e-3));
        SS_TRY(ss_reply_real(out, "p999_us", (double)ss_stats_percentile(sum, method, 0.999) * 1e-3));
        if (buckets)
            SS_TRY(reply_buckets(sum->latency[method], out));
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

static double share_of(uint64_t part, uint64_t all, double of_nothing)
{
    return all ? (double)part / (double)all : of_nothing;
}

ss_status ss_stats_reply_products(const ss_stats *sum, ss_buffer *out)
{
    ss_status status;
    uint64_t products = ss_counted(&sum->products), fallback = ss_counted(&sum->fallback_products),
             missing = ss_counted(&sum->missing);
    SS_TRY(ss_reply_uint(out, "answers", ss_counted(&sum->answers)));
    SS_TRY(ss_reply_uint(out, "products", products));
    SS_TRY(ss_reply_uint(out, "missing", missing));
    SS_TRY(ss_reply_real(out, "fill_rate", share_of(products, products + missing, 1)));
    SS_TRY(ss_reply_uint(out, "fallback_products", fallback));
    SS_TRY(ss_reply_real(out, "fallback_share", share_of(fallback, products, 0)));
out:
    return status;
}

ss_status ss_stats_reply_methods(const ss_stats *sum, bool buckets, ss_buffer *out)
{
    ss_status status;
    SS_TRY(reply_latencies(sum, buckets, out));
    SS_TRY(reply_errors(sum, out));
    SS_TRY(reply_shorts(sum, out));
out:
    return status;
}

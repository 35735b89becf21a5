#include "http/gateway_sites.h"

#include "http/sites.h"
#include "server/metrics_text.h"

static void answer_health(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    const ss_gateway_seen *seen = context;
    (void)request;
    if (atomic_load_explicit(seen->draining, memory_order_relaxed))
        ss_site_text(503, "stopping\n", reply);
    else if (!ss_gateway_is_well(seen->gateway))
        ss_site_text(503, "no server answers\n", reply);
    else
        ss_site_text(200, "ok\n", reply);
}

static void answer_metrics(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    const ss_gateway_seen *seen = context;
    (void)request;
    if (ss_gateway_metrics(seen->gateway, reply->buffer) != SS_OK) {
        ss_site_text(500, "out of memory\n", reply);
        return;
    }
    reply->type = SS_METRICS_TEXT_TYPE;
    reply->body = (ss_slice){reply->buffer->data, reply->buffer->size};
    reply->no_store = true;
}

size_t ss_sites_gateway(const ss_gateway_seen *seen, ss_http_site *sites)
{
    void *context = (void *)(uintptr_t)seen;
    sites[0] = (ss_http_site){.prefix = "/healthz", .read_only = true, .context = context, .answer = answer_health};
    sites[1] = (ss_http_site){
        .prefix = "/metrics", .secret = true, .read_only = true, .context = context, .answer = answer_metrics};
    return SS_SITES_GATEWAY;
}

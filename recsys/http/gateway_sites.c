#include "http/gateway_sites.h"

#include "server/metrics_text.h"

static void answer_text(ss_http_reply *reply, unsigned status, const char *text)
{
    reply->status = status;
    reply->type = "text/plain; charset=utf-8";
    reply->body = ss_slice_of(text);
    reply->no_store = true;
}

static void answer_health(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    const ss_gateway_seen *seen = context;
    (void)request;
    if (atomic_load_explicit(seen->draining, memory_order_relaxed))
        answer_text(reply, 503, "stopping\n");
    else if (!ss_gateway_is_well(seen->gateway))
        answer_text(reply, 503, "no server answers\n");
    else
        answer_text(reply, 200, "ok\n");
}

static void answer_metrics(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    const ss_gateway_seen *seen = context;
    (void)request;
    if (ss_gateway_metrics(seen->gateway, reply->buffer) != SS_OK) {
        answer_text(reply, 500, "out of memory\n");
        return;
    }
    reply->type = SS_METRICS_TEXT_TYPE;
    reply->body = (ss_slice){reply->buffer->data, reply->buffer->size};
    reply->no_store = true;
}

size_t ss_sites_gateway(const ss_gateway_seen *seen, ss_http_site *sites)
{
    void *context = (void *)(uintptr_t)seen;
    sites[0] = (ss_http_site){.prefix = "/healthz", .context = context, .answer = answer_health};
    sites[1] = (ss_http_site){.prefix = "/metrics", .secret = true, .context = context, .answer = answer_metrics};
    return SS_SITES_GATEWAY;
}

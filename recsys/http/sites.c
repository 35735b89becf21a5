#include "http/sites.h"

#include "web/assets.h"

#define HOUR 3600u

void ss_site_text(unsigned status, const char *text, ss_http_reply *reply)
{
    reply->status = status;
    reply->type = "text/plain; charset=utf-8";
    reply->body = ss_slice_of(text);
    reply->no_store = true;
}

void ss_site_asset(ss_slice name, ss_http_reply *reply)
{
    const ss_asset *asset = ss_asset_find(name);
    if (!asset) {
        ss_site_text(404, "there is nothing at this path\n", reply);
        return;
    }
    reply->type = asset->type;
    reply->body = asset->body;
    reply->gzip = asset->gzip;
    reply->max_age = HOUR;
}

static void answer_web(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    static const char prefix[] = "/web/";
    (void)context;
    ss_site_asset((ss_slice){request->path.data + sizeof prefix - 1, request->path.size - (sizeof prefix - 1)}, reply);
    reply->any_origin = true;
}

static void answer_root(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    (void)context;
    ss_site_asset(request->path.size == 1 ? SS_SLICE_LITERAL("about.html") : (ss_slice){"", 0}, reply);
    reply->max_age = 0;
}

static void answer_health(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    const atomic_bool *draining = context;
    (void)request;
    bool stopping = draining && atomic_load_explicit(draining, memory_order_relaxed);
    ss_site_text(stopping ? 503 : 200, stopping ? "stopping\n" : "ok\n", reply);
}

size_t ss_sites_common(const atomic_bool *draining, ss_http_site *sites)
{
    size_t count = 0;
    sites[count++] = (ss_http_site){.prefix = "/web/", .read_only = true, .answer = answer_web};
    sites[count++] = (ss_http_site){.prefix = "/", .read_only = true, .answer = answer_root};
    sites[count++] = (ss_http_site){
        .prefix = "/healthz", .read_only = true, .context = (void *)(uintptr_t)draining, .answer = answer_health};
    return count;
}

#include "http/exchange_room.h"

#include "base/clock.h"
#include "http/fault_status.h"

static ss_verb verb_of(const char *text)
{
    static const char *const names[] = {
        [SS_VERB_GET] = "GET", [SS_VERB_HEAD] = "HEAD", [SS_VERB_POST] = "POST", [SS_VERB_OPTIONS] = "OPTIONS"};
    for (unsigned i = 0; i < SS_VERB_OTHER; i++)
        if (strcmp(text, names[i]) == 0)
            return (ss_verb)i;
    return SS_VERB_OTHER;
}

/* JSON, or the text that sendBeacon calls it. */
static bool is_json(ss_slice type)
{
    const char *semicolon = type.size ? memchr(type.data, ';', type.size) : NULL;
    if (semicolon)
        type.size = (size_t)(semicolon - type.data);
    type = ss_slice_trim(type);
    return ss_slice_equal_nocase(type, SS_SLICE_LITERAL("application/json")) ||
           ss_slice_equal_nocase(type, SS_SLICE_LITERAL("text/plain"));
}

static bool is_above(ss_slice length, size_t most)
{
    long long size;
    return length.data && (!ss_slice_to_i64(length, &size) || size > (long long)most);
}

static bool may_use(ss_exchange *one)
{
    bool allowed = (one->verb == SS_VERB_POST && one->route.post) || one->verb == SS_VERB_OPTIONS ||
                   ((one->verb == SS_VERB_GET || one->verb == SS_VERB_HEAD) && one->route.get);
    if (allowed)
        return true;
    one->response.allow = one->route.allow;
    ss_exchange_refuse(one, 405, SS_FAULT_MALFORMED, "this verb is not for this path; see Allow");
    return false;
}

/* libmicrohttpd keeps target and version in one line, and takes a NUL for the target's end: then there is more between the two. */
static bool is_whole(const ss_exchange *one, const char *version)
{
    ptrdiff_t between = version - one->line;
    return between < 0 || between > (ptrdiff_t)SS_HTTP_HEAD_MAX || (size_t)between == one->buffers[SS_USE_URI].size + 1;
}

/* Refused, or to be answered at its end. */
static void read_head(ss_exchange *one, const char *version)
{
    ss_exchanges *all = one->all;
    ss_fault fault;
    ss_refusal refusal = {0};
    ss_buffer *uri = &one->buffers[SS_USE_URI];
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(one->request.connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    ss_head_read(one->request.connection, version, &one->head);
    if (one->head.status || !is_whole(one, version)) {
        one->response.close = true;
        ss_exchange_refuse(one, one->head.status ? one->head.status : 400, SS_FAULT_MALFORMED,
                           one->head.status ? one->head.message : "the target has a NUL");
        return;
    }
    bool readable = ss_target_read(uri->data, uri->size, &one->target, &fault);
    one->request.path = one->target.path;
    if (!readable) {
        ss_exchange_fault(one, 400, &fault);
        one->refused = true;
        return;
    }
    bool found = ss_route_find(one->target.path, all->setting.port->sites, all->setting.port->site_count, &one->route);
    if (!ss_gate_admit(all->setting.gate, &one->request, one->route.method, one->route.site && one->route.site->secret,
                       info ? info->client_addr : NULL, ss_clock_monotonic(), &one->guest, &refusal)) {
        ss_exchange_refuse_by(one, &refusal);
        return;
    }
    one->request.secret = one->guest.kind == SS_API_SECRET;
    if (!found)
        ss_exchange_refuse(one, 404, SS_FAULT_UNKNOWN_METHOD, "there is nothing at this path");
    else if (!may_use(one))
        return;
    else if (is_above(one->head.length, SS_MESSAGE_MAX))
        ss_exchange_refuse(one, 413, SS_FAULT_TOO_LARGE, "the body is too long");
    else if (one->verb == SS_VERB_POST && !one->route.site && !is_json(one->head.type))
        ss_exchange_refuse(one, 415, SS_FAULT_MALFORMED, "the body must be application/json");
}

/*
 * Of a request that is refused the body is read and dropped: a connection that is closed on what its caller still sends may lose the
 * reply. Not what is far too long, or has not been sent yet, or ends who knows where.
 */
static bool is_left_unread(const ss_exchange *one)
{
    return one->refused && one->head.body &&
           (one->head.asks_first || one->head.status || is_above(one->head.length, SS_UPLOAD_MAX));
}

enum MHD_Result ss_exchange_head(ss_exchange *one, const char *verb_text, const char *version)
{
    one->verb = verb_of(verb_text);
    one->request.verb = one->verb == SS_VERB_POST      ? SS_HTTP_POST
                        : one->verb == SS_VERB_OPTIONS ? SS_HTTP_OPTIONS
                                                       : SS_HTTP_GET;
    one->stage = SS_STAGE_BODY;
    read_head(one, version);
    return is_left_unread(one) ? ss_exchange_send(one) : MHD_YES;
}

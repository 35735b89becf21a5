#include "http/exchange_room.h"

#include "base/clock.h"

/* ---- the body and the end ---- */

static enum MHD_Result take_body(ss_exchange *one, const char *bytes, size_t size)
{
    ss_buffer *body = &one->buffers[SS_USE_BODY];
    one->uploaded += size;
    if (one->uploaded > SS_UPLOAD_MAX)
        return MHD_NO;
    if (one->verb != SS_VERB_POST || one->refused)
        return MHD_YES;
    one->too_large = one->too_large || one->uploaded > SS_MESSAGE_MAX;
    one->no_room = one->no_room || one->all->held + size > SS_HTTP_HELD_MAX;
    if (one->too_large || one->no_room)
        return MHD_YES;
    if (ss_buffer_append(body, bytes, size) != SS_OK)
        one->no_room = true;
    ss_exchange_hold(one, size);
    return MHD_YES;
}

static enum MHD_Result answer_preflight(ss_exchange *one)
{
    one->response.reply = (ss_http_reply){.status = 204, .body = {"", 0}};
    one->response.allow = one->route.allow;
    return ss_exchange_send(one);
}

static enum MHD_Result answer(ss_exchange *one)
{
    if (one->too_large)
        ss_exchange_refuse(one, 413, SS_FAULT_TOO_LARGE, "the body is too long");
    else if (one->no_room || one->all->held > SS_HTTP_HELD_MAX)
        ss_exchange_refuse(one, 503, SS_FAULT_BUSY, "too much is under way");
    if (one->refused)
        return ss_exchange_send(one);
    if (one->verb == SS_VERB_OPTIONS)
        return answer_preflight(one);
    one->request.body = (ss_slice){one->buffers[SS_USE_BODY].data, one->buffers[SS_USE_BODY].size};
    return one->route.site ? ss_exchange_site(one) : ss_exchange_method(one);
}

/* ---- libmicrohttpd's callbacks ---- */

/*
 * The target as it came is kept here. libmicrohttpd is about to take its query apart in its own buffer, and closes the connection when that has no
 * room for a list of the pairs: there is nothing left for it to list.
 */
static void take_uri(ss_exchange *one, const char *uri)
{
    char *query = (char *)(uintptr_t)strchr(uri, '?');
    if (ss_buffer_append_text(&one->buffers[SS_USE_URI], uri) != SS_OK)
        ss_exchange_refuse(one, 414, SS_FAULT_TOO_LARGE, "the target is too long");
    if (query)
        query[1] = '\0';
}

void *ss_exchange_begin(void *exchanges, const char *uri, struct MHD_Connection *connection)
{
    ss_exchange *one = ss_exchange_take(exchanges);
    if (!one)
        return NULL;
    one->request = ss_exchange_view(one, connection);
    one->stage = SS_STAGE_HEAD;
    one->line = uri;
    one->target.query.count = 0;
    one->route = (ss_route){.method = SS_METHOD_COUNT};
    one->guest = (ss_guest){.key = 0};
    one->response = (ss_response){.tagged = false};
    one->refused = one->too_large = one->no_room = false;
    one->uploaded = one->held = 0;
    ss_buffer_clear(&one->buffers[SS_USE_URI]);
    ss_buffer_clear(&one->buffers[SS_USE_BODY]);
    take_uri(one, uri);
    return one;
}

enum MHD_Result ss_exchange_step(void *exchanges, struct MHD_Connection *connection, const char *url,
                                 const char *verb_text, const char *version, const char *upload, size_t *upload_size,
                                 void **exchange_of)
{
    ss_exchange *one = *exchange_of;
    (void)exchanges;
    (void)connection;
    (void)url;
    if (!one)
        return MHD_NO;
    if (one->stage == SS_STAGE_HEAD)
        return ss_exchange_head(one, verb_text, version);
    if (one->stage == SS_STAGE_ANSWERED)
        return one->route.site ? ss_exchange_site_goes_on(one) : ss_exchange_send(one);
    if (one->stage != SS_STAGE_BODY)
        return MHD_YES;
    if (*upload_size == 0)
        return answer(one);
    size_t size = *upload_size;
    *upload_size = 0;
    return take_body(one, upload, size);
}

void ss_exchange_end(void *exchanges, struct MHD_Connection *connection, void **exchange_of,
                     enum MHD_RequestTerminationCode code)
{
    ss_exchanges *all = exchanges;
    ss_exchange *one = *exchange_of;
    ss_connection *held = ss_exchange_connection(connection);
    (void)code;
    *exchange_of = NULL;
    if (!one)
        return;
    if (one->stage == SS_STAGE_WAITING)
        all->setting.backend->forget(all->setting.backend->self, one->ticket);
    ss_exchange_give_back(one);
    if (held)
        ss_connections_done(all->setting.connections, held, ss_clock_monotonic());
}

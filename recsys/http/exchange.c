#include "http/exchange.h"

#include "base/clock.h"
#include "http/fault_status.h"
#include "http/head.h"
#include "http/question.h"
#include "http/respond.h"
#include "http/routes.h"
#include "http/transcode.h"
#include <stdio.h>
#include <stdlib.h>

#define JSON_MAX   (4 * SS_REPLY_MAX)   /* most bytes of a reply as JSON */
#define ROOM_MAX   (8 * SS_REPLY_MAX)   /* for making one */
#define KEPT_MAX   (64u << 10)          /* bytes of a buffer that is kept for the next request */
#define ROOM_KEPT  (8u << 20)           /* of that in which replies are made */
#define UPLOAD_MAX (4 * SS_MESSAGE_MAX) /* of a body that is dropped: who sends more is cut off */

#define SECOND     INT64_C(1000000000)
#define DEADLINE   (10 * SECOND)  /* for a backend's answer */
#define OF_RELOADS (600 * SECOND) /* a generation is checked first */

typedef enum verb { VERB_GET, VERB_HEAD, VERB_POST, VERB_OPTIONS, VERB_OTHER } verb;

typedef enum stage { STAGE_HEAD, STAGE_BODY, STAGE_WAITING, STAGE_ANSWERED, STAGE_SENT } stage;

/* What a request's buffers are for. */
typedef enum use { USE_URI, USE_BODY, USE_PARAMS, USE_ASKED, USE_RESULT, USE_REPLY, USE_PACKED, USES } use;

typedef struct exchange {
    ss_http_request request; /* first: sites have nothing else in hand */
    ss_exchanges *all;
    struct exchange *before, *after; /* in hand, or free */
    stage stage;
    verb verb;
    const char *line; /* the target as libmicrohttpd has it: only compared */
    ss_head head;
    ss_target target;
    ss_route route;
    ss_guest guest;
    ss_response response;
    ss_buffer buffers[USES];
    bool refused; /* the response is made already */
    bool too_large, no_room;
    size_t uploaded, held; /* bytes */
    uint64_t ticket;       /* of what was asked */
    int64_t deadline;
} exchange;

struct ss_exchanges {
    ss_exchange_setting setting;
    ss_packer *packer;
    ss_buffer json;   /* where replies are made, with more room than they take in the end */
    exchange in_hand; /* a ring */
    exchange *free;   /* chained by `after` */
    size_t count, held;
    uint64_t tickets;
    bool closing; /* nobody waits for a backend any more */
};

/* ---- the pool ---- */

ss_status ss_exchanges_new(const ss_exchange_setting *setting, ss_exchanges **exchanges, ss_error *error)
{
    ss_exchanges *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->setting = *setting;
    new->in_hand.before = new->in_hand.after = &new->in_hand;
    ss_buffer_init(&new->json, ROOM_MAX);
    ss_status status = ss_packer_new(&new->packer, error);
    if (status == SS_OK)
        *exchanges = new;
    else
        ss_exchanges_free(&new);
    return status;
}

static void free_one(exchange *one)
{
    for (unsigned i = 0; i < USES; i++)
        ss_buffer_release(&one->buffers[i]);
    free(one);
}

void ss_exchanges_free(ss_exchanges **exchanges)
{
    ss_exchanges *old = *exchanges;
    *exchanges = NULL;
    if (!old)
        return;
    for (exchange *one = old->free, *next; one; one = next) {
        next = one->after;
        free_one(one);
    }
    ss_packer_free(&old->packer);
    ss_buffer_release(&old->json);
    free(old);
}

static exchange *new_exchange(ss_exchanges *all)
{
    static const size_t ceilings[USES] = {
        [USE_URI] = SS_HTTP_HEAD_MAX,   [USE_BODY] = SS_MESSAGE_MAX, [USE_PARAMS] = SS_MESSAGE_MAX,
        [USE_ASKED] = SS_MESSAGE_MAX,   [USE_RESULT] = SS_REPLY_MAX, [USE_REPLY] = JSON_MAX,
        [USE_PACKED] = JSON_MAX + 65536};
    exchange *new = calloc(1, sizeof *new);
    if (!new)
        return NULL;
    new->all = all;
    for (unsigned i = 0; i < USES; i++)
        ss_buffer_init(&new->buffers[i], ceilings[i]);
    return new;
}

static exchange *take(ss_exchanges *all)
{
    exchange *one = all->free ? all->free : new_exchange(all);
    if (!one)
        return NULL;
    if (one == all->free)
        all->free = one->after;
    one->after = &all->in_hand;
    one->before = all->in_hand.before;
    one->before->after = one;
    all->in_hand.before = one;
    all->count++;
    return one;
}

static void hold(exchange *one, size_t more)
{
    one->held += more;
    one->all->held += more;
}

static void give_back(exchange *one)
{
    ss_exchanges *all = one->all;
    one->before->after = one->after;
    one->after->before = one->before;
    for (unsigned i = 0; i < USES; i++)
        if (one->buffers[i].capacity > KEPT_MAX)
            ss_buffer_release(&one->buffers[i]);
    all->held -= one->held;
    all->count--;
    one->after = all->free;
    all->free = one;
}

size_t ss_exchanges_count(const ss_exchanges *exchanges)
{
    return exchanges->count;
}

/* ---- what sites and the gate may look at ---- */

static ss_slice query_of(const ss_http_request *request, const char *name)
{
    const exchange *one = (const exchange *)request;
    return ss_query_find(&one->target.query, name);
}

static ss_slice value_of(const ss_http_request *request, enum MHD_ValueKind kind, const char *name)
{
    return ss_slice_of(MHD_lookup_connection_value(request->connection, kind, name));
}

static ss_slice header_of(const ss_http_request *request, const char *name)
{
    return value_of(request, MHD_HEADER_KIND, name);
}

typedef struct last_value {
    const char *name;
    ss_slice value;
} last_value;

static enum MHD_Result keep_last(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    last_value *last = context;
    (void)kind;
    if (ss_slice_equal_nocase(ss_slice_of(name), ss_slice_of(last->name)))
        last->value = ss_slice_of(value);
    return MHD_YES;
}

static ss_slice last_header_of(const ss_http_request *request, const char *name)
{
    last_value last = {name, {NULL, 0}};
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, keep_last, &last);
    return last.value;
}

static ss_slice cookie_of(const ss_http_request *request, const char *name)
{
    return value_of(request, MHD_COOKIE_KIND, name);
}

/* ---- responses that are made here ---- */

static void answer_json(exchange *one, unsigned status)
{
    ss_http_reply *reply = &one->response.reply;
    ss_buffer *json = &one->buffers[USE_REPLY];
    reply->status = status;
    reply->type = "application/json";
    reply->body = (ss_slice){json->data, json->size};
}

static void answer_fault(exchange *one, unsigned status, const ss_fault *fault)
{
    if (ss_fault_json(fault, &one->buffers[USE_REPLY]) != SS_OK)
        ss_buffer_clear(&one->buffers[USE_REPLY]);
    answer_json(one, status);
    one->response.tagged = false;
    if (status == 503 && one->response.retry_s == 0)
        one->response.retry_s = 1;
}

/* The reply is an error, and made. */
static void refuse(exchange *one, unsigned status, ss_fault_code code, const char *message)
{
    ss_fault fault = {.code = code};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    answer_fault(one, status, &fault);
    one->refused = true;
}

static void refuse_by_gate(exchange *one, const ss_refusal *refusal)
{
    one->response.retry_s = refusal->retry_s;
    answer_fault(one, refusal->status, &refusal->fault);
    one->refused = true;
}

/* ---- the reply goes out ---- */

static void count_status(ss_http_counts *counts, unsigned status)
{
    if (status >= SS_HTTP_STATUS_LEAST && status <= SS_HTTP_STATUS_MOST)
        ss_count(&counts->requests[status - SS_HTTP_STATUS_LEAST]);
}

static bool is_draining(const ss_exchanges *all)
{
    const atomic_bool *draining = all->setting.port->draining;
    return draining && atomic_load_explicit(draining, memory_order_relaxed);
}

static enum MHD_Result send_reply(exchange *one)
{
    ss_exchanges *all = one->all;
    ss_response *response = &one->response;
    response->close = response->close || all->closing || is_draining(all);
    response->header_count =
        ss_gate_headers(all->setting.gate, &one->guest, &one->request, one->verb == VERB_OPTIONS, response->headers);
    one->stage = STAGE_SENT;
    hold(one, response->reply.body.size);
    unsigned status = response->reply.status;
    enum MHD_Result result =
        ss_respond(one->request.connection, response, all->packer, &one->buffers[USE_PACKED], &status);
    count_status(all->setting.counts, status);
    return result;
}

/* ---- methods ---- */

/* The result as JSON, in the request's own buffer. */
static ss_status write_result(exchange *one, ss_slice result)
{
    ss_slice shown;
    ss_status status;
    ss_buffer *json = &one->all->json, *own = &one->buffers[USE_REPLY], *changed = &one->buffers[USE_RESULT];
    ss_buffer_clear(json);
    ss_buffer_clear(own);
    ss_buffer_clear(changed);
    SS_TRY(ss_gate_result(one->all->setting.gate, &one->guest, one->route.method, result, changed, &shown, NULL));
    SS_TRY(ss_wire_to_json(shown, json, NULL));
    SS_TRY(ss_buffer_append(own, json->data, json->size));
out:
    if (json->capacity > ROOM_KEPT)
        ss_buffer_release(json);
    return status;
}

static void answer_result(exchange *one, ss_slice result)
{
    ss_status status = write_result(one, result);
    if (status == SS_OK)
        answer_json(one, 200);
    else if (status == SS_E_LIMIT)
        refuse(one, 413, SS_FAULT_TOO_LARGE, "the reply is too long");
    else
        refuse(one, 500, SS_FAULT_INTERNAL, "the reply cannot be said in JSON");
}

/* An empty reply: nobody answered. */
static void answer_reply(exchange *one, ss_slice reply)
{
    ss_slice result;
    ss_fault fault;
    if (one->route.site)
        one->response.reply.finish(one->route.site->context, reply, &one->response.reply);
    else if (reply.size == 0)
        refuse(one, 504, SS_FAULT_BUSY, "no answer came in time");
    else if (ss_reply_result(reply, &result, &fault))
        answer_result(one, result);
    else
        answer_fault(one, ss_fault_status(fault.code), &fault);
}

static ss_connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* Its connection does nothing until the backend has answered, and is not to blame for it. */
static enum MHD_Result wait_for_answer(exchange *one, ss_method asked)
{
    ss_connection *connection = connection_of(one->request.connection);
    if (connection)
        connection->waits = true;
    one->stage = STAGE_WAITING;
    one->deadline = ss_clock_monotonic() + (asked == SS_METHOD_RELOAD ? OF_RELOADS : DEADLINE);
    MHD_suspend_connection(one->request.connection);
    return MHD_YES;
}

static void go_on(exchange *one)
{
    ss_connection *connection = connection_of(one->request.connection);
    if (connection) {
        connection->waits = false;
        ss_connections_done(one->all->setting.connections, connection, ss_clock_monotonic());
    }
    one->stage = STAGE_ANSWERED;
    MHD_resume_connection(one->request.connection);
}

/* True: it is answered. */
static bool ask_backend(exchange *one, ss_backend_request *question)
{
    ss_exchanges *all = one->all;
    ss_slice reply = {"", 0};
    question->ticket = one->ticket = ++all->tickets;
    bool answered = all->closing || all->setting.backend->ask(all->setting.backend->self, question, &reply);
    if (answered)
        answer_reply(one, reply);
    return answered;
}

static enum MHD_Result ask(exchange *one, ss_backend_request *question)
{
    if (ask_backend(one, question))
        return send_reply(one);
    return wait_for_answer(one, question->method);
}

static bool read_params(exchange *one, ss_buffer *params)
{
    ss_fault fault;
    ss_slice body = one->request.body;
    ss_buffer_clear(params);
    bool read = one->verb == VERB_POST ? ss_body_params(body, params, &fault)
                                       : ss_query_params(&one->target.query, params, &fault);
    if (!read)
        answer_fault(one, ss_fault_status(fault.code), &fault);
    return read;
}

static enum MHD_Result answer_method(exchange *one)
{
    ss_slice asked;
    ss_refusal refusal = {0};
    ss_buffer *params = &one->buffers[USE_PARAMS];
    if (!read_params(one, params))
        return send_reply(one);
    ss_buffer_clear(&one->buffers[USE_ASKED]);
    if (!ss_gate_params(one->all->setting.gate, &one->guest, one->route.method, (ss_slice){params->data, params->size},
                        &one->buffers[USE_ASKED], &asked, &refusal)) {
        refuse_by_gate(one, &refusal);
        return send_reply(one);
    }
    ss_backend_request question = ss_question_of(one->route.method, asked);
    bool shared = one->verb != VERB_POST && ss_method_is_shared(one->route.method) && question.visitor.size == 0 &&
                  question.idempotent;
    if (one->verb != VERB_POST && !question.idempotent) {
        one->response.allow = "POST, OPTIONS";
        refuse(one, 405, SS_FAULT_MALFORMED, "this changes something: POST");
        return send_reply(one);
    }
    one->response.tagged = shared;
    /* What a secret key is shown no proxy may keep: it would have to heed Vary, and not all do. */
    bool common = shared && !(one->guest.key && one->guest.kind == SS_API_SECRET);
    one->response.reply.max_age = common ? (unsigned)one->all->setting.port->options->max_age_s : 0;
    return ask(one, &question);
}

/* ---- sites ---- */

/* Asks what the site wants to know, one question after the other, and sends what it makes of it. */
static enum MHD_Result complete_site(exchange *one)
{
    ss_http_reply *reply = &one->response.reply;
    while (reply->later) {
        ss_backend_request question = reply->question;
        reply->later = false;
        if (!ask_backend(one, &question))
            return wait_for_answer(one, question.method);
    }
    one->response.tagged = reply->status == 200 && !reply->no_store;
    return send_reply(one);
}

static enum MHD_Result answer_site(exchange *one)
{
    const ss_http_site *site = one->route.site;
    ss_http_reply *reply = &one->response.reply;
    ss_buffer_clear(&one->buffers[USE_REPLY]);
    *reply = (ss_http_reply){.status = 200, .buffer = &one->buffers[USE_REPLY], .request = &one->request};
    site->answer(site->context, &one->request, reply);
    return complete_site(one);
}

/* ---- the head ---- */

static verb verb_of(const char *text)
{
    static const char *const names[] = {
        [VERB_GET] = "GET", [VERB_HEAD] = "HEAD", [VERB_POST] = "POST", [VERB_OPTIONS] = "OPTIONS"};
    for (unsigned i = 0; i < VERB_OTHER; i++)
        if (strcmp(text, names[i]) == 0)
            return (verb)i;
    return VERB_OTHER;
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

static bool may_use(exchange *one)
{
    bool allowed = (one->verb == VERB_POST && one->route.post) || one->verb == VERB_OPTIONS ||
                   ((one->verb == VERB_GET || one->verb == VERB_HEAD) && one->route.get);
    if (allowed)
        return true;
    one->response.allow = one->route.allow;
    refuse(one, 405, SS_FAULT_MALFORMED, "this verb is not for this path; see Allow");
    return false;
}

/* libmicrohttpd keeps target and version in one line, and takes a NUL for the target's end: then there is more between the two. */
static bool is_whole(const exchange *one, const char *version)
{
    ptrdiff_t between = version - one->line;
    return between < 0 || between > (ptrdiff_t)SS_HTTP_HEAD_MAX || (size_t)between == one->buffers[USE_URI].size + 1;
}

/* Refused, or to be answered at its end. */
static void read_head(exchange *one, const char *version)
{
    ss_exchanges *all = one->all;
    ss_fault fault;
    ss_refusal refusal = {0};
    ss_buffer *uri = &one->buffers[USE_URI];
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(one->request.connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    ss_head_read(one->request.connection, version, &one->head);
    if (one->head.status || !is_whole(one, version)) {
        one->response.close = true;
        refuse(one, one->head.status ? one->head.status : 400, SS_FAULT_MALFORMED,
               one->head.status ? one->head.message : "the target has a NUL");
        return;
    }
    bool readable = ss_target_read(uri->data, uri->size, &one->target, &fault);
    one->request.path = one->target.path;
    if (!readable) {
        answer_fault(one, 400, &fault);
        one->refused = true;
        return;
    }
    bool found = ss_route_find(one->target.path, all->setting.port->sites, all->setting.port->site_count, &one->route);
    if (!ss_gate_admit(all->setting.gate, &one->request, one->route.method, one->route.site && one->route.site->secret,
                       info ? info->client_addr : NULL, ss_clock_monotonic(), &one->guest, &refusal)) {
        refuse_by_gate(one, &refusal);
        return;
    }
    one->request.secret = one->guest.kind == SS_API_SECRET;
    if (!found)
        refuse(one, 404, SS_FAULT_UNKNOWN_METHOD, "there is nothing at this path");
    else if (!may_use(one))
        return;
    else if (is_above(one->head.length, SS_MESSAGE_MAX))
        refuse(one, 413, SS_FAULT_TOO_LARGE, "the body is too long");
    else if (one->verb == VERB_POST && !one->route.site && !is_json(one->head.type))
        refuse(one, 415, SS_FAULT_MALFORMED, "the body must be application/json");
}

/*
 * Of a request that is refused the body is read and dropped: a connection that is closed on what its caller still sends may lose the
 * reply. Not what is far too long, or has not been sent yet, or ends who knows where.
 */
static bool is_left_unread(const exchange *one)
{
    return one->refused && one->head.body &&
           (one->head.asks_first || one->head.status || is_above(one->head.length, UPLOAD_MAX));
}

static enum MHD_Result take_head(exchange *one, const char *verb_text, const char *version)
{
    one->verb = verb_of(verb_text);
    one->request.verb = one->verb == VERB_POST      ? SS_HTTP_POST
                        : one->verb == VERB_OPTIONS ? SS_HTTP_OPTIONS
                                                    : SS_HTTP_GET;
    one->stage = STAGE_BODY;
    read_head(one, version);
    return is_left_unread(one) ? send_reply(one) : MHD_YES;
}

/* ---- the body and the end ---- */

static enum MHD_Result take_body(exchange *one, const char *bytes, size_t size)
{
    ss_buffer *body = &one->buffers[USE_BODY];
    one->uploaded += size;
    if (one->uploaded > UPLOAD_MAX)
        return MHD_NO;
    if (one->verb != VERB_POST || one->refused)
        return MHD_YES;
    one->too_large = one->too_large || one->uploaded > SS_MESSAGE_MAX;
    one->no_room = one->no_room || one->all->held + size > SS_HTTP_HELD_MAX;
    if (one->too_large || one->no_room)
        return MHD_YES;
    if (ss_buffer_append(body, bytes, size) != SS_OK)
        one->no_room = true;
    hold(one, size);
    return MHD_YES;
}

static enum MHD_Result answer_preflight(exchange *one)
{
    one->response.reply = (ss_http_reply){.status = 204, .body = {"", 0}};
    one->response.allow = one->route.allow;
    return send_reply(one);
}

static enum MHD_Result answer(exchange *one)
{
    if (one->too_large)
        refuse(one, 413, SS_FAULT_TOO_LARGE, "the body is too long");
    else if (one->no_room || one->all->held > SS_HTTP_HELD_MAX)
        refuse(one, 503, SS_FAULT_BUSY, "too much is under way");
    if (one->refused)
        return send_reply(one);
    if (one->verb == VERB_OPTIONS)
        return answer_preflight(one);
    one->request.body = (ss_slice){one->buffers[USE_BODY].data, one->buffers[USE_BODY].size};
    return one->route.site ? answer_site(one) : answer_method(one);
}

/* ---- libmicrohttpd's callbacks ---- */

/*
 * The target as it came is kept here. libmicrohttpd is about to take its query apart in its own buffer, and closes the connection when that has no
 * room for a list of the pairs: there is nothing left for it to list.
 */
static void take_uri(exchange *one, const char *uri)
{
    char *query = (char *)(uintptr_t)strchr(uri, '?');
    if (ss_buffer_append_text(&one->buffers[USE_URI], uri) != SS_OK)
        refuse(one, 414, SS_FAULT_TOO_LARGE, "the target is too long");
    if (query)
        query[1] = '\0';
}

void *ss_exchange_begin(void *exchanges, const char *uri, struct MHD_Connection *connection)
{
    exchange *one = take(exchanges);
    if (!one)
        return NULL;
    one->request = (ss_http_request){.query = query_of,
                                     .header = header_of,
                                     .last_header = last_header_of,
                                     .cookie = cookie_of,
                                     .parameters = &one->target.query,
                                     .connection = connection};
    one->stage = STAGE_HEAD;
    one->line = uri;
    one->target.query.count = 0;
    one->route = (ss_route){.method = SS_METHOD_COUNT};
    one->guest = (ss_guest){.key = 0};
    one->response = (ss_response){.tagged = false};
    one->refused = one->too_large = one->no_room = false;
    one->uploaded = one->held = 0;
    ss_buffer_clear(&one->buffers[USE_URI]);
    ss_buffer_clear(&one->buffers[USE_BODY]);
    take_uri(one, uri);
    return one;
}

enum MHD_Result ss_exchange_step(void *exchanges, struct MHD_Connection *connection, const char *url,
                                 const char *verb_text, const char *version, const char *upload, size_t *upload_size,
                                 void **exchange_of)
{
    exchange *one = *exchange_of;
    (void)exchanges;
    (void)connection;
    (void)url;
    if (!one)
        return MHD_NO;
    if (one->stage == STAGE_HEAD)
        return take_head(one, verb_text, version);
    if (one->stage == STAGE_ANSWERED)
        return one->route.site ? complete_site(one) : send_reply(one);
    if (one->stage != STAGE_BODY)
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
    exchange *one = *exchange_of;
    ss_connection *held = connection_of(connection);
    (void)code;
    *exchange_of = NULL;
    if (!one)
        return;
    if (one->stage == STAGE_WAITING)
        all->setting.backend->forget(all->setting.backend->self, one->ticket);
    give_back(one);
    if (held)
        ss_connections_done(all->setting.connections, held, ss_clock_monotonic());
}

/* ---- the backend's ---- */

void ss_exchange_answered(void *exchanges, uint64_t ticket, ss_slice reply)
{
    ss_exchanges *all = exchanges;
    for (exchange *one = all->in_hand.after; one != &all->in_hand; one = one->after)
        if (one->stage == STAGE_WAITING && one->ticket == ticket) {
            answer_reply(one, reply);
            go_on(one);
            return;
        }
}

void ss_exchanges_sweep(ss_exchanges *exchanges, int64_t now)
{
    const ss_backend *backend = exchanges->setting.backend;
    for (exchange *one = exchanges->in_hand.after; one != &exchanges->in_hand; one = one->after) {
        if (one->stage != STAGE_WAITING || one->deadline > now)
            continue;
        backend->forget(backend->self, one->ticket);
        answer_reply(one, (ss_slice){"", 0});
        go_on(one);
    }
}

void ss_exchanges_dismiss(ss_exchanges *exchanges)
{
    exchanges->closing = true;
    ss_exchanges_sweep(exchanges, INT64_MAX);
}

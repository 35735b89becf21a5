#include "server/handler.h"

#include "base/clock.h"
#include "server/find_reply.h"
#include "server/page_reply.h"
#include <stdio.h>
#include <stdlib.h>

/* A request that was read. */
typedef struct place {
    bool decoded;
    ss_fault fault; /* why not */
    ss_call call;
} place;

struct ss_handler {
    ss_answerer *answerer; /* owned */
    const ss_service *service;
    ss_stats *stats;
    ss_buffer reply;
    int64_t now;        /* microseconds UTC, at the last tick */
    unsigned countdown; /* requests until one is timed */
    ss_page page;
    ss_finder *finder; /* owned */
    place *at;         /* the one being answered */
    place places[SS_HANDLER_PLACES];
};

ss_status ss_handler_new(ss_answerer *answerer, const ss_service *service, ss_stats *stats, ss_handler **handler,
                         ss_error *error)
{
    ss_handler *new = calloc(1, sizeof *new);
    ss_finder *finder = ss_finder_new();
    if (!new || !finder) {
        free(new);
        ss_finder_free(&finder);
        ss_answerer_free(&answerer);
        return ss_error_nomem(error);
    }
    new->answerer = answerer;
    new->finder = finder;
    new->service = service;
    new->stats = stats;
    new->at = new->places;
    ss_buffer_init(&new->reply, SS_REPLY_MAX);
    ss_handler_tick(new);
    *handler = new;
    return SS_OK;
}

void ss_handler_free(ss_handler **handler)
{
    ss_handler *old = *handler;
    *handler = NULL;
    if (!old)
        return;
    ss_answerer_free(&old->answerer);
    ss_finder_free(&old->finder);
    ss_buffer_release(&old->reply);
    free(old);
}

ss_answerer *ss_handler_exchange(ss_handler *handler, ss_answerer *answerer)
{
    ss_answerer *old = handler->answerer;
    handler->answerer = answerer;
    ss_finder_forget(handler->finder);
    return old;
}

void ss_handler_tick(ss_handler *handler)
{
    handler->now = ss_clock_now();
    handler->countdown = 0;
}

/* ---- faults ---- */

static ss_handled reply_fault(ss_handler *handler, const ss_fault *fault)
{
    ss_count(&handler->stats->faults[fault->code]);
    ss_status status = ss_reply_fault(handler->at->call.has_msgid, handler->at->call.msgid, fault, &handler->reply);
    return status == SS_OK ? SS_HANDLED_REPLY : SS_HANDLED_DROPPED;
}

static ss_handled reply_short_fault(ss_handler *handler, ss_fault_code code, const char *message)
{
    ss_fault fault = {.code = code};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    return reply_fault(handler, &fault);
}

static ss_handled reply_failure(ss_handler *handler, ss_status status)
{
    const ss_fault fault = ss_reply_failure(status);
    return reply_fault(handler, &fault);
}

/* ---- methods ---- */

static ss_handled reply_shelf(ss_handler *handler)
{
    ss_call *call = &handler->at->call;
    const ss_snapshot *snapshot = ss_answerer_snapshot(handler->answerer);
    ss_answer answer;
    ss_status status = ss_answerer_catch_up(handler->answerer, NULL);
    if (status == SS_OK)
        status = ss_answer_shelf(handler->answerer, &snapshot->shelves[call->method], &call->request, &answer, NULL);
    if (status == SS_OK)
        status = ss_reply_answer(ss_answerer_catalogue(handler->answerer), call, &answer, &handler->reply);
    if (status != SS_OK)
        return reply_failure(handler, status);
    ss_stats_count_answer(handler->stats, &answer);
    return SS_HANDLED_REPLY;
}

static ss_handled reply_page(ss_handler *handler)
{
    ss_status status = ss_answerer_catch_up(handler->answerer, NULL);
    if (status == SS_OK)
        status =
            ss_page_reply(handler->answerer, &handler->page, &handler->at->call, NULL, handler->stats, &handler->reply);
    return status == SS_OK ? SS_HANDLED_REPLY : reply_failure(handler, status);
}

static ss_handled reply_find(ss_handler *handler)
{
    const ss_call *call = &handler->at->call;
    ss_fault fault;
    ss_status status = ss_answerer_catch_up(handler->answerer, NULL);
    if (status != SS_OK)
        return reply_failure(handler, status);
    return ss_find_reply(handler->finder, ss_answerer_catalogue(handler->answerer), call, &handler->reply, &fault)
               ? SS_HANDLED_REPLY
               : reply_fault(handler, &fault);
}

static bool is_shelf(const ss_call *call)
{
    return (unsigned)call->method < SS_SHELF_COUNT;
}

static ss_handled reply_method(ss_handler *handler)
{
    const ss_call *call = &handler->at->call;
    const char *generation = ss_answerer_snapshot(handler->answerer)->name;
    if (is_shelf(call))
        return reply_shelf(handler);
    if (ss_call_is_recorded(call))
        return SS_HANDLED_RECORD;
    if (call->method == SS_METHOD_PAGE)
        return reply_page(handler);
    if (call->method == SS_METHOD_FIND)
        return reply_find(handler);
    if (call->method == SS_METHOD_RELOAD)
        return SS_HANDLED_RELOAD;
    ss_status status =
        call->method == SS_METHOD_HEALTH
            ? ss_service_reply_health(handler->service, call->msgid, generation, &handler->reply)
            : ss_service_reply_stats(handler->service, call->msgid, generation, call->buckets, &handler->reply);
    return status == SS_OK ? SS_HANDLED_REPLY : reply_failure(handler, status);
}

/* ---- the request ---- */

/* Whoever is let in may read; more is asked about. */
static bool may_call(const ss_call *call, ss_role_of role_of, void *context)
{
    ss_role needed = ss_call_role(call);
    return needed <= SS_ROLE_READ || !role_of || role_of(context) >= needed;
}

static ss_handled reply_denied(ss_handler *handler)
{
    ss_fault fault = {.code = SS_FAULT_ACCESS_DENIED};
    const ss_call *call = &handler->at->call;
    snprintf(fault.message, sizeof fault.message, "%s%s takes the role %s", ss_method_name(call->method),
             call->offers.wanted ? " with offers"
             : call->find.all    ? " with all"
                                 : "",
             ss_role_name(ss_call_role(call)));
    return reply_fault(handler, &fault);
}

static ss_handled answer(ss_handler *handler, ss_role_of role_of, void *context)
{
    const ss_call *call = &handler->at->call;
    if (call->method != SS_METHOD_COUNT)
        ss_count(&handler->stats->requests[call->method]);
    if (!handler->at->decoded)
        return reply_fault(handler, &handler->at->fault);
    if (atomic_load_explicit(&handler->service->draining, memory_order_relaxed))
        return reply_short_fault(handler, SS_FAULT_SHUTTING_DOWN, "the server is shutting down");
    if (!may_call(call, role_of, context))
        return reply_denied(handler);
    return reply_method(handler);
}

void ss_handler_read(ss_handler *handler, size_t number, ss_slice request)
{
    place *at = &handler->places[number];
    at->decoded = ss_call_decode(request, &at->call, &at->fault);
    if (!at->call.has_timestamp)
        at->call.request.now = handler->now;
}

/* Of a page that on top: what the others read it has mostly read. */
static ss_shelf_kind first_shelf(const ss_call *call)
{
    if (call->method == SS_METHOD_PAGE)
        return call->shelves[0].kind;
    return is_shelf(call) ? (ss_shelf_kind)call->method : SS_SHELF_COUNT;
}

void ss_handler_foresee(ss_handler *handler, size_t count)
{
    ss_question questions[SS_HANDLER_PLACES];
    size_t used = 0;
    const ss_snapshot *snapshot = ss_answerer_snapshot(handler->answerer);
    for (size_t i = 0; i < count; i++) {
        const place *at = &handler->places[i];
        ss_shelf_kind shelf = at->decoded ? first_shelf(&at->call) : SS_SHELF_COUNT;
        if (shelf != SS_SHELF_COUNT)
            questions[used++] = (ss_question){&snapshot->shelves[shelf], &at->call.request};
    }
    ss_answerer_foresee(handler->answerer, questions, used);
}

ss_handled ss_handler_answer(ss_handler *handler, size_t number, ss_role_of role_of, void *context, ss_slice *reply,
                             uint32_t *msgid)
{
    handler->at = &handler->places[number];
    bool timed = handler->countdown == 0;
    int64_t begun = timed ? ss_clock_monotonic() : 0;
    ss_handled handled = answer(handler, role_of, context);
    if (timed && handled == SS_HANDLED_REPLY && handler->at->call.method != SS_METHOD_COUNT)
        ss_stats_latency(handler->stats, handler->at->call.method, ss_clock_monotonic() - begun);
    handler->countdown = timed ? SS_TIMED_EVERY - 1 : handler->countdown - 1;
    *reply = (ss_slice){handler->reply.data, handler->reply.size};
    *msgid = handler->at->call.msgid;
    return handled;
}

ss_handled ss_handler_handle(ss_handler *handler, ss_slice request, ss_role_of role_of, void *context, ss_slice *reply,
                             uint32_t *msgid)
{
    ss_handler_read(handler, 0, request);
    ss_handler_foresee(handler, 1);
    return ss_handler_answer(handler, 0, role_of, context, reply, msgid);
}

const ss_call *ss_handler_call(const ss_handler *handler)
{
    return &handler->at->call;
}

bool ss_handler_refuse(ss_handler *handler, ss_fault_code code, const char *message, ss_slice *reply)
{
    ss_handled handled = reply_short_fault(handler, code, message);
    *reply = (ss_slice){handler->reply.data, handler->reply.size};
    return handled == SS_HANDLED_REPLY;
}

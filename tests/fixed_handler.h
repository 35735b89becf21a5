/* fixed_handler.h: the server's handler and recorder over the fixed store, without sockets. */
#ifndef SS_TESTS_FIXED_HANDLER_H
#define SS_TESTS_FIXED_HANDLER_H

#include "fixed_store.h"
#include "server/handler.h"
#include "server/live_state.h"
#include "temporary_folder.h"
#include <sys/eventfd.h>

typedef struct fixed_handler {
    char folder[TEMPORARY_PATH_MAX], store[TEMPORARY_PATH_MAX];
    ss_snapshot *snapshot;
    ss_service service;
    ss_stats stats;
    ss_handler *handler;
    /* from the first request that is recorded on: */
    ss_live_options live;
    ss_live_state *state;
    ss_recorder *recorder;
    int done;
    ss_envelope reply;
} fixed_handler;

static inline void fixed_must(ss_status status, const ss_error *error)
{
    char text[1024];
    if (status == SS_OK)
        return;
    ss_error_format(error, text, sizeof text);
    fprintf(stderr, "fixed_handler: %s\n", text);
    abort();
}

static inline void fixed_handler_open(fixed_handler *fixed)
{
    char name[SS_GENERATION_NAME_MAX];
    ss_error error = {0};
    ss_answerer *answerer = NULL;
    temporary_folder_make(fixed->folder);
    temporary_path(fixed->store, fixed->folder, "store");
    fixed_must(fixed_store_publish(fixed->store, FIXED_TIME, 0, name, &error), &error);
    fixed_must(ss_snapshot_open(fixed->store, NULL, true, &fixed->snapshot, &error), &error);
    fixed_must(ss_answerer_new(fixed->snapshot, NULL, &answerer, &error), &error);
    ss_service_init(&fixed->service);
    fixed->stats = (ss_stats){0};
    fixed->service.stats[fixed->service.stats_count++] = &fixed->stats;
    fixed_must(ss_handler_new(answerer, &fixed->service, &fixed->stats, &fixed->handler, &error), &error);
    fixed->state = NULL;
    fixed->recorder = NULL;
    ss_envelope_init(&fixed->reply);
}

static inline void fixed_start_recorder(fixed_handler *fixed)
{
    ss_option_group groups[SS_LIVE_GROUPS];
    ss_policy *policy = NULL;
    ss_error error = {0};
    ss_options_defaults(groups, ss_live_groups(&fixed->live, groups));
    fixed_must(ss_live_state_open(fixed->store, &fixed->live, &fixed->state, &error), &error);
    ss_known_items_use(fixed->state->known, fixed->snapshot);
    fixed_must(ss_policy_read(NULL, NULL, &policy, &error), &error);
    fixed_must(ss_live_state_start_offers(fixed->state, fixed->snapshot, policy, &fixed->live.recorder, &fixed->stats,
                                          &error),
               &error);
    ss_policy_release(&policy);
    fixed->done = eventfd(0, EFD_CLOEXEC);
    ss_recorder_setting setting = {.options = &fixed->live.recorder,
                                   .events = fixed->state->events,
                                   .writers = fixed->state->writers,
                                   .writer_count = fixed->state->writer_count,
                                   .stats = &fixed->stats,
                                   .done = fixed->done};
    fixed_must(ss_recorder_start(&setting, &fixed->recorder, &error), &error);
}

static inline void fixed_handler_close(fixed_handler *fixed)
{
    ss_recorder_free(&fixed->recorder);
    if (fixed->state)
        close(fixed->done);
    ss_live_state_close(&fixed->state);
    ss_envelope_close(&fixed->reply);
    ss_handler_free(&fixed->handler);
    ss_snapshot_release(&fixed->snapshot);
    temporary_folder_remove(fixed->folder);
}

/* Waits for the recorder's reply. */
static inline ss_slice fixed_record(fixed_handler *fixed, ss_slice request)
{
    const ss_call *call = ss_handler_call(fixed->handler);
    ss_envelope envelope;
    uint64_t count;
    if (!fixed->recorder)
        fixed_start_recorder(fixed);
    ss_envelope_init(&envelope);
    if (zmq_msg_init_size(&envelope.body, request.size) != 0)
        abort();
    memcpy(zmq_msg_data(&envelope.body), request.data, request.size);
    if (!ss_recorder_submit(fixed->recorder, &envelope, call->method, call->msgid, call->params))
        abort();
    ss_recorder_wake(fixed->recorder);
    if (read(fixed->done, &count, sizeof count) != sizeof count ||
        ss_recorder_collect(fixed->recorder, &fixed->reply, 1) != 1)
        abort();
    ss_envelope_close(&envelope);
    return (ss_slice){zmq_msg_data(&fixed->reply.body), zmq_msg_size(&fixed->reply.body)};
}

/* Borrowed until the next question. */
static inline ss_slice fixed_ask(fixed_handler *fixed, ss_slice request)
{
    ss_slice reply = {NULL, 0};
    uint32_t msgid;
    ss_handled handled = ss_handler_handle(fixed->handler, request, NULL, NULL, &reply, &msgid);
    if (handled == SS_HANDLED_RECORD)
        return fixed_record(fixed, request);
    if (handled != SS_HANDLED_REPLY)
        reply.size = 0;
    return reply;
}

#endif

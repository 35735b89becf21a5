/* fixed_handler.h: the server's handler over the fixed store, without sockets. */
#ifndef SS_TESTS_FIXED_HANDLER_H
#define SS_TESTS_FIXED_HANDLER_H

#include "fixed_store.h"
#include "server/handler.h"
#include "temporary_folder.h"

typedef struct fixed_handler {
    char folder[TEMPORARY_PATH_MAX], store[TEMPORARY_PATH_MAX];
    ss_snapshot *snapshot;
    ss_service service;
    ss_stats stats;
    ss_handler *handler;
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
}

static inline void fixed_handler_close(fixed_handler *fixed)
{
    ss_handler_free(&fixed->handler);
    ss_snapshot_release(&fixed->snapshot);
    temporary_folder_remove(fixed->folder);
}

/* Borrowed until the next question. */
static inline ss_slice fixed_ask(fixed_handler *fixed, ss_slice request)
{
    ss_slice reply = {NULL, 0};
    uint32_t msgid;
    if (ss_handler_handle(fixed->handler, request, NULL, NULL, &reply, &msgid) != SS_HANDLED_REPLY)
        reply.size = 0;
    return reply;
}

#endif

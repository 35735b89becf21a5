/*
 * writer.h: what a method that changes live state is to the recorder: a row of its table. The recorder takes requests
 * in cycles; of a cycle each writer decodes its requests, stages their changes in the environment's open transaction,
 * and once those are kept (or, relaxed, before they are) brings them into memory and writes the replies.
 *
 * All of it happens on the recorder's thread.
 */
#ifndef SS_SERVER_WRITER_H
#define SS_SERVER_WRITER_H

#include "base/buffer.h"
#include "server/envelope.h"

typedef enum ss_recorded_state {
    SS_RECORDED_TAKEN,
    SS_RECORDED_STAGED,   /* decoded; its changes are in the open transaction, or on the disk */
    SS_RECORDED_ANSWERED, /* the body is the reply */
    SS_RECORDED_GIVEN     /* to the socket's owner */
} ss_recorded_state;

/* A request under way. */
typedef struct ss_recorded {
    ss_envelope envelope; /* the body is the request, and the reply once there is one */
    ss_method method;
    uint32_t msgid;
    uint32_t params; /* where in the body they begin */
    int64_t arrived; /* ss_clock_monotonic(); 0: this one is not timed */

    /* set by `decode`: */
    bool relaxed;        /* the reply need not wait for the disk */
    size_t first, count; /* the writer's own: where it keeps what it read; `count` is what a cycle is measured in */

    ss_recorded_state state; /* the recorder's */
} ss_recorded;

/* Most `count` of one request. */
#define SS_WRITER_COUNT_MAX 1000u

/* A cycle ends with the request that brings the sum of `count` to this: what a writer keeps has room for it and
 * SS_WRITER_COUNT_MAX more. */
#define SS_WRITER_CYCLE_MAX 16384u

/* Most requests that are staged and not yet finished from one cycle to the next; a writer refuses more of them. */
#define SS_WRITER_DEFERRED_MAX 256u

typedef struct ss_writer {
    ss_method method;
    void *context;

    /* A cycle begins: what was kept of the last is no longer needed. */
    void (*begin)(void *context);

    /* Reads the params, whose bytes stay until the reply is written. False: `fault` is the answer. */
    bool (*decode)(void *context, ss_slice params, ss_recorded *request, ss_fault *fault);

    /*
     * Puts what was decoded and not yet staged into the environment's open transaction, all or nothing; `now` is its
     * arrival, microseconds UTC. An error is the answer to all those requests. Requests of several methods are staged in
     * the order in which they came.
     */
    ss_status (*stage)(void *context, int64_t now, ss_error *error);

    /*
     * The changes are kept (or relaxed): brings them into memory, then writes the reply. Nothing written: it is not
     * ready yet; the recorder keeps the request (`first` and `count` stay) and asks again after each `work`.
     */
    ss_status (*finish)(void *context, const ss_recorded *request, ss_buffer *out);

    /* May be NULL. One bounded step of what there is to do between cycles; *more: there is more of it. */
    ss_status (*work)(void *context, bool *more, ss_error *error);

    /* May be NULL. What `finish` has left blank in the reply; borrowed until the next cycle. */
    const ss_blanks *(*blanks)(const void *context, const ss_recorded *request);
} ss_writer;

#endif

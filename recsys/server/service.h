/*
 * service.h: what the threads of one server share, and what `health` and `stats` tell about it.
 *
 * The atomic members may be used from any thread; the others are set before the threads start and stay.
 */
#ifndef SS_SERVER_SERVICE_H
#define SS_SERVER_SERVICE_H

#include "base/buffer.h"
#include "server/http_counts.h"
#include "server/offer_counts.h"
#include "server/recorder.h"
#include "server/stats.h"
#include "state/visitors.h"
#include "store/generation.h"
#include <pthread.h>

#define SS_WORKERS_MAX 64u
#define SS_SEATS_MAX   16u /* threads of others that answer too (seat.h) */

typedef enum ss_verified { SS_VERIFIED_PENDING, SS_VERIFIED_GOOD, SS_VERIFIED_BROKEN } ss_verified;

typedef struct ss_service {
    int64_t started;    /* ss_clock_monotonic() */
    int64_t started_at; /* ss_clock_now() */
    ss_stats *stats[SS_WORKERS_MAX + SS_SEATS_MAX +
                    3]; /* of workers, seats, loader, recorder and the socket's owner; borrowed */
    size_t stats_count;
    const ss_http_counts *http[SS_SEATS_MAX]; /* of the threads of the HTTP port; borrowed */
    size_t http_count;
    const ss_recorder_counts *recorded; /* borrowed; NULL: the server keeps no live state */
    const ss_visitors *visitors;        /* likewise, as is the next */
    ss_offer_counts *offers;
    atomic_int verified;             /* ss_verified, of the generation served */
    atomic_bool draining;            /* from now on every request gets shutting_down */
    ss_counter swaps, refused_swaps; /* of generations or configurations; one writer, as has the next */
    ss_counter refused_configurations;
    ss_counter
        at_workers; /* requests handed out and not yet answered; 0 with one worker, who takes them from the socket */
    ss_counter reloads;                      /* callers who wait for one */
    pthread_mutex_t naming;                  /* of what follows: */
    char generation[SS_GENERATION_NAME_MAX]; /* served now; empty: nobody told */
} ss_service;

void ss_service_init(ss_service *service);

/* From now on `generation` is served. And: what is. Safe from any thread. */
void ss_service_serve(ss_service *service, const char *generation);
void ss_service_generation(ss_service *service, char generation[SS_GENERATION_NAME_MAX]);

/* How long ago a generation was made, by its name; microseconds, 0 where the name tells no time or one to come. */
int64_t ss_service_age(const char *generation);

/* What all threads have counted. */
void ss_service_sum(const ss_service *service, ss_stats *sum);

/* Where requests wait. */
typedef enum ss_queue {
    SS_QUEUE_WORKERS,
    SS_QUEUE_RECORDER,
    SS_QUEUE_REPLIES,
    SS_QUEUE_DISK,
    SS_QUEUE_RELOADS,
    SS_QUEUES
} ss_queue;
const char *ss_queue_name(ss_queue queue); /* NULL outside */

/* How many wait there: requests with the workers, the recorder, for the socket's owner; events for the disk. */
uint64_t ss_service_waiting(const ss_service *service, ss_queue queue);

/* The replies, `generation` being what answers; buckets: with all latencies. SS_E_NOMEM. */
ss_status ss_service_reply_health(const ss_service *service, uint32_t msgid, const char *generation, ss_buffer *out);
ss_status ss_service_reply_stats(const ss_service *service, uint32_t msgid, const char *generation, bool buckets,
                                 ss_buffer *out);

#endif

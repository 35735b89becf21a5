/*
 * service.h: what the threads of one server share, and what `health` and `stats` tell about it.
 *
 * The atomic members may be used from any thread; the others are set before the threads start and stay.
 */
#ifndef SS_SERVER_SERVICE_H
#define SS_SERVER_SERVICE_H

#include "base/buffer.h"
#include "server/offer_counts.h"
#include "server/recorder.h"
#include "server/stats.h"
#include "state/visitors.h"

#define SS_WORKERS_MAX 64u

typedef enum ss_verified { SS_VERIFIED_PENDING, SS_VERIFIED_GOOD, SS_VERIFIED_BROKEN } ss_verified;

typedef struct ss_service {
    int64_t started;                     /* ss_clock_monotonic() */
    ss_stats *stats[SS_WORKERS_MAX + 3]; /* of the workers, loader, recorder and the socket's owner; borrowed */
    size_t stats_count;
    const ss_recorder_counts *recorded; /* borrowed; NULL: the server keeps no live state */
    const ss_visitors *visitors;        /* likewise, as is the next */
    ss_offer_counts *offers;
    atomic_int verified;             /* ss_verified, of the generation served */
    atomic_bool draining;            /* from now on every request gets shutting_down */
    ss_counter swaps, refused_swaps; /* of generations or configurations; one writer, as has the next */
    ss_counter refused_configurations;
} ss_service;

void ss_service_init(ss_service *service);

/* The replies; SS_E_NOMEM. */
ss_status ss_service_reply_health(const ss_service *service, uint32_t msgid, const char *generation, ss_buffer *out);
ss_status ss_service_reply_stats(const ss_service *service, uint32_t msgid, const char *generation, ss_buffer *out);

#endif

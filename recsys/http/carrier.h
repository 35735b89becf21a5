/*
 * carrier.h: a thread of the gateway: carries the port's requests to the servers and their replies back, and sees to it that
 * each is answered in time, once, and by nobody who must not.
 *
 * - What only reads is asked where there is least to do, and elsewhere too when the answer does not come in time or its server
 *   fails, is ejected or stops (reads.h). The first answer counts. After `read` it is over.
 * - What changes live state is sent to one server, its home, and to no other, once more only if it may be (changes.h); while the home is
 *   away it waits, at most `change`.
 * - What is for all servers is sent to all that are fit, once; roll.h has the end of it.
 * - A server that is ejected (fitness.h) is asked nothing. If it does not answer its probe either, its connection is
 *   dropped with all that waits in it (peer.h), so that a server which was only frozen finds little of what nobody wants any more.
 *
 * Each request is an errand (errands.h) from its asking to its delivery (delivery.h).
 *
 * Everything belongs to one thread. No allocation for a request once its message's memory is there, but for those to all servers.
 */
#ifndef SS_HTTP_CARRIER_H
#define SS_HTTP_CARRIER_H

#include "base/logline.h"
#include "http/backend.h"
#include "http/fitness.h"
#include "http/gateway_counts.h"
#include "http/homes.h"
#include "http/upstream.h"

/* Borrowed for the carrier's life, but for the struct itself. Times are nanoseconds. */
typedef struct ss_carrier_setting {
    void *zmq_context;
    const ss_upstream_options *upstreams; /* as many as homes->count */
    const char *const *endpoints;         /* likewise; how they are named in errors */
    const ss_homes *homes;
    const ss_logger *logger; /* NULL: none */
    ss_fitness_rules rules;
    int64_t second_try;           /* longest wait before another server is asked */
    int64_t read, change, reload; /* until a request is over: reads; changes; `reload` */
    uint32_t most;                /* requests under way, 1 to 2^20 */
    uint64_t seed;
    ss_gateway_counts *counts;
    /* `health` and `stats`: a whole reply into `out`, which is empty. */
    ss_status (*own)(void *context, const ss_backend_request *request, ss_buffer *out);
    /* A server was heard to serve that generation. */
    void (*serves)(void *context, uint32_t server, ss_slice generation);
    void *context;
} ss_carrier_setting;

/* SS_E_NOMEM, SS_E_NETWORK. `backend` owns what is made: its `free` ends it. */
ss_status ss_carrier_open(const ss_carrier_setting *setting, ss_backend *backend, ss_error *error);

#endif

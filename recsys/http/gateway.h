/*
 * gateway.h: `smartshelf gateway`: a backend (backend.h) over several servers. What all its threads share: the settings, the
 * counts, and what is told about the servers. Each thread has connections and a judgement of its own (carrier.h).
 *
 * | method | goes | without an answer |
 * |---|---|---|
 * | shelves, `page`, `find` | where least is under way; of a visitor: to their home, if it is fit | asked elsewhere too, after the time that nearly all answers take (at most `second-try`); the first answer counts; busy after `read-timeout` |
 * | `event` | home alone | repeated there if every event has an event_id |
 * | `offers`, `page` with `offers` | home alone: a second server would lease a second time | repeated there with a request_id: the answer is the same |
 * | `redeem`, `preview`, `visitor` | home alone | repeated there |
 * | `items`, `forget`, `reload` | every server | never repeated; the error says who has not done it, and asking again is harmless where it is done |
 * | `health`, `stats` | nowhere: about the gateway and its servers | |
 *
 * The home of all visitors is the first server (the *keeper*), unless `visitors` is spread (homes.h): then each store has some of the
 * visitors, and budgets and limits of offers hold for each server by itself.
 */
#ifndef SS_HTTP_GATEWAY_H
#define SS_HTTP_GATEWAY_H

#include "base/logline.h"
#include "base/options.h"
#include "http/backend.h"
#include "http/homes.h"
#include "server/keys.h"
#include "server/stats.h"

typedef struct ss_gateway_options {
    ss_texts endpoints; /* 1 to SS_HOMES_MAX, all different; the first is the keeper */
    int64_t visitors;   /* 0: keeper, 1: spread */
    int64_t second_try_ms, read_ms, change_ms, reload_ms;
    int64_t eject_after, eject_silence_ms, probe_ms, probe_most_ms;
} ss_gateway_options;

extern const ss_option ss_gateway_option_table[]; /* target: ss_gateway_options */

/* Borrowed for the gateway's life, but for the struct itself. */
typedef struct ss_gateway_setting {
    const ss_gateway_options *options;
    const ss_keys *own;     /* NULL: no CURVE */
    const ss_keys *servers; /* the public keys of the endpoints, one for each */
    const ss_logger *logger;
    unsigned threads;
    uint32_t under_way; /* most requests of one thread at a time, 1 to 2^20 */
    uint64_t seed;      /* of the jitter of probes */
} ss_gateway_setting;

typedef struct ss_gateway ss_gateway;

/*
 * SS_E_ARGUMENT: no endpoint, one that is none, too many, one given twice, a time that is longer than the one it is part of; SS_E_RANGE: an
 * option beyond its range; SS_E_NOMEM. Connections are made by the backends.
 */
ss_status ss_gateway_new(const ss_gateway_setting *setting, ss_gateway **gateway, ss_error *error);
void ss_gateway_free(ss_gateway **gateway); /* after all its backends */

/* The backend of thread 0 to threads - 1, once for each; `gateway` is an ss_gateway. SS_E_NETWORK, SS_E_NOMEM. */
ss_status ss_gateway_backend(void *gateway, unsigned thread, ss_backend *backend, ss_error *error);

/* Counts what thread 0 to threads - 1 does: a second without another round, and it is stuck. Borrowed for the gateway's life. */
const ss_counter *ss_gateway_rounds(const ss_gateway *gateway, unsigned thread);

/* Is there a server that a thread would ask? Safe from any thread, as is all below. */
bool ss_gateway_is_well(const ss_gateway *gateway);

/* A page of metrics in the text form of Prometheus, appended. SS_E_NOMEM, SS_E_LIMIT. */
ss_status ss_gateway_metrics(const ss_gateway *gateway, ss_buffer *out);

#endif

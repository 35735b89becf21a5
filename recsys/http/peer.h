/*
 * peer.h: one of the gateway's servers, as one thread of it knows it: the connection, whether it is fit to be asked, how many
 * requests it may still answer; and what is counted and logged of that. Belongs to the thread that uses it. Times are
 * nanoseconds of ss_clock_monotonic().
 */
#ifndef SS_HTTP_PEER_H
#define SS_HTTP_PEER_H

#include "base/logline.h"
#include "http/fitness.h"
#include "http/gateway_counts.h"
#include "http/upstream.h"

typedef struct ss_peer {
    ss_upstream *upstream;
    ss_fitness fitness;
    uint32_t outstanding; /* requests that it may still answer */
    uint32_t probe;       /* msgid of the last; 0: it was answered */
    bool lost;            /* nothing could be sent: to be dealt with in the next round */
    bool noted;           /* it has answered once, or it was said that it has not */
    const char *endpoint;
    const ss_logger *logger;
    ss_gateway_server_counts *counts;
} ss_peer;

/* Borrowed for the peer's life, but for the struct itself. */
typedef struct ss_peer_setting {
    void *zmq_context;
    const ss_upstream_options *upstream;
    const ss_logger *logger; /* NULL: none */
    ss_fitness_rules rules;
    uint64_t seed; /* of the moments of its probes */
    ss_gateway_server_counts *counts;
} ss_peer_setting;

/* Ejected, with a probe due at once, and connecting in the background. SS_E_NOMEM, SS_E_NETWORK. To be closed even when it failed. */
ss_status ss_peer_open(const ss_peer_setting *setting, int64_t now, ss_peer *peer, ss_error *error);
void ss_peer_close(ss_peer *peer); /* also one that is all zero */

/* ---- sending ---- */

/* Without waiting; a copy is sent. False: it could not be, and the peer is lost. */
bool ss_peer_send(ss_peer *peer, ss_slice message);

/* Asks for its health, as `msgid`. Lost when that could not be sent. */
void ss_peer_probe(ss_peer *peer, uint32_t msgid, int64_t now);

/* A new connection in place of the old one: nothing is outstanding any more. */
void ss_peer_renew(ss_peer *peer);

void ss_peer_set_outstanding(ss_peer *peer, uint32_t outstanding);

/* ---- may it be asked? ---- */

bool ss_peer_is_fit(const ss_peer *peer); /* neither lost nor ejected */
bool ss_peer_may_be_asked(
    const ss_peer *peer); /* and not suspected, and with room for one more if it is only returning */
int64_t ss_peer_due(const ss_peer *peer, int64_t now); /* when something is to be done about it */

/* ---- what is told of it ---- */

/* Counts and logs what became of its fitness since the last call; `why` it was ejected, if it was. */
void ss_peer_note_state(ss_peer *peer, const char *why);

/* Says once that nothing has come from it since the opening, a second after that. */
void ss_peer_note_absence(ss_peer *peer, int64_t now);

#endif

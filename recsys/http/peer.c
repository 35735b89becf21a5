#include "http/peer.h"

#include "client/wire.h"
#include "http/request_head.h"

#define ABSENT INT64_C(1000000000) /* since the opening without any answer: worth a word */

ss_status ss_peer_open(const ss_peer_setting *setting, int64_t now, ss_peer *peer, ss_error *error)
{
    *peer = (ss_peer){.endpoint = setting->upstream->endpoint, .logger = setting->logger, .counts = setting->counts};
    ss_count_set(&peer->counts->state, SS_FITNESS_EJECTED);
    ss_fitness_init(&peer->fitness, &setting->rules, setting->seed, now);
    return ss_upstream_open(setting->zmq_context, setting->upstream, &peer->upstream, error);
}

void ss_peer_close(ss_peer *peer)
{
    ss_upstream_close(&peer->upstream);
}

bool ss_peer_send(ss_peer *peer, ss_slice message)
{
    bool sent = ss_upstream_send(peer->upstream, message);
    if (!sent)
        peer->lost = true;
    return sent;
}

void ss_peer_probe(ss_peer *peer, uint32_t msgid, int64_t now)
{
    uint8_t message[SS_REQUEST_HEAD_MAX + 1], *at = ss_request_head(message, msgid, SS_METHOD_HEALTH);
    at = ss_wire_put_map(at, 0);
    if (!ss_peer_send(peer, (ss_slice){(const char *)message, (size_t)(at - message)}))
        return;
    peer->probe = msgid;
    ss_fitness_probe_sent(&peer->fitness, now);
}

void ss_peer_renew(ss_peer *peer)
{
    ss_upstream_renew(peer->upstream);
    ss_peer_set_outstanding(peer, 0);
}

void ss_peer_set_outstanding(ss_peer *peer, uint32_t outstanding)
{
    peer->outstanding = outstanding;
    ss_count_set(&peer->counts->outstanding, outstanding);
}

bool ss_peer_is_fit(const ss_peer *peer)
{
    return !peer->lost && peer->fitness.state != SS_FITNESS_EJECTED;
}

bool ss_peer_may_be_asked(const ss_peer *peer)
{
    return !peer->lost && ss_fitness_allows(&peer->fitness, peer->outstanding);
}

int64_t ss_peer_due(const ss_peer *peer, int64_t now)
{
    return peer->lost ? now : ss_fitness_due(&peer->fitness);
}

static const char *quoted(const ss_peer *peer, char *text, size_t size)
{
    return ss_log_quote(ss_slice_of(peer->endpoint), text, size);
}

void ss_peer_note_state(ss_peer *peer, const char *why)
{
    char endpoint[256];
    uint64_t before = ss_counted(&peer->counts->state);
    if (before == (uint64_t)peer->fitness.state)
        return;
    ss_count_set(&peer->counts->state, peer->fitness.state);
    if (peer->fitness.state == SS_FITNESS_EJECTED) {
        ss_count(&peer->counts->ejections);
        ss_log(peer->logger, SS_LOG_WARN, "a server is ejected endpoint=%s reason=%s",
               quoted(peer, endpoint, sizeof endpoint), why);
    } else if (before == SS_FITNESS_EJECTED) {
        peer->noted = true;
        ss_log(peer->logger, SS_LOG_INFO, "a server answers endpoint=%s", quoted(peer, endpoint, sizeof endpoint));
    }
}

/* A server that refuses our key says nothing, just as one that is not there. */
void ss_peer_note_absence(ss_peer *peer, int64_t now)
{
    char endpoint[256];
    if (peer->noted || now - peer->fitness.heard < ABSENT)
        return;
    peer->noted = true;
    ss_log(peer->logger, SS_LOG_WARN,
           "a server has not answered yet: does it run there, and are the keys those that it expects? endpoint=%s",
           quoted(peer, endpoint, sizeof endpoint));
}

/* peer.h: what is sent to a server and counted of it; what cannot be sent; what is said of its coming and going, once each. */
#include "json_wire.h"
#include "peers_sample.h"
#include <fcntl.h>
#include <unistd.h>

static void it_begins_ejected_with_a_probe_due(void **state)
{
    (void)state;
    ss_gateway_server_counts counts = {0};
    ss_error error;
    ss_peer peer = {0};
    void *context = zmq_ctx_new();
    const ss_upstream_options upstream = {.endpoint = "inproc://somewhere", .queue = 4};
    ss_peer_setting setting = {context, &upstream, NULL, {1, 1, 1, 1, 1}, 1, &counts};
    expect_ok(ss_peer_open(&setting, 5, &peer, &error), &error);
    assert_false(ss_peer_is_fit(&peer) || ss_peer_may_be_asked(&peer));
    assert_int_equal(ss_peer_due(&peer, 5), 5);
    assert_int_equal(ss_counted(&counts.state), SS_FITNESS_EJECTED);
    ss_peer_close(&peer);
    ss_peer_close(&peer);
    const ss_upstream_options nonsense = {.endpoint = "nonsense", .queue = 4};
    setting.upstream = &nonsense;
    assert_status(ss_peer_open(&setting, 5, &peer, &error), SS_E_NETWORK);
    ss_peer_close(&peer);
    zmq_ctx_term(context);
}

static void a_probe_asks_for_its_health(void **state)
{
    (void)state;
    peers_sample sample;
    char text[64];
    size_t size = 0;
    peers_sample_open(&sample, 0);
    ss_peer *peer = &sample.peers.all[0];
    ss_peer_probe(peer, 77, PEERS_NOW);
    assert_int_equal(peer->probe, 77);
    assert_false(peer->lost);
    assert_int_equal(peers_sample_sent(&sample, 0, text, &size), 1);
    char *json = json_wire_text((ss_slice){text, size});
    assert_string_equal(json, "[0, 77, 'health', {}]");
    free(json);
    peers_sample_close(&sample);
}

static void who_cannot_be_sent_anything_is_lost(void **state)
{
    (void)state;
    peers_sample sample;
    peers_sample_open(&sample, 1);
    ss_peer *peer = &sample.peers.all[0];
    assert_true(ss_peer_is_fit(peer) && ss_peer_may_be_asked(peer));
    assert_false(ss_peer_send(peer, SS_SLICE_LITERAL("?")));
    assert_true(peer->lost);
    assert_false(ss_peer_is_fit(peer) || ss_peer_may_be_asked(peer));
    assert_int_equal(ss_peer_due(peer, 123), 123);
    peer->lost = false;
    ss_peer_probe(peer, 77, PEERS_NOW);
    assert_true(peer->lost);
    assert_int_equal(peer->probe, 0);
    assert_true(ss_peer_send(&sample.peers.all[1], SS_SLICE_LITERAL("?")));
    peers_sample_expect(&sample, 0, 1, 0);
    peers_sample_close(&sample);
}

static void who_returns_is_asked_little(void **state)
{
    (void)state;
    peers_sample sample;
    peers_sample_open(&sample, 0);
    ss_peer *peer = &sample.peers.all[0];
    peer->fitness.state = SS_FITNESS_RETURNING;
    assert_true(ss_peer_may_be_asked(peer));
    ss_peer_set_outstanding(peer, 1);
    assert_int_equal(ss_counted(&peer->counts->outstanding), 1);
    assert_false(ss_peer_may_be_asked(peer));
    assert_true(ss_peer_is_fit(peer));
    ss_peer_renew(peer);
    assert_int_equal(peer->outstanding + ss_counted(&peer->counts->outstanding), 0);
    assert_true(ss_peer_may_be_asked(peer));
    peers_sample_close(&sample);
}

/* What was logged since the last call, without its time. */
static void expect_log(int from, const char *wanted)
{
    char text[512] = "";
    ssize_t size = read(from, text, sizeof text - 1);
    assert_true(size < (ssize_t)sizeof text - 1);
    const char *message = strstr(text, " level=");
    assert_string_equal(message ? message + 1 : "", wanted);
}

static void its_coming_and_going_is_said_once(void **state)
{
    (void)state;
    peers_sample sample;
    int ends[2];
    peers_sample_open(&sample, 0);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    const ss_logger logger = {.fd = ends[1], .level = SS_LOG_INFO, .area = "gateway"};
    ss_peer *peer = &sample.peers.all[0];
    peer->logger = &logger;
    ss_peer_note_absence(peer, PEERS_NOW + 999 * PEERS_MS);
    expect_log(ends[0], "");
    ss_peer_note_absence(peer, PEERS_NOW + 1000 * PEERS_MS);
    expect_log(ends[0], "level=warn area=gateway msg=\"a server has not answered yet: does it run there, and are the "
                        "keys those that it expects?\" endpoint=inproc://peer-0\n");
    ss_peer_note_absence(peer, PEERS_NOW + 2000 * PEERS_MS);
    ss_peer_note_state(peer, "well");
    ss_peer_note_state(peer, "well");
    expect_log(ends[0], "level=info area=gateway msg=\"a server answers\" endpoint=inproc://peer-0\n");
    ss_fitness_eject(&peer->fitness, PEERS_NOW);
    ss_peer_note_state(peer, "silent");
    ss_peer_note_state(peer, "silent");
    expect_log(ends[0], "level=warn area=gateway msg=\"a server is ejected\" endpoint=inproc://peer-0 reason=silent\n");
    assert_int_equal(ss_counted(&peer->counts->ejections), 1);
    assert_int_equal(ss_counted(&peer->counts->state), SS_FITNESS_EJECTED);
    close(ends[0]);
    close(ends[1]);
    peers_sample_close(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_ejected_with_a_probe_due),  cmocka_unit_test(a_probe_asks_for_its_health),
        cmocka_unit_test(who_cannot_be_sent_anything_is_lost), cmocka_unit_test(who_returns_is_asked_little),
        cmocka_unit_test(its_coming_and_going_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

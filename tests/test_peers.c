/* peers.h: who is asked next, and the accounts of who has what. */
#include "peers_sample.h"

static peers_sample sample;
static ss_peers *const peers = &sample.peers;

static int open_all(void **state)
{
    (void)state;
    peers_sample_open(&sample, 0);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    peers_sample_close(&sample);
    return 0;
}

static void an_errand_sent_is_outstanding_until_it_is_settled(void **state)
{
    (void)state;
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    assert_true(ss_peers_send(peers, 2, errand, PEERS_NOW + 1));
    assert_true(ss_peers_send(peers, 2, errand, PEERS_NOW + 2)); /* once more */
    assert_true(ss_peers_send(peers, 0, errand, PEERS_NOW + 3));
    peers_sample_expect(&sample, 1, 0, 2);
    assert_int_equal(errand->first, 2);
    assert_int_equal(errand->sent, PEERS_NOW + 1);
    assert_int_equal(errand->tried, 5);
    assert_int_equal(errand->awaited, 5);
    assert_int_equal(peers->all[2].outstanding, 1);
    assert_int_equal(ss_counted(&sample.counts.servers[2].asked), 2);
    assert_int_equal(peers->all[2].fitness.unanswered, 2);
    ss_peers_settle(peers, 2, errand);
    ss_peers_settle(peers, 2, errand);
    assert_int_equal(peers->all[2].outstanding, 0);
    assert_int_equal(errand->awaited, 1);
    ss_peers_settle_all(peers, errand);
    assert_int_equal(peers->all[0].outstanding + errand->awaited, 0);
    assert_int_equal(errand->tried, 5);
}

static void a_change_says_nothing_of_who_is_silent(void **state)
{
    (void)state;
    assert_true(ss_peers_send(peers, 1, peers_sample_errand(&sample, SS_WAY_HOME, 1), PEERS_NOW));
    assert_int_equal(peers->all[1].fitness.unanswered, 0);
    assert_int_equal(peers->all[1].outstanding, 1);
}

static void what_cannot_be_sent_changes_nothing(void **state)
{
    (void)state;
    peers_sample_close(&sample);
    peers_sample_open(&sample, 2);
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    assert_false(ss_peers_send(peers, 1, errand, PEERS_NOW));
    assert_true(peers->all[1].lost);
    assert_int_equal(errand->tried + errand->awaited + peers->all[1].outstanding, 0);
    assert_int_equal(ss_counted(&sample.counts.servers[1].asked), 0);
}

static void who_has_least_to_do_is_asked_and_equals_take_turns(void **state)
{
    (void)state;
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    ss_peer_set_outstanding(&peers->all[0], 5);
    ss_peer_set_outstanding(&peers->all[1], 3);
    ss_peer_set_outstanding(&peers->all[2], 4);
    assert_int_equal(ss_peers_choose(peers, errand), 1);
    assert_true(ss_peers_send(peers, 1, errand, PEERS_NOW));
    assert_int_equal(ss_peers_choose(peers, errand), 2); /* it has 4 as well now, but the errand too */
    ss_peer_set_outstanding(&peers->all[0], 4);
    unsigned chosen[PEERS] = {0};
    for (unsigned i = 0; i < 30; i++)
        chosen[ss_peers_choose(peers, errand)]++;
    assert_int_equal(chosen[1], 0);
    assert_true(chosen[0] > 0 && chosen[2] > 0);
    errand->tried = 7;
    assert_int_equal(ss_peers_choose(peers, errand), SS_PEERS_NOBODY);
}

static void a_visitor_is_read_at_home(void **state)
{
    (void)state;
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_PREFER, 2);
    ss_peer_set_outstanding(&peers->all[2], 50);
    assert_int_equal(ss_peers_choose(peers, errand), 2);
    ss_fitness_suspect(&peers->all[2].fitness, PEERS_NOW);
    assert_int_not_equal(ss_peers_choose(peers, errand), 2);
}

static void who_returns_is_asked_more_when_nobody_else_can_be(void **state)
{
    (void)state;
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    peers->all[0].fitness.state = SS_FITNESS_EJECTED;
    peers->all[1].fitness.state = SS_FITNESS_RETURNING;
    ss_peer_set_outstanding(&peers->all[1], 1);
    assert_int_equal(ss_peers_choose(peers, errand), 2);
    assert_true(ss_peers_send(peers, 2, errand, PEERS_NOW));
    assert_int_equal(ss_peers_choose(peers, errand), SS_PEERS_NOBODY); /* who has it is fit */
    ss_fitness_eject(&peers->all[2].fitness, PEERS_NOW);
    assert_int_equal(ss_peers_choose(peers, errand), 1);
}

static void the_least_bad_is_who_was_heard_last(void **state)
{
    (void)state;
    peers_sample_close(&sample);
    peers_sample_open(&sample, 2);
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    for (uint32_t i = 0; i < PEERS; i++)
        ss_fitness_eject(&peers->all[i].fitness, PEERS_NOW);
    peers->all[0].fitness.heard = 5;
    peers->all[1].fitness.heard = 9; /* it is not there */
    peers->all[2].fitness.heard = 7;
    assert_int_equal(ss_peers_choose(peers, errand), SS_PEERS_NOBODY);
    assert_true(ss_peers_send_least_bad(peers, errand, PEERS_NOW));
    peers_sample_expect(&sample, 0, 0, 1);
    assert_true(ss_peers_send_least_bad(peers, errand, PEERS_NOW));
    peers_sample_expect(&sample, 1, 0, 0);
    assert_false(ss_peers_send_least_bad(peers, errand, PEERS_NOW));
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_errand_sent_is_outstanding_until_it_is_settled),
        TEST(a_change_says_nothing_of_who_is_silent),
        TEST(what_cannot_be_sent_changes_nothing),
        TEST(who_has_least_to_do_is_asked_and_equals_take_turns),
        TEST(a_visitor_is_read_at_home),
        TEST(who_returns_is_asked_more_when_nobody_else_can_be),
        TEST(the_least_bad_is_who_was_heard_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

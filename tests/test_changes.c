/* changes.h: a change goes home alone, again only if it may, and waits while home is away; with times that the test makes up. */
#include "http/changes.h"
#include "peers_sample.h"

static peers_sample sample;
static ss_changes changes;

static void open_with(unsigned gone)
{
    peers_sample_open(&sample, gone);
    changes = (ss_changes){&sample.peers, sample.errands, &sample.counts, PEERS_TIME};
}

static int open_all(void **state)
{
    (void)state;
    open_with(0);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    peers_sample_close(&sample);
    return 0;
}

static ss_errand *some_change(bool again)
{
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_HOME, 1);
    errand->way.again = again;
    return errand;
}

static void what_may_not_be_repeated_is_sent_once(void **state)
{
    (void)state;
    ss_errand *errand = some_change(false);
    ss_changes_ask(&changes, errand, PEERS_NOW);
    peers_sample_expect(&sample, 0, 1, 0);
    assert_int_equal(ss_errands_first(sample.errands), errand->deadline);
}

static void what_may_be_is_sent_again_ever_later(void **state)
{
    (void)state;
    ss_errand *errand = some_change(true);
    int64_t now = PEERS_NOW, wait = PEERS_TIME / 8;
    ss_changes_ask(&changes, errand, now);
    for (unsigned repeats = 1; repeats <= 2; repeats++) {
        now += wait;
        assert_int_equal(ss_errands_first(sample.errands), now);
        ss_changes_look_after(&changes, errand, now);
        assert_true(sample.peers.all[1].fitness.probing); /* is it there? */
        assert_int_equal(errand->repeats, repeats);
        assert_int_equal(ss_counted(&sample.counts.repeats), repeats);
        wait *= 2;
    }
    peers_sample_expect(&sample, 0, 3, 0);
    assert_int_equal(sample.peers.all[1].outstanding, 1);
    ss_changes_look_after(&changes, errand, now + wait);
    assert_int_equal(ss_errands_first(sample.errands), errand->deadline);
}

static void while_home_is_ejected_it_waits(void **state)
{
    (void)state;
    ss_errand *errand = some_change(true);
    ss_fitness_eject(&sample.peers.all[1].fitness, PEERS_NOW);
    ss_changes_ask(&changes, errand, PEERS_NOW);
    assert_int_equal(ss_counted(&sample.counts.waited), 1);
    assert_int_equal(ss_errands_first(sample.errands), errand->deadline);
    ss_changes_look_after(&changes, errand, PEERS_NOW + 1);
    assert_int_equal(errand->repeats + errand->tried, 0);
    peers_sample_expect(&sample, 0, 0, 0);
    assert_int_equal(ss_errands_first(sample.errands), errand->deadline);
}

static void a_home_that_cannot_be_reached_is_waited_for(void **state)
{
    (void)state;
    peers_sample_close(&sample);
    open_with(2);
    ss_errand *errand = some_change(true);
    ss_changes_ask(&changes, errand, PEERS_NOW);
    assert_true(sample.peers.all[1].lost);
    assert_int_equal(errand->tried, 0);
    assert_int_equal(ss_counted(&sample.counts.waited), 1);
    assert_int_equal(ss_errands_first(sample.errands), errand->deadline);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_may_not_be_repeated_is_sent_once),
        TEST(what_may_be_is_sent_again_ever_later),
        TEST(while_home_is_ejected_it_waits),
        TEST(a_home_that_cannot_be_reached_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

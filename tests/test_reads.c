/* reads.h: how long a read waits, for whom, and who is asked then; with times that the test makes up. */
#include "http/reads.h"
#include "peers_sample.h"

#define SECOND_TRY (20 * PEERS_MS)

static peers_sample sample;
static ss_reads reads;

static void open_with(unsigned gone)
{
    peers_sample_open(&sample, gone);
    ss_reads_init(&reads, &sample.peers, sample.errands, &sample.counts, SECOND_TRY);
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

/* The errand is due then, and not before. */
static void expect_due(ss_errand *errand, int64_t due)
{
    assert_int_equal(ss_errands_first(sample.errands), due);
    assert_null(ss_errands_due(sample.errands, due - 1));
    assert_ptr_equal(ss_errands_due(sample.errands, due), errand);
}

static void without_an_answer_another_one_is_asked(void **state)
{
    (void)state;
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    double purse = reads.patience.purse - 1;
    ss_reads_begin(&reads, errand, PEERS_NOW);
    expect_due(errand, PEERS_NOW + SECOND_TRY);
    ss_reads_look_after(&reads, errand, PEERS_NOW + SECOND_TRY);
    assert_true(errand->slow);
    assert_int_equal(ss_counted(&sample.counts.second_tries), 1);
    assert_true(reads.patience.purse == purse);
    expect_due(errand, PEERS_NOW + 2 * SECOND_TRY);
    ss_reads_look_after(&reads, errand, PEERS_NOW + 2 * SECOND_TRY);
    peers_sample_expect(&sample, 1, 1, 1);
    expect_due(errand, PEERS_NOW + 3 * SECOND_TRY);
    ss_reads_look_after(&reads, errand, PEERS_NOW + 3 * SECOND_TRY); /* all have it */
    assert_int_equal(ss_counted(&sample.counts.second_tries), 2);
    peers_sample_expect(&sample, 0, 0, 0);
    expect_due(errand, errand->deadline);
}

static void with_an_empty_purse_it_waits_for_half_of_its_time(void **state)
{
    (void)state;
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    ss_reads_begin(&reads, errand, PEERS_NOW);
    reads.patience.purse = 0.5;
    expect_due(errand, PEERS_NOW + SECOND_TRY);
    ss_reads_look_after(&reads, errand, PEERS_NOW + SECOND_TRY);
    expect_due(errand, PEERS_NOW + PEERS_TIME / 2);
    ss_reads_look_after(&reads, errand, PEERS_NOW + PEERS_TIME / 2);
    assert_int_equal(ss_counted(&sample.counts.second_tries), 1);
    assert_true(reads.patience.purse == 0.5);
}

/* As many answers that take no time: so the wait is the shortest. */
static void learn(ss_way_kind kind)
{
    ss_errand *errand = peers_sample_errand(&sample, kind, 0);
    ss_reads_begin(&reads, errand, PEERS_NOW);
    for (unsigned i = 0; i < 100000; i++) {
        ss_reads_heard(&reads, errand, errand->first, PEERS_NOW);
        ss_reads_answered(&reads, errand, errand->first, PEERS_NOW);
    }
    ss_peers_settle_all(&sample.peers, errand);
    ss_errands_end(sample.errands, errand);
    assert_int_equal(ss_patience_wait(&reads.patience), kind == SS_WAY_ANY ? PEERS_MS : SECOND_TRY);
    assert_int_equal(ss_patience_wait(&reads.home_patience), kind == SS_WAY_PREFER ? 5 * PEERS_MS : SECOND_TRY);
}

static void the_wait_follows_the_answers_of_each_kind(void **state)
{
    (void)state;
    learn(SS_WAY_ANY);
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    ss_reads_begin(&reads, errand, PEERS_NOW);
    double estimate = reads.patience.estimate;
    errand->slow = true; /* what was told as exceeded is not told once more */
    ss_reads_answered(&reads, errand, errand->first, PEERS_NOW);
    errand->slow = false;
    ss_reads_answered(&reads, errand, (errand->first + 1) % PEERS, PEERS_NOW); /* the second one's says nothing */
    assert_true(reads.patience.estimate == estimate);
    expect_due(errand, PEERS_NOW + PEERS_MS);
    close_all(state);
    open_all(state);
    learn(SS_WAY_PREFER);
}

static void home_is_waited_for_while_it_answers_anybody(void **state)
{
    (void)state;
    ss_fitness *home = &sample.peers.all[0].fitness;
    learn(SS_WAY_PREFER);
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_PREFER, 0);
    ss_reads_begin(&reads, errand, PEERS_NOW);
    expect_due(errand, PEERS_NOW + 5 * PEERS_MS);
    ss_fitness_answered(home, PEERS_NOW + 3 * PEERS_MS); /* somebody else's */
    ss_reads_look_after(&reads, errand, PEERS_NOW + 5 * PEERS_MS);
    expect_due(errand, PEERS_NOW + 8 * PEERS_MS);
    ss_reads_look_after(&reads, errand, PEERS_NOW + 8 * PEERS_MS);
    assert_true(home->suspect);
    assert_int_equal(ss_counted(&sample.counts.second_tries), 1);
    ss_errand *other = peers_sample_errand(&sample, SS_WAY_PREFER, 0);
    ss_reads_begin(&reads, other, PEERS_NOW + 8 * PEERS_MS);
    assert_int_not_equal(other->first, 0);
}

static void a_home_that_answers_others_only_is_waited_for_until_the_second_try(void **state)
{
    (void)state;
    ss_fitness *home = &sample.peers.all[0].fitness;
    learn(SS_WAY_PREFER);
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_PREFER, 0);
    ss_reads_begin(&reads, errand, PEERS_NOW);
    ss_fitness_answered(home, PEERS_NOW + SECOND_TRY - 1);
    ss_reads_look_after(&reads, errand, PEERS_NOW + SECOND_TRY - 1);
    expect_due(errand, PEERS_NOW + SECOND_TRY);
    ss_reads_look_after(&reads, errand, PEERS_NOW + SECOND_TRY);
    assert_false(home->suspect);
    assert_int_equal(ss_counted(&sample.counts.second_tries), 1);
}

static void when_none_is_fit_the_least_bad_is_asked(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < PEERS; i++)
        ss_fitness_eject(&sample.peers.all[i].fitness, PEERS_NOW);
    sample.peers.all[1].fitness.heard++;
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    ss_reads_begin(&reads, errand, PEERS_NOW);
    assert_int_equal(errand->awaited, 2);
    assert_int_equal(ss_counted(&sample.counts.waited), 0);
}

static void when_none_can_be_reached_it_waits_for_a_return(void **state)
{
    (void)state;
    peers_sample_close(&sample);
    open_with(7);
    ss_errand *errand = peers_sample_errand(&sample, SS_WAY_ANY, 0);
    ss_reads_begin(&reads, errand, PEERS_NOW);
    assert_int_equal(errand->awaited, 0);
    assert_int_equal(ss_counted(&sample.counts.waited), 1);
    expect_due(errand, errand->deadline);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_an_answer_another_one_is_asked),
        TEST(with_an_empty_purse_it_waits_for_half_of_its_time),
        TEST(the_wait_follows_the_answers_of_each_kind),
        TEST(home_is_waited_for_while_it_answers_anybody),
        TEST(a_home_that_answers_others_only_is_waited_for_until_the_second_try),
        TEST(when_none_is_fit_the_least_bad_is_asked),
        TEST(when_none_can_be_reached_it_waits_for_a_return),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

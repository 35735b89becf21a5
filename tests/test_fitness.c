/* fitness.h, step by step, on a clock of the test's own. */
#include "check.h"
#include "http/fitness.h"

#define MS INT64_C(1000000)

static const ss_fitness_rules rules = {20 * MS, 3, 100 * MS, 2000 * MS, 250 * MS};

/* Everything that it says now, and what the caller does then: probes go out. */
static ss_fitness_step last_step(ss_fitness *fitness, int64_t now)
{
    ss_fitness_step step, last = SS_FITNESS_NOTHING;
    while ((step = ss_fitness_next(fitness, now)) != SS_FITNESS_NOTHING) {
        if (step == SS_FITNESS_PROBE)
            ss_fitness_probe_sent(fitness, now);
        last = step;
    }
    return last;
}

/* One that is up, at `now`. */
static ss_fitness one_up(int64_t now)
{
    ss_fitness fitness;
    ss_fitness_init(&fitness, &rules, 7, now);
    assert_false(ss_fitness_allows(&fitness, 0));
    assert_int_equal(ss_fitness_next(&fitness, now), SS_FITNESS_PROBE);
    ss_fitness_probe_sent(&fitness, now);
    assert_int_equal(ss_fitness_next(&fitness, now), SS_FITNESS_NOTHING);
    assert_false(ss_fitness_probe_answered(&fitness, true, now));
    int64_t due = ss_fitness_due(&fitness);
    assert_true(due > now && due <= now + 50 * MS);
    assert_int_equal(last_step(&fitness, due), SS_FITNESS_PROBE);
    assert_true(ss_fitness_probe_answered(&fitness, true, due));
    for (unsigned i = 0; i < 127; i++) {
        assert_int_equal(fitness.state, SS_FITNESS_RETURNING);
        ss_fitness_asked(&fitness, now);
        ss_fitness_answered(&fitness, now);
    }
    assert_int_equal(fitness.state, SS_FITNESS_UP);
    return fitness;
}

static void who_returns_gets_more_little_by_little(void **state)
{
    (void)state;
    ss_fitness fitness;
    ss_fitness_init(&fitness, &rules, 1, 0);
    last_step(&fitness, 0);
    ss_fitness_probe_answered(&fitness, true, 0);
    last_step(&fitness, 50 * MS);
    assert_true(ss_fitness_probe_answered(&fitness, true, 50 * MS));
    assert_true(ss_fitness_allows(&fitness, 0) && !ss_fitness_allows(&fitness, 1));
    ss_fitness_answered(&fitness, 51 * MS);
    assert_true(ss_fitness_allows(&fitness, 1) && !ss_fitness_allows(&fitness, 2));
    ss_fitness_answered(&fitness, 52 * MS);
    ss_fitness_answered(&fitness, 52 * MS);
    assert_true(ss_fitness_allows(&fitness, 3) && !ss_fitness_allows(&fitness, 4));
    ss_fitness_answered(&fitness, 5051 * MS); /* up, though it was asked little */
    assert_true(ss_fitness_allows(&fitness, 1000));
    assert_int_equal(fitness.state, SS_FITNESS_UP);
}

static void silence_ejects(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    for (unsigned i = 0; i < 3; i++)
        ss_fitness_asked(&fitness, 100 * MS + i * MS);
    assert_true(ss_fitness_due(&fitness) <= 120 * MS);
    assert_int_equal(last_step(&fitness, 119 * MS), SS_FITNESS_NOTHING);
    assert_int_equal(ss_fitness_next(&fitness, 120 * MS), SS_FITNESS_EJECT);
    assert_int_equal(fitness.state, SS_FITNESS_EJECTED);
    assert_int_equal(last_step(&fitness, 120 * MS), SS_FITNESS_PROBE); /* at once, over the same connection */
    assert_int_equal(ss_fitness_due(&fitness), 370 * MS);
    assert_int_equal(last_step(&fitness, 370 * MS), SS_FITNESS_GONE);
}

static void who_is_suspected_is_passed_over_until_it_is_heard(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    ss_fitness_asked(&fitness, 100 * MS);
    assert_true(ss_fitness_allows(&fitness, 1));
    ss_fitness_suspect(&fitness, 105 * MS);
    assert_false(ss_fitness_allows(&fitness, 0));
    assert_int_equal(fitness.state, SS_FITNESS_UP); /* it may only have been held up */
    assert_true(ss_fitness_due(&fitness) <= 105 * MS);
    assert_int_equal(last_step(&fitness, 105 * MS), SS_FITNESS_PROBE);
    ss_fitness_answered(&fitness, 106 * MS);
    assert_true(ss_fitness_allows(&fitness, 1000));
    ss_fitness_probe_answered(&fitness, true, 107 * MS);
    ss_fitness_suspect(&fitness, 200 * MS);
    last_step(&fitness, 200 * MS);
    assert_false(ss_fitness_probe_answered(&fitness, true, 201 * MS));
    assert_true(ss_fitness_allows(&fitness, 0));
    ss_fitness_suspect(&fitness, 300 * MS);
    last_step(&fitness, 300 * MS);
    assert_int_equal(last_step(&fitness, 550 * MS), SS_FITNESS_GONE);
}

static void an_answer_ends_silence(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    for (int64_t now = 100 * MS; now < 900 * MS; now += MS) {
        ss_fitness_asked(&fitness, now);
        if (now % (10 * MS) == 0) /* one in ten is answered */
            ss_fitness_answered(&fitness, now);
        assert_int_equal(last_step(&fitness, now), SS_FITNESS_NOTHING);
    }
}

static void a_few_unanswered_questions_are_reason_for_a_probe(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    ss_fitness_asked(&fitness, 100 * MS);
    assert_int_equal(ss_fitness_due(&fitness), 120 * MS);
    assert_int_equal(last_step(&fitness, 120 * MS), SS_FITNESS_PROBE);
    assert_int_equal(ss_fitness_due(&fitness), 370 * MS);
    ss_fitness answering = fitness;
    assert_false(ss_fitness_probe_answered(&answering, true, 130 * MS));
    assert_int_equal(answering.state, SS_FITNESS_UP);
    assert_int_equal(last_step(&answering, 400 * MS), SS_FITNESS_NOTHING);
    assert_int_equal(last_step(&fitness, 370 * MS), SS_FITNESS_GONE);
    assert_int_equal(fitness.state, SS_FITNESS_EJECTED);
}

static void a_probe_that_gets_lost_among_answers_ejects_nobody(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    int64_t due = ss_fitness_due(&fitness);
    assert_int_equal(last_step(&fitness, due), SS_FITNESS_PROBE); /* as every second */
    ss_fitness_answered(&fitness, due + 100 * MS);
    assert_int_equal(last_step(&fitness, due + 250 * MS), SS_FITNESS_NOTHING);
    assert_int_equal(fitness.state, SS_FITNESS_UP);
}

static void doubt_asks_for_a_probe(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    ss_fitness_doubt(&fitness, 200 * MS);
    assert_int_equal(last_step(&fitness, 200 * MS), SS_FITNESS_PROBE);
    ss_fitness_doubt(&fitness, 210 * MS); /* one is enough */
    assert_int_equal(last_step(&fitness, 210 * MS), SS_FITNESS_NOTHING);
}

static void failures_eject(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    assert_false(ss_fitness_failed(&fitness, 100 * MS));
    assert_false(ss_fitness_failed(&fitness, 100 * MS));
    ss_fitness_answered(&fitness, 100 * MS);
    assert_false(ss_fitness_failed(&fitness, 100 * MS));
    assert_false(ss_fitness_failed(&fitness, 100 * MS));
    assert_true(ss_fitness_failed(&fitness, 100 * MS));
    assert_false(ss_fitness_failed(&fitness, 100 * MS)); /* it is already */
    assert_int_equal(fitness.state, SS_FITNESS_EJECTED);
    last_step(&fitness, ss_fitness_due(&fitness));
    ss_fitness_probe_answered(&fitness, true, 300 * MS);
    last_step(&fitness, ss_fitness_due(&fitness));
    assert_true(ss_fitness_probe_answered(&fitness, true, 400 * MS));
    assert_true(ss_fitness_failed(&fitness, 400 * MS)); /* who returns has one try */
}

static void probes_come_ever_more_seldom(void **state)
{
    (void)state;
    ss_fitness fitness = one_up(0);
    int64_t now = 20000 * MS, wanted = 100 * MS;
    ss_fitness_eject(&fitness, now);
    for (unsigned i = 0; i < 12; i++) {
        int64_t due = ss_fitness_due(&fitness);
        assert_true(due - now >= wanted * 3 / 4 - 1 && due - now <= wanted * 5 / 4 + 1);
        assert_int_equal(last_step(&fitness, due - 1), SS_FITNESS_NOTHING);
        assert_int_equal(last_step(&fitness, due), SS_FITNESS_PROBE);
        now = due + 250 * MS;
        assert_int_equal(last_step(&fitness, now), SS_FITNESS_GONE);
        wanted = i == 0 ? wanted : wanted * 2 < 2000 * MS ? wanted * 2 : 2000 * MS;
    }
    /* Two good ones in a row, and it is back; ejected soon after, the intervals go on where they were. */
    last_step(&fitness, ss_fitness_due(&fitness));
    assert_false(ss_fitness_probe_answered(&fitness, true, now));
    last_step(&fitness, ss_fitness_due(&fitness));
    assert_false(ss_fitness_probe_answered(&fitness, false, now)); /* it says shutting_down */
    last_step(&fitness, ss_fitness_due(&fitness));
    assert_false(ss_fitness_probe_answered(&fitness, true, now));
    last_step(&fitness, ss_fitness_due(&fitness));
    assert_true(ss_fitness_probe_answered(&fitness, true, now));
    ss_fitness_eject(&fitness, now + 1000 * MS);
    assert_true(ss_fitness_due(&fitness) >= now + 2500 * MS);
}

static void a_probe_that_cannot_be_sent_is_tried_again(void **state)
{
    (void)state;
    ss_fitness fitness;
    unsigned attempts = 0;
    ss_fitness_init(&fitness, &rules, 1, 0);
    for (int64_t now = 0; now < 250 * MS; now = ss_fitness_due(&fitness))
        attempts += ss_fitness_next(&fitness, now) == SS_FITNESS_PROBE;
    assert_int_equal(attempts, 25);
    assert_int_equal(ss_fitness_next(&fitness, 250 * MS), SS_FITNESS_GONE);
}

static void the_same_seed_gives_the_same_moments(void **state)
{
    (void)state;
    ss_fitness one = one_up(0), same = one_up(0);
    ss_fitness_eject(&one, 500 * MS);
    ss_fitness_eject(&same, 500 * MS);
    assert_int_equal(ss_fitness_due(&one), ss_fitness_due(&same));
}

/* Whatever happens: it is due at some time unless it was just looked at, and says nothing before that. */
static void it_never_stops_nor_spins(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_fitness fitness;
    int64_t now = 0;
    ss_fitness_init(&fitness, &rules, 3, 0);
    for (unsigned i = 0; i < 200000; i++) {
        unsigned steps = 0;
        ss_fitness_step step;
        while ((step = ss_fitness_next(&fitness, now)) != SS_FITNESS_NOTHING) {
            assert_true(++steps < 8);
            if (step == SS_FITNESS_PROBE && ss_random_below(&random, 2))
                ss_fitness_probe_sent(&fitness, now);
        }
        int64_t due = ss_fitness_due(&fitness);
        assert_true(due > now && due <= now + 2500 * MS);
        now = ss_random_below(&random, 2) ? due : now + ss_random_below(&random, 5) * MS;
        switch (ss_random_below(&random, 8)) {
        case 0:
            ss_fitness_failed(&fitness, now);
            break;
        case 1:
            ss_fitness_answered(&fitness, now);
            break;
        case 2:
            ss_fitness_probe_answered(&fitness, ss_random_below(&random, 8) > 0, now);
            break;
        case 3:
            ss_fitness_doubt(&fitness, now);
            break;
        default:
            ss_fitness_asked(&fitness, now);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_returns_gets_more_little_by_little),
        cmocka_unit_test(silence_ejects),
        cmocka_unit_test(who_is_suspected_is_passed_over_until_it_is_heard),
        cmocka_unit_test(an_answer_ends_silence),
        cmocka_unit_test(a_few_unanswered_questions_are_reason_for_a_probe),
        cmocka_unit_test(a_probe_that_gets_lost_among_answers_ejects_nobody),
        cmocka_unit_test(doubt_asks_for_a_probe),
        cmocka_unit_test(failures_eject),
        cmocka_unit_test(probes_come_ever_more_seldom),
        cmocka_unit_test(a_probe_that_cannot_be_sent_is_tried_again),
        cmocka_unit_test(the_same_seed_gives_the_same_moments),
        cmocka_unit_test(it_never_stops_nor_spins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

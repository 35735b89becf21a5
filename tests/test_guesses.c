/* Wrong codes: how many a visitor may type, how it comes back, and that nobody pays for others or is forgotten cheaply. */
#include "check.h"
#include "failing_malloc.h"

#include "offers/guesses.h"

#define NOW INT64_C(1700000000000000)

static ss_guesses *make(void)
{
    ss_guesses *guesses = NULL;
    ss_error error;
    expect_ok(ss_guesses_new(&guesses, &error), &error);
    return guesses;
}

/* Wrong codes as long as they are allowed, at most `most`; how many. */
static int guess_on(ss_guesses *guesses, const char *visitor, int64_t now, int most)
{
    int tries = 0;
    while (tries < most && ss_guesses_allow(guesses, ss_slice_of(visitor), now)) {
        ss_guesses_wrong(guesses, ss_slice_of(visitor), now);
        tries++;
    }
    return tries;
}

static void ten_tries_and_one_more_a_minute(void **state)
{
    (void)state;
    ss_guesses *guesses = make();
    ss_slice eve = ss_slice_of("eve");
    assert_int_equal(guess_on(guesses, "eve", NOW, 1000), SS_GUESSES_TRIES);
    assert_false(ss_guesses_allow(guesses, eve, NOW + SS_GUESSES_PAUSE - 1));
    assert_int_equal(guess_on(guesses, "eve", NOW + SS_GUESSES_PAUSE, 1000), 1);
    assert_int_equal(guess_on(guesses, "eve", NOW + 4 * SS_GUESSES_PAUSE, 1000), 3);
    assert_int_equal(guess_on(guesses, "eve", NOW + 1000 * SS_GUESSES_PAUSE, 1000), SS_GUESSES_TRIES);
    assert_int_equal(guess_on(guesses, "bob", NOW + 1000 * SS_GUESSES_PAUSE, 1000), SS_GUESSES_TRIES);
    ss_guesses_free(&guesses);
    assert_null(guesses);
    ss_guesses_free(&guesses);
}

static void asking_costs_nothing(void **state)
{
    (void)state;
    ss_guesses *guesses = make();
    for (int i = 0; i < 1000; i++)
        assert_true(ss_guesses_allow(guesses, ss_slice_of("alice"), NOW));
    assert_int_equal(guess_on(guesses, "alice", NOW, 1000), SS_GUESSES_TRIES);
    assert_int_equal(guess_on(guesses, "", NOW, 1000), SS_GUESSES_TRIES); /* no name is a name too */
    ss_guesses_free(&guesses);
}

/* Told wrong more often than is allowed (in flight at once), a visitor waits no longer for it. */
static void nobody_waits_longer_than_for_all_tries(void **state)
{
    (void)state;
    ss_guesses *guesses = make();
    for (int i = 0; i < 500; i++)
        ss_guesses_wrong(guesses, ss_slice_of("eve"), NOW);
    assert_false(ss_guesses_allow(guesses, ss_slice_of("eve"), NOW + SS_GUESSES_PAUSE - 1));
    assert_true(ss_guesses_allow(guesses, ss_slice_of("eve"), NOW + SS_GUESSES_PAUSE));
    /* The clock was set back by a year: they wait as if they had just used up all. */
    int64_t past = NOW - 365 * 24 * 60 * SS_GUESSES_PAUSE;
    assert_false(ss_guesses_allow(guesses, ss_slice_of("eve"), past));
    ss_guesses_wrong(guesses, ss_slice_of("eve"), past);
    assert_true(ss_guesses_allow(guesses, ss_slice_of("eve"), past + SS_GUESSES_PAUSE));
    ss_guesses_free(&guesses);
}

/* A flood of strangers, each with one try: those who were wrong before wait, those who never were do not. */
static void a_flood_refuses_no_one_unsuspected(void **state)
{
    (void)state;
    ss_guesses *guesses = make();
    ss_random random = test_random();
    char visitor[32];
    int slowed = 0;
    assert_int_equal(guess_on(guesses, "clumsy", NOW, 1), 1);
    for (int i = 0; i < 200000; i++) {
        snprintf(visitor, sizeof visitor, "stranger-%d", (int)ss_random_below(&random, 100000));
        int64_t now = NOW + i;
        int tries = guess_on(guesses, visitor, now, SS_GUESSES_TRIES);
        slowed += tries <= SS_GUESSES_SUSPECT_TRIES;
        snprintf(visitor, sizeof visitor, "customer-%d", i);
        assert_true(ss_guesses_allow(guesses, ss_slice_of(visitor), now));
        assert_true(ss_guesses_allow(guesses, ss_slice_of("clumsy"), now)); /* one mistake is no suspicion */
    }
    assert_true(slowed > 199000);
    /* When they are gone, all is as before. */
    int64_t later = NOW + 200000 + SS_GUESSES_ALARM_TRIES * SS_GUESSES_ALARM_PAUSE;
    assert_int_equal(guess_on(guesses, "new", later, 1000), SS_GUESSES_TRIES);
    ss_guesses_free(&guesses);
}

/* However many others are wrong once: who is refused stays so. */
static void being_forgotten_is_not_cheap(void **state)
{
    (void)state;
    ss_guesses *guesses = make();
    char visitor[32];
    assert_int_equal(guess_on(guesses, "eve", NOW, 1000), SS_GUESSES_TRIES);
    for (int i = 0; i < 400000; i++) {
        snprintf(visitor, sizeof visitor, "minted-%d", i);
        ss_guesses_wrong(guesses, ss_slice_of(visitor), NOW);
    }
    assert_false(ss_guesses_allow(guesses, ss_slice_of("eve"), NOW));
    assert_true(ss_guesses_allow(guesses, ss_slice_of("customer"), NOW));
    ss_guesses_free(&guesses);
}

/* With room enough it does what a bucket for each does. */
static void like_a_bucket_each(void **state)
{
    (void)state;
    enum { VISITORS = 20 };
    double tokens[VISITORS];
    ss_guesses *guesses = make();
    ss_random random = test_random();
    int64_t now = NOW;
    for (int i = 0; i < VISITORS; i++)
        tokens[i] = SS_GUESSES_TRIES;
    for (int i = 0; i < 100000; i++) {
        char visitor[32];
        int64_t step = ss_random_below(&random, 40) * INT64_C(500000);
        uint32_t who = ss_random_below(&random, VISITORS);
        now += step;
        for (int k = 0; k < VISITORS; k++) {
            tokens[k] += (double)step / SS_GUESSES_PAUSE;
            tokens[k] = tokens[k] < SS_GUESSES_TRIES ? tokens[k] : SS_GUESSES_TRIES;
        }
        snprintf(visitor, sizeof visitor, "visitor-%u", who);
        bool allowed = ss_guesses_allow(guesses, ss_slice_of(visitor), now);
        assert_int_equal(allowed, tokens[who] >= 1 - 1e-6);
        if (!allowed)
            continue;
        ss_guesses_wrong(guesses, ss_slice_of(visitor), now);
        tokens[who]--;
    }
    ss_guesses_free(&guesses);
}

static bool try_new(void *context)
{
    (void)context;
    ss_guesses *guesses = NULL;
    ss_error error;
    ss_status status = ss_guesses_new(&guesses, &error);
    assert_true(status == SS_OK ? guesses != NULL : status == SS_E_NOMEM && !guesses);
    ss_guesses_free(&guesses);
    return status == SS_OK;
}

static void without_memory(void **state)
{
    (void)state;
    assert_int_equal(failing_malloc_torture(try_new, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_tries_and_one_more_a_minute),
        cmocka_unit_test(asking_costs_nothing),
        cmocka_unit_test(nobody_waits_longer_than_for_all_tries),
        cmocka_unit_test(a_flood_refuses_no_one_unsuspected),
        cmocka_unit_test(being_forgotten_is_not_cheap),
        cmocka_unit_test(like_a_bucket_each),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

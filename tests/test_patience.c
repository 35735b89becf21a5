/* patience.h: the wait covers 99 in 100 answers whatever they take, and second questions are a tenth at most. */
#include "check.h"
#include "http/patience.h"
#include <math.h>

#define MS 1000000

/* Exponential with that mean, nanoseconds: 99 in 100 are below 4.605 means. */
static int64_t some_answer(ss_random *random, double mean)
{
    return (int64_t)(-log(1 - ss_random_unit(random)) * mean);
}

/* As the gateway tells it: what takes longer than the wait is told as exceeded, once. */
static void tell(ss_patience *patience, int64_t took)
{
    if (took > ss_patience_wait(patience))
        ss_patience_exceeded(patience);
    else
        ss_patience_answered(patience, took);
}

static void the_wait_follows_the_answers(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_patience patience;
    ss_patience_init(&patience, MS, 40 * MS);
    assert_int_equal(ss_patience_wait(&patience), 40 * MS);
    const double means[] = {1.0 * MS, 4.0 * MS, 0.5 * MS};
    for (unsigned m = 0; m < 3; m++) {
        double sum = 0;
        for (unsigned i = 0; i < 30000; i++) {
            tell(&patience, some_answer(&random, means[m]));
            if (i >= 10000)
                sum += (double)ss_patience_wait(&patience) / 20000;
        }
        double right = 1.5 * 4.605 * means[m];
        assert_true(sum > 0.85 * right && sum < 1.15 * right);
    }
}

static void the_wait_has_bounds(void **state)
{
    (void)state;
    ss_patience patience;
    ss_patience_init(&patience, MS, 20 * MS);
    for (unsigned i = 0; i < 100000; i++)
        ss_patience_answered(&patience, 10);
    assert_int_equal(ss_patience_wait(&patience), MS);
    for (unsigned i = 0; i < 1000; i++)
        ss_patience_exceeded(&patience);
    assert_int_equal(ss_patience_wait(&patience), 20 * MS);
    ss_patience_init(&patience, 5 * MS, 20 * MS);
    for (unsigned i = 0; i < 100000; i++)
        ss_patience_answered(&patience, 10);
    assert_int_equal(ss_patience_wait(&patience), 5 * MS);
    ss_patience_init(&patience, MS, MS / 2);
    assert_int_equal(ss_patience_wait(&patience), MS / 2);
}

static void second_questions_are_paid_for(void **state)
{
    (void)state;
    ss_patience patience;
    unsigned spent = 0;
    ss_patience_init(&patience, MS, 20 * MS);
    while (ss_patience_spend(&patience))
        spent++;
    assert_int_equal(spent, 256); /* a server that freezes costs many at once */
    for (unsigned i = 0, more = 0; i < 1000; i++) {
        ss_patience_earn(&patience);
        more += ss_patience_spend(&patience);
        assert_true(more <= i / 10 + 1);
        spent = more;
    }
    assert_true(spent >= 95 && spent <= 100);
    for (unsigned i = 0; i < 100000; i++)
        ss_patience_earn(&patience);
    for (spent = 0; ss_patience_spend(&patience);)
        spent++;
    assert_true(spent <= 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wait_follows_the_answers),
        cmocka_unit_test(the_wait_has_bounds),
        cmocka_unit_test(second_questions_are_paid_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

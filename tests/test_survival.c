/* test_survival.c: a curve worked out by hand, without and with waits that were not seen to their end. */
#include "testing.h"

#include "job/survival.h"

#include <math.h>

static void close_to(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9))
        fail_msg("%.12g, expected %.12g", value, expected);
}

/* Ten waits: 2 end on day 1; 1 ends on day 3, on which 2 are lost sight of; 3 end on day 4; 2 are unseen on day 5. */
static void by_hand(void **state)
{
    (void)state;
    const ss_waits waits[6] = {{0, 0}, {2, 0}, {0, 0}, {1, 2}, {3, 0}, {0, 2}};
    ss_survival_day days[6];
    ss_survival_estimate(waits, 6, days);
    const uint64_t waiting[] = {10, 10, 8, 8, 5, 2};
    const double share[] = {1, 0.8, 0.8, 0.7, 0.28, 0.28};
    for (int d = 0; d < 6; d++) {
        assert_int_equal(days[d].waiting, waiting[d]);
        close_to(days[d].share, share[d]);
    }
    double greenwood = 2.0 / (10 * 8) + 1.0 / (8 * 7) + 3.0 / (5 * 2),
           spread = SS_SURVIVAL_Z * sqrt(greenwood) / -log(0.28);
    close_to(days[4].share_low, pow(0.28, exp(spread)));
    close_to(days[4].share_high, pow(0.28, exp(-spread)));
    assert_true(days[0].share_low == 1 && days[0].share_high == 1);
    assert_int_equal(ss_survival_quantile(days, 6, 0.8), 1);
    assert_int_equal(ss_survival_quantile(days, 6, 0.5), 4);
    assert_int_equal(ss_survival_quantile(days, 6, 0.1), -1);
}

static void all_and_none(void **state)
{
    (void)state;
    const ss_waits all[2] = {{0, 0}, {5, 0}}, none[2] = {{0, 0}, {0, 5}}, empty[2] = {{0, 0}, {0, 0}};
    ss_survival_day days[2];
    ss_survival_estimate(all, 2, days);
    assert_true(days[1].share == 0 && days[1].share_low == 0 && days[1].share_high == 0);
    ss_survival_estimate(none, 2, days);
    assert_true(days[1].share == 1 && days[1].waiting == 5);
    ss_survival_estimate(empty, 2, days);
    assert_true(days[1].share == 1 && days[1].waiting == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(all_and_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

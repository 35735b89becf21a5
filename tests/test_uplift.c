/* test_uplift.c: Welch's interval by hand. test_uplift_oracle.py holds it against scipy. */
#include "testing.h"

#include "job/uplift.h"

#include <math.h>
#include <string.h>

static ss_sample sample_of(const double *values, size_t count)
{
    ss_sample sample = {0};
    for (size_t i = 0; i < count; i++)
        ss_sample_add(&sample, values[i]);
    return sample;
}

static void close_to(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-6 * fmax(1, fabs(expected))))
        fail_msg("%.12g, expected %.12g", value, expected);
}

static void quantiles_are_those_of_the_tables(void **state)
{
    (void)state;
    close_to(ss_t_quantile(0.95, 1), 12.7062047);
    close_to(ss_t_quantile(0.95, 10), 2.2281389);
    close_to(ss_t_quantile(0.99, 4), 4.6040949);
    close_to(ss_t_quantile(0.95, 1e12), 1.9599640);
}

static void means_and_variances(void **state)
{
    (void)state;
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    ss_sample sample = sample_of(values, 8), one = sample_of(values, 1), none = {0};
    assert_int_equal(sample.count, 8);
    close_to(sample.mean, 5);
    close_to(ss_sample_variance(&sample), 32.0 / 7);
    assert_true(isnan(ss_sample_variance(&one)) && isnan(ss_sample_variance(&none)));
}

static void the_difference_and_its_interval(void **state)
{
    (void)state;
    const double treated[] = {1, 2, 3, 4, 5}, held_out[] = {2, 4};
    ss_sample a = sample_of(treated, 5), b = sample_of(held_out, 2);
    ss_uplift uplift = ss_uplift_between(&a, &b, 0.95);
    close_to(uplift.each, 0);
    close_to(uplift.standard_error, sqrt(2.5 / 5 + 2.0 / 2));
    close_to(uplift.freedom, 2.25 / (0.25 / 4 + 1.0 / 1));
    close_to(uplift.high, ss_t_quantile(0.95, uplift.freedom) * uplift.standard_error);
    close_to(uplift.low, -uplift.high);
    close_to(uplift.total_high, 5 * uplift.high);
    assert_int_equal(uplift.finding, SS_UPLIFT_TOO_FEW);
}

static ss_sample many(double mean, size_t count)
{
    ss_sample sample = {0};
    for (size_t i = 0; i < count; i++)
        ss_sample_add(&sample, mean + (i % 2 ? 1 : -1));
    return sample;
}

static void what_can_be_told(void **state)
{
    (void)state;
    ss_sample low = many(10, 100), high = many(20, 100), few = many(20, SS_UPLIFT_VISITORS_MIN - 1), none = {0};
    ss_sample same = {100, 10, 0};
    assert_int_equal(ss_uplift_between(&high, &low, 0.95).finding, SS_UPLIFT_GAIN);
    assert_int_equal(ss_uplift_between(&low, &high, 0.95).finding, SS_UPLIFT_LOSS);
    assert_int_equal(ss_uplift_between(&low, &low, 0.95).finding, SS_UPLIFT_UNCLEAR);
    assert_int_equal(ss_uplift_between(&low, &few, 0.95).finding, SS_UPLIFT_TOO_FEW);
    assert_int_equal(ss_uplift_between(&same, &same, 0.95).finding, SS_UPLIFT_TOO_FEW);
    ss_uplift nothing = ss_uplift_between(&low, &none, 0.95);
    assert_true(isnan(nothing.each) && isnan(nothing.low) && isnan(nothing.total));
    assert_int_equal(nothing.finding, SS_UPLIFT_TOO_FEW);
    assert_string_equal(ss_uplift_finding_name(SS_UPLIFT_GAIN), "gain");
    assert_null(ss_uplift_finding_name(SS_UPLIFT_FINDINGS));
}

static void strata_are_compared_within_themselves(void **state)
{
    (void)state;
    /* Who buys more is held out more: thrown together, treating would seem to do harm. */
    ss_sides strata[3] = {{many(10, 900), many(9, 100)}, {many(100, 100), many(99, 900)}, {many(7, 50), {1, 3, 0}}};
    ss_sides counted;
    ss_uplift over = ss_uplift_over(strata, 3, 0.95, &counted);
    close_to(over.each, 1);
    close_to(over.total, 1000);
    assert_true(counted.treated.count == 1000 && counted.held_out.count == 1000);
    assert_int_equal(over.finding, SS_UPLIFT_GAIN);
    ss_uplift one = ss_uplift_over(strata, 1, 0.95, NULL);
    ss_uplift same = ss_uplift_between(&strata[0].treated, &strata[0].held_out, 0.95);
    close_to(one.each, same.each);
    close_to(one.low, same.low);
    close_to(one.freedom, same.freedom);
    close_to(one.total_high, same.total_high);
    ss_uplift none = ss_uplift_over(strata + 2, 1, 0.95, &counted);
    assert_true(isnan(none.each) && isnan(none.low) && none.finding == SS_UPLIFT_TOO_FEW && counted.treated.count == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_tables),     cmocka_unit_test(means_and_variances),
        cmocka_unit_test(the_difference_and_its_interval),       cmocka_unit_test(what_can_be_told),
        cmocka_unit_test(strata_are_compared_within_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_bootstrap.c: resampling by hand, its limits, threads. test_bootstrap_oracle.py holds it against numpy. */
#include "check.h"

#include "failing_malloc.h"
#include "job/bootstrap.h"

#include <math.h>
#include <string.h>

static const ss_bootstrap_options usual = {.level = 0.95, .resamples = 500, .seed = 1, .threads = 1};

static ss_bootstrap_mean bootstrap(const double *values, const uint64_t *owners, size_t count,
                                   const ss_bootstrap_options *options)
{
    ss_bootstrap_mean mean;
    ss_error error = {0};
    expect_ok(ss_bootstrap(values, owners, count, options, &mean, &error), &error);
    return mean;
}

static void nothing_and_constants(void **state)
{
    (void)state;
    const double same[] = {0.25, 0.25, 0.25};
    ss_bootstrap_mean none = bootstrap(NULL, NULL, 0, &usual), flat = bootstrap(same, NULL, 3, &usual);
    assert_true(none.mean == 0 && none.error == 0 && none.low == 0 && none.high == 0 && none.owners == 0);
    assert_true(flat.mean == 0.25 && flat.error == 0 && flat.low == 0.25 && flat.high == 0.25);
    assert_int_equal(flat.owners, 3);
}

/* One owner of all cases: whatever is drawn, it is the same mean. */
static void cases_of_one_owner_stay_together(void **state)
{
    (void)state;
    const double values[] = {0, 1, 0, 1, 0, 1};
    const uint64_t one[] = {7, 7, 7, 7, 7, 7}, three[] = {1, 1, 2, 2, 9, 9};
    ss_bootstrap_mean mean = bootstrap(values, one, 6, &usual);
    assert_true(mean.mean == 0.5 && mean.error == 0 && mean.low == 0.5 && mean.owners == 1);
    mean = bootstrap(values, three, 6, &usual); /* each of the three has the mean of all */
    assert_true(mean.mean == 0.5 && mean.error == 0 && mean.owners == 3);
    mean = bootstrap(values, NULL, 6, &usual);
    assert_true(mean.mean == 0.5 && mean.error > 0.1 && mean.low < 0.5 && mean.high > 0.5 && mean.owners == 6);
}

/* Of two coins' four draws one is two zeros: the lowest twentieth is 0. */
static void the_ends_are_quantiles(void **state)
{
    (void)state;
    const double values[] = {0, 1};
    ss_bootstrap_options options = usual;
    ss_bootstrap_mean mean = bootstrap(values, NULL, 2, &options);
    assert_true(mean.low == 0 && mean.high == 1);
    options.level = 0.6;
    mean = bootstrap(values, NULL, 2, &options);
    assert_true(mean.low == 0.5 && mean.high == 0.5);
}

static void threads_make_no_difference_and_seeds_do(void **state)
{
    (void)state;
    ss_random random = test_random();
    double values[500];
    uint64_t owners[500];
    for (size_t i = 0; i < 500; i++) {
        values[i] = ss_random_normal(&random);
        owners[i] = i / 3;
    }
    ss_bootstrap_options options = usual;
    ss_bootstrap_mean first = bootstrap(values, owners, 500, &options);
    for (options.threads = 2; options.threads <= 5; options.threads++) {
        ss_bootstrap_mean again = bootstrap(values, owners, 500, &options);
        assert_memory_equal(&first, &again, sizeof first);
    }
    options.seed = 2;
    ss_bootstrap_mean other = bootstrap(values, owners, 500, &options);
    assert_true(first.low != other.low && first.mean == other.mean);
}

static void limits_are_named(void **state)
{
    (void)state;
    const double value = 1;
    const ss_bootstrap_options wrong[] = {
        {0.5, 500, 1, 1}, {1, 500, 1, 1}, {NAN, 500, 1, 1}, {0.95, 99, 1, 1}, {0.95, 1000001, 1, 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ss_bootstrap_mean mean;
        ss_error error = {0};
        assert_status(ss_bootstrap(&value, NULL, 1, &wrong[i], &mean, &error), SS_E_ARGUMENT);
        assert_non_null(strstr(error.message, "bootstrap"));
    }
}

static void quantiles_and_losses(void **state)
{
    (void)state;
    assert_true(fabs(ss_normal_quantile(0.95) - 1.644853627) < 1e-5);
    assert_true(fabs(ss_normal_quantile(0.05) + 1.644853627) < 1e-5);
    assert_true(fabs(ss_normal_quantile(0.5)) < 1e-6);
    assert_true(fabs(ss_detectable_loss(0.01, 0.95, 0.8) - 0.024864750) < 1e-6);
}

static bool attempt(void *context)
{
    const double values[] = {1, 2, 3};
    ss_bootstrap_mean mean;
    (void)context;
    return ss_bootstrap(values, NULL, 3, &usual, &mean, NULL) == SS_OK;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_and_constants),  cmocka_unit_test(cases_of_one_owner_stay_together),
        cmocka_unit_test(the_ends_are_quantiles), cmocka_unit_test(threads_make_no_difference_and_seeds_do),
        cmocka_unit_test(limits_are_named),       cmocka_unit_test(quantiles_and_losses),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

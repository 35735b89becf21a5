/* test_gamma_gamma.c: customers made up by the model's story, its expectation, and the correlation it stands on.
 * test_retention_oracle.py holds the fit against scipy. */
#include "check.h"
#include "failing_malloc.h"

#include "job/gamma_gamma.h"

#include <math.h>

#define MADE_UP 20000

static ss_spender spend(ss_random *random, const ss_gamma_gamma *of, double *own)
{
    ss_spender spender = {1 + ss_random_below(random, 6), 0};
    double rate = ss_random_gamma(random, of->q) / of->gamma, sum = 0;
    for (uint32_t i = 0; i < spender.purchases; i++)
        sum += ss_random_gamma(random, of->p) / rate;
    spender.mean = sum / spender.purchases;
    *own = of->p / rate;
    return spender;
}

static void what_was_made_up_is_found_again(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_error error = {0};
    ss_gamma_gamma model;
    const ss_gamma_gamma truth = {.p = 6, .q = 4, .gamma = 15};
    ss_spender *spenders = malloc(MADE_UP * sizeof *spenders);
    double *own = malloc(MADE_UP * sizeof *own), means = 0, expected = 0;
    for (size_t i = 0; i < MADE_UP; i++)
        spenders[i] = spend(&random, &truth, &own[i]);
    expect_ok(ss_gamma_gamma_fit(spenders, MADE_UP, &model, &error), &error);
    assert_true(model.converged && model.customers == MADE_UP);
    assert_true(fabs(model.p / truth.p - 1) < 0.1 && fabs(model.q / truth.q - 1) < 0.1);
    assert_true(fabs(ss_gamma_gamma_expected(&model, 0, 0) - 30) < 1);
    for (size_t i = 0; i < MADE_UP; i++) {
        means += own[i];
        expected += ss_gamma_gamma_expected(&model, spenders[i].purchases, spenders[i].mean);
    }
    assert_true(fabs(expected / means - 1) < 0.03);
    assert_true(fabs(ss_gamma_gamma_correlation(spenders, MADE_UP, false)) < 0.05);
    free(spenders);
    free(own);
}

static void more_purchases_weigh_more(void **state)
{
    (void)state;
    const ss_gamma_gamma of = {.p = 2, .q = 3, .gamma = 10}, heavy = {.p = 2, .q = 0.5, .gamma = 10};
    double all = ss_gamma_gamma_expected(&of, 0, 0), one = ss_gamma_gamma_expected(&of, 1, 40);
    double many = ss_gamma_gamma_expected(&of, 1000, 40);
    assert_true(all == 10 && one > all && one < many && fabs(many - 40) < 0.1);
    assert_true(isnan(ss_gamma_gamma_expected(&heavy, 0, 0)));
    assert_true(ss_gamma_gamma_expected(&heavy, 5, 40) > 0);
}

static void correlations(void **state)
{
    (void)state;
    const ss_spender rising[] = {{1, 10}, {2, 20}, {3, 30}}, falling[] = {{1, 8}, {2, 4}, {4, 2}},
                     flat[] = {{2, 1}, {2, 5}};
    assert_true(fabs(ss_gamma_gamma_correlation(rising, 3, false) - 1) < 1e-12);
    assert_true(fabs(ss_gamma_gamma_correlation(falling, 3, true) + 1) < 1e-12);
    assert_true(isnan(ss_gamma_gamma_correlation(flat, 2, false)) && isnan(ss_gamma_gamma_correlation(NULL, 0, true)));
}

static void what_cannot_be(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_gamma_gamma model = {.p = 7};
    const ss_spender none = {0, 3}, free_of_charge = {2, 0};
    assert_status(ss_gamma_gamma_fit(NULL, 0, &model, &error), SS_E_RANGE);
    assert_status(ss_gamma_gamma_fit(&none, 1, &model, &error), SS_E_RANGE);
    assert_status(ss_gamma_gamma_fit(&free_of_charge, 1, &model, &error), SS_E_RANGE);
    assert_error_text(error, "customer 0: 2 purchases of 0 each");
    assert_true(model.p == 7);
}

static bool attempt(void *context)
{
    const ss_spender list[] = {{1, 2}, {3, 4}, {2, 9}};
    ss_gamma_gamma model;
    (void)context;
    return ss_gamma_gamma_fit(list, 3, &model, NULL) == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_made_up_is_found_again),
        cmocka_unit_test(more_purchases_weigh_more),
        cmocka_unit_test(correlations),
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

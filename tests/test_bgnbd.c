/*
 * test_bgnbd.c: the paper's own example, customers made up by the model's story, and what it says at its edges.
 * test_retention_oracle.py holds fit and forecast against scipy.
 */
#include "check.h"
#include "failing_malloc.h"

#include "job/bgnbd.h"

#include <math.h>

#define MADE_UP 20000

/* As estimated by Fader, Hardie and Lee for the CDNOW data; times in weeks. */
static const ss_bgnbd cdnow = {.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426};

static void the_paper_s_customer(void **state)
{
    (void)state;
    const ss_bgnbd_customer customer = {2, 30.43, 38.86};
    double expected = ss_bgnbd_expected(&cdnow, &customer, 39);
    if (fabs(expected - 1.226) > 5e-4)
        fail_msg("%.6f, expected 1.226", expected);
}

static void who_never_came_back_is_alive(void **state)
{
    (void)state;
    const ss_bgnbd_customer once = {0, 0, 30}, long_ago = {5, 3, 300}, lately = {5, 299, 300}, often = {900, 299, 300};
    assert_true(ss_bgnbd_alive(&cdnow, &once) == 1);
    assert_true(ss_bgnbd_alive(&cdnow, &long_ago) < 1e-6);
    assert_true(ss_bgnbd_alive(&cdnow, &lately) > 0.85);
    assert_true(ss_bgnbd_alive(&cdnow, &often) > 0.5 && ss_bgnbd_alive(&cdnow, &often) < 1);
    assert_true(isfinite(ss_bgnbd_expected(&cdnow, &often, 52)));
}

/* A step over the places where the formula is 0 / 0: a = 1, a + b = 1 of who never came back; and where one series takes
 * over from the other. */
static void forecasts_are_smooth(void **state)
{
    (void)state;
    const ss_bgnbd_customer customers[] = {{0, 0, 30}, {3, 20, 30}};
    for (size_t i = 0; i < 2; i++)
        for (int at = 0; at < 3; at++) {
            ss_bgnbd below = cdnow, here = cdnow, above = cdnow;
            here.a = (const double[]){0.4, 1, 20}[at];
            here.b = (const double[]){0.6, 2.426, 60}[at];
            below = above = here;
            below.a -= 1e-4;
            above.a += 1e-4;
            double middle = ss_bgnbd_expected(&here, &customers[i], 26);
            double sides =
                (ss_bgnbd_expected(&below, &customers[i], 26) + ss_bgnbd_expected(&above, &customers[i], 26)) / 2;
            if (!(fabs(middle - sides) < 1e-5 * sides))
                fail_msg("%.12g between %.12g", middle, sides);
        }
}

/* One customer by the story: buys at a rate, leaves after a purchase with a chance. Purchases after `age` in *later. */
static ss_bgnbd_customer live(ss_random *random, const ss_bgnbd *of, double age, double more, uint32_t *later)
{
    double rate = ss_random_gamma(random, of->r) / of->alpha, leaves = ss_random_beta(random, of->a, of->b), now = 0;
    ss_bgnbd_customer customer = {.age = age};
    *later = 0;
    for (;;) {
        now += -log(1 - ss_random_unit(random)) / rate;
        if (!(now < age + more))
            return customer;
        if (now < age) {
            customer.repeats++;
            customer.recency = now;
        } else
            ++*later;
        if (ss_random_unit(random) < leaves)
            return customer;
    }
}

static void what_was_made_up_is_found_again(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_error error = {0};
    ss_bgnbd model;
    const ss_bgnbd truth = {.r = 0.6, .alpha = 8, .a = 0.8, .b = 2.5};
    ss_bgnbd_customer *customers = malloc(MADE_UP * sizeof *customers);
    double came = 0, foreseen = 0;
    uint32_t *later = malloc(MADE_UP * sizeof *later);
    for (size_t i = 0; i < MADE_UP; i++)
        customers[i] = live(&random, &truth, 20 + 60 * ss_random_unit(&random), 26, &later[i]);
    expect_ok(ss_bgnbd_fit(customers, MADE_UP, &model, &error), &error);
    assert_true(model.converged && model.customers == MADE_UP && model.log_likelihood < 0);
    assert_true(fabs(model.r / truth.r - 1) < 0.15 && fabs(model.alpha / truth.alpha - 1) < 0.15);
    assert_true(fabs(model.a / (model.a + model.b) - truth.a / (truth.a + truth.b)) < 0.05);
    for (size_t i = 0; i < MADE_UP; i++) {
        came += later[i];
        foreseen += ss_bgnbd_expected(&model, &customers[i], 26);
    }
    if (fabs(foreseen / came - 1) > 0.06)
        fail_msg("foreseen %.1f, came %.0f", foreseen, came);
    free(customers);
    free(later);
}

static void order_and_repetition_say_nothing(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_bgnbd forward, backward;
    ss_bgnbd_customer list[40], turned[40];
    for (uint32_t i = 0; i < 40; i++)
        list[i] = (ss_bgnbd_customer){i % 4, i % 4 ? 3.0 + i % 9 : 0, 20.0 + i % 3};
    for (size_t i = 0; i < 40; i++)
        turned[i] = list[39 - i];
    expect_ok(ss_bgnbd_fit(list, 40, &forward, &error), &error);
    expect_ok(ss_bgnbd_fit(turned, 40, &backward, &error), &error);
    assert_memory_equal(&forward.r, &backward.r, sizeof(double));
    assert_memory_equal(&forward.log_likelihood, &backward.log_likelihood, sizeof(double));
}

/* Everybody buys at the same rate and leaves with the same chance: the parameters stay within reason, and what is foreseen
 * is what comes. */
static void customers_may_be_alike(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_error error = {0};
    ss_bgnbd model;
    const ss_bgnbd truth = {.r = 1e4, .alpha = 1e5, .a = 1e4, .b = 4e4};
    static ss_bgnbd_customer customers[4000];
    uint32_t later;
    double came = 0, foreseen = 0;
    for (size_t i = 0; i < 4000; i++) {
        customers[i] = live(&random, &truth, 40, 26, &later);
        came += later;
    }
    expect_ok(ss_bgnbd_fit(customers, 4000, &model, &error), &error);
    assert_true(model.converged && model.a < 1e4 && model.b < 1e4 && model.r < 1e4);
    for (size_t i = 0; i < 4000; i++)
        foreseen += ss_bgnbd_expected(&model, &customers[i], 26);
    if (!(fabs(foreseen / came - 1) < 0.1))
        fail_msg("foreseen %.1f, came %.0f", foreseen, came);
}

static void what_cannot_be(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_bgnbd model = {.r = 7};
    const ss_bgnbd_customer once = {0, 0, 3}, late = {1, 4, 3}, never = {0, 1, 3}, none = {1, NAN, 3};
    assert_status(ss_bgnbd_fit(&once, 1, &model, &error), SS_E_RANGE);
    assert_status(ss_bgnbd_fit(&once, 0, &model, &error), SS_E_RANGE);
    assert_status(ss_bgnbd_fit(&late, 1, &model, &error), SS_E_RANGE);
    assert_error_text(error, "customer 0: 1 repeats, last seen at 4 of 3");
    assert_status(ss_bgnbd_fit(&never, 1, &model, &error), SS_E_RANGE);
    assert_status(ss_bgnbd_fit(&none, 1, &model, NULL), SS_E_RANGE);
    assert_true(model.r == 7);
}

static bool attempt(void *context)
{
    const ss_bgnbd_customer list[] = {{1, 2, 3}, {0, 0, 3}};
    ss_bgnbd model;
    (void)context;
    return ss_bgnbd_fit(list, 2, &model, NULL) == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_paper_s_customer),
        cmocka_unit_test(who_never_came_back_is_alive),
        cmocka_unit_test(forecasts_are_smooth),
        cmocka_unit_test(what_was_made_up_is_found_again),
        cmocka_unit_test(order_and_repetition_say_nothing),
        cmocka_unit_test(customers_may_be_alike),
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

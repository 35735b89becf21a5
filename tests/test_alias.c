#include "check.h"

#include "failing_malloc.h"
#include "job/alias.h"

#include <math.h>

#define DRAWS 400000

/* Counts of DRAWS draws from `weights`. */
static void count_draws(const double *weights, size_t count, uint32_t *counts)
{
    double scratch[64];
    ss_alias table[64];
    ss_error error = {0};
    ss_random random = test_random();
    memcpy(scratch, weights, count * sizeof *scratch);
    expect_ok(ss_alias_build(table, scratch, count, &error), &error);
    memset(counts, 0, count * sizeof *counts);
    for (int i = 0; i < DRAWS; i++) {
        uint32_t drawn = ss_alias_draw(table, (uint32_t)count, &random);
        assert_true(drawn < count);
        counts[drawn]++;
    }
}

static void shares_are_the_weights(void **state)
{
    (void)state;
    double weights[64], sum = 0;
    uint32_t counts[64];
    for (size_t count = 1; count <= 64; count += 9) {
        sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += weights[i] = pow((double)i + 1, -1.1) * 17;
        count_draws(weights, count, counts);
        for (size_t i = 0; i < count; i++) {
            double share = weights[i] / sum;
            assert_true(fabs(counts[i] / (double)DRAWS - share) < 5.5 * sqrt(share / DRAWS));
        }
    }
}

static void nothing_weighs_nothing(void **state)
{
    (void)state;
    double weights[] = {0, 3, 0, 1e-300, 0, 1e6, 0};
    uint32_t counts[7];
    count_draws(weights, 7, counts);
    assert_int_equal(counts[0] + counts[2] + counts[3] + counts[4] + counts[6], 0);
    assert_true(counts[5] > DRAWS - 30);
}

static void equal_weights_never_move(void **state)
{
    (void)state;
    double weights[] = {1, 1, 1, 1};
    ss_alias table[4];
    assert_status(ss_alias_build(table, weights, 4, NULL), SS_OK);
    for (uint32_t i = 0; i < 4; i++)
        assert_true(table[i].keep == UINT32_MAX && table[i].other == i);
}

static bool build(void *context)
{
    double weights[] = {1, 2, 3};
    ss_alias table[3] = {{7, 7}, {7, 7}, {7, 7}};
    ss_error error = {0};
    (void)context;
    if (ss_alias_build(table, weights, 3, &error) == SS_OK)
        return true;
    assert_status(error.status, SS_E_NOMEM);
    assert_int_equal(table[0].keep, 7);
    return false;
}

static void without_memory(void **state)
{
    (void)state;
    assert_int_equal(failing_malloc_torture(build, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_the_weights),
        cmocka_unit_test(nothing_weighs_nothing),
        cmocka_unit_test(equal_weights_never_move),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

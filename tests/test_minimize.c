/* test_minimize.c: functions whose least value is known, and one with an edge. */
#include "testing.h"

#include "job/minimize.h"

#include <math.h>

/* Rosenbrock's valley: 0 at (1, 1). */
static double valley(void *calls, const double *at, double *gradient)
{
    double bend = at[1] - at[0] * at[0];
    ++*(int *)calls;
    gradient[0] = -400 * at[0] * bend - 2 * (1 - at[0]);
    gradient[1] = 200 * bend;
    return 100 * bend * bend + (1 - at[0]) * (1 - at[0]);
}

/* A bowl, steep one way and flat another: -3 at (1, 2, 3, 4). */
static double bowl(void *context, const double *at, double *gradient)
{
    const double steep[] = {1, 1e3, 1e-2, 10};
    double sum = -3;
    (void)context;
    for (int i = 0; i < 4; i++) {
        double from = at[i] - (i + 1);
        sum += steep[i] * from * from / 2;
        gradient[i] = steep[i] * from;
    }
    return sum;
}

/* x - ln x, not defined below 0: 1 at 1. */
static double edge(void *context, const double *at, double *gradient)
{
    (void)context;
    if (at[0] <= 0)
        return INFINITY;
    gradient[0] = 1 - 1 / at[0];
    return at[0] - log(at[0]);
}

static double slope(void *context, const double *at, double *gradient)
{
    (void)context;
    gradient[0] = 1;
    return at[0] < -1e6 ? INFINITY : at[0];
}

static void known_places(void **state)
{
    (void)state;
    int calls = 0;
    double at[2] = {-1.2, 1}, corner[4] = {0}, near[1] = {1e-3};
    ss_minimum minimum = ss_minimize(valley, &calls, at, 2, 1e-9);
    assert_true(minimum.converged && minimum.value < 1e-15 && fabs(at[0] - 1) < 1e-7 && fabs(at[1] - 1) < 1e-7);
    assert_true(calls < 500);
    minimum = ss_minimize(bowl, NULL, corner, 4, 1e-9);
    assert_true(minimum.converged && fabs(minimum.value + 3) < 1e-12);
    for (int i = 0; i < 4; i++)
        assert_true(fabs(corner[i] - (i + 1)) < 1e-6);
    minimum = ss_minimize(edge, NULL, near, 1, 1e-9);
    assert_true(minimum.converged && fabs(near[0] - 1) < 1e-8);
}

static void nothing_to_do_and_no_end(void **state)
{
    (void)state;
    double there[4] = {1, 2, 3, 4}, away[1] = {0};
    ss_minimum minimum = ss_minimize(bowl, NULL, there, 4, 1e-9);
    assert_true(minimum.converged && minimum.steps == 0);
    minimum = ss_minimize(slope, NULL, away, 1, 1e-9);
    assert_false(minimum.converged);
    assert_true(away[0] < -100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_places),
        cmocka_unit_test(nothing_to_do_and_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"

#include "base/random.h"

#include <math.h>

/* splitmix64 from state 0 and xoshiro256** from state {1, 2, 3, 4}: the published test vectors. */
static void known_values(void **state)
{
    (void)state;
    assert_true(ss_random_mix(0) == UINT64_C(0xE220A8397B1DCDAF));
    ss_random random;
    ss_random_seed(&random, 0);
    assert_true(random.state[0] == UINT64_C(0xE220A8397B1DCDAF));
    assert_true(random.state[1] == UINT64_C(0x6E789E6AA1B965F4));
    assert_true(random.state[2] == UINT64_C(0x06C45D188009454F));
    assert_true(random.state[3] == UINT64_C(0xF88BB8A8724C81EC));
    random = (ss_random){{1, 2, 3, 4}};
    const uint64_t wanted[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    for (size_t i = 0; i < 4; i++)
        assert_true(ss_random_u64(&random) == wanted[i]);
}

static void the_same_seed_the_same_numbers(void **state)
{
    (void)state;
    ss_random a, b, c;
    ss_random_seed(&a, 42);
    ss_random_seed(&b, 42);
    ss_random_seed(&c, 43);
    int differing = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t number = ss_random_u64(&a);
        assert_true(number == ss_random_u64(&b));
        differing += number != ss_random_u64(&c);
    }
    assert_int_equal(differing, 100);
}

static void below_is_uniform(void **state)
{
    (void)state;
    ss_random random;
    ss_random_seed(&random, 1);
    enum { BINS = 7, DRAWS = 700000 };
    int bins[BINS] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uint32_t number = ss_random_below(&random, BINS);
        assert_true(number < BINS);
        bins[number]++;
    }
    double chi_square = 0;
    for (int i = 0; i < BINS; i++)
        chi_square += pow(bins[i] - DRAWS / BINS, 2) / (DRAWS / BINS);
    assert_true(chi_square < 22.5); /* 6 degrees of freedom, 1 in 1000 */
}

static void below_extreme_bounds(void **state)
{
    (void)state;
    ss_random random;
    ss_random_seed(&random, 2);
    int upper = 0;
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(ss_random_below(&random, 1), 0);
        assert_true(ss_random_below(&random, UINT32_MAX) < UINT32_MAX);
        /* Two thirds of this bound would come up twice as often without the second draw. */
        upper += ss_random_below(&random, 0xC0000000u) >= 0x60000000u;
    }
    assert_in_range(upper, 4700, 5300);
}

static void unit_stays_below_one(void **state)
{
    (void)state;
    ss_random random;
    ss_random_seed(&random, 3);
    double sum = 0, most = 0, least = 1;
    for (int i = 0; i < 1000000; i++) {
        double number = ss_random_unit(&random);
        sum += number;
        most = fmax(most, number);
        least = fmin(least, number);
    }
    assert_true(least >= 0 && most < 1);
    assert_true(fabs(sum / 1e6 - 0.5) < 0.002);
}

static void normal_has_its_moments(void **state)
{
    (void)state;
    ss_random random;
    ss_random_seed(&random, 4);
    double sum[5] = {0};
    const int draws = 1000000;
    int beyond_two = 0;
    for (int i = 0; i < draws; i++) {
        double number = ss_random_normal(&random), power = 1;
        for (int k = 0; k < 5; k++, power *= number)
            sum[k] += power;
        beyond_two += fabs(number) > 2;
    }
    assert_true(fabs(sum[1] / draws) < 0.005);
    assert_true(fabs(sum[2] / draws - 1) < 0.01);
    assert_true(fabs(sum[3] / draws) < 0.03);
    assert_true(fabs(sum[4] / draws - 3) < 0.06);
    assert_true(fabs((double)beyond_two / draws - 0.0455) < 0.001);
}

/* Phi: below it of a normal number. */
static double normal_share(double below)
{
    return erfc(-below / sqrt(2)) / 2;
}

/* Bins of 0.05 between -5 and 5, and one beyond each: chi-square, and the tails by themselves. */
static void layers_are_normal(void **state)
{
    (void)state;
    enum { BINS = 202, DRAWS = 20000000 };
    ss_random random;
    double chi_square = 0;
    uint32_t counts[BINS] = {0}, beyond_edge = 0;
    ss_random_seed(&random, 8);
    for (int i = 0; i < DRAWS; i++) {
        double number = ss_random_normal_by_layers(&random), bin = floor(number * 20) + 101;
        counts[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : (int)bin]++;
        beyond_edge += fabs(number) > 3.5;
    }
    int seen = 0;
    for (int bin = 0; bin < BINS; bin++) {
        double low = bin == 0 ? -INFINITY : (bin - 101) / 20.0, high = bin == BINS - 1 ? INFINITY : (bin - 100) / 20.0;
        double wanted =
            (low < 0 ? normal_share(high) - normal_share(low) : normal_share(-low) - normal_share(-high)) * DRAWS;
        if (wanted < 5)
            continue;
        seen++;
        chi_square += (counts[bin] - wanted) * (counts[bin] - wanted) / wanted;
    }
    assert_true(fabs(chi_square - (seen - 1)) < 4 * sqrt(2.0 * (seen - 1)));
    double beyond = 2 * normal_share(-3.5) * DRAWS;
    assert_true(fabs(beyond_edge - beyond) < 4 * sqrt(beyond));
}

/* Mean, variance and, below shape 1, where the power comes in, the share near 0: P(X < 0.01) = 0.01^a / Gamma(a + 1). */
static void gamma_has_its_moments(void **state)
{
    (void)state;
    ss_random random;
    ss_random_seed(&random, 6);
    const double shapes[] = {0.3, 1, 2.5, 40, 3000};
    const int draws = 400000;
    for (size_t i = 0; i < 5; i++) {
        double a = shapes[i], sum = 0, squares = 0;
        int near_zero = 0;
        for (int k = 0; k < draws; k++) {
            double x = ss_random_gamma(&random, a);
            sum += x;
            squares += (x - a) * (x - a);
            near_zero += x < 0.01;
        }
        assert_true(fabs(sum / draws - a) < 5 * sqrt(a / draws));
        assert_true(fabs(squares / draws / a - 1) < 5 * sqrt((2 + 6 / a) / draws));
        double share = a < 1 ? pow(0.01, a) / tgamma(a + 1) : near_zero / (double)draws;
        assert_true(fabs(near_zero / (double)draws - share) < 0.003);
    }
}

static void beta_has_its_moments(void **state)
{
    (void)state;
    ss_random random;
    ss_random_seed(&random, 7);
    const double shapes[][2] = {{0.5, 0.5}, {2, 38}, {80, 1000}};
    const int draws = 400000;
    for (size_t i = 0; i < 3; i++) {
        double a = shapes[i][0], b = shapes[i][1], mean = a / (a + b), variance = mean * (1 - mean) / (a + b + 1);
        double sum = 0, squares = 0;
        for (int k = 0; k < draws; k++) {
            double x = ss_random_beta(&random, a, b);
            assert_true(x >= 0 && x <= 1);
            sum += x;
            squares += (x - mean) * (x - mean);
        }
        assert_true(fabs(sum / draws - mean) < 5 * sqrt(variance / draws));
        assert_true(fabs(squares / draws / variance - 1) < 0.02);
    }
}

/* Recorded once: the same on every machine and with every C library. */
static void normal_is_reproducible(void **state)
{
    (void)state;
    ss_random random;
    ss_random_seed(&random, 5);
    double first = ss_random_normal(&random), second = ss_random_normal(&random);
    double wanted[] = {-0x1.90c622bddd746p+0, 0x1.fa35e372befd2p-2};
    assert_memory_equal(&first, &wanted[0], sizeof first);
    assert_memory_equal(&second, &wanted[1], sizeof second);
    ss_random_seed(&random, 5);
    double by_layers = ss_random_normal_by_layers(&random), layered = 0x1.183e0ac3b55f7p-1;
    assert_memory_equal(&by_layers, &layered, sizeof layered);
}

static void mixing_separates_neighbours(void **state)
{
    (void)state;
    int bits = 0;
    for (uint64_t i = 0; i < 10000; i++)
        bits += __builtin_popcountll(ss_random_mix(i) ^ ss_random_mix(i + 1));
    assert_in_range(bits, 10000 * 31, 10000 * 33);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(the_same_seed_the_same_numbers),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(below_extreme_bounds),
        cmocka_unit_test(unit_stays_below_one),
        cmocka_unit_test(normal_has_its_moments),
        cmocka_unit_test(gamma_has_its_moments),
        cmocka_unit_test(beta_has_its_moments),
        cmocka_unit_test(layers_are_normal),
        cmocka_unit_test(normal_is_reproducible),
        cmocka_unit_test(mixing_separates_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

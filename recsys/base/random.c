#include "base/random.h"

#include <math.h>

#define GOLDEN_GAMMA UINT64_C(0x9E3779B97F4A7C15)

/* The output function of splitmix64 (Steele, Lea and Flood 2014; Stafford's variant 13). */
static uint64_t finish(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t ss_random_mix(uint64_t value)
{
    return finish(value + GOLDEN_GAMMA);
}

void ss_random_seed(ss_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += GOLDEN_GAMMA;
        random->state[i] = finish(seed);
    }
}

static uint64_t rotate(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

/* Within this file, so that whoever draws many need not call for each. */
static inline uint64_t draw(ss_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

static inline double draw_unit(ss_random *random)
{
    return (double)(draw(random) >> 11) * 0x1.0p-53;
}

uint64_t ss_random_u64(ss_random *random)
{
    return draw(random);
}

uint32_t ss_random_below(ss_random *random, uint32_t bound)
{
    /* The upper half of a 32 by 32 bit product; the few lower halves that would favour some numbers are drawn again
     * (Lemire 2019). */
    uint64_t product = (ss_random_u64(random) >> 32) * bound;
    if ((uint32_t)product < bound) {
        uint32_t unfair = (0u - bound) % bound;
        while ((uint32_t)product < unfair)
            product = (ss_random_u64(random) >> 32) * bound;
    }
    return (uint32_t)(product >> 32);
}

double ss_random_unit(ss_random *random)
{
    return draw_unit(random);
}

/* The natural logarithm by arithmetic alone: log() may differ in its last bit from one C library to the next, and the
 * numbers are promised to be the same everywhere. With s = (m-1)/(m+1), log m = 2 (s + s^3/3 + s^5/5 + …). */
static double portable_log(double x)
{
    const double log_2 = 0x1.62e42fefa39efp-1;
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752) {
        m *= 2;
        exponent--;
    }
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int k = 25; k >= 1; k -= 2)
        sum = sum * square + 1.0 / k;
    return exponent * log_2 + 2 * s * sum;
}

double ss_random_normal(ss_random *random)
{
    /* The polar method (Marsaglia and Bray 1964). Its second number is thrown away: the state has no place to keep it.
     */
    double u, v, square;
    do {
        u = 2 * draw_unit(random) - 1;
        v = 2 * draw_unit(random) - 1;
        square = u * u + v * v;
    } while (square >= 1 || square == 0);
    return u * sqrt(-2 * portable_log(square) / square);
}

/* e to the power of x <= 0, by arithmetic alone as well: x = k log 2 + r, |r| <= log 2 / 2. */
static double portable_exp(double x)
{
    const double log_2 = 0x1.62e42fefa39efp-1;
    if (x < -700)
        return 0;
    double k = floor(x / log_2 + 0.5), r = x - k * log_2, sum = 1;
    for (int i = 14; i >= 1; i--)
        sum = sum * r / i + 1;
    return ldexp(sum, (int)k);
}

/* Shape >= 1: the cube of a normal number, shifted and scaled, is nearly of a gamma distribution; what is too much is
 * thrown away. The square of the square settles nearly all cases without a logarithm. */
static double gamma_from_one(ss_random *random, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = ss_random_normal(random), root = 1 + c * x;
        if (root <= 0)
            continue;
        double v = root * root * root, u = 1 - ss_random_unit(random), square = x * x;
        if (u < 1 - 0.0331 * square * square || portable_log(u) < square / 2 + d * (1 - v + portable_log(v)))
            return d * v;
    }
}

double ss_random_gamma(ss_random *random, double shape)
{
    if (shape >= 1)
        return gamma_from_one(random, shape);
    double power = portable_log(1 - ss_random_unit(random)) / shape;
    return gamma_from_one(random, shape + 1) * portable_exp(power);
}

double ss_random_beta(ss_random *random, double a, double b)
{
    double x = ss_random_gamma(random, a), y = ss_random_gamma(random, b), sum = x + y;
    return sum > 0 ? x / sum : a / (a + b);
}

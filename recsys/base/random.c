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

uint64_t ss_random_u64(ss_random *random)
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
    return (double)(ss_random_u64(random) >> 11) * 0x1.0p-53;
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
        u = 2 * ss_random_unit(random) - 1;
        v = 2 * ss_random_unit(random) - 1;
        square = u * u + v * v;
    } while (square >= 1 || square == 0);
    return u * sqrt(-2 * portable_log(square) / square);
}

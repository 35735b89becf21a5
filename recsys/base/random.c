#include "base/random.h"

#include <math.h>
#include <stdbool.h>

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

/*
 * The right edges of layers of the same area that cover the density exp(-x^2 / 2) from 0 on; the lowest is as wide as if
 * the tail beyond EDGE were in it. Each layer's edge follows from the one below it; EDGE is such that the last ends at 0.
 */
#define LAYERS 128
#define EDGE   edges[1]
static const double edges[LAYERS + 1] = {
    0x1.db4668fe7d167p+1, 0x1.b8a7c476d1741p+1, 0x1.9c8e0c7c7f35ep+1,
    0x1.8aa73e440e862p+1, 0x1.7d45eb36e9ff4p+1, 0x1.7279dd4ac2679p+1,
    0x1.695c2be68d3e4p+1, 0x1.616dff7c8dab3p+1, 0x1.5a61edf7e73f4p+1,
    0x1.540520129e8c8p+1, 0x1.4e3456b0e1da8p+1, 0x1.48d61806d430cp+1,
    0x1.43d75b60bac8dp+1, 0x1.3f29848d395fep+1, 0x1.3ac11b8e1e839p+1,
    0x1.3694f3a3721bap+1, 0x1.329d9725e1358p+1, 0x1.2ed4df8097554p+1,
    0x1.2b35aa5ebcda5p+1, 0x1.27bba2b5d9b7dp+1, 0x1.246317a6b3231p+1,
    0x1.2128dd36bbd01p+1, 0x1.1e0a342cee675p+1, 0x1.1b04b731f48d4p+1,
    0x1.18164be0bf8c9p+1, 0x1.153d16d455057p+1, 0x1.1277720181096p+1,
    0x1.0fc3e4d95cda5p+1, 0x1.0d211dd288ac4p+1, 0x1.0a8ded0ec1159p+1,
    0x1.08093fe3e1aa9p+1, 0x1.05921d1c4b0b9p+1, 0x1.0327a1cc4a836p+1,
    0x1.00c8fea16f933p+1, 0x1.fceaeb2ca0ee2p+0, 0x1.f858aff317ac8p+0,
    0x1.f3da09745b605p+0, 0x1.ef6dcddc7807dp+0, 0x1.eb12e914817afp+0,
    0x1.e6c85a8495b0dp+0, 0x1.e28d331c61c36p+0, 0x1.de609397db2b3p+0,
    0x1.da41aaf794b3cp+0, 0x1.d62fb5257b279p+0, 0x1.d229f9bfe95c7p+0,
    0x1.ce2fcb05f3115p+0, 0x1.ca4084e08c207p+0, 0x1.c65b8c04d5d84p+0,
    0x1.c2804d2c6531dp+0, 0x1.beae3c60c7179p+0, 0x1.bae4d457e8092p+0,
    0x1.b72395df55593p+0, 0x1.b36a075492a98p+0, 0x1.afb7b428f83acp+0,
    0x1.ac0c2c6fbfe60p+0, 0x1.a8670475107fbp+0, 0x1.a4c7d45cfb2a5p+0,
    0x1.a12e37c97caa0p+0, 0x1.9d99cd86aeea8p+0, 0x1.9a0a373c6d3ccp+0,
    0x1.967f1924c0e62p+0, 0x1.92f819c67bdfdp+0, 0x1.8f74e1b375764p+0,
    0x1.8bf51b49e8281p+0, 0x1.8878727879e86p+0, 0x1.84fe948480027p+0,
    0x1.81872fd216669p+0, 0x1.7e11f3ada7506p+0, 0x1.7a9e9016840d7p+0,
    0x1.772cb58a3242ap+0, 0x1.73bc14d01277fp+0, 0x1.704c5ec504e8fp+0,
    0x1.6cdd4426b0a02p+0, 0x1.696e755e0eb23p+0, 0x1.65ffa248d7f43p+0,
    0x1.62907a016eac0p+0, 0x1.5f20aaa4d7638p+0, 0x1.5bafe1164c044p+0,
    0x1.583dc8bfea848p+0, 0x1.54ca0b4ff476ap+0, 0x1.5154507206658p+0,
    0x1.4ddc3d839cb58p+0, 0x1.4a6175432745fp+0, 0x1.46e39778d4ba1p+0,
    0x1.4362409821672p+0, 0x1.3fdd0959138fbp+0, 0x1.3c538647e5b53p+0,
    0x1.38c54749af146p+0, 0x1.3531d71460289p+0, 0x1.3198ba9823477p+0,
    0x1.2df97057dd75fp+0, 0x1.2a536fae26375p+0, 0x1.26a627fb9231dp+0,
    0x1.22f0ffba96ce9p+0, 0x1.1f33537495bfap+0, 0x1.1b6c7492bde7ap+0,
    0x1.179ba80458345p+0, 0x1.13c024b2bbdffp+0, 0x1.0fd911b972d18p+0,
    0x1.0be58456f2afcp+0, 0x1.07e47d879726ep+0, 0x1.03d4e7390f210p+0,
    0x1.ff6b21ffe30ecp-1, 0x1.f70a5866ad189p-1, 0x1.ee848e954b85cp-1,
    0x1.e5d6909f34423p-1, 0x1.dcfccc51a7480p-1, 0x1.d3f340dd86c6bp-1,
    0x1.cab56ac6833a5p-1, 0x1.c13e2b012d149p-1, 0x1.b787a7c4f44a4p-1,
    0x1.ad8b25067d385p-1, 0x1.a340d1bad0391p-1, 0x1.989f85c72c985p-1,
    0x1.8d9c6a9d0cf67p-1, 0x1.822a858ac5ecap-1, 0x1.763a1600c1764p-1,
    0x1.69b7b213c3f64p-1, 0x1.5c8afdbecef6ep-1, 0x1.4e94c08bd4d78p-1,
    0x1.3fabee18d682fp-1, 0x1.2f98d6bb0e73ap-1, 0x1.1e0ce6b54ec53p-1,
    0x1.0a936da5942d2p-1, 0x1.e8e576e3830fap-2, 0x1.b4c8fecd63b02p-2,
    0x1.73949183add9dp-2, 0x1.16db47dfb32bdp-2, 0,
};

/* Beyond EDGE (Marsaglia 1964). */
static double draw_tail(ss_random *random)
{
    double x, y;
    do {
        x = -portable_log(1 - draw_unit(random)) / EDGE;
        y = -portable_log(1 - draw_unit(random));
    } while (2 * y < x * x);
    return EDGE + x;
}

/* Is a number that lies beyond the layer above its own below the density? */
static bool below_density(ss_random *random, unsigned layer, double x)
{
    double low = portable_exp(-edges[layer] * edges[layer] / 2);
    double high = portable_exp(-edges[layer + 1] * edges[layer + 1] / 2);
    return low + draw_unit(random) * (high - low) < portable_exp(-x * x / 2);
}

/* One draw serves for both: its low bits for the layer, 53 others for the place within. */
static inline double draw_normal(ss_random *random)
{
    for (;;) {
        uint64_t bits = draw(random);
        unsigned layer = bits % LAYERS;
        double x = (double)((int64_t)bits >> 11) * 0x1.0p-52 * edges[layer];
        if (fabs(x) < edges[layer + 1])
            return x;
        if (layer == 0)
            return copysign(draw_tail(random), x);
        if (below_density(random, layer, x))
            return x;
    }
}

double ss_random_normal_by_layers(ss_random *random)
{
    return draw_normal(random);
}

/* Shape >= 1: the cube of a normal number, shifted and scaled, is nearly of a gamma distribution; what is too much is
 * thrown away. The square of the square settles nearly all cases without a logarithm. */
static double gamma_from_one(ss_random *random, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = draw_normal(random), root = 1 + c * x;
        if (root <= 0)
            continue;
        double v = root * root * root, u = 1 - draw_unit(random), square = x * x;
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

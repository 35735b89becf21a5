/*
 * random.h: reproducible random numbers (xoshiro256**, Blackman and Vigna 2018, seeded by splitmix64).
 * The state is the caller's: one per thread or per purpose; the same seed gives the same numbers on every machine.
 */
#ifndef SS_BASE_RANDOM_H
#define SS_BASE_RANDOM_H

#include <stdint.h>

typedef struct ss_random {
    uint64_t state[4];
} ss_random;

void ss_random_seed(ss_random *random, uint64_t seed);
uint64_t ss_random_u64(ss_random *random);
uint32_t ss_random_below(ss_random *random, uint32_t bound); /* uniform in [0, bound); bound > 0 */
double ss_random_unit(ss_random *random);                    /* uniform in [0, 1) */
double ss_random_normal(ss_random *random);                  /* mean 0, standard deviation 1 */

/* The same distribution in less time, by other draws: the ziggurat (Marsaglia and Tsang 2000, "The ziggurat method for
 * generating random variables"; Doornik 2005). */
double ss_random_normal_by_layers(ss_random *random);

/* shape > 0, scale 1 (Marsaglia and Tsang 2000, "A simple method for generating gamma variables"). */
double ss_random_gamma(ss_random *random, double shape);
double ss_random_beta(ss_random *random, double a, double b); /* a, b > 0: X / (X + Y) of two gammas */

/* A stateless mix of a 64-bit number: sticky choices, per-row seeds. */
uint64_t ss_random_mix(uint64_t value);

#endif

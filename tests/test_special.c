/* test_special.c: values from tables and from functions of which the C library knows the closed form. */
#include "testing.h"

#include "job/special.h"

#include <math.h>

#define EULER 0.57721566490153286061

static void close_to(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-12 * fmax(1, fabs(expected))))
        fail_msg("%.17g, expected %.17g", value, expected);
}

static void log_gamma(void **state)
{
    (void)state;
    close_to(ss_log_gamma(5), log(24));
    close_to(ss_log_gamma(0.5), log(sqrt(acos(-1))));
    close_to(ss_log_gamma(1e-3), lgamma(1e-3));
}

static void digamma(void **state)
{
    (void)state;
    close_to(ss_digamma(1), -EULER);
    close_to(ss_digamma(0.5), -EULER - 2 * log(2));
    close_to(ss_digamma(11), -EULER + 7381.0 / 2520);
    for (double x = 1e-3; x < 1e6; x *= 3.7)
        close_to(ss_digamma(x + 1) - 1 / x, ss_digamma(x));
}

static void hypergeometric(void **state)
{
    (void)state;
    close_to(ss_hypergeometric(1, 1, 2, 0), 1);
    for (double z = 0.05; z < 0.99; z += 0.05) {
        close_to(ss_hypergeometric(1, 1, 2, z), -log1p(-z) / z);
        close_to(ss_hypergeometric(-0.7, 0.3, 0.3, z), pow(1 - z, 0.7));
        close_to(ss_hypergeometric(0.5, 0.5, 1.5, z * z), asin(z) / z);
    }
}

static void log_hypergeometric(void **state)
{
    (void)state;
    for (double z = 0.05; z < 0.99; z += 0.05) {
        close_to(ss_log_hypergeometric(2.5, 0.3, 1.2, z), log(ss_hypergeometric(2.5, 0.3, 1.2, z)));
        close_to(ss_log_hypergeometric(1000, 3, 3, z), -1000 * log1p(-z)); /* far beyond a double */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_gamma),
        cmocka_unit_test(digamma),
        cmocka_unit_test(hypergeometric),
        cmocka_unit_test(log_hypergeometric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

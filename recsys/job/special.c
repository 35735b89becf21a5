#include "job/special.h"

#include <math.h>

#define SERIES_TERMS 100000
#define SERIES_SMALL 1e-16
#define SERIES_LARGE 1e200

double ss_log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

double ss_digamma(double x)
{
    double below = 0;
    for (; x < 10; x++)
        below += 1 / x;
    double r = 1 / (x * x);
    double series =
        r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - r * 691.0 / 32760)))));
    return log(x) - 0.5 / x - series - below;
}

double ss_hypergeometric(double a, double b, double c, double z)
{
    double term = 1, sum = 1;
    for (int n = 0; n < SERIES_TERMS; n++) {
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
        sum += term;
        if (fabs(term) <= SERIES_SMALL * fabs(sum))
            break;
    }
    return sum;
}

double ss_log_hypergeometric(double a, double b, double c, double z)
{
    double term = 1, sum = 1, shift = 0;
    for (int n = 0; n < SERIES_TERMS && term > SERIES_SMALL * sum; n++) {
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
        sum += term;
        if (sum > SERIES_LARGE) {
            term /= SERIES_LARGE;
            sum /= SERIES_LARGE;
            shift += log(SERIES_LARGE);
        }
    }
    return log(sum) + shift;
}

#include "models/als.h"

#include <math.h>

float ss_als_weight(ss_als_weighting weighting, float parameter, float quantity)
{
    switch (weighting) {
    case SS_ALS_BINARY:
        break;
    case SS_ALS_LOG:
        return quantity > 1 ? 1 + parameter * logf(quantity) : 1;
    case SS_ALS_CAPPED:
        return quantity < parameter ? quantity : parameter;
    }
    return 1;
}

double ss_als_row_regularization(double regularization, double exponent, double unobserved, double observed,
                                 double other_total)
{
    return regularization * pow(observed + unobserved * other_total, exponent);
}

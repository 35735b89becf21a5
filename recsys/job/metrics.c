#include "job/metrics.h"

#include <math.h>

static double discount(size_t rank_from_zero)
{
    return 1 / log2((double)rank_from_zero + 2);
}

ss_metrics ss_metrics_of(const uint8_t *hit, size_t count, size_t k, size_t wanted)
{
    ss_metrics metrics = {0};
    double gain = 0, ideal = 0;
    size_t hits = 0;
    for (size_t rank = 0; rank < count && rank < k; rank++) {
        if (!hit[rank])
            continue;
        if (hits++ == 0)
            metrics.mrr = 1 / (double)(rank + 1);
        gain += discount(rank);
    }
    for (size_t rank = 0; rank < k && rank < wanted; rank++)
        ideal += discount(rank);
    metrics.hr = hits > 0;
    metrics.recall = (double)hits / (double)wanted;
    metrics.ndcg = ideal > 0 ? gain / ideal : 0;
    return metrics;
}

void ss_mean_add(ss_mean *mean, double value)
{
    mean->sum += value;
    mean->sum_of_squares += value * value;
    mean->count++;
}

double ss_mean_value(const ss_mean *mean)
{
    return mean->count > 0 ? mean->sum / (double)mean->count : 0;
}

double ss_mean_error(const ss_mean *mean)
{
    if (mean->count < 2)
        return 0;
    double n = (double)mean->count;
    double variance = (mean->sum_of_squares - mean->sum * mean->sum / n) / (n - 1);
    return variance > 0 ? sqrt(variance / n) : 0;
}

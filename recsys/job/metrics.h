/*
 * metrics.h: how good a ranked answer is against the items that were really wanted. Pure; safe from any thread.
 *
 * With T the set of wanted items (|T| >= 1) and the answer's first k items:
 *   recall@k  hits / |T|
 *   ndcg@k    sum over hits of 1/log2(rank + 1), divided by the same sum for min(k, |T|) hits at the top (Järvelin, Kekäläinen 2002)
 *   hr@k      1 when there is a hit, else 0
 *   mrr@k     1 / rank of the first hit, else 0
 */
#ifndef SS_JOB_METRICS_H
#define SS_JOB_METRICS_H

#include <stddef.h>
#include <stdint.h>

typedef struct ss_metrics {
    double recall, ndcg, hr, mrr;
} ss_metrics;

/*
 * `hit[r]` is non-zero when the item at rank r + 1 is wanted; `count` ranks were answered (may be below k). wanted >=
 * 1.
 */
ss_metrics ss_metrics_of(const uint8_t *hit, size_t count, size_t k, size_t wanted);

/* Mean and standard error of the mean over cases, summed in the order of the calls. */
typedef struct ss_mean {
    double sum, sum_of_squares;
    uint64_t count;
} ss_mean;
void ss_mean_add(ss_mean *mean, double value);
double ss_mean_value(const ss_mean *mean); /* 0 when empty */
double ss_mean_error(const ss_mean *mean); /* 0 below two values */

#endif

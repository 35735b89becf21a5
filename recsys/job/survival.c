#include "job/survival.h"

#include <math.h>

static void set_interval(ss_survival_day *day, double greenwood)
{
    day->share_low = day->share_high = day->share;
    if (!(day->share > 0 && day->share < 1))
        return;
    double spread = SS_SURVIVAL_Z * sqrt(greenwood) / -log(day->share);
    day->share_low = pow(day->share, exp(spread));
    day->share_high = pow(day->share, exp(-spread));
}

void ss_survival_estimate(const ss_waits *waits, size_t count, ss_survival_day *days)
{
    uint64_t waiting = 0;
    double share = 1, greenwood = 0;
    for (size_t d = 0; d < count; d++)
        waiting += waits[d].ended + waits[d].unseen;
    for (size_t d = 0; d < count; d++) {
        double at_risk = (double)waiting, ended = (double)waits[d].ended;
        days[d].waiting = waiting;
        if (ended > 0) {
            share = ended < at_risk ? share * (1 - ended / at_risk) : 0;
            greenwood += ended < at_risk ? ended / (at_risk * (at_risk - ended)) : 0;
        }
        days[d].share = share;
        set_interval(&days[d], greenwood);
        waiting -= waits[d].ended + waits[d].unseen;
    }
}

long ss_survival_quantile(const ss_survival_day *days, size_t count, double share)
{
    for (size_t d = 0; d < count; d++)
        if (days[d].share <= share)
            return (long)d;
    return -1;
}

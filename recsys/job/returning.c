#include "job/returning.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct counts {
    ss_waits *waits[SS_AFTER_COUNT]; /* by days. Owned, as is the next */
    uint64_t *gaps;                  /* of the period, by days */
} counts;

static void add_wait(ss_returning *of, counts *to, ss_after after, uint32_t days, bool ended)
{
    ss_waits *wait = &to->waits[after][days];
    of->waits[after]++;
    of->ended[after] += ended;
    wait->ended += ended;
    wait->unseen += !ended;
}

static void add_customer(ss_returning *of, counts *to, const ss_purchase *list, size_t count, int32_t from, int32_t end)
{
    for (size_t i = 0; i < count; i++) {
        bool ended = i + 1 < count;
        uint32_t days = (uint32_t)((ended ? list[i + 1].day : end - 1) - list[i].day);
        ss_after after = i == 0 ? SS_AFTER_FIRST : i == 1 ? SS_AFTER_SECOND : SS_AFTER_LATER;
        add_wait(of, to, after, days, ended);
        add_wait(of, to, SS_AFTER_ANY, days, ended);
        if (ended && list[i + 1].day >= from)
            to->gaps[days]++;
    }
}

static uint32_t quantile(const uint64_t *gaps, size_t days, uint64_t count, double p)
{
    uint64_t place = (uint64_t)ceil(p * (double)count), seen = 0;
    for (size_t d = 0; d < days; d++) {
        seen += gaps[d];
        if (seen >= place && seen > 0)
            return (uint32_t)d;
    }
    return 0;
}

static ss_gaps summarize(const uint64_t *gaps, size_t days)
{
    ss_gaps of = {0};
    double sum = 0;
    for (size_t d = 0; d < days; d++) {
        of.count += gaps[d];
        sum += (double)gaps[d] * (double)d;
    }
    of.mean = of.count ? sum / (double)of.count : NAN;
    of.tenth = quantile(gaps, days, of.count, 0.1);
    of.quarter = quantile(gaps, days, of.count, 0.25);
    of.median = quantile(gaps, days, of.count, 0.5);
    of.three_quarters = quantile(gaps, days, of.count, 0.75);
    of.nine_tenths = quantile(gaps, days, of.count, 0.9);
    return of;
}

static ss_status make_room(ss_returning *of, counts *to)
{
    bool complete = (to->gaps = ss_array_zeroed(of->day_count, sizeof *to->gaps)) != NULL;
    for (int a = 0; a < SS_AFTER_COUNT; a++) {
        to->waits[a] = ss_array_zeroed(of->day_count, sizeof *to->waits[a]);
        of->curves[a] = ss_array_zeroed(of->day_count, sizeof *of->curves[a]);
        complete = complete && to->waits[a] && of->curves[a];
    }
    return complete ? SS_OK : SS_E_NOMEM;
}

ss_status ss_returning_make(const ss_purchases *purchases, int32_t from, ss_returning *returning, ss_error *error)
{
    counts to = {0};
    ss_returning of = {.day_count = (size_t)(purchases->end - purchases->first)};
    ss_status status = make_room(&of, &to);
    for (uint32_t c = 0; c < purchases->count && status == SS_OK; c++)
        add_customer(&of, &to, purchases->all + purchases->offsets[c],
                     purchases->offsets[c + 1] - purchases->offsets[c], from, purchases->end);
    for (int a = 0; a < SS_AFTER_COUNT; a++) {
        if (status == SS_OK)
            ss_survival_estimate(to.waits[a], of.day_count, of.curves[a]);
        free(to.waits[a]);
    }
    if (status == SS_OK)
        of.gaps = summarize(to.gaps, of.day_count);
    free(to.gaps);
    if (status != SS_OK) {
        ss_returning_release(&of);
        return ss_error_nomem(error);
    }
    *returning = of;
    return SS_OK;
}

void ss_returning_release(ss_returning *returning)
{
    for (int a = 0; a < SS_AFTER_COUNT; a++)
        free(returning->curves[a]);
    *returning = (ss_returning){0};
}

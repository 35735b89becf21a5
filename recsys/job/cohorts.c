#include "job/cohorts.h"

#include "base/memory.h"
#include "log/row_prices.h"

#include <stdlib.h>

static void add_customer(ss_cohorts *to, const ss_purchase *list, size_t count)
{
    int32_t begin = ss_month_of(list[0].day), before = begin - 1;
    if (begin < to->first)
        return;
    ss_cohort_cell *cells = to->cells + (size_t)(begin - to->first) * to->count;
    to->customers[begin - to->first]++;
    for (size_t i = 0; i < count; i++) {
        int32_t month = ss_month_of(list[i].day);
        ss_cohort_cell *cell = &cells[month - begin];
        cell->active += month != before;
        cell->orders += list[i].orders;
        cell->revenue = ss_amount_add(cell->revenue, list[i].amount);
        before = month;
    }
}

ss_status ss_cohorts_make(const ss_purchases *purchases, size_t most, ss_cohorts *cohorts, ss_error *error)
{
    int32_t first = ss_month_of(purchases->first), last = ss_month_of(purchases->end - 1);
    size_t months = (size_t)(last - first) + 1, count = months < most ? months : most;
    ss_cohorts to = {.first = last - (int32_t)count + 1,
                     .count = count,
                     .earlier = months > count,
                     .partial = ss_month_begin(last + 1) > purchases->end,
                     .customers = ss_array_zeroed(count, sizeof *to.customers),
                     .cells = ss_array_zeroed(count, count * sizeof *to.cells)};
    if (!to.customers || !to.cells) {
        ss_cohorts_release(&to);
        return ss_error_nomem(error);
    }
    for (uint32_t c = 0; c < purchases->count; c++) {
        size_t from = purchases->offsets[c], end = purchases->offsets[c + 1];
        if (end > from)
            add_customer(&to, purchases->all + from, end - from);
    }
    *cohorts = to;
    return SS_OK;
}

void ss_cohorts_release(ss_cohorts *cohorts)
{
    free(cohorts->customers);
    free(cohorts->cells);
    *cohorts = (ss_cohorts){0};
}

const ss_cohort_cell *ss_cohorts_cell(const ss_cohorts *cohorts, size_t cohort, size_t months)
{
    return cohort + months < cohorts->count ? &cohorts->cells[cohort * cohorts->count + months] : NULL;
}

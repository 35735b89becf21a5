#include "job/activity.h"

#include "log/row_prices.h"

#include <math.h>

typedef struct visits { /* a customer's purchases, by their places */
    const ss_purchase *list;
    size_t before_window, at_start, before_end_window, at_end;
} visits;

static visits visits_of(const ss_purchases *of, uint32_t customer, const ss_activity *a, int32_t window)
{
    return (visits){of->all + of->offsets[customer], ss_purchases_before(of, customer, a->from - window),
                    ss_purchases_before(of, customer, a->from), ss_purchases_before(of, customer, a->to - window),
                    ss_purchases_before(of, customer, a->to)};
}

static void add_bought(ss_activity *a, const visits *v)
{
    uint64_t orders = 0;
    for (size_t i = v->at_start; i < v->at_end; i++) {
        orders += v->list[i].orders;
        a->revenue = ss_amount_add(a->revenue, v->list[i].amount);
    }
    a->orders += orders;
    a->buyers += orders > 0;
    a->repeaters += orders > 1;
}

static void add_standing(ss_activity *a, const visits *v)
{
    bool at_start = v->at_start > v->before_window, at_end = v->at_end > v->before_end_window;
    bool is_new = v->at_start == 0 && v->at_end > 0;
    a->start += at_start;
    a->end += at_end;
    a->kept += at_start && at_end;
    a->lost += at_start && !at_end;
    a->acquired += is_new;
    a->fresh += is_new && at_end;
    a->back += at_end && !at_start && !is_new;
}

void ss_activity_count(const ss_purchases *purchases, int32_t from, int32_t to, int32_t window, ss_activity *activity)
{
    ss_activity a = {.from = from, .to = to, .seen = from - window >= purchases->first};
    for (uint32_t c = 0; c < purchases->count; c++) {
        visits v = visits_of(purchases, c, &a, window);
        add_standing(&a, &v);
        add_bought(&a, &v);
    }
    for (size_t i = 0; i < purchases->rest_count; i++) {
        const ss_purchase *day = &purchases->rest[i];
        if (day->day < from || day->day >= to)
            continue;
        a.rest_orders += day->orders;
        a.rest_revenue = ss_amount_add(a.rest_revenue, day->amount);
    }
    *activity = a;
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

double ss_activity_retention(const ss_activity *activity)
{
    return activity->seen ? ratio((double)(activity->end - activity->fresh), (double)activity->start) : NAN;
}

double ss_activity_churn(const ss_activity *activity)
{
    return activity->seen ? ratio((double)activity->lost, (double)activity->start) : NAN;
}

double ss_activity_repeat_rate(const ss_activity *activity)
{
    return ratio((double)activity->repeaters, (double)activity->buyers);
}

double ss_activity_frequency(const ss_activity *activity)
{
    return ratio((double)activity->orders, (double)activity->buyers);
}

double ss_activity_order_value(const ss_activity *activity)
{
    return ratio((double)activity->revenue + (double)activity->rest_revenue,
                 (double)activity->orders + (double)activity->rest_orders);
}

#include "job/movement.h"

#include "base/memory.h"
#include "log/row_prices.h"
#include "models/segments_facts_train.h"

#include <stdlib.h>

/* The orders before `until` as a log of one row each, from which the facts about customers are made. */
static ss_status log_of_orders(const ss_orders *orders, int64_t until, ss_interactions *log)
{
    size_t named = 0;
    while (named < orders->count && orders->orders[named].customer != SS_NONE)
        named++;
    *log = (ss_interactions){.customer_count = orders->customer_count,
                             .has_times = true,
                             .has_customers = true,
                             .has_purchases = true,
                             .has_baskets = true,
                             .rows = ss_array_new(named, sizeof *log->rows),
                             .spent = ss_array_zeroed(orders->customer_count, sizeof *log->spent)};
    if (!log->rows || !log->spent)
        return SS_E_NOMEM;
    for (size_t i = 0; i < named; i++) {
        const ss_order *order = &orders->orders[i];
        if (order->time >= until)
            continue;
        ss_interaction *row = &log->rows[log->count];
        *row = (ss_interaction){.customer = order->customer, .basket = (uint32_t)log->count, .quantity = 1};
        ss_interaction_set(row, order->time, SS_EVENT_PURCHASE);
        log->spent[order->customer] = ss_amount_add(log->spent[order->customer], order->amount);
        log->count++;
    }
    log->basket_count = (uint32_t)log->count;
    return SS_OK;
}

static ss_status facts_before(const ss_orders *orders, int64_t until, ss_customer_table *facts, ss_error *error)
{
    const ss_affinity_least least = {1, 0};
    ss_interactions log = {0};
    ss_status status = log_of_orders(orders, until, &log);
    if (status == SS_OK)
        status = ss_customer_table_make(&log, NULL, 0, &least, facts, error);
    else
        ss_error_nomem(error);
    ss_interactions_free(&log);
    return status;
}

static ss_segment segment_at(const ss_segment_rules *rules, const ss_customer_table *facts, uint32_t c, int64_t when)
{
    const ss_customer_facts of = {facts->newest[c], facts->orders[c], facts->value[c], (double)facts->interval[c]};
    return ss_segment_lifecycle(rules, &of, when);
}

static void place_customers(const ss_customer_table *earlier, const ss_customer_table *later, int64_t from, int64_t to,
                            ss_movement *of)
{
    for (uint32_t c = 0; c < later->count; c++) {
        of->before[c] = (unsigned char)segment_at(&of->rules, earlier, c, from);
        of->after[c] = (unsigned char)segment_at(&of->rules, later, c, to);
        if (later->orders[c] == 0)
            continue;
        of->moved[of->before[c]][of->after[c]]++;
        of->sums[of->after[c]].customers++;
    }
}

static void add_orders(const ss_orders *orders, int64_t from, int64_t to, ss_movement *of)
{
    for (size_t i = 0; i < orders->count && orders->orders[i].customer != SS_NONE; i++) {
        const ss_order *order = &orders->orders[i];
        ss_segment_sums *sums = &of->sums[of->after[order->customer]];
        if (order->time >= to)
            continue;
        sums->value = ss_amount_add(sums->value, order->amount);
        if (order->time < from)
            continue;
        sums->orders++;
        sums->revenue = ss_amount_add(sums->revenue, order->amount);
    }
}

ss_status ss_movement_make(const ss_orders *orders, int64_t from, int64_t to, const ss_segments_options *segments,
                           ss_movement *movement, ss_error *error)
{
    ss_status status;
    ss_customer_table earlier = {0}, later = {0};
    ss_movement of = {.before = ss_array_zeroed(orders->customer_count, 1),
                      .after = ss_array_zeroed(orders->customer_count, 1)};
    SS_TRY(of.before && of.after ? SS_OK : ss_error_nomem(error));
    SS_TRY(facts_before(orders, from, &earlier, error));
    SS_TRY(facts_before(orders, to, &later, error));
    SS_TRY(ss_segment_rules_learn(&later, segments, orders->priced, &of.rules, error));
    of.interval_days = later.interval_days;
    place_customers(&earlier, &later, from, to, &of);
    add_orders(orders, from, to, &of);
    *movement = of;
    of = (ss_movement){0};
out:
    ss_customer_table_release(&earlier);
    ss_customer_table_release(&later);
    ss_movement_release(&of);
    return status;
}

void ss_movement_release(ss_movement *movement)
{
    free(movement->before);
    free(movement->after);
    *movement = (ss_movement){0};
}

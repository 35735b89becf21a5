#include "models/segments_facts_train.h"

#include "base/memory.h"

#include <stdlib.h>

static bool counts(const ss_interaction *row)
{
    return row->event == SS_EVENT_PURCHASE && row->customer != SS_NONE;
}

/* ---- orders ---- */

/*
 * Rows come by customer and time: an order begins with the first row of a basket that this customer had not, or without
 * a basket with another moment.
 */
typedef struct order_reader {
    const ss_interactions *log;
    size_t at;
    uint32_t *owner; /* basket → customer + 1 whose order it was last. Owned */
    uint32_t customer;
    int64_t moment; /* of the last row without a basket */
    bool has_moment;
} order_reader;

static ss_status begin_orders(const ss_interactions *log, order_reader *reader)
{
    *reader = (order_reader){.log = log, .customer = SS_NONE};
    reader->owner = ss_array_zeroed(log->basket_count, sizeof *reader->owner);
    return reader->owner ? SS_OK : SS_E_NOMEM;
}

static bool begins_order(order_reader *reader, const ss_interaction *row)
{
    if (row->customer != reader->customer)
        reader->has_moment = false;
    reader->customer = row->customer;
    if (row->basket != SS_NONE) {
        bool begins = reader->owner[row->basket] != row->customer + 1;
        reader->owner[row->basket] = row->customer + 1;
        return begins;
    }
    bool begins = !reader->has_moment || row->time != reader->moment;
    reader->has_moment = true;
    reader->moment = row->time;
    return begins;
}

/* The row that begins the next order; NULL at the end. */
static const ss_interaction *next_order(order_reader *reader)
{
    while (reader->at < reader->log->count) {
        const ss_interaction *row = &reader->log->rows[reader->at++];
        if (counts(row) && begins_order(reader, row))
            return row;
    }
    return NULL;
}

static ss_status count_orders(const ss_interactions *log, ss_customer_table *table)
{
    order_reader reader;
    ss_status status = begin_orders(log, &reader);
    const ss_interaction *row;
    while (status == SS_OK && (row = next_order(&reader))) {
        if (log->has_times && table->orders[row->customer] == 0)
            table->first[row->customer] = row->time;
        if (log->has_times)
            table->newest[row->customer] = row->time;
        table->orders[row->customer]++;
    }
    free(reader.owner);
    return status;
}

/* ---- intervals ---- */

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void ss_numbers_sort(double *numbers, size_t count)
{
    if (count > 0) /* of none there may be no array */
        qsort(numbers, count, sizeof *numbers, by_number);
}

static double days_between(int64_t from, int64_t to)
{
    return ((double)to - (double)from) / (double)SS_DAY;
}

/* The median of the customers' mean intervals. */
static ss_status shop_interval(ss_customer_table *table)
{
    double *means = ss_array_new(table->count, sizeof *means);
    size_t count = 0;
    if (!means)
        return SS_E_NOMEM;
    for (uint32_t c = 0; c < table->count; c++)
        if (table->orders[c] > 1)
            means[count++] = days_between(table->first[c], table->newest[c]) / (table->orders[c] - 1.0);
    ss_numbers_sort(means, count);
    table->interval_days = count ? means[(count - 1) / 2] : 0;
    free(means);
    return SS_OK;
}

static void fill_intervals(ss_customer_table *table)
{
    for (uint32_t c = 0; c < table->count; c++)
        if (table->orders[c] > 0)
            table->interval[c] =
                (float)((table->interval_days + days_between(table->first[c], table->newest[c])) / table->orders[c]);
}

static size_t most_gaps(const ss_customer_table *table)
{
    size_t gaps = 0;
    for (uint32_t c = 0; c < table->count; c++)
        gaps += table->orders[c] > 1 ? table->orders[c] - 1u : 0;
    return gaps;
}

static ss_status list_gaps(const ss_interactions *log, ss_customer_table *table)
{
    order_reader reader;
    uint32_t customer = SS_NONE, before = 0; /* orders of the customer so far */
    int64_t last = 0;
    const ss_interaction *row;
    ss_status status = begin_orders(log, &reader);
    table->gaps = ss_array_new(most_gaps(table), sizeof *table->gaps);
    if (!table->gaps)
        status = SS_E_NOMEM;
    while (status == SS_OK && (row = next_order(&reader))) {
        before = row->customer == customer ? before + 1 : 0;
        customer = row->customer;
        if (before > 0) {
            double until_then = (table->interval_days + days_between(table->first[customer], last)) / before;
            table->gaps[table->gap_count++] = days_between(last, row->time) / until_then;
        }
        last = row->time;
    }
    free(reader.owner);
    return status;
}

static ss_status find_intervals(const ss_interactions *log, ss_customer_table *table)
{
    if (!log->has_times)
        return SS_OK;
    ss_status status = shop_interval(table);
    if (status != SS_OK || !(table->interval_days > 0))
        return status;
    fill_intervals(table);
    return list_gaps(log, table);
}

/* ---- preferred categories ---- */

typedef struct tally {
    uint32_t *bought;  /* of each category. Owned */
    uint32_t *touched; /* categories of which something was. Owned */
    uint32_t count;
} tally;

static void add(tally *of, uint32_t category)
{
    if (of->bought[category]++ == 0)
        of->touched[of->count++] = category;
}

/* The preferred one, or SS_NONE; the tally is empty afterwards. */
static uint32_t take_preferred(tally *of, const ss_affinity_least *least)
{
    uint32_t best = SS_NONE, most = 0;
    uint64_t all = 0;
    for (uint32_t i = 0; i < of->count; i++) {
        uint32_t category = of->touched[i], bought = of->bought[category];
        all += bought;
        if (bought > most || (bought == most && category < best)) {
            best = category;
            most = bought;
        }
        of->bought[category] = 0;
    }
    of->count = 0;
    return most >= least->purchases && (double)most >= least->share * (double)all ? best : SS_NONE;
}

static void tally_customers(const ss_interactions *log, const uint32_t *category, uint32_t category_count,
                            const ss_affinity_least *least, tally *of, ss_customer_table *table)
{
    for (size_t i = 0; i < log->count && log->rows[i].customer != SS_NONE; i++) {
        const ss_interaction *row = &log->rows[i];
        if (counts(row) && category[row->item] < category_count)
            add(of, category[row->item]);
        if (i + 1 == log->count || log->rows[i + 1].customer != row->customer)
            table->affinity[row->customer] = take_preferred(of, least);
    }
}

static ss_status find_affinities(const ss_interactions *log, const uint32_t *category, uint32_t category_count,
                                 const ss_affinity_least *least, ss_customer_table *table)
{
    tally of = {ss_array_zeroed(category_count, sizeof *of.bought), ss_array_new(category_count, sizeof *of.touched),
                0};
    bool complete = of.bought && of.touched;
    if (complete && category)
        tally_customers(log, category, category_count, least, &of, table);
    free(of.bought);
    free(of.touched);
    return complete ? SS_OK : SS_E_NOMEM;
}

/* ---- the table ---- */

static ss_status make_columns(ss_customer_table *table, uint32_t count)
{
    table->count = count;
    table->newest = ss_array_new(count, sizeof *table->newest);
    table->first = ss_array_new(count, sizeof *table->first);
    table->orders = ss_array_zeroed(count, sizeof *table->orders);
    table->value = ss_array_zeroed(count, sizeof *table->value);
    table->interval = ss_array_zeroed(count, sizeof *table->interval);
    table->affinity = ss_array_new(count, sizeof *table->affinity);
    table->birthday = ss_array_zeroed(count, sizeof *table->birthday);
    table->referral = ss_array_zeroed(count, sizeof *table->referral);
    if (!table->newest || !table->first || !table->orders || !table->value || !table->interval || !table->affinity ||
        !table->birthday || !table->referral)
        return SS_E_NOMEM;
    for (uint32_t c = 0; c < count; c++) {
        table->newest[c] = table->first[c] = SS_NO_TIME;
        table->affinity[c] = SS_NONE;
    }
    return SS_OK;
}

static void fill_values(const ss_interactions *log, ss_customer_table *table)
{
    for (uint32_t c = 0; log->spent && c < table->count; c++)
        table->value[c] = log->spent[c] > 0 ? log->spent[c] : 0;
}

ss_status ss_customer_table_make(const ss_interactions *log, const uint32_t *category, uint32_t category_count,
                                 const ss_affinity_least *least, ss_customer_table *table, ss_error *error)
{
    ss_status status;
    ss_customer_table result = {0};
    SS_TRY(make_columns(&result, log->customer_count));
    SS_TRY(count_orders(log, &result));
    fill_values(log, &result);
    SS_TRY(find_intervals(log, &result));
    SS_TRY(find_affinities(log, category, category_count, least, &result));
    *table = result;
    result = (ss_customer_table){0};
out:
    ss_customer_table_release(&result);
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}

void ss_customer_table_release(ss_customer_table *table)
{
    free(table->newest);
    free(table->first);
    free(table->orders);
    free(table->value);
    free(table->interval);
    free(table->affinity);
    free(table->birthday);
    free(table->referral);
    free(table->gaps);
    *table = (ss_customer_table){0};
}

#include "log/clean_orders.h"

#include "base/memory.h"
#include "log/introsort.h"
#include "log/returns.h"
#include "log/row_prices.h"
#include "log/sort_rows.h"

#include <stdlib.h>

/*
 * A row on its way: its `customer` is the party whose returns can take it back (the customer, or behind them all the
 * basket of a row without one), its `basket` its place in the log, by which its own basket and its price are found.
 */
typedef struct builder {
    ss_raw_log *log;
    uint32_t *basket; /* Owned, as are the next */
    int64_t *price;
    ss_order *lines; /* of the party at hand */
    size_t line_capacity;
    size_t capacity;
    ss_orders result;
} builder;

static inline bool same_order(const ss_order *a, const ss_order *b)
{
    return a->basket == b->basket && (a->basket != SS_NONE || a->time == b->time);
}

static inline bool by_basket(const ss_order *a, const ss_order *b)
{
    return a->basket != b->basket ? a->basket < b->basket : a->time < b->time;
}

static inline bool by_time(const ss_order *a, const ss_order *b)
{
    if (a->customer != b->customer)
        return a->customer < b->customer;
    return a->time != b->time ? a->time < b->time : a->basket < b->basket;
}

SS_DEFINE_SORT(sort_lines, ss_order, by_basket)
SS_DEFINE_SORT(sort_orders, ss_order, by_time)

/* Keeps the purchases of products and their returns, and turns them into rows on their way. */
static void take_rows(builder *b, const ss_item_rules *rules, ss_row_prices *prices, ss_returns_rule returns,
                      ss_log_report *report)
{
    ss_raw_log *log = b->log;
    size_t kept = 0;
    for (size_t i = 0; i < log->count; i++) {
        ss_interaction row = log->rows[i];
        if (row.event != SS_EVENT_PURCHASE)
            continue;
        int64_t price = ss_row_prices_next(prices, row.item);
        unsigned char verdict = rules->verdict[row.item];
        if (verdict != SS_ITEM_KEPT) {
            report->ignored[verdict == SS_ITEM_FEE ? SS_IGNORED_FEE : SS_IGNORED_EXCLUDED]++;
            continue;
        }
        if (returns == SS_RETURNS_IGNORE && row.quantity < 0) {
            report->return_rows++;
            continue;
        }
        if (row.quantity > 0 && price == SS_NO_MONEY)
            b->result.unpriced++;
        else if (row.quantity > 0)
            b->result.gross = ss_amount_add(b->result.gross, ss_row_amount(row.quantity, price));
        b->basket[kept] = row.basket;
        b->price[kept] = price == SS_NO_MONEY ? 0 : price;
        row.item = rules->to[row.item];
        row.customer = row.customer == SS_NONE ? b->result.customer_count + row.basket : row.customer;
        row.basket = (uint32_t)kept;
        log->rows[kept++] = row;
    }
    log->count = kept;
}

/* What is left of one party's rows, as orders. */
static ss_status take_party(builder *b, const ss_interaction *rows, size_t count)
{
    ss_orders *out = &b->result;
    if (!ss_array_grow(&b->lines, &b->line_capacity, count, sizeof *b->lines) ||
        !ss_array_grow(&out->orders, &b->capacity, out->count + count, sizeof *out->orders))
        return SS_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const ss_interaction *row = &rows[i];
        b->lines[i] = (ss_order){row->time, ss_row_amount(row->quantity, b->price[row->basket]),
                                 row->customer < out->customer_count ? row->customer : SS_NONE, b->basket[row->basket]};
    }
    sort_lines(b->lines, count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && same_order(&b->lines[i - 1], &b->lines[i])) {
            ss_order *order = &out->orders[out->count - 1];
            order->amount = ss_amount_add(order->amount, b->lines[i].amount);
        } else
            out->orders[out->count++] = b->lines[i];
    }
    return SS_OK;
}

static ss_status take_parties(builder *b, ss_log_report *report)
{
    ss_returns tally = {0};
    ss_raw_log *log = b->log;
    ss_status status = SS_OK;
    for (size_t start = 0, end; start < log->count && status == SS_OK; start = end) {
        end = ss_rows_group_end(log->rows, log->count, start);
        size_t left = ss_returns_apply(log->rows + start, end - start, &tally);
        report->kept += left;
        status = take_party(b, log->rows + start, left);
    }
    report->return_rows += tally.rows;
    report->returns_matched = tally.matched;
    report->ignored[SS_IGNORED_RETURN] = tally.unmatched;
    report->purchases_taken_back = tally.taken_back;
    report->purchases_removed = tally.removed;
    return status;
}

static void finish(builder *b)
{
    ss_orders *out = &b->result;
    int64_t left = 0;
    sort_orders(out->orders, out->count);
    for (size_t i = 0; i < out->count; i++)
        left = ss_amount_add(left, out->orders[i].amount);
    out->returned = out->gross - left;
    out->customers = b->log->customers;
    b->log->customers = NULL;
}

ss_status ss_clean_orders(ss_raw_log *log, const ss_item_rules *rules, const ss_catalog *catalog,
                          ss_returns_rule returns, ss_orders *orders, ss_log_report *report)
{
    ss_status status;
    ss_row_prices prices = {0};
    uint32_t customers = ss_dictionary_count(log->customers);
    builder b = {.log = log, .result = {.customer_count = customers}};
    SS_TRY(log->count < SS_NONE && log->basket_limit < SS_NONE - customers ? SS_OK : SS_E_LIMIT);
    SS_TRY(ss_row_prices_make(log, rules, catalog, &prices));
    b.result.priced = prices.priced;
    b.basket = ss_array_new(log->count, sizeof *b.basket);
    b.price = ss_array_new(log->count, sizeof *b.price);
    SS_TRY(b.basket && b.price ? SS_OK : SS_E_NOMEM);
    take_rows(&b, rules, &prices, returns, report);
    ss_rows_sort(log->rows, log->count);
    SS_TRY(take_parties(&b, report));
    finish(&b);
    *orders = b.result;
    b.result = (ss_orders){0};
out:
    ss_row_prices_release(&prices);
    free(b.basket);
    free(b.price);
    free(b.lines);
    ss_orders_free(&b.result);
    return status;
}

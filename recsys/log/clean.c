#include "log/clean.h"

#include "base/memory.h"
#include "log/gone.h"
#include "log/introsort.h"
#include "log/sort_rows.h"
#include "log/spent.h"

#include <math.h>
#include <stdlib.h>

#define TELL_EVERY ((size_t)1 << 18) /* rows between looks at the clock */

/* Rows sorted by customer lead all over the baskets: their numbers are asked for so many rows ahead. */
#define AHEAD ((size_t)24)

/* Is every id a product under its own name? */
static bool change_nothing(const ss_item_rules *rules, uint32_t count)
{
    for (uint32_t id = 0; id < count; id++)
        if (rules->verdict[id] != SS_ITEM_KEPT || rules->to[id] != id)
            return false;
    return true;
}

/* Drops the rows of items that are no products; the others go by the spelling that stands for theirs. */
static void apply_rules(ss_raw_log *log, const ss_item_rules *rules, ss_log_report *report)
{
    size_t kept = 0;
    if (change_nothing(rules, ss_dictionary_count(log->items)))
        return;
    for (size_t i = 0; i < log->count; i++) {
        ss_interaction row = log->rows[i];
        unsigned char verdict = rules->verdict[row.item];
        if (verdict != SS_ITEM_KEPT) {
            report->ignored[verdict == SS_ITEM_FEE ? SS_IGNORED_FEE : SS_IGNORED_EXCLUDED]++;
            continue;
        }
        row.item = rules->to[row.item];
        log->rows[kept++] = row;
    }
    log->count = kept;
}

static bool has_returns(const ss_interaction *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].quantity < 0)
            return true;
    return false;
}

/* Rows that become one. Without a basket it is the moment that holds a purchase together, if there is one. */
static inline bool is_repeat(const ss_interaction *a, const ss_interaction *b, bool has_times)
{
    return a->basket == b->basket && a->item == b->item && a->event == b->event &&
           (a->basket != SS_NONE || !has_times || a->time == b->time);
}

/*
 * In order of time the repeats stand side by side when each basket is one run of rows of one time, which is so where
 * baskets are numbered as time goes on; numbers that do not rise leave it open.
 */
static bool repeats_are_adjacent(const ss_interaction *rows, size_t count, bool has_times)
{
    uint32_t last = SS_NONE;
    for (size_t i = 0; i < count; i++) {
        uint32_t basket = rows[i].basket;
        if (basket == SS_NONE) {
            if (!has_times && count > 1)
                return false;
            continue;
        }
        bool same_run = i > 0 && basket == rows[i - 1].basket && rows[i].time == rows[i - 1].time;
        if (!same_run && last != SS_NONE && basket <= last)
            return false;
        last = basket;
    }
    return true;
}

/* Merges repeats that stand side by side, the earliest first. */
static size_t merge_adjacent(ss_interaction *rows, size_t count, bool has_times, ss_origins *origins)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept && is_repeat(&rows[kept - 1], &rows[i], has_times)) {
            if (rows[kept - 1].time != rows[i].time && rows[i].event == SS_EVENT_PURCHASE)
                ss_origins_note(origins, rows[i].item);
            rows[kept - 1].quantity += rows[i].quantity;
        } else if (kept++ < i) {
            rows[kept - 1] = rows[i];
        }
    }
    return kept;
}

size_t ss_clean_group(ss_interaction *rows, size_t count, bool has_times, bool may_return, ss_origins *origins,
                      ss_returns *tally, uint64_t *merged)
{
    ss_origins_begin(origins, rows, count);
    if (may_return && has_returns(rows, count)) {
        count = ss_returns_apply(rows, count, tally);
        ss_rows_sort_by_time(rows, count);
    }
    size_t kept;
    if (repeats_are_adjacent(rows, count, has_times)) {
        kept = merge_adjacent(rows, count, has_times, origins);
    } else {
        ss_rows_sort_by_basket(rows, count);
        kept = merge_adjacent(rows, count, has_times, origins);
        ss_rows_sort_by_time(rows, kept);
    }
    ss_origins_end(origins);
    *merged += count - kept;
    return kept;
}

static ss_status clean_groups(ss_raw_log *log, ss_origins *origins, ss_progress_sink *progress, ss_log_report *report,
                              ss_error *error)
{
    ss_returns tally = {0};
    size_t kept = 0, next_tell = 0;
    for (size_t start = 0, end; start < log->count; start = end) {
        end = ss_rows_group_end(log->rows, log->count, start);
        size_t left = ss_clean_group(log->rows + start, end - start, log->has_times, log->has_returns, origins, &tally,
                                     &report->merged);
        if (kept < start)
            memmove(log->rows + kept, log->rows + start, left * sizeof *log->rows);
        kept += left;
        if (start < next_tell)
            continue;
        next_tell = start + TELL_EVERY;
        ss_progress state = {"clean log", start, log->count, "rows", (double)NAN, false};
        if (!ss_progress_tell(progress, &state))
            return ss_error_set(error, SS_E_CANCELLED, "stopped on request while cleaning the log");
    }
    if (origins && origins->failed)
        return SS_E_NOMEM;
    log->count = kept;
    report->return_rows = tally.rows;
    report->returns_matched = tally.matched;
    report->ignored[SS_IGNORED_RETURN] = tally.unmatched;
    report->purchases_taken_back = tally.taken_back;
    report->purchases_removed = tally.removed;
    return SS_OK;
}

/* New numbers for old ones; SS_NONE where nothing is left. */
typedef struct numbering {
    uint32_t *items, *customers, *baskets;
} numbering;

/*
 * The number of the basket that will be asked for soon. Inlined by force: gcc takes a function that does no more for
 * one that does nothing.
 */
__attribute__((always_inline)) static inline void fetch_basket(const ss_interactions *out, const numbering *new,
                                                               size_t i)
{
    if (i + AHEAD < out->count && out->rows[i + AHEAD].basket != SS_NONE)
        __builtin_prefetch(&new->baskets[out->rows[i + AHEAD].basket], 1);
}

/*
 * Marks what still has rows, with 0, and finds the first and the last time. Counts the purchases of each item, or all
 * its rows.
 */
static void mark_used(ss_interactions *out, numbering *new, bool purchases, uint32_t *item_rows)
{
    int64_t first = out->count ? out->rows[0].time : 0, last = first;
    for (size_t i = 0; i < out->count; i++) {
        const ss_interaction *row = &out->rows[i];
        fetch_basket(out, new, i);
        new->items[row->item] = 0;
        item_rows[row->item] += !purchases || row->event == SS_EVENT_PURCHASE;
        if (row->customer != SS_NONE)
            new->customers[row->customer] = 0;
        if (row->basket != SS_NONE)
            new->baskets[row->basket] = 0;
        first = row->time < first ? row->time : first;
        last = row->time > last ? row->time : last;
    }
    out->first_time = out->has_times && out->count ? first : SS_NO_TIME;
    out->last_time = out->has_times && out->count ? last : SS_NO_TIME;
}

static bool any_purchase(const ss_interactions *out)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->rows[i].event == SS_EVENT_PURCHASE)
            return true;
    return false;
}

static uint32_t number_used(uint32_t *numbers, uint64_t count)
{
    uint32_t next = 0;
    for (uint64_t i = 0; i < count; i++)
        if (numbers[i] != SS_NONE)
            numbers[i] = next++;
    return next;
}

typedef struct ranked {
    ss_slice id;
    uint32_t rows, number;
} ranked;

static inline bool is_more_popular(const ranked *a, const ranked *b)
{
    return a->rows != b->rows ? a->rows > b->rows : ss_slice_compare(a->id, b->id) < 0;
}

SS_DEFINE_SORT(sort_by_popularity, ranked, is_more_popular)

/* Numbers the items that are left and gives them a dictionary of their own. */
static ss_status number_items(const ss_dictionary *ids, const uint32_t *rows, uint32_t *numbers, ss_interactions *out)
{
    ss_status status = SS_OK;
    uint32_t count = 0, number;
    ranked *ranks = ss_array_new(ss_dictionary_count(ids), sizeof *ranks);
    ss_dictionary *items = ss_dictionary_new();
    if (!ranks || !items)
        status = SS_E_NOMEM;
    for (uint32_t id = 0; status == SS_OK && id < ss_dictionary_count(ids); id++)
        if (numbers[id] != SS_NONE)
            ranks[count++] = (ranked){ss_dictionary_id(ids, id), rows[id], id};
    sort_by_popularity(ranks, count);
    for (uint32_t i = 0; status == SS_OK && i < count; i++) {
        numbers[ranks[i].number] = i;
        status = ss_dictionary_intern(items, ranks[i].id, &number);
    }
    free(ranks);
    out->items = items;
    out->item_count = count;
    return status;
}

static ss_status keep_customers(ss_raw_log *log, const uint32_t *numbers, ss_interactions *out)
{
    uint32_t all = ss_dictionary_count(log->customers), number;
    if (out->customer_count == all) {
        out->customers = log->customers;
        log->customers = NULL;
        return SS_OK;
    }
    out->customers = ss_dictionary_new();
    ss_status status = out->customers ? SS_OK : SS_E_NOMEM;
    for (uint32_t i = 0; status == SS_OK && i < all; i++)
        if (numbers[i] < out->customer_count)
            status = ss_dictionary_intern(out->customers, ss_dictionary_id(log->customers, i), &number);
    return status;
}

static ss_status keep_spent(const ss_raw_log *log, const uint32_t *numbers, ss_interactions *out)
{
    if (!log->spent)
        return SS_OK;
    out->spent = ss_array_zeroed(out->customer_count, sizeof *out->spent);
    for (uint32_t i = 0; out->spent && i < ss_dictionary_count(log->customers); i++)
        if (numbers[i] != SS_NONE)
            out->spent[numbers[i]] = log->spent[i];
    return out->spent ? SS_OK : SS_E_NOMEM;
}

/* Baskets of which nothing is left but in the origins have numbers, too: behind the others. */
static void number_origin_baskets(numbering *new, ss_interactions *out)
{
    out->key_count = out->basket_count;
    for (size_t i = 0; i < out->origin_count; i++) {
        uint32_t basket = out->origins[i].basket;
        if (basket != SS_NONE && new->baskets[basket] == SS_NONE)
            new->baskets[basket] = out->key_count++;
    }
}

static ss_status keep_basket_keys(const ss_raw_log *log, const uint32_t *numbers, ss_interactions *out)
{
    if (!log->basket_keys[0])
        return SS_OK;
    out->basket_keys = ss_array_new(out->key_count, sizeof *out->basket_keys);
    for (uint64_t b = 0; out->basket_keys && b < log->basket_limit; b++)
        if (numbers[b] != SS_NONE)
            out->basket_keys[numbers[b]] = log->basket_keys[b % 2][b / 2];
    return out->basket_keys ? SS_OK : SS_E_NOMEM;
}

/* Rows of one basket and moment stand in order of the items' numbers, which are new. */
static void renumber(ss_interactions *out, const numbering *new)
{
    size_t run = 0;
    for (size_t i = 0; i < out->count; i++) {
        ss_interaction *row = &out->rows[i];
        fetch_basket(out, new, i);
        row->item = new->items[row->item];
        row->customer = row->customer == SS_NONE ? SS_NONE : new->customers[row->customer];
        row->basket = row->basket == SS_NONE ? SS_NONE : new->baskets[row->basket];
        const ss_interaction *first = &out->rows[run];
        if (row->time == first->time && row->basket == first->basket && row->customer == first->customer)
            continue;
        ss_rows_sort_by_time(out->rows + run, i - run);
        run = i;
    }
    ss_rows_sort_by_time(out->rows + run, out->count - run);
}

/* Items and customers of whom nothing is left have numbers here, too (gone.h). */
static void renumber_origins(ss_interactions *out, const numbering *new)
{
    for (size_t i = 0; i < out->origin_count; i++) {
        ss_interaction *row = &out->origins[i];
        row->item = new->items[row->item];
        row->customer = row->customer == SS_NONE ? SS_NONE : new->customers[row->customer];
        row->basket = row->basket == SS_NONE ? SS_NONE : new->baskets[row->basket];
    }
    ss_rows_sort(out->origins, out->origin_count);
}

static uint32_t *new_numbers(uint64_t count)
{
    uint32_t *numbers = ss_array_new(count, sizeof *numbers);
    if (numbers)
        memset(numbers, 0xFF, count * sizeof *numbers);
    return numbers;
}

/* From here on the rows belong to `out`; they are counted in `log`. With `rules` it is told what is gone, too. */
static ss_status number_all(ss_raw_log *log, const ss_item_rules *rules, ss_interactions *out)
{
    ss_status status = SS_E_NOMEM;
    uint32_t item_count = ss_dictionary_count(log->items), customer_count = ss_dictionary_count(log->customers);
    numbering new = {new_numbers(item_count), new_numbers(customer_count), new_numbers(log->basket_limit)};
    uint32_t *item_rows = ss_array_zeroed(item_count, sizeof *item_rows);
    if (!new.items || !new.customers || !new.baskets || !item_rows)
        goto out;
    out->has_times = log->has_times;
    out->has_baskets = log->has_baskets;
    out->has_customers = log->has_customers;
    out->has_purchases = any_purchase(out);
    mark_used(out, &new, out->has_purchases, item_rows);
    out->customer_count = number_used(new.customers, customer_count);
    out->basket_count = number_used(new.baskets, log->basket_limit);
    number_origin_baskets(&new, out);
    SS_TRY(number_items(log->items, item_rows, new.items, out));
    SS_TRY(keep_spent(log, new.customers, out));
    SS_TRY(keep_basket_keys(log, new.baskets, out));
    if (rules)
        SS_TRY(ss_gone_find(log, rules, out, new.items, new.customers, &out->gone));
    SS_TRY(keep_customers(log, new.customers, out));
    renumber(out, &new);
    renumber_origins(out, &new);
out:
    free(new.items);
    free(new.customers);
    free(new.baskets);
    free(item_rows);
    return status;
}

static uint64_t count_unknown(const ss_interactions *out, const ss_catalog *catalog)
{
    uint64_t unknown = 0;
    for (uint32_t item = 0; catalog && item < out->item_count; item++)
        unknown += ss_catalog_find(catalog, ss_dictionary_id(out->items, item)) == SS_NONE;
    return unknown;
}

/* What was dropped and merged is given back. */
static ss_status take_rows(ss_raw_log *log, ss_interactions *out)
{
    ss_interaction *rows = realloc(log->rows, (log->count + !log->count) * sizeof *rows);
    if (!rows)
        return SS_E_NOMEM;
    out->rows = rows;
    out->count = log->count;
    log->rows = NULL;
    log->count = log->capacity = 0;
    return SS_OK;
}

static void take_origins(ss_origins *origins, ss_interactions *out)
{
    out->origins = origins->rows;
    out->origin_count = origins->count;
    origins->rows = NULL;
    origins->count = origins->capacity = 0;
}

ss_status ss_clean(ss_raw_log *log, const ss_log_options *options, const ss_catalog *catalog,
                   ss_progress_sink *progress, ss_interactions *out, ss_log_report *report, ss_error *error)
{
    ss_status status;
    ss_interactions result = {0};
    ss_item_rules rules = {0};
    ss_origins origins = {0};
    SS_TRY(ss_item_rules_make(log->items, log->item_rows, options, catalog, &rules, report, error));
    SS_TRY(ss_spent_sum(log, &rules, catalog));
    apply_rules(log, &rules, report);
    ss_rows_sort(log->rows, log->count);
    SS_TRY(clean_groups(log, options->keep ? &origins : NULL, progress, report, error));
    SS_TRY(take_rows(log, &result));
    take_origins(&origins, &result);
    SS_TRY(number_all(log, options->keep ? &rules : NULL, &result));
    result.ids_folded = report->folded;
    result.set_aside = rules.set_aside;
    rules.set_aside = NULL;
    report->kept = result.count;
    report->not_in_catalog = count_unknown(&result, catalog);
    *out = result;
    ss_raw_log_free(log);
out:
    ss_item_rules_free(&rules);
    ss_origins_release(&origins);
    if (status != SS_OK)
        ss_interactions_free(&result);
    return status == SS_E_NOMEM ? ss_error_nomem(error) : status;
}

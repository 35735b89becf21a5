#include "job/delta_rows.h"

#include "base/memory.h"
#include "log/clean.h"
#include "log/row_prices.h"
#include "log/sort_rows.h"

#include <stdlib.h>
#include <string.h>

/* All that is at hand while rows are put together. */
typedef struct maker {
    const ss_stored_log *base;
    ss_raw_log *events;
    ss_delta_ids *ids;
    const ss_left_out *forgotten;
    const ss_catalog *catalog;
    ss_log_report *report;
    ss_delta_rows *out;
    uint32_t customer_count;
    uint32_t *erased; /* numbers of the forgotten that the base has rows of, rising. Owned */
    size_t erased_count;
    bool all;                           /* every count may be another */
    unsigned learning;                  /* events */
    uint8_t *customers, *baskets;       /* changed. Owned */
    uint8_t *in_baskets, *of_customers; /* items that lost rows, and at the end all that changed. Owned until taken */
    bool erasing;                       /* the group at hand is of one of the erased */
    ss_interaction *scratch;            /* a group that is worked on. Owned */
    size_t scratch_room;
} maker;

static void maker_release(maker *of)
{
    free(of->erased);
    free(of->scratch);
    free(of->customers);
    free(of->baskets);
    free(of->in_baskets);
    free(of->of_customers);
}

void ss_delta_rows_release(ss_delta_rows *rows)
{
    ss_interactions_free(&rows->log);
    free(rows->changed_in_baskets);
    free(rows->changed_of_customers);
    *rows = (ss_delta_rows){0};
}

/* ---- the rows of the events, in the numbers of the base ---- */

/* Order, with item and sign, of an event that the log may hold already. */
static uint64_t held_key(uint32_t basket, uint32_t item, float quantity)
{
    return ((uint64_t)basket << 1 | (quantity < 0)) << 32 | item;
}

/* Is it a row of the log, and no event folded in before? The rows of the log are as old as its newest or older. */
static bool is_of_the_log(const ss_stored_log *base, const ss_interaction *row)
{
    int64_t from = base->options.events_from;
    return row->event == SS_EVENT_PURCHASE &&
           (from != SS_NO_TIME ? row->time < from : row->time <= base->newest[SS_EVENT_PURCHASE]);
}

/* Orders with their items that the log has, of those in which there are new events: rising. */
typedef struct held_rows {
    uint64_t *keys; /* owned */
    size_t count, room;
} held_rows;

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Is it of a customer who asked to be forgotten since? */
static bool is_erased(const maker *of, const ss_interaction *row)
{
    return row->customer != SS_NONE && of->forgotten &&
           ss_left_out_has(of->forgotten, ss_dictionary_id(of->ids->customer_ids, row->customer), row->time);
}

/* Of rows of the log in baskets that are asked about. */
static ss_status list_held(const maker *of, const ss_interaction *rows, size_t count, const uint8_t *asked,
                           held_rows *held)
{
    for (size_t i = 0; i < count; i++) {
        const ss_interaction *row = &rows[i];
        if (row->basket == SS_NONE || !asked[row->basket] || !is_of_the_log(of->base, row) || is_erased(of, row))
            continue;
        if (!ss_array_grow(&held->keys, &held->room, held->count + 1, sizeof *held->keys))
            return SS_E_NOMEM;
        held->keys[held->count++] = held_key(row->basket, row->item, row->quantity);
    }
    return SS_OK;
}

/* Orders alone: a session with the same item is no repetition. */
static ss_status find_held(const maker *of, held_rows *held)
{
    const ss_stored_log *base = of->base;
    uint8_t *asked = ss_array_zeroed(base->basket_count, 1);
    bool any = false;
    if (!asked)
        return SS_E_NOMEM;
    for (size_t i = 0; i < of->events->count; i++) {
        uint32_t raw = of->events->rows[i].basket;
        if (raw == SS_NONE || raw % 2 != 0 || of->ids->baskets[raw] >= base->basket_count)
            continue;
        asked[of->ids->baskets[raw]] = 1;
        any = true;
    }
    ss_status status = any ? list_held(of, base->rows, base->count, asked, held) : SS_OK;
    if (any && status == SS_OK)
        status = list_held(of, base->origins, base->origin_count, asked, held);
    ss_sort_u64(held->keys, held->count);
    free(asked);
    return status;
}

/* Numbers a row; false: it is left out, and counted. */
static bool take_event(maker *of, const ss_interaction *raw, const held_rows *held, ss_interaction *row)
{
    bool of_order = raw->basket != SS_NONE && raw->basket % 2 == 0;
    *row = *raw;
    row->item = of->ids->items[raw->item];
    row->customer = raw->customer == SS_NONE ? SS_NONE : of->ids->customers[raw->customer];
    row->basket = raw->basket == SS_NONE ? SS_NONE : of->ids->baskets[raw->basket];
    uint64_t key = held_key(row->basket, row->item, row->quantity);
    if (row->item == SS_NONE) {
        of->report->ignored[SS_IGNORED_EXCLUDED]++;
        return false;
    }
    if (of_order && row->event == SS_EVENT_PURCHASE && held->count &&
        bsearch(&key, held->keys, held->count, sizeof key, by_key)) {
        of->report->ignored[SS_IGNORED_OVERLAP]++;
        return false;
    }
    return true;
}

/* The price of an event where it is not told. */
static int64_t known_price(const maker *of, int64_t price, uint32_t item)
{
    if (price != SS_NO_MONEY || !of->catalog)
        return price;
    uint32_t number = ss_catalog_find(of->catalog, ss_dictionary_id(of->ids->item_ids, item));
    return number == SS_NONE ? SS_NO_MONEY : ss_catalog_item_at(of->catalog, number)->price;
}

/* What customers paid in all: as the base has it, and what comes with the events. */
static ss_status begin_spent(maker *of)
{
    of->out->log.spent = ss_array_zeroed(of->customer_count, sizeof *of->out->log.spent);
    if (!of->out->log.spent)
        return SS_E_NOMEM;
    for (uint32_t c = 0; of->base->spent && c < of->base->customer_count; c++)
        of->out->log.spent[c] = of->base->spent[c];
    return SS_OK;
}

/* Leaves the events' rows at the front of their array, in the base's numbers. */
static ss_status take_events(maker *of)
{
    held_rows held = {0};
    size_t kept = 0;
    bool priced = of->base->spent != NULL;
    ss_raw_log *events = of->events;
    ss_status status = find_held(of, &held);
    if (status == SS_OK)
        status = begin_spent(of);
    for (size_t i = 0; status == SS_OK && i < events->count; i++) {
        ss_interaction row, raw = events->rows[i];
        int64_t price = raw.event == SS_EVENT_PURCHASE ? ss_price_tape_next(&events->prices) : SS_NO_MONEY;
        if (!take_event(of, &raw, &held, &row))
            continue;
        events->rows[kept++] = row;
        of->report->return_rows += row.quantity < 0;
        price = raw.event == SS_EVENT_PURCHASE ? known_price(of, price, row.item) : SS_NO_MONEY;
        priced |= price != SS_NO_MONEY;
        if (price != SS_NO_MONEY && row.customer != SS_NONE)
            of->out->log.spent[row.customer] =
                ss_amount_add(of->out->log.spent[row.customer], ss_row_amount(row.quantity, price));
    }
    events->count = kept;
    of->out->folded = kept;
    if (!priced) {
        free(of->out->log.spent);
        of->out->log.spent = NULL;
    }
    free(held.keys);
    return status;
}

/* ---- who is forgotten ---- */

/* Finds those of whom the base has rows that are to be left out; of what they paid nothing is known any more. */
static ss_status find_erased(maker *of)
{
    size_t room = 0;
    if (!of->forgotten || ss_left_out_count(of->forgotten) == 0)
        return SS_OK;
    for (size_t i = 0, end; i < of->base->count; i = end) {
        const ss_interaction *first = &of->base->rows[i];
        end = ss_rows_group_end(of->base->rows, of->base->count, i);
        if (!is_erased(of, first))
            continue;
        if (!ss_array_grow(&of->erased, &room, of->erased_count + 1, sizeof *of->erased))
            return SS_E_NOMEM;
        of->erased[of->erased_count++] = first->customer;
        if (of->out->log.spent && of->base->spent)
            of->out->log.spent[first->customer] -= of->base->spent[first->customer];
    }
    return SS_OK;
}

/* ---- putting together ---- */

/* Groups of rows in their order. */
static uint64_t group_key(const ss_interaction *row)
{
    return (uint64_t)row->customer << 32 | (row->customer == SS_NONE ? row->basket : 0);
}

/* The rows of a group that are lost or moved change the pairs of all its items. */
static void mark_before(maker *of, const ss_interaction *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        of->in_baskets[rows[i].item] = of->of_customers[rows[i].item] = 1;
        if (rows[i].basket != SS_NONE)
            of->baskets[rows[i].basket] = 1;
    }
}

/* A group of rows: those of the base, which may be none, what some of them were, and the new ones, which may be none. */
typedef struct group {
    const ss_interaction *old, *origins, *new;
    size_t old_count, origin_count, new_count;
} group;

static bool has_origin(const group *rows, const ss_interaction *row)
{
    for (size_t i = 0; row->event == SS_EVENT_PURCHASE && i < rows->origin_count; i++)
        if (rows->origins[i].item == row->item)
            return true;
    return false;
}

/* The rows of the base as they were before they were cleaned, without what is forgotten; how many. */
static size_t restore(const maker *of, const group *rows, ss_interaction *to)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->old_count; i++)
        if (!has_origin(rows, &rows->old[i]) && (!of->erasing || !is_erased(of, &rows->old[i])))
            to[kept++] = rows->old[i];
    for (size_t i = 0; i < rows->origin_count; i++)
        if (!of->erasing || !is_erased(of, &rows->origins[i]))
            to[kept++] = rows->origins[i];
    return kept;
}

/* What the new rows of a group change. */
static void mark_new(maker *of, const group *rows)
{
    bool learns = false, loses = of->erasing || rows->origin_count > 0;
    for (size_t i = 0; i < rows->new_count; i++) {
        const ss_interaction *row = &rows->new[i];
        bool teaches = of->learning >> row->event & 1u;
        loses |= row->quantity < 0;
        learns |= teaches;
        if (teaches && row->basket != SS_NONE)
            of->baskets[row->basket] = 1;
    }
    if (loses && (learns || of->erasing)) {
        mark_before(of, rows->old, rows->old_count);
        mark_before(of, rows->origins, rows->origin_count);
    }
    uint32_t customer = rows->old_count > 0 ? rows->old->customer : rows->new->customer;
    if ((of->erasing || learns) && customer != SS_NONE)
        of->customers[customer] = 1;
}

static ss_status fold_group(maker *of, const group *rows, ss_returns *tally)
{
    ss_interactions *log = &of->out->log;
    size_t most = rows->old_count + rows->origin_count + rows->new_count;
    if (!ss_array_grow(&of->scratch, &of->scratch_room, most, sizeof *of->scratch))
        return SS_E_NOMEM;
    size_t count = restore(of, rows, of->scratch);
    if (rows->new_count > 0)
        memcpy(of->scratch + count, rows->new, rows->new_count * sizeof *rows->new);
    count += rows->new_count;
    mark_new(of, rows);
    ss_rows_sort_by_time(of->scratch, count);
    count = ss_clean_group(of->scratch, count, true, true, NULL, tally, &of->report->merged);
    if (count > 0)
        memcpy(log->rows + log->count, of->scratch, count * sizeof *log->rows);
    log->count += count;
    return SS_OK;
}

/* The first group that needs more than copying: with new rows from events[j], or of the next that is forgotten. */
static uint64_t next_group(const maker *of, size_t j, size_t e)
{
    uint64_t new = j < of->events->count ? group_key(&of->events->rows[j]) : UINT64_MAX;
    uint64_t erased = e < of->erased_count ? (uint64_t)of->erased[e] << 32 : UINT64_MAX;
    return new < erased ? new : erased;
}

/* Rows without customer and basket have the last key of all: a group of their own, which `next_group` cannot tell from
 * the end. */
static bool all_done(const maker *of, size_t i, size_t j, size_t e)
{
    return i == of->base->count && j == of->events->count && e == of->erased_count;
}

/* The rows from *at on that belong to the group; *at moves behind them. */
static size_t rows_of(const ss_interaction *rows, size_t count, size_t *at, uint64_t key)
{
    size_t from = *at;
    while (*at < count && group_key(&rows[*at]) == key)
        ++*at;
    return *at - from;
}

/* Copies rows of the base up to a group, or to the end; *at moves behind them. */
static void copy_rows(maker *of, size_t *at, uint64_t key, bool rest)
{
    const ss_stored_log *base = of->base;
    ss_interactions *log = &of->out->log;
    size_t from = *at;
    while (*at < base->count && (rest || group_key(&base->rows[*at]) < key))
        ++*at;
    if (*at > from)
        memcpy(log->rows + log->count, base->rows + from, (*at - from) * sizeof *log->rows);
    log->count += *at - from;
}

static ss_status merge(maker *of, ss_returns *tally)
{
    const ss_stored_log *base = of->base;
    size_t old = 0, origin = 0, new = 0, erased = 0;
    ss_status status = SS_OK;
    while (status == SS_OK && !all_done(of, old, new, erased)) {
        uint64_t key = next_group(of, new, erased);
        bool rest = new == of->events->count &&erased == of->erased_count;
        copy_rows(of, &old, key, rest);
        if (rest)
            break;
        while (origin < base->origin_count && group_key(&base->origins[origin]) < key)
            origin++;
        group rows = {base->rows + old, base->origins + origin, of->events->rows + new, 0, 0, 0};
        rows.old_count = rows_of(base->rows, base->count, &old, key);
        rows.origin_count = rows_of(base->origins, base->origin_count, &origin, key);
        rows.new_count = rows_of(of->events->rows, of->events->count, &new, key);
        of->erasing = erased < of->erased_count && (uint64_t)of->erased[erased] << 32 == key;
        erased += of->erasing;
        status = fold_group(of, &rows, tally);
    }
    return status;
}

static ss_status put_together(maker *of)
{
    ss_interactions *log = &of->out->log;
    ss_returns tally = {0};
    ss_rows_sort(of->events->rows, of->events->count);
    log->rows = ss_array_new(of->base->count + of->base->origin_count + of->events->count, sizeof *log->rows);
    ss_status status = log->rows ? merge(of, &tally) : SS_E_NOMEM;
    of->report->ignored[SS_IGNORED_FORGOTTEN] += of->out->forgotten;
    of->report->kept = log->count;
    return status;
}

/* ---- what has changed ---- */

/* A customer who shares a basket that has changed: when it was bought may be another moment. */
static void mark_sharers(maker *of)
{
    const ss_interactions *log = &of->out->log;
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        if (row->customer != SS_NONE && row->basket != SS_NONE && of->baskets[row->basket])
            of->customers[row->customer] = 1;
    }
}

static void mark_items(maker *of)
{
    const ss_interactions *log = &of->out->log;
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        if (!(of->learning >> row->event & 1u))
            continue;
        bool in_basket = row->basket != SS_NONE && of->baskets[row->basket];
        bool of_customer = log->has_customers ? row->customer != SS_NONE && of->customers[row->customer] : in_basket;
        of->in_baskets[row->item] |= in_basket;
        of->of_customers[row->item] |= of_customer;
    }
}

static void take_marks(maker *of)
{
    if (of->all)
        return;
    mark_sharers(of);
    mark_items(of);
    of->out->changed_in_baskets = of->in_baskets;
    of->out->changed_of_customers = of->of_customers;
    of->in_baskets = of->of_customers = NULL;
}

/* ---- the result ---- */

/* What the log is as a whole; where it has become another kind of log, every count may be another. */
static void settle_kind(maker *of)
{
    const ss_stored_log *base = of->base;
    ss_interactions *log = &of->out->log;
    bool bought = base->has_purchases;
    for (size_t i = 0; i < of->events->count && !bought; i++)
        bought = of->events->rows[i].event == SS_EVENT_PURCHASE && of->events->rows[i].quantity > 0;
    log->has_times = true;
    log->has_baskets = base->has_baskets || of->events->has_baskets;
    log->has_customers = base->has_customers || of->events->has_customers;
    log->has_purchases = bought;
    log->ids_folded = base->ids_folded;
    of->learning = ss_interactions_learning_events(log);
    of->all = log->has_baskets != base->has_baskets || log->has_customers != base->has_customers ||
              log->has_purchases != base->has_purchases;
}

static void settle_extent(ss_interactions *log)
{
    log->first_time = log->last_time = log->count ? log->rows[0].time : SS_NO_TIME;
    for (size_t i = 0; i < log->count; i++) {
        int64_t time = log->rows[i].time;
        log->first_time = time < log->first_time ? time : log->first_time;
        log->last_time = time > log->last_time ? time : log->last_time;
    }
}

/* Customers without rows have no number: of the forgotten not even the id stays. */
static ss_status number_customers(maker *of)
{
    ss_interactions *log = &of->out->log;
    uint32_t all = ss_dictionary_count(of->ids->customer_ids), count = 0, number;
    uint32_t *numbers = ss_array_zeroed(all, sizeof *numbers);
    ss_dictionary *customers = ss_dictionary_new();
    ss_status status = numbers && customers ? SS_OK : SS_E_NOMEM;
    for (size_t i = 0; status == SS_OK && i < log->count; i++)
        if (log->rows[i].customer != SS_NONE)
            numbers[log->rows[i].customer] = 1;
    for (uint32_t c = 0; c < all && status == SS_OK; c++) {
        if (!numbers[c])
            continue;
        status = ss_dictionary_intern(customers, ss_dictionary_id(of->ids->customer_ids, c), &number);
        numbers[c] = count;
        if (log->spent)
            log->spent[count] = log->spent[c];
        count++;
    }
    for (size_t i = 0; status == SS_OK && count < all && i < log->count; i++)
        if (log->rows[i].customer != SS_NONE)
            log->rows[i].customer = numbers[log->rows[i].customer];
    free(numbers);
    log->customers = customers;
    log->customer_count = count;
    return status;
}

static ss_status settle_names(maker *of)
{
    ss_interactions *log = &of->out->log;
    ss_status status = number_customers(of);
    log->items = of->ids->item_ids;
    log->item_count = ss_dictionary_count(log->items);
    log->set_aside = of->ids->set_aside;
    log->basket_keys = of->ids->basket_keys;
    log->basket_count = of->ids->basket_count;
    of->ids->item_ids = of->ids->set_aside = NULL;
    of->ids->basket_keys = NULL;
    return status;
}

static ss_status make_marks(maker *of)
{
    uint32_t items = ss_dictionary_count(of->ids->item_ids);
    of->customers = ss_array_zeroed(of->customer_count, 1);
    of->baskets = ss_array_zeroed(of->ids->basket_count, 1);
    of->in_baskets = ss_array_zeroed(items, 1);
    of->of_customers = ss_array_zeroed(items, 1);
    return of->customers && of->baskets && of->in_baskets && of->of_customers ? SS_OK : SS_E_NOMEM;
}

ss_status ss_delta_rows_make(const ss_delta_base *base, ss_raw_log *events, ss_delta_ids *ids,
                             const ss_left_out *forgotten, const ss_catalog *catalog, ss_log_report *report,
                             ss_delta_rows *rows, ss_error *error)
{
    ss_delta_rows made = {0};
    maker of = {.base = base->log,
                .events = events,
                .ids = ids,
                .forgotten = forgotten,
                .catalog = catalog,
                .report = report,
                .out = &made,
                .customer_count = ss_dictionary_count(ids->customer_ids)};
    ss_status status;
    SS_TRY(make_marks(&of));
    SS_TRY(take_events(&of));
    SS_TRY(find_erased(&of));
    settle_kind(&of);
    SS_TRY(put_together(&of));
    take_marks(&of);
    settle_extent(&made.log);
    SS_TRY(settle_names(&of));
    *rows = made;
out:
    maker_release(&of);
    if (status != SS_OK)
        ss_delta_rows_release(&made);
    return status == SS_E_NOMEM ? ss_error_nomem(error) : status;
}

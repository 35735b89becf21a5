#include "job/delta_rows.h"

#include "base/memory.h"
#include "log/clean.h"
#include "log/row_prices.h"
#include "log/sort_rows.h"

#include <stdlib.h>
#include <string.h>

/* All that is at hand while rows are put together. */
typedef struct maker {
    const ss_delta_base *from;
    const ss_stored_log *base; /* of it */
    const uint8_t *held;
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

/* Numbers a row; false: it is left out, and counted. */
static bool take_event(maker *of, const ss_interaction *raw, ss_interaction *row)
{
    *row = *raw;
    row->item = of->ids->items[raw->item];
    row->customer = raw->customer == SS_NONE ? SS_NONE : of->ids->customers[raw->customer];
    row->basket = raw->basket == SS_NONE ? SS_NONE : of->ids->baskets[raw->basket];
    if (row->item == SS_NONE) {
        of->report->ignored[SS_IGNORED_EXCLUDED]++;
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
    const ss_stored_log *base = of->base;
    of->out->log.spent = ss_array_zeroed(of->customer_count, sizeof *of->out->log.spent);
    if (!of->out->log.spent)
        return SS_E_NOMEM;
    int64_t *spent = of->out->log.spent;
    for (uint32_t c = 0; base->spent && c < base->customer_count; c++)
        spent[c] = base->spent[c];
    for (uint32_t c = 0; base->gone_spent && c < base->gone_customers.count; c++)
        spent[base->customer_count + c] = base->gone_spent[c];
    return SS_OK;
}

/* Leaves the events' rows at the front of their array, in the base's numbers. */
static ss_status take_events(maker *of)
{
    size_t kept = 0;
    bool priced = of->base->spent != NULL;
    ss_raw_log *events = of->events;
    ss_status status = begin_spent(of);
    for (size_t i = 0; status == SS_OK && i < events->count; i++) {
        ss_interaction row, raw = events->rows[i];
        int64_t price = raw.event == SS_EVENT_PURCHASE ? ss_price_tape_next(&events->prices) : SS_NO_MONEY;
        if (of->held[i] || !take_event(of, &raw, &row))
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
    return status;
}

/* ---- who is forgotten ---- */

static void take_back_spent(maker *of, uint32_t customer)
{
    const ss_stored_log *base = of->base;
    uint32_t left = base->customer_count;
    int64_t *spent = of->out->log.spent;
    if (spent && base->spent)
        spent[customer] -= customer < left ? base->spent[customer] : base->gone_spent[customer - left];
}

/* Finds those of whom the base has rows that are to be left out; of what they paid nothing is known any more. */
static ss_status find_erased(maker *of)
{
    size_t room = 0;
    const ss_stored_log *base = of->base;
    if (!of->forgotten || ss_left_out_count(of->forgotten) == 0)
        return SS_OK;
    for (size_t i = 0, end; i < base->count; i = end) {
        const ss_interaction *first = &base->rows[i];
        end = ss_rows_group_end(base->rows, base->count, i);
        if (!ss_delta_erased(of->from, of->forgotten, first))
            continue;
        if (!ss_array_grow(&of->erased, &room, of->erased_count + 1, sizeof *of->erased))
            return SS_E_NOMEM;
        of->erased[of->erased_count++] = first->customer;
        take_back_spent(of, first->customer);
    }
    for (size_t i = 0, end; i < base->origin_count; i = end) { /* of those who are gone */
        const ss_interaction *first = &base->origins[i];
        end = ss_rows_group_end(base->origins, base->origin_count, i);
        if (first->customer != SS_NONE && first->customer >= base->customer_count &&
            ss_delta_erased(of->from, of->forgotten, first))
            take_back_spent(of, first->customer);
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
        uint32_t item = ss_delta_item(of->from, of->ids, rows[i].item);
        if (item != SS_NONE)
            of->in_baskets[item] = of->of_customers[item] = 1;
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
static size_t restore(maker *of, const group *rows, ss_interaction *to)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->old_count; i++) {
        bool erased = of->erasing && ss_delta_erased(of->from, of->forgotten, &rows->old[i]);
        of->out->forgotten += erased;
        if (!erased && !has_origin(rows, &rows->old[i]))
            to[kept++] = rows->old[i];
    }
    for (size_t i = 0; i < rows->origin_count; i++) {
        uint32_t item = ss_delta_item(of->from, of->ids, rows->origins[i].item);
        if (item == SS_NONE || ss_delta_erased(of->from, of->forgotten, &rows->origins[i]))
            continue;
        to[kept] = rows->origins[i];
        to[kept++].item = item;
    }
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

/* What is learned from, as long as it is the kind of log that the base was. */
static void begin_kind(maker *of)
{
    ss_interactions *log = &of->out->log;
    log->has_times = true;
    log->has_baskets = of->base->has_baskets || of->events->has_baskets;
    log->has_customers = of->base->has_customers || of->events->has_customers;
    log->has_purchases = of->base->has_purchases;
    log->ids_folded = of->base->ids_folded;
    of->learning = ss_interactions_learning_events(log);
}

/* Where it has become another kind of log, every count may be another. */
static void settle_kind(maker *of)
{
    const ss_stored_log *base = of->base;
    ss_interactions *log = &of->out->log;
    log->has_purchases = false;
    for (size_t i = 0; i < log->count && !log->has_purchases; i++)
        log->has_purchases = log->rows[i].event == SS_EVENT_PURCHASE;
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

/* Gives those who have rows their number, in order of `customer`; *sorted stays true as long as numbers rise. */
typedef struct renumbering {
    uint32_t *numbers;
    int64_t *spent; /* by new number. Owned */
    uint32_t highest;
    bool sorted;
} renumbering;

static ss_status number_customer(maker *of, uint32_t customer, renumbering *to)
{
    ss_interactions *log = &of->out->log;
    uint32_t number;
    if (to->numbers[customer] == 0)
        return SS_OK;
    ss_status status = ss_dictionary_intern(log->customers, ss_dictionary_id(of->ids->customer_ids, customer), &number);
    to->numbers[customer] = number;
    to->sorted &= customer >= to->highest;
    to->highest = customer;
    if (to->spent && status == SS_OK)
        to->spent[number] = log->spent[customer];
    log->customer_count = number + 1;
    return status;
}

/* As they were met: the base's, those gone in between, and then the new ones. */
static ss_status number_in_order(maker *of, renumbering *to)
{
    const ss_stored_log *base = of->base;
    uint32_t gone = 0, gone_count = base->gone_customers.count;
    ss_status status = SS_OK;
    for (uint32_t c = 0; status == SS_OK && c <= base->customer_count; c++) {
        bool last = c == base->customer_count;
        for (; status == SS_OK && gone < gone_count && (last || base->gone_before[gone] <= c); gone++)
            status = number_customer(of, base->customer_count + gone, to);
        if (!last && status == SS_OK)
            status = number_customer(of, c, to);
    }
    for (uint32_t c = base->customer_count + gone_count; status == SS_OK && c < of->customer_count; c++)
        status = number_customer(of, c, to);
    return status;
}

/* Customers without rows have no number: of the forgotten not even the id stays. */
static ss_status number_customers(maker *of)
{
    ss_interactions *log = &of->out->log;
    renumbering to = {.numbers = ss_array_zeroed(of->customer_count, sizeof *to.numbers), .sorted = true};
    ss_status status;
    log->customers = ss_dictionary_new();
    if (log->spent)
        to.spent = ss_array_zeroed(of->customer_count, sizeof *to.spent);
    SS_TRY(to.numbers && log->customers && (to.spent || !log->spent) ? SS_OK : SS_E_NOMEM);
    for (size_t i = 0; i < log->count; i++)
        if (log->rows[i].customer != SS_NONE)
            to.numbers[log->rows[i].customer] = 1;
    SS_TRY(number_in_order(of, &to));
    for (size_t i = 0; i < log->count; i++)
        if (log->rows[i].customer != SS_NONE)
            log->rows[i].customer = to.numbers[log->rows[i].customer];
    if (!to.sorted)
        ss_rows_sort(log->rows, log->count);
    free(log->spent);
    log->spent = to.spent;
    to.spent = NULL;
out:
    free(to.numbers);
    free(to.spent);
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

ss_status ss_delta_rows_make(const ss_delta_base *base, ss_raw_log *events, const uint8_t *held, ss_delta_ids *ids,
                             const ss_left_out *forgotten, const ss_catalog *catalog, ss_log_report *report,
                             ss_delta_rows *rows, ss_error *error)
{
    ss_delta_rows made = {0};
    maker of = {.from = base,
                .base = base->log,
                .held = held,
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
    begin_kind(&of);
    SS_TRY(put_together(&of));
    settle_kind(&of);
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

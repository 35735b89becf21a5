#include "job/delta_held.h"

#include "base/memory.h"
#include "log/sort_rows.h"

#include <stdlib.h>

/* Orders with their items that the logs have, of those in which there are events: rising. */
typedef struct keys {
    uint64_t *list; /* owned */
    size_t count, room;
} keys;

typedef struct finder {
    const ss_delta_base *base;
    const ss_left_out *forgotten;
    const ss_delta_ids *ids;
    uint8_t *asked;   /* basket of the base: some event is in it. Owned */
    keys stays, lost; /* of rows that stay, and of those that are left out */
    keys unclear;     /* of rows that are of the logs, or are events that were read beside them */
} finder;

static uint64_t key_of(uint32_t basket, uint32_t item, float quantity)
{
    return ((uint64_t)basket << 1 | (quantity < 0)) << 32 | item;
}

static ss_status add_key(keys *to, uint64_t key)
{
    if (!ss_array_grow(&to->list, &to->room, to->count + 1, sizeof *to->list))
        return SS_E_NOMEM;
    to->list[to->count++] = key;
    return SS_OK;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool has_key(const keys *in, uint64_t key)
{
    return in->count > 0 && bsearch(&key, in->list, in->count, sizeof key, compare) != NULL;
}

static bool is_of_an_old_order(const ss_stored_log *base, const ss_interaction *row)
{
    return row->event == SS_EVENT_PURCHASE && row->basket != SS_NONE && row->time <= base->newest[SS_EVENT_PURCHASE];
}

/* Is it a row of the logs, and no event folded in before? The rows of the logs are as old as their newest or older. */
static bool is_of_the_logs(const ss_stored_log *base, const ss_interaction *row)
{
    int64_t from = base->options.events_from;
    return is_of_an_old_order(base, row) && (from == SS_NO_TIME || row->time < from);
}

static ss_status list_keys(finder *of, const ss_interaction *rows, size_t count)
{
    ss_status status = SS_OK;
    for (size_t i = 0; status == SS_OK && i < count; i++) {
        const ss_interaction *row = &rows[i];
        if (!is_of_an_old_order(of->base->log, row) || !of->asked[row->basket])
            continue;
        keys *to = !is_of_the_logs(of->base->log, row)             ? &of->unclear
                   : ss_delta_erased(of->base, of->forgotten, row) ? &of->lost
                                                                   : &of->stays;
        status = add_key(to, key_of(row->basket, ss_delta_item(of->base, of->ids, row->item), row->quantity));
    }
    return status;
}

/* An event of an order; a session with the same item is no repetition. */
static bool is_of_an_order(const ss_interaction *raw)
{
    return raw->event == SS_EVENT_PURCHASE && raw->basket != SS_NONE && raw->basket % 2 == 0;
}

static ss_status list_orders(finder *of, const ss_raw_log *events)
{
    const ss_stored_log *log = of->base->log;
    bool any = false;
    of->asked = ss_array_zeroed(log->basket_count, 1);
    if (!of->asked)
        return SS_E_NOMEM;
    for (size_t i = 0; i < events->count; i++) {
        const ss_interaction *raw = &events->rows[i];
        if (!is_of_an_order(raw) || of->ids->baskets[raw->basket] >= log->basket_count)
            continue;
        of->asked[of->ids->baskets[raw->basket]] = 1;
        any = true;
    }
    ss_status status = any ? list_keys(of, log->rows, log->count) : SS_OK;
    if (any && status == SS_OK)
        status = list_keys(of, log->origins, log->origin_count);
    ss_sort_u64(of->stays.list, of->stays.count);
    ss_sort_u64(of->lost.list, of->lost.count);
    ss_sort_u64(of->unclear.list, of->unclear.count);
    return status;
}

static uint64_t key_of_event(const finder *of, const ss_interaction *raw)
{
    return key_of(of->ids->baskets[raw->basket], of->ids->known[raw->item], raw->quantity);
}

/* Would a training on the logs and all events know whether the logs have it, and does the base not? */
static bool is_unclear(const finder *of, const ss_raw_log *events, size_t again)
{
    for (size_t i = again; of->unclear.count > 0 && i < events->count; i++)
        if (is_of_an_order(&events->rows[i]) && has_key(&of->unclear, key_of_event(of, &events->rows[i])))
            return true;
    return false;
}

static bool is_held(const finder *of, const ss_interaction *raw, bool again)
{
    if (!is_of_an_order(raw))
        return again;
    uint64_t key = key_of_event(of, raw);
    return has_key(&of->stays, key) || (again && !has_key(&of->lost, key));
}

static ss_status mark(const finder *of, size_t again, ss_raw_log *events, uint8_t **held, uint64_t *count)
{
    uint8_t *marks = ss_array_zeroed(events->count, 1);
    if (!marks)
        return SS_E_NOMEM;
    *count = 0;
    for (size_t i = 0; i < events->count; i++) {
        const ss_interaction *raw = &events->rows[i];
        if (!is_held(of, raw, i < again))
            continue;
        marks[i] = 1;
        events->item_rows[raw->item]--;
        *count += i >= again;
    }
    *held = marks;
    return SS_OK;
}

ss_status ss_delta_held_find(const ss_delta_base *base, const ss_left_out *forgotten, const ss_delta_ids *ids,
                             size_t again, ss_raw_log *events, uint8_t **held, uint64_t *count, ss_error *error)
{
    finder of = {.base = base, .forgotten = forgotten, .ids = ids};
    ss_status status = list_orders(&of, events);
    bool unclear = status == SS_OK && is_unclear(&of, events, again);
    if (status == SS_OK && !unclear)
        status = mark(&of, again, events, held, count);
    free(of.asked);
    free(of.stays.list);
    free(of.lost.list);
    free(of.unclear.list);
    if (unclear)
        return ss_error_set(
            error, SS_E_UNSUPPORTED,
            "the logs were read with --state-from and overlap the live events, and a new event repeats an "
            "order of that time: train anew");
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}

/* ---- is anything lost? ---- */

#define ASKED_LATER   1u /* some row of theirs is to be left out */
#define ASKED_EARLIER 2u /* some is not, though they asked */

static bool any_between(const ss_delta_base *base, const ss_left_out *forgotten, const ss_interaction *rows,
                        size_t count, uint8_t *asked)
{
    for (size_t i = 0; i < count && rows[i].customer != SS_NONE; i++) {
        const ss_interaction *row = &rows[i];
        if (!ss_left_out_has(forgotten, ss_delta_customer(base, row->customer), SS_NO_TIME))
            continue;
        asked[row->customer] |= ss_delta_erased(base, forgotten, row) ? ASKED_LATER : ASKED_EARLIER;
        if (asked[row->customer] == (ASKED_LATER | ASKED_EARLIER))
            return true;
    }
    return false;
}

ss_status ss_delta_check_forgotten(const ss_delta_base *base, const ss_left_out *forgotten, ss_error *error)
{
    const ss_stored_log *log = base->log;
    if (!forgotten || ss_left_out_count(forgotten) == 0)
        return SS_OK;
    uint8_t *asked = ss_array_zeroed((size_t)log->customer_count + log->gone_customers.count, 1);
    if (!asked)
        return ss_error_nomem(error);
    bool between = any_between(base, forgotten, log->rows, log->count, asked) ||
                   any_between(base, forgotten, log->origins, log->origin_count, asked);
    free(asked);
    if (!between)
        return SS_OK;
    return ss_error_set(
        error, SS_E_UNSUPPORTED,
        "somebody asked to be forgotten at a time before the newest rows that the generation has of them, "
        "so a clock was wrong: train anew");
}

static bool any_lost(const ss_delta_base *base, const ss_left_out *forgotten, const ss_interaction *rows, size_t count)
{
    bool known = false; /* did the customer at hand ask at all? */
    for (size_t i = 0; i < count; i++) {
        const ss_interaction *row = &rows[i];
        if (row->customer == SS_NONE)
            break;
        if (i == 0 || row->customer != rows[i - 1].customer)
            known = ss_left_out_has(forgotten, ss_delta_customer(base, row->customer), SS_NO_TIME);
        if (known && is_of_the_logs(base->log, row) && ss_delta_erased(base, forgotten, row))
            return true;
    }
    return false;
}

bool ss_delta_loses_orders(const ss_delta_base *base, const ss_left_out *forgotten)
{
    const ss_stored_log *log = base->log;
    return forgotten && ss_left_out_count(forgotten) > 0 &&
           (any_lost(base, forgotten, log->rows, log->count) ||
            any_lost(base, forgotten, log->origins, log->origin_count));
}

#include "job/delta_ids.h"

#include "base/memory.h"
#include "log/item_rules.h"

#include <stdlib.h>
#include <string.h>

void ss_delta_ids_release(ss_delta_ids *ids)
{
    free(ids->items);
    free(ids->customers);
    free(ids->baskets);
    free(ids->basket_keys);
    ss_dictionary_free(&ids->item_ids);
    ss_dictionary_free(&ids->customer_ids);
    ss_dictionary_free(&ids->set_aside);
    *ids = (ss_delta_ids){0};
}

static ss_status explain(ss_status status, ss_error *error)
{
    return status == SS_E_LIMIT ? ss_error_set(error, status, "too many different ids") : ss_error_nomem(error);
}

/* The ids of a file's column, by their numbers. */
static ss_dictionary *dictionary_of(const ss_strings *ids, ss_status *status)
{
    ss_dictionary *made = ss_dictionary_new();
    uint32_t number;
    *status = made ? SS_OK : SS_E_NOMEM;
    for (uint32_t i = 0; *status == SS_OK && ids && i < ids->count; i++)
        *status = ss_dictionary_intern(made, ss_strings_at(ids, i), &number);
    return made;
}

static uint32_t *numbers_new(uint64_t count)
{
    uint32_t *numbers = ss_array_new(count, sizeof *numbers);
    if (numbers)
        memset(numbers, 0xFF, count * sizeof *numbers);
    return numbers;
}

/* ---- items ---- */

/* All ids that the rules are asked about: the base's items, then those of the events that are none of them. */
typedef struct judging {
    ss_dictionary *ids; /* owned */
    uint32_t *rows;     /* of each. Owned */
    uint32_t *standing; /* id → the base's item that its group of spellings has, or SS_NONE. Owned */
    uint32_t base_count;
    ss_item_rules rules; /* owned */
} judging;

static void judging_release(judging *of)
{
    ss_dictionary_free(&of->ids);
    free(of->rows);
    free(of->standing);
    ss_item_rules_free(&of->rules);
}

static ss_status list_ids(judging *of, const ss_delta_base *base, const ss_raw_log *events)
{
    uint32_t number, raw_count = ss_dictionary_count(events->items);
    ss_status status;
    of->ids = dictionary_of(&base->items->ids, &status);
    of->base_count = base->items->ids.count;
    of->rows = ss_array_zeroed((size_t)of->base_count + raw_count, sizeof *of->rows);
    if (status == SS_OK && !of->rows)
        status = SS_E_NOMEM;
    for (uint32_t item = 0; status == SS_OK && item < of->base_count; item++)
        of->rows[item] = base->log->item_rows[item];
    for (uint32_t raw = 0; status == SS_OK && raw < raw_count; raw++) {
        status = ss_dictionary_intern(of->ids, ss_dictionary_id(events->items, raw), &number);
        if (status == SS_OK)
            of->rows[number] += events->item_rows[raw];
    }
    return status;
}

static ss_status find_standing(judging *of)
{
    uint32_t count = ss_dictionary_count(of->ids);
    of->standing = numbers_new(count);
    for (uint32_t item = 0; of->standing && item < of->base_count; item++)
        if (of->standing[of->rules.to[item]] == SS_NONE)
            of->standing[of->rules.to[item]] = item;
    return of->standing ? SS_OK : SS_E_NOMEM;
}

static ss_status judge(judging *of, const ss_delta_base *base, const ss_raw_log *events, const ss_catalog *catalog,
                       ss_error *error)
{
    ss_log_report unheard = {0}; /* what is found of the base's items was told when it was trained */
    ss_log_options options = base->log->options;
    options.fold_ids = base->log->ids_folded ? SS_FOLD_YES : SS_FOLD_NO;
    ss_status status = list_ids(of, base, events);
    if (status != SS_OK)
        return explain(status, error);
    SS_TRY(ss_item_rules_make(of->ids, of->rows, &options, catalog, &of->rules, &unheard, error));
    status = find_standing(of);
    if (status != SS_OK)
        status = ss_error_nomem(error);
out:
    return status;
}

/* The number of an id of the events; SS_NONE: it is no product. */
static ss_status number_item(const judging *of, ss_slice id, ss_delta_ids *ids, uint32_t *item)
{
    uint32_t number = ss_dictionary_find(of->ids, id), to = of->rules.to[number];
    *item = SS_NONE;
    if (number < of->base_count)
        *item = number;
    else if (of->standing[to] != SS_NONE)
        *item = of->standing[to];
    else if (ss_dictionary_find(ids->set_aside, id) == SS_NONE && of->rules.verdict[to] == SS_ITEM_KEPT)
        return ss_dictionary_intern(ids->item_ids, ss_dictionary_id(of->ids, to), item);
    return SS_OK;
}

/* What the rules set aside now and the base has not among its items. */
static ss_status add_set_aside(const judging *of, ss_delta_ids *ids)
{
    uint32_t number;
    for (uint32_t i = 0; i < ss_dictionary_count(of->rules.set_aside); i++) {
        ss_slice id = ss_dictionary_id(of->rules.set_aside, i);
        if (ss_dictionary_find(ids->item_ids, id) != SS_NONE)
            continue;
        ss_status status = ss_dictionary_intern(ids->set_aside, id, &number);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static ss_status number_items(const ss_delta_base *base, const ss_raw_log *events, const ss_catalog *catalog,
                              ss_delta_ids *ids, ss_error *error)
{
    judging of = {0};
    uint32_t count = ss_dictionary_count(events->items);
    ss_status status;
    ids->items = numbers_new(count);
    ids->item_ids = dictionary_of(&base->items->ids, &status);
    if (status == SS_OK)
        ids->set_aside = dictionary_of(&base->log->set_aside, &status);
    if (status == SS_OK && !ids->items)
        status = SS_E_NOMEM;
    if (status != SS_OK)
        return explain(status, error);
    SS_TRY(judge(&of, base, events, catalog, error));
    for (uint32_t raw = 0; raw < count && status == SS_OK; raw++)
        status = number_item(&of, ss_dictionary_id(events->items, raw), ids, &ids->items[raw]);
    if (status == SS_OK)
        status = add_set_aside(&of, ids);
    if (status != SS_OK)
        status = explain(status, error);
out:
    judging_release(&of);
    return status;
}

/* ---- customers ---- */

static ss_status number_customers(const ss_delta_base *base, const ss_raw_log *events, ss_delta_ids *ids)
{
    uint32_t count = ss_dictionary_count(events->customers);
    ss_status status;
    ids->customers = numbers_new(count);
    ids->customer_ids = dictionary_of(base->customers ? &base->customers->ids : NULL, &status);
    if (status == SS_OK && !ids->customers)
        status = SS_E_NOMEM;
    for (uint32_t raw = 0; raw < count && status == SS_OK; raw++)
        status =
            ss_dictionary_intern(ids->customer_ids, ss_dictionary_id(events->customers, raw), &ids->customers[raw]);
    return status;
}

/* ---- baskets ---- */

/* Open addressing: key of a basket of the events → its number there. */
typedef struct key_table {
    uint64_t *keys;
    uint32_t *baskets; /* SS_NONE: free */
    uint64_t mask;
} key_table;

static uint64_t *slot_key(const key_table *table, uint64_t key, uint32_t **basket)
{
    uint64_t at = key & table->mask;
    while (table->baskets[at] != SS_NONE && table->keys[at] != key)
        at = (at + 1) & table->mask;
    *basket = &table->baskets[at];
    return &table->keys[at];
}

static ss_status table_make(key_table *table, uint64_t most)
{
    uint64_t slots = 16;
    while (slots < 2 * most)
        slots *= 2;
    table->mask = slots - 1;
    table->keys = ss_array_new(slots, sizeof *table->keys);
    table->baskets = numbers_new(slots);
    return table->keys && table->baskets ? SS_OK : SS_E_NOMEM;
}

static uint64_t key_of(const ss_raw_log *events, uint32_t basket)
{
    return events->basket_keys[basket % 2][basket / 2];
}

/* Enters each basket of the events once; how many there are. */
static uint32_t enter_baskets(key_table *table, const ss_raw_log *events)
{
    uint32_t entered = 0;
    for (size_t i = 0; i < events->count; i++) {
        uint32_t basket = events->rows[i].basket, *found;
        if (basket == SS_NONE)
            continue;
        uint64_t key = key_of(events, basket), *slot = slot_key(table, key, &found);
        if (*found != SS_NONE)
            continue;
        *slot = key;
        *found = basket;
        entered++;
    }
    return entered;
}

/* Those that the base has keep its number, the others come after it in order of the events. */
static void number_entered(const key_table *table, const ss_stored_log *log, const ss_raw_log *events,
                           ss_delta_ids *ids)
{
    uint32_t *found;
    for (uint32_t b = 0; b < log->basket_count; b++) {
        slot_key(table, log->basket_keys[b], &found);
        if (*found != SS_NONE)
            ids->baskets[*found] = b;
    }
    for (size_t i = 0; i < events->count; i++) {
        uint32_t basket = events->rows[i].basket;
        if (basket == SS_NONE || ids->baskets[basket] != SS_NONE)
            continue;
        ids->basket_keys[ids->basket_count] = key_of(events, basket);
        ids->baskets[basket] = ids->basket_count++;
    }
}

static ss_status number_baskets(const ss_stored_log *log, const ss_raw_log *events, ss_delta_ids *ids)
{
    key_table table = {0};
    ss_status status;
    SS_TRY(table_make(&table, events->count < events->basket_limit ? events->count : events->basket_limit));
    uint32_t entered = enter_baskets(&table, events);
    ids->basket_count = log->basket_count;
    if ((uint64_t)log->basket_count + entered >= SS_NONE)
        SS_TRY(SS_E_LIMIT);
    ids->baskets = numbers_new(events->basket_limit);
    ids->basket_keys = ss_array_new((size_t)log->basket_count + entered, sizeof *ids->basket_keys);
    SS_TRY(ids->baskets && ids->basket_keys ? SS_OK : SS_E_NOMEM);
    if (log->basket_count > 0)
        memcpy(ids->basket_keys, log->basket_keys, log->basket_count * sizeof *ids->basket_keys);
    number_entered(&table, log, events, ids);
out:
    free(table.keys);
    free(table.baskets);
    return status;
}

ss_status ss_delta_ids_make(const ss_delta_base *base, const ss_raw_log *events, const ss_catalog *catalog,
                            ss_delta_ids *ids, ss_error *error)
{
    ss_delta_ids made = {0};
    ss_status status = number_items(base, events, catalog, &made, error);
    if (status == SS_OK) {
        status = number_customers(base, events, &made);
        if (status == SS_OK)
            status = number_baskets(base->log, events, &made);
        if (status != SS_OK)
            status = explain(status, error);
    }
    if (status == SS_OK)
        *ids = made;
    else
        ss_delta_ids_release(&made);
    return status;
}

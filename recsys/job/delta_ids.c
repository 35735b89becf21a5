#include "job/delta_ids.h"

#include "base/memory.h"
#include "log/fold_ids.h"
#include "log/item_rules.h"

#include <stdlib.h>
#include <string.h>

void ss_delta_ids_release(ss_delta_ids *ids)
{
    free(ids->known);
    free(ids->gone);
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

/* ---- items that the base knows ---- */

/* The base's items by the common form of their spellings, where it joined those. */
typedef struct forms {
    ss_dictionary *forms; /* owned; NULL: not joined */
    uint32_t *items;      /* form → number. Owned */
} forms;

static void forms_release(forms *of)
{
    ss_dictionary_free(&of->forms);
    free(of->items);
}

static ss_status add_form(forms *of, ss_slice id, uint32_t item)
{
    char text[SS_ID_MAX];
    uint32_t form, count = ss_dictionary_count(of->forms);
    ss_status status = ss_dictionary_intern(of->forms, (ss_slice){text, ss_fold_id(id, text)}, &form);
    if (status == SS_OK && form == count)
        of->items[form] = item;
    return status;
}

static ss_status list_forms(const ss_delta_base *base, const uint32_t *gone, forms *of)
{
    const ss_strings *ids = &base->items->ids, *gone_ids = &base->log->gone_items;
    ss_status status = SS_OK;
    if (!base->log->ids_folded)
        return SS_OK;
    of->forms = ss_dictionary_new();
    of->items = ss_array_new((size_t)ids->count + gone_ids->count, sizeof *of->items);
    if (!of->forms || !of->items)
        return SS_E_NOMEM;
    for (uint32_t i = 0; status == SS_OK && i < ids->count; i++)
        status = add_form(of, ss_strings_at(ids, i), i);
    for (uint32_t i = 0; status == SS_OK && i < gone_ids->count; i++)
        status = add_form(of, ss_strings_at(gone_ids, i), gone[i]);
    return status;
}

static uint32_t find_form(const forms *of, ss_slice id)
{
    char text[SS_ID_MAX];
    uint32_t form = ss_dictionary_find(of->forms, (ss_slice){text, ss_fold_id(id, text)});
    return form == SS_NONE ? SS_NONE : of->items[form];
}

/* An item that only a catalogue names may be gone from the log. */
static void number_gone(const ss_delta_base *base, uint32_t *gone)
{
    const ss_strings *ids = &base->log->gone_items;
    for (uint32_t i = 0; i < ids->count; i++) {
        uint32_t item = ss_strings_find(&base->items->ids, ss_strings_at(ids, i));
        gone[i] = item == SS_NONE ? base->log->item_count + i : item;
    }
}

static ss_status find_known(const ss_delta_base *base, const ss_raw_log *events, ss_delta_ids *ids)
{
    ss_status status;
    forms of = {0};
    uint32_t count = ss_dictionary_count(events->items);
    ids->known = numbers_new(count);
    ids->gone = numbers_new(base->log->gone_items.count);
    SS_TRY(ids->known && ids->gone ? SS_OK : SS_E_NOMEM);
    number_gone(base, ids->gone);
    SS_TRY(list_forms(base, ids->gone, &of));
    for (uint32_t raw = 0; raw < count; raw++) {
        ss_slice id = ss_dictionary_id(events->items, raw);
        uint32_t item = ss_strings_find(&base->items->ids, id), gone = ss_strings_find(&base->log->gone_items, id);
        if (item == SS_NONE && gone != SS_NONE)
            item = ids->gone[gone];
        ids->known[raw] = item == SS_NONE && of.forms ? find_form(&of, id) : item;
    }
out:
    forms_release(&of);
    return status;
}

/* ---- the other items ---- */

/* All ids that the rules are asked about: the base's, with those set aside and those gone; then those of the events. */
typedef struct judging {
    const ss_delta_base *base;
    const ss_catalog *catalog;
    ss_dictionary *ids; /* owned */
    uint32_t *rows;     /* of each. Owned */
    size_t row_room;
    uint32_t base_count;
    ss_item_rules before, now; /* without the events, and with them. Owned */
} judging;

static void judging_release(judging *of)
{
    ss_dictionary_free(&of->ids);
    free(of->rows);
    ss_item_rules_free(&of->before);
    ss_item_rules_free(&of->now);
}

/* Adds to what is known of an id that so many rows have it. */
static ss_status add_id(judging *of, ss_slice id, uint32_t rows)
{
    uint32_t number;
    size_t known = of->row_room;
    ss_status status = ss_dictionary_intern(of->ids, id, &number);
    if (status != SS_OK)
        return status;
    if (!ss_array_grow(&of->rows, &of->row_room, (size_t)number + 1, sizeof *of->rows))
        return SS_E_NOMEM;
    if (of->row_room > known)
        memset(of->rows + known, 0, (of->row_room - known) * sizeof *of->rows);
    of->rows[number] += rows;
    return SS_OK;
}

static ss_status add_column(judging *of, const ss_strings *ids, const uint32_t *rows)
{
    ss_status status = SS_OK;
    for (uint32_t i = 0; status == SS_OK && i < ids->count; i++)
        status = add_id(of, ss_strings_at(ids, i), rows[i]);
    return status;
}

/* The ids of a catalogue are in the dictionary from the first time on that the rules are asked. */
static ss_status ask(judging *of, ss_fold_ids fold_ids, ss_item_rules *rules, ss_error *error)
{
    ss_log_report unheard = {0}; /* what is found of the base's items was told when it was trained */
    ss_log_options options = of->base->log->options;
    uint32_t count = ss_dictionary_count(of->ids);
    options.fold_ids = (int64_t)fold_ids;
    ss_status status = SS_OK;
    if (count > 0)
        status = add_id(of, ss_dictionary_id(of->ids, count - 1), 0);
    return status == SS_OK ? ss_item_rules_make(of->ids, of->rows, &options, of->catalog, rules, &unheard, error)
                           : explain(status, error);
}

static ss_status judge(judging *of, const ss_raw_log *events, ss_error *error)
{
    const ss_stored_log *log = of->base->log;
    ss_fold_ids fold_ids = log->ids_folded ? SS_FOLD_YES : SS_FOLD_NO;
    ss_status status;
    of->ids = ss_dictionary_new();
    status = of->ids ? SS_OK : SS_E_NOMEM;
    if (status == SS_OK)
        status = add_column(of, &of->base->items->ids, log->item_reads);
    if (status == SS_OK)
        status = add_column(of, &log->set_aside, log->set_aside_reads);
    if (status == SS_OK)
        status = add_column(of, &log->gone_items, log->gone_item_reads);
    if (status != SS_OK)
        return explain(status, error);
    of->base_count = ss_dictionary_count(of->ids);
    SS_TRY(ask(of, fold_ids, &of->before, error));
    for (uint32_t raw = 0; status == SS_OK && raw < ss_dictionary_count(events->items); raw++)
        status = add_id(of, ss_dictionary_id(events->items, raw), events->item_rows[raw]);
    if (status != SS_OK)
        return explain(status, error);
    SS_TRY(ask(of, fold_ids, &of->now, error));
out:
    return status;
}

/* Were spellings not joined, or told apart, because of the catalogue and the ids that were read, what of now? */
static ss_status doubt_spellings(const judging *of, ss_delta_doubts *doubts, ss_error *error)
{
    ss_folding found = {0};
    if (of->base->log->options.fold_ids != SS_FOLD_AUTO || !of->catalog)
        return SS_OK;
    ss_status status = ss_fold_ids_find(of->ids, of->rows, of->catalog, SS_FOLD_AUTO, &found, error);
    doubts->spellings = status == SS_OK && found.folded && !of->base->log->ids_folded;
    ss_folding_free(&found);
    return status;
}

static void doubt_items(const judging *of, ss_delta_doubts *doubts)
{
    for (uint32_t id = 0; id < of->base_count; id++) {
        if ((of->before.verdict[id] == SS_ITEM_KEPT) == (of->now.verdict[id] == SS_ITEM_KEPT))
            continue;
        if (doubts->items++ == 0)
            ss_slice_printable(ss_dictionary_id(of->ids, id), doubts->item_id, sizeof doubts->item_id);
    }
}

/* The number of an id of the events that is none of the base's items. */
static ss_status number_item(const judging *of, ss_slice id, bool gone, ss_delta_ids *ids, uint32_t *item)
{
    uint32_t number = ss_dictionary_find(of->ids, id), to = of->now.to[number];
    *item = SS_NONE;
    if (of->now.verdict[to] != SS_ITEM_KEPT || (!gone && ss_strings_find(&of->base->log->set_aside, id) != SS_NONE))
        return SS_OK;
    return ss_dictionary_intern(ids->item_ids, ss_dictionary_id(of->ids, to), item);
}

/* Those of which something new was bought are items again. */
static void number_gone_again(const judging *of, ss_delta_ids *ids)
{
    const ss_strings *gone = &of->base->log->gone_items;
    for (uint32_t i = 0; i < gone->count; i++) {
        if (ids->gone[i] < of->base->log->item_count)
            continue;
        uint32_t number = ss_dictionary_find(of->ids, ss_strings_at(gone, i));
        ids->gone[i] = ss_dictionary_find(ids->item_ids, ss_dictionary_id(of->ids, of->now.to[number]));
    }
}

static ss_status add_set_aside(ss_delta_ids *ids, ss_slice id)
{
    uint32_t number;
    if (ss_dictionary_find(ids->item_ids, id) != SS_NONE)
        return SS_OK;
    return ss_dictionary_intern(ids->set_aside, id, &number);
}

/* What the base set aside, and what the rules set aside now, unless it is an item. */
static ss_status list_set_aside(const judging *of, ss_delta_ids *ids)
{
    const ss_strings *before = &of->base->log->set_aside;
    ss_status status = SS_OK;
    ids->set_aside = ss_dictionary_new();
    if (!ids->set_aside)
        return SS_E_NOMEM;
    for (uint32_t i = 0; status == SS_OK && i < before->count; i++)
        status = add_set_aside(ids, ss_strings_at(before, i));
    for (uint32_t i = 0; status == SS_OK && i < ss_dictionary_count(of->now.set_aside); i++)
        status = add_set_aside(ids, ss_dictionary_id(of->now.set_aside, i));
    return status;
}

static ss_status number_items(const judging *of, const ss_raw_log *events, ss_delta_ids *ids)
{
    uint32_t count = ss_dictionary_count(events->items), known = of->base->log->item_count;
    ss_status status;
    ids->items = numbers_new(count);
    ids->item_ids = dictionary_of(&of->base->items->ids, &status);
    if (status == SS_OK && !ids->items)
        status = SS_E_NOMEM;
    for (uint32_t raw = 0; raw < count && status == SS_OK; raw++) {
        if (ids->known[raw] < known)
            ids->items[raw] = ids->known[raw];
        else if (events->item_rows[raw] > 0)
            status = number_item(of, ss_dictionary_id(events->items, raw), ids->known[raw] != SS_NONE, ids,
                                 &ids->items[raw]);
    }
    return status;
}

ss_status ss_delta_ids_judge(const ss_delta_base *base, const ss_raw_log *events, const ss_catalog *catalog,
                             ss_delta_ids *ids, ss_delta_doubts *doubts, ss_error *error)
{
    judging of = {.base = base, .catalog = catalog};
    ss_status status;
    *doubts = (ss_delta_doubts){0};
    SS_TRY(judge(&of, events, error));
    SS_TRY(doubt_spellings(&of, doubts, error));
    doubt_items(&of, doubts);
    status = number_items(&of, events, ids);
    if (status == SS_OK) {
        number_gone_again(&of, ids);
        status = list_set_aside(&of, ids);
    }
    if (status != SS_OK)
        status = explain(status, error);
out:
    judging_release(&of);
    return status;
}

/* ---- customers ---- */

static ss_status number_customers(const ss_delta_base *base, const ss_raw_log *events, ss_delta_ids *ids)
{
    const ss_strings *gone = &base->log->gone_customers;
    uint32_t count = ss_dictionary_count(events->customers), number;
    ss_status status;
    ids->customers = numbers_new(count);
    ids->customer_ids = dictionary_of(base->customers ? &base->customers->ids : NULL, &status);
    if (status == SS_OK && !ids->customers)
        status = SS_E_NOMEM;
    for (uint32_t c = 0; status == SS_OK && c < gone->count; c++)
        status = ss_dictionary_intern(ids->customer_ids, ss_strings_at(gone, c), &number);
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

ss_status ss_delta_ids_begin(const ss_delta_base *base, const ss_raw_log *events, ss_delta_ids *ids, ss_error *error)
{
    ss_status status = find_known(base, events, ids);
    if (status == SS_OK)
        status = number_customers(base, events, ids);
    if (status == SS_OK)
        status = number_baskets(base->log, events, ids);
    return status == SS_OK ? SS_OK : explain(status, error);
}

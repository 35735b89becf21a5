/*
 * repurchase_spells_train.h: a log's purchases as spells (repurchase.h), item by item.
 */
#ifndef SS_MODELS_REPURCHASE_SPELLS_TRAIN_H
#define SS_MODELS_REPURCHASE_SPELLS_TRAIN_H

#include "log/interactions.h"
#include "models/repurchase_fit_train.h"

typedef struct ss_spell_table {
    ss_spell *spells;  /* item i owns spells[offsets[i] .. offsets[i] + counts[i]); owned */
    uint64_t *offsets; /* item_count + 1; owned */
    uint32_t *counts;  /* spells of the item; owned */
    uint32_t *returns; /* of them, those with a return; owned */
    uint32_t item_count;
} ss_spell_table;

/*
 * The purchases of customers, in a log with times. One within `least_days` of the beginning of the customer's last
 * spell of that item is taken as part of it. Open spells end with the log. No spell is shorter than an hour. `item_count` >=
 * interactions->item_count: the rest has none. SS_E_NOMEM.
 */
ss_status ss_spell_table_make(const ss_interactions *interactions, uint32_t item_count, double least_days,
                              ss_spell_table *table, ss_error *error);
void ss_spell_table_release(ss_spell_table *table);

/* The spells of one item, at most SS_SPELLS_READ of them, drawn evenly; all folds. */
#define SS_SPELLS_READ 20000u
ss_spells ss_spell_table_item(const ss_spell_table *table, uint32_t item);

/*
 * A copy of the spells of `count` items, again at most SS_SPELLS_READ, drawn evenly. Caller owns *sample (free).
 * SS_E_NOMEM.
 */
ss_status ss_spell_table_gather(const ss_spell_table *table, const uint32_t *items, size_t count, ss_spell **sample,
                                size_t *sampled, ss_error *error);

#endif

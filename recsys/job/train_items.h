/*
 * train_items.h: items.safetensors and customers.safetensors from a log and a catalogue.
 */
#ifndef SS_JOB_TRAIN_ITEMS_H
#define SS_JOB_TRAIN_ITEMS_H

#include "log/catalog.h"
#include "log/interactions.h"
#include "store/items.h"

/* The generation's items as written, kept for the trainers that need categories. Owned. */
typedef struct ss_item_table {
    ss_items_content content; /* its arrays are the table's */
    ss_dictionary *categories, *groups;
    uint32_t category_count;
    void *memory[20];
    size_t memory_count;
} ss_item_table;

/*
 * Items bought (numbered as in the log), then those only the catalogue knows and the log did not set aside (fees, …),
 * by id bytes. `named` as in train.h.
 */
ss_status ss_item_table_make(const ss_interactions *interactions, const ss_interactions *named,
                             const ss_catalog *catalog, int64_t decimals, ss_item_table *table, ss_error *error);
void ss_item_table_free(ss_item_table *table);

/* Histories: what each customer bought, as far as models learn from it. */
ss_status ss_histories_write(const char *generation_path, const ss_interactions *interactions,
                             const ss_interactions *named, uint32_t item_count, ss_error *error);

#endif

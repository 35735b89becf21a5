/*
 * name_index_train.h: the index of a catalogue's names: which grams there are, what they weigh (formulas in
 * alternatives.h) and where they stand. The same bytes for any number of threads.
 */
#ifndef SS_MODELS_NAME_INDEX_TRAIN_H
#define SS_MODELS_NAME_INDEX_TRAIN_H

#include "base/status.h"
#include "models/name_index.h"
#include "store/items.h"

typedef struct ss_name_table { /* owned arrays, as of name_index.h */
    uint64_t *keys, *offsets;
    float *weights, *norms;
    uint32_t *items;
    uint8_t *counts;
    uint32_t gram_count, item_count;
    uint32_t named; /* items with a name */
    double unknown;
} ss_name_table;

/*
 * kind: 0 to 1, how much of a gram's weight hangs on what it says of the kind of thing. max_df: grams of more names are
 * too common. threads >= 1. `table` is set only on success; free it with ss_name_table_free. SS_E_NOMEM, SS_E_LIMIT.
 */
ss_status ss_name_table_make(const ss_items_content *items, double kind, uint64_t max_df, int threads,
                             ss_name_table *table, ss_error *error);
void ss_name_table_free(ss_name_table *table); /* releases what it owns and zeroes it; NULL is fine */

ss_name_index ss_name_table_index(const ss_name_table *table); /* borrowed */

#endif

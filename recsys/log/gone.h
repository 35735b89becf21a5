/*
 * gone.h: the ids of a log of which cleaning has left no row, and how many rows were read of each id. Who goes on from a
 * cleaned log (models/stored_log.h) needs both: what was given back may be bought again, and whether an id is a product
 * is judged by all that was read (item_rules.h). Not thread-safe; one owner.
 */
#ifndef SS_LOG_GONE_H
#define SS_LOG_GONE_H

#include "log/item_rules.h"
#include "log/raw_log.h"

typedef struct ss_gone {
    /*
     * Items that are products, by the spelling that stands for them, and customers. In origins (origins.h) they are
     * numbered on from those that are left. Owned.
     */
    ss_dictionary *items, *customers;
    uint32_t *before; /* of each such customer: how many that are left were met before it in the log. Owned */
    int64_t *spent;   /* of each; NULL: no price is known. Owned */
    /* Rows that were read of each id, of that spelling: of ss_interactions.items, its set_aside, and `items`. Owned */
    uint32_t *item_rows, *set_aside_rows, *gone_rows;
} ss_gone;

/*
 * Numbers those that are gone: `items` and `customers`, by their numbers in `log`, have SS_NONE there, and then the numbers
 * that follow. `left` has its items, and its counts; `rules` what they were judged by. SS_E_NOMEM, SS_E_LIMIT. Caller
 * owns *gone, which stays NULL on error.
 */
ss_status ss_gone_find(const ss_raw_log *log, const ss_item_rules *rules, const ss_interactions *left, uint32_t *items,
                       uint32_t *customers, ss_gone **gone);
void ss_gone_free(ss_gone **gone);

#endif

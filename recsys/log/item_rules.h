/*
 * item_rules.h: what becomes of each item id of a log: which spelling it goes by, and whether it is a product at all.
 * Not thread-safe; one owner.
 */
#ifndef SS_LOG_ITEM_RULES_H
#define SS_LOG_ITEM_RULES_H

#include "log/read_log.h"

typedef enum ss_item_verdict { SS_ITEM_KEPT, SS_ITEM_EXCLUDED, SS_ITEM_FEE } ss_item_verdict;

typedef struct ss_item_rules {
    uint32_t *to;             /* id → the id that stands for it; as in fold_ids.h. Owned */
    unsigned char *verdict;   /* id → ss_item_verdict. Owned */
    ss_dictionary *set_aside; /* as in ss_interactions. Owned */
} ss_item_rules;

/*
 * Judges every id of `items`, to which the ids of the catalogue are added; rows[number]: how many rows of the log each
 * id that was there before has. Tells `report` of joined ids and fees. Errors: SS_E_NOMEM, SS_E_LIMIT.
 */
ss_status ss_item_rules_make(ss_dictionary *items, const uint32_t *rows, const ss_log_options *options,
                             const ss_catalog *catalog, ss_item_rules *rules, ss_log_report *report, ss_error *error);
void ss_item_rules_free(ss_item_rules *rules);

#endif

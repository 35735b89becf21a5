/*
 * delta_ids.h: the ids of new events, numbered as a stored log numbers them, and after it where they are new.
 *
 * Items that the base knows keep what it decided of them: kept, left out (fees, --exclude-items), or joined to another
 * spelling. Items that it does not know are judged by the same rules (log/item_rules.h) among all ids, as the base's
 * options say; where it joined spellings, a new spelling of one of its items goes by that item.
 */
#ifndef SS_JOB_DELTA_IDS_H
#define SS_JOB_DELTA_IDS_H

#include "log/raw_log.h"
#include "models/stored_log_train.h"
#include "store/customers.h"
#include "store/items.h"

typedef struct ss_delta_base { /* what the base holds of its log. Borrowed */
    const ss_stored_log *log;
    const ss_items *items;
    const ss_customers *customers; /* NULL: none */
} ss_delta_base;

typedef struct ss_delta_ids {
    uint32_t *items;             /* number in the events → number; SS_NONE: no product. Owned */
    uint32_t *customers;         /* likewise. Owned */
    uint32_t *baskets;           /* likewise; SS_NONE: the number is not used. Owned */
    uint64_t *basket_keys;       /* of all baskets. Owned */
    uint32_t basket_count;       /* the base's, then the new ones */
    ss_dictionary *item_ids;     /* all items of the base by number, then the new ones. Owned */
    ss_dictionary *customer_ids; /* likewise. Owned */
    ss_dictionary *set_aside;    /* the base's, and what is found to be none. Owned */
} ss_delta_ids;

/*
 * `events` as read with the base's options, to be kept; `catalog` may be NULL. What is left out is counted in
 * `report` by whoever drops the rows. Errors: SS_E_NOMEM, SS_E_LIMIT.
 */
ss_status ss_delta_ids_make(const ss_delta_base *base, const ss_raw_log *events, const ss_catalog *catalog,
                            ss_delta_ids *ids, ss_error *error);
void ss_delta_ids_release(ss_delta_ids *ids);

#endif

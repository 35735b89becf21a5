/*
 * delta_ids.h: the ids of new events, numbered as a stored log numbers them, and after it where they are new.
 *
 * Items that the base knows keep what it decided of them: kept, left out (fees, --exclude-items), or joined to another
 * spelling. Items that it does not know, or knows to be gone (log/gone.h), are judged by the same rules
 * (log/item_rules.h) among all ids, as the base's options say; where it joined spellings, a new spelling of one of its
 * items goes by that item. Where the rules would now decide otherwise of an id that the base has decided of, that is
 * told (ss_delta_doubts).
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

/* What a full training would decide otherwise, now that there is more to judge by: the base's decision stands. */
typedef struct ss_delta_doubts {
    uint32_t items;                  /* ids: whether they are products */
    char item_id[4 * SS_ID_MAX + 1]; /* the first of them, to be printed */
    bool spellings;                  /* whether spellings are joined */
} ss_delta_doubts;

typedef struct ss_delta_ids {
    uint32_t *known;         /* item's number in the events → the base's; behind them those gone; SS_NONE. Owned */
    uint32_t *gone;          /* item that is gone → such a number; once judged, one of item_ids or SS_NONE. Owned */
    uint32_t *items;         /* number in the events → number; SS_NONE: no product. Owned */
    uint32_t *customers;     /* likewise. Owned */
    uint32_t *baskets;       /* likewise; SS_NONE: the number is not used. Owned */
    uint64_t *basket_keys;   /* of all baskets. Owned */
    uint32_t basket_count;   /* the base's, then the new ones */
    ss_dictionary *item_ids; /* all items of the base by number, then the new ones. Owned */
    ss_dictionary *customer_ids; /* all customers of the base by number, those gone, then the new ones. Owned */
    ss_dictionary *set_aside;    /* the base's, and what is found to be none. Owned */
} ss_delta_ids;

/*
 * Numbers customers and baskets, and the items that the base knows. `events` as read with the base's options, to be kept.
 * Errors: SS_E_NOMEM, SS_E_LIMIT; *ids is still to be released.
 */
ss_status ss_delta_ids_begin(const ss_delta_base *base, const ss_raw_log *events, ss_delta_ids *ids, ss_error *error);

/*
 * Numbers the other items. events->item_rows counts only what is not held (delta_held.h); `catalog` may be NULL. What is
 * left out is counted by whoever drops the rows. Errors as above.
 */
ss_status ss_delta_ids_judge(const ss_delta_base *base, const ss_raw_log *events, const ss_catalog *catalog,
                             ss_delta_ids *ids, ss_delta_doubts *doubts, ss_error *error);
void ss_delta_ids_release(ss_delta_ids *ids);

/* The item of a row or origin of the base, by the numbers of `known` or, once judged, of item_ids: SS_NONE then where
 * nothing new is of an item that is gone. */
static inline uint32_t ss_delta_item(const ss_delta_base *base, const ss_delta_ids *ids, uint32_t item)
{
    return item < base->log->item_count ? item : ids->gone[item - base->log->item_count];
}

#endif

/*
 * interactions.h: a purchase log in memory, cleaned, numbered and sorted: what every trainer and evaluator starts from.
 *
 * Built by log/read_log.h; afterwards read-only, and safe to read from any number of threads.
 */
#ifndef SS_LOG_INTERACTIONS_H
#define SS_LOG_INTERACTIONS_H

#include "base/dictionary.h"
#include "base/status.h"
#include "base/timestamp.h"
#include <stdbool.h>

/* What happened. Values are stored and never renumbered. */
typedef enum ss_event {
    SS_EVENT_PURCHASE = 0,
    SS_EVENT_VIEW = 1,
    SS_EVENT_CART_ADD = 2,
    SS_EVENT_CART_REMOVE = 3,
    SS_EVENT_IMPRESSION = 4,
    SS_EVENT_CLICK = 5,
    SS_EVENT_DISMISS = 6,
    SS_EVENT_ACCEPT = 7, /* took up an offer: not yet a purchase */
    SS_EVENT_COUNT
} ss_event;

/* "purchase", "view", …; NULL outside the enumeration. */
const char *ss_event_name(ss_event event);

/* One row: 24 bytes. */
typedef struct ss_interaction {
    int64_t time : 56;  /* microseconds UTC; the row's position in the log (0, 1, …) where the log has no times */
    uint64_t event : 8; /* ss_event */
    uint32_t customer;  /* dense number, or SS_NONE: row without a customer */
    uint32_t basket;    /* dense number of its order (or, without order ids, its session), or SS_NONE */
    uint32_t item;      /* dense number by falling popularity */
    float quantity;     /* > 0; 1 where the log has none */
} ss_interaction;
_Static_assert(sizeof(ss_interaction) == 24, "a row of the log is 24 bytes");

/* Sets when and what; `time` must lie within 56 bits, as all instants of base/timestamp.h do. */
static inline void ss_interaction_set(ss_interaction *row, int64_t time, ss_event event)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion" /* no cast can say that a number fits a bit-field */
    row->time = time;
    row->event = event;
#pragma GCC diagnostic pop
}

typedef struct ss_interactions {
    /*
     * Sorted by (customer, time, basket, item); rows without a customer stand last, by (basket, time, item). One row
     * per (customer, basket, item, event): repeats are merged, quantities added, the first time kept. Where a log has
     * neither baskets nor times, one row per (customer, item, event). Owned.
     */
    ss_interaction *rows;
    size_t count;
    ss_dictionary *items; /* number → item_id, by falling count of rows with purchases (without any: of all rows), ties
                             by id bytes. Owned */
    /*
     * Ids from the log or the catalogue that must never be shown as items of their own: likely fees, what
     * --exclude-items names, and the other spellings of items joined by folding. Owned; NULL: none.
     */
    ss_dictionary *set_aside;
    ss_dictionary *customers; /* number → customer_id, in order of first appearance in the kept rows. Owned */
    /*
     * What each customer paid for the products that are kept, less what returns gave back, in minor units; a purchase
     * whose price the log does not tell counts at the catalogue's. Owned; NULL: no price is known, or a subset.
     */
    int64_t *spent;
    /*
     * For who goes on from these rows another day, where it was asked for (read_log.h); else, and in a subset, NULL: what
     * rows were before they were cleaned, where that is not the same (origins.h), in the order of rows; number of a
     * basket → ss_basket_key, with those behind basket_count that only the origins know; and the ids of which no row is
     * left (gone.h). Owned.
     */
    struct ss_gone *gone;
    ss_interaction *origins;
    size_t origin_count;
    uint64_t *basket_keys;
    uint32_t key_count;
    uint32_t item_count, customer_count, basket_count;
    bool has_times, has_baskets, has_customers, has_purchases;
    bool ids_folded;               /* item ids that differ only by case or blanks are one (see fold_ids.h) */
    int64_t first_time, last_time; /* over the rows; SS_NO_TIME without times */
} ss_interactions;

/*
 * What tells baskets apart when their ids are gone: 64 bits of a hash of the id, other ones for a session than for an
 * order of the same id. Among 20 million baskets, of 100,000 new ones each in ten million days one is taken for another.
 */
uint64_t ss_basket_key(bool is_session, ss_slice id);

void ss_interactions_free(ss_interactions *interactions); /* releases what it owns and zeroes it; NULL is fine */

/*
 * The rows of `source` for which `keep` says true, in the same order and with the same numbers, in *out (rows owned;
 * dictionaries are NULL: the source must outlive it and holds the names). For evaluation splits.
 */
typedef bool (*ss_interaction_filter)(void *context, const ss_interaction *row, size_t index);
ss_status ss_interactions_subset(const ss_interactions *source, ss_interaction_filter keep, void *context,
                                 ss_interactions *out, ss_error *error);

/*
 * Groups as CSR: group g owns items[offsets[g] .. offsets[g+1]), distinct and ascending, and for each the largest time
 * and the summed quantity. Customers: groups are the customers. Baskets: groups are the baskets (basket numbers are
 * dense). Rows whose event is not in `events` (bit 1 << event), or without the group, are left out. All arrays owned by
 * the result.
 */
typedef enum ss_grouping { SS_BY_CUSTOMER, SS_BY_BASKET } ss_grouping;
typedef struct ss_groups {
    size_t group_count;
    uint64_t *offsets; /* group_count + 1 */
    uint32_t *items;
    int64_t *times;           /* NULL unless asked for */
    float *quantities;        /* NULL unless asked for */
    int64_t *group_time;      /* latest time of the group; SS_NO_TIME for an empty one */
    uint32_t *group_customer; /* baskets only: the customer of the basket or SS_NONE; else NULL */
} ss_groups;
ss_status ss_groups_make(const ss_interactions *interactions, ss_grouping grouping, unsigned events, bool want_times,
                         bool want_quantities, ss_groups *out, ss_error *error);
void ss_groups_free(ss_groups *groups);

/* The events a purchase model learns from: purchases where the log has any, else every event but dismissals, removals
 * and what was merely shown. */
unsigned ss_interactions_learning_events(const ss_interactions *interactions);

#endif

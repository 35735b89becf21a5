/* context.h: what a request tells about the visitor, as items of the generation with weights. */
#ifndef SS_SHELF_CONTEXT_H
#define SS_SHELF_CONTEXT_H

#include "shelf/again.h"

#define SS_HISTORY_MAX         4096u /* most items of a customer's history that are looked at */
#define SS_CONTEXT_ENTRIES_MAX (1u + 2u * SS_CONTEXT_MAX + 2u * SS_VISITOR_ITEMS_MAX + SS_HISTORY_MAX)

/* What the marks of a visitor (SS_STATE_OF_VISITOR) are made by. */
typedef struct ss_visitor_rules {
    ss_again_rules again;
    int64_t max_shown;
} ss_visitor_rules;

typedef struct ss_context { /* parallel arrays of SS_CONTEXT_ENTRIES_MAX, distinct items */
    uint32_t *items;
    float *weights;    /* > 0: how much the item says */
    float *quantities; /* for the factorization's confidence */
    int64_t *times;    /* of the purchase, or SS_NO_TIME: now */
    size_t count;
    size_t session_count; /* of them the first: page, cart and `items`, each newest first; behind them the history: what
                           * is known live, and what the generation knows */
    ss_history history;   /* the customer's, whole; borrowed from the snapshot */
    ss_visit visit;       /* what is known live */
    uint32_t page_item;   /* of item_id, or SS_NONE */
    bool unknown_item, unknown_customer;
    bool marked;            /* rules hold the visitor's marks … */
    ss_visitor_rules marks; /* … made by these */
} ss_context;

/* Catalogue and visitors (NULL: nobody is known) are borrowed. SS_E_NOMEM. */
ss_status ss_context_init(ss_context *context, const ss_catalogue *catalogue, ss_visitors *visitors, ss_error *error);
void ss_context_release(ss_context *context);

/* Looks up whom the request names: what the generation knows of the customer, and what is known live. */
void ss_context_meet(ss_context *context, const ss_snapshot *snapshot, const ss_request *request);

/*
 * Begins the answer in `rules` (ss_rules_begin; with `same_visitor`, where the same rules make the visitor's marks again,
 * those stand) and gathers the parts that the shelf reads, of the request and where it has none of what is known live
 * (visit.h); marks the items of page, other shelves, session and cart SS_STATE_CONTEXT (those of the session
 * SS_STATE_SEEN where the shelf shows them again) and, when the shelf or the filter says so, those bought
 * SS_STATE_BOUGHT, but for consumables that are due; holds durables back that the customer has lately bought; and sets
 * the rules of visit.h.
 */
void ss_context_gather(ss_context *context, ss_rules *rules, const ss_shelf *shelf, const ss_request *request);

/* What the purchases of a history weigh: half as much for each half-life between them and the newest; 0 days: all 1. */
typedef struct ss_history_decay {
    double newest, half_lives; /* microseconds; per microsecond */
} ss_history_decay;

ss_history_decay ss_history_decay_of(const ss_history *history, double half_life_days);
double ss_history_weight(const ss_history_decay *decay, int64_t time);

#endif

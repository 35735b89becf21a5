/*
 * shelf.h: a shelf is a row of a table: which context it reads, which sources feed it with which weights, what it falls
 * back on, and from what evidence on a product is good enough.
 */
#ifndef SS_SHELF_SHELF_H
#define SS_SHELF_SHELF_H

#include "base/options.h"
#include "shelf/request.h"

typedef enum ss_shelf_kind {
    SS_SHELF_RELATED,
    SS_SHELF_BOUGHT_TOGETHER,
    SS_SHELF_BOUGHT_NEXT,
    SS_SHELF_FOR_YOU,
    SS_SHELF_CART,
    SS_SHELF_POPULAR,
    SS_SHELF_TRENDING,
    SS_SHELF_ALTERNATIVES,
    SS_SHELF_BUY_AGAIN,
    SS_SHELF_NEW_ARRIVALS,
    SS_SHELF_COUNT
} ss_shelf_kind;

/* The shelf's name, which is the protocol's method ("for_you"); NULL outside. SS_SHELF_COUNT for an unknown name. */
const char *ss_shelf_name(ss_shelf_kind kind);
ss_shelf_kind ss_shelf_find(ss_slice name);

/* Which parts of the request are the context that item-item sources start from. */
#define SS_CONTEXT_ITEM    1u /* item_id */
#define SS_CONTEXT_ITEMS   2u /* items */
#define SS_CONTEXT_CART    4u /* cart */
#define SS_CONTEXT_HISTORY 8u /* what the customer bought */

#define SS_FALLBACKS_MAX 8u

typedef struct ss_shelf {
    unsigned context;                /* SS_CONTEXT_… */
    double weights[SS_SOURCE_COUNT]; /* of the first stage; 0: not asked */
    double history_half_life_days;   /* weight of an older item of the context, from the newest of them; 0: all equal */
    double position_decay;  /* weight of the n-th item from the end of `items` and `cart`: position_decay^n, 0..1 */
    double repeat_exponent; /* weight of an item of the history bought n times: n^e */
    double
        freshness_exponent; /* the factorization's scores times freshness^e (popularity.h): is it still sold? 0: none */
    double popularity_exponent; /* a purchase's chance of being repeated times popularity^e: do others buy it now? */
    double repurchase_days;     /* … within so many days */
    int64_t candidates;         /* taken from the factorization for a blend */
    int64_t min_customers;      /* evidence threshold of item-item sources: distinct customers of a pair */
    int64_t evidence_customers; /* from so many distinct customers on the numbers of evidence are shown */
    int64_t min_items;          /* fewer than this: the shelf hides itself */
    int64_t max_shown;      /* what was shown more often than this in the session, in vain, is held back; 0: nothing */
    bool exclude_bought;    /* unless the request's filter says otherwise */
    bool show_due;          /* … and but for consumables that are due again */
    bool suppress_durables; /* hold back durables that the customer has lately bought, unless the filter allows them */
    bool only_bought;       /* nothing but what the customer bought; other sources only have a say in its order */
    bool show_seen;         /* `items` may be shown again; the page's item and the cart never are */
    int64_t new_days;       /* for so long an item is new */
    ss_source fallbacks[SS_FALLBACKS_MAX]; /* one source a stage */
    size_t fallback_count;
    int64_t max_items;                       /* most products of an answer; 0: as many as are asked for */
    int64_t price_min, price_max;            /* minor units, both ends included; 0: open */
    double price_ratio_min, price_ratio_max; /* likewise, times the price of the context's item; 0: open */
    int64_t max_per_category;                /* products of one category in an answer; 0: any number */
    double diversity;                        /* 0..1 (diversity.h) */
    const struct ss_shelf_lists *lists;      /* of the configuration; borrowed from the snapshot; NULL: none */
} ss_shelf;

/* The shelves of a zero-configuration start. */
ss_shelf ss_shelf_default(ss_shelf_kind kind);
void ss_shelves_default(ss_shelf shelves[SS_SHELF_COUNT]);

/* One option group for each shelf, prefix "shelf.NAME". The table's defaults are not the shelves': those are above. */
#define SS_SHELF_PREFIX "shelf."
void ss_shelf_option_groups(ss_shelf shelves[SS_SHELF_COUNT], ss_option_group groups[SS_SHELF_COUNT]);

/* What may be set of a shelf: "weight.related", "min-customers", … Target: ss_shelf. */
extern const ss_option ss_shelf_option_table[];

#endif

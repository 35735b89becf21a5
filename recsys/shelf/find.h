/*
 * find.h: the catalogue's products by a part of their names, by category, by price or by id, as they are now: what the shop has
 * changed of them counts. For search boxes, pages of a category, and people who look for a product; no visitor is looked at.
 *
 * A finder belongs to one thread and keeps room of its own, which grows with the number of categories.
 */
#ifndef SS_SHELF_FIND_H
#define SS_SHELF_FIND_H

#include "shelf/catalogue.h"
#include "shelf/name_match.h"
#include "shelf/request.h"

/*
 * Most that one search may cost, in about nanoseconds: each product that is looked at costs SS_FIND_STEP, each name that is read
 * SS_FIND_NAME and what name_match.h says. Then it stops, and says where.
 */
#define SS_FIND_COST       1000000u
#define SS_FIND_STEP       1u
#define SS_FIND_NAME       16u
#define SS_FIND_CATEGORIES 500u /* most categories that are told of */

typedef struct ss_find_request {
    ss_slice text;         /* as of name_match.h; empty: any name, or none */
    const ss_slice *items; /* only these, in this order; NULL: all, by falling popularity, new ones last */
    size_t item_count;     /* at most SS_CONTEXT_MAX */
    ss_filter filter;      /* bought is of no account */
    ss_slice after;        /* goes on behind this product; empty: at the beginning. Of no account with `items` */
    uint32_t limit;        /* 1..SS_LIMIT_MAX; of no account with `items` */
    int64_t now;           /* microseconds UTC, for dates and rules of access; INT64_MIN: dates are not looked at */
    bool all;              /* also what may not be shown */
} ss_find_request;

typedef struct ss_found_item {
    uint32_t item;
    unsigned withheld; /* 1u << ss_rule_kind for each rule by which it may not be shown to everybody */
} ss_found_item;

typedef struct ss_found {
    const ss_found_item *items; /* borrowed from the finder until it finds again */
    size_t count;
    uint32_t stopped_at; /* the last product looked at: there may be more behind it; SS_NONE: all were looked at */
} ss_found;

typedef struct ss_found_category {
    uint32_t category; /* see ss_catalogue_category_name */
    uint32_t items;    /* which may be shown; dates and access are not looked at */
} ss_found_category;

typedef struct ss_finder ss_finder;

ss_finder *ss_finder_new(void); /* NULL when out of memory */
void ss_finder_free(ss_finder **finder);

/*
 * Without `all`, what is hidden, not in the catalogue, not available now, out of stock, or reserved for some visitors is left out;
 * of `items` what is out of stock is given. False: there is no product `after`.
 */
bool ss_find(ss_finder *finder, const ss_catalogue *catalogue, const ss_find_request *request, ss_found *found);

/*
 * The categories that have products, those with the most first, at most SS_FIND_CATEGORIES. All products are counted
 * when the catalogue has changed since the last call. Borrowed until the next. SS_E_NOMEM.
 */
ss_status ss_find_categories(ss_finder *finder, const ss_catalogue *catalogue, const ss_found_category **categories,
                             size_t *count);

/* To be called when another catalogue is going to be asked. */
void ss_finder_forget(ss_finder *finder);

#endif

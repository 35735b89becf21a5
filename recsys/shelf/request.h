/*
 * request.h: the question a shelf answers, and the answer, as plain values: what the protocol carries, free of any
 * encoding. The server fills a request from MessagePack, `smartshelf query --store` and `evaluate` from their own
 * input; all are answered by the same code.
 */
#ifndef SS_SHELF_REQUEST_H
#define SS_SHELF_REQUEST_H

#include "base/slice.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_LIMIT_DEFAULT 10u
#define SS_LIMIT_MAX     500u  /* most products of one answer */
#define SS_CONTEXT_MAX   256u  /* most ids in `items` or `cart` */
#define SS_EXCLUDE_MAX   1024u /* most ids in `exclude` */

/* May what the customer already bought be shown? */
typedef enum ss_bought { SS_BOUGHT_BY_SHELF, SS_BOUGHT_EXCLUDE, SS_BOUGHT_ALLOW } ss_bought;

typedef struct ss_filter {
    ss_slice category;            /* empty: any */
    int64_t price_min, price_max; /* minor units, both ends included; INT64_MIN, INT64_MAX: open */
    ss_bought bought;
} ss_filter;

typedef struct ss_request {
    ss_slice item_id;      /* the product on the page; empty: none */
    const uint32_t *item;  /* its number in the answerer's generation, or SS_NONE; NULL: it is looked up */
    const ss_slice *items; /* what the visitor saw or has, oldest first */
    size_t item_count;
    const ss_slice *cart;
    const uint32_t *cart_numbers; /* likewise, in place of `cart`; NULL: `cart` is looked up */
    size_t cart_count;
    const ss_slice *exclude;
    size_t exclude_count;
    const uint32_t *on_page; /* products of the page's other shelves, as numbers of the answerer's generation */
    size_t on_page_count;
    bool same_visitor;    /* as the answerer's last request: nobody is looked up anew, be there news or not */
    ss_slice customer_id; /* empty: not known */
    ss_slice session_id;  /* empty: none */
    bool no_consent;      /* neither session nor customer is looked up */
    ss_filter filter;
    uint32_t limit; /* 1..SS_LIMIT_MAX */
    int64_t now;    /* microseconds UTC: availability dates are held against it */
    bool explain;   /* count what the rules removed */
} ss_request;

/* A request with no context, the default limit, an open filter and no time (dates are not held against anything). */
ss_request ss_request_empty(void);

/* What a product's place in the answer rests on. Values are stored in logs and never renumbered. */
typedef enum ss_source {
    SS_SOURCE_BOUGHT_TOGETHER = 0,
    SS_SOURCE_RELATED = 1,
    SS_SOURCE_BOUGHT_NEXT = 2,
    SS_SOURCE_ALS = 3,
    SS_SOURCE_HISTORY = 4, /* the customer's own purchases */
    SS_SOURCE_POPULAR = 5,
    SS_SOURCE_POPULAR_IN_CATEGORY = 6, /* of the context's first item */
    SS_SOURCE_TRENDING = 7,
    SS_SOURCE_SESSION_KNN = 8,  /* what similar sessions looked at */
    SS_SOURCE_ALTERNATIVES = 9, /* what may be wanted instead */
    SS_SOURCE_REPURCHASE = 10,  /* the customer's own purchases, by how likely they are to be bought again now */
    SS_SOURCE_NEW = 11,         /* what arrived last */
    SS_SOURCE_PINNED = 12,      /* none that a shelf is fed by: the configuration gives the product its place */
    SS_SOURCE_COUNT
} ss_source;
const char *ss_source_name(ss_source source); /* "bought_together", …; NULL outside and for a number not taken */

typedef struct ss_reason {
    ss_source model;    /* what contributed most */
    uint32_t stage;     /* 0: the shelf's own sources; 1…: its fallbacks in order */
    uint32_t because;   /* item number of the context it goes with, or SS_NONE */
    uint32_t pairs;     /* groups that hold both; 0: no such evidence, or too few customers to show it (evidence.h) */
    uint32_t customers; /* distinct customers among them */
    double lift;        /* of the pair */
    uint32_t supported_by, of; /* items of the context whose lists hold it, of how many; of 0: only one was asked */
    uint32_t sessions;         /* similar sessions that hold it, or those that looked at both; 0: not the reason, or too
                                  few to show */
    float similarity;          /* of the names, 0 to 1; 0: not the reason */
    uint32_t rank;             /* place among the best sellers, or what is trending, from 1; 0: not the reason */
    uint32_t bought;           /* how often the customer bought it; 0: not the reason */
    int64_t last_bought;       /* microseconds UTC; 0: not known */
} ss_reason;

typedef struct ss_answer_item {
    uint32_t item;
    float score; /* comparable within one stage of one answer only; falling within a stage */
    ss_reason reason;
} ss_answer_item;

/* Why an answer holds fewer products than asked for. */
typedef enum ss_short {
    SS_SHORT_NOT = 0,     /* it does not */
    SS_SHORT_NO_EVIDENCE, /* nothing (more) above the shelf's evidence threshold, and no fallback left */
    SS_SHORT_FILTERED,    /* the request's filter and exclusions leave no more */
    SS_SHORT_CATALOGUE,   /* no more products may be shown at all */
    SS_SHORT_HIDDEN,      /* fewer than the shelf's min_items: the shelf hides itself */
    SS_SHORT_COUNT
} ss_short;
const char *ss_short_name(ss_short code);

/* Rules, for counting what they removed. */
typedef enum ss_rule_kind {
    SS_REMOVED_HIDDEN,    /* hidden in the catalogue */
    SS_REMOVED_CATALOGUE, /* not in the catalogue */
    SS_REMOVED_STOCK,     /* out of stock */
    SS_REMOVED_DATES,     /* not available at `now` */
    SS_REMOVED_CONTEXT,   /* on the page, in `items` or in the cart */
    SS_REMOVED_EXCLUDED,  /* in `exclude` */
    SS_REMOVED_BOUGHT,    /* the customer has it */
    SS_REMOVED_VARIANT,   /* a variant of one shown or in the context */
    SS_REMOVED_CATEGORY,  /* the filter's category, or the shelf's */
    SS_REMOVED_PRICE,     /* the filter's price bounds, or the shelf's */
    SS_REMOVED_EVIDENCE,  /* below the shelf's evidence threshold */
    SS_REMOVED_DISMISSED, /* by the visitor, in this session */
    SS_REMOVED_SHOWN,     /* too often in this session, in vain */
    SS_REMOVED_DENIED,    /* by the shelf's lists of products */
    SS_REMOVED_CAPPED,    /* so many of its category are shown already as the shelf allows */
    SS_REMOVED_SETTLED,   /* a durable that the customer bought so lately that another is not wanted */
    SS_REMOVED_ACCESS,    /* reserved for visitors of other segments */
    SS_REMOVED_COUNT
} ss_rule_kind;
const char *ss_rule_kind_name(ss_rule_kind rule);

typedef struct ss_answer {
    const ss_answer_item *items; /* borrowed from the answerer until its next answer */
    size_t count;
    ss_short short_code;
    uint32_t missing;                   /* limit - count */
    uint32_t page_item;                 /* number of item_id, or SS_NONE */
    bool unknown_item;                  /* item_id was given and is not in the generation */
    bool unknown_customer;              /* customer_id was given and is not in the generation */
    bool unknown_session;               /* session_id was given, and nothing is known of it */
    uint32_t removed[SS_REMOVED_COUNT]; /* candidates looked at and removed, when `explain` */
} ss_answer;

#endif

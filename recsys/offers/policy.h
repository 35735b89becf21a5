/*
 * policy.h: what a shop allows its offers to be: campaigns, incentives, guards; the map `offers` of a configuration
 * file. Money is in minor units, shares are in basis points (1 % = 100), both as integers from here on.
 *
 * Without such a map three campaigns stand ready (`dont_go`, `lightning`, `last_chance`), and the budget of a day over
 * all of them is 0: they show products with reasons, and give nothing away until the shop says how much. A campaign's
 * own budgets are unlimited by default: within those over all.
 *
 * A file that names one of these campaigns changes only what it gives, other names are new campaigns, and
 * `enabled: false` takes one away. An incentive that a file names is what the file says. Campaigns and incentives stand
 * in the file's order, then those of the default that it does not name.
 *
 * Counted; whoever holds a reference may read it from any thread. Nothing changes it once it is read.
 */
#ifndef SS_OFFERS_POLICY_H
#define SS_OFFERS_POLICY_H

#include "base/buffer.h"
#include "base/settings.h"
#include "models/segments.h"
#include "offers/zone.h"
#include "store/items.h"
#include <stdatomic.h>

#define SS_BASIS_POINTS   10000 /* 100 % */
#define SS_CAMPAIGNS_MAX  32u
#define SS_INCENTIVES_MAX 64u       /* of a policy, "none" not counted */
#define SS_VARIANTS_MAX   8u        /* of a message */
#define SS_BUDGET_NONE    INT64_MAX /* no such limit */

/* What an offer gives. The values are part of records and never renumbered. */
typedef enum ss_incentive_kind {
    SS_INCENTIVE_NONE = 0,          /* the product at its price */
    SS_INCENTIVE_PERCENT = 1,       /* `share` off */
    SS_INCENTIVE_AMOUNT = 2,        /* `amount` off */
    SS_INCENTIVE_FREE_SHIPPING = 3, /* which costs the shop `amount` */
    SS_INCENTIVE_CASHBACK = 4,      /* `share` of what is paid, to spend next time; counts as spent in full */
    SS_INCENTIVE_POINTS = 5,        /* `points`, each worth `amount` */
    SS_INCENTIVE_GIFT = 6,          /* one of `gift_item`, which must be in stock and have a cost */
    SS_INCENTIVE_BUNDLE = 7,        /* page's product and another together: `share` off both */
    SS_INCENTIVE_KINDS
} ss_incentive_kind;
const char *ss_incentive_kind_name(ss_incentive_kind kind); /* "percent", "free_shipping", …; NULL outside */

typedef struct ss_incentive {
    ss_slice name; /* 1 to 64 bytes; "none" of SS_INCENTIVE_NONE; borrowed from the policy */
    ss_incentive_kind kind;
    int64_t share; /* basis points, 1 .. SS_BASIS_POINTS */
    int64_t amount, points;
    ss_slice gift_item;
    int64_t value_min; /* of what it is given on: less than this, no such incentive; 0: any */
} ss_incentive;

typedef enum ss_offer_page { SS_PAGE_HOME, SS_PAGE_PRODUCT, SS_PAGE_CART, SS_PAGE_COUNT } ss_offer_page;
const char *ss_offer_page_name(ss_offer_page page); /* "home", "product", "cart" */
ss_offer_page ss_offer_page_find(ss_slice name);    /* SS_PAGE_COUNT for an unknown name */

typedef struct ss_budget {
    int64_t per_day, in_all; /* minor units, or SS_BUDGET_NONE */
} ss_budget;

typedef struct ss_campaign {
    ss_slice name; /* 1 to 64 bytes of a-z, 0-9, _ and - */
    bool enabled;
    ss_offer_page page;
    /* Hints for the page, passed on as they are. */
    bool mouse_out, back_button;
    int64_t idle_seconds; /* 0: not a trigger */
    int64_t priority;     /* of several that are eligible the highest is taken; ties by their order in the file */
    ss_schedule schedule;
    uint32_t segments,
        not_segments; /* bits 1u << ss_segment; a visitor needs one of the first (0: any) and none of the others */
    int64_t cart_min, cart_max;                  /* value of the cart, both included; 0 and INT64_MAX: open */
    const ss_slice *categories, *not_categories; /* of the products offered; by their bytes, each once */
    size_t category_count, not_category_count;
    const ss_slice *liked_categories; /* a visitor must buy most of one of these; none: anybody. In the same order */
    size_t liked_category_count;
    uint64_t incentives; /* bits of the policy's incentives that it may give; giving none is always considered */
    bool price_cut;      /* it calls a lower price a cut: never above the lowest of the last 30 days */
    ss_slice message_key;
    ss_slice variants[SS_VARIANTS_MAX]; /* assigned by visitor, evenly */
    size_t variant_count;
    int64_t lifetime; /* of an offer, microseconds */
    int64_t holdout;  /* share of visitors who are never shown it, basis points */
    int64_t limit;    /* most products of a decision, 1 .. SS_OFFERS_MAX (state/offer_record.h) */
    ss_budget budget;
} ss_campaign;

typedef struct ss_guards {
    int64_t tax;                         /* contained in prices, as a share of the net price; costs are net */
    int64_t margin_min, cart_margin_min; /* (net price - cost - what is given) / net price, basis points */
    int64_t discount_max;                /* all that is given, as a share of the list price, basis points */
    ss_budget budget;                    /* over all campaigns */
    int64_t uses_max, uses_period;       /* redemptions of a customer within so many microseconds; 0: any number */
    int64_t shows_max;                   /* decisions that showed something, in a session; 0: any number */
    int64_t cool_dismissed, cool_bought; /* microseconds of quiet after a dismissal, a purchase */
    bool discount_reduced;               /* may items be discounted whose price is reduced already? */
    bool stacking;                       /* may one order take several codes? */
} ss_guards;

typedef struct ss_learning {
    uint64_t seed;
    int64_t window;  /* microseconds after a decision in which what the visitor buys is its outcome */
    bool explore;    /* Thompson sampling; else the highest mean */
    double strength; /* of what a cell takes over from those above it, in visitors */
} ss_learning;

typedef struct ss_policy {
    atomic_int references;  /* ss_policy_retain, ss_policy_release */
    ss_arena *arena;        /* owned: all texts */
    ss_campaign *campaigns; /* in the order of the file */
    size_t campaign_count;
    ss_incentive *incentives; /* [0] is "none"; bit i of `incentives` is incentives[i] */
    size_t incentive_count;
    ss_guards guards;
    ss_learning learning;
    ss_zone *zone;     /* owned: the shop's time zone; days begin at its midnight */
    uint64_t digest;   /* another one when it says something else */
    ss_settings given; /* owned: what the file says, for people; with a prefix: of a campaign or an incentive, where a
                          table's default need not be what it stands instead of */
} ss_policy;

/*
 * Reads the map `offers` (NULL: there is none: the default). Every field is checked; mistakes go to the list, and with
 * any, *policy is NULL (and the status SS_OK: the list says it). SS_E_NOMEM. Caller owns a reference.
 */
ss_status ss_policy_read(const ss_yaml_node *offers, ss_mistakes *mistakes, ss_policy **policy, ss_error *error);
ss_policy *ss_policy_retain(ss_policy *policy);
void ss_policy_release(ss_policy **policy); /* accepts NULL */

/* Borrowed; NULL: no such. */
const ss_campaign *ss_policy_campaign(const ss_policy *policy, ss_slice name);
const ss_incentive *ss_policy_incentive(const ss_policy *policy, ss_slice name);

/* Does one of a campaign's lists of categories name it? */
bool ss_categories_name(const ss_slice *categories, size_t count, ss_slice category);

/* Warns of every gift and category that a generation does not have. */
void ss_policy_check_items(const ss_policy *policy, const ss_items *items, ss_mistakes *mistakes);

/* The map `offers` as it is by default, every key with a comment on its meaning and range. SS_E_NOMEM. */
ss_status ss_policy_write_defaults(ss_buffer *out);

#endif

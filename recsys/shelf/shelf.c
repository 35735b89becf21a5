#include "shelf/shelf.h"

#include <stddef.h>

static const char *const source_names[SS_SOURCE_COUNT] = {
    [SS_SOURCE_BOUGHT_TOGETHER] = "bought_together",
    [SS_SOURCE_RELATED] = "related",
    [SS_SOURCE_BOUGHT_NEXT] = "bought_next",
    [SS_SOURCE_ALS] = "als",
    [SS_SOURCE_HISTORY] = "history",
    [SS_SOURCE_POPULAR] = "popular",
    [SS_SOURCE_POPULAR_IN_CATEGORY] = "popular_in_category",
    [SS_SOURCE_TRENDING] = "trending",
    [SS_SOURCE_SESSION_KNN] = "session_knn",
    [SS_SOURCE_ALTERNATIVES] = "alternatives",
    [SS_SOURCE_REPURCHASE] = "repurchase",
    [SS_SOURCE_NEW] = "new",
    [SS_SOURCE_PINNED] = "pinned",
};

const char *ss_source_name(ss_source source)
{
    return (unsigned)source < SS_SOURCE_COUNT ? source_names[source] : NULL;
}

static const ss_slice shelf_names[SS_SHELF_COUNT] = {
    [SS_SHELF_RELATED] = SS_SLICE_LITERAL("related"),
    [SS_SHELF_BOUGHT_TOGETHER] = SS_SLICE_LITERAL("bought_together"),
    [SS_SHELF_BOUGHT_NEXT] = SS_SLICE_LITERAL("bought_next"),
    [SS_SHELF_FOR_YOU] = SS_SLICE_LITERAL("for_you"),
    [SS_SHELF_CART] = SS_SLICE_LITERAL("cart"),
    [SS_SHELF_POPULAR] = SS_SLICE_LITERAL("popular"),
    [SS_SHELF_TRENDING] = SS_SLICE_LITERAL("trending"),
    [SS_SHELF_ALTERNATIVES] = SS_SLICE_LITERAL("alternatives"),
    [SS_SHELF_BUY_AGAIN] = SS_SLICE_LITERAL("buy_again"),
    [SS_SHELF_NEW_ARRIVALS] = SS_SLICE_LITERAL("new_arrivals"),
};

const char *ss_shelf_name(ss_shelf_kind kind)
{
    return (unsigned)kind < SS_SHELF_COUNT ? shelf_names[kind].data : NULL;
}

ss_shelf_kind ss_shelf_find(ss_slice name)
{
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        if (ss_slice_equal(name, shelf_names[kind]))
            return (ss_shelf_kind)kind;
    return SS_SHELF_COUNT;
}

#define WEIGHT(SOURCE) offsetof(ss_shelf, weights) + (SOURCE) * sizeof(double)

const ss_option ss_shelf_option_table[] = {
    {"weight.bought-together", SS_OPTION_REAL, WEIGHT(SS_SOURCE_BOUGHT_TOGETHER), 0, 100, "0", NULL, NULL,
     "Weight of pairs inside one order."},
    {"weight.related", SS_OPTION_REAL, WEIGHT(SS_SOURCE_RELATED), 0, 100, "0", NULL, NULL,
     "Weight of pairs across a customer's history."},
    {"weight.bought-next", SS_OPTION_REAL, WEIGHT(SS_SOURCE_BOUGHT_NEXT), 0, 100, "0", NULL, NULL,
     "Weight of ordered pairs."},
    {"weight.als", SS_OPTION_REAL, WEIGHT(SS_SOURCE_ALS), 0, 100, "0", NULL, NULL, "Weight of the factorization."},
    {"weight.history", SS_OPTION_REAL, WEIGHT(SS_SOURCE_HISTORY), 0, 100, "0", NULL, NULL,
     "Weight of the customer's own purchases (where they may be shown again)."},
    {"weight.popular", SS_OPTION_REAL, WEIGHT(SS_SOURCE_POPULAR), 0, 100, "0", NULL, NULL, "Weight of popularity."},
    {"weight.popular-in-category", SS_OPTION_REAL, WEIGHT(SS_SOURCE_POPULAR_IN_CATEGORY), 0, 100, "0", NULL, NULL,
     "Weight of popularity within the category of the context's first item."},
    {"weight.trending", SS_OPTION_REAL, WEIGHT(SS_SOURCE_TRENDING), 0, 100, "0", NULL, NULL, "Weight of the trend."},
    {"weight.session-knn", SS_OPTION_REAL, WEIGHT(SS_SOURCE_SESSION_KNN), 0, 100, "0", NULL, NULL,
     "Weight of similar sessions (where the log has sessions of views)."},
    {"weight.alternatives", SS_OPTION_REAL, WEIGHT(SS_SOURCE_ALTERNATIVES), 0, 100, "0", NULL, NULL,
     "Weight of what may be wanted instead (where items have names, or the log has sessions of views)."},
    {"weight.repurchase", SS_OPTION_REAL, WEIGHT(SS_SOURCE_REPURCHASE), 0, 100, "0", NULL, NULL,
     "Weight of the customer's own purchases by how likely they are to be repeated now."},
    {"weight.new", SS_OPTION_REAL, WEIGHT(SS_SOURCE_NEW), 0, 100, "0", NULL, NULL, "Weight of what arrived last."},
    {"history-half-life", SS_OPTION_REAL, offsetof(ss_shelf, history_half_life_days), 0, 10000, "0", NULL, "DAYS",
     "Half-life of an item's weight in the customer's history; 0: all count the same."},
    {"position-decay", SS_OPTION_REAL, offsetof(ss_shelf, position_decay), 0, 1, "1", NULL, NULL,
     "Weight of each item of the session or cart relative to the one after it."},
    {"repeat-exponent", SS_OPTION_REAL, offsetof(ss_shelf, repeat_exponent), 0, 2, "0", NULL, NULL,
     "An item of the history that was bought n times weighs n to this power."},
    {"freshness-exponent", SS_OPTION_REAL, offsetof(ss_shelf, freshness_exponent), 0, 2, "0", NULL, NULL,
     "The factorization's scores are multiplied by the recent share of the item's purchases to this power."},
    {"popularity-exponent", SS_OPTION_REAL, offsetof(ss_shelf, popularity_exponent), 0, 2, "0", NULL, NULL,
     "A purchase's chance of being repeated is multiplied by the item's popularity to this power."},
    {"repurchase-days", SS_OPTION_REAL, offsetof(ss_shelf, repurchase_days), 0.1, 3650, "30", NULL, "DAYS",
     "How likely purchases are to be repeated: within so many days."},
    {"candidates", SS_OPTION_INT, offsetof(ss_shelf, candidates), 10, 5000, "200", NULL, NULL,
     "Candidates taken from the factorization and from popularity for a blend."},
    {"min-customers", SS_OPTION_INT, offsetof(ss_shelf, min_customers), 1, 1000000, "1", NULL, NULL,
     "Evidence threshold: distinct customers behind a pair."},
    {"evidence-customers", SS_OPTION_INT, offsetof(ss_shelf, evidence_customers), 1, 1000000, "2", NULL, NULL,
     "Numbers of evidence are shown from so many distinct customers (or similar sessions) on."},
    {"min-items", SS_OPTION_INT, offsetof(ss_shelf, min_items), 0, SS_LIMIT_MAX, "0", NULL, NULL,
     "With fewer products than this the shelf hides itself."},
    {"max-shown", SS_OPTION_INT, offsetof(ss_shelf, max_shown), 0, 254, "6", NULL, NULL,
     "What was shown more often than this in a session without a click is held back in it; 0: nothing is."},
    {"new-days", SS_OPTION_INT, offsetof(ss_shelf, new_days), 1, 3650, "60", NULL, "DAYS",
     "How long an item is new, from the day it is available from or was first named."},
    {"exclude-bought", SS_OPTION_FLAG, offsetof(ss_shelf, exclude_bought), 0, 0, "false", NULL, NULL,
     "Leave out what the customer already bought."},
    {"show-due", SS_OPTION_FLAG, offsetof(ss_shelf, show_due), 0, 0, "true", NULL, NULL,
     "Consumables are no part of that once they are due again."},
    {"suppress-durables", SS_OPTION_FLAG, offsetof(ss_shelf, suppress_durables), 0, 0, "true", NULL, NULL,
     "Hold durables back that the customer has lately bought."},
    {"only-bought", SS_OPTION_FLAG, offsetof(ss_shelf, only_bought), 0, 0, "false", NULL, NULL,
     "Nothing but what the customer bought; the other sources only have a say in its order."},
    {"show-seen", SS_OPTION_FLAG, offsetof(ss_shelf, show_seen), 0, 0, "false", NULL, NULL,
     "What stands in `items` may be shown again: visitors go back to what they looked at."},
    {"max-items", SS_OPTION_INT, offsetof(ss_shelf, max_items), 0, SS_LIMIT_MAX, "0", NULL, NULL,
     "Most products of an answer; 0: as many as are asked for."},
    {"price-min", SS_OPTION_INT, offsetof(ss_shelf, price_min), 0, 9e15, "0", NULL, "MINOR",
     "Lowest price in minor units; 0: any. With a bound, what has no price is not shown."},
    {"price-max", SS_OPTION_INT, offsetof(ss_shelf, price_max), 0, 9e15, "0", NULL, "MINOR",
     "Highest price in minor units; 0: any."},
    {"price-ratio-min", SS_OPTION_REAL, offsetof(ss_shelf, price_ratio_min), 0, 1000, "0", NULL, NULL,
     "Lowest price as a multiple of that of the page's product, or else of the newest in the cart or looked at; 0: "
     "any."},
    {"price-ratio-max", SS_OPTION_REAL, offsetof(ss_shelf, price_ratio_max), 0, 1000, "0", NULL, NULL,
     "Highest price likewise: 2 is not dearer than twice; 0: any."},
    {"max-per-category", SS_OPTION_INT, offsetof(ss_shelf, max_per_category), 0, SS_LIMIT_MAX, "0", NULL, NULL,
     "Most products of one category in an answer; 0: any number."},
    {"diversity", SS_OPTION_REAL, offsetof(ss_shelf, diversity), 0, 1, "0", NULL, NULL,
     "How much likeness to the products before it counts against one, beside relevance; 0: not at all."},
    {0},
};

#define ANY_ITEM (SS_CONTEXT_ITEM | SS_CONTEXT_ITEMS | SS_CONTEXT_CART)

static const ss_shelf shelf_defaults[SS_SHELF_COUNT] = {
    [SS_SHELF_RELATED] = {.context = ANY_ITEM,
                          .weights = {[SS_SOURCE_RELATED] = 1},
                          .fallbacks = {SS_SOURCE_BOUGHT_TOGETHER, SS_SOURCE_BOUGHT_NEXT, SS_SOURCE_POPULAR_IN_CATEGORY,
                                        SS_SOURCE_POPULAR},
                          .fallback_count = 4},
    [SS_SHELF_BOUGHT_TOGETHER] = {.context = ANY_ITEM,
                                  .weights = {[SS_SOURCE_BOUGHT_TOGETHER] = 1},
                                  .fallbacks = {SS_SOURCE_RELATED, SS_SOURCE_POPULAR_IN_CATEGORY, SS_SOURCE_POPULAR},
                                  .fallback_count = 3},
    [SS_SHELF_BOUGHT_NEXT] = {.context = ANY_ITEM,
                              .weights = {[SS_SOURCE_BOUGHT_NEXT] = 1},
                              .fallbacks = {SS_SOURCE_RELATED, SS_SOURCE_BOUGHT_TOGETHER, SS_SOURCE_POPULAR_IN_CATEGORY,
                                            SS_SOURCE_POPULAR},
                              .fallback_count = 4},
    [SS_SHELF_FOR_YOU] = {.context = ANY_ITEM | SS_CONTEXT_HISTORY,
                          .weights = {[SS_SOURCE_RELATED] = 1, [SS_SOURCE_ALS] = 1},
                          .history_half_life_days = 120,
                          .freshness_exponent = 0.3,
                          .exclude_bought = true,
                          .fallbacks = {SS_SOURCE_TRENDING, SS_SOURCE_POPULAR},
                          .fallback_count = 2},
    [SS_SHELF_CART] = {.context = ANY_ITEM,
                       .weights = {[SS_SOURCE_BOUGHT_TOGETHER] = 1},
                       .fallbacks = {SS_SOURCE_RELATED, SS_SOURCE_POPULAR_IN_CATEGORY, SS_SOURCE_POPULAR},
                       .fallback_count = 3},
    [SS_SHELF_POPULAR] = {.weights = {[SS_SOURCE_POPULAR] = 1}},
    [SS_SHELF_TRENDING] = {.weights = {[SS_SOURCE_TRENDING] = 1},
                           .fallbacks = {SS_SOURCE_POPULAR},
                           .fallback_count = 1},
    /* What only sells well instead is no alternative: rather fewer, then what the category has. */
    [SS_SHELF_ALTERNATIVES] = {.context = SS_CONTEXT_ITEM,
                               .weights = {[SS_SOURCE_ALTERNATIVES] = 1},
                               .fallbacks = {SS_SOURCE_POPULAR_IN_CATEGORY},
                               .fallback_count = 1},
    [SS_SHELF_BUY_AGAIN] = {.context = SS_CONTEXT_HISTORY,
                            .weights = {[SS_SOURCE_REPURCHASE] = 1},
                            .repeat_exponent = 0.5,
                            .popularity_exponent = 0.3,
                            .only_bought = true,
                            .fallbacks = {SS_SOURCE_HISTORY},
                            .fallback_count = 1},
    [SS_SHELF_NEW_ARRIVALS] = {.weights = {[SS_SOURCE_NEW] = 1}},
};

ss_shelf ss_shelf_default(ss_shelf_kind kind)
{
    ss_shelf shelf = shelf_defaults[kind];
    shelf.position_decay = 1;
    shelf.candidates = 200;
    shelf.repurchase_days = 30;
    shelf.show_due = true;
    shelf.suppress_durables = true;
    shelf.min_customers = 1;
    shelf.evidence_customers = 2;
    shelf.max_shown = 6;
    shelf.new_days = 60;
    return shelf;
}

void ss_shelves_default(ss_shelf shelves[SS_SHELF_COUNT])
{
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        shelves[kind] = ss_shelf_default((ss_shelf_kind)kind);
}

void ss_shelf_option_groups(ss_shelf shelves[SS_SHELF_COUNT], ss_option_group groups[SS_SHELF_COUNT])
{
    static const char *const prefixes[SS_SHELF_COUNT] = {
        [SS_SHELF_RELATED] = SS_SHELF_PREFIX "related",
        [SS_SHELF_BOUGHT_TOGETHER] = SS_SHELF_PREFIX "bought_together",
        [SS_SHELF_BOUGHT_NEXT] = SS_SHELF_PREFIX "bought_next",
        [SS_SHELF_FOR_YOU] = SS_SHELF_PREFIX "for_you",
        [SS_SHELF_CART] = SS_SHELF_PREFIX "cart",
        [SS_SHELF_POPULAR] = SS_SHELF_PREFIX "popular",
        [SS_SHELF_TRENDING] = SS_SHELF_PREFIX "trending",
        [SS_SHELF_ALTERNATIVES] = SS_SHELF_PREFIX "alternatives",
        [SS_SHELF_BUY_AGAIN] = SS_SHELF_PREFIX "buy_again",
        [SS_SHELF_NEW_ARRIVALS] = SS_SHELF_PREFIX "new_arrivals",
    };
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        groups[kind] = (ss_option_group){NULL, prefixes[kind], ss_shelf_option_table, &shelves[kind]};
}

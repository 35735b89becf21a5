#include "shelf/request.h"

#include <stddef.h>

ss_request ss_request_empty(void)
{
    return (ss_request){.limit = SS_LIMIT_DEFAULT,
                        .now = INT64_MIN,
                        .filter = {.price_min = INT64_MIN, .price_max = INT64_MAX, .bought = SS_BOUGHT_BY_SHELF}};
}

static const char *const short_names[SS_SHORT_COUNT] = {
    [SS_SHORT_NOT] = "not_short",          [SS_SHORT_NO_EVIDENCE] = "no_evidence",
    [SS_SHORT_FILTERED] = "filtered",      [SS_SHORT_CATALOGUE] = "catalogue_exhausted",
    [SS_SHORT_HIDDEN] = "below_min_items",
};

const char *ss_short_name(ss_short code)
{
    return (unsigned)code < SS_SHORT_COUNT ? short_names[code] : NULL;
}

static const char *const rule_names[SS_REMOVED_COUNT] = {
    [SS_REMOVED_HIDDEN] = "hidden",      [SS_REMOVED_CATALOGUE] = "not_in_catalogue",
    [SS_REMOVED_STOCK] = "no_stock",     [SS_REMOVED_DATES] = "not_available",
    [SS_REMOVED_CONTEXT] = "in_context", [SS_REMOVED_EXCLUDED] = "excluded",
    [SS_REMOVED_BOUGHT] = "bought",      [SS_REMOVED_VARIANT] = "variant",
    [SS_REMOVED_CATEGORY] = "category",  [SS_REMOVED_PRICE] = "price",
    [SS_REMOVED_EVIDENCE] = "evidence",  [SS_REMOVED_DISMISSED] = "dismissed",
    [SS_REMOVED_SHOWN] = "shown",        [SS_REMOVED_DENIED] = "denied",
    [SS_REMOVED_CAPPED] = "capped",      [SS_REMOVED_SETTLED] = "recently_bought",
    [SS_REMOVED_ACCESS] = "access",
};

const char *ss_rule_kind_name(ss_rule_kind rule)
{
    return (unsigned)rule < SS_REMOVED_COUNT ? rule_names[rule] : NULL;
}

#include "models/popularity.h"

/* clang-format off */
static const ss_tensor_rule tensor_rules[] = {
    {"scores", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {"order", SS_U32, 1, {"listed"}, SS_RULE_INDEX, "items", true},
    {"freshness", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {"trending_scores", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {"trending_order", SS_U32, 1, {"trending"}, SS_RULE_INDEX, "items", true},
    {"category.offsets", SS_U64, 1, {"categories+1"}, SS_RULE_OFFSETS, "category.items", true},
    {"category.items", SS_U32, 1, {"category.entries"}, SS_RULE_INDEX, "items", true},
    {.name = NULL},
};
/* clang-format on */

const ss_schema ss_popularity_schema = {"popularity", 1, tensor_rules, NULL};

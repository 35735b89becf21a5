/*
 * popularity.h: what sells: what the file popularity.safetensors holds.
 *
 * Tensors over all items of the generation (catalogue-only items have score 0 and are not listed):
 *   scores            F32 [items]         decayed purchases as a share of all, sum 1
 *   order             U32 [listed]        items by falling score (ties: lower number)
 *   freshness         F32 [items]         recent purchases as a share of the item's own, 0..1: is it still sold?
 *   trending_scores   F32 [items]         log ratio of the short window's rate to the long window's, shrunk towards 0
 *   trending_order    U32 [trending]      items by falling trending score, only those above 0
 *   category.offsets  U64 [categories+1]  lists of items by falling score within each category
 *   category.items    U32 [entries]
 */
#ifndef SS_MODELS_POPULARITY_H
#define SS_MODELS_POPULARITY_H

#include "store/model_file.h"

#define SS_POPULARITY_FILE "popularity.safetensors"
extern const ss_schema ss_popularity_schema;

#endif

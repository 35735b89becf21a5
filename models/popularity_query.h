/* popularity_query.h: reading popularity.safetensors. Read-only once open; safe from any thread; nothing allocates but
 * open. */
#ifndef SS_MODELS_POPULARITY_QUERY_H
#define SS_MODELS_POPULARITY_QUERY_H

#include "models/popularity.h"

typedef struct ss_popularity {
    ss_model_file *file; /* owned */
    uint32_t item_count, listed, trending, categories;
    const float *scores, *freshness, *trending_scores;
    const uint32_t *order, *trending_order, *category_items;
    const uint64_t *category_offsets;
    uint64_t category_entries;
} ss_popularity;

typedef struct ss_item_list { /* borrowed; best first */
    const uint32_t *items;
    size_t count;
} ss_item_list;

ss_status ss_popularity_open(const char *generation_path, ss_popularity *model, ss_error *error);
void ss_popularity_close(ss_popularity *model);
ss_item_list ss_popularity_category(const ss_popularity *model, uint32_t category); /* empty when out of range */

#endif

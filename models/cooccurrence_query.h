/* cooccurrence_query.h: reading cooccurrence.safetensors. Read-only once open; safe from any thread; nothing allocates
 * but open. */
#ifndef SS_MODELS_COOCCURRENCE_QUERY_H
#define SS_MODELS_COOCCURRENCE_QUERY_H

#include "models/cooccurrence.h"

typedef struct ss_neighbours { /* borrowed from the map; `count` entries each, best first */
    const uint32_t *items;
    const float *scores;
    const uint32_t *pairs;
    const uint32_t *customers;
    size_t count;
} ss_neighbours;

typedef struct ss_cooccurrence {
    ss_model_file *file; /* owned */
    uint32_t item_count;
    struct ss_relation_view {
        const uint64_t *offsets;
        const uint32_t *neighbours;
        const float *scores;
        const uint32_t *pairs;
        const uint32_t *customers;
        const uint32_t *degrees;
        uint64_t entries;
        double groups;
    } relations[SS_RELATION_COUNT];
} ss_cooccurrence;

ss_status ss_cooccurrence_open(const char *generation_path, ss_cooccurrence *model, ss_error *error);
void ss_cooccurrence_close(ss_cooccurrence *model);

/* The list of an item; empty for one out of range or broken offsets. */
ss_neighbours ss_cooccurrence_neighbours(const ss_cooccurrence *model, ss_relation relation, uint32_t item);

/* ss_pair_lift and ss_pair_llr (models/cooccurrence.h) with the model's degrees; 0 for an item out of range. */
static inline double ss_cooccurrence_lift(const ss_cooccurrence *model, ss_relation relation, uint32_t item,
                                          uint32_t neighbour, uint32_t pairs)
{
    if (item >= model->item_count || neighbour >= model->item_count || (unsigned)relation >= SS_RELATION_COUNT)
        return 0;
    const struct ss_relation_view *view = &model->relations[relation];
    return ss_pair_lift(view->groups, view->degrees[item], view->degrees[neighbour], pairs);
}
double ss_cooccurrence_llr(const ss_cooccurrence *model, ss_relation relation, uint32_t item, uint32_t neighbour,
                           uint32_t pairs);

#endif

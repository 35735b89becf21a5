/*
 * cooccurrence_rows_train.h: from a way of counting one item's pairs to the lists of all items: threads, scratch
 * memory, selection, evidence. What counts (unordered groups, ordered sequences) is a ss_pair_source.
 */
#ifndef SS_MODELS_COOCCURRENCE_ROWS_TRAIN_H
#define SS_MODELS_COOCCURRENCE_ROWS_TRAIN_H

#include "models/cooccurrence_select_train.h"

/* A token not yet in `last`. */
uint32_t ss_pair_scratch_token(ss_pair_scratch *scratch);

typedef struct ss_pair_source {
    const void *data;
    void (*fill)(const void *data, uint32_t item, ss_pair_scratch *scratch); /* called from many threads */
    const char *phase;                                                       /* of the progress */
    uint32_t item_count;
    const uint8_t *only;     /* items whose lists are wanted; NULL: all */
    const uint32_t *degrees; /* groups that hold the item */
    uint64_t group_count;
    double pairs_per_group; /* about how many counts one group of an item costs */
    bool groups_are_customers;
    bool tokens;       /* wants `last` */
    size_t extra_size; /* wants `extra` */
} ss_pair_source;

/* SS_E_ARGUMENT for a list_length or a number of threads out of range. */
ss_status ss_pair_check_arguments(const ss_relation_options *options, int threads, ss_error *error);

/* Sets offsets, neighbours, scores, pairs and customers of `out`; the rest of it is 0. SS_E_NOMEM, SS_E_CANCELLED. */
ss_status ss_pair_rows(const ss_pair_source *source, const float *recency, const ss_relation_options *options,
                       int threads, ss_progress_sink *progress, ss_pair_lists *out, ss_error *error);

#endif

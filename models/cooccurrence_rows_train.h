/*
 * cooccurrence_rows_train.h: from a way of counting one item's pairs to the lists of all items: threads, scratch
 * memory, selection, evidence. What counts (unordered groups, ordered sequences) is a ss_pair_source.
 */
#ifndef SS_MODELS_COOCCURRENCE_ROWS_TRAIN_H
#define SS_MODELS_COOCCURRENCE_ROWS_TRAIN_H

#include "models/cooccurrence_score_train.h"

/* One thread's accumulators: arrays of a number per item, all zero between rows. */
typedef struct ss_pair_scratch {
    uint32_t *pairs;     /* groups that hold the row's item and this one */
    float *sums;         /* their summed weights; NULL when the score needs none */
    uint32_t *customers; /* distinct customers among them; the same array as `pairs` where each group is a customer */
    uint32_t *last;      /* token of the last group (or customer) that counted here; NULL when not asked for */
    uint32_t token;      /* the last token handed out */
    uint32_t *touched;   /* sparse rows: the items whose `pairs` became 1, room for item_count + 1 */
    size_t touched_count;
    bool sparse; /* this row keeps `touched`; else all items are looked at */
    void *extra; /* of the source, `extra_size` bytes per item */
    size_t item_count;
} ss_pair_scratch;

/* A token not yet in `last`. */
uint32_t ss_pair_scratch_token(ss_pair_scratch *scratch);

typedef struct ss_pair_source {
    const void *data;
    void (*fill)(const void *data, uint32_t item, ss_pair_scratch *scratch); /* called from many threads */
    const char *phase;                                                       /* of the progress */
    uint32_t item_count;
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

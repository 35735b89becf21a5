/*
 * alternatives_rows_train.h: each item's list, from the index of names and the counted pairs of views and of orders. One
 * dense accumulator a thread, then selection; a row is made by one thread, so that their number does not show.
 */
#ifndef SS_MODELS_ALTERNATIVES_ROWS_TRAIN_H
#define SS_MODELS_ALTERNATIVES_ROWS_TRAIN_H

#include "models/alternatives_train.h"
#include "models/cooccurrence_train.h"
#include "models/name_index_train.h"

typedef struct ss_alternatives_input { /* borrowed */
    const ss_items_content *items;
    const ss_name_table *names;
    const ss_pair_lists *views;  /* of sessions: `pairs` and `customers` count; items of the log alone */
    const uint32_t *products;    /* per item: the first variant of its product */
    const ss_pair_lists *orders; /* of products, by their first variants: `scores` are the sums of 1 / |h| */
} ss_alternatives_input;

typedef struct ss_alternatives_lists { /* owned arrays, as in the file */
    uint64_t *offsets;
    uint32_t *items, *sessions, *customers, *orders;
    float *scores, *similarity;
} ss_alternatives_lists;
void ss_alternatives_lists_free(ss_alternatives_lists *lists); /* releases what it owns and zeroes it */

/* Writes alternatives.safetensors into the folder: lists and names of one number of items. SS_E_NOMEM, SS_E_IO. */
ss_status ss_alternatives_write(const ss_alternatives_lists *lists, const ss_name_index *names,
                                const ss_alternatives_weights *weights, const char *generation_path, ss_error *error);

/* `out` is set only on success. SS_E_NOMEM, SS_E_CANCELLED. */
ss_status ss_alternatives_rows(const ss_alternatives_input *input, const ss_alternatives_options *options, int threads,
                               ss_progress_sink *progress, ss_alternatives_lists *out, ss_error *error);

#endif

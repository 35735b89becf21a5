/*
 * cooccurrence_sequences_train.h: pairs that depend on when: within a window, or in order. Each customer (or session)
 * is a sequence of entries by time; an item's partners in it are found by walking from each of its entries.
 */
#ifndef SS_MODELS_COOCCURRENCE_SEQUENCES_TRAIN_H
#define SS_MODELS_COOCCURRENCE_SEQUENCES_TRAIN_H

#include "models/cooccurrence_train.h"

/*
 * `ordered`: j after i (bought_next); else either way (related). Customers are the groups where the log has any, else
 * baskets. recency, only, out and errors as for ss_pairs_recount; SS_E_LIMIT above 2^32 - 2 rows.
 */
ss_status ss_sequence_pairs_count(const ss_interactions *interactions, bool ordered, const float *recency,
                                  const uint8_t *only, const ss_relation_options *options, int threads,
                                  ss_progress_sink *progress, ss_pair_lists *out, ss_error *error);

#endif

/*
 * session_knn_train.h: sessions of a click log, indexed by item.
 *
 * A session is the rows of one basket (interactions.h: an order, or without order ids a session) that are views, each
 * item once. Left out: sessions of one item, which say nothing about another, and those of more than `most_items`,
 * which are robots more often than visitors. A log without such rows gives no model: its orders are what co-occurrence
 * and the factorization learn from.
 */
#ifndef SS_MODELS_SESSION_KNN_TRAIN_H
#define SS_MODELS_SESSION_KNN_TRAIN_H

#include "base/options.h"
#include "log/interactions.h"
#include "models/session_knn.h"

typedef struct ss_session_knn_options {
    int64_t sampled;    /* m: 1..SS_SESSION_KNN_SAMPLED_MAX */
    int64_t neighbours; /* k: the same range */
    int64_t most_items; /* 2 at least */
    int64_t decay;      /* ss_session_weighting */
    int64_t match;      /* ss_session_weighting */
    double rarity;      /* exponent of ln(sessions / degree), 0: all items weigh the same */
} ss_session_knn_options;
extern const ss_option ss_session_knn_option_table[];

/* Does the log have views within sessions? */
bool ss_session_knn_learns(const ss_interactions *interactions);

/* Writes session_knn.safetensors into the folder; the same bytes for the same log. SS_E_RANGE, SS_E_NOMEM, SS_E_IO. */
ss_status ss_session_knn_train(const ss_interactions *interactions, const ss_session_knn_options *options,
                               const char *generation_path, ss_error *error);

#endif

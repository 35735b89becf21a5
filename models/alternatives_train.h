/*
 * alternatives_train.h: from names, prices, categories, sessions of views and orders to lists of substitutes; the
 * formulas stand in alternatives.h.
 */
#ifndef SS_MODELS_ALTERNATIVES_TRAIN_H
#define SS_MODELS_ALTERNATIVES_TRAIN_H

#include "base/options.h"
#include "base/progress.h"
#include "log/interactions.h"
#include "models/alternatives.h"
#include "store/items.h"

#define SS_ALTERNATIVES_LIST_MAX 500

typedef struct ss_alternatives_options {
    ss_alternatives_weights weights;
    double kind;           /* 0 .. 0.99 */
    int64_t max_df;        /* grams of more names are too common to be read */
    int64_t min_customers; /* co-views by fewer distinct customers do not count */
    int64_t max_session;   /* sessions of more items are left out: robots */
    int64_t list_length;   /* 1 .. SS_ALTERNATIVES_LIST_MAX */
} ss_alternatives_options;

/* The rows of --help for the above. Target: ss_alternatives_options. */
extern const ss_option ss_alternatives_option_table[];

/* Is there anything to learn from: an item with a name, or a view in a session? */
bool ss_alternatives_learns(const ss_interactions *interactions, const ss_items_content *items);

/*
 * Writes alternatives.safetensors into the folder. `items`: all of the generation, the first of them those of the log.
 * threads >= 1; the bytes do not depend on it. Progress: phase "alternatives", unit "items". SS_E_RANGE names the option,
 * SS_E_NOMEM, SS_E_LIMIT, SS_E_IO, SS_E_CANCELLED.
 */
ss_status ss_alternatives_train(const ss_interactions *interactions, const ss_items_content *items,
                                const ss_alternatives_options *options, int threads, ss_progress_sink *progress,
                                const char *generation_path, ss_error *error);

#endif

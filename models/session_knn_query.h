/*
 * session_knn_query.h: reading session_knn.safetensors: what the most similar past sessions went on to look at.
 * Read-only once open; safe from any thread, each with a scratch of its own; nothing allocates but open and
 * scratch_new.
 */
#ifndef SS_MODELS_SESSION_KNN_QUERY_H
#define SS_MODELS_SESSION_KNN_QUERY_H

#include "base/topk.h"
#include "models/session_knn.h"

typedef struct ss_session_knn {
    ss_model_file *file; /* owned */
    uint32_t item_count, session_count;
    const uint64_t *list_offsets, *member_offsets;
    const uint32_t *lists, *members, *degrees;
    const float *weights;
    const int64_t *times;
    uint64_t entry_count, member_count;
    uint32_t sampled, neighbours; /* m and k */
    ss_session_weighting decay, match;
} ss_session_knn;

/* SS_E_NOT_FOUND, SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM. */
ss_status ss_session_knn_open(const char *generation_path, ss_session_knn *model, ss_error *error);
void ss_session_knn_close(ss_session_knn *model);

/* Working memory of one thread. NULL when out of memory. */
typedef struct ss_session_knn_scratch ss_session_knn_scratch;
ss_session_knn_scratch *ss_session_knn_scratch_new(const ss_session_knn *model);
void ss_session_knn_scratch_free(ss_session_knn_scratch **scratch);

/*
 * Scores items for a session under way. `items`: what it looked at, newest first; of repeats the newest counts, unknown
 * numbers take up a position, and only the newest SS_SESSION_KNN_ITEMS_MAX distinct ones are read.
 *
 * The m most recent sessions that share an item are sampled; a session's similarity is the sum of ss_session_decay over
 * the items it shares; the k most similar are kept (ties: the more recent). An item's score is its weight times the
 * sum, over the kept sessions that hold it, of similarity times ss_session_match of the newest item shared. Items
 * already looked at are scored like any other.
 *
 * Returns how many items have a score above 0 and points *found at them, in no particular order but the same each time:
 * rank with ss_scored_before. Borrowed from the scratch until its next use.
 */
size_t ss_session_knn_score(const ss_session_knn *model, const uint32_t *items, size_t count,
                            ss_session_knn_scratch *scratch, const ss_scored **found);

/* How many of the kept sessions hold an item of the model; 0 for one that the last score did not find. */
uint32_t ss_session_knn_support(const ss_session_knn_scratch *scratch, uint32_t item);

#endif

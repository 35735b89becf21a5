/*
 * session_knn.h: past sessions as neighbours of the one under way: what the file session_knn.safetensors holds.
 *
 * VMIS-kNN (Kersbergen, Sprangers, Schelter: Serenade, SIGMOD 2022). A session is a set of items with the time of its
 * last one; sessions are numbered by rising time, so that a higher number is a more recent session.
 *
 * Tensors over the items of the log and the sessions kept:
 *   items.offsets     U64 [known+1]     CSR: item i owns items.sessions[items.offsets[i] .. items.offsets[i+1])
 *   items.sessions    U32 [entries]     session numbers, falling (most recent first), at most `sampled` an item
 *   items.degrees     U32 [known]       sessions that hold the item, those beyond the list too
 *   items.weights     F32 [known]       >= 0: ln(sessions / degree) ^ rarity; 0 for an item in no session
 *   sessions.offsets  U64 [sessions+1]  CSR
 *   sessions.items    U32 [members]     item numbers, rising within a session; two at least
 *   sessions.times    I64 [sessions]    of the session's last row: microseconds UTC, or its position in a log without
 *                                       times; never falling
 * Metadata: sampled (m), neighbours (k), decay and match (ss_session_weighting by name).
 */
#ifndef SS_MODELS_SESSION_KNN_H
#define SS_MODELS_SESSION_KNN_H

#include "store/model_file.h"

#define SS_SESSION_KNN_FILE        "session_knn.safetensors"
#define SS_SESSION_KNN_SAMPLED_MAX 20000u /* largest m */
#define SS_SESSION_KNN_ITEMS_MAX   64u    /* items of the session under way that count: its newest */
extern const ss_schema ss_session_knn_schema;

/* How a position counts. Values are stored by name. */
typedef enum ss_session_weighting {
    SS_SESSION_LINEAR,
    SS_SESSION_QUADRATIC,
    SS_SESSION_LOG,
    SS_SESSION_HARMONIC,
    SS_SESSION_WEIGHTING_COUNT
} ss_session_weighting;
const char *ss_session_weighting_name(ss_session_weighting weighting); /* "linear", …; NULL outside */

/*
 * What the item at `position` (1: the newest) of a session of `length` distinct items adds to the similarity of a past
 * session that holds it, above 0 and at most 1. Linear: (length - position + 1) / length, the paper's; quadratic: the
 * square of that; log: 1 / ln(position + e - 1); harmonic: 1 / position. Pure.
 */
double ss_session_decay(ss_session_weighting weighting, size_t position, size_t length);

/*
 * What a neighbour's items weigh when the newest item that it shares stands at `position` (1: the newest), at least 0.
 * Linear: 1 - position / 10, 0 from the tenth on, the paper's; quadratic: 1 / position^2; log: 1 / ln(position + e -
 * 1); harmonic: 1 / position. Pure.
 */
double ss_session_match(ss_session_weighting weighting, size_t position);

#endif

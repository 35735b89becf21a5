#include "models/session_knn.h"

#include "base/memory.h"
#include <math.h>
#include <stdlib.h>

/* clang-format off */
static const ss_tensor_rule tensor_rules[] = {
    {"items.offsets", SS_U64, 1, {"known+1"}, SS_RULE_OFFSETS, "items.sessions", true},
    {"items.sessions", SS_U32, 1, {"entries"}, SS_RULE_INDEX, "sessions", true},
    {"items.degrees", SS_U32, 1, {"known"}, SS_RULE_ANY, NULL, true},
    {"items.weights", SS_F32, 1, {"known"}, SS_RULE_FINITE, NULL, true},
    {"sessions.offsets", SS_U64, 1, {"sessions+1"}, SS_RULE_OFFSETS, "sessions.items", true},
    {"sessions.items", SS_U32, 1, {"members"}, SS_RULE_INDEX, "known", true},
    {"sessions.times", SS_I64, 1, {"sessions"}, SS_RULE_ANY, NULL, true},
    {.name = NULL},
};
/* clang-format on */

/* ---- weights of positions ---- */

static const char *const weighting_names[SS_SESSION_WEIGHTING_COUNT] = {"linear", "quadratic", "log", "harmonic"};

const char *ss_session_weighting_name(ss_session_weighting weighting)
{
    return (unsigned)weighting < SS_SESSION_WEIGHTING_COUNT ? weighting_names[weighting] : NULL;
}

double ss_session_decay(ss_session_weighting weighting, size_t position, size_t length)
{
    double share = (double)(length - position + 1) / (double)length;
    switch (weighting) {
    case SS_SESSION_QUADRATIC:
        return share * share;
    case SS_SESSION_LOG:
        return 1 / log((double)position + M_E - 1);
    case SS_SESSION_HARMONIC:
        return 1 / (double)position;
    default:
        return share;
    }
}

double ss_session_match(ss_session_weighting weighting, size_t position)
{
    double at = (double)position;
    switch (weighting) {
    case SS_SESSION_QUADRATIC:
        return 1 / (at * at);
    case SS_SESSION_LOG:
        return 1 / log(at + M_E - 1);
    case SS_SESSION_HARMONIC:
        return 1 / at;
    default:
        return position < 10 ? 1 - at / 10 : 0;
    }
}

/* ---- the file's own rules ---- */

typedef struct parts {
    const ss_tensor *lists, *degrees, *weights, *members, *times;
    const uint64_t *list_offsets, *member_offsets;
    uint64_t items, sessions;
} parts;

static parts parts_of(const ss_tensor *tensors, size_t count)
{
    const ss_tensor *degrees = ss_tensor_find(tensors, count, "items.degrees"),
                    *times = ss_tensor_find(tensors, count, "sessions.times");
    return (parts){.lists = ss_tensor_find(tensors, count, "items.sessions"),
                   .degrees = degrees,
                   .weights = ss_tensor_find(tensors, count, "items.weights"),
                   .members = ss_tensor_find(tensors, count, "sessions.items"),
                   .times = times,
                   .list_offsets = ss_tensor_find(tensors, count, "items.offsets")->data,
                   .member_offsets = ss_tensor_find(tensors, count, "sessions.offsets")->data,
                   .items = degrees->count,
                   .sessions = times->count};
}

/* Rising within each session, two at least; `found` counts the sessions of each item. */
static ss_status check_sessions(const parts *of, uint32_t *found, ss_error *error)
{
    const uint32_t *members = of->members->data;
    const int64_t *times = of->times->data;
    for (uint64_t s = 0; s < of->sessions; s++) {
        uint64_t from = of->member_offsets[s], to = of->member_offsets[s + 1];
        if (to - from < 2)
            return ss_tensor_corrupt(of->members, from, "a session of fewer than two items", error);
        if (s > 0 && times[s] < times[s - 1])
            return ss_tensor_corrupt(of->times, s, "before the session before it", error);
        for (uint64_t e = from; e < to; e++) {
            if (e > from && members[e] <= members[e - 1])
                return ss_tensor_corrupt(of->members, e, "items of a session do not rise", error);
            found[members[e]]++;
        }
    }
    return SS_OK;
}

static bool holds(const parts *of, uint32_t session, uint32_t item)
{
    const uint32_t *members = of->members->data;
    uint64_t low = of->member_offsets[session], high = of->member_offsets[session + 1], end = high;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (members[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && members[low] == item;
}

/* Falling, of sessions that hold the item, and as many as its degree says, up to the largest sample. */
static ss_status check_list(const parts *of, uint32_t item, uint32_t found, ss_error *error)
{
    const uint32_t *lists = of->lists->data, *degrees = of->degrees->data;
    const float *weights = of->weights->data;
    uint64_t from = of->list_offsets[item], to = of->list_offsets[item + 1];
    if (degrees[item] != found)
        return ss_tensor_corrupt(of->degrees, item, "not the number of sessions that hold the item", error);
    if (!(weights[item] >= 0))
        return ss_tensor_corrupt(of->weights, item, "below zero", error);
    if (to - from > found || to - from > SS_SESSION_KNN_SAMPLED_MAX || (to == from && found > 0))
        return ss_tensor_corrupt(of->lists, from, "a list that is no sample of the item's sessions", error);
    for (uint64_t e = from; e < to; e++) {
        if (e > from && lists[e] >= lists[e - 1])
            return ss_tensor_corrupt(of->lists, e, "sessions of an item do not fall", error);
        if (!holds(of, lists[e], item))
            return ss_tensor_corrupt(of->lists, e, "a session that does not hold the item", error);
    }
    return SS_OK;
}

static ss_status check(const ss_tensor *tensors, size_t count, ss_error *error)
{
    parts of = parts_of(tensors, count);
    if (of.items > UINT32_MAX - 1 || of.sessions > UINT32_MAX - 1)
        return ss_tensor_corrupt(of.degrees, 0, "too many items or sessions", error);
    uint32_t *found = ss_array_zeroed((size_t)of.items, sizeof *found);
    if (!found)
        return ss_error_nomem(error);
    ss_status status = check_sessions(&of, found, error);
    for (uint64_t item = 0; item < of.items && status == SS_OK; item++)
        status = check_list(&of, (uint32_t)item, found[item], error);
    free(found);
    return status;
}

const ss_schema ss_session_knn_schema = {"session_knn", 1, tensor_rules, check};

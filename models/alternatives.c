#include "models/alternatives.h"

#include <math.h>

/* clang-format off */
static const ss_tensor_rule tensor_rules[] = {
    {"lists.offsets", SS_U64, 1, {"items+1"}, SS_RULE_OFFSETS, "lists.items", true},
    {"lists.items", SS_U32, 1, {"entries"}, SS_RULE_INDEX, "items", true},
    {"lists.scores", SS_F32, 1, {"entries"}, SS_RULE_FINITE, NULL, true},
    {"lists.similarity", SS_F32, 1, {"entries"}, SS_RULE_FINITE, NULL, true},
    {"lists.sessions", SS_U32, 1, {"entries"}, SS_RULE_ANY, NULL, true},
    {"lists.customers", SS_U32, 1, {"entries"}, SS_RULE_ANY, NULL, true},
    {"lists.orders", SS_U32, 1, {"entries"}, SS_RULE_ANY, NULL, true},
    {"grams.keys", SS_U64, 1, {"grams"}, SS_RULE_ANY, NULL, true},
    {"grams.weights", SS_F32, 1, {"grams"}, SS_RULE_FINITE, NULL, true},
    {"grams.offsets", SS_U64, 1, {"grams+1"}, SS_RULE_OFFSETS, "postings.items", true},
    {"postings.items", SS_U32, 1, {"postings"}, SS_RULE_INDEX, "items", true},
    {"postings.counts", SS_U8, 1, {"postings"}, SS_RULE_ANY, NULL, true},
    {"items.norms", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {.name = NULL},
};
/* clang-format on */

/* ---- the score ---- */

ss_alternatives_place ss_alternatives_place_of(int64_t price, uint32_t category)
{
    return (ss_alternatives_place){price > 0 ? log((double)price) : (double)NAN, category};
}

double ss_alternatives_score(const ss_alternatives_weights *weights, double n, double v, double t,
                             ss_alternatives_place a, ss_alternatives_place b)
{
    double apart = fabs(a.ln_price - b.ln_price); /* NAN where a price is missing */
    double unlike = (1 - n) * (1 - n);
    double loss = weights->repulsion * t * unlike * unlike + (isnan(apart) ? 0 : weights->price * apart);
    bool other = a.category != b.category && a.category != UINT32_MAX && b.category != UINT32_MAX;
    return ss_alternatives_bound(weights, n, v) * exp(-loss) * (other ? 1 - weights->category : 1);
}

/* ---- the file's own rules ---- */

typedef struct parts {
    const ss_tensor *lists, *scores, *similarity, *sessions, *customers;
    const ss_tensor *keys, *weights, *postings, *counts, *norms;
    const uint64_t *list_offsets, *gram_offsets;
    uint64_t items, grams;
} parts;

static parts parts_of(const ss_tensor *tensors, size_t count)
{
    parts of = {.lists = ss_tensor_find(tensors, count, "lists.items"),
                .scores = ss_tensor_find(tensors, count, "lists.scores"),
                .similarity = ss_tensor_find(tensors, count, "lists.similarity"),
                .sessions = ss_tensor_find(tensors, count, "lists.sessions"),
                .customers = ss_tensor_find(tensors, count, "lists.customers"),
                .keys = ss_tensor_find(tensors, count, "grams.keys"),
                .weights = ss_tensor_find(tensors, count, "grams.weights"),
                .postings = ss_tensor_find(tensors, count, "postings.items"),
                .counts = ss_tensor_find(tensors, count, "postings.counts"),
                .norms = ss_tensor_find(tensors, count, "items.norms"),
                .list_offsets = ss_tensor_find(tensors, count, "lists.offsets")->data,
                .gram_offsets = ss_tensor_find(tensors, count, "grams.offsets")->data};
    of.items = of.norms->count;
    of.grams = of.keys->count;
    return of;
}

static ss_status check_entry(const parts *of, uint64_t item, uint64_t entry, ss_error *error)
{
    const uint32_t *lists = of->lists->data, *sessions = of->sessions->data, *customers = of->customers->data;
    const float *scores = of->scores->data, *similarity = of->similarity->data;
    if (lists[entry] == item)
        return ss_tensor_corrupt(of->lists, entry, "an item that is its own alternative", error);
    if (!(scores[entry] > 0))
        return ss_tensor_corrupt(of->scores, entry, "not above zero", error);
    if (entry > of->list_offsets[item] && scores[entry] > scores[entry - 1])
        return ss_tensor_corrupt(of->scores, entry, "scores of a list do not fall", error);
    if (!(similarity[entry] >= 0 && similarity[entry] <= 1))
        return ss_tensor_corrupt(of->similarity, entry, "outside 0 to 1", error);
    if (customers[entry] > sessions[entry] || (customers[entry] == 0 && sessions[entry] > 0))
        return ss_tensor_corrupt(of->customers, entry, "no customer of a session, or more than sessions", error);
    return SS_OK;
}

static ss_status check_lists(const parts *of, ss_error *error)
{
    for (uint64_t item = 0; item < of->items; item++)
        for (uint64_t entry = of->list_offsets[item]; entry < of->list_offsets[item + 1]; entry++) {
            ss_status status = check_entry(of, item, entry, error);
            if (status != SS_OK)
                return status;
        }
    return SS_OK;
}

static ss_status check_postings(const parts *of, uint64_t gram, ss_error *error)
{
    const uint32_t *items = of->postings->data;
    const uint8_t *counts = of->counts->data;
    const float *norms = of->norms->data;
    for (uint64_t p = of->gram_offsets[gram]; p < of->gram_offsets[gram + 1]; p++) {
        if (p > of->gram_offsets[gram] && items[p] <= items[p - 1])
            return ss_tensor_corrupt(of->postings, p, "items of a gram do not rise", error);
        if (counts[p] == 0)
            return ss_tensor_corrupt(of->counts, p, "a gram that does not occur", error);
        if (!(norms[items[p]] > 0))
            return ss_tensor_corrupt(of->norms, items[p], "not above zero for an item with grams", error);
    }
    return SS_OK;
}

static ss_status check_grams(const parts *of, ss_error *error)
{
    const uint64_t *keys = of->keys->data;
    const float *weights = of->weights->data, *norms = of->norms->data;
    for (uint64_t gram = 0; gram < of->grams; gram++) {
        bool listed = of->gram_offsets[gram + 1] > of->gram_offsets[gram];
        if (gram > 0 && keys[gram] <= keys[gram - 1])
            return ss_tensor_corrupt(of->keys, gram, "keys do not rise", error);
        if (!(weights[gram] >= 0) || (listed && !(weights[gram] > 0)))
            return ss_tensor_corrupt(of->weights, gram, "below zero, or zero for a gram with items", error);
        ss_status status = check_postings(of, gram, error);
        if (status != SS_OK)
            return status;
    }
    for (uint64_t item = 0; item < of->items; item++)
        if (!(norms[item] >= 0))
            return ss_tensor_corrupt(of->norms, item, "below zero", error);
    return SS_OK;
}

static ss_status check(const ss_tensor *tensors, size_t count, ss_error *error)
{
    parts of = parts_of(tensors, count);
    if (of.items > UINT32_MAX - 1 || of.grams > UINT32_MAX - 1)
        return ss_tensor_corrupt(of.norms, 0, "too many items or grams", error);
    ss_status status = check_lists(&of, error);
    return status == SS_OK ? check_grams(&of, error) : status;
}

const ss_schema ss_alternatives_schema = {"alternatives", 1, tensor_rules, check};

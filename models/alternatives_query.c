#include "models/alternatives_query.h"

#include "base/file.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define PATH_ROOM 4096

/* ---- opening ---- */

/* The schema has made sure that the tensors are there and their dimensions agree. */
static const ss_tensor *tensor_of(const ss_alternatives *model, const char *name)
{
    return ss_model_file_tensor(model->file, name);
}

static void view_lists(ss_alternatives *model)
{
    const ss_tensor *items = tensor_of(model, "lists.items");
    model->offsets = tensor_of(model, "lists.offsets")->data;
    model->items = items->data;
    model->entry_count = items->count;
    model->scores = tensor_of(model, "lists.scores")->data;
    model->similarity = tensor_of(model, "lists.similarity")->data;
    model->sessions = tensor_of(model, "lists.sessions")->data;
    model->customers = tensor_of(model, "lists.customers")->data;
    model->orders = tensor_of(model, "lists.orders")->data;
}

static void view_names(ss_alternatives *model)
{
    const ss_tensor *keys = tensor_of(model, "grams.keys"), *postings = tensor_of(model, "postings.items"),
                    *norms = tensor_of(model, "items.norms");
    model->item_count = (uint32_t)norms->count;
    model->names = (ss_name_index){.keys = keys->data,
                                   .weights = tensor_of(model, "grams.weights")->data,
                                   .offsets = tensor_of(model, "grams.offsets")->data,
                                   .items = postings->data,
                                   .counts = tensor_of(model, "postings.counts")->data,
                                   .norms = norms->data,
                                   .posting_count = postings->count,
                                   .gram_count = (uint32_t)keys->count,
                                   .item_count = (uint32_t)norms->count};
}

static ss_status read_number(const ss_alternatives *model, const char *path, const char *key, double most,
                             double *value, ss_error *error)
{
    double number;
    if (!ss_model_file_metadata_f64(model->file, key, &number) || !(number >= 0 && number <= most)) {
        const char *found = ss_model_file_metadata(model->file, key);
        found = found ? found : "none";
        ss_error_set(error, SS_E_CORRUPT, "the metadata has no usable %s", key);
        ss_error_place(error, path, 0);
        ss_error_field(error, key);
        ss_error_found(error, found, strlen(found), most > 1 ? "a number from 0 on" : "a number from 0 to 1");
        return SS_E_CORRUPT;
    }
    *value = number;
    return SS_OK;
}

static ss_status read_weights(ss_alternatives *model, const char *path, ss_error *error)
{
    ss_status status = SS_OK;
    ss_alternatives_weights *weights = &model->weights;
    SS_TRY(read_number(model, path, "names", 1e9, &weights->names, error));
    SS_TRY(read_number(model, path, "category", 1, &weights->category, error));
    SS_TRY(read_number(model, path, "price", 1e9, &weights->price, error));
    SS_TRY(read_number(model, path, "min-score", 1e9, &weights->min_score, error));
    SS_TRY(read_number(model, path, "unknown", 1e9, &model->names.unknown, error));
out:
    return status;
}

ss_status ss_alternatives_open(const char *generation_path, ss_alternatives *model, ss_error *error)
{
    ss_status status = SS_OK;
    ss_alternatives opened = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_ALTERNATIVES_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_alternatives_schema, &opened.file, error));
    view_lists(&opened);
    view_names(&opened);
    SS_TRY(read_weights(&opened, path, error));
    *model = opened;
    return SS_OK;
out:
    ss_alternatives_close(&opened);
    return status;
}

void ss_alternatives_close(ss_alternatives *model)
{
    if (!model)
        return;
    ss_model_file_close(&model->file);
    *model = (ss_alternatives){0};
}

ss_alternatives_list ss_alternatives_neighbours(const ss_alternatives *model, uint32_t item)
{
    if (item >= model->item_count)
        return (ss_alternatives_list){0};
    uint64_t from = model->offsets[item], to = model->offsets[item + 1];
    if (from > to || to > model->entry_count)
        return (ss_alternatives_list){0};
    return (ss_alternatives_list){model->items + from,    model->scores + from,    model->similarity + from,
                                  model->sessions + from, model->customers + from, model->orders + from,
                                  (size_t)(to - from)};
}

/* ---- items that are in no model ---- */

struct ss_alternatives_scratch {
    ss_name_gram grams[SS_NAME_GRAMS_MAX];
    float *sums;       /* item_count, 0 between questions */
    uint32_t *touched; /* item_count */
};

ss_alternatives_scratch *ss_alternatives_scratch_new(const ss_alternatives *model)
{
    ss_alternatives_scratch *new = calloc(1, sizeof *new);
    if (!new)
        return NULL;
    new->sums = ss_array_zeroed(model->item_count, sizeof *new->sums);
    new->touched = ss_array_new(model->item_count, sizeof *new->touched);
    if (!new->sums || !new->touched)
        ss_alternatives_scratch_free(&new);
    return new;
}

void ss_alternatives_scratch_free(ss_alternatives_scratch **scratch)
{
    ss_alternatives_scratch *old = *scratch;
    *scratch = NULL;
    if (!old)
        return;
    free(old->sums);
    free(old->touched);
    free(old);
}

/* Keeps the item if it scores high enough; the bound spares most of them the exponential. */
static void consider(const ss_alternatives *model, const ss_items *items, const ss_alternatives_question *question,
                     ss_alternatives_place place, ss_scored candidate, ss_topk *top)
{
    const ss_alternatives_weights *weights = &model->weights;
    double likeness = (double)candidate.score;
    uint32_t item = candidate.id;
    if (question->group != SS_NONE && items->group[item] == question->group)
        return;
    candidate.score = (float)ss_alternatives_bound(weights, likeness, 0);
    if (!((double)candidate.score >= weights->min_score) || !ss_topk_admits(top, candidate))
        return;
    candidate.score = (float)ss_alternatives_score(weights, likeness, 0, 0, place,
                                                   ss_alternatives_place_of(items->price[item], items->category[item]));
    if (candidate.score > 0 && (double)candidate.score >= weights->min_score && ss_topk_admits(top, candidate))
        ss_topk_push(top, candidate);
}

size_t ss_alternatives_similar(const ss_alternatives *model, const ss_items *items, ss_alternatives_scratch *scratch,
                               const ss_alternatives_question *question, ss_scored *found, size_t max)
{
    const ss_name_index *names = &model->names;
    if (items->count != model->item_count)
        return 0;
    size_t grams = ss_name_grams(question->name, scratch->grams);
    double norm = ss_name_index_norm(names, scratch->grams, grams);
    size_t count = ss_name_index_match(names, scratch->grams, grams, scratch->sums, scratch->touched);
    ss_alternatives_place place = ss_alternatives_place_of(question->price, question->category);
    ss_topk top;
    ss_topk_init(&top, found, max);
    for (size_t i = 0; i < count; i++) {
        uint32_t item = scratch->touched[i];
        float likeness = ss_name_similarity(scratch->sums[item], norm, (double)names->norms[item]);
        scratch->sums[item] = 0;
        consider(model, items, question, place, (ss_scored){likeness, item}, &top);
    }
    ss_topk_sort(&top);
    return top.count;
}

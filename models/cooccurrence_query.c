#include "models/cooccurrence_query.h"

#include "base/file.h"

#include <stdio.h>

#define PATH_ROOM 4096

static const ss_tensor *tensor_of(const ss_cooccurrence *model, ss_relation relation, const char *part)
{
    char name[SS_TENSOR_NAME_MAX + 1];
    snprintf(name, sizeof name, "%s.%s", ss_relation_name(relation), part);
    return ss_model_file_tensor(model->file, name);
}

/* The schema has made sure that the tensors are there and their dimensions agree. */
static ss_status view_relation(ss_cooccurrence *model, ss_relation relation, const char *path, ss_error *error)
{
    struct ss_relation_view *view = &model->relations[relation];
    const ss_tensor *degrees = tensor_of(model, relation, "degrees");
    const ss_tensor *neighbours = tensor_of(model, relation, "neighbours");
    view->offsets = tensor_of(model, relation, "offsets")->data;
    view->neighbours = neighbours->data;
    view->scores = tensor_of(model, relation, "scores")->data;
    view->pairs = tensor_of(model, relation, "pairs")->data;
    view->customers = tensor_of(model, relation, "customers")->data;
    view->degrees = degrees->data;
    view->entries = neighbours->count;
    model->item_count = (uint32_t)degrees->count;

    char key[SS_TENSOR_NAME_MAX + 1];
    snprintf(key, sizeof key, "%s.groups", ss_relation_name(relation));
    if (!ss_model_file_metadata_f64(model->file, key, &view->groups)) {
        ss_error_set(error, SS_E_CORRUPT, "the metadata lacks the number of groups");
        ss_error_place(error, path, 0);
        ss_error_field(error, key);
        return SS_E_CORRUPT;
    }
    return SS_OK;
}

ss_status ss_cooccurrence_open(const char *generation_path, ss_cooccurrence *model, ss_error *error)
{
    ss_status status = SS_OK;
    ss_cooccurrence opened = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_COOCCURRENCE_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_cooccurrence_schema, &opened.file, error));
    for (int r = 0; r < SS_RELATION_COUNT; r++)
        SS_TRY(view_relation(&opened, (ss_relation)r, path, error));
    *model = opened;
    return SS_OK;
out:
    ss_cooccurrence_close(&opened);
    return status;
}

void ss_cooccurrence_close(ss_cooccurrence *model)
{
    if (!model)
        return;
    ss_model_file_close(&model->file);
    *model = (ss_cooccurrence){0};
}

ss_neighbours ss_cooccurrence_neighbours(const ss_cooccurrence *model, ss_relation relation, uint32_t item)
{
    if (item >= model->item_count || (unsigned)relation >= SS_RELATION_COUNT)
        return (ss_neighbours){0};
    const struct ss_relation_view *view = &model->relations[relation];
    uint64_t from = view->offsets[item], to = view->offsets[item + 1];
    if (from > to || to > view->entries)
        return (ss_neighbours){0};
    return (ss_neighbours){view->neighbours + from, view->scores + from, view->pairs + from, view->customers + from,
                           (size_t)(to - from)};
}

double ss_cooccurrence_llr(const ss_cooccurrence *model, ss_relation relation, uint32_t item, uint32_t neighbour,
                           uint32_t pairs)
{
    if (item >= model->item_count || neighbour >= model->item_count || (unsigned)relation >= SS_RELATION_COUNT)
        return 0;
    const struct ss_relation_view *view = &model->relations[relation];
    return ss_pair_llr(view->groups, view->degrees[item], view->degrees[neighbour], pairs);
}

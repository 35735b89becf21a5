#include "models/popularity_query.h"

#include "base/file.h"

#define PATH_ROOM 4096

/* The schema has made sure that the tensors are there and their dimensions agree. */
static void view_tensors(ss_popularity *model)
{
    const ss_tensor *scores = ss_model_file_tensor(model->file, "scores");
    const ss_tensor *order = ss_model_file_tensor(model->file, "order");
    const ss_tensor *trending = ss_model_file_tensor(model->file, "trending_order");
    const ss_tensor *offsets = ss_model_file_tensor(model->file, "category.offsets");
    const ss_tensor *items = ss_model_file_tensor(model->file, "category.items");
    model->item_count = (uint32_t)scores->count;
    model->scores = scores->data;
    model->freshness = ss_model_file_tensor(model->file, "freshness")->data;
    model->listed = (uint32_t)order->count;
    model->order = order->data;
    model->trending = (uint32_t)trending->count;
    model->trending_order = trending->data;
    model->trending_scores = ss_model_file_tensor(model->file, "trending_scores")->data;
    model->categories = (uint32_t)(offsets->count - 1);
    model->category_offsets = offsets->data;
    model->category_entries = items->count;
    model->category_items = items->data;
}

ss_status ss_popularity_open(const char *generation_path, ss_popularity *model, ss_error *error)
{
    ss_status status = SS_OK;
    ss_popularity opened = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_POPULARITY_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_popularity_schema, &opened.file, error));
    view_tensors(&opened);
    *model = opened;
out:
    return status;
}

void ss_popularity_close(ss_popularity *model)
{
    if (!model)
        return;
    ss_model_file_close(&model->file);
    *model = (ss_popularity){0};
}

ss_item_list ss_popularity_category(const ss_popularity *model, uint32_t category)
{
    if (category >= model->categories)
        return (ss_item_list){0};
    uint64_t from = model->category_offsets[category], to = model->category_offsets[category + 1];
    if (from > to || to > model->category_entries)
        return (ss_item_list){0};
    return (ss_item_list){model->category_items + from, (size_t)(to - from)};
}

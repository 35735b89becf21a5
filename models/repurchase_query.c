#include "models/repurchase_query.h"

#include "base/file.h"

#include <math.h>
#include <string.h>

#define PATH_ROOM       4096
#define MICROS_A_DAY    86400e6
#define DUE_AT_QUANTILE 0.25

/* ---- opening ---- */

static ss_status bad_metadata(const ss_repurchase *model, const char *path, const char *key, const char *expected,
                              ss_error *error)
{
    const char *found = ss_model_file_metadata(model->file, key);
    ss_error_set(error, SS_E_CORRUPT, "the metadata has no usable %s", key);
    ss_error_place(error, path, 0);
    ss_error_field(error, key);
    ss_error_found(error, found ? found : "none", strlen(found ? found : "none"), expected);
    return SS_E_CORRUPT;
}

static ss_status read_positive(const ss_repurchase *model, const char *path, const char *key, double most,
                               double *value, ss_error *error)
{
    if (ss_model_file_metadata_f64(model->file, key, value) && *value > 0 && *value <= most)
        return SS_OK;
    return bad_metadata(model, path, key, "a number above 0", error);
}

static ss_status read_family(ss_repurchase *model, const char *path, ss_error *error)
{
    const char *text = ss_model_file_metadata(model->file, "family");
    for (unsigned f = 0; text && f < SS_INTERVAL_FAMILY_COUNT; f++)
        if (strcmp(text, ss_interval_family_name((ss_interval_family)f)) == 0) {
            model->family = (ss_interval_family)f;
            return SS_OK;
        }
    return bad_metadata(model, path, "family", "log-normal or weibull", error);
}

static ss_status read_metadata(ss_repurchase *model, const char *path, ss_error *error)
{
    ss_status status = SS_OK;
    double newest;
    SS_TRY(read_family(model, path, error));
    SS_TRY(read_positive(model, path, "repeat", 1, &model->shop.repeat, error));
    SS_TRY(read_positive(model, path, "median_days", 1e9, &model->shop.median_days, error));
    SS_TRY(read_positive(model, path, "shape", 1e3, &model->shop.shape, error));
    SS_TRY(read_positive(model, path, "prior_purchases", 1e9, &model->prior_purchases, error));
    if (!ss_model_file_metadata_f64(model->file, "durable_days", &model->durable_days) || !(model->durable_days >= 0))
        SS_TRY(bad_metadata(model, path, "durable_days", "a number of at least 0", error));
    if (!ss_model_file_metadata_f64(model->file, "newest", &newest) || !(fabs(newest) < 0x1p56))
        SS_TRY(bad_metadata(model, path, "newest", "microseconds", error));
    model->newest = (int64_t)newest;
out:
    return status;
}

/* The schema has made sure that the tensors are there and their dimensions agree. */
static void view_tensors(ss_repurchase *model)
{
    const ss_tensor *repeat = ss_model_file_tensor(model->file, "items.repeat");
    model->repeat = repeat->data;
    model->item_count = (uint32_t)repeat->count;
    model->median_days = ss_model_file_tensor(model->file, "items.median_days")->data;
    model->shape = ss_model_file_tensor(model->file, "items.shape")->data;
    model->followed = ss_model_file_tensor(model->file, "items.followed")->data;
    model->spells = ss_model_file_tensor(model->file, "items.spells")->data;
    model->returns = ss_model_file_tensor(model->file, "items.returns")->data;
    model->classes = ss_model_file_tensor(model->file, "items.class")->data;
}

ss_status ss_repurchase_open(const char *generation_path, ss_repurchase *model, ss_error *error)
{
    ss_status status = SS_OK;
    ss_repurchase opened = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_REPURCHASE_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_repurchase_schema, &opened.file, error));
    view_tensors(&opened);
    SS_TRY(read_metadata(&opened, path, error));
    *model = opened;
    return SS_OK;
out:
    ss_repurchase_close(&opened);
    return status;
}

void ss_repurchase_close(ss_repurchase *model)
{
    if (!model)
        return;
    ss_model_file_close(&model->file);
    *model = (ss_repurchase){0};
}

/* ---- asking ---- */

ss_interval ss_repurchase_interval(const ss_repurchase *model, uint32_t item)
{
    if (item >= model->item_count)
        return model->shop;
    return (ss_interval){model->repeat[item], model->median_days[item], model->shape[item]};
}

ss_repurchase_class ss_repurchase_class_of(const ss_repurchase *model, uint32_t item)
{
    if (item >= model->item_count || model->classes[item] >= SS_REPURCHASE_CLASS_COUNT)
        return SS_REPURCHASE_UNKNOWN;
    return (ss_repurchase_class)model->classes[item];
}

static double days_since(const ss_repurchase *model, const ss_own_purchases *own)
{
    int64_t now = own->now == INT64_MIN ? model->newest : own->now;
    return now > own->last ? ((double)now - (double)own->last) / MICROS_A_DAY : 0;
}

double ss_repurchase_due(const ss_repurchase *model, const ss_own_purchases *own, double days)
{
    ss_interval interval = ss_repurchase_interval(model, own->item);
    double returns = own->purchases > 0 ? own->purchases - 1.0 : 0, passed = days_since(model, own);
    double repeat = (model->prior_purchases * interval.repeat + returns) / (model->prior_purchases + returns);
    double before = ss_interval_survival(model->family, &interval, passed),
           after = ss_interval_survival(model->family, &interval, passed + days);
    double left = 1 - repeat + repeat * before;
    return left > 0 ? fmax(repeat * (before - after) / left, 0) : 0;
}

bool ss_repurchase_is_settled(const ss_repurchase *model, const ss_own_purchases *own)
{
    if (ss_repurchase_class_of(model, own->item) != SS_REPURCHASE_DURABLE)
        return false;
    return days_since(model, own) < fmax(model->durable_days, model->median_days[own->item]);
}

bool ss_repurchase_is_due(const ss_repurchase *model, const ss_own_purchases *own)
{
    if (ss_repurchase_class_of(model, own->item) != SS_REPURCHASE_CONSUMABLE)
        return false;
    ss_interval interval = ss_repurchase_interval(model, own->item);
    return days_since(model, own) >= ss_interval_quantile(model->family, &interval, DUE_AT_QUANTILE);
}

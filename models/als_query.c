#include "models/als_query.h"

#include "base/file.h"
#include "models/als_kernel.h"
#include <math.h>
#include <string.h>

#define PATH_ROOM 4096

static ss_status read_number(const ss_als *model, const char *key, double least, double most, double *value,
                             ss_error *error)
{
    if (ss_model_file_metadata_f64(model->file, key, value) && *value >= least && *value <= most)
        return SS_OK;
    ss_error_set(error, SS_E_CORRUPT, "metadata of the factorization missing or outside its range");
    ss_error_field(error, key);
    return SS_E_CORRUPT;
}

static ss_status read_metadata(ss_als *model, ss_error *error)
{
    ss_status status;
    double factors, weighting, parameter, newest;
    SS_TRY(read_number(model, "factors", 1, model->stride, &factors, error));
    SS_TRY(read_number(model, "unobserved", 0, HUGE_VAL, &model->unobserved, error));
    SS_TRY(read_number(model, "regularization", 0, HUGE_VAL, &model->regularization, error));
    SS_TRY(read_number(model, "frequency_exponent", 0, 1, &model->frequency_exponent, error));
    SS_TRY(read_number(model, "weighting", SS_ALS_BINARY, SS_ALS_CAPPED, &weighting, error));
    SS_TRY(read_number(model, "weighting_parameter", 0, HUGE_VAL, &parameter, error));
    SS_TRY(read_number(model, "item_total", 0, HUGE_VAL, &model->item_total, error));
    SS_TRY(read_number(model, "half_life_days", 0, HUGE_VAL, &model->half_life_days, error));
    SS_TRY(read_number(model, "newest_time", -0x1p55, 0x1p55, &newest, error));
    model->newest_time = (int64_t)newest;
    model->factors = (uint32_t)factors;
    model->weighting = (ss_als_weighting)weighting;
    model->weighting_parameter = (float)parameter;
out:
    return status;
}

static ss_status view_tensors(ss_als *model, ss_error *error)
{
    const ss_tensor *factors = ss_model_file_tensor(model->file, "item_factors"),
                    *order = ss_model_file_tensor(model->file, "order"),
                    *norms = ss_model_file_tensor(model->file, "block_norms");
    ss_status status = ss_als_check_layout(factors, order, norms, error);
    if (status != SS_OK)
        return status;
    model->trained = (uint32_t)factors->shape[0];
    model->stride = (uint32_t)factors->shape[1];
    model->blocks = (uint32_t)norms->count;
    model->item_factors = factors->data;
    model->gram = ss_model_file_tensor(model->file, "gram")->data;
    model->order = order->data;
    model->quantized = ss_model_file_tensor(model->file, "quantized")->data;
    model->scales = ss_model_file_tensor(model->file, "scales")->data;
    model->block_errors = ss_model_file_tensor(model->file, "block_errors")->data;
    model->block_norms = norms->data;
    model->kernels = ss_als_kernels_for(ss_cpu_detect());
    return SS_OK;
}

ss_status ss_als_open(const char *generation_path, ss_als *model, ss_error *error)
{
    ss_status status;
    ss_als opened = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_ALS_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_als_schema, &opened.file, error));
    SS_TRY(view_tensors(&opened, error));
    SS_TRY(read_metadata(&opened, error));
    *model = opened;
    opened.file = NULL;
out:
    if (status == SS_E_CORRUPT)
        ss_error_place(error, path, 0);
    ss_model_file_close(&opened.file);
    return status;
}

void ss_als_close(ss_als *model)
{
    if (!model)
        return;
    ss_model_file_close(&model->file);
    *model = (ss_als){0};
}

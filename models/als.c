#include "models/als.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "models/als_kernel.h"
#include <math.h>
#include <stdlib.h>

float ss_als_weight(ss_als_weighting weighting, float parameter, float quantity)
{
    switch (weighting) {
    case SS_ALS_BINARY:
        break;
    case SS_ALS_LOG:
        return quantity > 1 ? 1 + parameter * logf(quantity) : 1;
    case SS_ALS_CAPPED:
        return fmaxf(SS_ALS_WEIGHT_MIN, fminf(quantity, parameter));
    }
    return 1;
}

float ss_als_decay(double half_life_days, int64_t newest, int64_t time)
{
    if (half_life_days <= 0 || time == SS_NO_TIME || time >= newest)
        return 1;
    return (float)exp2(-(double)(newest - time) / ((double)SS_DAY * half_life_days));
}

double ss_als_row_regularization(double regularization, double exponent, double unobserved, double observed,
                                 double other_total)
{
    return regularization * pow(observed + unobserved * other_total, exponent);
}

/* ---- the file ---- */

/* clang-format off */
static const ss_tensor_rule tensor_rules[] = {
    {"item_factors", SS_F32, 2, {"trained", "stride"}, SS_RULE_FINITE, NULL, true},
    {"gram", SS_F32, 1, {"stride"}, SS_RULE_FINITE, NULL, true},
    {"order", SS_U32, 1, {"positions"}, SS_RULE_INDEX_OR_NONE, "trained", true},
    {"quantized", SS_U8, 2, {"positions", "stride"}, SS_RULE_ANY, NULL, true},
    {"scales", SS_F32, 1, {"positions"}, SS_RULE_FINITE, NULL, true},
    {"block_errors", SS_F32, 1, {"blocks"}, SS_RULE_FINITE, NULL, true},
    {"block_norms", SS_F32, 1, {"blocks"}, SS_RULE_FINITE, NULL, true},
    {.name = NULL},
};
/* clang-format on */

ss_status ss_als_check_layout(const ss_tensor *item_factors, const ss_tensor *order, const ss_tensor *block_norms,
                              ss_error *error)
{
    uint64_t trained = item_factors->shape[0], stride = item_factors->shape[1];
    if (stride == 0 || stride % 16 != 0 || stride > SS_ALS_FACTORS_MAX)
        return ss_tensor_corrupt(item_factors, 0, "rows are not padded to a multiple of 16 up to 512", error);
    if (trained > UINT32_MAX - SS_ALS_BLOCK)
        return ss_tensor_corrupt(item_factors, 0, "too many items", error);
    if (block_norms->count != (trained + SS_ALS_BLOCK - 1) / SS_ALS_BLOCK)
        return ss_tensor_corrupt(block_norms, 0, "not one entry for each block of items", error);
    if (order->count != block_norms->count * SS_ALS_BLOCK)
        return ss_tensor_corrupt(order, 0, "not one entry for each position of the blocks", error);
    return SS_OK;
}

/* Each item at one position, then nothing. */
static ss_status check_order(const ss_tensor *order, uint64_t trained, ss_error *error)
{
    const uint32_t *items = order->data;
    bool *seen = ss_array_zeroed((size_t)trained, sizeof *seen);
    ss_status status = SS_OK;
    if (!seen)
        return ss_error_nomem(error);
    for (uint64_t p = 0; p < order->count && status == SS_OK; p++) {
        bool fine = p < trained ? items[p] < trained && !seen[items[p]] : items[p] >= trained;
        if (!fine)
            status = ss_tensor_corrupt(order, p, "not each item at exactly one position", error);
        else if (p < trained)
            seen[items[p]] = true;
    }
    free(seen);
    return status;
}

static ss_status check_at_least_zero(const ss_tensor *tensor, ss_error *error)
{
    const float *values = tensor->data;
    for (uint64_t i = 0; i < tensor->count; i++)
        if (!(values[i] >= 0))
            return ss_tensor_corrupt(tensor, i, "below zero", error);
    return SS_OK;
}

static ss_status check_falling(const ss_tensor *tensor, ss_error *error)
{
    const float *values = tensor->data;
    for (uint64_t i = 1; i < tensor->count; i++)
        if (values[i] > values[i - 1])
            return ss_tensor_corrupt(tensor, i, "above the entry before it", error);
    return SS_OK;
}

static ss_status check(const ss_tensor *tensors, size_t count, ss_error *error)
{
    static const char *const lengths[] = {"gram", "scales", "block_errors", "block_norms"};
    const ss_tensor *factors = ss_tensor_find(tensors, count, "item_factors"),
                    *order = ss_tensor_find(tensors, count, "order"),
                    *norms = ss_tensor_find(tensors, count, "block_norms");
    ss_status status = ss_als_check_layout(factors, order, norms, error);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths && status == SS_OK; i++)
        status = check_at_least_zero(ss_tensor_find(tensors, count, lengths[i]), error);
    if (status == SS_OK)
        status = check_falling(norms, error);
    return status == SS_OK ? check_order(order, factors->shape[0], error) : status;
}

const ss_schema ss_als_schema = {"als", 1, tensor_rules, check};

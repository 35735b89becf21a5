#include "base/memory.h"
#include "models/als_kernel.h"
#include "models/als_scratch.h"
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS 200u
#define TOLERANCE  1e-6f

ss_als_scratch *ss_als_scratch_new(const ss_als *model)
{
    size_t stride = model->stride, few = SS_ALS_FEW_WORK(stride);
    ss_als_scratch *s = ss_array_zeroed(1, sizeof *s);
    if (!s)
        return NULL;
    s->floats = ss_array_aligned(few + (2 + SS_ALS_CG_WORK) * stride, sizeof *s->floats);
    s->query = ss_array_aligned(stride, sizeof *s->query);
    s->capacity = model->trained;
    s->ids = ss_array_new(s->capacity, sizeof *s->ids);
    s->values = ss_array_new(s->capacity, 4 * sizeof *s->values);
    if (!s->floats || !s->query || !s->ids || !s->values) {
        ss_als_scratch_free(&s);
        return NULL;
    }
    s->few = s->floats;
    s->vector = s->few + few;
    s->diagonal = s->vector + stride;
    s->cg = s->diagonal + stride;
    memset(s->vector, 0, stride * sizeof *s->vector);
    return s;
}

void ss_als_scratch_free(ss_als_scratch **scratch)
{
    ss_als_scratch *s = *scratch;
    if (!s)
        return;
    free(s->floats);
    free(s->query);
    free(s->ids);
    free(s->values);
    free(s);
    *scratch = NULL;
}

float *ss_als_vector(ss_als_scratch *scratch)
{
    return scratch->vector;
}

float ss_als_score(const ss_als *model, const float *vector, uint32_t item)
{
    if (item >= model->trained)
        return 0;
    return model->kernels->dot(vector, model->item_factors + (size_t)item * model->stride, model->stride);
}

/* The trained items and their weights, into the scratch; their number. */
static size_t gather(const ss_als *model, const uint32_t *items, const float *quantities, const int64_t *times,
                     size_t count, ss_als_scratch *s, double *observed)
{
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < s->capacity; i++) {
        if (items[i] >= model->trained)
            continue;
        s->ids[kept] = items[i];
        float weight = ss_als_weight(model->weighting, model->weighting_parameter, quantities ? quantities[i] : 1);
        if (times)
            weight *= ss_als_decay(model->half_life_days, model->newest_time, times[i]);
        s->values[kept] = weight > SS_ALS_WEIGHT_MIN ? weight : SS_ALS_WEIGHT_MIN;
        *observed += (double)s->values[kept++];
    }
    return kept;
}

bool ss_als_fold_in(const ss_als *model, const uint32_t *items, const float *quantities, const int64_t *times,
                    size_t count, ss_als_scratch *s)
{
    double observed = 0;
    ss_als_system system = {model->item_factors, s->ids, s->values, 0, s->diagonal, model->stride};
    system.count = gather(model, items, quantities, times, count, s, &observed);
    memset(s->vector, 0, model->stride * sizeof *s->vector);
    if (system.count == 0)
        return false;
    double own = ss_als_row_regularization(model->regularization, model->frequency_exponent, model->unobserved,
                                           observed, model->item_total);
    for (uint32_t k = 0; k < model->stride; k++)
        s->diagonal[k] = k < model->factors ? (float)((double)model->gram[k] + own) : 1;
    if (system.count > SS_ALS_FEW || !model->kernels->solve_few(&system, s->few, s->vector))
        model->kernels->solve_cg(&system, MOST_STEPS, TOLERANCE, s->cg, s->vector);
    return true;
}

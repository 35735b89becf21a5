#include "models/als_kernel.h"
#include "models/als_scratch.h"
#include <float.h>
#include <math.h>

#define NEXT 8u /* candidates fetched ahead into the cache */

typedef struct query {
    const float *vector;
    ss_als_block block;  /* its query bytes, offset and unit */
    double norm, missed; /* lengths of the vector and of what its bytes leave out */
    double rounding;     /* relative error of a score summed in single precision, with room */
} query;

typedef struct search {
    const ss_als *model;
    query q;
    ss_topk lowest; /* lower bounds of the best so far; the worst of them is what a candidate must reach */
    ss_item_filter admit;
    void *context;
    uint32_t *ids; /* candidates, and their upper bounds */
    float *bounds;
    size_t count;
} search;

static query query_make(const ss_als *model, const float *vector, int8_t *bytes)
{
    double square = 0, missed = 0;
    float most = 0;
    int32_t sum = 0;
    for (uint32_t k = 0; k < model->stride; k++) {
        square += (double)vector[k] * (double)vector[k];
        most = fmaxf(most, fabsf(vector[k]));
    }
    float unit = most / SS_ALS_QUERY_MAX;
    for (uint32_t k = 0; k < model->stride; k++) {
        float value = unit > 0 ? fmaxf(-SS_ALS_QUERY_MAX, fminf(vector[k] / unit, SS_ALS_QUERY_MAX)) : 0;
        bytes[k] = (int8_t)lrintf(value);
        double rest = (double)vector[k] - (double)unit * bytes[k];
        missed += rest * rest;
        sum += bytes[k];
    }
    return (query){.vector = vector,
                   .block = {.query = bytes, .offset = sum * SS_ALS_ITEM_ZERO, .unit = unit},
                   .norm = sqrt(square),
                   .missed = sqrt(missed),
                   .rounding = (model->stride + 64) * (double)FLT_EPSILON};
}

/*
 * How far an exact score in block b can lie from the approximate one, with y = y' + e and u = u' + r:
 * |u.y - u'.y'| = |u.e + r.y'| <= ||u|| ||e|| + ||r|| ||y'||, then what single precision adds.
 */
static double block_slack(const search *s, uint32_t b)
{
    double norm = (double)s->model->block_norms[b], error = (double)s->model->block_errors[b];
    double hidden = s->q.norm * error + s->q.missed * (norm + error) + s->q.rounding * s->q.norm * (norm + error);
    return hidden * (1 + 1e-6) + 1e3 * (double)FLT_MIN;
}

static float threshold(const search *s)
{
    return s->lowest.count < s->lowest.limit ? -INFINITY : s->lowest.heap[0].score;
}

/* A bound must stay one when it does not fit single precision: then it says nothing. */
static float lower_bound(double value)
{
    return value > -(double)FLT_MAX && value < (double)FLT_MAX ? nextafterf((float)value, -INFINITY) : -INFINITY;
}

static float upper_bound(double value)
{
    return value > -(double)FLT_MAX && value < (double)FLT_MAX ? nextafterf((float)value, INFINITY) : INFINITY;
}

static void consider(search *s, uint32_t item, double score, double slack)
{
    float high = upper_bound(score + slack);
    if (high < threshold(s) || (s->admit && !s->admit(s->context, item)))
        return;
    s->ids[s->count] = item;
    s->bounds[s->count++] = high;
    ss_scored low = {lower_bound(score - slack), item};
    if (ss_topk_admits(&s->lowest, low))
        ss_topk_push(&s->lowest, low);
}

static void scan_block(search *s, uint32_t b, double slack)
{
    const ss_als *m = s->model;
    float scores[SS_ALS_BLOCK];
    s->q.block.bytes = m->quantized + (size_t)b * SS_ALS_BLOCK * m->stride;
    s->q.block.scales = m->scales + (size_t)b * SS_ALS_BLOCK;
    float cut = lower_bound((double)threshold(s) - slack);
    uint32_t mask = m->kernels->block_scores(&s->q.block, m->stride, cut, scores);
    for (; mask; mask &= mask - 1) {
        uint32_t p = (uint32_t)__builtin_ctz(mask), item = m->order[(size_t)b * SS_ALS_BLOCK + p];
        if (item < m->trained && s->count < m->trained)
            consider(s, item, (double)scores[p], slack);
    }
}

static void scan(search *s)
{
    for (uint32_t b = 0; b < s->model->blocks; b++) {
        double slack = block_slack(s, b);
        if (s->q.norm * (double)s->model->block_norms[b] + slack < (double)threshold(s))
            break;
        scan_block(s, b, slack);
    }
}

/* Drops the candidates that fell behind while the threshold rose. */
static void keep_reaching(search *s)
{
    float least = threshold(s);
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (!(s->bounds[i] < least))
            s->ids[kept++] = s->ids[i];
    s->count = kept;
}

static size_t score_candidates(const search *s, size_t k, ss_scored *out)
{
    const ss_als *m = s->model;
    ss_topk top;
    ss_topk_init(&top, out, k);
    for (size_t i = 0; i < s->count; i++) {
        if (i + NEXT < s->count) {
            const float *next = m->item_factors + (size_t)s->ids[i + NEXT] * m->stride;
            for (uint32_t k16 = 0; k16 < m->stride; k16 += 16)
                __builtin_prefetch(next + k16);
        }
        ss_scored entry = {ss_als_score(m, s->q.vector, s->ids[i]), s->ids[i]};
        if (ss_topk_admits(&top, entry))
            ss_topk_push(&top, entry);
    }
    ss_topk_sort(&top);
    return top.count;
}

size_t ss_als_search(const ss_als *model, const float *vector, size_t k, ss_item_filter admit, void *context,
                     ss_als_scratch *scratch, ss_scored *out)
{
    if (k == 0)
        return 0;
    search s = {.model = model,
                .q = query_make(model, vector, scratch->query),
                .admit = admit,
                .context = context,
                .ids = scratch->ids,
                .bounds = scratch->values};
    ss_topk_init(&s.lowest, out, k);
    scan(&s);
    keep_reaching(&s);
    return score_candidates(&s, k, out);
}

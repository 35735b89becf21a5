#include "models/als_kernel.h"
#include "models/als_scratch.h"
#include <float.h>
#include <math.h>

#define NEXT        8u   /* candidates fetched ahead into the cache */
#define ROOM        1e-5 /* relative room for the rounding of the bounds themselves */
#define PRODUCT_MAX 1e37 /* beyond it bounds do not fit single precision */

typedef struct search {
    const ss_als *model;
    const float *vector;
    double norm, missed; /* lengths of the vector and of what its bytes leave out */
    ss_als_scan scan;
    size_t k;
    float threshold; /* the k-th best lower bound known: what a candidate must reach */
    ss_item_filter admit;
    void *context;
    uint32_t *ids; /* candidates, with lower and upper bounds of their scores; room for every item */
    float *lows, *highs, *spare;
    size_t count, full; /* at `full` candidates the threshold is raised */
} search;

/* Rounds the vector to bytes. */
static void quantize_query(search *s, int8_t *bytes)
{
    double square = 0, missed = 0;
    float most = 0;
    int32_t sum = 0;
    for (uint32_t k = 0; k < s->model->stride; k++) {
        square += (double)s->vector[k] * (double)s->vector[k];
        most = fmaxf(most, fabsf(s->vector[k]));
    }
    float unit = most / SS_ALS_QUERY_MAX;
    for (uint32_t k = 0; k < s->model->stride; k++) {
        float value = unit > 0 ? fmaxf(-SS_ALS_QUERY_MAX, fminf(s->vector[k] / unit, SS_ALS_QUERY_MAX)) : 0;
        bytes[k] = (int8_t)lrintf(value);
        double rest = (double)s->vector[k] - (double)unit * bytes[k];
        missed += rest * rest;
        sum += bytes[k];
    }
    s->norm = sqrt(square);
    s->missed = sqrt(missed);
    s->scan.query = bytes;
    s->scan.unit = unit;
    s->scan.offset = sum * SS_ALS_ITEM_ZERO;
}

/*
 * How far an exact score can lie from the approximate one, with y = y' + e and u = u' + r:
 * |u.y - u'.y'| = |u.e + r.y'| <= ||u|| ||e|| + ||r|| (||y|| + ||e||), and what single precision adds to a sum of so
 * many products.
 */
static void bound_scores(search *s)
{
    double rounding = (s->model->stride + 64) * (double)FLT_EPSILON, wide = 1 + ROOM;
    s->scan.reach = (float)(s->norm * (1 + rounding) * wide);
    s->scan.per_norm = (float)((s->missed + rounding * s->norm) * wide);
    s->scan.per_error = (float)((s->norm * (1 + rounding) + s->missed) * wide);
    s->scan.least = 1e3f * FLT_MIN;
}

static search search_make(const ss_als *model, const float *vector, size_t k, ss_als_scratch *scratch)
{
    search s = {.model = model,
                .vector = vector,
                .k = k,
                .threshold = -INFINITY,
                .ids = scratch->ids,
                .lows = scratch->values,
                .highs = scratch->values + scratch->capacity,
                .spare = scratch->values + 2 * (size_t)scratch->capacity,
                .full = k < 32 ? 64 : 2 * k};
    s.scan = (ss_als_scan){.bytes = model->quantized,
                           .scales = model->scales,
                           .errors = model->block_errors,
                           .norms = model->block_norms,
                           .blocks = model->blocks,
                           .stride = model->stride};
    quantize_query(&s, scratch->query);
    bound_scores(&s);
    return s;
}

/* ---- candidates ---- */

/* The middle one of three, so that rising and falling runs are no worst case. */
static float pivot_of(const float *values, size_t count)
{
    float a = values[0], b = values[count / 2], c = values[count - 1];
    return fmaxf(fminf(a, b), fminf(fmaxf(a, b), c));
}

/*
 * The k-th largest of the values, 1 <= k <= count. Quickselect between two buffers (`count` each): larger values go to
 * one, smaller ones to the other, both written every time: no branch to mispredict.
 */
static float kth_largest(const float *values, size_t count, size_t k, float *to, float *other)
{
    for (;;) {
        float pivot = pivot_of(values, count);
        size_t larger = 0, smaller = 0;
        for (size_t i = 0; i < count; i++) {
            float value = values[i];
            to[larger] = value;
            larger += value > pivot;
            other[smaller] = value;
            smaller += value < pivot;
        }
        if (k > larger && k <= count - smaller)
            return pivot;
        if (k <= larger) {
            count = larger;
        } else {
            float *swap = to;
            to = other;
            other = swap;
            k -= count - smaller;
            count = smaller;
        }
        values = to; /* larger ones are then moved up within it: never past what has been read */
    }
}

/* Raises the threshold to the k-th best lower bound and drops the candidates that cannot reach it. */
static void raise_threshold(search *s)
{
    if (s->count < s->k)
        return;
    s->threshold = kth_largest(s->lows, s->count, s->k, s->spare, s->spare + s->model->trained);
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        s->ids[kept] = s->ids[i];
        s->lows[kept] = s->lows[i];
        s->highs[kept] = s->highs[i];
        kept += s->highs[i] >= s->threshold;
    }
    s->count = kept;
    s->full = 2 * kept > s->full ? 2 * kept : s->full;
}

static void consider(search *s, uint32_t item, float low, float high)
{
    if (high < s->threshold || item >= s->model->trained || s->count >= s->model->trained ||
        (s->admit && !s->admit(s->context, item)))
        return;
    s->ids[s->count] = item;
    s->lows[s->count] = low;
    s->highs[s->count++] = high;
}

static void scan(search *s)
{
    ss_als_hits hits;
    for (uint32_t block = 0;; block++) {
        block = s->model->kernels->scan(&s->scan, block, s->threshold, &hits);
        if (block == s->scan.blocks)
            break;
        for (uint32_t mask = hits.mask; mask; mask &= mask - 1) {
            uint32_t p = (uint32_t)__builtin_ctz(mask), item = s->model->order[(size_t)block * SS_ALS_BLOCK + p];
            consider(s, item, hits.scores[p] - hits.slack, hits.scores[p] + hits.slack);
        }
        if (s->count >= s->full)
            raise_threshold(s);
    }
    raise_threshold(s);
}

static void take_all(search *s)
{
    for (uint32_t item = 0; item < s->model->trained; item++)
        consider(s, item, -INFINITY, INFINITY);
}

static size_t score_candidates(const search *s, ss_scored *out)
{
    const ss_als *m = s->model;
    ss_topk top;
    ss_topk_init(&top, out, s->k);
    for (size_t i = 0; i < s->count; i++) {
        if (i + NEXT < s->count) {
            const float *next = m->item_factors + (size_t)s->ids[i + NEXT] * m->stride;
            for (uint32_t k = 0; k < m->stride; k += 16)
                __builtin_prefetch(next + k);
        }
        ss_scored entry = {m->kernels->dot(s->vector, m->item_factors + (size_t)s->ids[i] * m->stride, m->stride),
                           s->ids[i]};
        if (ss_topk_admits(&top, entry))
            ss_topk_push(&top, entry);
    }
    ss_topk_sort(&top);
    return top.count;
}

size_t ss_als_search(const ss_als *model, const float *vector, size_t k, ss_item_filter admit, void *context,
                     ss_als_scratch *scratch, ss_scored *out)
{
    if (k == 0 || model->trained == 0)
        return 0;
    search s = search_make(model, vector, k, scratch);
    s.admit = admit;
    s.context = context;
    if (s.norm * (double)model->block_norms[0] < PRODUCT_MAX)
        scan(&s);
    else
        take_all(&s);
    return score_candidates(&s, out);
}

#include "base/memory.h"
#include "models/als_kernel.h"
#include "models/als_scratch.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

#define NEXT        8u   /* candidates fetched ahead into the cache */
#define ROOM        1e-5 /* relative room for the rounding of the bounds themselves */
#define PRODUCT_MAX 1e37 /* beyond it bounds do not fit single precision */

typedef struct search {
    const ss_als *model;
    const float *vector;
    double norm, missed; /* lengths of the vector and of what its bytes leave out */
    ss_als_scan scan;
    int8_t *query; /* stride bytes: the vector as the scan reads it */
    size_t k;
    float threshold; /* the k-th best lower bound known: what a candidate must reach */
    ss_item_filter admit;
    void *context;
    uint32_t *ids; /* candidates, with lower and upper bounds of their scores: `room` of each, twice of `spare` */
    float *lows, *highs, *spare;
    size_t count, room, full; /* at `full` candidates the threshold is raised */
    bool overflowed;          /* there were more candidates than room */
} search;

/* Rounds the vector to bytes. */
static void quantize_query(search *s)
{
    int8_t *bytes = s->query;
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

/* Readies a search that has its memory for what is asked. */
static void search_begin(search *s, const ss_als_ask *ask)
{
    const ss_als *model = s->model;
    s->vector = ask->vector;
    s->k = ask->k;
    s->admit = ask->admit;
    s->context = ask->context;
    s->threshold = -INFINITY;
    s->count = 0;
    s->overflowed = false;
    s->full = s->k < 32 ? 64 : 2 * s->k;
    s->scan = (ss_als_scan){.bytes = model->quantized,
                            .scales = model->scales,
                            .errors = model->block_errors,
                            .norms = model->block_norms,
                            .blocks = model->blocks,
                            .stride = model->stride};
    quantize_query(s);
    bound_scores(s);
}

/* Too long a vector for bounds in single precision? */
static bool is_boundless(const search *s)
{
    return !(s->norm * (double)s->model->block_norms[0] < PRODUCT_MAX);
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
    s->threshold = kth_largest(s->lows, s->count, s->k, s->spare, s->spare + s->room);
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
    if (high < s->threshold || item >= s->model->trained || (s->admit && !s->admit(s->context, item)))
        return;
    if (s->count == s->room) {
        s->overflowed = true;
        return;
    }
    s->ids[s->count] = item;
    s->lows[s->count] = low;
    s->highs[s->count++] = high;
}

/* The blocks from `block` up to `end`. */
static void scan(search *s, uint32_t block, uint32_t end)
{
    ss_als_hits hits;
    s->scan.blocks = end;
    for (;; block++) {
        block = s->model->kernels->scan(&s->scan, block, s->threshold, &hits);
        if (block == end)
            break;
        for (uint32_t mask = hits.mask; mask; mask &= mask - 1) {
            uint32_t p = (uint32_t)__builtin_ctz(mask), item = s->model->order[(size_t)block * SS_ALS_BLOCK + p];
            consider(s, item, hits.scores[p] - hits.slack, hits.scores[p] + hits.slack);
        }
        if (s->count >= s->full)
            raise_threshold(s);
    }
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
        if (i + NEXT < s->count)
            ss_als_fetch(m, s->ids[i + NEXT]);
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
    const ss_als_ask ask = {.vector = vector, .k = k, .admit = admit, .context = context};
    search s = {.model = model,
                .query = scratch->query,
                .ids = scratch->ids,
                .lows = scratch->values,
                .highs = scratch->values + scratch->capacity,
                .spare = scratch->values + 2 * (size_t)scratch->capacity,
                .room = scratch->capacity};
    search_begin(&s, &ask);
    if (is_boundless(&s))
        take_all(&s);
    else {
        scan(&s, 0, model->blocks);
        raise_threshold(&s);
    }
    return score_candidates(&s, out);
}

/* ---- many at once ---- */

#define LANES 32u /* searches that go through the blocks together */
#define TILE  8u  /* blocks that they all look at while those are in the first cache: 16 kB of 64 factors */

struct ss_als_many {
    const ss_als *model;     /* borrowed */
    ss_als_scratch *scratch; /* owned: of what is searched by itself */
    search lanes[LANES];
    int8_t *queries; /* owned: LANES x stride */
    uint32_t *ids;   /* owned: LANES x room */
    float *values;   /* owned: 2 x LANES x room, and the spare of all */
};

static void place_lanes(ss_als_many *many, size_t room)
{
    for (size_t i = 0; i < LANES; i++)
        many->lanes[i] = (search){.model = many->model,
                                  .query = many->queries + i * many->model->stride,
                                  .ids = many->ids + i * room,
                                  .lows = many->values + 2 * i * room,
                                  .highs = many->values + (2 * i + 1) * room,
                                  .spare = many->values + 2 * (size_t)LANES * room,
                                  .room = room};
}

ss_als_many *ss_als_many_new(const ss_als *model, size_t most)
{
    size_t wanted = most < (SIZE_MAX - 1024) / 8 ? 8 * most + 1024 : SIZE_MAX,
           room = wanted < model->trained ? wanted : model->trained;
    ss_als_many *many = ss_array_zeroed(1, sizeof *many);
    if (!many)
        return NULL;
    many->model = model;
    many->scratch = ss_als_scratch_new(model);
    many->queries = ss_array_aligned(LANES, model->stride);
    many->ids = ss_array_new(room, LANES * sizeof *many->ids);
    many->values = ss_array_new(room, 2 * (LANES + 1) * sizeof *many->values);
    if (!many->scratch || !many->queries || !many->ids || !many->values)
        ss_als_many_free(&many);
    else
        place_lanes(many, room);
    return many;
}

void ss_als_many_free(ss_als_many **many)
{
    ss_als_many *old = *many;
    *many = NULL;
    if (!old)
        return;
    ss_als_scratch_free(&old->scratch);
    free(old->queries);
    free(old->ids);
    free(old->values);
    free(old);
}

/* Takes the searches through all blocks, tile by tile; who can find nothing more is not taken along. */
static void scan_together(ss_als_many *many, size_t count)
{
    uint32_t blocks = many->model->blocks;
    search *going[LANES];
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (!many->lanes[i].overflowed)
            going[left++] = &many->lanes[i];
    for (uint32_t block = 0; block < blocks && left > 0; block += TILE) {
        size_t stay = 0;
        for (size_t i = 0; i < left; i++) {
            search *s = going[i];
            if (s->overflowed || s->scan.reach * s->scan.norms[block] < s->threshold)
                continue;
            scan(s, block, blocks - block < TILE ? blocks : block + TILE);
            going[stay++] = s;
        }
        left = stay;
    }
}

static void search_together(ss_als_many *many, ss_als_ask *asks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        search_begin(&many->lanes[i], &asks[i]);
        many->lanes[i].overflowed = asks[i].k == 0 || many->model->trained == 0 ||
                                    2 * asks[i].k > many->lanes[i].room || is_boundless(&many->lanes[i]);
    }
    scan_together(many, count);
    for (size_t i = 0; i < count; i++) {
        search *s = &many->lanes[i];
        ss_als_ask *ask = &asks[i];
        if (!s->overflowed) {
            raise_threshold(s);
            ask->found = score_candidates(s, ask->out);
        } else
            ask->found =
                ss_als_search(many->model, ask->vector, ask->k, ask->admit, ask->context, many->scratch, ask->out);
    }
}

void ss_als_search_many(ss_als_many *many, ss_als_ask *asks, size_t count)
{
    for (size_t first = 0; first < count; first += LANES)
        search_together(many, asks + first, count - first < LANES ? count - first : LANES);
}

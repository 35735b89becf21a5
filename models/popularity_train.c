#include "models/popularity_train.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/topk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PATH_ROOM 4096

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_popularity_options, MEMBER)
const ss_option ss_popularity_option_table[] = {
    {"half-life", SS_OPTION_REAL, OPTION(half_life_days), 0, 100000, "30", NULL, "DAYS",
     "A purchase this old counts half; 0: age does not count."},
    {"freshness-half-life", SS_OPTION_REAL, OPTION(freshness_half_life_days), 0, 100000, "7", NULL, "DAYS",
     "Freshness: a purchase this old counts half in the question whether an item is still sold."},
    {"short", SS_OPTION_REAL, OPTION(short_days), 0.001, 100000, "7", NULL, "DAYS",
     "Trending: the window looked at."},
    {"long", SS_OPTION_REAL, OPTION(long_days), 0.001, 100000, "90", NULL, "DAYS",
     "Trending: the window it is compared with."},
    {"shrinkage", SS_OPTION_REAL, OPTION(shrinkage), 0, 1e6, "5", NULL, NULL,
     "Trending: how many mean items' worth of doubt is added to both sides."},
    {.name = NULL}};
/* clang-format on */

/* ---- counting ---- */

typedef void (*visit_purchase)(void *context, const ss_interaction *row);

static void each_purchase(const ss_interactions *log, visit_purchase visit, void *context)
{
    unsigned events = ss_interactions_learning_events(log);
    for (size_t r = 0; r < log->count; r++)
        if (events >> log->rows[r].event & 1u)
            visit(context, &log->rows[r]);
}

typedef struct decay {
    double *sums;
    int64_t newest; /* SS_NO_TIME: age does not count */
    double half_life_days;
} decay;

static void add_decayed(void *context, const ss_interaction *row)
{
    decay *to = context;
    double age = to->newest == SS_NO_TIME ? 0 : (double)(to->newest - row->time) / (double)SS_DAY;
    to->sums[row->item] += to->half_life_days > 0 ? exp2(-age / to->half_life_days) : 1;
}

/* The decayed count of each item; `sums` has room for all and is zero. Returns their sum. */
static double decayed_counts(const ss_interactions *log, double half_life_days, double *sums)
{
    decay to = {sums, log->has_times ? log->last_time : SS_NO_TIME, half_life_days};
    each_purchase(log, add_decayed, &to);
    double all = 0;
    for (uint32_t i = 0; i < log->item_count; i++)
        all += sums[i];
    return all;
}

ss_status ss_popularity_freshness(const ss_interactions *interactions, double half_life_days, float *out,
                                  ss_error *error)
{
    double *sums = ss_array_zeroed(interactions->item_count, sizeof *sums);
    if (!sums)
        return ss_error_nomem(error);
    decayed_counts(interactions, half_life_days, sums);
    for (uint32_t i = 0; i < interactions->item_count; i++)
        out[i] = (float)sums[i];
    memset(sums, 0, interactions->item_count * sizeof *sums);
    decayed_counts(interactions, 0, sums);
    for (uint32_t i = 0; i < interactions->item_count; i++)
        out[i] = sums[i] > 0 ? (float)(out[i] / sums[i]) : 0;
    free(sums);
    return SS_OK;
}

/* ---- the file's arrays ---- */

typedef struct lists {
    uint32_t item_count, category_count;
    float *scores, *freshness, *trending; /* item_count each */
    uint32_t *order, *trending_order, *category_items;
    uint64_t *category_offsets; /* category_count + 1 */
    uint64_t listed, trending_listed;
} lists;

static void lists_release(lists *of)
{
    free(of->scores);
    free(of->freshness);
    free(of->trending);
    free(of->order);
    free(of->trending_order);
    free(of->category_items);
    free(of->category_offsets);
}

static ss_status score_items(lists *of, const ss_interactions *log, double half_life_days, ss_error *error)
{
    double *sums = ss_array_zeroed(of->item_count, sizeof *sums);
    of->scores = ss_array_new(of->item_count, sizeof *of->scores);
    if (!sums || !of->scores) {
        free(sums);
        return ss_error_nomem(error);
    }
    double all = decayed_counts(log, half_life_days, sums);
    for (uint32_t i = 0; i < of->item_count; i++)
        of->scores[i] = all > 0 ? (float)(sums[i] / all) : 0;
    free(sums);
    return SS_OK;
}

static ss_status score_freshness(lists *of, const ss_interactions *log, double half_life_days, ss_error *error)
{
    of->freshness = ss_array_zeroed(of->item_count, sizeof *of->freshness);
    return of->freshness ? ss_popularity_freshness(log, half_life_days, of->freshness, error) : ss_error_nomem(error);
}

typedef struct windows {
    uint32_t *recent, *before_and_recent; /* purchases of each item in the short and in the long window */
    int64_t newest;
    double short_span, long_span; /* microseconds */
} windows;

static void add_to_windows(void *context, const ss_interaction *row)
{
    windows *to = context;
    double age = (double)(to->newest - row->time);
    to->recent[row->item] += age < to->short_span;
    to->before_and_recent[row->item] += age < to->long_span;
}

/* `known`: items that the log has rows of. */
static void compare_windows(lists *of, const windows *counted, uint32_t items, uint32_t known, double shrinkage)
{
    double ratio = counted->short_span / counted->long_span, expected = 0;
    for (uint32_t i = 0; i < items; i++)
        expected += counted->before_and_recent[i] * ratio;
    double doubt = known > 0 ? shrinkage * (expected / known) : 0;
    for (uint32_t i = 0; i < items; i++) {
        double above = counted->recent[i] + doubt, below = counted->before_and_recent[i] * ratio + doubt;
        of->trending[i] = above > 0 && below > 0 ? (float)log(above / below) : 0;
    }
}

static ss_status count_known(const ss_interactions *log, uint32_t *known, ss_error *error)
{
    unsigned char *seen = ss_array_zeroed(log->item_count, 1);
    if (!seen)
        return ss_error_nomem(error);
    *known = 0;
    for (size_t r = 0; r < log->count; r++) {
        *known += !seen[log->rows[r].item];
        seen[log->rows[r].item] = 1;
    }
    free(seen);
    return SS_OK;
}

static ss_status score_trends(lists *of, const ss_interactions *log, const ss_popularity_options *options,
                              ss_error *error)
{
    ss_status status = SS_OK;
    uint32_t known = 0;
    windows counted = {.newest = log->last_time, .short_span = options->short_days * (double)SS_DAY};
    of->trending = ss_array_zeroed(of->item_count, sizeof *of->trending);
    if (!of->trending)
        SS_TRY(ss_error_nomem(error));
    if (!log->has_times || log->item_count == 0)
        return SS_OK;
    counted.long_span = fmin(options->long_days * (double)SS_DAY, (double)(log->last_time - log->first_time) + 1);
    if (counted.long_span <= counted.short_span)
        return SS_OK;
    counted.recent = ss_array_zeroed(log->item_count, sizeof *counted.recent);
    counted.before_and_recent = ss_array_zeroed(log->item_count, sizeof *counted.before_and_recent);
    if (!counted.recent || !counted.before_and_recent)
        SS_TRY(ss_error_nomem(error));
    each_purchase(log, add_to_windows, &counted);
    SS_TRY(count_known(log, &known, error));
    compare_windows(of, &counted, log->item_count, known, options->shrinkage);
out:
    free(counted.recent);
    free(counted.before_and_recent);
    return status;
}

static int best_first(const void *a, const void *b)
{
    const ss_scored *x = a, *y = b;
    return ss_scored_before(*x, *y) ? -1 : ss_scored_before(*y, *x);
}

/* The items with a score above 0, best first. Caller owns *order. */
static ss_status rank_items(const float *scores, uint32_t item_count, uint32_t **order, uint64_t *listed,
                            ss_error *error)
{
    ss_scored *ranked = ss_array_new(item_count, sizeof *ranked);
    *order = ss_array_new(item_count, sizeof **order);
    if (!ranked || !*order) {
        free(ranked);
        return ss_error_nomem(error);
    }
    size_t count = 0;
    for (uint32_t i = 0; i < item_count; i++)
        if (scores[i] > 0)
            ranked[count++] = (ss_scored){scores[i], i};
    qsort(ranked, count, sizeof *ranked, best_first);
    for (size_t k = 0; k < count; k++)
        (*order)[k] = ranked[k].id;
    *listed = count;
    free(ranked);
    return SS_OK;
}

/* Deals the ranked items out to their categories: each keeps the order. */
static ss_status list_categories(lists *of, const uint32_t *category, ss_error *error)
{
    uint64_t *next = ss_array_new(of->category_count, sizeof *next);
    of->category_offsets = ss_array_zeroed((size_t)of->category_count + 1, sizeof *of->category_offsets);
    of->category_items = ss_array_new((size_t)of->listed, sizeof *of->category_items);
    if (!next || !of->category_offsets || !of->category_items) {
        free(next);
        return ss_error_nomem(error);
    }
    for (uint64_t k = 0; category && k < of->listed; k++)
        if (category[of->order[k]] < of->category_count)
            of->category_offsets[category[of->order[k]] + 1]++;
    for (uint32_t c = 0; c < of->category_count; c++) {
        of->category_offsets[c + 1] += of->category_offsets[c];
        next[c] = of->category_offsets[c];
    }
    for (uint64_t k = 0; category && k < of->listed; k++)
        if (category[of->order[k]] < of->category_count)
            of->category_items[next[category[of->order[k]]]++] = of->order[k];
    free(next);
    return SS_OK;
}

static ss_status write_lists(const lists *of, const char *path, ss_error *error)
{
    ss_status status = SS_OK;
    ss_model_writer *writer = ss_model_writer_new(&ss_popularity_schema);
    if (!writer)
        return ss_error_nomem(error);
    SS_TRY(ss_model_writer_add(writer, "scores", SS_F32, of->scores, of->item_count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "order", SS_U32, of->order, of->listed, 0, error));
    SS_TRY(ss_model_writer_add(writer, "freshness", SS_F32, of->freshness, of->item_count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "trending_scores", SS_F32, of->trending, of->item_count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "trending_order", SS_U32, of->trending_order, of->trending_listed, 0, error));
    SS_TRY(ss_model_writer_add(writer, "category.offsets", SS_U64, of->category_offsets,
                               (uint64_t)of->category_count + 1, 0, error));
    SS_TRY(ss_model_writer_add(writer, "category.items", SS_U32, of->category_items,
                               of->category_offsets[of->category_count], 0, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

ss_status ss_popularity_train(const ss_interactions *interactions, const ss_popularity_options *options,
                              const uint32_t *category, uint32_t item_count, uint32_t category_count,
                              const char *generation_path, ss_error *error)
{
    ss_status status = SS_OK;
    lists of = {.item_count = item_count, .category_count = category_count};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_POPULARITY_FILE, error));
    SS_TRY(score_items(&of, interactions, options->half_life_days, error));
    SS_TRY(score_freshness(&of, interactions, options->freshness_half_life_days, error));
    SS_TRY(score_trends(&of, interactions, options, error));
    SS_TRY(rank_items(of.scores, item_count, &of.order, &of.listed, error));
    SS_TRY(rank_items(of.trending, item_count, &of.trending_order, &of.trending_listed, error));
    SS_TRY(list_categories(&of, category, error));
    SS_TRY(write_lists(&of, path, error));
out:
    lists_release(&of);
    return status;
}

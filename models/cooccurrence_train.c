#include "models/cooccurrence_train.h"

#include "base/file.h"
#include "base/memory.h"
#include "models/cooccurrence_sequences_train.h"
#include "models/popularity_train.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_ROOM 4096

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_relation_options, MEMBER)
#define SCORE_OPTIONS(A, B, C, HALF_LIFE, RECENCY)                                                                      \
    {"score", SS_OPTION_CHOICE, OPTION(score), 0, 0, "normalised", "count|cosine|jaccard|lift|llr|normalised", NULL,   \
     "What orders the neighbours of an item."},                                                                        \
    {"a", SS_OPTION_REAL, OPTION(a), 0, 2, A, NULL, NULL,                                                              \
     "Normalised: a group of n items weighs n^-a."},                                                                   \
    {"b", SS_OPTION_REAL, OPTION(b), 0, 2, B, NULL, NULL,                                                              \
     "Normalised: exponent of the popularity of the item asked from."},                                                \
    {"c", SS_OPTION_REAL, OPTION(c), 0, 2, C, NULL, NULL,                                                              \
     "Normalised: exponent of the popularity of the neighbour."},                                                      \
    {"half-life", SS_OPTION_REAL, OPTION(half_life_days), 0, 100000, HALF_LIFE, NULL, "DAYS",                          \
     "Normalised: a group this old weighs half; 0: age does not count."},                                              \
    {"recency", SS_OPTION_REAL, OPTION(recency), 0, 2, RECENCY, NULL, NULL,                                            \
     "Normalised: exponent of the share of the neighbour's purchases that are recent; 0: none."},                                   \
    {"recency-half-life", SS_OPTION_REAL, OPTION(recency_half_life_days), 0, 100000, "30", NULL, "DAYS",               \
     "Half-life of what counts as recent."}
#define LIST_OPTIONS(MIN_CUSTOMERS)                                                                                    \
    {"min-customers", SS_OPTION_INT, OPTION(min_customers), 1, 1000000, MIN_CUSTOMERS, NULL, NULL,                     \
     "Pairs seen with fewer distinct customers are not listed."},                                                      \
    {"list-length", SS_OPTION_INT, OPTION(list_length), 1, SS_LIST_LENGTH_MAX, "200", NULL, NULL,                      \
     "Neighbours kept per item."},                                                                                     \
    {"max-group", SS_OPTION_INT, OPTION(max_group), 0, 1e9, "0", NULL, "ITEMS",                                        \
     "Leave out groups with more distinct items; 0: none."}
#define WINDOW_OPTION(WINDOW)                                                                                          \
    {"window", SS_OPTION_REAL, OPTION(window_days), 0, 100000, WINDOW, NULL, "DAYS",                                   \
     "Most time between the two purchases; 0: any."}

static const ss_option together_options[] = {
    SCORE_OPTIONS("0.8", "0.5", "0.15", "180", "0"), LIST_OPTIONS("2"), {.name = NULL}};
static const ss_option related_options[] = {
    SCORE_OPTIONS("1", "0.4", "0.6", "0", "0.3"), LIST_OPTIONS("2"), WINDOW_OPTION("0"), {.name = NULL}};
static const ss_option next_options[] = {
    SCORE_OPTIONS("1", "0.4", "0.6", "0", "0.3"), LIST_OPTIONS("2"), WINDOW_OPTION("0"),
    {"gap-discount", SS_OPTION_REAL, OPTION(gap_discount), 0, 4, "1", NULL, NULL,
     "Normalised: what comes n steps later weighs n^-x; 0: all the same."},
    {.name = NULL}};
/* clang-format on */

const ss_option *const ss_relation_option_tables[SS_RELATION_COUNT] = {together_options, related_options, next_options};

/* ---- one relation ---- */

static ss_status count_groups(const ss_interactions *log, ss_grouping grouping, const float *recency,
                              const uint8_t *only, const ss_relation_options *options, int threads,
                              ss_progress_sink *progress, ss_pair_lists *out, ss_error *error)
{
    ss_status status = SS_OK;
    ss_groups groups = {0};
    bool times = grouping == SS_BY_CUSTOMER && options->half_life_days > 0 && log->has_times;
    SS_TRY(ss_groups_make(log, grouping, ss_interactions_learning_events(log), times, false, &groups, error));
    SS_TRY(ss_pairs_recount(&groups, log->item_count, log->has_times ? log->last_time : SS_NO_TIME, recency, only,
                            options, threads, progress, out, error));
out:
    ss_groups_free(&groups);
    return status;
}

static ss_status count_nothing(const ss_interactions *log, const ss_relation_options *options, ss_pair_lists *out,
                               ss_error *error)
{
    uint64_t offset = 0;
    ss_groups none = {.offsets = &offset};
    return ss_pairs_count(&none, log->item_count, SS_NO_TIME, NULL, options, 1, NULL, out, error);
}

ss_status ss_relation_recount(const ss_interactions *interactions, ss_relation relation, const uint8_t *only,
                              const ss_relation_options *options, int threads, ss_progress_sink *progress,
                              ss_pair_lists *out, ss_error *error)
{
    ss_status status = SS_OK;
    float *recency = NULL;
    if (options->score == SS_PAIR_NORMALISED && options->recency > 0) {
        recency = ss_array_new(interactions->item_count, sizeof *recency);
        if (!recency)
            return ss_error_nomem(error);
        SS_TRY(ss_popularity_freshness(interactions, options->recency_half_life_days, recency, error));
    }
    if (relation == SS_BOUGHT_TOGETHER && interactions->has_baskets)
        status = count_groups(interactions, SS_BY_BASKET, recency, only, options, threads, progress, out, error);
    else if (relation == SS_RELATED && interactions->has_customers &&
             !(options->window_days > 0 && interactions->has_times))
        status = count_groups(interactions, SS_BY_CUSTOMER, recency, only, options, threads, progress, out, error);
    else if (relation == SS_RELATED && interactions->has_customers)
        status = ss_sequence_pairs_count(interactions, false, recency, only, options, threads, progress, out, error);
    else if (relation == SS_BOUGHT_NEXT && (interactions->has_customers || interactions->has_baskets))
        status = ss_sequence_pairs_count(interactions, true, recency, only, options, threads, progress, out, error);
    else
        status = count_nothing(interactions, options, out, error);
out:
    free(recency);
    return status;
}

ss_status ss_relation_count(const ss_interactions *interactions, ss_relation relation,
                            const ss_relation_options *options, int threads, ss_progress_sink *progress,
                            ss_pair_lists *out, ss_error *error)
{
    return ss_relation_recount(interactions, relation, NULL, options, threads, progress, out, error);
}

/* ---- the file ---- */

static ss_status add_part(ss_model_writer *writer, ss_relation relation, const char *part, ss_dtype dtype,
                          const void *data, uint64_t rows, ss_error *error)
{
    char name[SS_TENSOR_NAME_MAX + 1];
    snprintf(name, sizeof name, "%s.%s", ss_relation_name(relation), part);
    return ss_model_writer_add(writer, name, dtype, data, rows, 0, error);
}

static ss_status add_relation(ss_model_writer *writer, ss_relation relation, const ss_pair_lists *lists,
                              ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t items = lists->item_count, entries = lists->offsets[items];
    char key[SS_TENSOR_NAME_MAX + 1];
    SS_TRY(add_part(writer, relation, "offsets", SS_U64, lists->offsets, items + 1, error));
    SS_TRY(add_part(writer, relation, "neighbours", SS_U32, lists->neighbours, entries, error));
    SS_TRY(add_part(writer, relation, "scores", SS_F32, lists->scores, entries, error));
    SS_TRY(add_part(writer, relation, "pairs", SS_U32, lists->pairs, entries, error));
    SS_TRY(add_part(writer, relation, "customers", SS_U32, lists->customers, entries, error));
    SS_TRY(add_part(writer, relation, "degrees", SS_U32, lists->degrees, items, error));
    snprintf(key, sizeof key, "%s.groups", ss_relation_name(relation));
    SS_TRY(ss_model_writer_metadata_f64(writer, key, (double)lists->group_count, error));
out:
    return status;
}

ss_status ss_cooccurrence_write(const ss_pair_lists lists[SS_RELATION_COUNT], const char *generation_path,
                                ss_error *error)
{
    ss_status status = SS_OK;
    ss_model_writer *writer = NULL;
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_COOCCURRENCE_FILE, error));
    writer = ss_model_writer_new(&ss_cooccurrence_schema);
    if (!writer)
        SS_TRY(ss_error_nomem(error));
    for (int r = 0; r < SS_RELATION_COUNT; r++)
        SS_TRY(add_relation(writer, (ss_relation)r, &lists[r], error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

ss_status ss_cooccurrence_train(const ss_interactions *interactions, const ss_cooccurrence_options *options,
                                int threads, ss_progress_sink *progress, const char *generation_path, ss_error *error)
{
    ss_status status = SS_OK;
    ss_pair_lists lists[SS_RELATION_COUNT] = {{0}};
    for (int r = 0; r < SS_RELATION_COUNT; r++)
        SS_TRY(ss_relation_count(interactions, (ss_relation)r, &options->relations[r], threads, progress, &lists[r],
                                 error));
    SS_TRY(ss_cooccurrence_write(lists, generation_path, error));
out:
    for (int r = 0; r < SS_RELATION_COUNT; r++)
        ss_pair_lists_free(&lists[r]);
    return status;
}

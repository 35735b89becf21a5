#include "models/alternatives_train.h"

#include "base/file.h"
#include "base/memory.h"
#include "models/alternatives_rows_train.h"

#include <stdlib.h>
#include <string.h>

#define PATH_ROOM 4096
#define VIEWS     (1u << SS_EVENT_VIEW)
#define PURCHASES (1u << SS_EVENT_PURCHASE)

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_alternatives_options, MEMBER)
const ss_option ss_alternatives_option_table[] = {
    {"names", SS_OPTION_REAL, OPTION(weights.names), 0, 100, "1", NULL, NULL,
     "Weight of the likeness of names."},
    {"views", SS_OPTION_REAL, OPTION(weights.views), 0, 100, "3", NULL, NULL,
     "Weight of being looked at in one session."},
    {"repulsion", SS_OPTION_REAL, OPTION(weights.repulsion), 0, 1000, "80", NULL, NULL,
     "How much being bought in one order tells against a pair of unlike names."},
    {"category", SS_OPTION_REAL, OPTION(weights.category), 0, 1, "0.5", NULL, NULL,
     "Share of the score that a product of another category loses."},
    {"price", SS_OPTION_REAL, OPTION(weights.price), 0, 10, "0.3", NULL, NULL,
     "Exponent of the ratio of the lower price to the higher one; 0: prices do not count."},
    {"min-score", SS_OPTION_REAL, OPTION(weights.min_score), 0, 100, "0.2", NULL, NULL,
     "What scores less is no alternative."},
    {"kind", SS_OPTION_REAL, OPTION(kind), 0, 0.99, "0.9", NULL, NULL,
     "How much the parts of a name weigh by what they say of price and category; 0: by their rarity alone."},
    {"max-df", SS_OPTION_INT, OPTION(max_df), 2, 1e9, "2000", NULL, "ITEMS",
     "Parts of a name that more products share are too common to be looked at."},
    {"min-customers", SS_OPTION_INT, OPTION(min_customers), 1, 1000000, "2", NULL, NULL,
     "Products looked at together by fewer distinct customers (or sessions without one) do not count."},
    {"max-session", SS_OPTION_INT, OPTION(max_session), 2, 100000, "100", NULL, "ITEMS",
     "Sessions of more products are left out: robots."},
    {"list-length", SS_OPTION_INT, OPTION(list_length), 1, SS_ALTERNATIVES_LIST_MAX, "50", NULL, NULL,
     "Alternatives kept per item."},
    {.name = NULL}};
/* clang-format on */

bool ss_alternatives_learns(const ss_interactions *interactions, const ss_items_content *items)
{
    for (uint32_t item = 0; items->names && item < items->count; item++)
        if (items->names[item].size > 0)
            return true;
    for (size_t r = 0; r < interactions->count; r++)
        if (interactions->rows[r].event == SS_EVENT_VIEW && interactions->rows[r].basket != SS_NONE)
            return true;
    return false;
}

/* ---- pairs ---- */

static ss_status find_products(const ss_items_content *items, uint32_t **products, ss_error *error)
{
    uint32_t *of = ss_array_new(items->count, sizeof *of), *first = ss_array_new(items->group_count, sizeof *first);
    for (uint32_t group = 0; first && group < items->group_count; group++)
        first[group] = SS_NONE;
    for (uint32_t item = 0; of && first && item < items->count; item++) {
        uint32_t group = items->group[item];
        of[item] = item;
        if (group == SS_NONE)
            continue;
        if (first[group] == SS_NONE)
            first[group] = item;
        of[item] = first[group];
    }
    bool made = of && first;
    free(first);
    *products = of;
    return made ? SS_OK : ss_error_nomem(error);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Puts the first variant of its product in each item's place: distinct and rising in each group, as they were. */
static void join_variants(ss_groups *groups, const uint32_t *products)
{
    uint64_t kept = 0, from = 0;
    for (size_t g = 0; g < groups->group_count; g++) {
        uint64_t to = groups->offsets[g + 1], begin = kept;
        for (uint64_t e = from; e < to; e++)
            groups->items[e] = products[groups->items[e]];
        qsort(groups->items + from, (size_t)(to - from), sizeof *groups->items, by_number);
        for (uint64_t e = from; e < to; e++)
            if (kept == begin || groups->items[kept - 1] != groups->items[e])
                groups->items[kept++] = groups->items[e];
        groups->offsets[g + 1] = kept;
        from = to;
    }
}

/* Counting is told under a name of ours: the model of co-occurrence has counted baskets before. */
typedef struct renamed_phase {
    ss_progress_sink *sink;
    const char *phase;
} renamed_phase;

static bool report_renamed(void *context, const ss_progress *progress)
{
    const renamed_phase *renamed = context;
    ss_progress named = *progress;
    named.phase = renamed->phase;
    return ss_progress_tell(renamed->sink, &named);
}

/* The pairs of one kind of event inside sessions or orders, with `products` of products; none for a log without them. */
static ss_status count_pairs(const ss_interactions *log, unsigned events, const uint32_t *products,
                             const ss_relation_options *options, int threads, ss_progress_sink *progress,
                             ss_pair_lists *lists, ss_error *error)
{
    ss_status status = SS_OK;
    ss_groups groups = {0};
    renamed_phase renamed = {progress, events == VIEWS ? "pairs in views" : "pairs in orders"};
    ss_progress_sink sink = {.report = report_renamed, .context = &renamed};
    SS_TRY(ss_groups_make(log, SS_BY_BASKET, events, false, false, &groups, error));
    if (products)
        join_variants(&groups, products);
    SS_TRY(ss_pairs_count(&groups, log->item_count, SS_NO_TIME, NULL, options, threads, &sink, lists, error));
out:
    ss_groups_free(&groups);
    return status;
}

static ss_status count_views(const ss_interactions *log, const ss_alternatives_options *options, int threads,
                             ss_progress_sink *progress, ss_pair_lists *views, ss_error *error)
{
    ss_relation_options counting = {.score = SS_PAIR_COSINE,
                                    .min_customers = options->min_customers,
                                    .list_length = SS_LIST_LENGTH_MAX,
                                    .max_group = options->max_session};
    return count_pairs(log, VIEWS, NULL, &counting, threads, progress, views, error);
}

/* Normalised by the orders' sizes alone, the score is the sum of 1 / |h|. */
static ss_status count_orders(const ss_interactions *log, const uint32_t *products, int threads,
                              ss_progress_sink *progress, ss_pair_lists *orders, ss_error *error)
{
    ss_relation_options counting = {
        .score = SS_PAIR_NORMALISED, .a = 1, .min_customers = 1, .list_length = SS_LIST_LENGTH_MAX};
    return count_pairs(log, log->has_purchases ? PURCHASES : 0, products, &counting, threads, progress, orders, error);
}

/* ---- the file ---- */

static ss_status add_lists(ss_model_writer *writer, const ss_alternatives_lists *lists, uint64_t items, ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t entries = lists->offsets[items];
    SS_TRY(ss_model_writer_add(writer, "lists.offsets", SS_U64, lists->offsets, items + 1, 0, error));
    SS_TRY(ss_model_writer_add(writer, "lists.items", SS_U32, lists->items, entries, 0, error));
    SS_TRY(ss_model_writer_add(writer, "lists.scores", SS_F32, lists->scores, entries, 0, error));
    SS_TRY(ss_model_writer_add(writer, "lists.similarity", SS_F32, lists->similarity, entries, 0, error));
    SS_TRY(ss_model_writer_add(writer, "lists.sessions", SS_U32, lists->sessions, entries, 0, error));
    SS_TRY(ss_model_writer_add(writer, "lists.customers", SS_U32, lists->customers, entries, 0, error));
    SS_TRY(ss_model_writer_add(writer, "lists.orders", SS_U32, lists->orders, entries, 0, error));
out:
    return status;
}

static ss_status add_names(ss_model_writer *writer, const ss_name_index *names, ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t grams = names->gram_count, postings = names->posting_count;
    SS_TRY(ss_model_writer_add(writer, "grams.keys", SS_U64, names->keys, grams, 0, error));
    SS_TRY(ss_model_writer_add(writer, "grams.weights", SS_F32, names->weights, grams, 0, error));
    SS_TRY(ss_model_writer_add(writer, "grams.offsets", SS_U64, names->offsets, grams + 1, 0, error));
    SS_TRY(ss_model_writer_add(writer, "postings.items", SS_U32, names->items, postings, 0, error));
    SS_TRY(ss_model_writer_add(writer, "postings.counts", SS_U8, names->counts, postings, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.norms", SS_F32, names->norms, names->item_count, 0, error));
out:
    return status;
}

ss_status ss_alternatives_write(const ss_alternatives_lists *lists, const ss_name_index *names,
                                const ss_alternatives_weights *weights, const char *generation_path, ss_error *error)
{
    ss_status status = SS_OK;
    char path[PATH_ROOM];
    ss_model_writer *writer = ss_model_writer_new(&ss_alternatives_schema);
    if (!writer)
        return ss_error_nomem(error);
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_ALTERNATIVES_FILE, error));
    SS_TRY(add_lists(writer, lists, names->item_count, error));
    SS_TRY(add_names(writer, names, error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "names", weights->names, error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "category", weights->category, error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "price", weights->price, error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "min-score", weights->min_score, error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "unknown", names->unknown, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

ss_status ss_alternatives_train(const ss_interactions *interactions, const ss_items_content *items,
                                const ss_alternatives_options *options, int threads, ss_progress_sink *progress,
                                const char *generation_path, ss_error *error)
{
    ss_status status = SS_OK;
    ss_name_table names = {0};
    ss_pair_lists views = {0}, orders = {0};
    ss_alternatives_lists lists = {0};
    uint32_t *products = NULL;

    SS_TRY(ss_options_check(ss_alternatives_option_table, options, error));
    SS_TRY(ss_name_table_make(items, options->kind, (uint64_t)options->max_df, threads, &names, error));
    SS_TRY(count_views(interactions, options, threads, progress, &views, error));
    SS_TRY(find_products(items, &products, error));
    SS_TRY(count_orders(interactions, products, threads, progress, &orders, error));
    ss_alternatives_input input = {items, &names, &views, products, &orders};
    SS_TRY(ss_alternatives_rows(&input, options, threads, progress, &lists, error));
    ss_name_index index = ss_name_table_index(&names);
    SS_TRY(ss_alternatives_write(&lists, &index, &options->weights, generation_path, error));
out:
    ss_alternatives_lists_free(&lists);
    ss_pair_lists_free(&orders);
    ss_pair_lists_free(&views);
    ss_name_table_free(&names);
    free(products);
    return status;
}

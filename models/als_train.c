#include "models/als_train.h"

#include "base/file.h"
#include "base/memory.h"
#include "models/als_index.h"
#include "models/als_kernel.h"
#include <math.h>
#include <stdlib.h>

#define PATH_ROOM 4096

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_als_options, MEMBER)
const ss_option ss_als_option_table[] = {
    {"factors", SS_OPTION_INT, OPTION(factors), 8, SS_ALS_FACTORS_MAX, "64", NULL, NULL,
     "Numbers learned about each item and customer."},
    {"iterations", SS_OPTION_INT, OPTION(iterations), 1, 200, "12", NULL, NULL,
     "Passes over items and customers."},
    {"solver", SS_OPTION_CHOICE, OPTION(solver), 0, 1, "cg", "cg|cholesky", NULL,
     "Conjugate gradients (fast) or exact systems."},
    {"cg-steps", SS_OPTION_INT, OPTION(cg_steps), 1, 20, "3", NULL, NULL,
     "Conjugate-gradient steps for each row and pass."},
    {"unobserved", SS_OPTION_REAL, OPTION(unobserved), 0, 100, "0", NULL, NULL,
     "Weight of each pair that nobody bought, beside 1 for a purchase; 0: 700 / items, at most 0.3."},
    {"regularization", SS_OPTION_REAL, OPTION(regularization), 1e-9, 1000, "0.003", NULL, NULL,
     "How strongly factors are drawn to zero."},
    {"frequency-exponent", SS_OPTION_REAL, OPTION(frequency_exponent), 0, 1, "1", NULL, NULL,
     "How much more strongly those of frequent items and customers are: 0 alike, 1 in proportion."},
    {"weighting", SS_OPTION_CHOICE, OPTION(weighting), 0, 2, "log", "binary|log|capped", NULL,
     "What a quantity weighs: 1, 1 + p ln(quantity), or the quantity up to p."},
    {"weighting-parameter", SS_OPTION_REAL, OPTION(weighting_parameter), 0.001, 1000, "0.3", NULL, "P",
     "The p of the weighting."},
    {"half-life", SS_OPTION_REAL, OPTION(half_life_days), 0, 100000, "180", NULL, "DAYS",
     "A purchase this old weighs half; 0: age does not count."},
    {"seed", SS_OPTION_INT, OPTION(seed), 0, 9e15, "1", NULL, NULL,
     "Of the random start."},
    {"objective", SS_OPTION_FLAG, OPTION(objective), 0, 0, NULL, NULL, NULL,
     "Report the objective after each iteration."},
    {.name = NULL}};
/* clang-format on */

/* The rows the factorization learns from: customers, or orders in a log without customers. */
static ss_status make_groups(const ss_interactions *log, bool want_times, ss_groups *groups, ss_error *error)
{
    ss_grouping grouping = log->has_customers ? SS_BY_CUSTOMER : SS_BY_BASKET;
    return ss_groups_make(log, grouping, ss_interactions_learning_events(log), want_times, true, groups, error);
}

/* Quantities become weights in place. */
static void weigh(const ss_interactions *log, const ss_als_options *options, ss_groups *groups)
{
    for (uint64_t k = 0; k < groups->offsets[groups->group_count]; k++) {
        float weight = ss_als_weight((ss_als_weighting)options->weighting, (float)options->weighting_parameter,
                                     groups->quantities[k]);
        if (groups->times)
            weight *= ss_als_decay(options->half_life_days, log->last_time, groups->times[k]);
        groups->quantities[k] = fmaxf(weight, SS_ALS_WEIGHT_MIN);
    }
}

static uint32_t trained_items(const ss_groups *groups)
{
    uint32_t trained = 0;
    for (uint64_t k = 0; k < groups->offsets[groups->group_count]; k++)
        if (groups->items[k] >= trained)
            trained = groups->items[k] + 1;
    return trained;
}

/* ---- the file ---- */

/* The diagonal of the weighted Gram matrix; in the factors' own axes there is nothing beside it. */
static void gram_diagonal(const ss_als_factors *factors, double unobserved, float *gram)
{
    for (uint32_t k = 0; k < factors->stride; k++) {
        double sum = 0;
        for (size_t item = 0; item < factors->item_count; item++) {
            double y = (double)factors->items[item * factors->stride + k];
            sum += y * y;
        }
        gram[k] = (float)(unobserved * sum);
    }
}

static ss_status add_metadata(ss_model_writer *writer, const ss_als_factors *factors, const ss_als_options *options,
                              int64_t newest, ss_error *error)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"factors", factors->factors},
                   {"unobserved", options->unobserved},
                   {"regularization", options->regularization},
                   {"frequency_exponent", options->frequency_exponent},
                   {"weighting", (double)options->weighting},
                   {"weighting_parameter", options->weighting_parameter},
                   {"half_life_days", newest == SS_NO_TIME ? 0 : options->half_life_days},
                   {"newest_time", newest == SS_NO_TIME ? 0 : (double)newest},
                   {"item_total", factors->item_count}};
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        SS_TRY(ss_model_writer_metadata_f64(writer, numbers[i].key, numbers[i].value, error));
out:
    return status;
}

static ss_status add_tensors(ss_model_writer *writer, const ss_als_factors *factors, const float *gram,
                             const ss_als_index *index, ss_error *error)
{
    ss_status status;
    uint64_t positions = (uint64_t)index->blocks * SS_ALS_BLOCK, stride = factors->stride;
    SS_TRY(ss_model_writer_add(writer, "item_factors", SS_F32, factors->items, factors->item_count, stride, error));
    SS_TRY(ss_model_writer_add(writer, "gram", SS_F32, gram, stride, 0, error));
    SS_TRY(ss_model_writer_add(writer, "order", SS_U32, index->order, positions, 0, error));
    SS_TRY(ss_model_writer_add(writer, "quantized", SS_U8, index->quantized, positions, stride, error));
    SS_TRY(ss_model_writer_add(writer, "scales", SS_F32, index->scales, positions, 0, error));
    SS_TRY(ss_model_writer_add(writer, "block_errors", SS_F32, index->block_errors, index->blocks, 0, error));
    SS_TRY(ss_model_writer_add(writer, "block_norms", SS_F32, index->block_norms, index->blocks, 0, error));
out:
    return status;
}

ss_status ss_als_write(const char *generation_path, const ss_als_factors *factors, const ss_als_options *options,
                       int64_t newest, ss_error *error)
{
    ss_status status;
    ss_als_index index = {0};
    char path[PATH_ROOM];
    float gram[SS_ALS_FACTORS_MAX];
    ss_model_writer *writer = ss_model_writer_new(&ss_als_schema);
    if (!writer)
        return ss_error_nomem(error);
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_ALS_FILE, error));
    SS_TRY(ss_als_index_make(factors->items, factors->item_count, factors->stride, &index, error));
    gram_diagonal(factors, options->unobserved, gram);
    SS_TRY(add_tensors(writer, factors, gram, &index, error));
    SS_TRY(add_metadata(writer, factors, options, newest, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    ss_als_index_free(&index);
    return status;
}

/*
 * What all that somebody did not buy weighs together is much the same in every shop: 400 to 1,300 purchases' worth was
 * best on logs of gifts, places and films that differ tenfold in their number of items.
 */
static double settle_unobserved(double wanted, uint32_t items)
{
    return wanted > 0 || items == 0 ? wanted : fmin(0.3, 700.0 / items);
}

ss_status ss_als_train(const ss_interactions *interactions, const ss_als_options *options, int threads,
                       ss_progress_sink *progress, const char *generation_path, ss_error *error)
{
    ss_status status;
    ss_groups groups = {0};
    ss_als_factors factors = {0};
    bool decay = options->half_life_days > 0 && interactions->has_times;
    SS_TRY(make_groups(interactions, decay, &groups, error));
    weigh(interactions, options, &groups);
    ss_als_matrix matrix = {(uint32_t)groups.group_count, trained_items(&groups), groups.offsets, groups.items,
                            groups.quantities};
    ss_als_options settled = *options;
    settled.unobserved = settle_unobserved(options->unobserved, matrix.items);
    SS_TRY(ss_als_fit(&matrix, &settled, threads, progress, &factors, error));
    SS_TRY(ss_als_write(generation_path, &factors, &settled, decay ? interactions->last_time : SS_NO_TIME, error));
out:
    ss_groups_free(&groups);
    ss_als_factors_free(&factors);
    return status;
}

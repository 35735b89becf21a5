#include "models/repurchase_train.h"

#include "base/file.h"
#include "base/memory.h"
#include "models/repurchase_pool_train.h"
#include "models/repurchase_spells_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PATH_ROOM 4096

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_repurchase_options, MEMBER)
const ss_option ss_repurchase_option_table[] = {
    {"family", SS_OPTION_CHOICE, OPTION(family), 0, 0, "auto", "auto|log-normal|weibull", NULL,
     "How intervals between purchases are distributed; auto: as customers held out have it."},
    {"least-days", SS_OPTION_REAL, OPTION(least_days), 0, 365, "1", NULL, "DAYS",
     "Purchases of an item by one customer nearer than this are one."},
    {"prior-purchases", SS_OPTION_REAL, OPTION(prior_purchases), 0.01, 1000, "2", NULL, "N",
     "The item's repeat probability counts as so many of the customer's own returns."},
    {"durable-days", SS_OPTION_REAL, OPTION(durable_days), 0, 36500, "365", NULL, "DAYS",
     "A durable is not shown to who bought it for its median interval, and for so long at least."},
    {.name = NULL}};
/* clang-format on */

bool ss_repurchase_learns(const ss_interactions *interactions)
{
    return interactions->has_times && interactions->has_customers && interactions->has_purchases &&
           interactions->last_time > interactions->first_time;
}

/* ---- the file's arrays ---- */

typedef struct columns {
    uint32_t count;
    float *repeat, *median_days, *shape, *followed;
    uint8_t *classes;
} columns;

static void columns_release(columns *of)
{
    free(of->repeat);
    free(of->median_days);
    free(of->shape);
    free(of->followed);
    free(of->classes);
}

static ss_status make_columns(columns *of, uint32_t count, ss_error *error)
{
    of->count = count;
    of->repeat = ss_array_new(count, sizeof *of->repeat);
    of->median_days = ss_array_new(count, sizeof *of->median_days);
    of->shape = ss_array_new(count, sizeof *of->shape);
    of->followed = ss_array_new(count, sizeof *of->followed);
    of->classes = ss_array_new(count, sizeof *of->classes);
    if (!of->repeat || !of->median_days || !of->shape || !of->followed || !of->classes)
        return ss_error_nomem(error);
    return SS_OK;
}

/* No probability that a float rounds to 0 or 1. */
static float within(double value, double least, double most)
{
    return (float)fmin(fmax(value, least), most);
}

static void fit_item(const ss_spell_table *table, const ss_interval_pools *pools, uint32_t item, columns *of)
{
    ss_spells spells = ss_spell_table_item(table, item);
    ss_interval_prior prior = ss_interval_pools_prior(pools, item);
    ss_interval law = ss_interval_fit(pools->family, &spells, &prior);
    double followed = ss_interval_followed(pools->family, &spells, &law);
    of->repeat[item] = within(law.repeat, 1e-6, 1 - 1e-6);
    of->median_days[item] = within(law.median_days, 1e-3, 1e6);
    of->shape[item] = (float)law.shape;
    of->followed[item] = (float)followed;
    of->classes[item] = (uint8_t)ss_repurchase_classify(pools->family, &law, table->returns[item], followed);
}

static ss_status fit_items(const ss_spell_table *table, const ss_interval_pools *pools, int threads, columns *of,
                           ss_error *error)
{
    ss_status status = make_columns(of, table->item_count, error);
    if (status != SS_OK)
        return status;
#pragma omp parallel for schedule(dynamic, 16) num_threads(threads)
    for (uint32_t item = 0; item < table->item_count; item++)
        fit_item(table, pools, item, of);
    return SS_OK;
}

/* ---- the file ---- */

static ss_status add_tensors(ss_model_writer *writer, const columns *of, const ss_spell_table *table, ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(ss_model_writer_add(writer, "items.repeat", SS_F32, of->repeat, of->count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.median_days", SS_F32, of->median_days, of->count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.shape", SS_F32, of->shape, of->count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.spells", SS_U32, table->counts, of->count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.returns", SS_U32, table->returns, of->count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.followed", SS_F32, of->followed, of->count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.class", SS_U8, of->classes, of->count, 0, error));
out:
    return status;
}

static ss_status add_metadata(ss_model_writer *writer, const ss_interval_pools *pools,
                              const ss_repurchase_options *options, int64_t newest, ss_error *error)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"newest", (double)newest},
                   {"repeat", pools->shop.repeat},
                   {"median_days", pools->shop.median_days},
                   {"shape", pools->shop.shape},
                   {"prior_spells", pools->prior_spells},
                   {"prior_intervals", pools->prior_intervals},
                   {"prior_purchases", options->prior_purchases},
                   {"durable_days", options->durable_days}};
    ss_status status = ss_model_writer_metadata(writer, "family", ss_interval_family_name(pools->family), error);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status == SS_OK; i++)
        status = ss_model_writer_metadata_f64(writer, numbers[i].key, numbers[i].value, error);
    return status;
}

static ss_status write_file(const columns *of, const ss_spell_table *table, const ss_interval_pools *pools,
                            const ss_repurchase_options *options, int64_t newest, const char *path, ss_error *error)
{
    ss_status status = SS_OK;
    ss_model_writer *writer = ss_model_writer_new(&ss_repurchase_schema);
    if (!writer)
        return ss_error_nomem(error);
    SS_TRY(add_tensors(writer, of, table, error));
    SS_TRY(add_metadata(writer, pools, options, newest, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

ss_status ss_repurchase_train(const ss_interactions *interactions, const ss_repurchase_options *options,
                              const uint32_t *category, uint32_t item_count, uint32_t category_count, int threads,
                              const char *generation_path, ss_error *error)
{
    ss_status status = SS_OK;
    ss_spell_table table = {0};
    ss_interval_pools pools = {0};
    columns of = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_options_check(ss_repurchase_option_table, options, error));
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_REPURCHASE_FILE, error));
    SS_TRY(ss_spell_table_make(interactions, item_count, options->least_days, &table, error));
    SS_TRY(ss_interval_pools_make(&table, (int)options->family - 1, category, category_count, &pools, error));
    SS_TRY(fit_items(&table, &pools, threads, &of, error));
    SS_TRY(write_file(&of, &table, &pools, options, interactions->last_time, path, error));
out:
    ss_spell_table_release(&table);
    ss_interval_pools_release(&pools);
    columns_release(&of);
    return status;
}
